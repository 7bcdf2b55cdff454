"""Dates of variables that each subject has: of text, imputed as declared."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.imputation import Imputed
from ....schemas.study.partial_dates import PartialDates
from ....schemas.wording import counted
from ..clock_times import clock_times, filled
from ..column_values import dates
from .candidates import bounds_of
from .options import SubjectVariable
from .subject_table import SubjectTable
from .taken import add_date_flag, add_moment


def add_date_of(table: SubjectTable, name: str, variable: SubjectVariable) -> bool:
    """Derive the date of a variable; whether that was possible."""
    of, place = variable.date_of, f"[subject.{name}]"
    data, bounds = table.part([of], f"{place} date_of"), bounds_of(table, name, variable)
    if data is None or bounds is None:
        return False
    if not data.is_character(of) and not columns.is_date(data[of]) and data.filled(of).any():
        table.task.account.problem(f"{of} is not a date", f"{place} date_of", "name a date")
        return False
    read = PartialDates.of(data, of, variable.date_forms)
    number = counted(int(read.unreadable.sum()), "subject")
    what, advice = f"{of} is not a date of {number}", "correct the data, or declare date_forms"
    table.problem(what, f"{place} date_of", advice, read.unreadable)
    found = _imputed(table, name, variable, read, bounds)
    table.effect(f"subject.{name}: date_of", of, "missing", read.missing)
    table.add(name, dates(found.days), variable.label)
    if variable.impute not in ("", "none"):
        add_date_flag(table, name, found.level.astype(np.float64))
    if variable.time:
        _add_moment(table, name, variable, data, read, found)
    return True


def _imputed(
    table: SubjectTable, name: str, variable: SubjectVariable, read: PartialDates, bounds: Any
) -> Imputed:
    if variable.impute in ("", "none"):
        if not variable.impute:
            number = counted(int(read.partial.sum()), "subject")
            what = f"{variable.date_of} is a partial date of {number}"
            advice = 'declare impute = "first", or "none"'
            table.problem(what, f"[subject.{name}] impute", advice, read.partial)
        nothing = np.zeros(len(table), dtype=np.int8)
        day = np.where(read.complete, read.lower, np.nan)
        found = Imputed(day, nothing, nothing.astype(np.bool_), read.partial)
    else:
        lows, highs = bounds
        method, up_to = cast("Any", variable.impute), cast("Any", variable.impute_up_to)
        found = read.imputed(method, up_to=up_to, not_before=lows, not_after=highs)
        effect = "with an imputed date moved"
        table.effect(f"subject.{name}: not_before, not_after", "declared", effect, found.moved)
    if variable.impute:
        effect = "partial dates not imputed: missing"
        table.effect(f"subject.{name}: impute", variable.impute, effect, found.not_imputed)
    return found


def _add_moment(
    table: SubjectTable,
    name: str,
    variable: SubjectVariable,
    data: Dataset,
    read: PartialDates,
    found: Imputed,
) -> None:
    known, seconds = clock_times(data, variable.date_of, read.precision)
    if variable.time == "last":
        seconds = filled(known, seconds)
    add_moment(table, name, variable, found.days, seconds, known.astype(np.float64))
