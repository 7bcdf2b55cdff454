"""Defects of times to an event."""

import numpy as np
import pandas as pd
from damage import error, warning
from delivery import (
    Change,
    Delivery,
    Rng,
    all_of,
    both,
    drop,
    has,
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


def _derived_again(change: Change) -> Change:
    """Follow a changed date with the duration that it gives: only other data can tell."""

    def derived(delivery: Delivery, rng: Rng) -> None:
        change(delivery, rng)
        frame = delivery.frame("ADTTE")
        elapsed = (frame.ADT - frame.STARTDT).dt.days + 1.0
        in_months = frame.AVALU.eq("MONTHS")
        frame["AVAL"] = frame.AVAL.where(elapsed.isna(), elapsed / np.where(in_months, DAYS_PER_MONTH, 1))

    return derived


def _month_for_day(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.frame("ADTTE")
    swappable = (frame.ADT.dt.day <= 12) & (frame.ADT.dt.day != frame.ADT.dt.month)
    own = some(frame, rng, lambda data: swappable & data.PARAMCD.eq("OS"))
    frame.loc[own, "ADT"] = [each.replace(month=each.day, day=each.month) for each in frame.ADT[own]]


def _dates_swapped(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.frame("ADTTE")
    own = some(frame, rng, has(PARAMCD="PFS"), 2)
    frame.loc[own, "ADT"] = frame.loc[own[::-1], "ADT"].to_numpy()


def _in_days(parameter: str, records: int | None) -> Change:
    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADTTE")
        own = frame.index[frame.PARAMCD.eq(parameter)]
        if records is not None:
            own = some(frame, rng, has(PARAMCD=parameter), records)
        frame.loc[own, "AVAL"] = (frame.loc[own, "AVAL"] * DAYS_PER_MONTH).round()

    return change


def _of_the_dead(frame: pd.DataFrame) -> pd.Series:
    return frame.EVNTDESC.eq("Death")


def _death_of_progression(by: int) -> Change:
    return _derived_again(shift("ADTTE", "ADT", by, all_of(has(PARAMCD="PFS"), _of_the_dead)))


def _lost(parameter: str, records: int) -> Change:
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
        own = frame.TRTP.eq("Placebo") & frame.PARAMCD.isin(parameters)
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
        "ADT of a progression one day later", shift("ADTTE", "ADT", 1, has(PARAMCD="PFS")), "TTE007", "ADT"
    ),
    error("AVAL one day more", shift("ADTTE", "AVAL", 1, has(PARAMCD="OS")), "TTE007", "AVAL"),
    error(
        "AVAL one day less in months",
        shift("ADTTE", "AVAL", -1 / 30.4375, has(PARAMCD="PFS")),
        "TTE007",
        "AVAL",
    ),
    error("ADT with month and day swapped", _month_for_day, "TTE007", "ADT"),
    error("ADT of two subjects swapped", _dates_swapped, "TTE007", "ADT"),
    error(
        "ADT and AVAL of a death one day later",
        _derived_again(shift("ADTTE", "ADT", 1, has(PARAMCD="OS", CNSR=0))),
        "XD002",
        "ADT",
    ),
    warning(
        "OS censored a month early",
        _derived_again(shift("ADTTE", "ADT", -30, has(PARAMCD="OS", CNSR=1))),
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
        put("ADTTE", "CNSR", 1.0, has(PARAMCD="PFS", EVNTDESC="Disease progression")),
        "TTE012",
        "CNSR",
    ),
    warning(
        "a progression censored on its day",
        put("ADTTE", "CNSR", 1.0, has(PARAMCD="PFS", EVNTDESC="Disease progression")),
        "XD011",
        "CNSR",
    ),
    error("CNSR of OS swapped", swap("ADTTE", "CNSR", 0.0, 1.0, has(PARAMCD="OS")), "TTE011", "CNSR"),
    warning("CNSR of PFS swapped", swap("ADTTE", "CNSR", 0.0, 1.0, has(PARAMCD="PFS")), "TTE011", "CNSR"),
    error(
        "CNSR of the fixture's OS swapped",
        swap("ADTTE", "CNSR", 0.0, 1.0, has(PARAMCD="OS", CNSR=(0, 1))),
        "TTE011",
        "CNSR",
        "cartitude1",
    ),
    error(
        "CNSR of the fixture's PFS swapped",
        swap("ADTTE", "CNSR", 0.0, 1.0, has(PARAMCD="PFS")),
        "TTE011",
        "CNSR",
        "cartitude1",
    ),
    error("AVAL of four records in days", _in_days("PFS", 4), "TTE007", "AVAL"),
    error("AVAL of two records in days", _in_days("DOR", 2), "TTE007", "AVAL"),
    error(
        "AVAL of four of the fixture's records in days", _in_days("DOR", 4), "TTE007", "AVAL", "cartitude1"
    ),
    error("AVAL of a parameter in days, its unit months", _in_days("PFS", None), "TTE008", "AVAL"),
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
        _derived_again(shift("ADTTE", "ADT", -2000, has(PARAMCD="PFS"))),
        "TTE017",
        "ADT",
    ),
    error(
        "ADT after the cut-off",
        _derived_again(put("ADTTE", "ADT", pd.Timestamp("2024-07-01"), has(PARAMCD="PFS"))),
        "XD005",
        "ADT",
    ),
    warning(
        "STARTDT a week early",
        _derived_again(shift("ADTTE", "STARTDT", -7, has(PARAMCD="OS"))),
        "XD006",
        "STARTDT",
    ),
    warning(
        "text of an event lost",
        put("ADTTE", "EVNTDESC", None, has(PARAMCD="PFS", CNSR=0)),
        "TTE016",
        "EVNTDESC",
    ),
    warning(
        "texts of a censoring lost",
        both(
            put("ADTTE", "EVNTDESC", None, has(PARAMCD="PFS", CNSR=1)),
            put("ADTTE", "CNSDTDSC", None, has(PARAMCD="PFS", CNSR=1)),
        ),
        "TTE016",
        "CNSDTDSC",
    ),
    warning(
        "another reason of censoring under the same text",
        put("ADTTE", "CNSR", 2.0, has(PARAMCD="PFS", CNSR=1)),
        "TTE013",
        "CNSR",
    ),
    error("a record twice", repeat("ADTTE", has(PARAMCD="OS")), "TTE002", "PARAMCD"),
    error(
        "a second record with another duration",
        repeat("ADTTE", has(PARAMCD="PFS"), AVAL=lambda frame: 3.5),
        "TTE002",
        "USUBJID",
    ),
    error(
        "PARAM of a record edited",
        write("ADTTE", "PARAM", lambda text: text.replace("-", " "), has(PARAMCD="PFS")),
        "TTE004",
        "PARAM",
    ),
    error("PARAMN of a record", put("ADTTE", "PARAMN", 3.0, has(PARAMCD="OS")), "TTE004", "PARAMN"),
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
        _derived_again(shift("ADTTE", "ADT", 40, all_of(has(PARAMCD="PFS"), _of_the_dead))),
        "TTE020",
        "ADT",
    ),
    error("death in PFS two days early", _death_of_progression(-2), "TTE021", "ADT"),
    error(
        "response ends before progression",
        _derived_again(shift("ADTTE", "ADT", -9, has(PARAMCD="DOR"))),
        "TTE022",
        "ADT",
    ),
    warning(
        "response censored, progression an event",
        put("ADTTE", "CNSR", 1.0, has(PARAMCD="DOR", CNSR=0)),
        "TTE022",
        "CNSR",
    ),
    warning(
        "SRCSEQ of another visit",
        shift("ADTTE", "SRCSEQ", -1, all_of(has(SRCDOM="ADRS"), lambda frame: frame.SRCSEQ > 1)),
        "XD008",
        "SRCVAR",
    ),
    warning("SRCSEQ of no record", put("ADTTE", "SRCSEQ", 99.0, has(SRCDOM="ADRS")), "XD008", "SRCSEQ"),
    warning(
        "SRCSEQ lost",
        put("ADTTE", "SRCSEQ", np.nan, all_of(has(SRCDOM="ADRS"), lambda frame: frame.SRCSEQ > 1)),
        "XD008",
        "SRCSEQ",
    ),
    warning("SRCVAR misspelt", put("ADTTE", "SRCVAR", "DETHDT", has(SRCVAR="DTHDT")), "XD008", "SRCVAR"),
    warning(
        "SRCVAR of another date", put("ADTTE", "SRCVAR", "RANDDT", has(SRCVAR="LSTALVDT")), "XD008", "SRCVAR"
    ),
    warning(
        "TRTP of a record",
        swap("ADTTE", "TRTP", "Placebo", "Drug X 10 mg", lambda frame: frame.index == 11),
        "XD014",
        "TRTP",
    ),
    warning("a subject without OS", lose("ADTTE", has(PARAMCD="OS")), "XD004", "USUBJID"),
    warning("subject lost from ADTTE", lose_subject("ADTTE"), "XD004", "USUBJID"),
    warning("subject lost from the fixture's ADTTE", lose_subject("ADTTE"), "XD004", "USUBJID", "cartitude1"),
    warning("a tenth of the subjects without PFS", _lost("PFS", 12), "XD004", "USUBJID"),
    warning("a tenth of the subjects without OS", _lost("OS", 12), "XD004", "USUBJID"),
    error("an arm lost from OS", _lost_arm("OS"), "XD015", "TRT01P"),
    error("an arm lost from ADTTE", _lost_arm("OS", "PFS", "DOR", "TTSAE"), "XD015", "TRT01P"),
    warning("an arm lost from another parameter", _lost_arm("TTSAE"), "XD015", "TRT01P"),
    error("CNSR not delivered", drop("ADTTE", "CNSR"), "TTE001", "CNSR"),
    error("PARAMCD not delivered", drop("ADTTE", "PARAMCD"), "TTE001", "PARAMCD"),
    error("USUBJID not delivered", drop("ADTTE", "USUBJID"), "TTE001", "USUBJID"),
    warning("AVAL not delivered", drop("ADTTE", "AVAL"), "AD0374", "AVAL"),
    warning(
        "treatment not delivered",
        both(drop("ADTTE", "TRTP"), drop("ADTTE", "TRTA"), drop("ADTTE", "TRTPN"), drop("ADTTE", "TRTAN")),
        "TTE023",
        "TRTP",
    ),
)
