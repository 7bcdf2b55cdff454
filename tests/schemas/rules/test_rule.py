"""A rule says only what it may, and is judged by versions that exist."""

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.errors import ConfigurationError
from adamgate.schemas.gate import pandera_schemas
from adamgate.schemas.rules.rule import Fault, Grain, Inference, Rule, UnsoundRule
from adamgate.schemas.rules.scope import Scope
from adamgate.schemas.severity import Severity
from adamgate.schemas.standards.structure import Structure
from adamgate.schemas.standards.versions import Standards
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

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
        pandera_schemas.passes(FRAME, rule=rule, structure=Structure.TTE)


def test_a_sound_rule_says_what_it_has_to_say():
    fault, inference = Fault(np.array([False, True]), ("AVAL",), "negative"), Inference("AVAL", "days")
    data = Dataset.from_frame(FRAME, "ADTTE")
    rule = made_of(inference, fault)
    assert list(rule.run(data, Study.of(data))) == [inference, fault]
    assert not pandera_schemas.passes(FRAME, rule=rule, structure=Structure.TTE)


@pytest.mark.parametrize("versions", [{"adamig": "9.9"}, {"occds": "1.2"}, {"adamig": "ADaMIG 1.3"}])
def test_a_version_to_which_no_rule_belongs_is_refused(versions):
    with pytest.raises(ConfigurationError, match="is not a known version"):
        Standards(**versions)


DECLARED = {"title": "t", "severity": "error", "grain": "record"}


def breaks(data):
    """It ends the process."""
    raise SystemExit(0)


class Stop(BaseException):
    """It is no Exception."""


class Wordless(Exception):
    """It breaks again when it is told."""

    def __str__(self):
        raise RuntimeError


def stops(data):
    """It raises what few catch."""
    raise Stop


def has_no_words(data):
    """It raises what cannot be told."""
    raise Wordless


def descends(data):
    """It never comes back."""
    return descends(data)


def closes(data):
    """It is closed from within."""
    raise GeneratorExit
    yield


def returns_none(data):
    """It has no yield."""


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (breaks, "SystemExit"),
        (stops, "Stop in test_rule.py, line "),
        (has_no_words, "Wordless in test_rule.py, line "),
        (lambda data: 1 / 0, "ZeroDivisionError in test_rule.py"),
        (descends, "RecursionError in test_rule.py"),
        (closes, "GeneratorExit in test_rule.py"),
        (lambda data: "patient 7", "a rule must yield Fault, Inference or NotApplicable, not str"),
        (lambda data: [Fault(None, (1, None), "m")], "the variables of a fault must be names, as strings"),
        (lambda data: [ag.Inference("AVAL", 3)], "statement of Inference must be a string"),
        (lambda data: [ag.NotApplicable(None)], "reason of NotApplicable must be a string"),
        (returns_none, "a rule must yield faults or return a list of them, not None"),
        (lambda data: [Fault(None, "USUBJID", "m")], "a fault needs a tuple of variables"),
        (lambda data: [Fault(None, ("USUBJID",), 3)], "a string as message"),
        (
            lambda data: [Fault(None, ("USUBJID",), "m", "error")],
            "the severity of a fault must be a Severity",
        ),
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
        ({"needs": "USUBJID"}, "needs is a string, must be a tuple"),
        ({"datasets": "ADSL"}, "datasets is a string, must be a tuple"),
        ({"needs_any": ("ADT", "AVAL")}, "needs_any is a string, must be a tuple"),
        ({"severity": "fatal"}, "fatal is not a severity"),
        ({"needs": ("AVAL", 1)}, "needs holds values that are not strings"),
        ({"needs_any": (("AVAL", None),)}, "needs_any holds values that are not strings"),
        ({"named": (1,)}, "named holds values that are not strings"),
        ({"datasets": (None,)}, "datasets holds values that are not strings"),
        ({"structures": (3,)}, "structures holds values that are not strings"),
        ({"title": 7}, "a rule needs an id and a title, as strings"),
        ({"grain": "row"}, "row is not a grain"),
    ],
)
def test_slips_in_a_declaration_are_told_at_once(changes, message):
    with pytest.raises(ag.ConfigurationError, match=message):
        ag.rule("ACME001", **(DECLARED | changes))(breaks)


