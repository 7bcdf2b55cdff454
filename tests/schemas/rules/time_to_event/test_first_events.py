"""Times to a first event against the dataset that the events come from."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

DAY = pd.Timedelta("1D")
EVENTS = 30


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "variables"),
    [
        ("M2-later-event", ("ADT", "SRCSEQ")),
        ("M3-event-censored", ("CNSR", "ADT")),
        ("M4-event-not-emergent", ("SRCSEQ", "ADT")),
    ],
)
def test_cases(shared, case, variables):
    report = ag.validate(ag.read(shared / "cases" / "gate" / case))
    found = [each for each in report.findings if each.rule_id == "XD034"]
    assert [(str(each.severity), each.records, each.variables) for each in found] == [
        ("warning", 3, variables)
    ]


@pytest.fixture
def first(trial):
    """Everybody has an event that is not treatment-emergent on day 3, and two that are on days 10 and 20; the
    first of these is the event of 30 subjects, and the others have none."""
    own = trial.adsl[["USUBJID", "TRTSDT"]]
    kinds = []
    for number, (after, emergent) in enumerate([(3, None), (10, "Y"), (20, "Y")], 1):
        kinds.append(own.assign(AESEQ=float(number), ASTDT=own.TRTSDT + after * DAY, TRTEMFL=emergent))
    adae = pd.concat(kinds, ignore_index=True).assign(AETERM="headache", AEDECOD="Headache", AESER="N")
    adae["AEDECOD"] = np.where(adae.index % 2, "Headache", "Nausea")
    without = adae.USUBJID.isin(own.USUBJID[EVENTS:]) & adae.TRTEMFL.eq("Y")
    trial.adae = adae[~without].reset_index(drop=True)
    times = trial.adtte.loc[trial.of("OS")].assign(
        PARAMCD="TTAE", PARAM="Time to First Event (Days)", SRCSEQ=np.nan
    )
    event = np.arange(len(times)) < EVENTS
    times["CNSR"] = np.where(event, 0.0, 1.0)
    times.loc[event, ["SRCDOM", "SRCVAR", "SRCSEQ"]] = ["ADAE", "ASTDT", 2.0]
    times["ADT"] = times.STARTDT + np.where(event, 10, 60) * DAY
    trial.adtte = times.reset_index(drop=True)
    return trial


class TestFirstEvents:
    def test_clean(self, first):
        assert first.findings("XD034") == []

    def test_a_later_event(self, first):
        first.adtte.loc[[1, 4], "SRCSEQ"] = 3.0
        first.adtte.loc[[1, 4], "ADT"] += 10 * DAY
        assert first.told("XD034") == [("warning", 2)]

    def test_dates_as_datetimes(self, first):
        first.adae["ASTDT"] = first.adae.ASTDT.astype("datetime64[us]") + pd.Timedelta("7h")
        assert first.findings("XD034") == []
        first.adtte.loc[[1, 4], "SRCSEQ"] = 3.0
        first.adtte.loc[[1, 4], "ADT"] += 10 * DAY
        assert first.told("XD034") == [("warning", 2)]

    def test_censored_in_spite_of_one(self, first):
        first.adtte.loc[2, ["CNSR", "SRCDOM", "SRCVAR"]] = [1, "ADSL", "LSTALVDT"]
        first.adtte.loc[2, "ADT"] += 50 * DAY
        first.adtte.loc[2, "SRCSEQ"] = np.nan
        assert first.told("XD034") == [("warning", 1)]
        assert first.finding("XD034").variables == ("CNSR", "ADT")

    def test_censored_before_it(self, first):
        first.adtte.loc[2, ["CNSR", "SRCDOM", "SRCVAR"]] = [1, "ADSL", "TRTEDT"]
        first.adtte.loc[2, "SRCSEQ"] = np.nan
        first.adtte.loc[2, "ADT"] -= 5 * DAY
        assert first.findings("XD034") == []

    def test_a_source_without_the_flag(self, first):
        first.adtte.loc[2, "SRCSEQ"] = 1.0
        first.adtte.loc[2, "ADT"] -= 7 * DAY
        assert first.told("XD034") == [("warning", 1)]
        assert first.finding("XD034").variables == ("SRCSEQ", "ADT")

    def test_any_event_counts_and_few_are_not_emergent(self, first):
        """Time to the first event of any kind: those without the flag are not passed over."""
        first.adae = first.adae[first.adae.AESEQ.ne(1) | first.adae.USUBJID.eq("S1-003")].reset_index(
            drop=True
        )
        first.adtte.loc[2, "SRCSEQ"] = 1.0
        first.adtte.loc[2, "ADT"] -= 7 * DAY
        assert first.findings("XD034") == []

    def test_serious_events_only(self, first):
        """The condition is inferred: the second event is the first serious one."""
        first.adae["AESER"] = np.where(first.adae.AESEQ.eq(3), "Y", "N")
        own = first.adtte.CNSR.eq(0)
        first.adtte.loc[own, "SRCSEQ"] = 3.0
        first.adtte.loc[own, "ADT"] += 10 * DAY
        assert first.findings("XD034") == []

    def test_one_term_only(self, first):
        first.adae["AEDECOD"] = np.where(first.adae.AESEQ.eq(3), "Rash", "Headache")
        own = first.adtte.CNSR.eq(0)
        first.adtte.loc[own, "SRCSEQ"] = 3.0
        first.adtte.loc[own, "ADT"] += 10 * DAY
        assert first.findings("XD034") == []

    def test_a_condition_that_is_not_understood(self, first):
        """Ten of thirty are dated at a later record, for a reason that no variable tells."""
        first.adtte.loc[:9, "SRCSEQ"] = 3.0
        first.adtte.loc[:9, "ADT"] += 10 * DAY
        assert first.findings("XD034") == []

    def test_recurrent_events(self, first):
        second = first.adtte[first.adtte.CNSR.eq(0)].assign(SRCSEQ=3.0)
        second["ADT"] += 10 * DAY
        first.adtte = pd.concat([first.adtte, second], ignore_index=True)
        assert first.reason("XD034") == "no parameter has its events from an occurrence dataset"
