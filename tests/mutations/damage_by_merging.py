"""Defects of merges, sort orders and stacking: values of one subject or arm on the records of another."""

import numpy as np
import pandas as pd
from damage import error, warning
from damage_to_times import derived_again
from delivery import (
    Change,
    Delivery,
    NothingToDamage,
    Rng,
    Where,
    all_of,
    beside,
    exchanged,
    filled,
    has,
    has_one,
    if_there,
    lose_subject,
    put,
    some,
    write,
)
from words import IN_DAYS, TO_EVENT

A_DAY = pd.Timedelta(days=1)


def _of_the_record_before(dataset: str, *variables: str, where: Where | None = None) -> Change:
    """Values merged by position, one record late."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, *variables)
        own = frame.index if where is None else frame.index[where(frame)]
        if not len(own):
            raise NothingToDamage("no such record")
        if has_one(frame.loc[own, variables[0]]):
            raise NothingToDamage(f"one {variables[0]}")
        for name in variables:
            frame.loc[own, name] = np.roll(frame.loc[own, name].to_numpy(), 1)

    return change


def _two_subjects_exchanged(dataset: str) -> Change:
    """USUBJID of two subjects, of other sites and starts, on each other's records."""

    def change(delivery: Delivery, rng: Rng) -> None:
        subjects = delivery.holds("ADSL", "TRTSDT", "SITEID").set_index("USUBJID")
        frame = delivery.holds(dataset, "USUBJID")
        there = subjects.index[subjects.index.isin(frame.USUBJID) & subjects.TRTSDT.notna()]
        one = str(rng.choice(there))
        unlike = subjects.loc[there]
        unlike = unlike[unlike.TRTSDT.ne(subjects.TRTSDT[one]) & unlike.SITEID.ne(subjects.SITEID[one])]
        other = str(rng.choice(unlike.index))
        frame["USUBJID"] = frame.USUBJID.replace({one: other, other: one})

    return change


def _of_another_subject(dataset: str, *variables: str, where: Where | None = None) -> Change:
    """Values of one record replaced by those of a record of another subject that has others."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, *variables)
        own = some(frame, rng, lambda data: filled(*variables)(data) & (where(data) if where else True))
        unlike = frame.USUBJID.ne(frame.USUBJID[own[0]]) & filled(*variables)(frame)
        for name in variables:
            unlike &= frame[name].ne(frame.loc[own[0], name])
        other = some(frame, rng, lambda data: unlike)
        for name in variables:
            frame.loc[own, name] = frame.loc[other[0], name]

    return change


def _given_to_another(parameter: str | tuple[str, ...]) -> Change:
    """A record that carries the USUBJID of another subject, who has one already."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        own, other = some(frame, rng, has(PARAMCD=parameter), 2)
        frame.loc[own, "USUBJID"] = frame.loc[other, "USUBJID"]

    return change


