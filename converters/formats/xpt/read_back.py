"""What was written is read back and compared with the data, cell by cell, before the file appears."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput, UnwritableOutput
from ....schemas.wording import one_line
from ...values.regular_file import open_regular
from .blocks import FileBecameShorter, column_blocks
from .described import Described, DescribedColumn
from .ibm_double import decode_ibm_doubles
from .layout import Member, read_layout
from .parts import FilePart
from .stored_columns import SpecialInOrder, sas_numbers
from .text_encoding import distinct_texts, without_blanks

Stored = NDArray[np.uint8]
Wrong = NDArray[np.bool_] | bool
"""Which records differ, or whether some do."""


def require_same(parts: Sequence[FilePart], shown: Path, path: Path) -> None:
    """Compare a file with what it is to hold.

    Parameters
    ----------
    parts : sequence of FilePart
        The datasets of the file.
    shown : Path
        What it will be called.
    path : Path
        Where it is now.

    Raises
    ------
    UnwritableOutput
        When a header or a value differs.
    """
    try:
        with open_regular(path) as file:
            found = read_layout(file, os.fstat(file.fileno()).st_size, str(shown))
            if found.version != parts[0].described.words.name or len(found.members) != len(parts):
                raise _differs(shown, "datasets")
            for part, member in zip(parts, found.members, strict=True):
                if not _same_headers(part, member):
                    raise _differs(shown, f"{one_line(part.name)}, headers")
                _compare(part, member, file, shown)
    except (UnreadableInput, FileBecameShorter) as problem:
        raise _differs(shown, str(getattr(problem, "what", "its length"))) from problem


def _differs(shown: Path, what: str) -> UnwritableOutput:
    return UnwritableOutput(
        "the file reads back otherwise than it was written, and is not kept",
        f"{shown}: {what}",
        "write it again, to another disk; if that fails too, write Parquet",
    )


def _same_headers(part: FilePart, member: Member) -> bool:
    same = replace(member, extent=part.member.extent) == part.member
    return same and member.extent.records == part.end - part.first


def _compare(part: FilePart, member: Member, file: BufferedReader, shown: Path) -> None:
    columns = [_comparison(part.described, each) for each in part.described.columns]
    file.seek(member.extent.start)
    first = part.first
    lengths = [field.length for field in member.fields]
    for block in column_blocks(file, lengths, part.end - part.first):
        for column, stored in zip(columns, block, strict=True):
            wrong = column.differ(stored, first)
            if np.any(wrong):
                record = first + int(np.argmax(wrong)) + 1
                raise _differs(shown, f"{one_line(part.name)}.{one_line(column.name)}, record {record}")
        first += len(block[0])


class _Column:
    """One column of the data, to be compared with what is stored."""

    def __init__(self, described: Described, column: DescribedColumn) -> None:
        self.described, self.column = described, column
        self.special = SpecialInOrder.of(described.dataset.special_missing.get(self.name))
        self._categories: pd.Index[Any] | None = None
        self._table = np.empty(0, f"V{column.length}")

    @property
    def name(self) -> str:
        return self.column.variable.name

    def part(self, first: int, stored: Stored) -> pd.Series:
        return self.described.dataset.part(self.name, first, len(stored))


class _Numbers(_Column):
    def differ(self, stored: Stored, first: int) -> Wrong:
        decoded = decode_ibm_doubles(stored)
        expected = sas_numbers(self.part(first, stored), self.column.shape)
        records, tags = self.special.within(first, len(stored))
        if not (np.array_equal(records, decoded.special) and np.array_equal(tags, decoded.tags)):
            return True
        # Bit by bit but for NaN, of which there are many.
        same = decoded.values.view(np.int64) == expected.view(np.int64)
        wrong: Wrong = ~(same | (np.isnan(decoded.values) & np.isnan(expected)))
        return wrong


class _Texts(_Column):
    def differ(self, stored: Stored, first: int) -> Wrong:
        part = self.part(first, stored)
        if isinstance(part.dtype, pd.CategoricalDtype):
            expected = self._of(part.cat.categories).take(part.cat.codes.to_numpy(), mode="wrap")
            if expected.tobytes() == stored.tobytes():
                return False
            wrong: Wrong = (expected.view(np.uint8).reshape(stored.shape) != stored).any(axis=1)
            return wrong
        texts, _ = distinct_texts(part)
        given = without_blanks(self.described.encoding.encoded(texts))
        ends = np.arange(0, stored.size + 1, stored.shape[1], dtype=np.int64)
        found = pa.LargeStringArray.from_buffers(len(stored), pa.py_buffer(ends), pa.py_buffer(stored))
        different = pc.not_equal(without_blanks(found), given).fill_null(True)
        unequal: Wrong = different.to_numpy(zero_copy_only=False)
        return unequal

    def _of(self, categories: pd.Index[Any]) -> NDArray[np.void]:
        """Each category as stored and, for a missing value, blanks; encoded by Python, not by Arrow."""
        if categories is not self._categories:
            self._categories = categories
            codec, length = self.described.encoding.codec, self.column.length
            raw = [
                str(each).rstrip(" ").encode(codec, "replace")[:length].ljust(length) for each in categories
            ]
            self._table = np.frombuffer(b"".join((*raw, b" " * length)), f"V{length}")
        return self._table


def _comparison(described: Described, column: DescribedColumn) -> _Numbers | _Texts:
    return (_Texts if column.is_text else _Numbers)(described, column)
