"""Texts of more than 2,045 bytes (strL): a record refers to them, they stand behind the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.study.dataset import Dataset
from ...values.arrow_columns import joined_bytes, plain_texts
from ...values.encodings import Undecoded, decode_values
from ...values.text_column import TextColumn, pays
from .layout import DtaFile
from .release import WRITTEN, DtaRelease

_AS_TEXT = 130
_BLOCK = 65_536
_ENTRY = np.dtype([("tag", "S3"), ("v", "<u4"), ("o", "<u8"), ("t", "u1"), ("length", "<u4")])
_BITS_OF_VARIABLE = 8 * WRITTEN.long_text[0]


class LongTextColumn:
    """Takes the blocks of one variable: what each record refers to, a number for a long text."""

    def __init__(self, order: str) -> None:
        self._order = order
        self._keys: list[NDArray[np.uint64]] = []

    def add(self, block: NDArray[np.uint8]) -> None:
        self._keys.append(block.view(f"{self._order}u8")[:, 0].astype(np.uint64))

    def column(
        self, texts: Mapping[int, bytes], encoding: str | None
    ) -> tuple[TextColumn, Undecoded | None, int | None]:
        """The texts, and which were not in the expected encoding, with the number of the first record.

        Raises
        ------
        KeyError
            When a record refers to a text that is missing in the file.
        """
        keys, codes = np.unique(np.concatenate([*self._keys, np.empty(0, np.uint64)]), return_inverse=True)
        decoded, undecoded = decode_values([texts[int(key)] for key in keys], encoding)
        record = None if undecoded is None else int(np.argmax(codes == undecoded.position)) + 1
        spread = TextColumn(pa.array(decoded, pa.large_string()), codes.astype(np.int32))
        column = spread.with_values(spread.values)
        array = column.array().cast(pa.large_string())
        return (column if pays(array) else TextColumn(array, None)), undecoded, record


@dataclass(frozen=True, slots=True)
class LongTexts:
    """The section of long texts: each by the variable and the record, from 1, that had it first."""

    texts: Mapping[tuple[int, int], bytes]
    order: str

    def by_reference(self, sizes: tuple[int, int]) -> dict[int, bytes]:
        """Each text by the number that refers to it, of so many bytes of variable and record; "" by 0."""
        shifts = (0, 8 * sizes[0]) if self.order == "<" else (8 * sizes[1], 0)
        found = {
            place << shifts[0] | record << shifts[1]: text for (place, record), text in self.texts.items()
        }
        return {0: b""} | found


def read_long_texts(file: DtaFile, release: DtaRelease) -> LongTexts:
    """Read up to the end of the section."""
    texts: dict[tuple[int, int], bytes] = {}
    while file.has("GSO"):
        variable, record = file.whole("u4"), file.whole(release.long_text_record)
        kind, length = file.whole("u1"), file.whole("u4")
        text = file.take(length)
        texts[variable, record] = text.removesuffix(b"\0") if kind == _AS_TEXT else text
    return LongTexts(texts, file.order)


def references(variable: int, first: int, filled: NDArray[np.bool_]) -> NDArray[np.void]:
    """What the records from position `first` on refer to, shape (n,); `variable` counts from 1."""
    records = np.arange(first + 1, first + 1 + len(filled), dtype="<u8")
    keys = np.where(filled, np.uint64(variable) | records << np.uint64(_BITS_OF_VARIABLE), np.uint64(0))
    return keys.astype("<u8").view("V8")


def write_long_texts(stream: BinaryIO, dataset: Dataset, variables: Sequence[tuple[int, str]]) -> None:
    """Write the section: every text of these variables, by their place, from 1, and name."""
    for place, name in variables:
        for first in range(0, len(dataset), _BLOCK):
            part = dataset.part(name, first, _BLOCK)
            stream.write(_entries(place, first, part))


def _entries(place: int, first: int, part: pd.Series) -> memoryview:
    texts = plain_texts(part)
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    filled = np.flatnonzero(lengths)
    entries = np.zeros(len(filled), _ENTRY)
    entries["tag"], entries["v"], entries["t"] = b"GSO", place, _AS_TEXT
    entries["o"], entries["length"] = filled + first + 1, lengths[filled] + 1
    heads = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(_ENTRY.itemsize), len(entries), [None, pa.py_buffer(entries)]
    ).cast(pa.large_binary())
    bodies = texts.take(pa.array(filled)).cast(pa.large_binary())
    nothing = pa.scalar(b"", pa.large_binary())
    whole = pc.binary_join_element_wise(heads, bodies, pa.scalar(b"\0", pa.large_binary()), nothing)
    return joined_bytes(whole)