def _stacked_twice(dataset: str) -> Change:
    """All records of one subject once more, as they are."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame(dataset)
        own = frame[frame.USUBJID.eq(frame.USUBJID[some(frame, rng)[0]])]
        delivery.put(dataset, pd.concat([frame, own], ignore_index=True))

    return change


def _stacked_with_later_cut(delivery: Delivery, rng: Rng) -> None:
    """A parameter of a later data cut beneath the first one: the living have another record, 30 days on."""
    frame = delivery.frame("ADTTE")
    own = frame[frame.PARAMCD.isin(IN_DAYS) & frame.CNSR.eq(1)]
    later = own.assign(ADT=own.ADT + 30 * A_DAY, AVAL=own.AVAL + 30)
    delivery.put("ADTTE", pd.concat([frame, later], ignore_index=True))


def _site_lost(dataset: str) -> Change:
    def change(delivery: Delivery, rng: Rng) -> None:
        subjects = delivery.holds("ADSL", "SITEID")
        safe = subjects[subjects.SAFFL.eq("Y")] if "SAFFL" in subjects else subjects
        sizes = safe.SITEID.value_counts()
        own = safe.USUBJID[safe.SITEID.eq(sizes[sizes.ge(5)].index[-1])]
        frame = delivery.frame(dataset)
        delivery.put(dataset, frame[~frame.USUBJID.isin(own)].reset_index(drop=True))

    return change


def _from_another_study(delivery: Delivery, rng: Rng) -> None:
    """A subject of a pooled study, who has records and is not in ADSL."""
    frame = delivery.frame("ADAE")
    copied = frame.loc[some(frame, rng)].assign(USUBJID="OTHER-STUDY-001")
    delivery.put("ADAE", pd.concat([frame, copied], ignore_index=True))


def _randomized_and_forgotten(delivery: Delivery, rng: Rng) -> None:
    """A subject of every population who has no record of any time."""
    frame = delivery.frame("ADSL")
    added = frame.loc[some(frame, rng, has(SAFFL="Y"))].copy()
    added["USUBJID"] = added.USUBJID.str[:-1] + "X"
    delivery.put("ADSL", pd.concat([frame, added], ignore_index=True))


def _inner_join_with_events(delivery: Delivery, rng: Rng) -> None:
    """The times of subjects without any adverse event are lost."""
    frame, events = delivery.frame("ADTTE"), delivery.frame("ADAE")
    without = ~frame.USUBJID.isin(events.USUBJID)
    if not without.any():
        raise NothingToDamage("every subject has an adverse event")
    delivery.put("ADTTE", frame[~without].reset_index(drop=True))


def _arms_of_a_site(dataset: str, *variables: str) -> Change:
    return exchanged(dataset, lambda frame: frame.SITEID.eq(frame.SITEID.value_counts().index[0]), *variables)


def _inverted(where: Where) -> Change:
    """CNSR 0 for censored and 1 for events, on some records."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        own = where(frame)
        if not own.any():
            raise NothingToDamage("no such record")
        frame.loc[own, "CNSR"] = frame.loc[own, "CNSR"].eq(0).astype(float)

    return change


def _of_largest_site(frame: pd.DataFrame) -> pd.Series:
    return frame.SITEID.eq(frame.SITEID.value_counts().index[0])


def _of_one_arm(frame: pd.DataFrame) -> pd.Series:
    arm = next((name for name in ("TRTP", "TRTA", "ARM") if name in frame), "TRTP")
    if has_one(frame[arm]):
        raise NothingToDamage("one arm")
    return frame[arm].eq(sorted(frame[arm].dropna().unique())[0])


def _everywhere(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=frame.index)


def _both_arms(*variables: str) -> Change:
    """Planned and described arm together, so that only DM knows better."""

    def change(delivery: Delivery, rng: Rng) -> None:
        exchanged("ADSL", _of_largest_site, *variables)(delivery, rng)
        if_there(exchanged("ADSL", _of_largest_site, "TRT01PN"))(delivery, rng)

    return change


def _some_lost(delivery: Delivery, rng: Rng) -> None:
    for _ in range(12):
        lose_subject("ADTTE")(delivery, rng)


