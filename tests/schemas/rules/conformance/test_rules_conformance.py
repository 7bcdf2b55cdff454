"""Published conformance rules: for each id a fixture that breaks it and one that comes close and does not."""

import pickle
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.rules import rule_book
from adamgate.schemas.rules.rule import Grain
from adamgate.schemas.severity import Severity
from adamgate.schemas.standards.versions import ADAMIG, ADAMIG_VERSIONS, Standards
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import Variable

DROP = object()
"""In a change: take the variable out."""

DAY = np.datetime64("2024-03-01", "s")

CLEAN = {
    "ADSL": {
        "STUDYID": ["S1", "S1"],
        "USUBJID": ["S1-001", "S1-002"],
        "SUBJID": ["001", "002"],
        "SITEID": ["01", "01"],
        "AGE": [61.0, 58.0],
        "AGEU": ["YEARS", "YEARS"],
        "SEX": ["F", "M"],
        "RACE": ["ASIAN", "WHITE"],
        "ARM": ["Active", "Placebo"],
        "TRT01P": ["Active", "Placebo"],
        "TRTSDT": [DAY, DAY],
        "SAFFL": ["Y", "N"],
    },
    "ADLB": {
        "STUDYID": ["S1", "S1"],
        "USUBJID": ["S1-001", "S1-002"],
        "PARAM": ["Albumin (g/L)", "Albumin (g/L)"],
        "PARAMCD": ["ALB", "ALB"],
        "AVAL": [38.0, 41.5],
        "ADT": [DAY, DAY],
        "ADY": [1.0, -1.0],
        "ABLFL": ["Y", None],
    },
    "ADTTE": {
        "STUDYID": ["S1", "S1"],
        "USUBJID": ["S1-001", "S1-002"],
        "PARAM": ["Overall Survival (days)", "Overall Survival (days)"],
        "PARAMCD": ["OS", "OS"],
        "AVAL": [10.0, 20.0],
        "CNSR": [0.0, 1.0],
        "STARTDT": [DAY, DAY],
        "ADT": [DAY + np.timedelta64(9, "D"), DAY + np.timedelta64(19, "D")],
        "EVNTDESC": ["Death", "Last known alive"],
    },
    "ADAE": {
        "STUDYID": ["S1", "S1"],
        "USUBJID": ["S1-001", "S1-002"],
        "AESEQ": [1.0, 1.0],
        "AETERM": ["headache", "nausea"],
        "AEDECOD": ["Headache", "Nausea"],
        "AEBODSYS": ["Nervous system disorders", "Gastrointestinal disorders"],
        "AEBDSYCD": [1.0, 2.0],
        "AELLT": ["Headache", "Nausea"],
        "AELLTCD": [1.0, 2.0],
        "AEPTCD": [1.0, 2.0],
        "AEHLT": ["Headaches", "Nausea"],
        "AEHLTCD": [1.0, 2.0],
        "AEHLGT": ["Headaches", "Signs"],
        "AEHLGTCD": [1.0, 2.0],
        "AESOC": ["Nervous system disorders", "Gastrointestinal disorders"],
        "AESOCCD": [1.0, 2.0],
        "AESER": ["N", "N"],
        "TRTEMFL": ["Y", None],
        "ASTDT": [DAY, DAY],
    },
    "ADMH": {
        "STUDYID": ["S1", "S1"],
        "USUBJID": ["S1-001", "S1-002"],
        "MHSEQ": [1.0, 1.0],
        "MHTERM": ["asthma", "eczema"],
        "MHDECOD": ["Asthma", "Eczema"],
    },
    "DM": {"STUDYID": ["S1", "S1"], "USUBJID": ["S1-001", "S1-002 "], "AGE": [61.0, 58.0]},
    "EX": {"STUDYID": ["S1"], "USUBJID": ["S1-001"], "EXTRT": ["Active"]},
}


