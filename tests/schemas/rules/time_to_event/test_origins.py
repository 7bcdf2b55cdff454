"""STARTDT and the date in ADSL that it equals."""

import pandas as pd
import pytest

from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.study.declarations import Endpoint

DAY = pd.Timedelta("1D")


def origins(trial):
    return {each.parameter: each.statement for each in trial.report("XD006").inferred}


def test_it_is_told(trial):
    assert origins(trial) == {"OS": "STARTDT = TRTSDT in ADSL", "PFS": "STARTDT = TRTSDT in ADSL"}


def test_an_exception(trial):
    trial.adtte.loc[5, "STARTDT"] += DAY
    assert trial.told("XD006") == [("warning", 1)]
    assert trial.finding("XD006").sentence == "OS: STARTDT differs from TRTSDT in ADSL"


def test_an_exception_from_a_declared_origin(trial):
    trial.adtte.loc[5, "STARTDT"] += DAY
    trial.declare(endpoints={"OS": Endpoint(origin="TRTSDT")})
    assert trial.told("XD006") == [("error", 1)]


def test_a_declared_origin_is_not_inferred(trial):
    trial.adsl["RANDDT"] = trial.adsl.TRTSDT - DAY
    trial.declare(endpoints={"OS": Endpoint(origin="RANDDT")})
    assert trial.told("XD006") == [("error", 40)]


def test_a_declared_origin_that_is_absent_is_not_run(trial):
    trial.declare(endpoints={"OS": Endpoint(origin="RANDDT")})
    report = judge(trial.study(), declarations=trial.declarations, rules={"XD006"})
    assert "RANDDT is not a date in ADSL" in report.not_run[0].reason


def test_dates_that_agree_equally_well(trial):
    trial.adsl["RANDDT"] = trial.adsl.TRTSDT
    assert origins(trial)["OS"] == "STARTDT = RANDDT in ADSL (and TRTSDT)"


@pytest.mark.parametrize("shift", [1, 20])
def test_response_starts_when_it_starts(trial, shift):
    own = trial.of("PFS")
    trial.adtte.loc[own, "STARTDT"] += (pd.Series(range(40), index=own) + shift) * DAY
    trial.adtte.loc[own, ["PARAMCD", "PARAM"]] = ["DOR", "Duration of Response (Months)"]
    assert "DOR" not in origins(trial)
    assert trial.findings("XD006") == []


def test_the_untreated_start_from_elsewhere(trial):
    trial.adsl.loc[[2, 9], "TRTSDT"] = pd.NaT
    trial.adtte.loc[[2, 9], "STARTDT"] += DAY
    assert trial.findings("XD006") == []


def test_without_dates_by_subject(trial):
    trial.adsl = trial.adsl[["USUBJID", "SAFFL"]]
    (outcome,) = trial.report("XD006").outcomes
    assert (outcome.status, outcome.reason) == (Status.NOT_APPLICABLE, "no numeric date is present in ADSL")
