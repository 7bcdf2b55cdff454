"""Defects of times to an event."""

import numpy as np
import pandas as pd
from damage import error, warning
from delivery import (
    Change,
    Delivery,
    NothingToDamage,
    Rng,
    all_of,
    both,
    drop,
    exchanged,
    has,
    if_there,
    lose,
    lose_subject,
    put,
    repeat,
    shift,
    some,
    swap,
    write,
)
from two_arm_trial import DAYS_PER_MONTH
from words import IN_DAYS, OF_RESPONSE, PROGRESSION, TO_EVENT


def days_per_unit(frame: pd.DataFrame) -> pd.Series:
    """Days in the unit of AVAL; a study without AVALU has days."""
    unit = frame.AVALU if "AVALU" in frame else pd.Series("DAYS", frame.index)
    return pd.Series(np.where(unit.eq("MONTHS"), DAYS_PER_MONTH, 1.0), frame.index)


def derived_again(change: Change) -> Change:
    """Follow a changed date with the duration that it gives: only other data can tell."""

    def derived(delivery: Delivery, rng: Rng) -> None:
        change(delivery, rng)
        frame = delivery.frame("ADTTE")
        elapsed = (frame.ADT - frame.STARTDT).dt.days + 1.0
        frame["AVAL"] = frame.AVAL.where(elapsed.isna(), elapsed / days_per_unit(frame))

    return derived


