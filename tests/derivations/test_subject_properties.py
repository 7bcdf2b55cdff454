"""Variables of ADSL are what plain Python finds, subject by subject, in whatever order the records are."""

import calendar
import datetime
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag

SUBJECTS = ("1", "2", "3")
DATES = st.one_of(
    st.sampled_from(["", "2024", "2024-02", "2024-03"]),
    st.dates(datetime.date(2024, 1, 28), datetime.date(2024, 3, 3)).map(str),
    st.datetimes(datetime.datetime(2024, 2, 1), datetime.datetime(2024, 2, 2)).map(
        lambda each: each.strftime("%Y-%m-%dT%H:%M")
    ),
)
DOSES = st.lists(
    st.fixed_dictionaries(
        {
            "USUBJID": st.sampled_from(SUBJECTS),
            "EXSTDTC": DATES,
            "EXDOSE": st.sampled_from([0.1, 0.2, 0.3, 5.0, 7.5]),
            "EXTRT": st.sampled_from(["A", "B"]),
        }
    ),
    min_size=1,
    max_size=9,
)
ENDS = st.lists(
    st.fixed_dictionaries({"USUBJID": st.sampled_from(SUBJECTS), "DSSTDTC": DATES}), min_size=1, max_size=6
)
AGES = st.lists(st.sampled_from([None, 17.0, 40.0, 64.0, 65.0, 80.0]), min_size=3, max_size=3)

SOURCES = {
    "DOSE": ag.DerivationSource(
        dataset="EX", date="EXSTDTC", impute="first", order=("EXSEQ",), set={"SRCDOM": "EX"}
    ),
    "LATE": ag.DerivationSource(
        dataset="EX", date="EXSTDTC", impute="last", impute_up_to="month", order=("EXSEQ",)
    ),
    "END": ag.DerivationSource(
        dataset="DS", date="DSSTDTC", impute="none", order=("DSSEQ",), set={"SRCDOM": "DS"}
    ),
    "UNORDERED": ag.DerivationSource(dataset="EX", date="EXSTDTC", impute="first", impute_up_to="month"),
    "POSITIVE": ag.DerivationSource(dataset="EX", where="EXDOSE > 1", may_be_empty=True),
}


def tables(doses, ends, ages):
    return {
        "DM": pd.DataFrame({"STUDYID": "S1", "USUBJID": SUBJECTS, "AGE": pd.Series(ages, dtype="float64")}),
        "EX": pd.DataFrame([{**each, "EXSEQ": float(at)} for at, each in enumerate(doses)]),
        "DS": pd.DataFrame([{**each, "DSSEQ": float(at)} for at, each in enumerate(ends)]),
    }


def derived(frames, subjects, seed=0):
    study = ag.Study.of(
        *(
            ag.Dataset.from_frame(each.sample(frac=1, random_state=seed).reset_index(drop=True), name)
            for name, each in frames.items()
        )
    )
    what = ag.Specification({"ADSL": ag.SubjectLevel()}, sources=SOURCES, subjects=subjects)
    return ag.derive(study, what)["ADSL"].frame.set_index("USUBJID")


def imputed(text, method, up_to):
    """The day and time of a date, by its characters; None where it has none."""
    if len(text) >= 10:
        clock = text[11:] or ("00:00" if method == "first" else "23:59:59")
        whole = f"{clock}:00" if method == "first" and len(clock) == 5 else clock
        whole = f"{whole}:59" if len(whole) == 5 else whole
        return datetime.datetime.fromisoformat(f"{text[:10]}T{whole}"), ""
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        day = 1 if method == "first" else calendar.monthrange(year, month)[1]
        level = "D"
    elif len(text) == 4 and up_to == "month":
        year, month, day, level = int(text), *((1, 1) if method == "first" else (12, 31)), "M"
    else:
        return None
    end = datetime.time() if method == "first" else datetime.time(23, 59, 59)
    return datetime.datetime.combine(datetime.date(year, month, day), end), level


