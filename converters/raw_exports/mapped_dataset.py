"""A mapped dataset: the variables of its tables together, its subjects judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...schemas.study.columns import Codes, Distinct, Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import Variable
from .mapped_variables import MappedVariables
from .mapping_options import RawDataset
from .raw_account import RawAccount
from .raw_part import RawPart, series_of
from .raw_records import RawRecords, all_missing, together, used_only
from .sdtm_labels import DATASET_LABELS, variable_label
from .variable_options import RawVariable

SUBJECT = "USUBJID"
"""Who a record is about."""


@dataclass(frozen=True, eq=False)
class MappedRecords:
    """The records of a dataset, of all tables that make it.

    Attributes
    ----------
    name : str
    options : RawDataset
        Of its first table.
    declared : mapping of variable to RawVariable
    parts : tuple of RawPart
    records : RawRecords
        The columns are the variables of the dataset.
    account : RawAccount
    position : ndarray of int, shape (n_records,)
        Of each record among those of all tables.
    """

    name: str
    options: RawDataset
    declared: dict[str, RawVariable]
    parts: tuple[RawPart, ...]
    records: RawRecords
    account: RawAccount
    position: Codes

    @property
    def place(self) -> str:
        return f"[raw.{self.parts[0].name}]"

    def take(self, kept: Mask | Codes) -> MappedRecords:
        return replace(self, records=self.records.take(kept), position=self.position[kept])


def mapped_records(name: str, tables: Sequence[MappedVariables], account: RawAccount) -> MappedRecords:
    """The records of all tables of a dataset after each other."""
    declared: dict[str, RawVariable] = {}
    for each in tables:
        for variable, options in each.part.options.variables.items():
            declared.setdefault(variable, options)
    columns = {variable: together([_of(each, variable) for each in tables]) for variable in declared}
    for variable, column in columns.items():
        if len({isinstance(value, str) for value in column}) > 1:
            what = f"{variable} is character in one table and numeric in another"
            account.problem(what, f"[raw.{tables[0].part.name}] variables {variable}", "map both alike")
    parts = tuple(each.part for each in tables)
    starts = np.cumsum([0, *(len(each.records.tables) for each in parts)])
    records = RawRecords(
        tuple(table for each in parts for table in each.records.tables),
        np.concatenate([each.records.table + start for each, start in zip(parts, starts, strict=False)]),
        np.concatenate([each.records.line for each in parts]),
        columns,
    )
    position = np.arange(len(records))
    return MappedRecords(name, parts[0].options, declared, parts, records, account, position)


def _of(variables: MappedVariables, name: str) -> Distinct:
    if name in variables.part.options.variables:
        return variables[name]
    return all_missing(len(variables.part.records))


def judged_subjects(mapped: MappedRecords, of_dm: Distinct | None) -> MappedRecords:
    """Records without a subject are refused, and those of subjects who are not in DM as declared."""
    if SUBJECT not in mapped.declared:
        return mapped
    records, account = mapped.records, mapped.account
    subjects = records.columns[SUBJECT]
    unnamed = subjects.codes < 0
    if unnamed.any():
        place = f"{mapped.place} variables {SUBJECT}"
        account.refuse("USUBJID is missing", place, "correct the data, or exclude by where", records, unnamed)
    if of_dm is None or mapped.name == "DM":
        return mapped
    known = {str(each) for each in of_dm}
    foreign = subjects.matching(lambda value: str(value) not in known)
    policy = mapped.options.subjects
    if policy == "error":
        if foreign.any():
            advice = 'correct USUBJID, or declare subjects = "keep" or "exclude"'
            account.refuse("a subject who is not in DM", f"{mapped.place} subjects", advice, records, foreign)
        return mapped
    became = "kept" if policy == "keep" else "excluded"
    account.note("subjects", policy, f"records of subjects who are not in DM {became}", int(foreign.sum()))
    return mapped.take(~foreign) if policy == "exclude" else mapped


def dataset_of(mapped: MappedRecords) -> Dataset:
    """The dataset, with labels of SDTM where none are declared."""
    internal = [name for name, each in mapped.declared.items() if each.internal]
    columns = {
        name: used_only(column) for name, column in mapped.records.columns.items() if name not in internal
    }
    variables = tuple(_variable(name, column, mapped) for name, column in columns.items())
    frame = pd.DataFrame(
        {each.name: _series(columns[each.name], each) for each in variables}, index=range(len(mapped.records))
    )
    label = mapped.options.label or DATASET_LABELS.get(mapped.name, "")
    return Dataset(mapped.name, frame, variables, label)


def _series(column: Distinct, variable: Variable) -> pd.Series:
    if variable.type == "Num" and not len(column):
        return pd.Series(np.full(len(column.codes), np.nan))
    return series_of(column)


def _variable(name: str, column: Distinct, mapped: MappedRecords) -> Variable:
    declared = mapped.declared.get(name, RawVariable(value=1.0))
    label = declared.label or variable_label(name, mapped.name)
    numeric = not isinstance(column[0], str) if len(column) else _is_declared_numeric(declared, mapped)
    if numeric:
        return Variable(name, label, "Num", 8)
    longest = max((len(str(each).encode()) for each in column), default=1)
    return Variable(name, label, "Char", longest)


def _is_declared_numeric(declared: RawVariable, mapped: MappedRecords) -> bool:
    """Whether a variable without any value is numeric."""
    if declared.number or declared.day_of or isinstance(declared.value, int | float):
        return True
    if any(isinstance(each, int | float) for each in declared.map.values()):
        return True
    if declared.map or declared.codes or declared.case or declared.date_forms or declared.split:
        return False
    tables = [table for part in mapped.parts for table in part.tables]
    return any(
        declared.column in table.columns and table.dataset.variable(declared.column).type == "Num"
        for table in tables
    )
