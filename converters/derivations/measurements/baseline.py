"""The baseline record of each subject and parameter, what all records have of it, and the change from it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from ....schemas.conditions.absent_texts import correction
from ....schemas.study.columns import Codes
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted
from ..choosing import chosen, order_key
from ..column_values import taken, yes
from .measurement_table import MeasurementTable, has_value


def declare_baseline(table: MeasurementTable) -> None:
    """Let the baseline and the change from it be derived, now that there are all records.

    Each variable is derived by itself: a grade may depend on BASE, and BTOXGR is the grade at baseline.
    """
    if table.options.baseline == "none":
        return
    of_value = {"BASE": "AVAL"} | ({"BASEC": "AVALC"} if "AVALC" in table.columns else {})
    table.later(("ABLFL", *of_value), partial(_add_baseline, table, of_value))
    for name, variable in table.options.baseline_values.items():
        if name not in of_value:
            table.later((name,), partial(_add_of_baseline, table, name, variable))
    if table.options.change:
        table.later(table.options.change, partial(_add_change, table))


def _add_baseline(table: MeasurementTable, of_value: Mapping[str, str]) -> None:
    """Derive ABLFL, BASE and BASEC."""
    options, place = table.options, table.place
    by = _by(table)
    named = {
        **dict.fromkeys(by, f"{place} baseline_by"),
        **dict.fromkeys(options.baseline_order, f"{place} baseline_order"),
        **dict.fromkeys(("PARAMCD", *of_value.values()), place),
    }
    found = table.selected(options.baseline_where, f"{place} baseline_where", named)
    if found is None:
        for each in ("ABLFL", *of_value):
            table.fail(each)
        return
    data, selected = found
    candidate = selected & has_value(data)
    if len(table) and not candidate.any() and not options.baseline_may_be_empty:
        where = correction(options.baseline_where, data) if options.baseline_where else "correct the data"
        advice = f"{where}, or declare baseline_may_be_empty = true"
        what = "no record with a value may be the baseline"
        table.task.account.problem(what, f"{place} baseline_where", advice)
    _, groups = np.unique(data.groups("USUBJID", "PARAMCD", *by), return_inverse=True)
    groups = groups.reshape(-1)
    record = _records(table, data, np.flatnonzero(candidate), groups)
    flag = np.zeros(len(table), dtype=np.bool_)
    flag[record] = True
    at = np.full(int(groups.max()) + 1 if len(groups) else 0, -1, dtype=np.intp)
    at[groups[record]] = record
    table.baseline = at[groups]
    table.add("ABLFL", yes(flag))
    for name, variable in of_value.items():
        table.add(name, taken(data[variable], table.baseline))
    table.effect("baseline", options.baseline, "ABLFL is Y", flag)
    table.effect("baseline", options.baseline, "no baseline", table.baseline < 0)


def _add_of_baseline(table: MeasurementTable, name: str, variable: str) -> None:
    """Derive what all records have of the baseline record."""
    place = f"{table.place} baseline_values"
    data = table.part({"ABLFL": place, variable: place})
    if data is None or table.baseline is None:
        table.fail(name)
    else:
        table.add(name, taken(data[variable], table.baseline))


def _by(table: MeasurementTable) -> tuple[str, ...]:
    declared = table.options.baseline_by
    if declared is not None:
        return declared
    return ("BASETYPE",) if "BASETYPE" in table.names else ()


def _records(table: MeasurementTable, data: Dataset, among: Codes, groups: Codes) -> Codes:
    """The position of each baseline record."""
    options = table.options
    from_end = options.baseline == "last"
    keys = [order_key(data, each, last=from_end)[among] for each in options.baseline_order]
    last = options.same_baseline == "last"
    found = chosen(among, groups[among], keys, len(data), last=last)
    policy = options.same_baseline
    if policy == "error":
        number = counted(int(found.alike.sum()), "record")
        what = f"baseline_order does not distinguish {number}, one of which is the baseline"
        advice = 'add variables to baseline_order, or declare same_baseline = "last"'
        table.problem(what, f"{table.place} baseline_order", advice, found.alike)
    else:
        effect = f"baseline_order does not distinguish these: the {policy} by position"
        table.effect("same_baseline", policy, effect, found.alike)
    return found.record


def _add_change(table: MeasurementTable) -> None:
    """Derive CHG and PCHG."""
    options, place = table.options, f"{table.place} change_where"
    found = table.selected(options.change_where, place, {"AVAL": place, "BASE": place})
    if found is None:
        for each in options.change:
            table.fail(each)
        return
    data, selected = found
    base = data.numbers("BASE")
    with np.errstate(invalid="ignore", over="ignore"):
        change = np.where(selected, data.numbers("AVAL") - base, np.nan)
    none = selected & np.isnan(base) & data.filled("AVAL")
    table.effect("change", ", ".join(options.change), "no baseline: no change", none)
    if "CHG" in options.change:
        table.add("CHG", change)
    if "PCHG" in options.change:
        divisor = np.abs(base) if options.percent_of == "absolute" else base
        zero = ~np.isnan(change) & (base == 0)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            percent = change / divisor * 100
        table.add("PCHG", pd.Series(np.where(np.isfinite(percent), percent, np.nan)))
        table.effect("change", "PCHG", "BASE is 0: no PCHG", zero)
