"""Defects of derivations: dates, units, windows, imputations and flags counted otherwise than meant."""

import numpy as np
import pandas as pd
from damage import error, note, warning
from damage_to_times import days_per_unit, derived_again
from delivery import (
    Change,
    Delivery,
    NothingToDamage,
    Rng,
    Where,
    all_of,
    beside,
    filled,
    has,
    has_one,
    put,
    shift,
    some,
    swap,
    write,
)
from words import IN_DAYS, IN_WHOLE_DAYS, NAUSEA, TO_EVENT


def _times(
    factor: float, where: Where, records: int = 1, variable: str = "AVAL", dataset: str = "ADTTE"
) -> Change:
    """A number in another unit."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, variable)
        own = some(frame, rng, lambda data: where(data) & data[variable].gt(1), records)
        frame.loc[own, variable] *= factor

    return change


def _without_first_day(share: float) -> Change:
    """AVAL = ADT - STARTDT on a share of the records."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        own = some(frame, rng, has(PARAMCD=TO_EVENT), max(2, int(share * has(PARAMCD=TO_EVENT)(frame).sum())))
        frame.loc[own, "AVAL"] -= 1 / days_per_unit(frame)[own]

    return change


def _first_day_in_one_parameter(delivery: Delivery, rng: Rng) -> None:
    """AVAL without the first day in one parameter, with it in the others."""
    frame = delivery.frame("ADTTE")
    if has_one(frame.PARAMCD):
        raise NothingToDamage("one parameter")
    own = frame.PARAMCD.eq("PFS")
    frame.loc[own, "AVAL"] -= 1 / days_per_unit(frame)[own]


def _other_constant(delivery: Delivery, rng: Rng) -> None:
    """Months of 30 days in one parameter."""
    frame = delivery.holds("ADTTE", "AVALU")
    own = frame.PARAMCD.eq("DOR") & frame.AVALU.eq("MONTHS")
    if not own.any():
        raise NothingToDamage("no such record")
    frame.loc[own, "AVAL"] *= days_per_unit(frame)[own] / 30


def _from_first_dose(delivery: Delivery, rng: Rng) -> None:
    """AVAL from the first dose while STARTDT says randomization."""
    frame = delivery.holds("ADTTE", "TRTSDT")
    differs = has(PARAMCD="OS")(frame) & frame.TRTSDT.ne(frame.STARTDT)
    own = some(frame, rng, lambda data: differs, 5)
    frame.loc[own, "AVAL"] = ((frame.ADT - frame.TRTSDT).dt.days[own] + 1) / days_per_unit(frame)[own]


def _dates_shifted(by: int, where: Where) -> Change:
    """ADT and STARTDT together, so that AVAL is none the worse."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        own = where(frame)
        if not own.any():
            raise NothingToDamage("no such record")
        for name in ("ADT", "STARTDT"):
            frame.loc[own, name] += pd.Timedelta(days=by)

    return change


def _everywhere(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=frame.index)


def _of_largest_site(frame: pd.DataFrame) -> pd.Series:
    return frame.SITEID.eq(frame.SITEID.value_counts().index[0])


def _all_deaths_early(delivery: Delivery, rng: Rng) -> None:
    """Every death a day early, as by a time zone, AVAL following."""
    frame = delivery.frame("ADTTE")
    own = frame.PARAMCD.eq("OS") & frame.CNSR.eq(0)
    if not own.any():
        raise NothingToDamage("no such record")
    frame.loc[own, "ADT"] -= pd.Timedelta(days=1)


def _all_censored(delivery: Delivery, rng: Rng) -> None:
    delivery.frame("ADTTE")["CNSR"] = 1.0


def _all_events(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.frame("ADTTE")
    if not has(PARAMCD="OS")(frame).any():
        raise NothingToDamage("no OS")
    frame.loc[frame.PARAMCD.eq("OS"), "CNSR"] = 0.0


def _death_at_last_contact(delivery: Delivery, rng: Rng) -> None:
    """A death censored ten days before, with the words of a censoring."""
    frame = delivery.frame("ADTTE")
    own = some(frame, rng, has(PARAMCD="OS", CNSR=0))
    alive = frame[frame.PARAMCD.eq("OS") & frame.CNSR.eq(1)].iloc[0]
    frame.loc[own, ["CNSR", "EVNTDESC"]] = [1.0, alive.EVNTDESC]
    frame.loc[own, "ADT"] -= pd.Timedelta(days=10)


def _words_of_censoring(delivery: Delivery, rng: Rng) -> None:
    """An event with the text of the censored."""
    frame = delivery.frame("ADTTE")
    own = some(frame, rng, has(PARAMCD=IN_DAYS, CNSR=0))
    censored = frame[frame.PARAMCD.isin(IN_DAYS) & frame.CNSR.eq(1)].EVNTDESC.value_counts().index[0]
    frame.loc[own, "EVNTDESC"] = censored


def _exchanged_dates(dataset: str, one: str, other: str) -> Change:
    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, one, other)
        own = some(frame, rng, lambda data: data[one] < data[other])
        frame.loc[own, [one, other]] = frame.loc[own, [other, one]].to_numpy()

    return change


def _event_days_from(variable: str, **shifted: int) -> Change:
    """Study days of a site counted from another date of ADSL, or a constant number of days off."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds("ADAE", variable, "SITEID")
        own = _of_largest_site(frame) & frame[variable].notna()
        moved = frame.loc[own, variable] + shifted["by"]
        frame.loc[own, variable] = moved.where(moved.ne(0), -1.0)

    return change