def dataset(name, changes=None, *, labels=None, formats=None):
    """A clean dataset with `changes`; with labels or formats, one whose source carries metadata."""
    columns = {column: list(values) for column, values in CLEAN[name].items()}
    for column, values in (changes or {}).items():
        if values is DROP:
            del columns[column]
        else:
            columns[column] = values
    frame = pd.DataFrame({column: pd.Series(values) for column, values in columns.items()})
    if labels is None and formats is None:
        return Dataset.from_frame(frame, name)
    plain = Dataset.from_frame(frame, name)
    variables = tuple(
        Variable(
            v.name, label=(labels or {}).get(v.name, ""), type=v.type, format=(formats or {}).get(v.name, "")
        )
        for v in plain.variables
    )
    return plain.replace(variables=variables, carries=frozenset({"label", "length", "format"}))


def flagged(rule_id, *datasets, standards=None):
    report = judge(Study.of(*datasets), rules={rule_id}, standards=standards)
    assert not report.count(Status.NOT_RUN), report.outcomes
    return list(report.findings)


# id, dataset, the change that breaks the rule, the change that comes close and does not
TABLE = [
    ("AD0005", "ADSL", {"DTHFL": ["Y", "U"]}, {"DTHFL": ["Y", None]}),
    ("AD0005", "ADSL", {"DTHFL": ["Y", "y"]}, {"DTHFL": ["Y ", "N"]}),
    ("AD0005", "ADSL", {"DTHFL": [1.0, 0.0]}, {"DTHFLX": [1.0, 0.0]}),
    ("AD0005", "ADLB", {"CRIT1FL": ["YES", "N"]}, {"CRIT1FL": ["Y", " "]}),
    ("AD0006", "ADSL", {"SAFFN": [1.0, 2.0]}, {"SAFFN": [1.0, np.nan]}),
    ("AD0006", "ADLB", {"ABLFN": [1.0, 9.0]}, {"ANL01FN": [9.0, 9.0]}),
    ("AD0007", "ADLB", {"ANL01FN": [1.0, 0.0]}, {"ANL01FN": [1.0, 0.0], "ANL01FL": ["Y", None]}),
    ("AD0007", "ADSL", {"ITTFN": [1.0, 0.0]}, {"SRCFN": ["adsl.sas", "adsl.sas"]}),
    ("AD0007", "ADLB", {"ABCFN": ["1", "x"]}, {"ABCFN": ["x", "y"]}),
    ("AD0006", "ADLB", {"ABCFL": ["Y", "N"], "ABCFN": ["1", "x"]}, {"ABCFN": ["x", "y"]}),
    ("AD0010", "ADSL", {"SAFFN": [0.0, 0.0]}, {"SAFFN": [1.0, np.nan]}),
    ("AD0010", "ADSL", {"SAFFN": [np.nan, 0.0]}, {"SAFFN": [1.0, 0.0]}),
    ("AD0013", "ADSL", {"TREATMENT": ["A", "B"]}, {"TREATMEN": ["A", "B"]}),
    ("AD0014", "ADSL", {"_AGE": [1.0, 2.0]}, {"age_2": [1.0, 2.0]}),
    ("AD0014", "ADSL", {"1AGE": [1.0, 2.0]}, {"A1": [1.0, 2.0]}),
    ("AD0017", "ADAE", {"AETERM": ["x" * 201, "y"]}, {"AETERM": ["x" * 200, "y"]}),
    ("AD0017", "ADAE", {"AETERM": ["é" * 201, None]}, {"AETERM": ["é" * 200 + " ", None]}),
    *[
        (rule_id, "ADSL", {flag: ["Y", value]}, {flag: ["Y", "N"]})
        for rule_id, flag in {
            "AD0019": "COMPLFL",
            "AD0020": "FASFL",
            "AD0021": "ITTFL",
            "AD0022": "PPROTFL",
            "AD0023": "SAFFL",
            "AD0024": "RANDFL",
            "AD0025": "ENRLFL",
        }.items()
        for value in ("U", "n", None, "")
    ],
    *[
        (rule_id, "ADSL", {number: [1.0, value]}, {number: [1.0, 0.0]})
        for rule_id, number in {
            "AD0026": "COMPLFN",
            "AD0027": "FASFN",
            "AD0028": "ITTFN",
            "AD0029": "PPROTFN",
            "AD0030": "SAFFN",
            "AD0031": "RANDFN",
            "AD0032": "ENRLFN",
        }.items()
        for value in (2.0, np.nan)
    ],
    ("AD0039", "ADLB", {"ADTF": ["Y", "H"]}, {"ADTF": ["D", "M"]}),
    ("AD0039", "ADAE", {"ASTDTF": ["d", None]}, {"ASTDTF": ["Y", None]}),
    ("AD0046", "ADLB", {"ADY": [0.0, 1.0]}, {"ADY": [-1.0, np.nan]}),
    ("AD0046", "ADAE", {"AESTDY": [0.0, 1.0]}, {"STUDY": ["0", "0"]}),
    ("AD0058", "ADLB", {"ADT": ["2024-03-01", None]}, {"ADTC": ["2024-03-01", None]}),
    ("AD0058", "ADLB", {"LBENDT": ["01MAR2024", "?"]}, {"ADT": [23071.0, 23072.0]}),
    ("AD0058", "ADLB", {"ADT": ["x", None]}, {"ADT": pd.Series([None, None], dtype=object)}),
    ("AD0060", "ADLB", {"ADTM": ["2024-03-01T10:00", None]}, {"ADTM": [DAY, DAY]}),
    *[
        (rule_id, "ADSL", {variable: DROP}, {})
        for rule_id, variable in {
            "AD0047": "SITEID",
            "AD0049": "AGE",
            "AD0050": "AGEU",
            "AD0051": "SEX",
            "AD0052": "RACE",
            "AD0055": "SUBJID",
            "AD0071": "ARM",
            "AD0072": "TRT01P",
        }.items()
    ],
    ("AD0054", "ADSL", {"USUBJID": ["S1-001", "S1-001 "]}, {"USUBJID": ["S1-001", "S1-01"]}),
    (
        "AD0054",
        "ADSL",
        {"USUBJID": ["1", "1"], "STUDYID": DROP},
        {"USUBJID": ["1", "1"], "STUDYID": ["S1", "S2"]},
    ),
    ("AD0064", "ADSL", {"TRT02AN": [1.0, 2.0]}, {"TRT01AN": [1.0, 2.0], "TRT01A": ["A", "B"]}),
    ("AD0064", "ADSL", {"TRT02AN": [1.0, 2.0], "TRT01A": ["A", "B"]}, {"TRTAN": [1.0, 2.0]}),
    ("AD0070", "ADSL", {"TR01AG1N": [1.0, 2.0]}, {"TR01AG1N": [1.0, 2.0], "TR01AG1": ["A", "B"]}),
    ("AD0070", "ADSL", {"TR01AG2N": [1.0, 2.0], "TR01AG1": ["A", "B"]}, {"TR01PG1N": [1.0, 2.0]}),
    ("AD0080", "ADSL", {"TRT02A": ["A", "B"]}, {"TRT01A": ["A", "B"]}),
    ("AD0080", "ADSL", {"TRT12A": ["A", "B"]}, {"TRT12A": ["A", "B"], "TRT12P": ["A", "B"]}),
    ("AD0088", "ADLB", {"STUDYID": DROP}, {}),
    ("AD0089", "ADAE", {"USUBJID": DROP}, {}),
    ("AD0111", "ADLB", {"ARELTM": [1.0, 2.0]}, {"ARELTM": [1.0, 2.0], "ARELTMU": ["h", "h"]}),
    (
        "AD0112",
        "ADLB",
        {"ARELTM": [1.0, 2.0], "ARELTMU": ["h", ""]},
        {"ARELTM": [1.0, np.nan], "ARELTMU": ["h", ""]},
    ),
    ("AD0113", "ADLB", {"ARELTMU": ["h", "h"]}, {"ARELTMU": ["h", "h"], "ARELTM": [1.0, 2.0]}),
    ("AD0143", "ADLB", {"PARAMCD": ["ALBUMINES", "ALB"]}, {"PARAMCD": ["ALBUMINE", "ALB"]}),
    ("AD0144", "ADLB", {"PARAMCD": ["_ALB", "ALB"]}, {"PARAMCD": ["alb", None]}),
    ("AD0144", "ADLB", {"PARAMCD": ["1ALB", "ALB"]}, {"PARAMCD": ["A1LB", "ALB"]}),
    ("AD0145", "ADLB", {"PARAMCD": ["A-B", "ALB"]}, {"PARAMCD": ["A_B", "ALB"]}),
    ("AD0145", "ADLB", {"PARAMCD": ["A B", "ALB"]}, {"PARAMCD": ["A1 ", None]}),
    (
        "AD0159",
        "ADLB",
        {"AWTDIFF": [1.0, 2.0], "AWTARGET": [1.0, np.nan]},
        {"AWTDIFF": [1.0, np.nan], "AWTARGET": [1.0, np.nan]},
    ),
    ("AD0163", "ADLB", {"BTOXGR": ["1", "2"]}, {"BTOXGR": ["1", "2"], "ATOXGR": ["1", "2"]}),
    ("AD0164", "ADLB", {"BTOXGR": ["1", "2"], "ABLFL": DROP}, {"BTOXGR": ["1", "2"]}),
    ("AD0166", "ADLB", {"BNRIND": ["N", "H"]}, {"BNRIND": ["N", "H"], "ANRIND": ["N", "H"]}),
    ("AD0167", "ADLB", {"BNRIND": ["N", "H"], "ABLFL": DROP}, {"BNRIND": ["N", "H"]}),
    ("AD0169", "ADTTE", {"CNSR": [0.0, -1.0]}, {"CNSR": [0.0, 3.0]}),
    ("AD0169", "ADTTE", {"CNSR": [0.0, 0.5]}, {"CNSR": [0.0, np.nan]}),
    ("AD0169", "ADTTE", {"CNSR": [0.0, np.inf]}, {"CNSR": [0.0, 10.0]}),
    ("AD0169", "ADTTE", {"CNSR": ["0", "Y"]}, {"CNSR": ["0", "1"]}),
    ("AD0176", "ADLB", {"ABLFL": ["Y", "N"]}, {"ABLFL": ["Y", " "]}),
    ("AD0178", "ADLB", {"ANL02FL": ["Y", "N"]}, {"ANL02FL": ["Y", None], "ANLXXFL": ["N", "N"]}),
    ("AD0194", "ADLB", {"PARAM": DROP}, {}),
    ("AD0195", "ADLB", {"PARAMCD": DROP}, {}),
    ("AD0196", "ADLB", {"PARAM": ["Albumin (g/L)", " "]}, {}),
    ("AD0197", "ADLB", {"PARAMCD": ["ALB", None]}, {}),
    ("AD0198", "ADLB", {"AVAL": DROP}, {"AVAL": DROP, "AVALC": ["1", "2"]}),
    ("AD0211", "ADLB", {"ABLFN": [1.0, 0.0]}, {"ABLFN": [1.0, np.nan]}),
    ("AD0252", "ADMH", {"AVALC": ["1", "2"]}, {}),
    ("AD0252", "ADAE", {"AVAL": [1.0, 2.0]}, {"AVALU": ["a", "b"]}),
    ("AD0254", "ADMH", {"PARAM": ["a", "b"]}, {}),
    *[
        (rule_id, "ADAE", {variable: DROP}, {})
        for rule_id, variable in {
            "AD0261": "AEDECOD",
            "AD0262": "AEBODSYS",
            "AD0278": "AESER",
            "AD0620": "AETERM",
            "AD0621": "TRTEMFL",
            "AD0623": "AESEQ",
            "AD0624": "AELLT",
            "AD0625": "AEBDSYCD",
            "AD0626": "AELLTCD",
            "AD0627": "AEHLT",
            "AD0628": "AEHLTCD",
            "AD0629": "AEHLGT",
            "AD0630": "AEHLGTCD",
            "AD0631": "AEPTCD",
            "AD0632": "AESOC",
            "AD0633": "AESOCCD",
        }.items()
    ],
    (
        "AD0268",
        "ADAE",
        {"ADURN": [1.0, 2.0], "ADURU": ["DAYS", " "]},
        {"ADURN": [1.0, np.nan], "ADURU": ["DAYS", None]},
    ),
    ("AD0269", "ADAE", {"TRTEMFL": ["Y", "N"]}, {"TRTEMFL": ["Y", ""]}),
    ("AD0270", "ADMH", {"PREFL": ["Y", "N"]}, {"PREFL": ["Y", None]}),
    ("AD0271", "ADAE", {"FUPFL": ["Y", "U"]}, {"FUPFL": ["Y", None]}),
    ("AD0279", "ADAE", {"AESEVN": [1.0, 4.0]}, {"AESEVN": [3.0, np.nan]}),
    ("AD0363", "ADLB", {"ONTRTFL": ["Y", "N"]}, {"ONTRTFL": ["Y", None]}),
    ("AD0364", "ADAE", {"DOSEON": [1.0, 2.0]}, {"DOSEON": [1.0, 2.0], "DOSEU": ["mg", "mg"]}),
    ("AD0364", "ADMH", {"DOSCUMA": [1.0, 2.0]}, {}),
    ("AD0373", "ADTTE", {"CNSR": DROP}, {}),
    ("AD0374", "ADTTE", {"AVAL": DROP}, {}),
    ("AD0522", "ADLB", {"BTOXGRN": [1.0, 2.0]}, {"BTOXGRN": [1.0, 2.0], "BTOXGR": ["1", "2"]}),
    ("AD0523", "ADLB", {"ATOXGRLN": [1.0, 2.0]}, {"ATOXGRLN": [1.0, 2.0], "ATOXGRL": ["1", "2"]}),
    ("AD0524", "ADLB", {"ATOXGRHN": [1.0, 2.0]}, {"ATOXGRHN": [1.0, 2.0], "ATOXGRH": ["1", "2"]}),
    ("AD0525", "ADLB", {"ABLFN": [1.0, np.nan], "ABLFL": DROP}, {"ABLFN": [1.0, np.nan]}),
    ("AD0529", "ADAE", {"AESEVN": [1.0, 2.0]}, {"AESEVN": [1.0, 2.0], "AESEV": ["MILD", "MODERATE"]}),
    ("AD0530", "ADAE", {"ASEVN": [1.0, 2.0]}, {"ASEVN": [1.0, 2.0], "ASEV": ["MILD", "MODERATE"]}),
    ("AD0530", "ADLB", {"ASEVN": [1.0, 2.0]}, {}),
    ("AD0619", "ADLB", {"LVOTFL": ["Y", "N"]}, {"LVOTFL": ["Y", None]}),
]

