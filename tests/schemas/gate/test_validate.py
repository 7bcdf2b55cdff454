"""The gate fails closed, leaves the study alone and counts exactly."""

import inspect
import re

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.gate import validate as validate_module
from adamgate.schemas.gate.check import CheckOptions, run_check
from adamgate.schemas.gate.finding import EXAMPLES
from adamgate.schemas.gate.validate import GateOptions, judge
from adamgate.schemas.rules.rule import Fault, Grain, Inference, NotApplicable, Rule
from adamgate.schemas.rules.scope import Scope
from adamgate.schemas.standards.structure import Structure


def _rule(function, *, severity=ag.Severity.ERROR, grain=Grain.RECORD, **scope):
    return Rule(
        id="ZZ001",
        title="made up",
        severity=severity,
        family="test",
        grain=grain,
        scope=Scope(structures=(Structure.TTE,), **scope),
        citations=(),
        function=function,
    )


@pytest.fixture
def study():
    frame = pd.DataFrame(
        {
            "USUBJID": [f"S{n:02}" for n in range(30)],
            "PARAMCD": pd.Categorical(["OS"] * 30),
            "AVAL": np.arange(30.0),
            "CNSR": [0.0, 1.0] * 15,
        }
    )
    return ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))


def _try(rule, study, *, complete=False, show_values=False):
    return run_check(rule, study["ADTTE"], study, CheckOptions(complete, show_values))


def test_the_count_is_exact_and_the_examples_are_the_first(study):
    trial = _try(_rule(lambda data: [Fault(data.numbers("AVAL") > 4, ("AVAL",), "too long")]), study)
    (finding,) = trial.findings
    assert finding.records == 25
    assert [example.record for example in finding.examples] == list(range(6, 6 + EXAMPLES))
    assert finding.examples[0].keys == {"USUBJID": "S05", "PARAMCD": "OS"}
    assert finding.examples[0].values == {}
    assert trial.outcome.status is ag.Status.FAILED


@pytest.mark.parametrize(("parameter", "reported"), [("OS", "OS"), ("S01", "(a subject's identifier)")])
def test_a_parameter_is_named_unless_it_identifies_a_subject(study, parameter, reported):
    frame = study["ADTTE"].frame.astype({"PARAMCD": object})
    frame.loc[0, "PARAMCD"] = "S01"
    data = ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))
    trial = _try(_rule(lambda data: [Fault(None, ("AVAL",), "too long", parameter=parameter)]), data)
    (finding,) = trial.findings
    assert finding.parameter == reported
    assert finding.sentence == f"{reported}: too long"


def test_values_are_shown_only_when_asked_for(study):
    rule = _rule(lambda data: [Fault(data.numbers("AVAL") == 7, ("AVAL",), "seven")])
    (finding,) = _try(rule, study, show_values=True).findings
    assert finding.examples[0].values == {"AVAL": 7}


def test_a_mask_without_records_is_no_fault_and_none_marks_the_dataset(study):
    nothing = _try(_rule(lambda data: [Fault(data.numbers("AVAL") < 0, (), "never")]), study)
    whole = _try(_rule(lambda data: [Fault(None, ("ADT",), "no ADT")]), study)
    assert nothing.outcome.status is ag.Status.PASSED
    assert whole.findings[0].records == 0
    assert whole.outcome.status is ag.Status.FAILED


@pytest.mark.parametrize(
    "mask",
    [
        pd.Series([True] * 30),
        pd.array([True] * 29 + [None], dtype="boolean"),
        np.ones(29, dtype=bool),
        np.ones(30, dtype=int),
    ],
    ids=["series", "nullable", "short", "integer"],
)
def test_a_mask_that_could_hide_a_record_is_not_run(study, mask):
    trial = _try(_rule(lambda data: [Fault(mask, (), "odd")]), study)
    assert trial.outcome.status is ag.Status.NOT_RUN
    assert "mask" in trial.outcome.reason or "bool" in trial.outcome.reason or "truth" in trial.outcome.reason


def test_a_rule_that_crashes_is_not_run_and_its_message_counts_as_patient_data(study):
    def crash(data):
        raise KeyError("subject 001")

    hidden = _try(_rule(crash), study).outcome
    assert hidden.status is ag.Status.NOT_RUN
    assert re.fullmatch(r"KeyError in test_validate.py, line \d+", hidden.reason)
    assert _try(_rule(crash), study, show_values=True).outcome.reason == "KeyError: 'subject 001'"


def test_a_variable_of_another_type_is_said_by_name(study):
    rule = _rule(lambda data: [Fault(data.numbers("USUBJID") < 0, (), "odd")])
    assert _try(rule, study).outcome.reason == "USUBJID is not numeric"


def test_an_id_that_no_rule_has_is_refused(study):
    with pytest.raises(ag.ConfigurationError, match="unknown rule TTE0O6"):
        judge(study, rules={"TTE006", "TTE0O6"})


def test_a_missing_variable_or_dataset_makes_a_rule_not_applicable_with_the_reason(study):
    rule = _rule(lambda data: [], needs=("STARTDT", "ADT"))
    assert _try(rule, study).outcome.status is ag.Status.NOT_APPLICABLE
    assert _try(rule, study).outcome.reason == "STARTDT, ADT are not present"
    assert _try(_rule(lambda data: [], metadata=("label",)), study).outcome.reason == (
        "the source has no label"
    )


