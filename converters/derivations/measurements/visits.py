"""Analysis visits by windows of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ....schemas.study.columns import Codes, Numbers
from ....schemas.wording import counted
from ..column_values import texts
from .measurement_table import MeasurementTable
from .options import AnalysisVisit

VISIT_VARIABLES = ("AVISIT", "AVISITN", "AWTARGET", "AWTDIFF", "AWLO", "AWHI")


def visit_variables(visits: Mapping[str, AnalysisVisit]) -> tuple[str, ...]:
    """The variables that declared visits have."""
    if not visits:
        return ()
    return (
        VISIT_VARIABLES
        if any(each.target is not None for each in visits.values())
        else (
            "AVISIT",
            "AVISITN",
            "AWLO",
            "AWHI",
        )
    )


def add_visits(table: MeasurementTable, visits: Mapping[str, AnalysisVisit]) -> None:
    """Derive AVISIT, AVISITN and the limits of the windows."""
    place, variable = f"{table.place} visit_day", table.options.visit_day
    wanted = visit_variables(visits)
    data = table.part({variable: place})
    if data is None or data.is_character(variable):
        if data is not None:
            table.task.account.problem(f"{variable} is not numeric", place, "name a numeric variable")
        for each in wanted:
            table.fail(each)
        return
    day = data.numbers(variable)
    found = np.full(len(table), -1, dtype=np.intp)
    declared = list(visits.items())
    for at, (_, visit) in enumerate(declared):
        first, last = _limits(visit)
        found[(day >= first) & (day <= last)] = at
    outside = found < 0
    if table.options.no_visit == "error":
        number = counted(int(outside.sum()), "record")
        advice = 'declare more visits, or no_visit = "missing"'
        table.problem(f"{number} in no visit", f"{table.place} no_visit", advice, outside)
    table.effect("no_visit", table.options.no_visit, f"{variable} is in no visit: no AVISIT", outside)
    names = list(dict.fromkeys(visit.avisit or name for name, visit in declared))
    position = np.array([names.index(visit.avisit or name) for name, visit in declared] + [-1])
    table.add("AVISIT", texts(position[found], names))
    of_visits = [visit for _, visit in declared]
    _add(table, "AVISITN", [each.number for each in of_visits], found)
    _add(table, "AWLO", [each.first for each in of_visits], found)
    _add(table, "AWHI", [each.last for each in of_visits], found)
    if "AWTARGET" in wanted:
        target = _add(table, "AWTARGET", [each.target for each in of_visits], found)
        table.add("AWTDIFF", np.abs(day - target))


def _add(table: MeasurementTable, name: str, values: Sequence[float | None], found: Codes) -> Numbers:
    """A number that each visit has, for the records of the visit."""
    column: Numbers = np.array([*values, None], dtype=np.float64)[found]
    table.add(name, column)
    return column


def _limits(visit: AnalysisVisit) -> tuple[float, float]:
    return (
        -np.inf if visit.first is None else visit.first,
        np.inf if visit.last is None else visit.last,
    )
