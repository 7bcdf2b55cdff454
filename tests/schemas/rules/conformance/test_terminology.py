"""Codelists and the rules about them: what is built in, and values that are no terms."""

import csv
import pickle

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.severity import Severity
from adamgate.schemas.standards.terminology import ADAM, BUILT_IN, Codelist, Terminology
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.declarations import Declarations
from adamgate.schemas.study.study import Study

RULES = {"CT001", "CT002", "CT003"}

ADSL = {
    "USUBJID": ["1", "2", "3"],
    "AGEU": ["YEARS", "YEARS", "MONTHS"],
    "SEX": ["F", "M", None],
    "RACE": ["ASIAN", "MULTIPLE", "WHITE"],
    "ETHNIC": ["UNKNOWN", "NOT REPORTED", "HISPANIC OR LATINO"],
    "EOSSTT": ["COMPLETED", "ONGOING", "DISCONTINUED"],
    "TRTSDTF": ["", "D", "M"],
    "DTHDTF": ["Y", None, "  "],
}
ADAE = {
    "USUBJID": ["1", "2", "3"],
    "AESEQ": [1.0, 1.0, 1.0],
    "AETERM": ["headache", "nausea", "rash"],
    "AESER": ["Y", "N", "U"],
    "AESDTH": ["N", "", None],
    "AESEV": ["MILD", "MODERATE", "SEVERE"],
    "AEOUT": ["FATAL", "RECOVERED/RESOLVED", "UNKNOWN"],
    "AEACN": ["DOSE NOT CHANGED", "DRUG WITHDRAWN", "NOT APPLICABLE"],
    "AETOXGR": ["1", "5", "3"],
    "ASTDTF": ["D", None, "M"],
    "ASTTMF": ["H", None, "S"],
    "ADURU": ["DAYS", "HOURS", "min"],
    "DOSEU": ["mg", "furlong", "mg"],
    "ASEVN": [1.0, 2.0, 3.0],
    "SMQ01SC": ["BROAD", "NARROW", None],
    "SMQ01SCN": [1.0, 2.0, np.nan],
}
ADLB = {
    "USUBJID": ["1", "2", "3"],
    "PARAMCD": ["ALB", "ALB", "ALB"],
    "AVAL": [1.0, 2.0, 3.0],
    "DTYPE": ["LOCF", None, "AVERAGE"],
    "PARAMTYP": ["DERIVED", None, None],
    "ATMF": ["H", "M", "S"],
}
CLEAN = {"ADSL": ADSL, "ADAE": ADAE, "ADLB": ADLB}


def report(name, declarations=None, **changes):
    frame = pd.DataFrame(CLEAN[name] | changes)
    return judge(
        Study.of(Dataset.from_frame(frame, name)), rules=RULES, declarations=declarations, show_values=True
    )


def found(name, declarations=None, **changes):
    judged = report(name, declarations, **changes)
    assert not judged.count(Status.NOT_RUN), judged.not_run
    return [(each.rule_id, each.variables[0], each.records, each.said) for each in judged.findings]


@pytest.mark.parametrize("name", CLEAN)
def test_terms_of_the_codelists_pass(name):
    judged = report(name)
    assert judged.findings == ()
    assert judged.count(Status.PASSED) >= 2


