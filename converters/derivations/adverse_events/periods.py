"""Periods in which adverse events started, and the treatment of each period."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from ....schemas.study.columns import Codes, Days
from ....schemas.wording import counted
from ..column_values import texts
from .event_table import EventTable

_START = re.compile(r"AP(\d\d)SDT")
_TREATMENTS = {"TRTP": "TRT{}P", "TRTPN": "TRT{}PN", "TRTA": "TRT{}A", "TRTAN": "TRT{}AN"}
_NONE = 0


def add_periods(table: EventTable, day: Days) -> None:
    """Derive APERIOD, APERIODC and the treatments of the period."""
    adsl, options = table.task.adsl, table.options
    numbers = sorted(int(match[1]) for name in adsl.names if (match := _START.fullmatch(name)))
    if not numbers:
        table.task.account.problem(
            "AP01SDT is not present in ADSL", f"{table.place} periods", "add the dates of the periods"
        )
        return
    period = _periods(table, day, numbers)
    table.add("APERIOD", np.where(period == _NONE, np.nan, period.astype(np.float64)))
    if options.period_names:
        names = {int(number): name for number, name in options.period_names.items()}
        known = list(dict.fromkeys(names.values()))  # two periods may have one name
        position = {number: known.index(name) for number, name in names.items()}
        codes = np.array([position.get(each, -1) for each in range(max(numbers) + 1)])
        table.add("APERIODC", texts(codes[period].astype(np.int16), known))
    for name, pattern in _TREATMENTS.items():
        _add_treatment(table, name, pattern, period, numbers)


def _periods(table: EventTable, day: Days, numbers: list[int]) -> Codes:
    options = table.options
    found = np.full(len(table), _NONE, dtype=np.intp)
    previous = found.copy()
    several = np.zeros(len(table), dtype=np.bool_)
    for number in numbers:
        first = table.subject_days(f"AP{number:02}SDT", "periods")
        last = table.subject_days(f"AP{number:02}EDT", "periods")
        if first is None or last is None:
            continue
        started = day >= first
        within = started & ~(day > last)
        previous[started] = number
        several |= within & (found != _NONE)
        replaced = within & ((found == _NONE) | (options.in_two_periods == "later"))
        found[replaced] = number
    if options.in_two_periods == "error":
        records = counted(int(several.sum()), "record")
        advice = 'declare in_two_periods = "earlier", or "later"'
        table.refuse(f"{records} that started in two periods", "in_two_periods", advice, several)
    else:
        policy = options.in_two_periods
        table.effect("in_two_periods", policy, f"started in two periods: the {policy}", several)
    outside = found == _NONE
    if options.between_periods == "previous":
        effect = "started in no period: the period before"
        table.effect("between_periods", "previous", effect, outside & (previous != _NONE))
        found = np.where(outside, previous, found)
    table.effect("between_periods", options.between_periods, "no period", found == _NONE)
    return found


def _add_treatment(table: EventTable, name: str, pattern: str, period: Codes, numbers: list[int]) -> None:
    """The treatment that ADSL has for the period of each record."""
    adsl = table.task.adsl
    present = [number for number in numbers if pattern.format(f"{number:02}") in adsl]
    if not present:
        return
    by_period = [adsl[pattern.format(f"{number:02}")] for number in present]
    stacked = pd.concat([each.astype(object) for each in by_period], ignore_index=True)
    place = {number: at * len(adsl) for at, number in enumerate(present)}
    start = np.array([place.get(each, -1) for each in range(max(numbers) + 1)])[period]
    at = np.where(start < 0, -1, start + table.subject)
    if any(adsl.is_character(pattern.format(f"{number:02}")) for number in present):
        codes, values = pd.factorize(stacked)
        table.add(name, texts(np.append(codes, -1)[at], values))
    else:
        table.add(name, np.append(stacked.to_numpy(dtype=np.float64, na_value=np.nan), np.nan)[at])
