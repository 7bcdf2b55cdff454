"""Flags, treatment emergence and qualifiers are what plain Python finds, record by record."""

import calendar
import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag

SEVERITIES = ("MILD", "MODERATE", "SEVERE")
FIRST, LAST = datetime.date(2024, 3, 10), datetime.date(2024, 5, 20)
DAY = datetime.timedelta(days=1)
SUBJECTS = ("S1-01", "S1-02")
TEXTS = st.one_of(
    st.sampled_from(["", "2023", "2024", "2024-02", "2024-03", "2024-05", "2024-06", "2024-06--"]),
    st.dates(datetime.date(2024, 2, 25), datetime.date(2024, 7, 5)).map(str),
)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "USUBJID": st.sampled_from(SUBJECTS),
            "AESTDTC": TEXTS,
            "AEENDTC": TEXTS,
            "AEDECOD": st.sampled_from(["", "Nausea", "Rash"]),
            "AESEV": st.sampled_from(["", *SEVERITIES]),
            "AESEVBL": st.sampled_from(["", *SEVERITIES]),
        }
    ),
    min_size=1,
    max_size=8,
)


def study_of(events, treated=(FIRST, FIRST), last=(LAST, None), seed=0, supplement=None):
    adsl = pd.DataFrame(
        {
            "STUDYID": "S1",
            "USUBJID": SUBJECTS,
            "TRTSDT": pd.to_datetime(treated),
            "TRTEDT": pd.to_datetime(last),
        }
    )
    ae = pd.DataFrame([{"STUDYID": "S1", **each, "AESEQ": at} for at, each in enumerate(events, 1)])
    given_tables = {"ADSL": adsl, "AE": ae, **({} if supplement is None else {"SUPPAE": supplement})}
    return ag.Study.of(
        *(
            ag.Dataset.from_frame(each.sample(frac=1, random_state=seed), name)
            for name, each in given_tables.items()
        )
    )


def derived(study, adverse_events=None, flags=None, **options):
    policies = {
        "start_impute": "none",
        "end_impute": "none",
        "end_before_start": "keep",
        "missing_start": "not_emergent",
        **options,
    }
    what = ag.Specification(
        {"ADAE": ag.AdverseEvents(**policies)},
        flags=flags or {},
        adverse_events=adverse_events or ag.AdverseEventDeclarations(),
    )
    frame = ag.derive(study, what)["ADAE"].frame.sort_values("AESEQ")
    return {name: [None if pd.isna(each) else each for each in frame[name]] for name in frame}


def days_of(text):
    """All days that a text allows; none where it is missing."""
    parts = [int(part) for part in text.split("-") if part]
    if len(parts) == 3:
        return [datetime.date(*parts)]
    if len(parts) == 2:
        last = calendar.monthrange(*parts)[1]
        return [datetime.date(*parts, day) for day in range(1, last + 1)]
    if len(parts) == 1:
        return [datetime.date(parts[0], 1, 1) + DAY * day for day in range(365 + calendar.isleap(parts[0]))]
    return []


@pytest.mark.slow
@settings(deadline=None)
@given(
    events=EVENTS,
    window=st.one_of(st.none(), st.integers(0, 40)),
    partial=st.sampled_from(["possible", "certain"]),
    missing=st.sampled_from(["emergent", "not_emergent"]),
    treated=st.tuples(*[st.sampled_from([FIRST, None])] * 2),
    seed=st.integers(0, 9),
)
def test_treatment_emergence_of_partial_dates_is_that_of_all_their_days(
    events, window, partial, missing, treated, seed
):
    declared = ag.AdverseEventDeclarations(window_days=window)
    found = derived(
        study_of(events, treated, seed=seed), declared, partial_start=partial, missing_start=missing
    )
    for event, flag in zip(events, found["TRTEMFL"], strict=True):
        subject = SUBJECTS.index(event["USUBJID"])
        first, last = treated[subject], (LAST, None)[subject]
        limit = datetime.date.max if window is None or last is None else last + DAY * window
        start, end = days_of(event["AESTDTC"]), days_of(event["AEENDTC"])
        if first is None:
            expected = False
        elif start:
            within = [first <= day <= limit for day in start]
            expected = any(within) if partial == "possible" else all(within)
        else:
            expected = missing == "emergent" and not (end and max(end) < first)
        assert flag == ("Y" if expected else None)


