"""The records of one ``[raw.NAME]``: its files together, selected, and in the form that is mapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.study.columns import Distinct, Mask, is_character
from ...schemas.study.dataset import Dataset
from ...schemas.wording import counted, did_you_mean, one_line
from . import named_columns
from .declared_files import judge_files, listed
from .mapping_options import ColumnUnit, RawDataset, Wide
from .raw_account import RawAccount
from .raw_records import RawRecords, text_of
from .raw_table import RawTable
from .repeated_records import judge_repeated_records
from .reshaping import lengthened, repeated_names, widened
from .steps import on_text, stepped, trimmed

_LISTED = 8


@dataclass(frozen=True, eq=False)
class RawPart:
    """What is declared of some records of a dataset, and these records.

    Attributes
    ----------
    name : str
        Of its table: ``[raw.NAME]``.
    options : RawDataset
    tables : tuple of RawTable
    records : RawRecords
    account : RawAccount
    used : tuple of int
        How many records of each file have a place.
    """

    name: str
    options: RawDataset
    tables: tuple[RawTable, ...]
    records: RawRecords
    account: RawAccount
    used: tuple[int, ...] = ()

    def place(self, key: str) -> str:
        """A place for messages: "[raw.AE] variables AESER"."""
        return f"[raw.{self.name}] {key}"


def raw_part(
    name: str, options: RawDataset, tables: Sequence[RawTable], account: RawAccount
) -> RawPart | None:
    """The records; None where the files do not have what is declared, which is then a problem."""
    problems = len(account.problems)
    judge_files(tables, options, f"[raw.{name}]", account)
    _judge_columns(name, options, tables, account)
    if len(account.problems) > problems:
        return None
    judge_repeated_records(name, options, tables, account)
    columns = list(dict.fromkeys(column for _, column in named_columns.of_files(name, options)))
    records = _trimmed(RawRecords.of(tables, columns), options)
    if options.where:
        selected = _selected(records, options.where, f"[raw.{name}] where")
        account.note("where", options.where, "records excluded", int((~selected).sum()))
        records = records.take(selected)
    selected_part = RawPart(name, options, tuple(tables), records, account)
    used = records
    if options.long:
        records = used = _long(selected_part)
    if options.wide is not None:
        records = _wide(selected_part, options.wide)
    if len(account.problems) > problems:
        return None
    return replace(selected_part, records=records, used=_by_file(used))


def _by_file(records: RawRecords) -> tuple[int, ...]:
    """How many lines of each file have a record."""
    lines = pd.DataFrame({"table": records.table, "line": records.line}).drop_duplicates()
    return tuple(map(int, np.bincount(lines["table"], minlength=len(records.tables))))


def _judge_columns(name: str, options: RawDataset, tables: Sequence[RawTable], account: RawAccount) -> None:
    """All files have the same columns, and the declared ones are among them."""
    known = list(dict.fromkeys(column for each in tables for column in each.columns))
    for table in tables:
        absent = [column for column in known if column not in table.columns]
        if absent and options.absent_columns == "error":
            account.problem(
                f"{table.name} does not have {listed(absent, _LISTED)}, as others have",
                f"[raw.{name}] files",
                'correct the file, or declare absent_columns = "missing"',
            )
        elif absent:
            effect = f"columns that {table.name} does not have: {listed(absent, _LISTED)}"
            account.note("absent_columns", "missing", effect, len(absent), "column")
    for key, column in dict.fromkeys(named_columns.of_files(name, options)):
        if column not in known:
            files = tables[0].name if len(tables) == 1 else counted(len(tables), "file")
            account.problem(
                f"column {one_line(column)} is not present in {files}",
                f"[raw.{name}] {key}",
                did_you_mean(column, known),
            )
    _judge_new_columns(name, options, known, account)
    _judge_units(name, options, tables, account)
    named = {column: key for key, column in named_columns.of_files(name, options)}
    for column in options.unmapped:
        if column in named:
            account.problem(
                f"column {one_line(column)} is listed as unmapped, and is used",
                f"[raw.{name}] {named[column]}",
                "remove it from unmapped",
            )
        elif column not in known and options.wide is None:
            account.problem(
                f"column {one_line(column)} is not present",
                f"[raw.{name}] unmapped",
                did_you_mean(column, known),
            )


def _judge_new_columns(name: str, options: RawDataset, known: Sequence[str], account: RawAccount) -> None:
    """New columns of long have names of their own, and each is used."""
    used = {column for _, column in named_columns.of_variables(options)}
    for column in dict.fromkeys(new for entry in options.long for new in entry):
        what = "is a column of the files" if column in known else "is not used by a variable"
        if column in known or column not in used:
            advice = "name it otherwise" if column in known else "use it, or remove it"
            account.problem(f"new column {one_line(column)} {what}", f"[raw.{name}] long", advice)


def _judge_units(name: str, options: RawDataset, tables: Sequence[RawTable], account: RawAccount) -> None:
    """A unit is that of a line of units; units that nothing uses are listed."""
    news = [new for entry in options.long for new in entry.values() if isinstance(new, ColumnUnit)]
    without = [each.column for each in news if not any(each.column in table.units for table in tables)]
    for column in dict.fromkeys(without):
        account.problem(
            f"unit_of: no file has a unit of {one_line(column)}",
            f"[raw.{name}] long",
            'declare the line of units, as in header_lines = ["names", "units"], or write { value = "g/L" }',
        )
    used = {new.column for new in news}
    unused = dict.fromkeys(
        f"{column} ({unit})" for each in tables for column, unit in each.units.items() if column not in used
    )
    if unused:
        effect = f"units in the files that nothing uses: {listed(list(unused), _LISTED)}"
        account.note("header_lines", "units", effect, len(unused), "column")


def _trimmed(records: RawRecords, options: RawDataset) -> RawRecords:
    if not options.trim:
        return records
    return records.with_columns(
        {name: stepped(each, on_text(trimmed)).column for name, each in records.columns.items()}
    )


def _selected(records: RawRecords, where: str, place: str) -> Mask:
    expression = compile_expression(where, place)
    data = as_dataset({name: records.columns[name] for name in expression.variables}, "RAW")
    try:
        return expression.where(data)
    except ConfigurationError as wrong:
        raise ConfigurationError(wrong.what, f"{place}: {wrong.where}", wrong.advice) from None


def as_dataset(columns: Mapping[str, Distinct], name: str) -> Dataset:
    """Some columns as a dataset, for conditions."""
    return Dataset.from_frame(pd.DataFrame({key: series_of(each) for key, each in columns.items()}), name)


def series_of(column: Distinct) -> pd.Series:
    """A column as readers make it: texts as categories, numbers as doubles, dates as dates."""
    values = column.values
    if len(values) and not is_character(pd.Series(values, dtype=object)):
        if all(isinstance(each, int | float) for each in values):
            return pd.Series(column.spread(values.astype(np.float64), missing=np.nan))
        return pd.Series(np.append(values, [None])[column.codes])
    return pd.Series(pd.Categorical.from_codes(column.codes, categories=pd.Index(values, dtype=object)))


def _long(part: RawPart) -> RawRecords:
    options, account = part.options, part.account
    records, empty = lengthened(part.records, options.long, [each.units for each in part.tables])
    if options.long_missing == "exclude":
        account.note("long_missing", "exclude", "records without a value excluded", int(empty.sum()))
        return records.take(~empty)
    if options.long_missing == "error" and empty.any():
        account.refuse(
            "columns of long without a value",
            part.place("long"),
            'declare long_missing = "exclude" or "keep"',
            records,
            empty,
        )
    return records


def _wide(part: RawPart, wide: Wide) -> RawRecords:
    records, account = part.records, part.account
    unnamed = np.any([records.columns[each].codes < 0 for each in (*wide.by, wide.name)], axis=0)
    if unnamed.any():
        columns = ", ".join((*wide.by, wide.name))
        account.refuse(
            f"a missing value of {columns}", part.place("wide"), "exclude them by where", records, unnamed
        )
        return records
    names = records.columns[wide.name]
    as_by = names.matching(lambda value: text_of(value) in wide.by)
    if as_by.any():
        what, advice = f"{wide.name} that is the name of a column of by", "exclude them by where"
        account.refuse(what, part.place("wide"), advice, records, as_by)
        return records
    repeated = repeated_names(records, wide)
    if repeated.any():
        account.refuse(
            f"{wide.name} that occurs again with the same {', '.join(wide.by)}",
            part.place("wide"),
            "add what distinguishes them to by, or correct the data",
            records,
            repeated,
        )
        return records
    made = widened(records, wide)
    for key, column in dict.fromkeys(named_columns.of_variables(part.options)):
        if column not in made.columns:
            what = f"column {one_line(column)} is neither in by, nor a value of {wide.name}"
            account.problem(what, part.place(key), did_you_mean(column, made.columns))
    known = [column for table in part.tables for column in table.columns]
    known += [f"{wide.name}={each}" for each in made.columns]
    for column in part.options.unmapped:
        if column not in known:
            what = f"column {one_line(column)} is not present"
            account.problem(what, part.place("unmapped"), did_you_mean(column, known))
    account.note("wide", wide.name, f"records that became columns of {len(made):,}", len(records))
    return made