def same(found, expected):
    return pd.isna(found) if expected is None else found == expected


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(DOSES, ENDS, AGES, st.integers(0, 3))
def test_first_and_last_dates_with_times_and_flags(doses, ends, ages, seed):
    subjects = {
        "TRTSDT": ag.DerivedVariable(sources=("DOSE",), take="first", time="first"),
        "TRTEDT": ag.DerivedVariable(sources=("LATE",), take="last", time="last"),
    }
    frame = derived(tables(doses, ends, ages), subjects, seed)
    for subject in SUBJECTS:
        own = [each["EXSTDTC"] for each in doses if each["USUBJID"] == subject]
        for name, method, up_to, chosen in (
            ("TRTSDT", "first", "day", min),
            ("TRTEDT", "last", "month", max),
        ):
            dated = [each for text in own if (each := imputed(text, method, up_to))]
            moment = chosen((each[0] for each in dated), default=None)
            assert same(frame.loc[subject, f"{name}M"], moment)
            day = None if moment is None else pd.Timestamp(moment.date())
            assert same(frame.loc[subject, name], day)
            flags = {level for each, level in dated if each == moment}
            found = frame.loc[subject, f"{name}F"]
            assert ("" if pd.isna(found) else found) in (flags or {""})


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(DOSES, ENDS, AGES, st.integers(0, 3))
def test_the_record_that_decides_between_two_sources(doses, ends, ages, seed):
    subjects = {
        "LASTDOM": ag.DerivedVariable(sources=("DOSE", "END"), take="last", value="SRCDOM"),
        "FIRSTTRT": ag.DerivedVariable(sources=("DOSE",), take="first", value="EXTRT"),
    }
    frame = derived(tables(doses, ends, ages), subjects, seed)
    for subject in SUBJECTS:
        own = [
            (date.date(), at, each["EXTRT"])
            for at, each in enumerate(doses)
            if each["USUBJID"] == subject and (found := imputed(each["EXSTDTC"], "first", "day"))
            for date in [found[0]]
        ]
        others = [each["DSSTDTC"][:10] for each in ends if each["USUBJID"] == subject]
        others = [datetime.date.fromisoformat(each) for each in others if len(each) == 10]
        dated = [(each[0], 0, "EX") for each in own] + [(each, 1, "DS") for each in others]
        assert same(frame.loc[subject, "LASTDOM"], max(dated)[2] if dated else None)
        assert same(frame.loc[subject, "FIRSTTRT"], min(own)[2] if own else None)


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(DOSES, ENDS, AGES, st.integers(0, 3))
def test_statistics_and_flags(doses, ends, ages, seed):
    over = {"sources": ("DOSE",), "of": "EXDOSE"}
    subjects = {
        "NUMBER": ag.DerivedVariable(sources=("DOSE",), statistic="count"),
        "KINDS": ag.DerivedVariable(sources=("DOSE",), statistic="distinct", of="EXTRT"),
        "TOTAL": ag.DerivedVariable(statistic="sum", **over),
        "MEAN": ag.DerivedVariable(statistic="mean", **over),
        "LEAST": ag.DerivedVariable(statistic="min", **over),
        "MOST": ag.DerivedVariable(statistic="max", **over),
        "POSFL": ag.DerivedVariable(exists="POSITIVE", no="N"),
        "TWICE": ag.DerivedVariable(expression="TOTAL * 2"),
    }
    frame = derived(tables(doses, ends, ages), subjects, seed)
    for subject in SUBJECTS:
        own = sorted(each["EXDOSE"] for each in doses if each["USUBJID"] == subject)
        row = frame.loc[subject]
        assert row["NUMBER"] == len(own)
        assert row["KINDS"] == len({each["EXTRT"] for each in doses if each["USUBJID"] == subject})
        assert row["POSFL"] == ("Y" if any(each > 1 for each in own) else "N")
        if own:
            assert math.isclose(row["TOTAL"], sum(own))
            assert math.isclose(row["MEAN"], sum(own) / len(own))
            assert (row["LEAST"], row["MOST"]) == (own[0], own[-1])
            assert row["TWICE"] == row["TOTAL"] * 2
        else:
            assert row[["TOTAL", "MEAN", "LEAST", "MOST", "TWICE"]].isna().all()


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 40 // 100)
@given(DOSES, ENDS, AGES)
def test_groups_and_their_numbers(doses, ends, ages):
    cases = (ag.Case("AGE < 18", "<18"), ag.Case("AGE < 65", "18-64"), ag.Case("AGE >= 65", ">=65"))
    subjects = {
        "AGEGR1": ag.DerivedVariable(cases=cases, number="AGEGR1N"),
        "ADULTFL": ag.DerivedVariable(where="AGEGR1 != '<18'", no="N", unknown="missing"),
    }
    frame = derived(tables(doses, ends, ages), subjects)
    for subject, age in zip(SUBJECTS, ages, strict=True):
        group = None if age is None else "<18" if age < 18 else "18-64" if age < 65 else ">=65"
        number = None if group is None else ["<18", "18-64", ">=65"].index(group) + 1
        adult = None if group is None else "N" if group == "<18" else "Y"
        for name, expected in (("AGEGR1", group), ("AGEGR1N", number), ("ADULTFL", adult)):
            assert same(frame.loc[subject, name], expected)


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 40 // 100)
@given(DOSES, ENDS, AGES, st.integers(1, 5))
def test_the_order_of_the_records_has_no_effect(doses, ends, ages, seed):
    """Sums are the same to the last bit, and imputation flags those of the date with the most parts."""
    subjects = {
        "TRTSDT": ag.DerivedVariable(sources=("DOSE",), take="first", also=("SRCDOM",), time="first"),
        "LASTTRT": ag.DerivedVariable(sources=("DOSE",), take="last", value="EXTRT"),
        "TOTAL": ag.DerivedVariable(sources=("DOSE",), statistic="sum", of="EXDOSE"),
        "LSTALVDT": ag.DerivedVariable(sources=("END", "LATE"), take="last", flag="none"),
        "KINDS": ag.DerivedVariable(sources=("DOSE",), statistic="distinct", of="EXTRT"),
        "STARTDT": ag.DerivedVariable(sources=("UNORDERED",), take="first", time="first"),
    }
    frames = tables(doses, ends, ages)
    one, other = (derived(frames, subjects, each) for each in (0, seed))
    pd.testing.assert_frame_equal(one, other, check_categorical=False, check_exact=True)
