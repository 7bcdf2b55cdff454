"""A table is made only of a dataset that the rules for time-to-event data have judged."""

import inspect

import pytest

from adamgate.converters.reports.table_summary import render_summary
from adamgate.converters.survival.judged import TIME_TO_EVENT
from adamgate.converters.survival.survival import survival
from adamgate.schemas.errors import ConfigurationError, Refused
from adamgate.schemas.gate.report import GateRefused
from adamgate.schemas.gate.validate import GateOptions, validate
from adamgate.schemas.rules import rule_book
from adamgate.schemas.severity import Severity
from adamgate.schemas.standards.structure import Structure
from adamgate.schemas.study.study import Study

UNJUDGED = "ADTTE was not checked by the rules for time-to-event data"


def declared(study, name="ADTTE", **metadata):
    return Study.of(*(each.replace(**metadata) if each.name == name else each for each in study))


def inverted(make):
    """CNSR is 0 for the censored and 1 for the deaths."""
    return make(CNSR=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])


def test_the_families_have_rules_that_refuse():
    for family in TIME_TO_EVENT.families:
        rules = [rule for rule in rule_book().values() if rule.family == family]
        assert any(
            rule.severity is Severity.ERROR and rule.scope.structures == (Structure.TTE,) for rule in rules
        )


def test_another_class_is_refused_by_validate_and_by_the_table(make):
    study = declared(inverted(make), declared_class="ADAM OTHER")
    with pytest.raises(GateRefused, match="TTE029"):
        survival(study, "OS")
    with pytest.raises(Refused, match=UNJUDGED) as refused:
        survival(study, "OS", gate={"ignore": ["TTE029"]})
    assert refused.value.where == "ADTTE was checked as other: its class is declared 'ADAM OTHER'"
    assert "TIME-TO-EVENT" in refused.value.advice
    assert "--no-gate" in refused.value.advice
    assert len(survival(study, "OS", gate=False).frame) == 6


def test_a_dataset_that_nothing_tells_to_be_time_to_event_is_refused(make):
    study = make(STARTDT=None, EVNTDESC=None, CNSDTDSC=None)
    bare = Study.of(study["ADTTE"].replace(name="ADXX"), study["ADSL"])
    with pytest.raises(Refused, match="ADXX was not checked") as refused:
        survival(bare, "OS", gate={"severities": {"TTE029": "note"}})
    assert "by its name and variables" in refused.value.where


@pytest.mark.parametrize(
    ("options", "families"),
    [
        ({"select": ["AD0169"]}, TIME_TO_EVENT.families),
        ({"select": ["TTE017"]}, ("time_to_event", "censoring")),
        ({"ignore": ["TTE"]}, TIME_TO_EVENT.families),
        ({"ignore": ["censoring"]}, ("censoring",)),
        ({"ignore": ["ADTTE:durations"]}, ("durations",)),
        ({"ignore": ["TTE007", "TTE008", "TTE017"]}, ("durations",)),
    ],
)
def test_families_that_were_set_aside_are_refused_by_name(make, options, families):
    with pytest.raises(Refused, match=UNJUDGED) as refused:
        survival(inverted(make), "OS", gate=options)
    for family in TIME_TO_EVENT.families:
        assert (f"{family} (" in refused.value.where) is (family in families)


@pytest.mark.parametrize("name", ["rules", "attempt", "progress", "waiver", 7])
def test_the_gate_takes_options_of_validate_and_nothing_else(make, name):
    with pytest.raises(ConfigurationError, match=f"gate does not have the option {name!r}") as refused:
        survival(inverted(make), "OS", gate={name: ["TTE006", "TTE017"]})
    assert refused.value.where == "gate"
    if name == "waiver":
        assert refused.value.advice == "did you mean waivers?"
    assert refused.value.advice


def test_every_option_of_validate_that_says_how_to_judge_is_one_of_the_gate():
    options = set(inspect.signature(validate).parameters) - {"study", "progress"}
    assert options == set(GateOptions.__annotations__)


def test_one_rule_of_each_family_is_enough_where_the_line_names_the_others(make):
    chosen = ["TTE006", "TTE008", "TTE011"]
    assert {rule_book()[each].family for each in chosen} == set(TIME_TO_EVENT.families)
    made = survival(make(), "OS", gate={"select": chosen})
    deselected = made.report.terms.deselected
    covered = {each.rule_id for each in made.report.outcomes if each.dataset == "ADTTE"}
    named = {each.rule_id for each in deselected if each.dataset == "ADTTE"}
    default = {each.rule_id for each in validate(make()).outcomes if each.dataset == "ADTTE"}
    assert covered | named == default
    (said,) = made.codebook.gate.loosened
    assert said.startswith(f"{len(deselected)} checks deselected (select TTE006, TTE008, TTE011)")
    assert said in render_summary(made.codebook, 500)


def test_families_set_aside_elsewhere_and_single_rules_are_only_named(make):
    made = survival(make(), "OS", gate={"ignore": ["ADSL:censoring", "TTE008"]})
    assert made.codebook.gate.loosened == ("1 check deselected (ignore TTE008)",)
    assert "1 check deselected (ignore TTE008)" in render_summary(made.codebook, 500)
