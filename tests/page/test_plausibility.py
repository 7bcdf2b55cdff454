"""What the page shows below a curve, against a plain derivation from the records of the study."""

import math
import statistics
from collections import Counter
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.converters.page.options import PageOptions
from adamgate.converters.page.parameters import parameter_parts

PARAMETERS = ["DOR", "OS", "PFS", "TTSAE"]


@pytest.fixture(scope="module")
def study():
    return two_arm_trial()


@pytest.fixture(scope="module")
def seen(study):
    parts = parameter_parts(study, ag.validate(study), PageOptions(), show_keys=True)
    return {part.code: part.curves.plausibility for part in parts}


def records(study, parameter):
    """The records of a parameter, as dicts."""
    frame = study["ADTTE"].frame
    return frame[frame["PARAMCD"] == parameter].astype(object).to_dict("records")


def day(value) -> date:
    return np.datetime64(value, "D").item()


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_reasons_are_counted_by_arm(study, seen, parameter):
    counted, times = Counter(), {}
    for record in records(study, parameter):
        reason = record["EVNTDESC"] if record["CNSR"] == 0 else record["CNSDTDSC"]
        key = (record["TRTP"], int(record["CNSR"]), reason)
        counted[key] += 1
        times.setdefault(key, []).append(record["AVAL"])
    rows = seen[parameter].reasons
    assert {(row.group, row.cnsr, row.reason): row.subjects for row in rows} == counted
    for row in rows:
        assert row.median == pytest.approx(statistics.median(times[row.group, row.cnsr, row.reason]))
        assert sum(bar.subjects for bar in row.bars) == row.subjects
        assert sum(int(each.rpartition(": ")[2]) for each in row.told.split("; ")) == row.subjects


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_censored_subjects_are_counted_by_their_days_to_the_cut_off(study, seen, parameter):
    cut_off = date(2024, 6, 30)
    assert seen[parameter].cut_off == "the data cut-off in TS (TSPARMCD = DCUTDTC)"
    for row in seen[parameter].pile_up:
        censored = [
            each for each in records(study, parameter) if each["TRTP"] == row.group and each["CNSR"] > 0
        ]
        days = [(cut_off - day(each["ADT"])).days for each in censored]
        assert (row.censored, row.unknown) == (len(days), 0)
        assert row.on_the_day == sum(each == 0 for each in days)
        assert row.near == sum(0 < each <= 30 for each in days)
        assert row.earlier == sum(each > 30 for each in days)
        assert row.after == sum(each < 0 for each in days)


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_the_last_assessment_is_the_last_one_up_to_the_censoring(study, seen, parameter):
    assessed = {}
    for record in study["ADRS"].frame.astype(object).to_dict("records"):
        assessed.setdefault(record["USUBJID"], []).append(day(record["ADT"]))
    for row in seen[parameter].assessments:
        since, without = [], 0
        for each in records(study, parameter):
            if each["TRTP"] != row.group or each["CNSR"] == 0:
                continue
            before = [one for one in assessed.get(each["USUBJID"], []) if one <= day(each["ADT"])]
            if before:
                since.append((day(each["ADT"]) - max(before)).days)
            else:
                without += 1
        assert (row.censored, row.without) == (len(since) + without, without)
        assert row.median == statistics.median(since)
        assert row.longest == max(since)


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_the_inverted_curve_is_that_of_data_with_inverted_cnsr(study, seen, parameter):
    inverted = changed(study, CNSR=(study["ADTTE"].frame["CNSR"] == 0).astype(float))
    km = ag.kaplan_meier(inverted, parameter, by="TRTP", total=False, gate=False).summary.frame
    rows = seen[parameter].inverted
    assert [row.group for row in rows] == km["group"].tolist()
    assert [row.inverted for row in rows] == pytest.approx(km["median"].tolist(), nan_ok=True)


def changed(study, **columns):
    """The study with other columns in ADTTE."""
    left_out = [name for name, each in columns.items() if each is None]
    given = {name: each for name, each in columns.items() if each is not None}
    frame = study["ADTTE"].frame.drop(columns=left_out).assign(**given)
    adtte = ag.Dataset.from_frame(frame, "ADTTE")
    return ag.Study({each.name: adtte if each.name == "ADTTE" else each for each in study})


def os_of(study, *without):
    kept = ag.Study({each.name: each for each in study if each.name not in without})
    (part,) = parameter_parts(kept, ag.validate(kept), PageOptions(param=("OS",)), show_keys=True)
    return part.curves.plausibility


@pytest.mark.slow
def test_without_dates_or_assessments_or_a_cut_off_the_rest_is_shown(study):
    without = os_of(changed(study, ADT=None))
    assert (without.pile_up, without.assessments, without.cut_off) == ((), (), "")
    assert without.reasons
    as_text = os_of(changed(study, ADT="2024-01-01"))
    assert (as_text.pile_up, as_text.assessments) == ((), ())
    assert os_of(study, "ADRS").assessments == ()
    adsl = ag.Dataset.from_frame(study["ADSL"].frame.drop(columns="DCUTDT"), "ADSL")
    latest = os_of(ag.Study({each.name: adsl if each.name == "ADSL" else each for each in study}), "TS")
    assert latest.cut_off == "the latest ADT (no cut-off is stated)"
    assert sum(row.after for row in latest.pile_up) == 0


@pytest.mark.slow
def test_durations_of_zero_are_counted_and_many_reasons_are_cut(study):
    frame = study["ADTTE"].frame
    zero = frame["AVAL"].where(frame.index % 40 != 0, 0.0)
    free_text = [f"reason {number}" for number in range(len(frame))]
    found = os_of(changed(study, AVAL=zero, CNSDTDSC=free_text, EVNTDESC=free_text))
    assert found.zero == sum(each["AVAL"] == 0 for each in records(changed(study, AVAL=zero), "OS")) > 0
    assert (len(found.reasons), found.unlisted) == (60, 60)


