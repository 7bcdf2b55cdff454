"""Dates of variables that each subject has: of text, imputed as declared."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.imputation import Imputed
from ....schemas.study.partial_dates import PartialDates
from ....schemas.wording import counted
from ..clock_times import clock_times, filled, note_zones
from ..column_values import dates
from .candidates import bounds_of
from .declared import Declared
from .taken import add_date_flag, add_moment
from .ways import outputs


def add_date_of(declared: Declared) -> bool:
    """Derive the date of a variable; whether that was possible."""
    of, place = declared.variable.date_of, declared.place("date_of")
    data, bounds = declared.part([of], "date_of"), bounds_of(declared)
    if data is None or bounds is None:
        return False
    if not data.is_character(of) and not columns.is_date(data[of]) and data.filled(of).any():
        declared.fail(f"{of} is not a date", "date_of", "name a date")
        return False
    read = PartialDates.of(data, of, declared.variable.date_forms)
    account, policy = declared.table.task.account, f"subject.{declared.name}: date_of"
    note_zones(account, policy, of, data, subjects=declared.table.base)
    number = counted(int(read.unreadable.sum()), "subject")
    what, advice = (
        f"{of} is not a date of {number}",
        'correct the data, or declare date_forms, such as ["DD-MMM-YYYY"]',
    )
    declared.refuse(what, place, advice, read.unreadable)
    found = _imputed(declared, read, bounds)
    declared.same_records(of, outputs(declared.name, declared.variable))
    declared.effect("date_of", of, "missing", read.missing)
    declared.add(dates(found.days))
    if declared.variable.impute not in ("", "none"):
        add_date_flag(declared, found.level.astype(np.float64))
    if declared.variable.time:
        _add_moment(declared, data, read, found)
    return True


def _imputed(declared: Declared, read: PartialDates, bounds: Any) -> Imputed:
    if declared.variable.impute in ("", "none"):
        if not declared.variable.impute:
            number = counted(int(read.partial.sum()), "subject")
            what = f"{declared.variable.date_of} is a partial date of {number}"
            advice = 'declare impute = "first", or "none"'
            declared.refuse(what, declared.place("impute"), advice, read.partial)
        nothing = np.zeros(len(declared.table), dtype=np.int8)
        day = np.where(read.complete, read.lower, np.nan)
        found = Imputed(day, nothing, nothing.astype(np.bool_), read.partial)
    else:
        lows, highs = bounds
        method, up_to = cast("Any", declared.variable.impute), cast("Any", declared.variable.impute_up_to)
        found = read.imputed(method, up_to=up_to, not_before=lows, not_after=highs)
        effect = "with an imputed date moved"
        declared.effect("not_before, not_after", "declared", effect, found.moved)
    if declared.variable.impute:
        effect = "partial dates not imputed: missing"
        declared.effect("impute", declared.variable.impute, effect, found.not_imputed)
    return found


def _add_moment(
    declared: Declared,
    data: Dataset,
    read: PartialDates,
    found: Imputed,
) -> None:
    known, seconds = clock_times(data, declared.variable.date_of, read.precision)
    if declared.variable.time == "last":
        seconds = filled(known, seconds)
    add_moment(declared, found.days, seconds, known.astype(np.float64))