def _month_for_day(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.frame("ADTTE")
    swappable = (frame.ADT.dt.day <= 12) & (frame.ADT.dt.day != frame.ADT.dt.month)
    own = some(frame, rng, lambda data: swappable & data.PARAMCD.isin(IN_DAYS))
    frame.loc[own, "ADT"] = [each.replace(month=each.day, day=each.month) for each in frame.ADT[own]]


def _dates_swapped(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.frame("ADTTE")
    own = some(frame, rng, has(PARAMCD=TO_EVENT), 2)
    frame.loc[own, "ADT"] = frame.loc[own[::-1], "ADT"].to_numpy()


def _in_days(parameters: str | tuple[str, ...], records: int) -> Change:
    """Months as days; where a study has days, days as months."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        own = some(frame, rng, has(PARAMCD=parameters), records)
        in_months = days_per_unit(frame)[own].ne(1)
        days = (frame.loc[own, "AVAL"] * DAYS_PER_MONTH).round()
        frame.loc[own, "AVAL"] = days.where(in_months, frame.loc[own, "AVAL"] / DAYS_PER_MONTH)

    return change


def _all_in_days(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.holds("ADTTE", "AVALU")
    own = frame.PARAMCD.eq("PFS") & frame.AVALU.eq("MONTHS")
    frame.loc[own, "AVAL"] = (frame.loc[own, "AVAL"] * DAYS_PER_MONTH).round()


def _after_cut_off(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.frame("ADTTE")
    frame.loc[some(frame, rng, has(PARAMCD=TO_EVENT)), "ADT"] = delivery.cut_off() + pd.Timedelta(days=1)


def _of_the_dead(frame: pd.DataFrame) -> pd.Series:
    return frame.EVNTDESC.eq("Death")


def _death_of_progression(by: int) -> Change:
    return derived_again(shift("ADTTE", "ADT", by, all_of(has(PARAMCD="PFS"), _of_the_dead)))


def _lost(parameter: str | tuple[str, ...], records: int) -> Change:
    """Some records of a parameter."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        own = some(frame, rng, has(PARAMCD=parameter), records)
        delivery.put("ADTTE", frame.drop(index=own).reset_index(drop=True))

    return change


def _lost_arm(*parameters: str) -> Change:
    """All records of an arm."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        if not frame.PARAMCD.isin(parameters[:1]).any():
            raise NothingToDamage(f"no {parameters[0]}")
        arm = next((name for name in ("TRTP", "ARM") if name in frame), "TRTP")
        own = frame[arm].eq("Placebo") & frame.PARAMCD.isin(parameters)
        if not own.any():
            raise NothingToDamage("no such record")
        delivery.put("ADTTE", frame[~own].reset_index(drop=True))

    return change


TIME_TO_EVENT = (
    error(
        "ADT of a death one day later",
        shift("ADTTE", "ADT", 1, has(PARAMCD="OS", CNSR=0)),
        "TTE007 XD002",
        "ADT",
    ),
    error(
        "ADT of a progression one day later", shift("ADTTE", "ADT", 1, has(PARAMCD=TO_EVENT)), "TTE007", "ADT"
    ),
    error("AVAL one day more", shift("ADTTE", "AVAL", 1, has(PARAMCD=IN_DAYS)), "TTE007", "AVAL"),
    error(
        "AVAL one day less in months",
        shift("ADTTE", "AVAL", -1 / 30.4375, has(PARAMCD="PFS", AVALU="MONTHS")),
        "TTE007",
        "AVAL",
    ),
    error("ADT with month and day swapped", _month_for_day, "TTE007", "ADT"),
    error("ADT of two subjects swapped", _dates_swapped, "TTE007", "ADT"),
    error(
        "ADT and AVAL of a death one day later",
        derived_again(shift("ADTTE", "ADT", 1, has(PARAMCD="OS", CNSR=0))),
        "XD002",
        "ADT",
    ),
    warning(
        "OS censored a month early",
        derived_again(shift("ADTTE", "ADT", -30, has(PARAMCD="OS", CNSR=1))),
        "XD009",
        "ADT",
    ),
    error(
        "a death taken for a censoring",
        put("ADTTE", "CNSR", 1.0, has(PARAMCD="OS", CNSR=0)),
        "XD003 TTE012",
        "CNSR",
    ),
    error(
        "a censoring taken for a death",
        put("ADTTE", "CNSR", 0.0, has(PARAMCD="OS", CNSR=1)),
        "XD002 TTE012",
        "CNSR",
    ),
    error(
        "a progression taken for a censoring",
        put("ADTTE", "CNSR", 1.0, has(PARAMCD="PFS", EVNTDESC=PROGRESSION)),
        "TTE012",
        "CNSR",
    ),
    warning(
        "a progression censored on its day",
        put("ADTTE", "CNSR", 1.0, has(PARAMCD="PFS", EVNTDESC=PROGRESSION)),
        "XD011",
        "CNSR",
    ),
    error("CNSR of OS swapped", swap("ADTTE", "CNSR", 0.0, 1.0, has(PARAMCD="OS")), "TTE011", "CNSR"),
    warning("CNSR of PFS swapped", swap("ADTTE", "CNSR", 0.0, 1.0, has(PARAMCD="PFS")), "TTE011", "CNSR"),
    error("AVAL of four records in days", _in_days(TO_EVENT, 4), "TTE007", "AVAL"),
    error("AVAL of two records in days", _in_days(OF_RESPONSE, 2), "TTE007", "AVAL"),
    error("AVAL of a parameter in days, its unit months", _all_in_days, "TTE008", "AVAL"),
    error("AVALU of a few records", put("ADTTE", "AVALU", "WEEKS", has(PARAMCD="PFS"), 3), "TTE008", "AVALU"),
    error(
        "PARAM says another unit than AVALU",
        swap("ADTTE", "PARAM", "Overall Survival (Days)", "Overall Survival (Months)", has(PARAMCD="OS")),
        "TTE008",
        "PARAM",
    ),
    error("AVAL negative", put("ADTTE", "AVAL", -12.0), "TTE006 TTE007", "AVAL"),
    error("AVAL missing", put("ADTTE", "AVAL", np.nan), "TTE003", "AVAL"),
    error("CNSR missing", put("ADTTE", "CNSR", np.nan), "TTE010", "CNSR"),
    error("CNSR with decimals", put("ADTTE", "CNSR", 0.5), "TTE009", "CNSR"),
    error("CNSR negative", put("ADTTE", "CNSR", -1.0), "TTE009", "CNSR"),
    warning("CNSR negative, by the standard", put("ADTTE", "CNSR", -1.0), "AD0169", "CNSR"),
    error("ADT missing", put("ADTTE", "ADT", pd.NaT), "TTE015", "ADT"),
    error(
        "ADT before STARTDT",
        derived_again(shift("ADTTE", "ADT", -2000, has(PARAMCD=TO_EVENT))),
        "TTE017",
        "ADT",
    ),
    error(
        "ADT after the cut-off",
        derived_again(_after_cut_off),
        "XD005",
        "ADT",
    ),
    warning(
        "STARTDT a week early",
        derived_again(shift("ADTTE", "STARTDT", -7, has(PARAMCD=IN_DAYS))),
        "XD006",
        "STARTDT",
    ),
    warning(
        "text of an event lost",
        put("ADTTE", "EVNTDESC", None, has(PARAMCD=TO_EVENT, CNSR=0)),
        "TTE016",
        "EVNTDESC",
    ),
    warning(
        "texts of a censoring lost",
        both(
            put("ADTTE", "EVNTDESC", None, has(PARAMCD=TO_EVENT, CNSR=1)),
            if_there(put("ADTTE", "CNSDTDSC", None, has(PARAMCD=TO_EVENT, CNSR=1))),
        ),
        "TTE016",
        "EVNTDESC",
    ),
    warning(
        "another censoring reason under the same text",
        put("ADTTE", "CNSR", 2.0, has(PARAMCD=TO_EVENT, CNSR=1)),
        "TTE013",
        "CNSR",
    ),
    error("a record twice", repeat("ADTTE", has(PARAMCD=IN_DAYS)), "TTE002", "PARAMCD"),
    error(
        "a second record with another duration",
        repeat("ADTTE", has(PARAMCD=TO_EVENT), AVAL=lambda frame: 3.5),
        "TTE002",
        "USUBJID",
    ),
    error(
        "PARAM of a record edited",
        write(
            "ADTTE",
            "PARAM",
            lambda text: text.replace("-", " ").replace(" to ", " until "),
            has(PARAMCD=TO_EVENT),
        ),
        "TTE004",
        "PARAM",
    ),
    error("PARAMN of a record", put("ADTTE", "PARAMN", 3.0, has(PARAMCD=IN_DAYS)), "TTE004", "PARAMN"),
    error(
        "two parameters under one PARAM",
        swap(
            "ADTTE",
            "PARAM",
            "Duration of Response (Months)",
            "Progression-Free Survival (Months)",
            has(PARAMCD="DOR"),
        ),
        "TTE004",
        "PARAM",
    ),
    error(
        "progression after death",
        derived_again(shift("ADTTE", "ADT", 40, all_of(has(PARAMCD="PFS"), _of_the_dead))),
        "TTE020",
        "ADT",
    ),
    error("death in PFS two days early", _death_of_progression(-2), "TTE021", "ADT"),
    error(
        "response ends before progression",
        derived_again(shift("ADTTE", "ADT", -9, has(PARAMCD=OF_RESPONSE))),
        "TTE022",
        "ADT",
    ),
    warning(
        "response censored, progression an event",
        put("ADTTE", "CNSR", 1.0, has(PARAMCD=OF_RESPONSE, CNSR=0)),
        "TTE022",
        "CNSR",
    ),
    warning(
        "SRCSEQ of another visit",
        shift("ADTTE", "SRCSEQ", -1, all_of(has(SRCDOM="ADRS"), lambda frame: frame.SRCSEQ > 1)),
        "XD008",
        "SRCVAR",
    ),
    warning(
        "SRCSEQ of no record", put("ADTTE", "SRCSEQ", 999.0, has(SRCDOM=("ADRS", "ADAE"))), "XD008", "SRCSEQ"
    ),
    warning(
        "SRCSEQ lost",
        put("ADTTE", "SRCSEQ", np.nan, all_of(has(SRCDOM="ADRS"), lambda frame: frame.SRCSEQ > 1)),
        "XD008",
        "SRCSEQ",
    ),
    warning(
        "SRCVAR misspelt",
        write("ADTTE", "SRCVAR", lambda text: text[0] + text[2:] + "T", has(SRCDOM="ADSL")),
        "XD008",
        "SRCVAR",
    ),
    warning(
        "SRCVAR of another date",
        put("ADTTE", "SRCVAR", "TRTSDT", has(SRCVAR=("LSTALVDT", "RFENDT"))),
        "XD008",
        "SRCVAR",
    ),
    warning(
        "TRTP of a record",
        exchanged("ADTTE", lambda frame: frame.index == 11, "TRTP"),
        "XD014",
        "TRTP",
    ),
    warning("a subject without OS", lose("ADTTE", has(PARAMCD=IN_DAYS)), "XD004", "USUBJID"),
    warning("subject lost from ADTTE", lose_subject("ADTTE"), "XD004", "USUBJID"),
    warning("a tenth of the subjects without PFS", _lost(TO_EVENT, 12), "XD004", "USUBJID"),
    warning("a tenth of the subjects without OS", _lost("OS", 12), "XD004", "USUBJID"),
    error("an arm lost from OS", _lost_arm("OS"), "XD015", "TRT01P"),
    error("an arm lost from ADTTE", _lost_arm("OS", "PFS", "DOR", "RSD", "TTSAE", "TTDE"), "XD015", "TRT01P"),
    warning("an arm lost from another parameter", _lost_arm("TTSAE"), "XD015", "TRT01P"),
    error("CNSR not delivered", drop("ADTTE", "CNSR"), "TTE001", "CNSR"),
    error("PARAMCD not delivered", drop("ADTTE", "PARAMCD"), "TTE001", "PARAMCD"),
    error("USUBJID not delivered", drop("ADTTE", "USUBJID"), "TTE001", "USUBJID"),
    warning("AVAL not delivered", drop("ADTTE", "AVAL"), "AD0374", "AVAL"),
    warning(
        "treatment not delivered",
        both(
            drop("ADTTE", "TRTP"),
            *(if_there(drop("ADTTE", name)) for name in ("TRTA", "TRTPN", "TRTAN", "ARM", "ACTARM")),
        ),
        "TTE023",
        "TRTP",
    ),
)
