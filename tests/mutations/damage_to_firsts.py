"""Defects of endpoints that follow from the first progression, response or event of another dataset."""

from dataclasses import replace

import numpy as np
import pandas as pd
from damage import Damage, error, warning
from delivery import Change, Delivery, NothingToDamage, Rng, has, some
from two_arm_trial import SOURCES
from words import FROM_EVENTS, OF_RESPONSE, PROGRESSION, TO_EVENT

from adamgate.schemas.severity import Severity
from adamgate.schemas.study.declarations import Declarations, Endpoint


def _records_of(frame: pd.DataFrame, parameter: str) -> pd.Series:
    if not frame.PARAMCD.eq(parameter).any():
        raise NothingToDamage(f"no {parameter}")
    return frame.PARAMCD.eq(parameter)


def _one_for_events(parameter: str):
    """CNSR 1 for events and 2 or more for censors."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        frame.loc[_records_of(frame, parameter), "CNSR"] += 1

    return change


def _other_polarity(parameter: str):
    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        own = _records_of(frame, parameter)
        frame.loc[own, "CNSR"] = frame.loc[own, "CNSR"].eq(0).astype(float)

    return change


def _progressed(frame: pd.DataFrame) -> pd.Series:
    return frame.PARAMCD.eq("PFS") & frame.EVNTDESC.isin(PROGRESSION)


def _assessed(value: str, shift: int = 0):
    """Another assessment in place of the progression of an event, or the progression on another day."""

    def change(delivery: Delivery, rng: Rng) -> None:
        times, adrs = delivery.frame("ADTTE"), delivery.frame("ADRS")
        own = times.USUBJID[some(times, rng, _progressed)].iloc[0]
        there = adrs.index[adrs.USUBJID.eq(own) & adrs.AVALC.eq("PD")]
        adrs.loc[there, "AVALC"] = value
        adrs.loc[there, "ADT"] += pd.Timedelta(days=shift)

    return change


def _later_progression(delivery: Delivery, rng: Rng) -> None:
    """A progression before the one that is the event."""
    times, adrs = delivery.frame("ADTTE"), delivery.frame("ADRS")
    adrs = adrs[adrs.PARAMCD.eq("OVR")]
    visits = adrs.USUBJID.value_counts()
    own = some(times, rng, lambda data: _progressed(data) & data.USUBJID.map(visits).ge(3))
    first = adrs.index[adrs.USUBJID.eq(times.USUBJID[own[0]])][0]
    delivery.frame("ADRS").loc[first, "AVALC"] = "PD"


def _censored_at_death(delivery: Delivery, rng: Rng) -> None:
    times = delivery.frame("ADTTE")
    own = some(times, rng, lambda data: data.PARAMCD.eq("PFS") & data.EVNTDESC.eq("Death"))
    times.loc[own, "CNSR"] = 1


def _response_starts(by: int):
    def change(delivery: Delivery, rng: Rng) -> None:
        times = delivery.frame("ADTTE")
        responders = int(has(PARAMCD=OF_RESPONSE)(times).sum())
        few = min(2, max(1, responders // 4))
        times.loc[some(times, rng, has(PARAMCD=OF_RESPONSE), few), "STARTDT"] += pd.Timedelta(days=by)

    return change


def _responders_lost(delivery: Delivery, rng: Rng) -> None:
    times = delivery.frame("ADTTE")
    few = min(3, max(1, int(has(PARAMCD=OF_RESPONSE)(times).sum()) // 4))
    delivery.put("ADTTE", times.drop(index=some(times, rng, has(PARAMCD=OF_RESPONSE), few)))


def _responders_of_an_arm_lost(delivery: Delivery, rng: Rng) -> None:
    times = delivery.frame("ADTTE")
    own = _records_of(times, "DOR")
    arms = times.TRTP[own].value_counts()
    if len(arms) < 2:
        raise NothingToDamage("responders of one arm only")
    delivery.put("ADTTE", times.drop(index=times.index[own & times.TRTP.eq(arms.index[-1])]))


_LEAST = 12
"""A group of so many subjects is not without adverse events by chance, if most others have some."""


def _events_lost(variable: str):
    """All adverse events of the largest of several groups of subjects in ADSL."""

    def change(delivery: Delivery, rng: Rng) -> None:
        subjects, events = delivery.frame("ADSL"), delivery.frame("ADAE")
        sizes = subjects[variable][subjects.SAFFL.eq("Y")].value_counts()
        if len(sizes) < 2 or sizes.iloc[0] < _LEAST:
            raise NothingToDamage(f"no large group by {variable} beside another")
        own = subjects.USUBJID[subjects[variable].eq(sizes.index[0])]
        delivery.put("ADAE", events[~events.USUBJID.isin(own)])

    return change


def _serious_event(delivery: Delivery, rng: Rng, **values: object) -> None:
    times = delivery.frame("ADTTE")
    own = some(times, rng, has(PARAMCD=FROM_EVENTS, CNSR=0))
    for name, value in values.items():
        times.loc[own, name] = value


def _event_censored(delivery: Delivery, rng: Rng) -> None:
    _serious_event(delivery, rng, CNSR=1, EVNTDESC="Last contact", SRCDOM=None, SRCVAR=None, SRCSEQ=np.nan)


def _later_event(delivery: Delivery, rng: Rng) -> None:
    """The source has a serious event on the first day of treatment."""
    times, events = delivery.frame("ADTTE"), delivery.frame("ADAE")
    if not has(PARAMCD=FROM_EVENTS)(times).any():
        raise NothingToDamage("no such record")
    own = times.index[times.PARAMCD.isin(FROM_EVENTS) & times.CNSR.eq(0)]
    source = events.set_index(["USUBJID", "AESEQ"])
    key = [*zip(times.USUBJID[own], times.SRCSEQ[own], strict=True)]
    late = own[
        (source.ASTDT.loc[key].to_numpy() - source.TRTSDT.loc[key].to_numpy()) > np.timedelta64(9, "D")
    ]
    chosen = key[own.get_loc(late[0])]
    record = events[events.USUBJID.eq(chosen[0]) & events.AESEQ.eq(chosen[1])]
    more = record.assign(AESEQ=99.0, ASTDT=record.TRTSDT)
    if "AESTDTC" in more:
        more["AESTDTC"] = record.TRTSDT.dt.strftime("%Y-%m-%d")
    delivery.put("ADAE", pd.concat([events, more], ignore_index=True))


def _start_of_one_arm(delivery: Delivery, rng: Rng) -> None:
    """STARTDT at randomization in the arm of placebo, at the first dose in the other."""
    times = delivery.frame("ADTTE")
    subjects = delivery.frame("ADSL").drop_duplicates("USUBJID").set_index("USUBJID")
    for arm, date in (("Placebo", "RANDDT"), ("Drug X 10 mg", "TRTSDT")):
        own = times.PARAMCD.eq("OS") & times.TRTP.eq(arm)
        times.loc[own, "STARTDT"] = times.USUBJID[own].map(subjects[date])


def _all_dates(by: int):
    def change(delivery: Delivery, rng: Rng) -> None:
        times = delivery.frame("ADTTE")
        for name in ("ADT", "STARTDT"):
            times[name] += pd.Timedelta(days=by)

    return change


def _start_lost(delivery: Delivery, rng: Rng) -> None:
    times = delivery.frame("ADTTE")
    times.loc[some(times, rng, has(PARAMCD=TO_EVENT), 2), "STARTDT"] = pd.NaT


def _subjects_lost(delivery: Delivery, rng: Rng) -> None:
    times = delivery.frame("ADTTE")
    delivery.put("ADTTE", times.drop(index=some(times, rng, has(PARAMCD=TO_EVENT), 12)))


def _visits_missed(delivery: Delivery, rng: Rng) -> None:
    """The last three assessments before an event."""
    times, adrs = delivery.frame("ADTTE"), delivery.frame("ADRS")
    visits = adrs.USUBJID.value_counts()
    own = some(times, rng, lambda data: _progressed(data) & data.USUBJID.map(visits).ge(5))
    there = adrs.index[adrs.USUBJID.eq(times.USUBJID[own[0]]) & adrs.AVALC.ne("PD")]
    delivery.put("ADRS", adrs.drop(index=there[-3:]))


def _outside_the_population(delivery: Delivery, rng: Rng) -> None:
    subjects = delivery.frame("ADSL").assign(PPROTFL="Y")
    subjects.loc[some(subjects, rng), "PPROTFL"] = "N"
    delivery.put("ADSL", subjects)


DECLARED = Declarations(
    endpoints={
        "PFS": Endpoint(events=("PROGRESSION", "DEATH"), missed_visits=1),
        "TTSAE": Endpoint(events=("SERIOUS",)),
    },
    sources=SOURCES,
)
DEATHS = Declarations(endpoints={"PFS": Endpoint(deaths="event")})
PER_PROTOCOL = Declarations(safety_population="PPROTFL")


def _declared(
    name: str, change: Change, rule: str, variable: str, declared: Declarations = DECLARED
) -> Damage:
    return Damage(f"declared: {name}", change, (rule,), variable, Severity.ERROR, declarations=declared)


WHERE_DECLARED = (
    _declared("a progression before the event", _later_progression, "XD036", "ADT"),
    _declared("an event without a progression", _assessed("SD"), "XD036", "ADT"),
    _declared("censored at death", _censored_at_death, "XD036", "CNSR"),
    _declared("a first serious event that is censored", _event_censored, "XD036", "CNSR"),
    _declared("a serious event before the first", _later_event, "XD036", "ADT"),
    _declared("deaths are events", _censored_at_death, "XD031", "CNSR", DEATHS),
    _declared("not per protocol", _outside_the_population, "AE050", "USUBJID", PER_PROTOCOL),
    replace(_declared("missed visits", _visits_missed, "XD037", "ADT"), severity=Severity.WARNING),
)
"""Defects of what is declared, which inference would not see, or not for certain."""

FIRSTS = (
    *WHERE_DECLARED,
    warning("STARTDT of one arm from another date", _start_of_one_arm, "XD035", "STARTDT"),
    error("all dates counted from 1970 in place of 1960", _all_dates(-3653), "XD035", "STARTDT"),
    error("all dates a century late", _all_dates(36525), "XD035", "STARTDT"),
    warning("STARTDT lost", _start_lost, "TTE031", "STARTDT"),
    warning("twelve subjects lost from a parameter", _subjects_lost, "XD004", "USUBJID"),
    error("CNSR 1 for deaths and 2 for the living", _one_for_events("OS"), "TTE030", "CNSR"),
    error("CNSR 1 for progressions and 2 for censored", _one_for_events("PFS"), "TTE030", "CNSR"),
    error("CNSR 1 for events in one parameter only", _other_polarity("PFS"), "TTE011", "CNSR"),
    warning("a progression before the event", _later_progression, "XD030", "ADT"),
    warning("an event of progression without a progression", _assessed("SD"), "XD030", "ADT"),
    warning("an event of progression before the progression", _assessed("PD", 5), "XD030", "ADT"),
    warning("progression-free survival censored at death", _censored_at_death, "XD031", "CNSR"),
    warning("duration of response starts a month late", _response_starts(30), "XD032", "STARTDT"),
    warning("duration of response starts a day late", _response_starts(1), "XD032", "STARTDT"),
    warning("responders without a duration of response", _responders_lost, "XD033", "USUBJID"),
    warning("responders of an arm without any", _responders_of_an_arm_lost, "XD033", "USUBJID"),
    warning("no adverse events of an arm", _events_lost("TRT01P"), "AE051", "TRT01P"),
    warning("no adverse events of a site", _events_lost("SITEID"), "AE051", "SITEID"),
    warning("a first serious event that is censored", _event_censored, "XD034", "CNSR"),
    warning("a serious event before the first", _later_event, "XD034", "ADT"),
)
