"""The counting process, row by row as worked out by hand, and what is refused of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dozen import day, with_adverse_events

import adamgate as ag

HOSP = [  # subject, day, CNSR
    ("S-1", 10, 0),
    ("S-1", 20, 0),
    ("S-1", 20, 0),  # two on one day
    ("S-1", 40, 1),
    ("S-2", 30, 0),  # on the last day
    ("S-2", 30, 1),
    ("S-3", 25, 1),  # none
]
ALT = [  # subject, day, value, ABLFL
    ("S-1", -5, 1.0, ""),
    ("S-1", 1, 2.0, "Y"),
    ("S-1", 20, 3.0, ""),  # on the day of an event
    ("S-1", 40, 9.0, ""),  # on the last day
    ("S-2", 10, 5.0, ""),
    ("S-2", 10, 8.0, ""),  # two on one day
    ("S-3", 12, 4.0, ""),
    ("S-4", 12, 4.0, ""),  # not in the table
]
COLUMNS = ["USUBJID", "start", "stop", "event", "events", "event_number", "interval", "gap_start", "gap_stop"]
BY_HAND = [
    ("S-1", 0, 10, True, 1, 1, 1, 0, 10),
    ("S-1", 10, 20, True, 2, 2, 2, 0, 10),
    ("S-1", 20, 40, False, 0, 3, 3, 0, 20),
    ("S-2", 0, 30, True, 1, 1, 1, 0, 30),
    ("S-3", 0, 25, False, 0, 1, 1, 0, 25),
]


def study(hosp=HOSP, alt=ALT, recurrent=True, **of_alt):
    adtte = pd.DataFrame(
        {
            "STUDYID": "S",
            "USUBJID": [each[0] for each in hosp],
            "PARAMCD": "HOSP",
            "PARAM": "Hospitalisation (Days)",
            "AVAL": [float(each[1]) for each in hosp],
            "CNSR": [float(each[2]) for each in hosp],
            "STARTDT": day(1),
            "ADT": [day(each[1] if np.isfinite(each[1]) else None) for each in hosp],
            "EVNTDESC": ["End of study" if each[2] else "Hospitalisation" for each in hosp],
        }
    )
    adlb = pd.DataFrame(
        {
            "USUBJID": [each[0] for each in alt],
            "PARAMCD": "ALT",
            "AVAL": [each[2] for each in alt],
            "ADT": [day(each[1]) for each in alt],
            "ABLFL": [each[3] for each in alt],
        }
        | of_alt
    )
    subjects = sorted({each[0] for each in hosp})
    arms = (["A", "B"] * len(subjects))[: len(subjects)]
    adsl = pd.DataFrame({"USUBJID": subjects, "TRTSDT": day(1), "TRT01P": arms})
    made = ag.Study.of(
        *(
            ag.Dataset.from_frame(frame, name)
            for name, frame in (("ADSL", adsl), ("ADTTE", adtte), ("ADLB", adlb))
        )
    )
    declared = {"HOSP": ag.Endpoint(recurrent=True)} if recurrent else {}
    return made.declaring(ag.Declarations(endpoints=declared))


def made(trial, **options):
    return ag.counting_process(trial, **{"paramcd": "HOSP", "gate": False} | options)


def rows(table, columns=COLUMNS):
    return [tuple(row) for row in table.frame[list(columns)].astype(object).to_numpy()]


def changing(**keys):
    return [{"name": "ALT", "dataset": "ADLB", "where": "PARAMCD == 'ALT'"} | keys]


def left_out(table):
    return {each.reason: each.records for each in table.codebook.selection.left_out}


# recurrent events


def test_a_recurrent_parameter():
    table = made(study())
    assert rows(table) == BY_HAND
    assert (table.codebook.counts.subjects, table.codebook.counts.events, table.codebook.counts.censored) == (
        3,
        4,
        3,
    )
    assert "several events on one day are one event: 1 day with 2 events" in table.codebook.shape.conventions
    assert "CNSR == 0" in table.codebook.polarity
    reasons = {each.reason: each.subjects for each in table.codebook.reasons}
    assert reasons == {"Hospitalisation": 2, "End of study": 3}


def test_events_of_a_dataset():
    table = ag.counting_process(
        with_adverse_events(),
        events="ADAE",
        events_where="TRTEMFL == 'Y'",
        start="TRTSDT",
        end="min(TRTEDT + 30, DTHDT)",
        population="SAFFL",
        outside="drop",
        gate=False,
    )
    of_events = table.frame[table.frame["USUBJID"].isin(["S-01", "S-03", "S-05", "S-08", "S-09"])]
    assert [tuple(row) for row in of_events[COLUMNS].astype(object).to_numpy()] == [
        ("S-01", 0, 5, True, 1, 1, 1, 0, 5),
        ("S-01", 5, 20, True, 2, 2, 2, 0, 15),
        ("S-01", 20, 91, False, 0, 3, 3, 0, 71),
        ("S-03", 0, 60, True, 1, 1, 1, 0, 60),  # on the day of death
        ("S-05", 0, 1, True, 1, 1, 1, 0, 1),  # on day 1
        ("S-08", 0, 10, True, 1, 1, 1, 0, 10),
        ("S-08", 10, 120, False, 0, 2, 2, 0, 110),
        ("S-09", 0, 61, True, 1, 1, 1, 0, 61),  # on the last day at risk
    ]
    assert table.codebook.counts.subjects == 12
    assert table.codebook.time.duration == "min(TRTEDT + 30, DTHDT) - TRTSDT + 1"
    assert "CNSR" not in table.codebook.polarity
    assert left_out(table) == {
        "SAFFL is not Y": 2,
        "ADAE: the subject is not in the table": 1,
        "ADAE: the condition is false": 1,
        "ADAE: event without a date": 0,
        "ADAE: event at or before time 0": 0,
        "ADAE: event after the end of follow-up": 1,
    }


@pytest.mark.parametrize("unit", ["weeks", "months", "years"])
def test_both_ways_are_one_in_every_unit(unit):
    trial = study()
    days = {"S-1": 40, "S-2": 30, "S-3": 25}
    adsl = trial["ADSL"].frame.assign(EOSDT=[day(days[each]) for each in trial["ADSL"].frame["USUBJID"]])
    events = trial["ADTTE"].frame.query("CNSR == 0")[["USUBJID", "ADT"]].rename(columns={"ADT": "ASTDT"})
    dated = ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(events, "HO"))
    first = made(trial, unit=unit)
    second = made(dated, paramcd=None, events="HO", start="TRTSDT", end="EOSDT", unit=unit)
    pd.testing.assert_frame_equal(first.frame, second.frame, check_categorical=False)


@pytest.mark.parametrize(
    ("hosp", "options", "message"),
    [
        ([*HOSP, ("S-3", 26, 0)], {}, "1 event outside follow-up: 1 after the end of follow-up"),
        ([*HOSP, ("S-3", 0, 0)], {}, "1 event outside follow-up: 1 at or before time 0"),
        ([*HOSP, ("S-3", np.nan, 0)], {}, "1 event outside follow-up: 1 without a date"),
        ([*HOSP, ("S-3", np.inf, 0)], {}, "1 event outside follow-up: 1 without a date"),
        ([*HOSP, ("S-4", 9, 0)], {}, "some subjects have no censored record of HOSP"),
        ([*HOSP, ("S-3", 30, 1)], {}, "several censored records of HOSP"),
        ([*HOSP, ("S-4", np.nan, 1)], {}, "AVAL is missing on a censored record for 1 subject: S-4"),
        (HOSP, {"same_day": "refuse"}, "several events on one day: 1 day"),
        ([("S-3", 25, 1), ("S-4", 25, 1)], {}, "HOSP has no events"),
    ],
)
def test_what_would_have_to_be_guessed_is_refused(hosp, options, message):
    with pytest.raises(ag.Refused) as refused:
        made(study(hosp), **options)
    assert message in str(refused.value)
    assert refused.value.advice


def test_what_is_declared_is_counted():
    outside = made(study([*HOSP, ("S-3", 26, 0), ("S-3", np.nan, 0)]), outside="drop")
    assert rows(outside) == BY_HAND
    counts = left_out(outside)
    assert counts["ADTTE: event after the end of follow-up"] == counts["ADTTE: event without a date"] == 1
    ended = made(study([*HOSP, ("S-4", 9, 0)]), no_censoring="last-event")
    assert rows(ended)[-1] == ("S-4", 0, 9, True, 1, 1, 1, 0, 9)
    said = "follow-up without a censored record ends at the last event: 1 subject"
    assert said in ended.codebook.shape.conventions


def test_several_records_need_a_declaration():
    with pytest.raises(ag.Refused, match="not declared recurrent") as refused:
        made(study(recurrent=False))
    assert 'recurrent = ["HOSP"] under [study]' in refused.value.advice


def test_one_event_that_ends_follow_up():
    hosp = [("S-1", 40, 0), ("S-2", 30, 1), ("S-3", 25, 0), ("S-4", 0, 1)]
    table = made(study(hosp, recurrent=False), time_varying=changing(same_day="max"))
    assert rows(table, ["USUBJID", "start", "stop", "event", "ALT"]) == [
        ("S-1", 0, 1, False, 1.0),
        ("S-1", 1, 20, False, 2.0),
        ("S-1", 20, 40, True, 3.0),  # a value on the day of death is not used
        ("S-2", 0, 10, False, pytest.approx(np.nan, nan_ok=True)),
        ("S-2", 10, 30, False, 8.0),
        ("S-3", 0, 12, False, pytest.approx(np.nan, nan_ok=True)),
        ("S-3", 12, 25, True, 4.0),
    ]
    assert left_out(table)["duration is 0: no time at risk, 1 subject: S-4"] == 1


# covariates that change

STATISTICS = {"first": 5.0, "last": 8.0, "mean": 6.5, "min": 5.0, "max": 8.0}
NONE = pytest.approx(np.nan, nan_ok=True)


@pytest.mark.parametrize("same_day", STATISTICS)
def test_a_covariate_splits_and_no_event_is_lost(same_day):
    table = made(study(), time_varying=changing(same_day=same_day))
    assert rows(table, [*COLUMNS, "ALT"]) == [
        ("S-1", 0, 1, False, 0, 1, 1, 0, 1, 1.0),
        ("S-1", 1, 10, True, 1, 1, 2, 1, 10, 2.0),
        ("S-1", 10, 20, True, 2, 2, 3, 0, 10, 2.0),
        ("S-1", 20, 40, False, 0, 3, 4, 0, 20, 3.0),
        ("S-2", 0, 10, False, 0, 1, 1, 0, 10, NONE),
        ("S-2", 10, 30, True, 1, 1, 2, 10, 30, STATISTICS[same_day]),
        ("S-3", 0, 12, False, 0, 1, 1, 0, 12, NONE),
        ("S-3", 12, 25, False, 0, 1, 2, 12, 25, 4.0),
    ]
    assert left_out(table)["ALT of ADLB: on or after the last day, not used"] == 1
    assert left_out(table)["ALT of ADLB: the subject is not in the table"] == 1
    by_record_order = any("order of the records decides" in each for each in table.codebook.shape.conventions)
    assert by_record_order == (same_day in ("first", "last"))


def test_a_baseline_of_day_1_holds_from_time_0():
    table = made(study(), time_varying=changing(same_day="mean", before_first="baseline"))
    assert rows(table, ["USUBJID", "start", "stop", "ALT"])[:4] == [
        ("S-1", 0, 10, 2.0),
        ("S-1", 10, 20, 2.0),
        ("S-1", 20, 40, 3.0),
        ("S-2", 0, 10, NONE),
    ]
    assert left_out(table)["ALT of ADLB: replaced before time 0, not used"] == 1


def test_a_value_after_the_dose_of_day_1_holds_after_it():
    table = made(
        study(alt=[*ALT, ("S-1", 1, 6.0, "")]),
        time_varying=changing(same_day="mean", before_first="baseline"),
    )
    assert rows(table, ["start", "stop", "ALT"])[:2] == [(0, 1, 2.0), (1, 10, 6.0)]


def test_time_before_the_first_value_is_dropped_and_counted():
    alt = [each for each in ALT if each[0] != "S-3"]
    table = made(study(alt=alt), time_varying=changing(same_day="mean", before_first="drop"))
    assert rows(table, ["USUBJID", "start", "interval", "event_number"])[-1] == ("S-2", 10, 1, 1)
    assert left_out(table)["intervals before the first value of ALT, with 0 events"] == 2
    assert table.codebook.counts.subjects == 2
    assert table.codebook.counts.events == 4


def test_the_order_of_a_day_goes_by_time_or_sequence():
    for order, expected in (([9, 1], 5.0), ([1, 9], 8.0)):
        sequence = np.arange(len(ALT), dtype=float)
        sequence[4:6] = order
        table = made(study(LBSEQ=sequence), time_varying=changing(same_day="last"))
        assert rows(table, ["USUBJID", "ALT"])[5] == ("S-2", expected)
        assert not any("order of the records" in each for each in table.codebook.shape.conventions)


def test_two_covariates_one_of_text():
    levels = ["LOW", "HIGH", "LOW", "HIGH", "LOW", "HIGH", "LOW", "LOW"]
    covariates = [
        *changing(same_day="max"),
        {"name": "LEVEL", "dataset": "ADLB", "value": "AVALC", "same_day": "last"},
    ]
    table = made(study(AVALC=levels), time_varying=covariates)
    assert [row[-1] for row in rows(table, ["LEVEL"])][:4] == ["LOW", "HIGH", "HIGH", "LOW"]
    assert table.dataset.variable("LEVEL").type == "Char"


@pytest.mark.parametrize(
    ("keys", "kind", "message"),
    [
        ({}, ag.Refused, "ALT has several values on one day"),
        ({"where": "PARAMCD == 'AST'"}, ag.Refused, "no subject of the table has a value of ALT"),
        ({"dataset": "ADLX"}, ag.ConfigurationError, "ADLX is not present"),
        ({"value": "AVALX"}, ag.ConfigurationError, "AVALX is not present in ADLB"),
        ({"value": "PARAMCD", "same_day": "mean"}, ag.ConfigurationError, "PARAMCD is character"),
        ({"date": "PARAMCD"}, ag.ConfigurationError, "PARAMCD is not a date"),
        ({"name": "STOP"}, ag.ConfigurationError, "STOP is the name of another column"),
        ({"value": "ADT"}, ag.ConfigurationError, "ADT is a date"),
        ({"same_day": "median"}, ag.ConfigurationError, "did you mean mean"),
        ({"datset": "ADLB"}, ag.ConfigurationError, "unknown setting 'datset'"),
    ],
)
def test_wrong_covariates(keys, kind, message):
    with pytest.raises(kind) as wrong:
        made(study(), time_varying=changing(**keys))
    assert message in str(wrong.value)


def test_a_value_without_a_date_is_refused():
    with pytest.raises(ag.Refused, match="ADT is missing or partial for 1 value of ALT"):
        made(study(alt=[*ALT, ("S-1", None, 3.0, "")]), time_varying=changing(same_day="max"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"paramcd": None}, "needs either a parameter or a dataset of events"),
        ({"events": "ADLB"}, "needs either a parameter or a dataset of events"),
        ({"start": "TRTSDT"}, "param does not use start"),
        ({"paramcd": None, "events": "ADLB", "start": "TRTSDT"}, "events needs end"),
        ({"paramcd": None, "events": "ADLX", "start": "TRTSDT", "end": "TRTSDT"}, "ADLX is not present"),
        (
            {"paramcd": None, "events": "ADLB", "start": "TRTSDT", "end": "TRTSDT", "no_censoring": "refuse"},
            "events does not use no_censoring",
        ),
        (
            {"paramcd": None, "events": "ADLB", "start": "TRTSDT", "end": "TRTSDT"},
            "ASTDT is not present in ADLB",
        ),
    ],
)
def test_options_that_contradict_each_other(options, message):
    with pytest.raises(ag.ConfigurationError, match=message):
        made(study(), **options)


def test_arms_and_covariates_are_those_of_the_subject():
    table = made(study(), arm="TRT01P")
    assert table.frame["TRT01P"].tolist() == ["A", "A", "A", "B", "A"]
    counts = {each.arm: (each.counts.subjects, each.counts.events) for each in table.codebook.arms}
    assert counts == {"A": (2, 3), "B": (1, 1)}
    frame = study()["ADTTE"].frame.assign(WEIGHT=np.arange(len(HOSP), dtype=float))
    trial = ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE")).declaring(
        ag.Declarations(endpoints={"HOSP": ag.Endpoint(recurrent=True)})
    )
    with pytest.raises(ag.Refused, match="WEIGHT differs between the records of a subject"):
        made(trial, covariates=["WEIGHT"])


@pytest.mark.parametrize("unit", ["weeks", "months", "years"])
def test_subjects_who_were_never_treated_are_counted_in_every_unit(unit):
    adae = pd.DataFrame({"USUBJID": ["S-1", "S-2"], "ASTDT": [day(8), day(3)]})
    adsl = pd.DataFrame({"USUBJID": ["S-1", "S-2"], "TRTSDT": [day(1), day(None)], "EOSDT": day(14)})
    trial = ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(adae, "ADAE"))
    table = ag.counting_process(trial, events="ADAE", start="TRTSDT", end="EOSDT", unit=unit, gate=False)
    days = {"weeks": 7, "months": 30.4375, "years": 365.25}[unit]
    assert table.frame["stop"].tolist() == [8 / days, 14 / days]
    assert "TRTSDT is missing, 1 subject: S-2" in [
        each.reason for each in table.codebook.selection.left_out if each.records == 1
    ]


def test_partial_dates_of_events_are_dates_that_are_missing():
    adae = {"USUBJID": "S-1", "AESTDTC": ["2020-01-08", "2020-01", "2020-01-10T08:30"], "AETERM": "RASH"}
    adsl = pd.DataFrame({"USUBJID": ["S-1"], "TRTSDT": [day(1)], "EOSDT": [day(14)]})
    trial = ag.Study.of(
        ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(pd.DataFrame(adae), "ADAE")
    )
    options = {"events": "ADAE", "start": "TRTSDT", "end": "EOSDT", "gate": False}
    with pytest.raises(ag.Refused, match="1 event outside follow-up: 1 without a date"):
        ag.counting_process(trial, **options, event_date="AESTDTC")
    table = ag.counting_process(trial, **options, event_date="AESTDTC", outside="drop")
    assert table.frame["stop"].tolist() == [8, 10, 14]
    with pytest.raises(ag.ConfigurationError, match="AETERM is not a date"):
        ag.counting_process(trial, **options, event_date="AETERM", outside="drop")


def test_follow_up_has_no_variables_of_adsl_that_are_made():
    adsl = with_adverse_events()["ADSL"].frame.assign(AVAL=1.0)
    trial = ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), with_adverse_events()["ADAE"])
    options = {"events": "ADAE", "start": "TRTSDT", "end": "TRTEDT", "outside": "drop", "gate": False}
    for wrong in ({"covariates": ["AVAL"]}, {"where": "AVAL > 0"}):
        with pytest.raises(ag.ConfigurationError, match="AVAL has another meaning"):
            ag.counting_process(trial, **options, **wrong)


def test_an_end_that_is_not_a_number_is_no_follow_up():
    trial = study([*HOSP, ("S-4", np.nan, 0)])
    table = made(trial, no_censoring="last-event", outside="drop")
    assert rows(table) == BY_HAND
    assert left_out(table)["no event with a time: no time at risk, 1 subject: S-4"] == 1


def test_names_are_found_in_any_case():
    trial = study()
    lower = ag.Study.of(
        *(ag.Dataset.from_frame(each.frame.rename(columns=str.lower), each.name) for each in trial)
    ).declaring(trial["ADTTE"].declarations)
    options = {"time_varying": changing(same_day="max", before_first="baseline"), "arm": "TRT01P"}
    assert rows(made(lower, **options)) == rows(made(trial, **options))
    dated = {"paramcd": None, "events": "ADLB", "event_date": "ADT", "start": "TRTSDT", "end": "TRTSDT + 30"}
    first, second = (made(each, **dated, outside="drop") for each in (trial, lower))
    assert rows(first) == rows(second)
    assert left_out(first) == left_out(second)