@pytest.mark.parametrize(
    ("rule_id", "where", "values", "records", "message"),
    [
        (
            "CT001",
            "ADAE.AESEV",
            ["MILD", "DIRE", "DIRE"],
            2,
            "values other than MILD, MODERATE and SEVERE, the terms in {AESEV}: 'DIRE'",
        ),
        (
            "CT001",
            "ADAE.AESEV",
            ["Mild", "MODERATE", "severe"],
            2,
            "values that differ only in letter case from MILD and SEVERE in {AESEV}: 'Mild' and 'severe'",
        ),
        (
            "CT001",
            "ADAE.AEOUT",
            ["FATAL ", "FATAL", None],
            1,
            "values that differ only in blanks from FATAL in {OUT}: 'FATAL '",
        ),
        (
            "CT001",
            "ADAE.AEOUT",
            ["FATAL", " FATAL", "FATAL\N{NO-BREAK SPACE}"],
            2,
            "values that differ only in blanks from FATAL in {OUT}: ' FATAL' and 'FATAL\N{NO-BREAK SPACE}'",
        ),
        (
            "CT001",
            "ADAE.AEACN",
            ["DOSE REDUCED", "Dose  reduced", None],
            1,
            "values that differ only in letter case and blanks from DOSE REDUCED in {ACN}: 'Dose  reduced'",
        ),
        (
            "CT001",
            "ADAE.AESER",
            ["Y", "N", "1"],
            1,
            "values other than N, NA, U and Y, the terms in {NY}: '1'",
        ),
        (
            "CT001",
            "ADAE.ASTDTF",
            ["D", "MD", None],
            1,
            "values other than D, M and Y, the terms in {DATEFL}: 'MD'",
        ),
        (
            "CT001",
            "ADLB.ATMF",
            ["H", "M", "D"],
            1,
            "values other than H, M and S, the terms in {TIMEFL}: 'D'",
        ),
        (
            "CT001",
            "ADSL.TRTSDTF",
            ["D", "d", ""],
            1,
            "values that differ only in letter case from D in {DATEFL}: 'd'",
        ),
        (
            "CT001",
            "ADSL.SEX",
            ["F", "Female", "M"],
            1,
            "values other than F, INTERSEX, M, U and UNDIFFERENTIATED, the terms in {SEX}: 'Female'",
        ),
        (
            "CT002",
            "ADLB.DTYPE",
            ["AVERAG", "LOCF", "AVERAG"],
            2,
            "values that are not in {DTYPE}: 'AVERAG'; near AVERAGE",
        ),
        ("CT002", "ADLB.DTYPE", ["LOCF", "QQQ", None], 1, "values that are not in {DTYPE}: 'QQQ'"),
        (
            "CT002",
            "ADAE.ADURU",
            ["DAY", "DAY", None],
            2,
            "values other than sec, min, HOURS, DAYS, WEEKS, MONTHS and YEARS, the terms in {UNIT}: 'DAY'",
        ),
        (
            "CT002",
            "ADSL.RACE",
            ["White", "MULTIPLE", "ASIAN"],
            1,
            "values that differ only in letter case from WHITE in {RACE}: 'White'",
        ),
        (
            "CT003",
            "ADAE.SMQ01SC",
            ["Broad", "NARROW", None],
            1,
            "values that differ only in letter case from BROAD in the standard: 'Broad'",
        ),
        (
            "CT003",
            "ADAE.ASEVN",
            [1.0, 4.0, 3.0],
            1,
            "values other than 1, 2 and 3, the values in the standard: '4'",
        ),
    ],
)
def test_a_value_that_is_no_term(rule_id, where, values, records, message):
    name, _, variable = where.partition(".")
    told = message.format_map({each.name: f"codelist {each}" for each in BUILT_IN.codelists})
    assert found(name, **{variable: values}) == [(rule_id, variable, records, f"{variable} has {told}")]


def test_a_message_says_which_terminology_it_rests_on():
    assert str(BUILT_IN.codelist("DATEFL")) == "DATEFL (C81223, ADaM CT 2026-03-27)"
    assert str(BUILT_IN.codelist("UNIT")) == "UNIT (C71620, SDTM CT early 2024, units of time)"


def test_a_closed_list_warns_and_an_extensible_one_notes():
    closed = report("ADAE", AESEV=["MILD", "Mild", "GRADE 3"])
    assert [each.severity for each in closed.findings] == [Severity.WARNING, Severity.WARNING]
    assert [each.severity for each in report("ADSL", EOSSTT="LOST").findings] == [Severity.NOTE]


def test_causes_are_told_apart_and_count_their_own_records():
    messages = found("ADAE", AESEV=["Mild", "MILD ", "GRADE 3"])
    assert [records for _, _, records, _ in messages] == [1, 1, 1]
    assert [message.split(" from ")[0] for *_, message in messages[1:]] == [
        "AESEV has values that differ only in blanks",
        "AESEV has values that differ only in letter case",
    ]
    assert "other than MILD, MODERATE and SEVERE" in messages[0][3]
    assert messages[0][3].endswith(": 'GRADE 3'")


def test_numbers_are_compared_with_the_terms_they_stand_for():
    assert found("ADAE", AETOXGR=[1.0, 5.0, np.nan]) == []
    ((rule_id, variable, records, _),) = found("ADAE", AETOXGR=[0.0, 5.0, 2.5])
    assert (rule_id, variable, records) == ("CT002", "AETOXGR", 2)


@pytest.mark.parametrize("dtype", ["object", "category", "string"])
def test_columns_of_any_type(dtype):
    values = pd.Series(["MILD", "Mild", None]).astype(dtype)
    assert [(each[0], each[2]) for each in found("ADAE", AESEV=values)] == [("CT001", 1)]


def test_categories_that_no_record_has_are_not_judged():
    values = pd.Categorical(["MILD", "MILD", None], categories=["mild", "MILD"])
    assert found("ADAE", AESEV=values) == []


def test_an_empty_dataset_passes():
    frame = pd.DataFrame(ADAE).iloc[:0]
    assert judge(Study.of(Dataset.from_frame(frame, "ADAE")), rules=RULES).findings == ()


