"""ADSL: a record for each record of the demographics, with the variables that are declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from ....schemas.standards.adsl import variables as standard_variables
from ....schemas.standards.versions import Standards
from ....schemas.study.dataset import Dataset
from ....schemas.study.raw_places import RawPlaces, placed, unknown_places
from ..assembled import KEYS, DerivedColumns, StructureLayout, assembled, judge_carried
from ..task import DerivationTask
from .conditional import add_calculated, add_cases, add_flag, add_mapped
from .declared import Declared
from .options import DerivedVariable, SubjectLevel
from .own_dates import add_date_of
from .requirements import check, in_order, needs, variables_of
from .statistics import add_exists, add_statistic
from .subject_records import subject_table
from .subject_table import SubjectTable
from .taken import add_taken
from .ways import outputs, ways_of

__all__ = ["check", "derive", "needs"]

_LABEL = "Subject-Level Analysis Dataset"

_ADD: Mapping[str, Callable[[Declared], bool]] = {
    "take": add_taken,
    "statistic": add_statistic,
    "exists": add_exists,
    "where": add_flag,
    "cases": add_cases,
    "map": add_mapped,
    "date_of": add_date_of,
    "expression": add_calculated,
}


def derive(task: DerivationTask, options: SubjectLevel) -> Dataset:
    """The dataset.

    Raises
    ------
    DerivationRefused
    """
    table, whole, kept = subject_table(task, options)
    judge_carried(whole, options)
    declared = variables_of(task.name, task.specification)
    for name in in_order(task.name, task.specification):
        variable = declared[name]
        (way,) = ways_of(variable)
        if not _ADD[way.key](Declared(name, variable, table)):
            table.failed.update(outputs(name, variable))
    task.account.require_none()
    layout = StructureLayout(_LABEL, KEYS, (), standard_variables(Standards()))
    frame, places = _frame(table, declared), _raw_places(table)
    return assembled(whole, options, layout, DerivedColumns(frame, kept, table.described, raw_places=places))


def _raw_places(table: SubjectTable) -> RawPlaces:
    """The raw records of the subjects and of their variables, as far as the sources have them."""
    base = table.base.raw_places
    own = unknown_places(len(table)) if base is None else base.load()
    variables = {name: placed(len(table), parts) for name, parts in table.raw.items()}
    return replace(own, variables=MappingProxyType({**own.variables, **variables}))


def _frame(table: SubjectTable, declared: Mapping[str, DerivedVariable]) -> pd.DataFrame:
    """The derived variables in the order in which they are declared."""
    order = [each for name, variable in declared.items() for each in outputs(name, variable)]
    present = {name: table.columns[name] for name in order if name in table.columns}
    return pd.DataFrame(present, index=pd.RangeIndex(len(table)), copy=False)