def _adds_a_column(frame):
    frame["CNSR"] = 1 - frame["CNSR"].clip(upper=1)
    frame.drop(columns="AVAL", inplace=True)  # noqa: PD002
    frame.sort_values("ADT", inplace=True)  # noqa: PD002


def _numbers(frame):
    frame["AVAL"].to_numpy()[:] = 0


def _cells(frame):
    frame.loc[0, "AVAL"] = -1.0


def _dates(frame):
    frame["ADT"].array[0] = frame["ADT"].array[1]


def _categories(frame):
    frame["PARAMCD"].array[0] = "PFS"


def _texts(frame):
    frame["USUBJID"].array[:] = "S"


def _lifted(values):
    """Writes into an array and into what it is a view of, whatever they say of that."""
    while isinstance(values, np.ndarray):
        with suppress(ValueError):
            values.setflags(write=True)
            values[:] = values[:1]
        values = values.base


def _marked_memory(frame):
    for name in frame.columns:
        _lifted(frame[name].to_numpy())


def _dictionaries(frame):
    for column in (frame["PARAMCD"], frame["USUBJID"]):
        if isinstance(column.dtype, pd.CategoricalDtype):
            _lifted(column.cat.categories.values)
            _lifted(column.cat.codes.to_numpy())


EDITS = [_adds_a_column, _numbers, _cells, _dates, _categories, _texts, _marked_memory, _dictionaries]


@pytest.mark.parametrize("edit", EDITS)
def test_what_a_rule_does_to_its_data_changes_nothing(trial, edit):
    def edits(data, study):
        """It edits whatever it gets."""
        for each in (data, study["ADTTE"], study["ADSL"]):
            with suppress(Exception):  # some edits are refused, others change what is thrown away
                edit(each.frame)
            seen.append(each.numbers("AVAL").sum() if "AVAL" in each else 0)
            _lifted(each.numbers("AVAL") if "AVAL" in each else None)
            _lifted(each.distinct("USUBJID").values)
        for answer in (data.numbers("AVAL"), data.missing("CNSR"), data.distinct("PARAMCD").values):
            with pytest.raises(ValueError, match="read-only"):
                answer[:] = answer[0]
        return []

    seen = []
    study = trial.study()
    before = {each.name: each.frame.copy(deep=True) for each in study}
    own = ag.rule("ACME001", **DECLARED, needs=("AVAL",), consults=("ADSL",))(edits)
    report = ag.validate(study, extra_rules=[own])
    for each in study:
        pd.testing.assert_frame_equal(each.frame, before[each.name])
    assert seen, "the rule ran"
    assert set(seen) <= {0, before["ADTTE"]["AVAL"].sum()}, "questions are answered from the data as they are"
    assert report.findings == ag.validate(study).findings


def test_a_mask_that_a_rule_uses_again_keeps_its_findings(trial):
    def reuses(data):
        """It fills one mask over and over."""
        mask = np.zeros(len(data), np.bool_)
        for paramcd in ("OS", "PFS", "NONE"):
            mask[:] = data.equals("PARAMCD", paramcd)
            yield Fault(mask, ("PARAMCD",), f"it is {paramcd}")

    own = ag.rule("ACME001", **DECLARED, needs=("PARAMCD",))(reuses)
    found = ag.validate(trial.study(), extra_rules=[own], select="ACME001").findings
    assert [(each.message, each.records) for each in found] == [("it is OS", 40), ("it is PFS", 40)]


def test_what_a_rule_prints_goes_to_stderr(trial, capsys):
    def prints(data):
        """It prints as it goes."""
        print("from a rule")  # noqa: T201
        yield Fault(None, ("USUBJID",), "m")
        print("and again")  # noqa: T201

    own = ag.rule("ACME001", **DECLARED)(prints)
    ag.validate(trial.study(), extra_rules=[own], select="ACME001")
    said = capsys.readouterr()
    assert said.out == ""
    assert "from a rule\nand again\n" in said.err


def test_a_rule_for_a_dataset_that_was_not_read_is_told(trial):
    own = ag.condition_rule("ACME001", "t", "AVAL > 0", datasets=["ADTTX"])
    findings = ag.validate(trial.study(), extra_rules=[own]).findings
    (told,) = [each for each in findings if each.rule_id == "WV003"]
    assert told.message == "settings refer to ADTTX, which was not read; did you mean ADTTE?"
