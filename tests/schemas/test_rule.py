"""A rule says only what it may, and is judged by versions that exist."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas import contract
from adamgate.schemas.dataset import Dataset, Study
from adamgate.schemas.errors import ConfigurationError
from adamgate.schemas.finding import Severity
from adamgate.schemas.rule import Fault, Grain, Inference, Rule, Scope, Standards, UnsoundRule
from adamgate.schemas.structure import Structure

FRAME = pd.DataFrame({"USUBJID": ["1", "2"], "PARAMCD": ["OS", "OS"], "AVAL": [1.0, -1.0]})


def made_of(*yielded, **scope):
    return Rule(
        id="ZZ001",
        title="made up",
        severity=Severity.ERROR,
        family="test",
        grain=Grain.RECORD,
        scope=Scope(structures=(Structure.TTE,), **scope),
        citations=(),
        function=lambda *_: list(yielded),
    )


@pytest.mark.parametrize(
    "yielded",
    [
        np.array([False, True]),
        "AVAL is negative",
        None,
        Fault(np.array([True]), (), "short"),
        Fault(np.array([0, 1]), (), "numbers"),
        Fault(pd.Series([False, True]).to_numpy(dtype=object), (), "objects"),
        Fault([False, True], (), "a list"),
    ],
    ids=["a mask alone", "a text", "nothing", "short", "numbers", "objects", "list"],
)
def test_what_could_hide_a_fault_is_refused_by_gate_and_pandera_alike(yielded):
    rule = made_of(yielded)
    data = Dataset.from_frame(FRAME, "ADTTE")
    with pytest.raises(UnsoundRule):
        list(rule.run(data, Study.of(data)))
    with pytest.raises(UnsoundRule):
        contract.passes(FRAME, rule=rule, structure=Structure.TTE)


def test_a_sound_rule_says_what_it_has_to_say():
    fault, inference = Fault(np.array([False, True]), ("AVAL",), "negative"), Inference("AVAL", "days")
    data = Dataset.from_frame(FRAME, "ADTTE")
    rule = made_of(inference, fault)
    assert list(rule.run(data, Study.of(data))) == [inference, fault]
    assert not contract.passes(FRAME, rule=rule, structure=Structure.TTE)


@pytest.mark.parametrize("versions", [{"adamig": "9.9"}, {"occds": "1.2"}, {"adamig": "ADaMIG 1.3"}])
def test_a_version_to_which_no_rule_belongs_is_refused(versions):
    with pytest.raises(ConfigurationError, match="there is no"):
        Standards(**versions)


DECLARED = {"title": "t", "severity": "error", "grain": "record"}


def breaks(data):
    """It ends the process."""
    raise SystemExit(0)


def returns_none(data):
    """It has no yield."""


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (breaks, "SystemExit"),
        (returns_none, "a rule yields its faults, or returns a list of them, not None"),
        (lambda data: [Fault(None, "USUBJID", "m")], "a fault has its variables as a tuple"),
        (lambda data: [Fault(None, ("USUBJID",), 3)], "a text as its message"),
        (lambda data: [Fault(None, ("USUBJID",), "m", "error")], "the severity of a fault is a Severity"),
    ],
)
def test_a_rule_that_breaks_is_not_run_and_refuses(trial, function, reason):
    own = ag.rule("ACME001", **DECLARED)(function)
    report = ag.validate(trial.study(), extra_rules=[own], select=["ACME001"])
    assert {outcome.status for outcome in report.not_run} == {ag.Status.NOT_RUN}
    assert all(reason in outcome.reason for outcome in report.not_run)
    assert report.refuses(None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"needs": "USUBJID"}, "needs is a text where a tuple belongs"),
        ({"datasets": "ADSL"}, "datasets is a text where a tuple belongs"),
        ({"needs_any": ("ADT", "AVAL")}, "needs_any is a text where a tuple belongs"),
        ({"severity": "fatal"}, "fatal is no severity"),
        ({"grain": "row"}, "row is no grain"),
    ],
)
def test_slips_in_a_declaration_are_told_at_once(changes, message):
    with pytest.raises(ag.ConfigurationError, match=message):
        ag.rule("ACME001", **(DECLARED | changes))(breaks)


def test_a_rule_for_a_dataset_that_was_not_read_is_told(trial):
    own = ag.condition_rule("ACME001", "t", "AVAL > 0", datasets=["ADTTX"])
    findings = ag.validate(trial.study(), extra_rules=[own]).findings
    (told,) = [each for each in findings if each.rule_id == "WV003"]
    assert told.message == "settings name ADTTX, which was not read; is ADTTE meant?"
