"""CSV with its metadata beside it, as our reader and CDISC's tools take it.

UTF-8 without a byte order mark, lines ended by a line feed, fields quoted where RFC 4180 needs it. Dates
and datetimes are ISO 8601, numbers the shortest decimal that is the same double, times seconds from
midnight. A missing value is an empty field, a special missing value ``.A`` to ``.Z`` or ``._``. Null and
blank text are one in CSV, as in SAS.

Kept in ``_variables.csv`` and ``_datasets.csv`` beside the file: labels, types, lengths, formats, informats
the dataset's class and the times of its creation and last change; and its name, where the file has another.
CSV has no place for what only Dataset-JSON knows (OIDs, key sequence, declared data types).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.standards.known_variables import variable_type
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...metadata.sidecar_names import is_sidecar
from ...metadata.sidecars import dataset_name, is_sas_name
from ...values import arrow_columns
from ...values.arrow_columns import Shape
from ...values.file_kind import PLAIN_TEXT, seems
from ...values.lines import Block, date_tokens, datetime_tokens, fetched, lines, number_tokens
from ..breaches import breaches_of_text
from ..format import Breach, Output, Writer
from ..planned_file import PlannedFile
from . import written_sidecars
from .delimited import LONGEST_RECORD
from .quoting import quoted
from .tables import tables_in


def breaches(output: Output) -> Iterator[Breach]:
    dataset = output.dataset
    unfit = list(breaches_of_text(dataset))
    yield from unfit
    if dataset_name(output.path.name) != dataset.name and not is_sas_name(dataset.name):
        yield Breach(
            dataset.name, "its name is not a SAS name, so the file must have the same name, but has another"
        )
    told = (dataset.label, dataset.declared_class, dataset.declared_subclass)
    if any("\0" in text for text in told) or any(text != text.strip() for text in told[1:]):
        yield Breach(
            dataset.name, "has a NUL character in its label, or leading or trailing blanks in its class"
        )
    if is_sidecar(output.path):
        yield Breach(dataset.name, f"{output.path.name} is the name of a metadata table; choose another name")
    texts = {} if unfit else _texts(dataset)
    if _has_long_record(dataset, texts):
        yield Breach(dataset.name, f"has a record of more than {LONGEST_RECORD >> 21} MB of text")
    for variable in () if unfit else dataset.variables:
        yield from _breaches_of_variable(dataset, variable, texts.get(variable.name))
        if variable_type(variable.name) == "Char" and written_sidecars.stamp_type(dataset, variable):
            yield Breach(
                dataset.name,
                "contains dates, has no date format, and is character by its name",
                variable.name,
            )


def _breaches_of_variable(
    dataset: Dataset, variable: Variable, text: _TextExtremes | None
) -> Iterator[Breach]:
    """What a reader of CSV and of the tables beside it drops, or takes for a file that is no text."""
    if any(text != text.strip() for text in (variable.name, variable.format, variable.informat)):
        yield Breach(dataset.name, "has leading or trailing blanks in its name or format", variable.name)
    if any("\0" in text for text in (variable.name, variable.label, variable.format, variable.informat)):
        yield Breach(dataset.name, "has a NUL character in its name, label or format", variable.name)
    if text is not None and text.nul is not None:
        message = f"contains text with a NUL character (first in record {text.nul})"
        yield Breach(dataset.name, message, variable.name)


@dataclass(frozen=True, slots=True)
class _TextExtremes:
    """What CSV must know of the values of a character variable.

    Attributes
    ----------
    longest : int
        Bytes of the longest.
    nul : int or None
        Number of the first record with a NUL character, counted from 1.
    """

    longest: int
    nul: int | None


def _texts(dataset: Dataset) -> dict[str, _TextExtremes]:
    """Of each character variable by name; one column at a time is in memory."""
    found = ((each.name, _text(dataset[each.name], each)) for each in dataset.variables)
    return {name: text for name, text in found if text is not None}


def _text(column: pd.Series, variable: Variable) -> _TextExtremes | None:
    if arrow_columns.shape_of_column(column, variable) is not Shape.TEXT:
        return None
    texts = arrow_columns.text_array(column)
    values = _distinct(texts)
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    return _TextExtremes(longest, _first_nul(texts) if _has_nul(values).any() else None)


def _first_nul(texts: pa.Array) -> int | None:
    """The number of the first record; a category that no record has is not written."""
    found = _has_nul(texts.cast(pa.large_string()))
    return int(found.argmax()) + 1 if found.any() else None


def _has_nul(texts: pa.Array) -> NDArray[np.bool_]:
    found = pc.match_substring(texts, "\0").fill_null(False)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


def _has_long_record(dataset: Dataset, texts: Mapping[str, _TextExtremes]) -> bool:
    """Whether some record is longer than readers of CSV take, its quotation marks doubled."""
    longest = sum(text.longest for text in texts.values())
    if 2 * longest < LONGEST_RECORD:  # so it is but for the longest texts ever seen
        return False
    total = pa.nulls(len(dataset), pa.int64()).fill_null(0)
    for name in texts:
        lengths = pc.binary_length(arrow_columns.text_array(dataset[name]).cast(pa.large_string()))
        total = pc.add(total, lengths.fill_null(0).cast(pa.int64()))
    return bool(len(dataset)) and bool(2 * pc.max(total).as_py() >= LONGEST_RECORD)


def _distinct(texts: pa.Array) -> pa.Array:
    return texts.dictionary if pa.types.is_dictionary(texts.type) else texts


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(output.path, partial(_write, output)) for output in outputs]


_TOKENS = {
    Shape.TEXT: quoted,
    Shape.NUMBER: number_tokens,
    Shape.DATE: date_tokens,
    Shape.DATETIME: datetime_tokens,
    Shape.TRUTH: lambda truths: truths.cast(pa.int8()).cast(pa.large_string()),  # as numbers: 1 and 0
    Shape.WHOLE: number_tokens,
}


def _write(output: Output, stream: BinaryIO) -> None:
    dataset = output.dataset
    stream.write(_header([variable.name for variable in dataset.variables]).encode())
    columns = [_column(dataset, variable) for variable in dataset.variables]
    if len(columns) == 1:
        columns = [_never_empty(columns[0])]
    for some in lines(columns, len(dataset), null="", end="\n", told=output.tell):
        stream.write(some)


def _header(names: Sequence[str]) -> str:
    """The line of names; the first in quotation marks where readers would take it for another format's."""
    fields = quoted(pa.array(names, pa.large_string())).to_pylist()
    if seems(fields[0].encode()) not in {"", PLAIN_TEXT}:  # a name like PAR1 or <A>
        fields[0] = f'"{fields[0]}"'
    return ",".join(fields) + "\n"


def _never_empty(column: Block) -> Block:
    """The only column of a file: a line without anything on it would be no record to most readers."""

    def shown(first: int, count: int) -> pa.Array:
        tokens = column(first, count).fill_null("")
        return pc.if_else(pc.equal(tokens, ""), pa.scalar('""', tokens.type), tokens)

    return shown


def _column(dataset: Dataset, variable: Variable) -> Block:
    shape = arrow_columns.shape_of(dataset, variable)
    plain = fetched(dataset, variable, shape, _TOKENS[shape])
    tags = arrow_columns.special_missing_tags(dataset, variable)
    if tags is None:
        return plain
    dot, nothing = pa.scalar(".", pa.large_string()), pa.scalar("", pa.large_string())

    def with_tags(first: int, count: int) -> pa.Array:
        dotted = pc.binary_join_element_wise(dot, tags(first, count), nothing)
        return pc.coalesce(plain(first, count), dotted)

    return with_tags


CSV = Writer(breaches, plan, tables_in, beside=written_sidecars.SIDECARS)