def test_many_wrong_values_are_cut_short():
    values = [f"WRONG VALUE NUMBER {number:02d} OF MANY" for number in range(30)]
    frame = pd.DataFrame({"USUBJID": "1", "AESEQ": 1.0, "AETERM": "x", "AESEV": values})
    (finding,) = judge(Study.of(Dataset.from_frame(frame, "ADAE")), rules=RULES).findings
    assert finding.records == 30
    assert len(finding.message) < 300


def test_a_variable_of_another_structure_is_left_alone():
    assert found("ADLB", SEX=["Female", "Male", None], AESEV="Mild") == []


def test_data_without_such_variables_say_so():
    judged = judge(
        Study.of(Dataset.from_frame(pd.DataFrame({"PARAMCD": ["A"], "AVAL": [1.0]}), "ADXX")), rules=RULES
    )
    assert [(each.status, each.reason) for each in judged.outcomes] == [
        (Status.NOT_APPLICABLE, "no variable with a non-extensible codelist that is built in or provided"),
        (Status.NOT_APPLICABLE, "no variable with an extensible codelist that is built in or provided"),
        (Status.NOT_APPLICABLE, "no variable with values listed by the ADaM structure"),
    ]


# Terminology that is given


def loaded(*codelists):
    return Declarations(terminology=BUILT_IN.updated_by(Terminology(codelists)))


def test_a_given_codelist_takes_the_place_of_the_one_built_in():
    given = loaded(Codelist("AESEV", "C1", extensible=True, terms=("GRIM",), version="SDTM CT 2099-01-01"))
    ((rule_id, _, records, message),) = found("ADAE", given)
    assert (rule_id, records) == ("CT002", 3)
    assert message == (
        "AESEV has values other than GRIM, the terms in codelist AESEV (C1, SDTM CT 2099-01-01): "
        "'MILD', 'MODERATE' and 'SEVERE'"
    )
    assert found("ADAE", given, AESEV="GRIM", AESER="Yes")[0][:2] == ("CT001", "AESER")


def test_a_whole_list_tells_what_a_part_could_not():
    units = Codelist("UNIT", "C71620", extensible=True, terms=("mg", "DAYS", "HOURS", "min"))
    ((_, variable, records, message),) = found("ADAE", loaded(units))
    assert (variable, records) == ("DOSEU", 1)
    assert (
        message == "DOSEU has values other than mg, DAYS, HOURS and min, "
        "the terms in codelist UNIT (C71620): 'furlong'"
    )


def test_alternatives_are_judged_together():
    """Other domains have AESEV or SEVRS: with one of them unknown, a term may be in the other."""
    frame = pd.DataFrame(
        {"USUBJID": ["1"] * 3, "CETERM": "x", "CESEQ": 1.0, "CESEV": ["MILD", "mild", "DIRE"]}
    )
    study = Study.of(Dataset.from_frame(frame, "ADCE"))
    (finding,) = judge(study, rules=RULES).findings
    assert finding.records == 1
    assert (
        "differ only in letter case from MILD in codelist AESEV (C66769, SDTM CT early 2024, without SEVRS)"
        in finding.message
    )
    given = loaded(Codelist("SEVRS", "C2", extensible=False, terms=("DIRE",), version="SDTM CT 2099-01-01"))
    assert len(judge(study, rules=RULES, declarations=given).findings) == 1
    frame = frame.assign(CESEV="AWFUL")
    report = judge(Study.of(Dataset.from_frame(frame, "ADCE")), rules=RULES, declarations=given)
    assert [(each.rule_id, each.records) for each in report.findings] == [("CT001", 3)]
    assert "AESEV or SEVRS (C66769 or C2" in report.findings[0].message


def test_codelists_are_found_by_name():
    assert BUILT_IN.codelist("NY").code == "C66742"
    assert BUILT_IN.codelist("NOSUCH") is None
    assert BUILT_IN.codelist() is None
    assert BUILT_IN.versions == (ADAM, "SDTM CT early 2024")
    assert "Y" in BUILT_IN.codelist("NY")
    assert "y" not in BUILT_IN.codelist("NY")
    with pytest.raises(ValueError, match="same name"):
        Terminology((BUILT_IN.codelists[0], BUILT_IN.codelists[0]))


def test_terminology_can_be_sent():
    assert "N" in BUILT_IN.codelist("NY")
    assert pickle.loads(pickle.dumps(BUILT_IN)) == BUILT_IN


def test_built_in_lists_of_adam_are_those_published(shared):
    with (shared / "terminology" / "adam-ct-2026-03-27.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ours = [each for each in BUILT_IN.codelists if each.version == ADAM]
    assert len(ours) == 5
    for codelist in ours:
        published = [row for row in rows if row["codelist"] == codelist.name]
        assert {row["codelist_code"] for row in published} == {codelist.code}
        assert {row["extensible"] for row in published} == {"yes" if codelist.extensible else "no"}
        assert sorted(row["term"] for row in published) == sorted(codelist.terms)