ELSEWHERE = {"AD0001", "AD0016", "AD0041", "AD0053", "AD0061", "AD0160", "AD0204", "AD0895"}
"""Ids whose fixtures need several datasets, metadata or a version; see below."""


def conformance_ids():
    return {rule_id for rule_id in rule_book() if rule_id.startswith("AD")}


def test_every_conformance_rule_has_fixtures():
    elsewhere = {"population_pk", "non_compartmental"}  # families with a test module of their own
    covered = {row[0] for row in TABLE} | ELSEWHERE
    assert covered == {i for i in conformance_ids() if rule_book()[i].family not in elsewhere}


@pytest.mark.parametrize(("rule_id", "name", "change", "_close"), TABLE)
def test_a_breach_is_found(rule_id, name, change, _close):
    findings = flagged(rule_id, dataset(name, change))
    assert [finding.rule_id for finding in findings] == [rule_id]
    assert findings[0].severity is Severity.WARNING


@pytest.mark.parametrize(("rule_id", "name", "_change", "close"), TABLE)
def test_what_comes_close_passes(rule_id, name, _change, close):
    assert flagged(rule_id, dataset(name, close)) == []


@pytest.mark.parametrize("name", ["ADSL", "ADLB", "ADTTE", "ADAE", "ADMH"])
def test_clean_data_break_no_conformance_rule(name):
    data = Study.of(*map(dataset, {"ADSL", name}), dataset("DM"), dataset("EX"))
    report = judge(data, rules=conformance_ids())
    assert report.findings == ()
    assert not report.count(Status.NOT_RUN)


