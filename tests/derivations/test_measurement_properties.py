"""Derived measurements equal what plain Python derives, whatever the order of the records."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from plain_measurements import LIMITS, WINDOWS, measured, random_trial

import adamgate as ag

SPECIFICATION = ag.Specification(
    {
        "ADVS": ag.Measurements(
            dataset="VS",
            impute="first",
            by=("ADT", "VISITNUM"),
            baseline_where="ADT <= TRTSDT and missing(DTYPE)",
            baseline_order=("ADT", "VSSEQ", "VISITNUM"),
            change_where="ADY > 1",
            baseline_may_be_empty=True,
        )
    },
    measurements={
        "WEIGHT": ag.Measurement(param="Weight (kg)"),
        "HEIGHT": ag.Measurement(param="{VSTESTCD}"),
        "PULSE": ag.Measurement(
            param="Pulse ({VSSTRESU})", set={"ANRLO": float(LIMITS[0]), "ANRHI": float(LIMITS[1])}
        ),
        "BMI": ag.Measurement(
            param="Body Mass Index",
            expression="WEIGHT / (HEIGHT / 100) ** 2",
            constant=("HEIGHT",),
            several="mean",
        ),
    },
    visits={
        name: ag.AnalysisVisit(number=float(number), first=first, last=last)
        for name, number, first, last in WINDOWS
    },
    records={
        "AVERAGE": ag.DerivedRecords(
            where="PARAMCD == 'PULSE'", by=("PARAMCD", "ADT", "AVISIT", "AVISITN"), take="mean"
        ),
        "LOCF": ag.DerivedRecords(
            where="ANL01FL == 'Y'",
            by=("PARAMCD",),
            take="last",
            order=("AVISITN",),
            visits={"Week 2": 2.0},
            when="last",
        ),
    },
    variables={
        "ANRIND": ag.AnalysisVariable(
            cases=(
                ag.Case("AVAL < ANRLO", "LOW"),
                ag.Case("AVAL > ANRHI", "HIGH"),
                ag.Case("ANRLO <= AVAL <= ANRHI", "NORMAL"),
            )
        )
    },
    flags={
        "ANL01FL": ag.OccurrenceFlag(
            dataset="ADVS",
            where="not missing(AVISIT) and not missing(AVAL) and not missing(VSSEQ)",
            by=("PARAMCD", "AVISIT"),
            order=("AVAL", "VSSEQ"),
            take="last",
        )
    },
)
COMPARED = (
    "USUBJID", "PARAMCD", "VSSEQ", "ADT", "ADTF", "ADY", "AVAL", "AVISIT", "AVISITN", "VISITNUM", "DTYPE",
    "ABLFL", "BASE", "CHG", "PCHG", "ANRIND", "ANL01FL",
)  # fmt: skip


def study(adsl, vs):
    subjects = pd.DataFrame(adsl)
    subjects["TRTSDT"] = pd.to_datetime(subjects["TRTSDT"])
    records = pd.DataFrame(vs)
    records["VSSTRESN"] = records["VSSTRESN"].astype(float)
    return ag.Study(
        {"ADSL": ag.Dataset.from_frame(subjects, "ADSL"), "VS": ag.Dataset.from_frame(records, "VS")}
    )


def plain(value):
    """A cell that can be compared and sorted: no NaN, days of dates, ten digits of numbers."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, pd.Timestamp | date):
        return pd.Timestamp(value).date().isoformat()
    if isinstance(value, int | float | np.integer | np.floating):
        return f"{float(value):.10g}"
    return str(value)


def cells(records):
    return sorted(tuple(plain(each.get(name)) for name in COMPARED) for each in records)


@pytest.mark.parametrize("seed", range(settings.default.max_examples * 60 // 100))
def test_each_record_is_what_plain_python_derives(seed):
    adsl, vs = random_trial(seed)
    found = ag.derive(study(adsl, vs), SPECIFICATION)["ADVS"].frame.astype(object)
    assert cells(found.to_dict("records")) == cells(measured(adsl, vs))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 100 + max(3, settings.default.max_examples // 10)))
def test_the_order_of_the_source_does_not_matter(seed):
    adsl, vs = random_trial(seed)
    chance = np.random.default_rng(seed)
    shuffled = study(
        [adsl[at] for at in chance.permutation(len(adsl))], [vs[at] for at in chance.permutation(len(vs))]
    )
    one, other = (ag.derive(each, SPECIFICATION) for each in (study(adsl, vs), shuffled))
    exact = [
        [[*map(str, row)] for row in each["ADVS"].frame.itertuples(index=False)] for each in (one, other)
    ]
    assert sorted(exact[0]) == sorted(exact[1])
    assert [each.count for each in one.record.effects] == [each.count for each in other.record.effects]
