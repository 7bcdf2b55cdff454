"""Plain pandera and the gate give one verdict."""

import importlib
import pickle
import warnings

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

import adamgate as ag
from adamgate.schemas.gate import pandera_schemas
from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.pandera_schemas import VARIABLES
from adamgate.schemas.gate.validate import validate
from adamgate.schemas.rules import rule_book
from adamgate.schemas.rules.rule import Rule
from adamgate.schemas.severity import Severity
from adamgate.schemas.standards.structure import Structure
from adamgate.schemas.standards.versions import Standards
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

pytestmark = pytest.mark.slow

STRUCTURES = tuple(VARIABLES)
FORMER = {"ADSL": "adsl", "BDS": "bds", "TTE": "adtte", "OCCDS": "occds", "ADAE": "adae"}

DAY = pd.Timestamp("2024-03-01")

FRAMES = {
    Structure.ADSL: {
        "STUDYID": ["S"] * 4,
        "USUBJID": ["1", "2", "2", ""],
        "SAFFL": ["Y", "N", "x", None],
        "TRT01P": ["A", "B", "B", "A"],
        "AGE": [60.0, np.nan, 0.0, 41.0],
        "TRTSDT": [DAY, pd.NaT, DAY, DAY],
        "TRTEDT": [DAY, DAY, DAY - pd.Timedelta(days=3), pd.NaT],
        "DTHDT": [pd.NaT, pd.NaT, DAY - pd.Timedelta(days=9), pd.NaT],
    },
    Structure.BDS: {
        "STUDYID": ["S"] * 4,
        "USUBJID": ["1", "1", "2", "3"],
        "PARAM": ["a", "a", "b", None],
        "PARAMCD": ["A", "A", "B-1", ""],
        "AVAL": [1.0, -1.0, np.nan, 2.0],
        "ADY": [0.0, 1.0, 2.0, np.nan],
    },
    Structure.TTE: {
        "STUDYID": ["S"] * 6,
        "USUBJID": ["1", "1", "2", "3", "4", "5"],
        "PARAM": ["Overall Survival"] * 6,
        "PARAMCD": ["OS"] * 6,
        "AVAL": [10.0, 10.0, -4.0, np.nan, 5.0, 6.0],
        "CNSR": [0.0, 0.0, 1.0, 1.5, -1.0, np.nan],
        "STARTDT": [DAY] * 6,
        "ADT": [DAY + pd.Timedelta(days=d) for d in (9, 9, -5, 3, 4)] + [pd.NaT],
        "EVNTDESC": ["Death", "Death", "Death", "Alive", None, ""],
    },
    Structure.OCCDS: {
        "STUDYID": ["S"] * 3,
        "USUBJID": ["1", "1", "2"],
        "MHSEQ": [1.0, 1.0, 2.0],
        "MHTERM": ["a", "b", None],
        "PREFL": ["Y", "N", None],
        "ASTDT": [DAY, DAY, pd.NaT],
        "AENDT": [DAY - pd.Timedelta(days=1), DAY, DAY],
    },
    Structure.ADAE: {
        "STUDYID": ["S"] * 4,
        "USUBJID": ["1", "1", "2", "3"],
        "AESEQ": [1.0, 1.0, 2.0, np.nan],
        "AETERM": ["a", "b", None, "d"],
        "AEDECOD": ["A", "A", "C", ""],
        "AESOC": ["S1", "S2", "S1", None],
        "AESER": ["Y", "N", "x", None],
        "TRTEMFL": ["Y", "N", None, ""],
        "ASTDT": [DAY, DAY, pd.NaT, DAY],
        "AENDT": [DAY - pd.Timedelta(days=1), DAY, DAY, DAY],
    },
}


def as_category(frame):
    return frame.astype(dict.fromkeys(texts(frame), "category"))


def as_object(frame):
    return frame.astype(dict.fromkeys(texts(frame), object))


def as_string(frame):
    return frame.astype(dict.fromkeys(texts(frame), "string[pyarrow]"))


def as_nullable(frame):
    numbers = [name for name in frame if pd.api.types.is_float_dtype(frame[name].dtype)]
    return as_string(frame).astype(dict.fromkeys(numbers, "Float64"))


def with_repeated_index(frame):
    return frame.set_axis([0] * len(frame), axis=0)


def empty(frame):
    return as_category(frame).iloc[:0]


def with_unused_categories(frame):
    texted = as_category(frame)
    return texted.assign(**{name: texted[name].cat.add_categories("never used") for name in texts(frame)})


def texts(frame):
    return [
        name for name in frame if not pd.api.types.is_numeric_dtype(frame[name].dtype) and name not in DATES
    ]


DATES = {"ADT", "STARTDT", "ASTDT", "AENDT", "TRTSDT", "TRTEDT", "DTHDT"}
FORMS = [as_category, as_object, as_string, as_nullable, with_repeated_index, empty, with_unused_categories]


def refused_by_pandera(schema, frame):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            return {str(check).partition(":")[0] for check in errors.failure_cases["check"]}
    return set()


def refused_by_gate(structure, frame):
    """Ids of rules over one dataset that refuse: errors, and rules that could not be run."""
    data = Dataset.from_frame(frame, structure.usual_name).replace(declared_class=str(structure))
    report = validate(Study.of(data))
    errors = {finding.rule_id for finding in report.findings if finding.severity is Severity.ERROR}
    not_run = {outcome.rule_id for outcome in report.outcomes if outcome.status is Status.NOT_RUN}
    return {rule_id for rule_id in errors | not_run if not pandera_schemas.needs_study(rule_book()[rule_id])}


