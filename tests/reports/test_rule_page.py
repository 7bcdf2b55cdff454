"""Pages of rules and their list."""

import pytest

import adamgate as ag
from adamgate.converters.reports.rule_page import explain, render_list, render_rule
from adamgate.schemas.gate.selection import full_book
from adamgate.schemas.rules.rule import Citation, Grain, Rule, Scope
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


@pytest.mark.parametrize("rule_id", list(ag.rule_book()))
def test_every_rule_has_a_page(rule_id: str):
    page = explain(rule_id)
    assert page.startswith(f"{rule_id}  {ag.rule_book()[rule_id].title}\n")
    assert "## What it checks\n" in page
    assert page.endswith("\n")
    assert not page.endswith("\n\n")
    assert "{" not in page, "an argument was not filled in"
    assert "TO WRITE" not in page, "the rule was begun and is not written"


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
