"""What was written is read back and compared with the data, cell by cell, before the file appears."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput, UnwritableOutput
from ....schemas.wording import one_line
from ...fixed_width.record_blocks import column_blocks
from ...values.regular_file import FileBecameShorter, open_regular
from ...values.special_in_order import SpecialInOrder
from .described import Described, DescribedColumn
from .ibm_double import decode_ibm_doubles
from .layout import Member, read_layout
from .parts import FilePart
from .survey import sas_numbers
from .text_encoding import distinct_texts, without_blanks

Stored = NDArray[np.uint8]
_FETCHED = 65_536
"""Records."""
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
    columns = [_Column(part.described, each) for each in part.described.columns]
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


class _Held(Protocol):
    """Some records of a column of the data, as they are to be stored."""

    def hold(self, part: pd.Series, first: int) -> None:
        """Take these records; `first` is the position of the first of them in the dataset."""
        ...

    def differ(self, stored: Stored, held: slice) -> Wrong:
        """Which stored values are not those of these held records."""
        ...


class _Column:
    """One column of the data, to be compared with what is stored; many records of it are fetched at once."""

    def __init__(self, described: Described, column: DescribedColumn) -> None:
        self.name = column.variable.name
        self._dataset = described.dataset
        self._held: _Held = (_Texts if column.is_text else _Numbers)(described, column)
        self._begin = self._end = 0

    def differ(self, stored: Stored, first: int) -> Wrong:
        """Which of these records, from a position of the dataset on, have another value there."""
        if not self._begin <= first <= first + len(stored) <= self._end:
            part = self._dataset.part(self.name, first, max(len(stored), _FETCHED))
            self._begin, self._end = first, first + len(part)
            self._held.hold(part, first)
        begin = first - self._begin
        return self._held.differ(stored, slice(begin, begin + len(stored)))


class _Numbers:
    def __init__(self, described: Described, column: DescribedColumn) -> None:
        self._shape = column.shape
        self._special = SpecialInOrder.of(described.dataset.special_missing.get(column.variable.name))
        self._first, self._values = 0, np.empty(0)

    def hold(self, part: pd.Series, first: int) -> None:
        self._first, self._values = first, sas_numbers(part, self._shape)

    def differ(self, stored: Stored, held: slice) -> Wrong:
        found, expected = decode_ibm_doubles(stored), self._values[held]
        records, tags = self._special.within(self._first + held.start, len(stored))
        if not (np.array_equal(records, found.special) and np.array_equal(tags, found.tags)):
            return True
        # Bit by bit but for NaN, of which there are many.
        wrong: NDArray[np.bool_] = found.values.view(np.int64) != expected.view(np.int64)
        if wrong.any():
            wrong &= ~(np.isnan(found.values) & np.isnan(expected))
        return wrong


class _Texts:
    def __init__(self, described: Described, column: DescribedColumn) -> None:
        self._encoding, self._length = described.encoding, column.length
        self._categories: pd.Index[Any] | None = None
        self._table = np.empty(0, f"V{column.length}")
        self._codes: NDArray[Any] | None = None
        self._texts = pa.nulls(0, pa.large_string())

    def hold(self, part: pd.Series, _first: int) -> None:
        if isinstance(part.dtype, pd.CategoricalDtype):
            self._hold_categories(part.cat.categories)
            self._codes = part.cat.codes.to_numpy()
        else:
            texts, self._codes = distinct_texts(part)
            self._texts = without_blanks(self._encoding.encoded(texts))

    def _hold_categories(self, categories: pd.Index[Any]) -> None:
        """Each as stored and, for a missing value, blanks; encoded by Python, not by Arrow."""
        if categories is self._categories:
            return
        self._categories = categories
        codec, length = self._encoding.codec, self._length
        texts = [str(each) for each in (*categories, "")]
        filled = "".join([each.ljust(length) for each in texts])
        if filled.isascii() and len(filled) == length * len(texts):
            raw = filled.encode()
        else:  # of a category that no record has any bytes will do
            encoded = (each.rstrip(" ").encode(codec, "replace") for each in texts)
            raw = b"".join([each[:length].ljust(length) for each in encoded])
        self._table = np.frombuffer(raw, f"V{length}")

    def differ(self, stored: Stored, held: slice) -> Wrong:
        if self._codes is not None:
            expected = self._table.take(self._codes[held], mode="wrap").view(np.uint8)
            if _are_same(expected, stored.reshape(-1)):
                return False
            different: Wrong = (expected.reshape(stored.shape) != stored).any(axis=1)
            return different
        ends = np.arange(0, stored.size + 1, stored.shape[1], dtype=np.int64)
        found = pa.LargeStringArray.from_buffers(len(stored), pa.py_buffer(ends), pa.py_buffer(stored))
        expected_texts = self._texts[held.start : held.stop]
        unequal = pc.not_equal(without_blanks(found), expected_texts).fill_null(True)
        wrong: Wrong = unequal.to_numpy(zero_copy_only=False)
        return wrong


def _are_same(one: Stored, other: Stored) -> bool:
    """Whether two runs of bytes are equal, looked at by eights."""
    eights = one.size // 8 * 8
    same = np.array_equal(one[:eights].view(np.uint64), other[:eights].view(np.uint64))
    return same and np.array_equal(one[eights:], other[eights:])
