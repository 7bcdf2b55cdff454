"""Variables that a dataset has by the same name as ADSL."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.validate import judge
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import Variable

DAY = pd.Timedelta("1D")


@pytest.fixture
def sharing(trial):
    """ADTTE with copies of text, flag, date and number in ADSL."""
    trial.adsl["AGE"] = np.arange(40) + 20.1
    shared = trial.adsl[["USUBJID", "SAFFL", "TRT01P", "TRTSDT", "AGE", "DTHFL", "DTHDT"]]
    trial.adtte = trial.adtte.merge(shared, on="USUBJID", how="left")
    return trial


def messages(trial):
    return [(str(each.severity), each.records, each.message) for each in trial.findings("XD016")]


def test_copies_agree(sharing):
    assert messages(sharing) == []


def test_adsl_without_subjects_has_no_value_of_any(sharing):
    del sharing.adsl["USUBJID"]
    outcomes = {(each.dataset, str(each.status)) for each in sharing.report("XD016").outcomes}
    assert outcomes == {("ADAE", "not applicable"), ("ADTTE", "not applicable")}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SAFFL", "N"),
        ("TRT01P", "Other"),
        ("TRTSDT", pd.Timestamp("2024-01-16")),
        ("AGE", 21.0),
    ],
)
def test_another_value(sharing, variable, value):
    sharing.adtte.loc[[0, 3], variable] = value
    assert messages(sharing) == [("error", 2, f"{variable} differs from {variable} in ADSL")]


def test_a_value_that_adsl_has_not(sharing):
    sharing.adtte.loc[1, "DTHFL"] = "Y"
    assert messages(sharing) == [("error", 1, "DTHFL has a value, but is missing in ADSL")]


def test_a_lost_flag_is_an_error_and_another_lost_value_a_warning(sharing):
    sharing.adtte.loc[1, ["SAFFL", "TRT01P"]] = ["", None]
    assert messages(sharing) == [
        ("error", 1, "SAFFL is missing, but has a value in ADSL"),
        ("warning", 1, "TRT01P is missing, but has a value in ADSL"),
    ]


def test_blanks_storage_and_the_last_bit_do_not_count(sharing):
    sharing.adtte["TRT01P"] = (sharing.adtte.TRT01P + "  ").astype("category")
    sharing.adtte["TRTSDT"] = sharing.adtte.TRTSDT.astype("datetime64[us]")
    sharing.adtte["AGE"] = np.nextafter(sharing.adtte.AGE, 0)
    assert messages(sharing) == []


def test_a_datetime_differs_by_its_time(sharing):
    sharing.adsl["TRTSDTM"] = sharing.adsl.TRTSDT + pd.Timedelta("8h")
    sharing.adtte["TRTSDTM"] = sharing.adtte.TRTSDT
    assert messages(sharing) == [("error", 80, "TRTSDTM differs from TRTSDTM in ADSL")]


def test_variables_of_the_record_are_not_shared(sharing):
    sharing.adsl = sharing.adsl.assign(PARAMCD="X", ADT=pd.Timestamp("2020-01-01"), VISITNUM=1.0, AESEQ=9.0)
    sharing.adtte["VISITNUM"] = 2.0
    assert messages(sharing) == []


def test_unknown_subjects_have_another_finding(sharing):
    sharing.adsl = sharing.adsl.iloc[1:]
    assert messages(sharing) == []


class TestDescription:
    def report(self, ours, theirs):
        frame = pd.DataFrame({"USUBJID": ["1"], "AGE": [50.0]})
        subject = Variable("USUBJID", "Unique Subject Identifier")
        adsl = Dataset.from_frame(frame, "ADSL", variables=[subject, theirs])
        adtte = Dataset.from_frame(frame, "ADTTE", variables=[subject, ours])
        report = judge(Study.of(adsl, adtte), rules={"XD017"})
        return [(str(each.severity), each.variables) for each in report.findings]

    def test_the_same(self):
        assert self.report(Variable("AGE", "Age", "Num"), Variable("AGE", "Age ", "Num")) == []

    def test_another_label(self):
        age = ("AGE",)
        assert self.report(Variable("AGE", "Age", "Num"), Variable("AGE", "Years", "Num")) == [
            ("warning", age)
        ]
        assert self.report(Variable("AGE", "AGE", "Num"), Variable("AGE", "Age", "Num")) == [("note", age)]
        assert self.report(Variable("AGE", "", "Num"), Variable("AGE", "Age", "Num")) == []

    def test_another_type(self):
        assert self.report(Variable("AGE", "Age", "Char"), Variable("AGE", "Age", "Num")) == [
            ("warning", ("AGE",))
        ]

    def test_a_frame_without_values_has_no_type(self, sharing):
        sharing.adtte["DTHDT"] = None
        assert sharing.findings("XD017") == []
        sharing.adtte["AGE"] = "50"
        assert sharing.finding("XD017").variables == ("AGE",)
        assert not any("AGE" in message for *_, message in messages(sharing))


def test_what_is_missing_is_reported_whatever_the_type(sharing):
    """Text here and a number in ADSL: XD017 names it, and values that are lost are no less lost."""
    sharing.adtte["AGE"] = sharing.adtte.AGE.astype(str).astype(object)
    sharing.adtte.loc[[0, 3], "AGE"] = None
    assert messages(sharing) == [("warning", 2, "AGE is missing, but has a value in ADSL")]


@pytest.fixture
def collected(trial):
    """ADSL with SEX and RACE of DM, and DM, with a subject who failed screening."""
    trial.adsl = trial.adsl.assign(SEX=np.where(np.arange(40) % 2, "M", "F"), RACE="WHITE")
    dm = trial.adsl[["USUBJID", "SEX", "RACE"]].assign(DOMAIN="DM")
    failed = pd.DataFrame({"USUBJID": ["S1-900"], "SEX": ["F"], "RACE": ["ASIAN"], "DOMAIN": ["DM"]})
    trial.others["DM"] = pd.concat([dm, failed], ignore_index=True)
    return trial


def of_collected(trial):
    return [(str(each.severity), each.records, each.message) for each in trial.findings("XD065")]


def test_adsl_has_the_values_of_dm(collected):
    assert of_collected(collected) == []
    collected.others["DM"]["SEX"] += "  "
    collected.others["DM"].loc[3, "RACE"] = None
    assert of_collected(collected) == []


def test_adsl_has_other_values_than_dm(collected):
    collected.adsl.loc[[0, 1], "SEX"] = ["M", "F"]
    collected.adsl.loc[5, "RACE"] = None
    assert of_collected(collected) == [("warning", 2, "SEX differs from SEX in DM")]


def test_adsl_has_the_values_of_dm_in_other_words(collected):
    collected.adsl["RACE"] = "White"
    assert of_collected(collected) == [("note", 40, "RACE differs from RACE in DM")]


def test_dm_with_several_records_of_a_subject(collected):
    collected.others["DM"] = pd.concat([collected.others["DM"]] * 2, ignore_index=True)
    assert collected.reason("XD065") == "DM has several records of a subject"
