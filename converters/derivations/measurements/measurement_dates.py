"""Dates of measurements: ADT with its imputation flag, ADTM, ADY."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....schemas.study.columns import Days
from ....schemas.study.imputation import FLAG_VALUES
from ....schemas.study.partial_dates import PartialDates
from ....schemas.wording import counted, did_you_mean
from ..clock_times import PARTS, clock_times, filled, note_zones, stamps
from ..column_values import dates, texts
from .measurement_table import MeasurementTable


def add_dates(table: MeasurementTable) -> None:
    """Derive ADT, ADTF, ADTM and ATMF; ADY when it is asked for."""
    options, source = table.options, table.source
    variable = options.date or f"{options.prefix}DTC"
    if variable not in source:
        what, advice = f"{variable} is not present in {source.name}", did_you_mean(variable, source.names)
        table.task.account.problem(what, f"{table.place} date", advice)
        return
    collected = PartialDates.of(source, variable, options.date_forms)
    note_zones(table.task.account, "date", variable, source)
    number = counted(int(collected.unreadable.sum()), "record")
    advice = 'correct the data, or declare date_forms, such as ["DD-MMM-YYYY"]'
    what = f"{variable} of {source.name} is not a date in {number}"
    table.problem(what, f"{table.place} date", advice, collected.unreadable)
    day = _days(table, variable, collected)
    table.add("ADT", dates(day))
    if options.times:
        _add_times(table, variable, collected, day)
    table.later(("ADY",), lambda: _add_relative_day(table), of_each_record=True)


def _days(table: MeasurementTable, variable: str, collected: PartialDates) -> Days:
    method, up_to, partial = table.options.impute, table.options.impute_up_to, collected.partial
    if method not in ("", "none"):
        imputed = collected.imputed(method, up_to=up_to)  # type: ignore[arg-type]  # declared choices
        table.add("ADTF", texts(imputed.level - 1, FLAG_VALUES[1:]))
        table.effect("impute", method, f"partial dates imputed, up to the {up_to}", imputed.imputed)
        table.effect("impute", method, "partial dates not imputed", imputed.not_imputed)
        return imputed.days
    if method:
        table.effect("impute", method, "partial dates not imputed", partial)
    else:
        number = counted(int(partial.sum()), "record")
        what = f"{variable} of {table.source.name} is a partial date in {number}"
        table.problem(what, f"{table.place} impute", 'declare impute = "first", or "none"', partial)
    return np.where(collected.complete, collected.lower, np.nan)


def _add_times(table: MeasurementTable, variable: str, collected: PartialDates, day: Days) -> None:
    known, seconds = clock_times(table.source, variable, collected.precision)
    if table.options.impute_time == "last":
        seconds = filled(known, seconds)
    open_ = ~np.isnan(day) & (known < len(PARTS))
    table.add("ADTM", pd.Series(stamps(day, seconds)))
    table.add("ATMF", texts(np.where(open_, known, -1).astype(np.int8), PARTS))
    table.effect("impute_time", table.options.impute_time, "times imputed in part or whole", open_)


def _add_relative_day(table: MeasurementTable) -> None:
    reference = table.subject_days(table.options.reference, "reference")
    data = table.part({"ADT": f"{table.place} date"})
    if reference is None or data is None:
        table.fail("ADY")
        return
    apart = data.days("ADT") - reference
    table.add("ADY", np.where(apart >= 0, apart + 1, apart))
