"""Adverse events by term and arm: what may be asked of the table. Needs no pandas; `summary` makes it."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.kinds import Choice, Words, amount, name, switch, text
from .....schemas.options import option
from .....schemas.word import Word
from ...shapes.options import ARMS


class Measure(Word):
    """What the table counts."""

    INCIDENCE = "incidence"
    WORST_GRADE = "worst-grade"
    EAIR = "eair"
    EAER = "eaer"
    TIME_TO_FIRST = "time-to-first"

    @property
    def is_rate(self) -> bool:
        return self in (Measure.EAIR, Measure.EAER)

    @property
    def needs_time_at_risk(self) -> bool:
        return self.is_rate or self is Measure.TIME_TO_FIRST


class RateInterval(Word):
    """How the confidence limits of a rate are made; `rates` has the formulas."""

    EXACT = "exact"
    NORMAL = "normal"
    LOG_NORMAL = "log-normal"
    BYAR = "byar"


MEASURE = Choice(tuple(map(str, Measure)))
INTERVAL = Choice(tuple(map(str, RateInterval)))
_TERMS = Words('a list of names in quotes: ["AEBODSYS", "AEDECOD"]', takes_blank=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventOptions:
    """Of a table of adverse events; `summary.adverse_events` says what each means."""

    by: tuple[str, ...] = option(
        _TERMS, "Variables of the terms, the highest level first: AEBODSYS,AEDECOD.", metavar="A,B"
    )
    arm: str | None = option(
        name,
        "Treatment variable, such as TRTA; denominators are those of TRT01A in ADSL.",
        default=None,
        otherwise="all subjects together",
        metavar="VARIABLE",
    )
    period: str | None = option(
        name,
        "Treatment period of an event, such as APERIOD: its arm is that of TRT02A in period 2.",
        default=None,
        otherwise="one period",
        metavar="VARIABLE",
    )
    population: str | None = option(
        name, "Count only ADSL subjects where this flag is Y, such as SAFFL.", default=None, metavar="FLAG"
    )
    where: str | None = option(
        text,
        "Condition that selects events (not subjects): \"TRTEMFL == 'Y'\".",
        default=None,
        metavar="EXPR",
    )
    measure: str = option(
        MEASURE, "What is counted.", default=str(Measure.INCIDENCE), otherwise=str(Measure.INCIDENCE)
    )
    total: bool = option(switch, "Add rows for all arms together.", default=False)
    grade: str | None = option(
        name,
        "Grade or severity for worst-grade.",
        default=None,
        otherwise="AETOXGR, else AESEV",
        metavar="VARIABLE",
    )
    start: str | None = option(
        name, "ADSL date on which the time at risk starts, such as TRTSDT.", default=None, metavar="DATE"
    )
    end: str | None = option(
        text,
        'Last day at risk, from ADSL dates: "min(TRTEDT + 30, LSTALVDT, DCUTDT)".',
        default=None,
        metavar="EXPR",
    )
    competing: str | None = option(
        name,
        "ADSL date of death, a competing event for time-to-first, such as DTHDT.",
        default=None,
        otherwise="none",
        metavar="DATE",
    )
    event_date: str = option(
        name, "Date of the event.", default="ASTDT", otherwise="ASTDT", metavar="VARIABLE"
    )
    per: float = option(
        amount, "Person-years that rates are per.", default=100.0, otherwise="100", metavar="YEARS"
    )
    interval: str = option(
        INTERVAL,
        "Type of the confidence limits of rates.",
        default=str(RateInterval.EXACT),
        otherwise=str(RateInterval.EXACT),
    )
    arm_order: tuple[str, ...] = option(
        ARMS,
        "Order of the arms, separated by semicolons or commas.",
        default=(),
        otherwise="that of TRT01AN or the like",
        metavar="A;B",
    )
    allow_no_events: bool = option(switch, "Write a table without any event.", default=False)
