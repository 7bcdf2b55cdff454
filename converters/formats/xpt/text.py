"""Columns of fixed-width text, filled block by block and decoded once per distinct value.

Dictionary-encoded where that pays: a variable whose distinct values are at most half of the records, as
judged from the first block on, becomes a Categorical; any other becomes Arrow-backed strings. Of SAS's texts
trailing blanks, which carry no meaning, and NUL bytes, with which some programs fill up, are dropped; leading
blanks stay. Other texts end before their first NUL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from ...values.encodings import Undecoded, decode_values
from ...values.gathering import GatheredBlocks, GatheredCodes, Gathering

Trimmed = Callable[[bytes], bytes]
"""What of the stored bytes is the text."""

_PADDING = b" \0"
_BEHIND_NUL = r"(?s)\x00.*"
_UNKNOWN = 255


def without_padding(stored: bytes) -> bytes:
    return stored.rstrip(_PADDING)


def until_nul(stored: bytes) -> bytes:
    return stored.partition(b"\0")[0]


@dataclass(frozen=True, slots=True)
class Text:
    """One variable's finished column.

    Attributes
    ----------
    array : Categorical with object categories in ascending order, or StringDtype("pyarrow")
    undecoded : Undecoded or None
        Values that were not in the expected encoding.
    record : int or None
        Number of the record that holds the first of them, counted from 1.
    """

    array: ExtensionArray
    undecoded: Undecoded | None = None
    record: int | None = None


class FixedWidthText:
    """Takes the blocks of one character variable and has them gathered.

    Parameters
    ----------
    gathering : Gathering
    records : int
        How many will come in all.
    encoding : str or None
        The user's own choice of encoding.
    trimmed : callable
        `without_padding` or `until_nul`.
    """

    def __init__(
        self,
        gathering: Gathering,
        records: int,
        encoding: str | None,
        trimmed: Trimmed = without_padding,
    ) -> None:
        self._encoding = encoding
        self._dictionary: _Dictionary | None = _Dictionary(gathering.codes(records), trimmed)
        self._strings = _Strings(gathering.blocks(), encoding, trimmed)

    def add(self, stored: NDArray[np.uint8]) -> None:
        """Take the next records' bytes, shape (n, width) and contiguous; nothing keeps hold of them."""
        if self._dictionary is None:
            self._strings.add(stored)
            return
        self._dictionary.add(stored)
        if not self._dictionary.pays:
            self._strings.add_dictionary(self._dictionary)
            self._dictionary = None

    def finish(self) -> Text:
        if self._dictionary is None:
            return self._strings.finish()
        return self._dictionary.finish(self._encoding)


class _Dictionary:
    """Distinct byte strings and each record's code among them."""

    def __init__(self, codes: GatheredCodes, trimmed: Trimmed) -> None:
        self._trimmed = trimmed
        self._positions: dict[bytes, int] = {}
        self._byte_codes = bytearray([_UNKNOWN] * 256)
        self._codes = codes
        self._filled = 0

    @property
    def pays(self) -> bool:
        return len(self._positions) * 2 <= self._filled

    @property
    def values(self) -> list[bytes]:
        return list(self._positions)

    @property
    def codes(self) -> NDArray[Any]:
        return self._codes.whole()

    def add(self, stored: NDArray[np.uint8]) -> None:
        codes = self._codes_of_bytes(stored) if stored.shape[1] == 1 else self._codes_of_texts(stored)
        self._codes.add(np.broadcast_to(codes, len(stored)), max(0, len(self._positions) - 1))
        self._filled += len(stored)

    def _codes_of_bytes(self, stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """One-byte texts, of which there are at most 255 once blanks and NULs are one."""
        raw = stored.tobytes()
        codes = raw.translate(self._byte_codes)
        if _UNKNOWN in codes:
            for byte in np.flatnonzero(np.bincount(stored[:, 0])):
                (self._byte_codes[byte],) = self._known([bytes([byte])])
            codes = raw.translate(self._byte_codes)
        return np.frombuffer(codes, np.uint8)

    def _codes_of_texts(self, stored: NDArray[np.uint8]) -> NDArray[Any]:
        values, codes = (_distinct_integers if stored.shape[1] <= 8 else _distinct_rows)(stored)
        table = np.array(self._known(values))
        return table if len(table) == 1 else table[codes]

    def _known(self, values: list[bytes]) -> list[int]:
        """The code of each value; new values get the next ones."""
        known = self._positions
        return [known.setdefault(self._trimmed(value), len(known)) for value in values]

    def finish(self, encoding: str | None) -> Text:
        texts, undecoded = decode_values(self.values, encoding)
        codes = self.codes
        record = None
        if undecoded is not None:
            record = int(np.flatnonzero(codes == undecoded.position)[0]) + 1
        categories = pd.Index(texts, dtype=object)
        if not (categories.is_monotonic_increasing and categories.is_unique):
            categories, codes = _sorted(texts, codes)
        dtype = pd.CategoricalDtype(categories, ordered=False)
        return Text(pd.Categorical.from_codes(codes, dtype=dtype, validate=False), undecoded, record)


def _sorted(texts: list[str], codes: NDArray[Any]) -> tuple[pd.Index[Any], NDArray[Any]]:
    """Distinct texts in ascending order: two byte strings may be one text (UTF-8 here, cp1252 there)."""
    categories = sorted(set(texts))
    position = {text: i for i, text in enumerate(categories)}
    moved = np.fromiter((position[text] for text in texts), codes.dtype, len(texts))
    return pd.Index(categories, dtype=object), moved[codes]


def _distinct_integers(stored: NDArray[np.uint8]) -> tuple[list[bytes], NDArray[np.intp]]:
    """Distinct texts of two to eight bytes, told apart as integers in half the time of longer ones."""
    width = stored.shape[1]
    keys = np.zeros(len(stored), np.uint64)
    start = 0
    for size in (8, 4, 2, 1):
        if start + size <= width:
            part = stored[:, start : start + size].view(f"<u{size}")[:, 0].astype(np.uint64)
            keys |= part << np.uint64(8 * start)
            start += size
    codes, uniques = pd.factorize(keys)
    return uniques.astype("<u8").view("S8").tolist(), codes


def _distinct_rows(stored: NDArray[np.uint8]) -> tuple[list[bytes], NDArray[np.int32]]:
    """Distinct texts of any length."""
    count, width = stored.shape
    rows = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), count, [None, pa.py_buffer(stored)])
    encoded = rows.dictionary_encode()
    # numpy makes bytes of a buffer ten times faster than Arrow; it drops NULs at the end, as is due here.
    values = np.frombuffer(encoded.dictionary.buffers()[1], f"S{width}", len(encoded.dictionary)).tolist()
    return values, encoded.indices.to_numpy()


