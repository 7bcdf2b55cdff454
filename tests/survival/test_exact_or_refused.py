"""AVAL in another unit is exact or refused, whichever records are selected and whichever have dates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.reports.table_summary import render_summary
from adamgate.schemas.errors import Refused

START = np.datetime64("2020-01-15", "s")
UNITS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
MADE_WITH = [
    ("days", 1.0),
    ("weeks", 7.0),
    *(("months", days) for days in (30.4375, 30.44, 365 / 12, 30.42, 30.4, 30.0, 28.0, 365.2425 / 12)),
    *(("years", days) for days in (365.25, 365.0, 365.2425)),
]


def rounded(aval, decimals, cut=False):
    if decimals is None:
        return aval
    shifted = aval * 10**decimals
    return (np.floor(shifted + 1e-9) if cut else np.round(shifted)) / 10**decimals


def study_of(aval, elapsed, unit="months"):
    """One parameter; `elapsed` are the days from STARTDT to ADT, NaN where there is no ADT."""
    elapsed = np.asarray(elapsed, dtype=float)
    frame = pd.DataFrame(
        {
            "USUBJID": [f"S-{number:03}" for number in range(len(aval))],
            "PARAMCD": "OS",
            "AVAL": np.asarray(aval, dtype=float),
            "AVALU": unit.upper(),
            "STARTDT": START,
            "ADT": (START + elapsed.astype("timedelta64[D]")).astype("datetime64[s]"),
            "CNSR": 0.0,
        }
    )
    return ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))


def durations(study, unit, chosen=None):
    """By subject; None where the table is refused."""
    where = None if chosen is None else f"USUBJID in ({', '.join(repr(f'S-{n:03}') for n in chosen)})"
    try:
        frame = ag.survival(study, "OS", unit=unit, where=where, gate=False).frame
    except Refused:
        return None
    return dict(zip(frame["USUBJID"], frame["duration"], strict=True))


@dataclass(frozen=True)
class Case:
    """Records that were made from whole days; two may be set to day 28 by design."""

    unit: str
    aval: np.ndarray
    days: np.ndarray
    elapsed: np.ndarray
    dated: np.ndarray

    def study(self, dated=None):
        dated = self.dated if dated is None else dated
        return study_of(self.aval, np.where(dated, self.elapsed, np.nan), self.unit)


@st.composite
def cases(draw):
    unit, constant = draw(st.sampled_from(MADE_WITH))
    dates = np.array(draw(st.lists(st.integers(1, 4000), min_size=25, max_size=60, unique=True)), dtype=float)
    days = dates.copy()
    days[sorted(draw(st.sets(st.integers(0, 24), max_size=2)))] = 28.0
    decimals = draw(st.sampled_from([None, 0, 1, 2, 3, 4]))
    aval = rounded(days / constant, decimals, draw(st.booleans()))
    undated = draw(st.sets(st.integers(0, len(days) - 1), max_size=len(days)))
    dated = np.ones(len(days), dtype=bool)
    dated[sorted(undated)] = False
    return Case(unit, aval, days, dates - draw(st.sampled_from([0, 1])), dated)


@pytest.mark.slow
@given(case=cases(), target=st.sampled_from(sorted(UNITS)))
@settings(max_examples=settings.default.max_examples * 150 // 100)
def test_whole_days_are_found_to_half_a_day_or_the_table_is_refused(case, target):
    found = durations(case.study(), target)
    if found is not None and target != case.unit:
        assert np.abs(np.array(list(found.values())) * UNITS[target] - case.days).max() < 0.5


@pytest.mark.slow
@given(case=cases(), target=st.sampled_from(sorted(UNITS)))
@settings(max_examples=settings.default.max_examples * 150 // 100)
def test_dates_never_change_a_duration(case, target):
    everything = np.ones(len(case.days), dtype=bool)
    tables = [durations(case.study(dated), target) for dated in (everything, case.dated, ~everything)]
    known = [table for table in tables if table is not None]
    assert all(table == known[0] for table in known)


@pytest.mark.slow
@given(case=cases(), target=st.sampled_from(sorted(UNITS)), data=st.data())
@settings(max_examples=settings.default.max_examples * 150 // 100)
def test_a_selection_never_changes_a_duration(case, target, data):
    chosen = data.draw(st.sets(st.integers(0, len(case.days) - 1), min_size=1))
    whole, selected = durations(case.study(), target), durations(case.study(), target, sorted(chosen))
    if whole is not None and selected is not None:
        assert selected == {subject: whole[subject] for subject in selected}


# Cases that people met

DAYS = np.arange(20, 1220, 31, dtype=float)
NO_DATES = np.full(len(DAYS), np.nan)


def table(study, unit="days", **options):
    return ag.survival(study, "OS", unit=unit, gate=False, **options)


def refusal(study, **options):
    with pytest.raises(Refused) as caught:
        table(study, **options)
    return caught.value


def test_rounded_records_without_dates_are_refused_in_every_selection():
    elapsed = DAYS - 1
    elapsed[[3, 9, 12, 20, 33]] = np.nan
    study = study_of(rounded(DAYS / 30.4375, 1), elapsed)
    whole = refusal(study)
    alone = refusal(study, where="USUBJID in ('S-003', 'S-009', 'S-012', 'S-020', 'S-033')")
    said = "OS cannot be converted to days: AVAL is rounded, and 5 records have no ADT or STARTDT"
    assert (whole.what, alone.what) == (said, said)
    assert whole.advice == (
        "request the unit of AVAL (--unit months), exclude these records with a condition (--where), or "
        "provide AVAL unrounded or with ADT and STARTDT"
    )
    assert "--where" not in alone.advice
    assert durations(study, "days", [0, 1, 2]) == {f"S-{n:03}": DAYS[n] for n in range(3)}


@pytest.mark.parametrize("cut", [True, False])
def test_completed_months_without_any_date_are_refused(cut):
    aval = rounded(DAYS / 30.4375, 0, cut)
    study = study_of(aval, NO_DATES)
    assert "AVAL is rounded, and 39 records have no ADT or STARTDT" in refusal(study).what
    assert "AVAL is rounded" in refusal(study, unit="years").what
    assert table(study, "months").frame["duration"].tolist() == aval.tolist()


@pytest.mark.parametrize("constant", [30.4375, 30.44])
@pytest.mark.parametrize("cut", [True, False])
def test_two_decimals_of_a_month_are_whole_days_with_and_without_dates(constant, cut):
    aval = rounded(DAYS / constant, 2, cut)
    for elapsed in (DAYS - 1, NO_DATES):
        made = table(study_of(aval, elapsed))
        assert made.frame["duration"].tolist() == DAYS.tolist()
        assert made.codebook.time.duration == f"{'ceil' if cut else 'round'}(AVAL * {constant})"


EIGHT = np.array([20, 115, 222, 300, 410, 555, 700, 915], dtype=float)


@pytest.mark.parametrize(
    ("aval", "what"),
    [
        (
            rounded(EIGHT / 30.5, 1),
            "AVAL is rounded, and 8 records do not follow from ADT and STARTDT",
        ),
        (rounded(EIGHT / 30.5, 2), "the length of a month of OS cannot be determined"),
        (np.ceil(EIGHT / 30.4375), "the length of a month of OS cannot be determined"),
    ],
    ids=["1 decimal", "2 decimals", "rounded up"],
)
def test_dates_that_contradict_the_usual_month_refuse_it(aval, what):
    assert what in refusal(study_of(aval, EIGHT - 1)).what


def test_a_length_that_the_dates_contradict_is_named():
    """29.3 by one pair of values only: nothing shows it, and 30.4375 is not it."""
    study = study_of(np.full(3, 900 / 29.3), np.full(3, 899))
    assert refusal(study).where == (
        "ADTTE, AVAL in months of 30.4375 days does not equal the time from STARTDT to ADT"
    )


def test_raised_durations_of_zero_keep_their_value():
    """30.4375 and 30.44 are equally good for a short study, and differ by 0.00002 days on 0.01 months."""
    days = np.append(np.arange(2.0, 60, 2), [0, 0, 0])
    aval = rounded(days / 30.4375, 2)
    aval[-3:] = 0.01
    for elapsed in (days, np.full(len(days), np.nan)):
        made = table(study_of(aval, elapsed))
        assert made.frame["duration"].tolist() == [*days[:-3], 0.304375, 0.304375, 0.304375]
        said = "round(AVAL * 30.4375), but AVAL * 30.4375 for 3 other records"
        assert made.codebook.time.duration == said
        assert f"  duration in days: {said}" in render_summary(made.codebook)


@pytest.mark.parametrize("undated", [0, 6])
def test_two_constants_are_the_reason_not_the_rounding(undated):
    aval = np.append(rounded(DAYS[:25] / 30.4375, 2), rounded(DAYS[25:] / 28, 2))
    elapsed = DAYS - 1
    elapsed[:undated] = np.nan
    found = refusal(study_of(aval, elapsed))
    assert "the records follow different formulas, and 14 records do not follow its formula" in found.what
    assert "/ 28 (months, rounded to 2 decimals) on others" in found.where
    assert found.advice.endswith("or correct the data")
    if undated:
        assert "6 records have no ADT" in found.what
        assert durations(study_of(aval, elapsed), "days", [0]) is None


def test_some_rounded_months_among_unrounded_ones_are_not_read_as_exact():
    aval = DAYS / 30.4375
    aval[::3] = rounded(aval[::3], 1)
    assert "AVAL is rounded, and 13 records have no ADT" in refusal(study_of(aval, NO_DATES)).what
    assert "different formulas" in refusal(study_of(aval, DAYS - 1)).what
