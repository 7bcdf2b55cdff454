"""Start and end of adverse events: analysis dates with imputation flags, relative days, duration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ....schemas.study.columns import Days
from ....schemas.study.imputation import FLAG_VALUES, Imputed
from ....schemas.study.partial_dates import PartialDates
from ....schemas.wording import counted
from ..clock_times import note_zones
from ..column_values import dates, texts
from .clocks import add_datetimes
from .event_table import EventTable
from .options import CUT_OFF, USUAL_BOUNDS

Which = Literal["start", "end"]

_VARIABLE = {"start": "AST", "end": "AEN"}
_COLLECTED = {"start": "STDTC", "end": "ENDTC"}


@dataclass(frozen=True, eq=False)
class EventDate:
    """The start or the end of the events.

    Attributes
    ----------
    dates : PartialDates
        As collected.
    day : ndarray of float, shape (n_records,)
        Analysis date in days since 1970-01-01; NaN where missing.
    """

    dates: PartialDates
    day: Days


def add_date(table: EventTable, which: Which, start: EventDate | None = None) -> EventDate | None:
    """Derive ASTDT or AENDT, with its imputation flag, relative day and datetime; None without a text."""
    options = table.options
    variable = getattr(options, which) or f"{options.dataset}{_COLLECTED[which]}"
    if variable not in table.source:
        if which == "start" or getattr(options, which):
            what = f"{variable} is not present in {table.source.name}"
            table.task.account.problem(what, f"{table.place} {which}", f"declare {which}, or add it")
        return None
    collected = PartialDates.of(table.source, variable, options.date_forms)
    note_zones(table.task.account, which, variable, table.source)
    number = counted(int(collected.unreadable.sum()), "record")
    advice = 'correct the data, or declare date_forms, such as ["DD-MMM-YYYY"]'
    table.refuse(
        f"{variable} of {table.source.name} is not a date in {number}", which, advice, collected.unreadable
    )
    imputed = _imputed(table, which, variable, collected, start)
    name = _VARIABLE[which]
    table.add(f"{name}DT", dates(imputed.days))
    if getattr(options, f"{which}_impute") not in ("", "none"):
        table.add(f"{name}DTF", texts(imputed.level - 1, FLAG_VALUES[1:]))
    _add_relative_day(table, f"{name}DY", imputed.days)
    if options.times:
        add_datetimes(table, name, variable, collected, imputed)
    return EventDate(collected, imputed.days)


def _imputed(
    table: EventTable, which: Which, variable: str, collected: PartialDates, start: EventDate | None
) -> Imputed:
    method, up_to = (getattr(table.options, f"{which}_impute{each}") for each in ("", "_up_to"))
    key, partial = f"{which}_impute", collected.partial
    if method in ("", "none"):
        if not method:
            number = counted(int(partial.sum()), "record")
            what = f"{variable} of {table.source.name} is a partial date in {number}"
            table.refuse(what, key, f'declare {key} = "first", or "none"', partial)
        nothing = np.zeros(len(table), dtype=np.int8)
        day = np.where(collected.complete, collected.lower, np.nan)
        found = Imputed(day, nothing, nothing.astype(np.bool_), partial)
    else:
        earliest = _bounds(table, f"{which}_not_before", start)
        latest = _bounds(table, f"{which}_not_after", start)
        found = collected.imputed(
            method, up_to=up_to, not_before=tuple(earliest.values()), not_after=tuple(latest.values())
        )
        table.effect(key, method, f"partial dates imputed, up to the {up_to}", found.imputed)
        for side, bounds in (("not_before", earliest), ("not_after", latest)):
            table.effect(
                f"{which}_{side}",
                ", ".join(bounds) or "none",
                "imputed dates moved to one of them",
                _moved_to(found, bounds),
            )
    if method:
        table.effect(key, method, "partial dates not imputed", found.not_imputed)
    return found


def _moved_to(found: Imputed, bounds: dict[str, Days]) -> NDArray[np.bool_]:
    """Imputed dates that were moved, and are one of these bounds."""
    at = np.zeros(len(found.days), dtype=np.bool_)
    for each in bounds.values():
        at |= found.days == each
    moved: NDArray[np.bool_] = found.moved & at
    return moved


def _bounds(table: EventTable, key: str, start: EventDate | None) -> dict[str, Days]:
    """Days by the name of each bound."""
    declared = getattr(table.options, key)
    cut_off = table.task.specification.cut_off
    found: dict[str, Days] = {}
    for name in USUAL_BOUNDS[key] if declared is None else declared:
        if name == CUT_OFF:
            if cut_off is not None:
                found[name] = np.full(len(table), float(np.datetime64(cut_off, "D").astype(np.int64)))
        elif name == "ASTDT" and start is not None:
            found[name] = start.day
        elif declared is not None or name in table.task.adsl:
            days = table.subject_days(name, key)
            if days is not None:
                found[name] = days
    return found


def _add_relative_day(table: EventTable, name: str, day: Days) -> None:
    reference = table.subject_days(table.options.reference, "reference")
    if reference is not None:
        apart = day - reference
        table.add(name, np.where(apart >= 0, apart + 1, apart))


def add_duration(table: EventTable, start: EventDate, end: EventDate) -> None:
    """Derive ADURN and ADURU, and judge ends before starts."""
    options = table.options
    reversed_ = end.day < start.day
    if options.end_before_start == "keep":
        table.effect("end_before_start", "keep", "AENDT before ASTDT kept", reversed_)
    else:
        number = counted(int(reversed_.sum()), "record")
        advice = 'correct the data, or declare end_before_start = "keep"'
        table.refuse(f"AENDT is before ASTDT in {number}", "end_before_start", advice, reversed_)
    if options.duration == "none":
        return
    first, last = (each.day for each in (start, end))
    if options.duration == "collected":
        first, last = (np.where(each.dates.complete, each.dates.lower, np.nan) for each in (start, end))
    duration = last - first + options.first_day
    both = ~(np.isnan(start.day) | np.isnan(end.day))
    table.effect(
        "duration", options.duration, "no ADURN although both dates are present", both & np.isnan(duration)
    )
    table.add("ADURN", duration)
    table.add("ADURU", texts(np.where(np.isnan(duration), -1, 0).astype(np.int8), [options.duration_unit]))