@pytest.mark.slow
def test_a_subject_is_not_named_by_a_reason(study):
    found = os_of(changed(study, CNSDTDSC=study["ADTTE"].frame["USUBJID"]))
    assert not [row.reason for row in found.reasons if "MADEUP" in row.reason]


EVERY = 56
"""Days between the visits that are declared below."""


@pytest.fixture(scope="module")
def irregular(study):
    """The study without many of its assessments."""
    frame = study["ADRS"].frame
    return with_adrs(study, frame[frame.index % 7 > 2].reset_index(drop=True))


def declared(study, parameter="PFS"):
    return study.declaring(ag.Declarations(endpoints={parameter: ag.Endpoint(visit_days=(EVERY,))}))


def gaps_of(study, parameter="PFS", *, show_keys=True):
    parts = parameter_parts(study, ag.validate(study), PageOptions(param=(parameter,)), show_keys=show_keys)
    return parts[0].curves.plausibility.gaps


def missed_visits(study, parameter, *, to_event):
    """Each interval with its missed visits, record by record: subject, arm, from, to, missed."""
    assessed = {}
    for each in study["ADRS"].frame.astype(object).to_dict("records"):
        if each["AVALC"] not in ("NE", "", None) and each["AVALC"] == each["AVALC"]:
            assessed.setdefault(each["USUBJID"], set()).add(day(each["ADT"]))
    found = []
    for each in records(study, parameter):
        start, end = day(each["STARTDT"]), day(each["ADT"])
        days = {(one - start).days for one in assessed.get(each["USUBJID"], ()) if start < one <= end} | {0}
        if to_event and each["CNSR"] == 0:
            days.add((end - start).days)
        ordered = sorted(days)
        for begin, until in pairwise(ordered):
            nearest = math.floor(begin / EVERY + 0.5)
            missed = math.ceil(until / EVERY - 0.5) - nearest - 1
            found.append((each["USUBJID"], each["TRTP"], begin, until, missed))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("parameter", "to_event"), [("PFS", True), ("OS", False)])
def test_gaps_are_the_intervals_in_which_a_scheduled_visit_is_missed(irregular, parameter, to_event):
    seen = gaps_of(declared(irregular, parameter), parameter)
    expected = missed_visits(irregular, parameter, to_event=to_event)
    assert seen.schedule == f"declared (visit_days of {parameter}): every {EVERY} days after STARTDT"
    assert seen.to_event == to_event
    for row in seen.rows:
        own = [each for each in expected if each[1] == row.group]
        long = [each for each in own if each[4] >= 1]
        assert (row.intervals, row.longer) == (len(own), len(long))
        assert row.with_longer == len({each[0] for each in long})
        assert row.longest == max(until - begin for _, _, begin, until, _ in own)
    longest = sorted(
        (each for each in expected if each[4] >= 1),
        key=lambda each: (-each[4], each[2] - each[3], each[0], each[2]),
    )
    assert longest
    assert seen.unlisted == len(longest) - len(seen.listed)
    assert [(each.subject, each.group, each.begin, each.end, each.missed) for each in seen.listed] == longest[
        :20
    ]


@pytest.mark.slow
def test_the_schedule_that_is_not_declared_is_the_one_that_adrs_shows(study):
    assert gaps_of(study).schedule.startswith("observed in ADRS: on days ")
    frame = study["ADRS"].frame.drop(columns=["AVISIT", "AVISITN"])
    seen = gaps_of(with_adrs(study, frame))
    assert seen.schedule == "observed in ADRS: every 56 days, from each assessment to the next"
    assert all(each.missed == math.ceil(each.days / EVERY - 0.5) - 1 for each in seen.listed)
    few = study["ADRS"].frame.iloc[:2].drop(columns=["AVISIT", "AVISITN"], errors="ignore")
    without = gaps_of(with_adrs(study, few))
    assert (without.schedule, without.rows, without.listed) == ("", (), ())


def with_adrs(study, frame):
    adrs = ag.Dataset.from_frame(frame, "ADRS")
    return ag.Study({each.name: adrs if each.name == "ADRS" else each for each in study})


@pytest.mark.slow
def test_gaps_do_not_depend_on_the_order_of_records_and_name_nobody_without_keys(irregular):
    turned = with_adrs(irregular, irregular["ADRS"].frame.iloc[::-1].reset_index(drop=True))
    assert gaps_of(declared(turned)) == gaps_of(declared(irregular))
    quiet = gaps_of(declared(irregular), show_keys=False)
    assert quiet.listed == ()
    assert quiet.unlisted == sum(row.longer for row in quiet.rows) > 0


@pytest.mark.slow
def test_without_a_start_no_gap_is_counted(study):
    assert gaps_of(changed(study, STARTDT=None)) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "adrs",
    [
        lambda frame: frame.iloc[:0],
        lambda frame: frame.assign(ADT=np.datetime64("NaT", "s")),
        lambda frame: frame.assign(USUBJID="X" + frame["USUBJID"].astype(str)),
    ],
    ids=["no records", "no dates", "other subjects"],
)
def test_assessments_of_nobody_show_no_schedule(study, adrs):
    seen = os_of(with_adrs(study, adrs(study["ADRS"].frame)))
    assert (seen.gaps.schedule, seen.gaps.rows) == ("", ())
    assert all(row.without == row.censored for row in seen.assessments)
