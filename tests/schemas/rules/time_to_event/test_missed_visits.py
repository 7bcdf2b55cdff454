"""Events after more missed visits than are declared."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.schemas.evidence.visit_schedule import VisitSchedule
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.study.declarations import Endpoint

DAY = pd.Timedelta("1D")
EVERY = 42


@pytest.fixture
def visited(trial):
    """Everybody was assessed every six weeks, two days early or late, up to the event or censoring."""
    free = trial.adtte.loc[trial.of("PFS")]
    visits = []
    for row in free.itertuples():
        until = (row.ADT - row.STARTDT).days
        days = [EVERY * n + (n % 3 - 1) * 2 for n in range(1, until // EVERY + 1)]
        days = [day for day in days if day < until]
        visits += [
            (row.USUBJID, f"WEEK {6 * n}", row.STARTDT + day * DAY, "SD") for n, day in enumerate(days, 1)
        ]
        if row.CNSR == 0:
            visits.append((row.USUBJID, "UNSCHEDULED", row.ADT, "PD"))
    trial.others["ADRS"] = pd.DataFrame(visits, columns=["USUBJID", "AVISIT", "ADT", "AVALC"])
    return trial


def lose(trial, number, visits):
    """A subject with an event, without the last visits before it."""
    free = trial.adtte.loc[trial.of("PFS")]
    who = free[free.CNSR.eq(0)].USUBJID.iloc[number]
    adrs = trial.others["ADRS"]
    own = adrs.index[adrs.USUBJID.eq(who) & adrs.AVALC.eq("SD")]
    assert len(own) > visits
    trial.others["ADRS"] = adrs.drop(index=own[-visits:])


class TestMissedVisits:
    def test_nothing_is_declared(self, visited):
        lose(visited, -1, 4)
        assert visited.reason("XD037") == "no number of missed visits is declared"

    @pytest.mark.parametrize("days", [(), (EVERY,), (EVERY, 2 * EVERY)])
    @pytest.mark.parametrize(("lost", "allowed", "told"), [(0, 0, 0), (2, 2, 0), (3, 1, 1), (3, 0, 1)])
    def test_more_than_declared(self, visited, days, lost, allowed, told):
        if lost:
            lose(visited, -1, lost)
        visited.declare(endpoints={"PFS": Endpoint(missed_visits=allowed, visit_days=days)})
        assert visited.told("XD037") == [("warning", 1)] * told
        if told:
            assert visited.finding("XD037").variables == ("ADT", "CNSR")

    @pytest.mark.parametrize("kept", [["AVISIT"], ["AVISITN"], []])
    def test_the_schedule_is_inferred(self, visited, kept):
        adrs = visited.others["ADRS"]
        adrs["AVISITN"] = pd.to_numeric(adrs.AVISIT.str.extract(r"(\d+)")[0])
        lose(visited, -1, 3)
        visited.others["ADRS"] = visited.others["ADRS"][["USUBJID", "ADT", "AVALC", *kept]]
        visited.declare(endpoints={"PFS": Endpoint(missed_visits=1)})
        assert visited.told("XD037") == [("warning", 1)]
        (inferred,) = visited.report("XD037").inferred
        assert "assessments in ADRS" in inferred.statement
        visited.declare(endpoints={"PFS": Endpoint(missed_visits=3)})
        assert visited.findings("XD037") == []

    def test_not_evaluable_is_missed(self, visited):
        free = visited.adtte.loc[visited.of("PFS")]
        who = free[free.CNSR.eq(0)].USUBJID.iloc[-1]
        adrs = visited.others["ADRS"]
        own = adrs.index[adrs.USUBJID.eq(who) & adrs.AVALC.eq("SD")]
        adrs.loc[own[-3:], "AVALC"] = "NE"
        visited.declare(endpoints={"PFS": Endpoint(missed_visits=1)})
        assert visited.told("XD037") == [("warning", 1)]

    def test_a_gap_is_declared_too(self, visited):
        lose(visited, -1, 3)
        visited.declare(endpoints={"PFS": Endpoint(missed_visits=1, gap=100)})
        assert visited.findings("XD037") == []
        assert visited.told("XD013") == [("warning", 1)]

    def test_fewer_visits_later(self, visited):
        """Every six weeks at first, then every twelve: nothing is missed."""
        adrs = visited.others["ADRS"]
        week = pd.to_numeric(adrs.AVISIT.str.extract(r"(\d+)")[0])
        visited.others["ADRS"] = adrs[week.isna() | (week <= 18) | (week % 12 == 6)]
        visited.declare(endpoints={"PFS": Endpoint(missed_visits=0)})
        assert visited.findings("XD037") == []

    def test_visits_are_not_known(self, visited):
        visited.others["ADRS"] = visited.others["ADRS"].head(3).drop(columns="AVISIT")
        visited.declare(endpoints={"PFS": Endpoint(missed_visits=1)})
        report = judge(visited.study(), declarations=visited.declarations, rules={"XD037"})
        assert "declare visit_days" in report.not_run[0].reason

    def test_censored_records(self, visited):
        visited.adtte["CNSR"] = 1.0
        visited.others["ADRS"] = visited.others["ADRS"].head(3)
        visited.declare(endpoints={"PFS": Endpoint(missed_visits=0)})
        assert visited.findings("XD037") == []


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([(42,), (42, 84), (28, 56, 84, 168)]))
def test_on_the_days_of_visits_those_between_are_missed(first, more, days):
    planned = [0.0, *days]
    while len(planned) < 90:
        planned.append(2 * planned[-1] - planned[-2])
    missed = VisitSchedule(tuple(map(float, days))).missed(
        np.array([planned[first]]), np.array([planned[first + more]])
    )
    assert missed.tolist() == [more - 1]
