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

from ..values.distinct_bytes import PADDING, DistinctBytes, Trimmed, until_nul, without_padding
from ..values.encodings import Undecoded, decode_values
from ..values.gathering import GatheredBlocks, Gathering

_BEHIND_NUL = r"(?s)\x00.*"


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
        self._dictionary: DistinctBytes | None = DistinctBytes(gathering.codes(records), trimmed)
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
        return _finished(self._dictionary, self._encoding)


def _finished(dictionary: DistinctBytes, encoding: str | None) -> Text:
    texts, undecoded = decode_values(dictionary.values, encoding)
    codes = dictionary.codes
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

    def add_dictionary(self, dictionary: DistinctBytes) -> None:
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
        without_padding: lambda chunk: pc.ascii_rtrim(chunk, characters=PADDING.decode()),
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
