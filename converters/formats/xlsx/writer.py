"""Excel workbooks (.xlsx): a sheet of records with the names above them, and two of metadata.

Text is text, whatever it looks like, and no cell is a formula. Numbers are the shortest decimal that is the
same double, dates and datetimes numbers that are displayed as such. The same dataset gives the same bytes
with one version of zlib: the workbook states the time of the dataset, else ``SOURCE_DATE_EPOCH``, else 1980.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.arrow_columns import Shape, plain_texts, shape_of, shape_of_column, stamps_of
from ...values.lines import fetched
from ..breaches import breaches as unfit
from ..format import Breach, Output, Writer
from ..planned_file import PlannedFile
from ..stated_time import stated_epoch
from ..table_style import TableStyle
from ..write_options import WriteOptions
from .cell_xml import table_rows
from .limits import LONGEST_NAME, LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS
from .metadata_sheets import datasets_sheet, variables_sheet
from .package import NO_TIME, package
from .sheet_names import DATASETS, VARIABLES
from .sheet_view import SheetView
from .sheet_xml import AFTER_LAST, FIRST_CERTAIN, NOT_IN_XML, TOKENS, rows

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
_OF_EXCEL = "history"
"""The name that Excel keeps for a sheet of its own."""
_CHARACTERS = "a character that XML does not have (NUL, U+FFFE, U+FFFF)"
_TWO_IN_UTF_16 = r"[\x{10000}-\x{10FFFF}]"
_MILLIS = "datetime64[ms]"


def breaches(output: Output) -> Iterator[Breach]:
    """Everything of a dataset that a sheet cannot hold."""
    dataset = output.dataset
    found = list(unfit(dataset))
    yield from found
    if found:
        return
    for message in _faults_of_dataset(dataset, output.options):
        yield Breach(dataset.name, message)
    for variable in dataset.variables:
        for message in _faults(dataset, variable):
            yield Breach(dataset.name, message, variable.name)


def _faults_of_dataset(dataset: Dataset, options: WriteOptions) -> Iterator[str]:
    if len(dataset) + _heads(options) > MOST_ROWS:
        above = "those of the names and labels" if options.label_row else "that of the names"
        yield f"has {len(dataset):,} records; a sheet has {MOST_ROWS:,} rows, with {above}"
    if len(dataset.variables) > MOST_COLUMNS:
        yield f"has {len(dataset.variables):,} variables; a sheet has {MOST_COLUMNS:,} columns"
    if not dataset.variables:
        yield "has no variables"
    name = dataset.name
    if not 0 < len(name) <= LONGEST_NAME or _NOT_IN_NAMES.search(name) or name in {VARIABLES, DATASETS}:
        signs = "none of [ ] : * ? / \\, no apostrophe at its ends"
        yield f"its name is not one of a sheet: at most {LONGEST_NAME} characters, {signs}"
    if name.casefold() == _OF_EXCEL:
        yield "its name is that of a sheet of Excel's own"
    if _is_no_xml(name, dataset.label, dataset.declared_class, dataset.declared_subclass):
        yield f"has {_CHARACTERS} in its name, label or class"


def _heads(options: WriteOptions) -> int:
    """Rows above the records."""
    return 2 if options.label_row else 1


def _faults(dataset: Dataset, variable: Variable) -> Iterator[str]:
    described = (variable.name, variable.label, variable.format, variable.informat)
    if _is_no_xml(*described):
        yield f"has {_CHARACTERS} in its name, label or format"
    if any(len(each) > LONGEST_TEXT for each in described):
        yield f"has a name, label or format of more than {LONGEST_TEXT:,} characters"
    if variable.name != variable.name.strip():
        yield "has leading or trailing blanks in its name"
    for message, wrong in _wrong_values(dataset, variable):
        if wrong.any():
            yield f"{message} (first in record {int(np.argmax(wrong)) + 1})"


def _is_no_xml(*texts: str) -> bool:
    return re.search(NOT_IN_XML, "".join(texts)) is not None


def _holding(texts: pa.Array) -> columns.Mask:
    """Which texts have such a character."""
    found = [pc.match_substring(texts, each) for each in NOT_IN_XML[1:-1]]
    held: columns.Mask = np.logical_or.reduce([each.to_numpy(zero_copy_only=False) for each in found])
    return held


def _are_longer(texts: pa.Array) -> columns.Mask:
    """Than a cell; a character beyond U+FFFF is two for Excel."""
    lengths = pc.utf8_length(texts).to_numpy(zero_copy_only=False)
    if (lengths * 2 <= LONGEST_TEXT).all():
        return np.zeros(len(lengths), np.bool_)
    twice = pc.count_substring_regex(texts, _TWO_IN_UTF_16).to_numpy(zero_copy_only=False)
    longer: columns.Mask = lengths + twice > LONGEST_TEXT
    return longer


def _wrong_values(dataset: Dataset, variable: Variable) -> Iterator[tuple[str, columns.Mask]]:
    column = dataset[variable.name]
    shape = shape_of_column(column, variable)
    match shape:
        case Shape.TEXT:
            texts = plain_texts(column)
            yield f"contains text of more than {LONGEST_TEXT:,} characters", _are_longer(texts)
            yield f"contains text with {_CHARACTERS}", _holding(texts)
        case Shape.NUMBER:
            yield "contains infinite numbers", np.isinf(columns.numbers(column))
        case Shape.DATE | Shape.DATETIME:
            stamps = stamps_of(column).astype("datetime64[us]")
            outside = (stamps < FIRST_CERTAIN) | (stamps >= AFTER_LAST)
            yield "contains dates before March 1900 or after 9999, which spreadsheets do not count", outside
            finer = ~np.isnat(stamps) & (stamps.astype(_MILLIS) != stamps)
            yield "contains datetimes with more than 3 decimals of a second", finer


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(each.path, partial(_write, each)) for each in outputs]


def _write(output: Output, stream: BinaryIO) -> None:
    dataset = output.dataset
    label_row, heads = output.options.label_row, _heads(output.options)
    described = {
        VARIABLES: variables_sheet(dataset),
        DATASETS: datasets_sheet(dataset, label_row=label_row),
    }
    cells = [
        (shape, fetched(dataset, each, shape, TOKENS[shape]))
        for each in dataset.variables
        for shape in (shape_of(dataset, each),)
    ]
    time = dataset.modified or dataset.created or stated_epoch() or NO_TIME
    with package(stream, [dataset.name, *described]) as written:
        written.write_description(dataset.name, time)
        with written.sheet(dataset.name, SheetView(heads)) as sheet:
            names, labels = zip(*((each.name, each.label) for each in dataset.variables), strict=True)
            sheet.writelines(table_rows([names, labels][:heads]))
            for some in rows(cells, len(dataset), heads, output.tell):
                sheet.write(some)
        for name, table in described.items():
            with written.sheet(name) as sheet:
                sheet.writelines(table_rows(table))


def _tables_in(_: TableStyle) -> Writer:
    """The writer of tables for a tool: a sheet has truth values, numbers and dates."""
    return EXCEL


EXCEL = Writer(breaches, plan, _tables_in)