OFTEN = (as_category, as_nullable)
"""Forms that every run tests; the others are slow."""


@pytest.mark.parametrize(
    "form",
    [form if form in OFTEN else pytest.param(form, marks=pytest.mark.slow) for form in FORMS],
    ids=lambda form: form.__name__,
)
@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_one_verdict_for_errors(structure, form):
    frame = form(pd.DataFrame(FRAMES[structure]))
    refused = refused_by_gate(structure, frame)
    assert refused_by_pandera(ag.schema(structure), frame) == refused


def test_the_frames_above_break_error_rules():
    """Otherwise the test above would compare nothing."""
    broken = set().union(
        *(refused_by_gate(structure, pd.DataFrame(columns)) for structure, columns in FRAMES.items())
    )
    assert "TTE006" in broken


@pytest.mark.slow
@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_one_verdict_where_variables_are_absent(structure):
    whole = pd.DataFrame(FRAMES[structure])
    for name in whole:
        frame = as_category(whole.drop(columns=name))
        assert refused_by_pandera(ag.schema(structure), frame) == refused_by_gate(structure, frame), name


def test_warnings_stay_warnings():
    frame = pd.DataFrame({"STUDYID": ["S"], "USUBJID": ["1"], "SAFFL": ["U"]})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        validated = ag.schema("ADSL").validate(frame)
    assert {each.category for each in told} == {pa.errors.SchemaWarning}
    assert any("AD0023: SAFFL is not Y or N" in str(each.message) for each in told)
    pd.testing.assert_frame_equal(validated, frame)


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_a_schema_is_whole(structure):
    schema = ag.schema(structure)
    assert isinstance(schema, pa.DataFrameSchema)
    assert schema.name == structure.usual_name
    rules = list(pandera_schemas.rules_checked_by(schema))
    assert [check.name for check in schema.checks] == [rule.id for rule in rules]
    for rule in rules:
        assert isinstance(rule, Rule)
        assert not pandera_schemas.needs_study(rule)
    expected = {
        rule.id
        for rule in rule_book().values()
        if rule.scope.covers_structure(structure, adam=True)
        and rule.scope.belongs_to(Standards())
        and not pandera_schemas.needs_study(rule)
    }
    assert {rule.id for rule in rules} == expected


@pytest.mark.parametrize(
    "structure",
    [each if each is Structure.TTE else pytest.param(each, marks=pytest.mark.slow) for each in STRUCTURES],
    ids=str,
)
def test_a_schema_survives_pickling(structure):
    schema = ag.schema(structure)
    again = pickle.loads(pickle.dumps(schema))
    assert again == schema
    frame = as_category(pd.DataFrame(FRAMES[structure]))
    assert refused_by_pandera(again, frame) == refused_by_pandera(schema, frame)


@pytest.mark.parametrize(("structure", "module"), FORMER.items())
def test_the_former_functions_say_what_to_call_instead(structure, module):
    former = importlib.import_module(f"adamgate.schemas.{module}")
    assert pickle.loads(pickle.dumps(former.schema)) is former.schema
    with pytest.warns(DeprecationWarning, match=f'use adamgate.schema\\("{structure}"\\)'):
        assert former.schema(adamig="1.2", occds="1.0") == ag.schema(structure, adamig="1.2", occds="1.0")


@pytest.mark.parametrize("structure", ["PPK", "other", "ADTTE", "", "\x1b[2J"])
def test_a_structure_without_a_schema_is_named(structure):
    with pytest.raises(ag.ConfigurationError, match="no schema for") as refused:
        ag.schema(structure)
    assert refused.value.advice
    assert "\x1b" not in str(refused.value)


def test_versions_choose_the_rules():
    names = {check.name for check in ag.schema("ADAE", occds="1.0").checks}
    assert "AD0620" in names
    assert "AD0625" not in names
    assert "AD0625" in {check.name for check in ag.schema("ADAE").checks}


def test_columns_tell_what_the_standard_says():
    columns = ag.schema("ADSL").columns
    assert columns["SAFFL"].title == "Safety Population Flag"
    assert columns["SAFFL"].metadata["codelist"] == "Y,N"
    treatment = next(column for column in columns.values() if column.metadata["variable"] == "TRTxxP")
    assert treatment.regex
    assert list(treatment.get_regex_columns(pd.DataFrame(columns=["TRT01P", "TRT01PN"]))) == ["TRT01P"]


def test_a_rule_that_crashes_refuses(monkeypatch):
    def crash(data):
        raise RuntimeError("broken rule")
        yield data

    rule = rule_book()["TTE006"]
    broken = pickle.loads(pickle.dumps(rule))
    object.__setattr__(broken, "function", crash)
    with pytest.raises(RuntimeError):
        pandera_schemas.passes(pd.DataFrame(FRAMES[Structure.TTE]), rule=broken, structure=Structure.TTE)
    check = pa.Check(
        lambda frame: pandera_schemas.passes(frame, rule=broken, structure=Structure.TTE), name="TTE006"
    )
    with pytest.raises(pa.errors.SchemaErrors):
        pa.DataFrameSchema(checks=[check]).validate(pd.DataFrame(FRAMES[Structure.TTE]), lazy=True)
