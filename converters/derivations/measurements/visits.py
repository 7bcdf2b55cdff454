"""Analysis visits by windows of days."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

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
    columns = {
        "AVISITN": [visit.number for _, visit in declared],
        "AWTARGET": [visit.target for _, visit in declared],
        "AWLO": [visit.first for _, visit in declared],
        "AWHI": [visit.last for _, visit in declared],
    }
    for name, values in columns.items():
        if name in wanted:
            of_visit = np.array([*values, None], dtype=np.float64)
            table.add(name, of_visit[found])
            if name == "AWTARGET":
                table.add("AWTDIFF", np.abs(day - of_visit[found]))


def _limits(visit: AnalysisVisit) -> tuple[float, float]:
    return (
        -np.inf if visit.first is None else visit.first,
        np.inf if visit.last is None else visit.last,
    )
