"""STARTDT of a parameter as a whole: mixed, shifted or missing."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.study.declarations import Endpoint

DAY = pd.Timedelta("1D")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "rule", "told"),
    [
        ("M7-mixed-origin", "XD035", [("warning", 21), ("warning", 21)]),
        ("M8-ten-years", "XD035", [("error", 60)]),
        ("M12b-startdt-missing", "TTE031", [("warning", 2)]),
    ],
)
def test_cases(shared, case, rule, told):
    report = ag.validate(ag.read(shared / "cases" / "gate" / case))
    assert [(str(each.severity), each.records) for each in report.findings if each.rule_id == rule] == told


@pytest.fixture
def randomized(trial):
    """Everybody is randomized one to three days before the first dose."""
    trial.adsl["RANDDT"] = trial.adsl.TRTSDT - (np.arange(40) % 3 + 1) * DAY
    return trial


def start_at(trial, variable, own):
    """Take STARTDT of some records of OS from another date in ADSL."""
    date = trial.adtte.USUBJID.map(trial.adsl.set_index("USUBJID")[variable])
    trial.adtte.loc[own, "STARTDT"] = date[own]


class TestMixed:
    def test_clean(self, randomized):
        assert randomized.findings("XD035") == []

    def test_by_arm(self, randomized):
        own = randomized.of("OS")
        start_at(randomized, "RANDDT", own[randomized.adtte.TRTP[own].eq("Placebo")])
        assert randomized.told("XD035") == [("warning", 20)]
        assert "TRT01P distinguishes them" in randomized.finding("XD035").sentence
        assert randomized.findings("XD006") == []

    def test_by_date_of_nothing(self, randomized):
        own = randomized.of("OS")[-12:]
        start_at(randomized, "RANDDT", own)
        randomized.adtte.loc[own, "STARTDT"] -= 400 * DAY
        assert randomized.told("XD035") == [("warning", 12)]
        assert "another date on 12" in randomized.finding("XD035").sentence

    def test_a_few_exceptions_are_those_of_the_other_rule(self, randomized):
        start_at(randomized, "RANDDT", randomized.of("OS")[:2])
        assert randomized.findings("XD035") == []
        assert randomized.told("XD006") == [("warning", 2)]

    def test_a_declared_origin(self, randomized):
        start_at(randomized, "RANDDT", randomized.of("OS")[:20])
        randomized.declare(endpoints={"OS": Endpoint(origin="TRTSDT")})
        assert randomized.findings("XD035") == []

    def test_the_untreated_start_at_randomization(self, randomized):
        start_at(randomized, "RANDDT", randomized.of("OS")[:15])
        randomized.adsl.loc[:14, "TRTSDT"] = pd.NaT
        assert randomized.findings("XD035") == []

    def test_gap_times_of_recurrent_events(self, randomized):
        own = randomized.adtte.loc[randomized.of("OS")]
        more = own[:30].assign(STARTDT=own.ADT[:30])
        randomized.adtte = pd.concat([own, more], ignore_index=True)
        assert randomized.findings("XD035") == []

    def test_most_start_at_a_response(self, randomized):
        own = randomized.of("PFS")
        randomized.adtte.loc[own[5:], "STARTDT"] += np.arange(35) * DAY + 9 * DAY
        assert randomized.findings("XD035") == []


class TestOfOtherSubjects:
    @pytest.fixture
    def dated(self, trial):
        """Every subject was treated first on another day."""
        trial.adsl["TRTSDT"] += np.arange(40) ** 2 * DAY
        return trial

    def test_merged_by_position(self, dated):
        start_at(dated, "TRTSDT", own := dated.of("OS"))
        assert dated.findings("XD035") == []
        dated.adtte.loc[own, "STARTDT"] = np.roll(dated.adtte.loc[own, "STARTDT"].to_numpy(), 1)
        found = dated.finding("XD035")
        assert (str(found.severity), found.records, found.parameter) == ("warning", 40, "OS")
        assert found.sentence == "OS: STARTDT has the days of TRTSDT of ADSL, but those of other subjects"

    def test_days_that_no_date_of_adsl_has(self, dated):
        start_at(dated, "TRTSDT", own := dated.of("OS"))
        dated.adtte.loc[own, "STARTDT"] += (np.arange(40) % 7 + 2) * DAY
        assert dated.findings("XD035") == []


class TestShifted:
    @pytest.mark.parametrize(
        ("days", "told"),
        [
            (-3653, "error"),
            (36525, "error"),
            (1, "warning"),
            (-1, "warning"),
            (90, None),
            (-365, "warning"),
            (-366, "warning"),
            (365, None),
        ],
    )
    def test_all(self, trial, days, told):
        trial.adtte.loc[trial.of("OS"), "STARTDT"] += days * DAY
        assert trial.told("XD035") == [(told, 40)] * (told is not None)

    def test_a_landmark_is_inferred(self, trial):
        trial.adtte.loc[trial.of("OS"), "STARTDT"] += 90 * DAY
        said = {each.parameter: each.statement for each in trial.report("XD035").inferred}
        assert said == {"OS": "STARTDT is 90 days after TRTSDT in ADSL"}


class TestStartMissing:
    def test_some(self, trial):
        assert trial.findings("TTE031") == []
        trial.adtte.loc[trial.of("PFS")[:2], "STARTDT"] = pd.NaT
        assert trial.told("TTE031") == [("warning", 2)]
        trial.adtte.loc[trial.of("PFS")[:2], "AVAL"] = np.nan
        assert trial.findings("TTE031") == []

    def test_none_of_a_parameter(self, trial):
        trial.adtte.loc[trial.of("PFS"), "STARTDT"] = pd.NaT
        assert trial.findings("TTE031") == []