def _no_day_skipped(delivery: Delivery, rng: Rng) -> None:
    """ASTDY = ASTDT - TRTSDT, the day of treatment being 0."""
    frame = delivery.holds("ADAE", "ASTDY")
    frame["ASTDY"] = frame.ASTDY.where(frame.ASTDY < 0, frame.ASTDY - 1)


def _whole_site_a_day_late(delivery: Delivery, rng: Rng) -> None:
    """Starts of a site a day late, study day and duration following: only the text knows."""
    frame = delivery.holds("ADAE", "AESTDTC", "ASTDY")
    own = _of_largest_site(frame) & frame.ASTDT.notna() & frame.AESTDTC.str.len().eq(10)
    frame.loc[own, "ASTDT"] += pd.Timedelta(days=1)
    frame.loc[own, "ASTDY"] += np.where(frame.loc[own, "ASTDY"].eq(-1), 2, 1)


def _imputed_in_next_month(delivery: Delivery, rng: Rng) -> None:
    """A start without its day, imputed in the month after."""
    frame = delivery.holds("ADAE", "AESTDTC", "ASTDTF")
    own = some(frame, rng, lambda data: data.ASTDTF.eq("D") & data.AESTDTC.str.len().eq(7))
    frame.loc[own, "ASTDT"] = (frame.ASTDT[own] + pd.offsets.MonthBegin()).astype(frame.ASTDT.dtype)


def _emergent(where: Where, value: str | None) -> Change:
    """TRTEMFL of all records where a condition holds."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds("ADAE", "TRTEMFL", "TRTSDT")
        own = where(frame) & frame.TRTEMFL.ne("Y") if value == "Y" else where(frame) & frame.TRTEMFL.eq("Y")
        if not own.any():
            raise NothingToDamage("no such record")
        for name in ("TRTEMFL", "TREM01FL"):
            if name in frame:
                frame.loc[own, name] = value

    return change


def _first_arm(frame: pd.DataFrame) -> pd.Series:
    arm = next((name for name in ("TRTA", "TRT01A") if name in frame), "TRTA")
    return frame[arm].eq(sorted(frame[arm].dropna().unique())[0])


def _flag_moved_later(flag: str) -> Change:
    """The flag of the first event moved to a later one of the same subject."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds("ADAE", flag)
        first = frame.USUBJID.map(frame[frame[flag].eq("Y")].set_index("USUBJID").ASTDT)
        later = frame.TRTEMFL.eq("Y") & frame.ASTDT.gt(first) & frame[flag].isna()
        own = some(frame, rng, lambda data: later)
        frame.loc[frame.USUBJID.eq(frame.USUBJID[own[0]]), flag] = None
        frame.loc[own, flag] = "Y"

    return change


def _flags_of_an_arm_lost(flag: str) -> Change:
    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds("ADAE", flag)
        frame.loc[_first_arm(frame), flag] = None

    return change


def _number_where_missing(variable: str, date: str) -> Change:
    return put("ADAE", variable, 5.0, has(**{date: None, variable: None}))


def _fatal_and_living(delivery: Delivery, rng: Rng) -> None:
    """AESDTH of an event that a living subject recovered from."""
    frame = delivery.holds("ADAE", "AESDTH", "AEOUT")
    own = some(frame, rng, has(AESDTH="N", AEOUT="RECOVERED/RESOLVED"))
    frame.loc[own, ["AESDTH", "AESER"]] = "Y"


def _half_from_randomization(delivery: Delivery, rng: Rng) -> None:
    """ADT of every second censored subject from another date of ADSL than last contact."""
    frame, subjects = delivery.frame("ADTTE"), delivery.holds("ADSL", "LSTALVDT", "TRTEDT")
    ended = frame.USUBJID.map(subjects.drop_duplicates("USUBJID").set_index("USUBJID").TRTEDT)
    own = (
        frame.PARAMCD.eq("OS")
        & frame.CNSR.ne(0)
        & ended.notna()
        & ended.lt(frame.ADT - pd.Timedelta(days=30))
    )
    chosen = some(frame, rng, lambda data: own, 5)
    frame.loc[chosen, "ADT"] = ended[chosen]


