"""Dates and populations of a subject in ADSL."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.validate import judge

DAY = pd.Timedelta("1D")
SL = [f"SL00{number}" for number in range(2, 10)]


def test_a_clean_adsl(trial):
    trial.adsl["RANDDT"] = trial.adsl.TRTSDT - DAY
    assert trial.report(*SL).findings == ()


@pytest.mark.parametrize(
    ("rule_id", "severity", "variable", "value"),
    [
        ("SL002", "error", "TRTSDT", pd.NaT),
        ("SL003", "error", "TRTEDT", pd.Timestamp("2024-01-14")),
        ("SL004", "error", "DTHDT", pd.Timestamp("2024-01-14")),
        ("SL005", "warning", "SAFFL", "N"),
        ("SL006", "warning", "RANDDT", pd.NaT),
        ("SL006", "warning", "RANDFL", ""),
        ("SL007", "warning", "LSTALVDT", pd.Timestamp("2024-01-14")),
        ("SL008", "warning", "DTHDT", pd.NaT),
        ("SL008", "warning", "DTHFL", ""),
    ],
)
def test_one_subject_is_wrong(trial, rule_id, severity, variable, value):
    trial.adsl["RANDDT"] = trial.adsl.TRTSDT
    trial.adsl.loc[0, variable] = value
    assert trial.told(rule_id) == [(severity, 1)]


@pytest.mark.parametrize("variable", ["TRTEDT", "DTHDT", "LSTALVDT"])
def test_on_the_first_day_of_treatment(trial, variable):
    trial.adsl.loc[0, variable] = trial.adsl.TRTSDT[0]
    assert trial.report("SL003", "SL004", "SL007").findings == ()


def test_the_untreated(trial):
    trial.adsl.loc[0, ["SAFFL", "TRTSDT", "TRTEDT"]] = ["N", pd.NaT, pd.NaT]
    assert trial.report(*SL).findings == ()


@pytest.mark.parametrize(("text", "severity"), [("2024", "note"), ("", "note"), ("2024-05-01", "warning")])
def test_a_death_whose_date_nobody_knows(trial, text, severity):
    trial.adsl.loc[0, "DTHDT"] = pd.NaT
    trial.adsl["DTHDTC"] = np.where(trial.adsl.index == 0, text, "")
    assert trial.told("SL008") == [(severity, 1)]


class TestNested:
    def test_only_where_declared(self, trial):
        trial.adsl["PPROTFL"], trial.adsl["ITTFL"] = "Y", "N"
        assert trial.reason("SL009") == "no populations are declared as nested"
        trial.declare(nested=(("PPROTFL", "ITTFL"),))
        assert trial.told("SL009") == [("error", 40)]

    def test_a_chain(self, trial):
        trial.adsl["PPROTFL"] = trial.adsl["ITTFL"] = "Y"
        trial.declare(nested=(("PPROTFL", "ITTFL", "RANDFL"),))
        assert trial.findings("SL009") == []
        trial.adsl.loc[3, "RANDFL"] = ""
        assert trial.finding("SL009").variables == ("ITTFL", "RANDFL")

    def test_a_declared_flag_that_is_absent_is_not_run(self, trial):
        trial.declare(nested=(("PPROTFL", "SAFFL"),))
        report = judge(trial.study(), declarations=trial.declarations, rules={"SL009"})
        assert "PPROTFL is not a variable in ADSL" in report.not_run[0].reason