@pytest.mark.parametrize(
    ("change", "marked"),
    [({"SAFFL": ["U", "N"]}, [0]), ({"SAFFL": ["Y", None]}, [1]), ({"SAFFL": [None, "x"]}, [0, 1])],
)
def test_the_records_concerned_are_marked(change, marked):
    (finding,) = flagged("AD0023", dataset("ADSL", change))
    assert finding.records == len(marked)
    assert [example.record - 1 for example in finding.examples] == marked


def test_a_repeated_subject_is_marked_on_every_record():
    (finding,) = flagged("AD0054", dataset("ADSL", {"USUBJID": ["S1-001", "S1-001"]}))
    assert finding.records == 2


def test_adsl_must_be_delivered_with_adam_datasets():
    assert [f.dataset for f in flagged("AD0001", dataset("ADLB"))] == ["(study)"]
    assert flagged("AD0001", dataset("ADLB"), dataset("ADSL")) == []
    assert flagged("AD0001", dataset("ADLB"), Dataset.from_frame(dataset("ADSL").frame, "IADSL")) == []
    assert flagged("AD0001", dataset("DM")) == []


def test_long_label():
    assert flagged("AD0016", dataset("ADSL", labels={"AGE": "x" * 41}))
    assert not flagged("AD0016", dataset("ADSL", labels={"AGE": "é" * 40}))
    assert not flagged("AD0016", dataset("ADSL"))