def _seen_after_cut_off(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.holds("ADSL", "LSTALVDT")
    own = some(frame, rng, lambda data: data.DTHFL.isna())
    frame.loc[own, "LSTALVDT"] = delivery.cut_off() + pd.Timedelta(days=30)


def _group_of_boundary(delivery: Delivery, rng: Rng) -> None:
    """AGEGR1 whose limit was taken as <= in place of <."""
    frame = delivery.frame("ADSL")
    if "AGEGR1" not in frame:
        frame = frame.assign(AGEGR1=np.where(frame.AGE < 65, "<65", ">=65"))
    limit = frame[frame.AGEGR1.isin(["<65", "18-64"])].AGE.max() + 1
    own = frame.AGE.eq(limit)
    if not own.any():
        raise NothingToDamage("nobody of that age")
    frame.loc[own, "AGEGR1"] = frame.loc[limit > frame.AGE, "AGEGR1"].iloc[0]
    delivery.put("ADSL", frame)


def _of_a_query(delivery: Delivery, rng: Rng) -> None:
    """A term in a query on one record, out of it on the others."""
    frame = delivery.holds("ADAE", "CQ01NAM")
    times = frame.AEDECOD.map(frame.AEDECOD.value_counts())
    own = some(frame, rng, lambda data: data.CQ01NAM.isna() & times.gt(3))
    frame.loc[own, "CQ01NAM"] = frame.CQ01NAM.dropna().iloc[0]


DERIVATIONS = (
    error("AVAL in weeks on three records", _times(1 / 7, has(PARAMCD=IN_DAYS), 3), "TTE007", "AVAL"),
    error("AVAL in seconds", _times(86_400, has(PARAMCD=IN_DAYS)), "TTE007", "AVAL"),
    error("AVAL in years on two records", _times(1 / 365.25, has(PARAMCD=IN_DAYS), 2), "TTE007", "AVAL"),
    error("AVAL without the first day on a twentieth", _without_first_day(0.04), "TTE007", "AVAL"),
    warning("AVAL without the first day on a fifth", _without_first_day(0.2), "TTE007", "AVAL"),
    note("AVAL without the first day in one parameter", _first_day_in_one_parameter, "TTE032", "AVAL"),
    note("months of 30 days in one parameter", _other_constant, "TTE032", "AVAL"),
    error("AVAL from the first dose, STARTDT not", _from_first_dose, "TTE007", "AVAL"),
    error(
        "STARTDT a year early on a record",
        shift("ADTTE", "STARTDT", -365, has(PARAMCD=IN_DAYS)),
        "TTE007",
        "STARTDT",
    ),
    warning("all dates of ADTTE a day late", _dates_shifted(1, _everywhere), "XD035", "STARTDT"),
    warning("all dates of ADTTE a year early", _dates_shifted(-365, _everywhere), "XD035", "STARTDT"),
    warning(
        "dates of a site a year early",
        _dates_shifted(-365, all_of(has(PARAMCD=IN_DAYS), _of_largest_site)),
        "XD006|XD035",
        "STARTDT",
    ),
    warning(
        "dates of a site 3653 days late",
        _dates_shifted(3653, all_of(has(PARAMCD=IN_DAYS), _of_largest_site)),
        "XD006|XD035",
        "STARTDT",
    ),
    error("every death a day early", derived_again(_all_deaths_early), "XD002", "ADT"),
    note("nobody has an event", _all_censored, "TTE019", "CNSR"),
    error("everybody has an event", _all_events, "XD002", "CNSR"),
    error(
        "a death censored at the last contact before", derived_again(_death_at_last_contact), "XD003", "CNSR"
    ),
    error("an event with the words of a censoring", _words_of_censoring, "TTE012", "EVNTDESC"),
    warning("OS censored at the end of treatment", derived_again(_half_from_randomization), "XD009", "ADT"),
    error(
        "PARAMCD of a record in small letters",
        write("ADTTE", "PARAMCD", str.lower, has(PARAMCD=TO_EVENT)),
        "TTE004",
        "PARAMCD",
    ),
    error(
        "AVALU of a whole parameter",
        swap("ADTTE", "AVALU", "MONTHS", "YEARS", has(PARAMCD="PFS")),
        "TTE008",
        "AVALU",
    ),
    warning(
        "SRCDOM of another dataset",
        put("ADTTE", "SRCDOM", "ADSL", has(SRCDOM=("ADRS", "ADAE"))),
        "XD008",
        "SRCVAR",
    ),
    error("TRTSDT and TRTEDT exchanged", _exchanged_dates("ADSL", "TRTSDT", "TRTEDT"), "SL003", "TRTEDT"),
    error(
        "TRTSDT a year early in ADSL",
        beside("ADAE.TRTSDT ADTTE.TRTSDT", shift("ADSL", "TRTSDT", -365, has(SAFFL="Y"))),
        "XD016",
        "TRTSDT",
    ),
    error("DTHDT a year early", shift("ADSL", "DTHDT", -365), "SL012", "LSTALVDT"),
    warning(
        "DTHFL of a living subject", put("ADSL", "DTHFL", "Y", has(DTHFL=None, DTHDT=None)), "SL008", "DTHFL"
    ),
    error(
        "SAFFL of an untreated subject",
        put("ADSL", "SAFFL", "Y", has(SAFFL="N", TRTSDT=None)),
        "SL002",
        "TRTSDT",
        "pharmaverse",
    ),
    warning("AGE in months", _times(12, filled("AGE"), 1, "AGE", "ADSL"), "SL014", "AGE"),
    error(
        "AGE a year more in ADSL than elsewhere",
        beside("ADAE.AGE ADTTE.AGE", shift("ADSL", "AGE", 1, has(SAFFL="Y"))),
        "XD016",
        "AGE",
    ),
    warning("age group of the boundary", _group_of_boundary, "SL015", "AGEGR1"),
    error("AENDT a year early", shift("ADAE", "AENDT", -365, filled("ASTDT")), "AE001", "AENDT"),
    error("ASTDT and AENDT exchanged", _exchanged_dates("ADAE", "ASTDT", "AENDT"), "AE001", "AENDT"),
    error("ASTDT a year late", shift("ADAE", "ASTDT", 365, has(AENDT=None)), "AE003", "ASTDT"),
    error("ASTDY of a site from another date", _event_days_from("ASTDY", by=-14), "AE003", "ASTDY"),
    error("AENDY of a site a day more", _event_days_from("AENDY", by=1), "AE004", "AENDY"),
    error("ASTDY with a day 0", _no_day_skipped, "AE003", "ASTDY"),
    warning("starts of a site a day late", _whole_site_a_day_late, "AE038", "ASTDT"),
    warning("a start imputed in the next month", _imputed_in_next_month, "AE038", "ASTDT"),
    error("ADURN in hours", _times(24, has(ADURU=IN_WHOLE_DAYS), 1, "ADURN", "ADAE"), "AE005", "ADURN"),
    error(
        "ADURU of a record hours",
        put("ADAE", "ADURU", "HOURS", all_of(has(ADURU=IN_WHOLE_DAYS), lambda frame: frame.ADURN > 3)),
        "AE005",
        "ADURN",
    ),
    warning("ADURN without an end", _number_where_missing("ADURN", "AENDT"), "AE005", "ADURN"),
    warning("AENDY without an end", _number_where_missing("AENDY", "AENDT"), "AE004", "AENDY"),
    warning("TRTEMFL on every event", _emergent(_everywhere, "Y"), "AE008", "TRTEMFL"),
    warning("TRTEMFL of an arm lost", _emergent(_first_arm, None), "AE010", "TRTEMFL"),
    warning(
        "TRTEMFL only after the first day",
        _emergent(lambda frame: frame.ASTDT.eq(frame.TRTSDT), None),
        "AE010",
        "TRTEMFL",
    ),
    note("AOCCFL on a later event", _flag_moved_later("AOCCFL"), "AE011", "AOCCFL"),
    warning("AOCCFL of an arm lost", _flags_of_an_arm_lost("AOCCFL"), "AE011", "AOCCFL"),
    warning("AOCCIFL of an arm lost", _flags_of_an_arm_lost("AOCCIFL"), "AE014", "AOCCIFL"),
    warning("a grade as severity", put("ADAE", "AESEV", "3", filled("AESEV")), "CT001", "AESEV"),
    warning("AESDTH of a living subject", _fatal_and_living, "AE020", "AESDTH"),
    warning("AESER exchanged throughout", swap("ADAE", "AESER", "Y", "N", _everywhere), "AE019", "AESER"),
    error(
        "AEBODSYS of a record in other letters", write("ADAE", "AEBODSYS", str.swapcase), "AE024", "AEBODSYS"
    ),
    error(
        "a blank before AEDECOD",
        write("ADAE", "AEDECOD", lambda text: f" {text}", all_of(has(AEDECOD=NAUSEA), filled("AELLT"))),
        "AE025",
        "AEDECOD",
    ),
    note("a term in a query once", _of_a_query, "AE035", "CQ01NAM"),
    error(
        "SEX exchanged throughout ADSL",
        beside("ADAE.SEX ADTTE.SEX", swap("ADSL", "SEX", "F", "M", _everywhere)),
        "XD016",
        "SEX",
    ),
    warning("LSTALVDT after the cut-off", _seen_after_cut_off, "XD018", "LSTALVDT"),
)