@pytest.mark.parametrize(
    ("needed", "reason"),
    [
        ({"needs": ("ADSL.DTHDT",)}, ""),
        ({"needs": ("ADSL.LSTALVDT",)}, "ADSL.LSTALVDT is not present"),
        ({"needs": ("ADSL.LSTALVDT", "ADSL.RANDDT")}, "ADSL.LSTALVDT, ADSL.RANDDT are not present"),
        ({"needs": ("ADRS.ADT",)}, "not present: ADRS"),
        ({"needs": ("DM.AGE",)}, "DM.USUBJID is not present"),
        ({"needs_any": (("DTHDT", "ADSL.DTHDT"),)}, ""),
        ({"needs_any": (("RANDDT", "ADSL.RANDDT"),)}, "neither RANDDT nor ADSL.RANDDT is present"),
        ({"needs_any": (("RANDDT", "ADRS.RANDDT"),)}, "neither RANDDT nor ADRS.RANDDT is present"),
        ({"needs_any": (("ADRS.ADT", "ADRS.ADTM"),)}, "not present: ADRS"),
        ({"needs_any": (("DM.AGE",),)}, "DM.USUBJID is not present"),
        ({"needs": ("STARTDT", "ADRS.ADT")}, "STARTDT is not present"),
    ],
)
def test_variables_of_other_datasets_are_part_of_the_scope(study, needed, reason):
    death = pd.DataFrame({"USUBJID": ["001"], "DTHDT": pd.to_datetime(["2024-01-01"])})
    wide = ag.Study.of(
        *study,
        ag.Dataset.from_frame(death, "ADSL"),
        ag.Dataset.from_frame(pd.DataFrame({"AGE": [1.0]}), "DM"),
    )
    outcome = _try(_rule(lambda data, study: [], **needed), wide).outcome
    assert outcome.reason == reason
    assert outcome.status is (ag.Status.NOT_APPLICABLE if reason else ag.Status.PASSED)


def test_a_dataset_that_a_needed_variable_is_of_refuses_where_the_delivery_is_complete(study):
    rule = _rule(lambda data, study: [], needs=("ADSL.DTHDT",))
    assert _try(rule, study, complete=True).outcome.status is ag.Status.NOT_RUN


def test_an_undelivered_dataset_refuses_only_where_the_delivery_is_declared_complete(study):
    rule = _rule(lambda data, study: [], datasets=("ADSL",))
    lenient = _try(rule, study).outcome
    strict = _try(rule, study, complete=True).outcome
    assert (lenient.status, lenient.reason) == (ag.Status.NOT_APPLICABLE, "not present: ADSL")
    assert strict.status is ag.Status.NOT_RUN


def test_what_a_rule_worked_out_is_part_of_the_report(study):
    trial = _try(_rule(lambda data: [Inference("AVAL", "AVAL = ADT - STARTDT", "OS")]), study)
    assert trial.outcome.status is ag.Status.PASSED
    assert trial.inferred[0].statement == "AVAL = ADT - STARTDT"
    assert trial.inferred[0].parameter == "OS"


def test_a_rule_may_find_that_it_does_not_apply(study):
    trial = _try(_rule(lambda data: [NotApplicable("no date of death")]), study)
    assert trial.outcome.status is ag.Status.NOT_APPLICABLE
    assert trial.outcome.reason == "no date of death"


def test_the_study_is_unchanged(study):
    before = study["ADTTE"].frame.copy(deep=True)
    ag.validate(study)
    pd.testing.assert_frame_equal(study["ADTTE"].frame, before)


def test_the_gate_does_not_depend_on_a_switch_of_pandera(study, monkeypatch):
    bad = ag.Study.of(ag.Dataset.from_frame(study["ADTTE"].frame.assign(AVAL=-1.0), "ADTTE"))
    monkeypatch.setenv("PANDERA_VALIDATION_ENABLED", "False")
    report = ag.validate(bad)
    assert any(finding.variables[0] == "AVAL" for finding in report.findings_from(ag.Severity.ERROR))
    with pytest.raises(ag.GateRefused) as refusal:
        report.raise_for(ag.Severity.ERROR)
    assert refusal.value.report is report
    assert str(refusal.value).startswith("gate failed: ")


def test_the_options_of_the_gate_are_the_same_wherever_they_are_listed(study, monkeypatch):
    public, inner = (inspect.signature(each).parameters for each in (validate_module.validate, judge))
    assert {*GateOptions.__annotations__, "study", "progress", "executor"} == set(public)
    assert {*public, "rules"} == set(inner)
    assert [inner[name].default for name in public] == [each.default for each in public.values()]
    handed = {}
    monkeypatch.setattr(validate_module, "judge", lambda study, **options: handed.update(options))
    given = {name: object() for name in public if name != "study"}
    validate_module.validate(study, **given)
    assert handed == given


@pytest.mark.parametrize(
    ("option", "given"),
    [
        *(
            (name, 1)
            for name in ("select", "ignore", "waivers", "extra_rules", "baseline", "declarations", "executor")
        ),
        ("severities", ["TTE006"]),
        ("today", "2026-12-31"),
        ("standards", "1.3"),
        ("origins", ["adamgate.toml"]),
    ],
)
def test_an_option_of_another_kind_is_refused_by_name(study, option, given):
    with pytest.raises(TypeError, match=f"^{option} must be .*, not {type(given).__name__}$"):
        ag.validate(study, **{option: given})