@pytest.mark.parametrize("shown", ["DATE9.", "YYMMDD10.", "E8601DA.", "ddmmyy10."])
def test_a_date_format_shows_a_date(shown):
    assert not flagged("AD0041", dataset("ADLB", {"ADT": [23071.0, 23072.0]}, formats={"ADT": shown}))


@pytest.mark.parametrize("shown", ["", "8.", "BEST12.", "DATETIME20.", "TIME5."])
def test_another_format_does_not_show_a_date(shown):
    assert flagged("AD0041", dataset("ADLB", {"ADT": [23071.0, 23072.0]}, formats={"ADT": shown}))


def test_a_column_of_dates_needs_no_format():
    assert not flagged("AD0041", dataset("ADLB", formats={"PARAM": "$20."}))
    assert not flagged("AD0041", dataset("ADLB", {"ADT": [23071.0, 23072.0]}))


def test_a_subject_unknown_to_demographics():
    stranger = dataset("ADSL", {"USUBJID": ["S1-001", "S1-003"]})
    assert [f.records for f in flagged("AD0053", stranger, dataset("DM"))] == [1]
    assert not flagged("AD0053", dataset("ADSL"), dataset("DM"))
    (outcome,) = judge(Study.of(stranger), rules={"AD0053"}).outcomes
    assert outcome.status is Status.NOT_APPLICABLE