MERGES = (
    error(
        "TRTSDT of the subject before in ADSL",
        beside("ADAE.TRTSDT ADTTE.TRTSDT", _of_the_record_before("ADSL", "TRTSDT")),
        "XD016",
        "TRTSDT",
    ),
    error("AGE of the record before in ADTTE", _of_the_record_before("ADTTE", "AGE"), "XD016", "AGE"),
    error("SEX of the record before in ADAE", _of_the_record_before("ADAE", "SEX"), "XD016", "SEX"),
    error("TRTSDT of the record before in ADAE", _of_the_record_before("ADAE", "TRTSDT"), "XD016", "TRTSDT"),
    warning("TRT01A of the subject before", _of_the_record_before("ADSL", "TRT01A"), "SL017", "TRT01A"),
    warning("TRTA of the record before in ADAE", _of_the_record_before("ADAE", "TRTA"), "XD014", "TRTA"),
    warning("TRTP of the record before in ADTTE", _of_the_record_before("ADTTE", "TRTP"), "XD014", "TRTP"),
    warning(
        "AVAL of the record before",
        _of_the_record_before("ADTTE", "AVAL", where=has(PARAMCD=TO_EVENT)),
        "TTE007",
        "AVAL",
    ),
    warning(
        "ADT of the record before",
        _of_the_record_before("ADTTE", "ADT", where=has(PARAMCD=IN_DAYS)),
        "TTE007",
        "ADT",
    ),
    error(
        "CNSR of the record before",
        _of_the_record_before("ADTTE", "CNSR", where=has(PARAMCD=IN_DAYS)),
        "TTE012",
        "CNSR",
    ),
    error(
        "EVNTDESC of the record before",
        _of_the_record_before("ADTTE", "EVNTDESC", where=has(PARAMCD=IN_DAYS)),
        "TTE012",
        "EVNTDESC",
    ),
    warning(
        "STARTDT and AVAL of the subject before",
        derived_again(_of_the_record_before("ADTTE", "STARTDT", where=has(PARAMCD=IN_DAYS))),
        "XD006|XD035",
        "STARTDT",
    ),
    warning(
        "SRCSEQ of the record before",
        _of_the_record_before("ADTTE", "SRCSEQ", where=has(SRCDOM=("ADRS", "ADAE"))),
        "XD008",
        "SRCSEQ",
    ),
    warning(
        "STARTDT of another subject",
        derived_again(_of_another_subject("ADTTE", "STARTDT", where=has(PARAMCD=IN_DAYS))),
        "XD006",
        "STARTDT",
    ),
    error("AGE of another subject in ADAE", _of_another_subject("ADAE", "AGE"), "XD016", "AGE"),
    error("RACE of another subject in ADAE", _of_another_subject("ADAE", "RACE"), "XD016", "RACE", "pilot"),
    error(
        "AGEGR1 of another subject in ADTTE",
        _of_another_subject("ADTTE", "AGEGR1"),
        "XD016",
        "AGEGR1",
        "pilot",
    ),
    error("SITEID of another subject in ADAE", _of_another_subject("ADAE", "SITEID"), "XD016", "SITEID"),
    error("TRTEDT of another subject in ADAE", _of_another_subject("ADAE", "TRTEDT"), "XD016", "TRTEDT"),
    error("STUDYID of another study in ADAE", put("ADAE", "STUDYID", "OTHER-01"), "XD016", "STUDYID"),
    error("two subjects exchanged in ADAE", _two_subjects_exchanged("ADAE"), "XD016", "SITEID"),
    warning("two subjects exchanged in ADTTE", _two_subjects_exchanged("ADTTE"), "XD006", "STARTDT"),
    error("two subjects exchanged in ADSL", _two_subjects_exchanged("ADSL"), "XD016", "SITEID"),
    error("a record given to another subject", _given_to_another(IN_DAYS), "TTE002", "USUBJID"),
    error("a subject's times stacked twice", _stacked_twice("ADTTE"), "TTE002", "USUBJID"),
    error("a subject's events stacked twice", _stacked_twice("ADAE"), "AE002", "AESEQ"),
    error("two data cuts stacked", _stacked_with_later_cut, "TTE002", "USUBJID"),
    warning("a site lost from ADTTE", _site_lost("ADTTE"), "XD004", "USUBJID"),
    error("a site lost from ADSL", _site_lost("ADSL"), "XD001", "USUBJID"),
    error("a subject of another study in ADAE", _from_another_study, "XD001", "USUBJID"),
    error("a blank before USUBJID", write("ADTTE", "USUBJID", lambda text: f" {text}"), "XD001", "USUBJID"),
    warning("a subject without any time", _randomized_and_forgotten, "XD004", "USUBJID"),
    warning("subjects without an event lost by a join", _inner_join_with_events, "XD004", "USUBJID", "pilot"),
    warning(
        "a tenth of the subjects lost from ADTTE",
        _some_lost,
        "XD004",
        "USUBJID",
    ),
    warning("TRTA of a site exchanged in ADAE", _arms_of_a_site("ADAE", "TRTA"), "XD014", "TRTA"),
    warning("TRT01P of a site exchanged", _arms_of_a_site("ADSL", "TRT01P"), "SL017", "TRT01P"),
    warning("TRT01P and ARM of a site exchanged", _both_arms("TRT01P", "ARM"), "SL017", "ARM"),
    error(
        "ARM of another subject in ADTTE", _of_another_subject("ADTTE", "ARM"), "XD016", "ARM", "pharmaverse"
    ),
    error("TRTPN of a site exchanged", _arms_of_a_site("ADTTE", "TRTPN"), "XD014", "TRTPN"),
    error(
        "CNSR inverted at a site",
        _inverted(all_of(has(PARAMCD=TO_EVENT), _of_largest_site)),
        "TTE012",
        "CNSR",
    ),
    error("CNSR inverted in an arm", _inverted(all_of(has(PARAMCD=TO_EVENT), _of_one_arm)), "TTE012", "CNSR"),
    error("CNSR inverted everywhere", _inverted(_everywhere), "TTE011", "CNSR"),
)
