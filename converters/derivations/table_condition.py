"""Records of a derived table that meet a condition."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.study.columns import Mask
from ...schemas.study.dataset import Dataset
from .derived_table import DerivedTable


def selected_by(
    table: DerivedTable, where: str, place: str, more: Mapping[str, str] = MappingProxyType({})
) -> tuple[Dataset, Mask] | None:
    """Variables of a condition, and others, and the records that meet it; None where that is a problem."""
    expression = compile_expression(where, place) if where else None
    used = expression.variables if expression else ()
    data = table.part({"USUBJID": place, **more, **{each.upper(): place for each in used}})
    if data is None:
        return None
    if expression is None:
        return data, np.ones(len(table), dtype=np.bool_)
    try:
        found = expression.where(data)
    except ConfigurationError as wrong:
        table.task.account.problem(wrong.what, place, wrong.advice)
        return None
    table.absent_values(where, place, data)
    return data, found