def test_demographics_without_subjects_are_not_compared_silently():
    report = judge(Study.of(dataset("ADSL"), dataset("DM", {"USUBJID": DROP})), rules={"AD0053"})
    assert [outcome.status for outcome in report.outcomes] == [Status.NOT_RUN]
    assert report.outcomes[0].reason.startswith("DM.USUBJID is not present")


def test_exposure_without_a_start_of_treatment():
    without = dataset("ADSL", {"TRTSDT": DROP})
    assert flagged("AD0061", without, dataset("EX"))
    assert not flagged("AD0061", without)
    assert not flagged("AD0061", dataset("ADSL", {"TRTSDT": DROP, "TRTSDTM": [DAY, DAY]}), dataset("EX"))


def test_window_unit_belongs_to_limits_or_to_other_numbers_of_the_window():
    unit = {"AWU": ["DAYS", "DAYS"]}
    limits = {"AWLO": [1.0, 2.0], "AWHI": [1.0, 2.0]}
    for version in ADAMIG_VERSIONS:
        standards = Standards(adamig=version)
        (alone,) = flagged("AD0160", dataset("ADLB", unit), standards=standards)
        assert alone.severity is Severity.WARNING
        assert not flagged("AD0160", dataset("ADLB", unit | limits), standards=standards)
    for other in ("AWTARGET", "AWTDIFF", "AWLO", "AWHI"):
        (half,) = flagged("AD0160", dataset("ADLB", unit | {other: [1.0, 2.0]}))
        assert half.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("ages", "records"),
    [([61.0, 58.0], 0), ([61.0, 57.0], 1), ([61.0, np.nan], 1), ([np.nan, np.nan], 2)],
)
def test_age_against_demographics(ages, records):
    findings = flagged("AD0204", dataset("ADSL", {"AGE": ages}), dataset("DM"))
    assert [finding.records for finding in findings] == ([records] if records else [])