class _Strings:
    """Chunks of Arrow strings."""

    def __init__(self, chunks: GatheredBlocks, encoding: str | None, trimmed: Trimmed) -> None:
        self._encoding = encoding
        self._trimmed = trimmed
        self._chunks = chunks
        self._records = 0
        self._undecoded: Undecoded | None = None
        self._record: int | None = None

    def add(self, stored: NDArray[np.uint8]) -> None:
        count, width = stored.shape
        ends = pa.py_buffer(np.arange(0, (count + 1) * width, width, dtype=np.int64))
        chunk = pa.LargeStringArray.from_buffers(count, ends, pa.py_buffer(stored))
        if self._encoding is None and _is_utf8(chunk):
            self._append(_TRIMMED[self._trimmed](chunk))
        else:
            values = chunk.cast(pa.large_binary()).to_pylist()
            self._append(self._decoded(list(map(self._trimmed, values)), None))

    def add_dictionary(self, dictionary: _Dictionary) -> None:
        codes = dictionary.codes
        texts = self._decoded(dictionary.values, codes)
        self._append(texts.take(pa.array(codes)))

    def finish(self) -> Text:
        strings = pa.chunked_array(list(self._chunks), pa.large_string())
        column = strings.to_pandas(types_mapper={pa.large_string(): pd.StringDtype("pyarrow")}.get)
        return Text(column.array, self._undecoded, self._record)

    def _decoded(self, values: list[bytes], codes: NDArray[Any] | None) -> pa.LargeStringArray:
        texts, undecoded = decode_values(values, self._encoding)
        if undecoded is not None and (self._undecoded is None or self._undecoded.cut > undecoded.cut):
            first = undecoded.position if codes is None else np.flatnonzero(codes == undecoded.position)[0]
            self._record = self._records + int(first) + 1
        self._undecoded = _both(self._undecoded, undecoded)
        return pa.array(texts, pa.large_string())

    def _append(self, chunk: pa.LargeStringArray) -> None:
        self._chunks.append(chunk)
        self._records += len(chunk)


def _all_until_nul(chunk: pa.LargeStringArray) -> pa.LargeStringArray:
    trimmed = pc.ascii_rtrim(chunk, characters="\0")
    if pc.any(pc.match_substring(trimmed, "\0")).as_py():
        return pc.replace_substring_regex(trimmed, _BEHIND_NUL, "")
    return trimmed


_TRIMMED: Mapping[Trimmed, Callable[[pa.LargeStringArray], pa.LargeStringArray]] = MappingProxyType(
    {
        without_padding: lambda chunk: pc.ascii_rtrim(chunk, characters=_PADDING.decode()),
        until_nul: _all_until_nul,
    }
)
"""The same of many texts in UTF-8."""


def _is_utf8(chunk: pa.LargeStringArray) -> bool:
    try:
        chunk.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _both(earlier: Undecoded | None, later: Undecoded | None) -> Undecoded | None:
    if earlier is None or later is None:
        return earlier or later
    if earlier.cut != later.cut:
        return later if earlier.cut else earlier
    return replace(earlier, count=earlier.count + later.count)
