"""The unit of AVAL: as it is declared of a parameter, else that of the records of the source."""

from __future__ import annotations

import numpy as np

from ....schemas.study.columns import Codes
from ....schemas.wording import counted
from .measurement_table import NO_RECORD, MeasurementTable


def judge_unit(table: MeasurementTable, paramcd: str, unit: str, place: str, at: Codes) -> None:
    """Note records with a value that is in another unit than criteria are, or in none that is known.

    Parameters
    ----------
    table : MeasurementTable
    paramcd : str
    unit : str
        That of the criteria.
    place : str
        Of the criteria, for problems.
    at : ndarray of int
        Positions of the records of the parameter.
    """
    declared = table.units.get(paramcd)
    if declared is not None:
        if declared != unit:
            what = f"criteria of {paramcd} are in {unit}, AVAL is in {declared or 'a unit not declared'}"
            advice = f"declare unit of [measurement.{paramcd}], convert it by aval, or correct UNIT"
            table.task.account.problem(what, place, advice)
        return
    origin = table.origin[at]
    at, origin = at[origin != NO_RECORD], origin[origin != NO_RECORD]
    variable = table.options.unit or f"{table.options.prefix}STRESU"
    other = np.ones(len(at), dtype=np.bool_)
    if variable in table.source:
        other = ~table.source.equals(variable, unit)[origin]
    other &= ~np.isnan(table.columns["AVAL"].to_numpy()[at])
    concerned = np.zeros(len(table), dtype=np.bool_)
    concerned[at[other]] = True
    number = counted(int(other.sum()), "record")
    what = f"criteria of {paramcd} are in {unit}, but {number} with a value in another unit, or in none"
    advice = f"declare unit of [measurement.{paramcd}], convert it by aval, or leave UNIT empty"
    table.problem(what, place, advice, concerned)