def test_age_of_others_is_not_compared():
    stranger = dataset("ADSL", {"USUBJID": ["S1-001", "S1-003"], "AGE": [61.0, 7.0]})
    assert not flagged("AD0204", stranger, dataset("DM"))
    ageless = judge(Study.of(dataset("ADSL"), dataset("DM", {"AGE": DROP})), rules={"AD0204"})
    assert [outcome.reason for outcome in ageless.outcomes] == ["DM.AGE is not present"]
    unknown = dataset("DM", {"AGE": [np.nan, np.nan]})
    assert not flagged("AD0204", dataset("ADSL", {"AGE": [np.nan, np.nan]}), unknown)


def test_analysis_flag_label():
    change = {"ANL02FL": ["Y", None]}
    assert flagged("AD0895", dataset("ADLB", change, labels={"ANL02FL": "Analysis Flag 01"}))
    assert flagged("AD0895", dataset("ADLB", change, labels={"ANL02FL": "Analysis Flag"}))
    assert not flagged("AD0895", dataset("ADLB", change, labels={"ANL02FL": "Analysis Flag 02 - Week 8"}))
    assert not flagged("AD0895", dataset("ADSL", change, labels={"ANL02FL": "Analysis Flag"}))
    assert not flagged("AD0895", dataset("ADLB", change))


def test_adverse_event_variables_are_required_by_the_version_that_requires_them():
    data = dataset("ADAE", {"AEBDSYCD": DROP, "AETERM": DROP})
    assert not flagged("AD0625", data, standards=Standards(occds="1.0"))
    assert flagged("AD0620", data, standards=Standards(occds="1.0"))


def test_record_flags_are_judged_by_every_version():
    for rule_id in ("AD0176", "AD0178", "AD0363", "AD0619"):
        assert rule_book()[rule_id].scope.standards == ADAMIG


