"""Pages of rules and their list."""

import re

import pytest

import adamgate as ag
from adamgate.converters.reports.rule_page import explain, listed, render_list, render_rule
from adamgate.converters.reports.rules_about import about
from adamgate.schemas.gate.selection import full_book
from adamgate.schemas.rules.rule import Citation, Grain, Rule
from adamgate.schemas.rules.scope import Scope
from adamgate.schemas.standards.structure import Structure


def made_up(**scope: object) -> Rule:
    def function(data: object, variable: str):
        """{variable} is wrong.

        ## What it checks
        {variable} is right.

            indented
        """

    return Rule(
        id="XX001",
        title="AVAL is wrong",
        severity=ag.Severity.WARNING,
        family="time_to_event",
        grain=Grain.RECORD,
        scope=Scope(**scope),
        citations=(Citation("ADaMIG 1.3", "3.3.5"), Citation("adamgate")),
        function=function,
        arguments=(("variable", "AVAL"),),
    )


def test_a_page():
    rule = made_up(
        structures=(Structure.BDS,),
        excluded=(Structure.PPK, Structure.NCA),
        needs=("AVAL", "PARAMCD"),
        needs_any=(("ADT", "ADTM"), ("A", "B")),
        metadata=("label",),
        datasets=("ADSL",),
        standards=("ADaMIG 1.2", "ADaMIG 1.3"),
    )
    assert render_rule(rule) == (
        "XX001  AVAL is wrong\n"
        "\n"
        "severity:          warning\n"
        "applies to:        BDS, not PPK, NCA\n"
        "requires:          AVAL, PARAMCD\n"
        "requires one of:   ADT, ADTM\n"
        "requires one of:   A, B\n"
        "requires metadata: label\n"
        "requires datasets: ADSL\n"
        "level:             each record\n"
        "family:            time to event\n"
        "standards:         ADaMIG 1.2, ADaMIG 1.3\n"
        "sources:           ADaMIG 1.3, 3.3.5; adamgate\n"
        "\n"
        "AVAL is wrong.\n"
        "\n"
        "## What it checks\n"
        "AVAL is right.\n"
        "\n"
        "    indented\n"
    )


def test_a_rule_without_conditions_says_only_what_holds():
    page = render_rule(made_up())
    assert "applies to: any ADaM dataset\n" in page
    assert "requires" not in page


@pytest.mark.slow
@pytest.mark.one_version
def test_every_rule_has_a_page():
    pages = {rule_id: explain(rule_id) for rule_id in ag.rule_book()}
    book = ag.rule_book()
    assert [each for each in pages if not pages[each].startswith(f"{each}  {book[each].title}\n")] == []
    assert [each for each in pages if "## What it checks\n" not in pages[each]] == []
    assert [each for each in pages if not re.search(r"[^\n]\n\Z", pages[each])] == []
    assert [each for each in pages if "{" in pages[each]] == [], "an argument was not filled in"
    unwritten = [each for each in pages if "TO WRITE" in pages[each]]
    assert unwritten == [], "the rule was begun and is not written"


def test_an_unknown_rule_names_those_like_it():
    with pytest.raises(ag.ConfigurationError) as unknown:
        explain("TTE0006X")
    assert "did you mean TTE006 or" in str(unknown.value)
    with pytest.raises(ag.ConfigurationError, match=r"to do: `adamgate rules` lists all rules"):
        explain("?")


@pytest.mark.parametrize(("given", "rule_id"), [("tte6", "TTE006"), ("AE9", "AE009"), ("AD00169", "AD0169")])
def test_zeros_of_the_number_may_be_left_out(given, rule_id):
    assert explain(given) == explain(rule_id)


def test_the_list_is_a_table():
    lines = render_list().splitlines()
    assert len(lines) == len(full_book())
    starts = {line.index(rule.title) for line, rule in zip(lines, full_book().values(), strict=True)}
    assert len(starts) == 1


def test_the_rules_about_a_variable():
    book = full_book()
    listed_ = [rule.id for rule in listed(book.values(), variable="cnsr")]
    assert {"AD0169", "TTE009", "TTE011", "TTE019"} <= set(listed_)
    assert "SL001" not in listed_
    page = explain("CNSR")
    assert page.startswith(f"CNSR: {len(listed_)} rules (adamgate explain {listed_[0]})\n\n")
    assert [line.split()[0] for line in page.splitlines()[2:]] == listed_


@pytest.mark.parametrize(
    ("variable", "name", "is_about"),
    [
        ("AVALU", "AVALU", True),
        ("AVALUN", "AVALU", False),
        ("TRT01P", "TRTxxP", True),
        ("TRTXXP", "TRTxxP", True),
        ("TRT01PN", "TRTxxP", False),
        ("ANL01FL", "ANLzzFL", True),
        ("AESEQ", "--SEQ", True),
        ("SEQ", "--SEQ", False),
    ],
)
def test_a_number_in_a_name_and_a_prefix_may_be_any(variable, name, is_about):
    assert bool(about([made_up(needs=(name,))], variable)) is is_about


@pytest.mark.parametrize("name", ["CNSRR", "STARTDTX"])
def test_an_unknown_variable_gets_near_names(name):
    with pytest.raises(ag.ConfigurationError, match="no rule is about such a variable") as caught:
        explain(name)
    assert f"did you mean {name[:-1]}" in caught.value.advice
    with pytest.raises(ag.ConfigurationError, match=f"no rule is about {name}") as caught:
        listed(full_book().values(), variable=name)
    assert name[:-1] in caught.value.advice