@pytest.mark.slow
@settings(deadline=None)
@given(
    events=EVENTS,
    unknown=st.sampled_from(["emergent", "not_emergent"]),
    window=st.one_of(st.none(), st.integers(0, 40)),
    seed=st.integers(0, 9),
)
def test_events_that_worsened_are_treatment_emergent(events, unknown, window, seed):
    declared = ag.AdverseEventDeclarations(worsening=True, window_days=window)
    found = derived(
        study_of(events, seed=seed), declared, baseline_severity="AESEVBL", missing_severity=unknown
    )
    for event, flag in zip(events, found["TRTEMFL"], strict=True):
        last = (LAST, None)[SUBJECTS.index(event["USUBJID"])]
        limit = datetime.date.max if window is None or last is None else last + DAY * window
        start, end = ([*days_of(event[name]), None] for name in ("AESTDTC", "AEENDTC"))
        day, ended = (each[0] if len(each) == 2 else None for each in (start, end))
        expected = day is not None and FIRST <= day <= limit
        if day is not None and day < FIRST and not (ended is not None and ended < FIRST):
            now, before = event["AESEV"], event["AESEVBL"]
            known = now and before
            expected = SEVERITIES.index(now) > SEVERITIES.index(before) if known else unknown == "emergent"
        assert flag == ("Y" if expected else None)


@pytest.mark.slow
@settings(deadline=None)
@given(
    events=EVENTS,
    by=st.sampled_from([(), ("AEDECOD",)]),
    worst=st.booleans(),
    take=st.sampled_from(["first", "last"]),
    missing_group=st.sampled_from(["group", "skip"]),
    seed=st.integers(0, 9),
)
def test_one_record_of_each_group_is_flagged(events, by, worst, take, missing_group, seed):
    flag = ag.OccurrenceFlag(
        by=by,
        order=("ASTDT", "AESEQ"),
        worst="AESEV" if worst else "",
        take=take,
        missing_group=missing_group,
    )
    found = derived(study_of(events, seed=seed), flags={"AOCCFL": flag})
    groups = {}
    for at, event in enumerate(events):
        if by and not event["AEDECOD"] and missing_group == "skip":
            continue
        groups.setdefault((event["USUBJID"], *(event[name] for name in by)), []).append(at)
    flagged = set()
    for all_records in groups.values():
        records = all_records
        if worst:
            rank = {
                at: (-1, *map(SEVERITIES.index, filter(None, [events[at]["AESEV"]])))[-1] for at in records
            }
            records = [at for at in records if rank[at] == max(rank.values())]
        dates = {at: days_of(events[at]["AESTDTC"]) for at in records}
        dated = [at for at in records if len(dates[at]) == 1] or records
        place = {at: (dates[at] if len(dates[at]) == 1 else [], at) for at in dated}
        flagged.add((min if take == "first" else max)(dated, key=place.get))
    assert found["AOCCFL"] == ["Y" if at in flagged else None for at in range(len(events))]


@pytest.mark.slow
@settings(deadline=None)
@given(
    events=EVENTS,
    values=st.lists(
        st.tuples(
            st.sampled_from(SUBJECTS),
            st.sampled_from(["AESEQ", "aeseq", "AEDECOD", ""]),
            st.sampled_from(["1", "2.0", " 3", "04", "Rash", "9", "x", ""]),
            st.sampled_from(["AEONE", "AETWO"]),
        ),
        min_size=1,
        max_size=8,
        unique=True,
    ),
    seed=st.integers(0, 9),
)
def test_qualifiers_go_to_the_records_that_they_name(events, values, seed):
    """One value each, so that no two differ; the records are those whose variable has the value."""
    names = ["USUBJID", "IDVAR", "IDVARVAL", "QNAM"]
    supplement = pd.DataFrame(values, columns=names).assign(
        STUDYID="S1", RDOMAIN="AE", QLABEL="One", QVAL="Y"
    )
    found = derived(study_of(events, seed=seed, supplement=supplement), supplement_orphans="exclude")
    for name in ("AEONE", "AETWO"):
        if name not in {each[3] for each in values}:
            assert name not in found
            continue
        expected = [
            "Y" if any(_is_of(event, at, each) for each in values if each[3] == name) else None
            for at, event in enumerate(events, 1)
        ]
        assert found[name] == expected


def _is_of(event, sequence, qualifier):
    subject, variable, value, _ = qualifier
    if event["USUBJID"] != subject:
        return False
    if not variable:
        return True
    if variable == "AEDECOD":
        return bool(event["AEDECOD"]) and event["AEDECOD"] == value.strip()
    try:
        return float(value) == sequence
    except ValueError:
        return False