def test_names_are_found_in_any_case():
    data = dataset("ADSL")
    lower = Dataset.from_frame(data.frame.rename(columns=str.lower), "adsl")
    report = judge(Study.of(lower, dataset("DM")), rules=conformance_ids())
    assert report.findings == ()
    broken = Dataset.from_frame(lower.frame.assign(saffl=["Y", "U"]), "adsl")
    (finding,) = flagged("AD0023", broken)
    assert finding.examples[0].keys["usubjid"] == "S1-002"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (["N", "U", "x" * 60, "a", "b", "c", "d"], "N, U, a, b, c and other values"),
        (["x" * 60] * 7, f"{'x' * 19}…"),
        ([1.0] * 7, "1"),
    ],
)
def test_values_are_cut_short_and_are_no_part_of_the_message(values, shown):
    data = pd.DataFrame({"USUBJID": list("1234567"), "TRTEMFL": values})
    study = Study.of(Dataset.from_frame(data, "ADAE"))
    (finding,) = judge(study, rules={"AD0269"}, show_values=True).findings
    assert (finding.message, finding.values) == ("TRTEMFL is not Y or null", shown)
    assert judge(study, rules={"AD0269"}).findings[0].said == finding.message


def test_missing_values_are_told():
    (finding,) = flagged("AD0023", dataset("ADSL", {"SAFFL": ["U", None]}))
    assert (finding.message, finding.records) == ("SAFFL is not Y or N", 2)


@pytest.mark.parametrize("kind", ["category", "string[pyarrow]", "object"])
def test_texts_are_judged_alike_however_they_are_stored(kind):
    texts = pd.Series(["x" * 201, "y", None, ""] * 3)
    frame = pd.DataFrame({"USUBJID": list("abcdefghijkl"), "AETERM": texts.astype(kind)})
    assert [f.records for f in flagged("AD0017", Dataset.from_frame(frame, "ADAE"))] == [3]


def test_unused_categories_are_no_values():
    flag = pd.Categorical(["Y", None], categories=["Y", "N", "U"])
    assert not flagged("AD0269", dataset("ADAE", {"TRTEMFL": flag}))


@pytest.mark.parametrize("name", ["ADSL", "ADLB", "ADTTE", "ADAE", "ADMH"])
def test_empty_datasets_are_judged(name):
    data = dataset(name)
    report = judge(Study.of(data.replace(frame=data.frame.iloc[:0])), rules=conformance_ids())
    assert {finding.rule_id for finding in report.findings} <= {"AD0001"}
    assert not report.count(Status.NOT_RUN)


# Every rule of every family.

HEADINGS = ["What it checks", "Not a fault", "Why it matters", "Smallest fix"]


def faults_of_page(rule):
    """What is wrong with the page of a rule."""
    first, *_ = rule.page.strip().splitlines()
    if not first.endswith("."):
        yield "the first line is not a sentence"
    found = re.findall(r"^\s*## (.+)$", rule.page, re.MULTILINE)
    if found != [heading for heading in HEADINGS if heading != "Not a fault" or heading in found]:
        yield f"headings: {found}"
    if not all(part.strip() for part in re.split(r"^\s*## .+$", rule.page, flags=re.MULTILINE)):
        yield "a heading without text"
    if re.search(r"\{\w*\}", rule.page):
        yield "a placeholder was not filled in"


@pytest.mark.one_version
def test_pages_have_their_headings():
    assert {name: wrong for name, rule in rule_book().items() if (wrong := [*faults_of_page(rule)])} == {}


@pytest.mark.one_version
def test_the_faults_of_a_page_are_found():
    parts = ["AVAL is wrong", "## What it checks", "x {variable}", "## Smallest fix", "## Why it matters"]
    assert [fault.partition(":")[0] for fault in faults_of_page(SimpleNamespace(page="\n".join(parts)))] == [
        "the first line is not a sentence",
        "headings",
        "a heading without text",
        "a placeholder was not filled in",
    ]


def test_rules_survive_pickling():
    assert [name for name, rule in rule_book().items() if pickle.loads(pickle.dumps(rule)) != rule] == []


@pytest.mark.one_version
def test_rules_cite_and_name_their_fault():
    book = rule_book()
    assert [name for name, rule in book.items() if not (rule.citations and rule.title)] == []
    assert [name for name, rule in book.items() if "{" in rule.title] == []
    assert [name for name, rule in book.items() if rule.grain not in Grain] == []
