"""Text of one column while it is read: distinct values with a code per record, where that pays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .arrow_columns import with_nulls
from .gathering import GatheredBlocks, Gathering
from .written_forms import mask_of

FIRST_BLOCK = 65_536
"""Records by which it is decided whether a column's distinct values are few."""


_NOTHING = {"f": np.nan, "M": "NaT", "b": False, "U": ""}


def pays(block: pa.Array) -> bool:
    """Whether a dictionary is worth it: at most half as many distinct values as records at the beginning."""
    first = block.slice(0, FIRST_BLOCK)
    return 2 * len(first.unique()) <= len(first)


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of text.

    Attributes
    ----------
    values : pyarrow array of large_string
        Distinct values when there are codes, else one value per record. Nulls only without codes.
    codes : ndarray of int32, shape (n_records,), or None
        Position of each record's value in `values`; -1 for null.
    """

    values: pa.Array
    codes: NDArray[np.int32] | None

    @classmethod
    def of_dictionary(cls, encoded: pa.DictionaryArray) -> TextColumn:
        """Take what is dictionary-encoded already."""
        indices = encoded.indices.fill_null(-1) if encoded.null_count else encoded.indices
        return cls(encoded.dictionary, indices.to_numpy().astype(np.int32, copy=False))

    def with_values(self, values: pa.Array) -> TextColumn:
        """The same records with other texts for the values; two values may become one."""
        if self.codes is None:
            return TextColumn(values, None)
        merged = values.dictionary_encode()
        moved = np.append(merged.indices.to_numpy().astype(np.int32, copy=False), np.int32(-1))
        return TextColumn(merged.dictionary, moved[self.codes])

    def without(self, texts: Collection[str]) -> TextColumn:
        """The same records with null in place of these texts."""
        gone = mask_of(pc.is_in(self.values, pa.array(list(texts), self.values.type)))
        if self.codes is None:
            return TextColumn(with_nulls(self.values, pa.array(gone)), None)
        return _compacted(self.values, np.where(np.append(gone, False)[self.codes], -1, self.codes))

    def array(self) -> pa.Array:
        """The column as Arrow has it: a dictionary where there are codes."""
        if self.codes is None:
            return self.values
        return pa.DictionaryArray.from_arrays(pa.array(self.codes, mask=self.codes < 0), self.values)

    def first(self, records: int) -> TextColumn:
        """The first records."""
        if self.codes is None:
            return TextColumn(self.values.slice(0, records), None)
        return _compacted(self.values, self.codes[:records])

    def filled(self) -> NDArray[np.bool_]:
        """Records with a text that is not empty."""
        return self.spread(mask_of(pc.fill_null(pc.not_equal(self.values, ""), False)))

    def __len__(self) -> int:
        return len(self.values) if self.codes is None else len(self.codes)

    def spread(self, by_value: NDArray[Any]) -> NDArray[Any]:
        """Give each record what was found for its value; where it has none NaN, NaT, False or ""."""
        if self.codes is None:
            return by_value
        nothing = np.array([_NOTHING[by_value.dtype.kind]], dtype=by_value.dtype)
        return np.append(by_value, nothing)[self.codes]

    def first_record(self, by_value: NDArray[np.bool_]) -> int | None:
        """Number, from 1, of the first record whose value is marked."""
        marked = self.spread(by_value)
        position = int(marked.argmax()) if marked.size else 0
        return position + 1 if marked.size and marked[position] else None

    def to_pandas(self) -> pd.Categorical | pd.arrays.ArrowStringArray:
        """Categorical with object categories, else Arrow-backed strings."""
        if self.codes is None:
            return pd.arrays.ArrowStringArray(pa.chunked_array([self.values]))
        categories = pd.Index(self.values.to_numpy(zero_copy_only=False), dtype=object)
        return pd.Categorical.from_codes(self.codes, categories=categories)


def _compacted(values: pa.Array, codes: NDArray[np.int32]) -> TextColumn:
    """A column without the values that no record has."""
    used = np.bincount(codes + 1, minlength=len(values) + 1)[1:] > 0
    moved = np.append(np.cumsum(used) - 1, -1).astype(np.int32)
    return TextColumn(values.filter(pa.array(used)), moved[codes])


class TextBlocks:
    """A column of text that comes block by block; the first tells whether a dictionary pays.

    GatheredBlocks are arrays of large_string.

    Parameters
    ----------
    blocks : GatheredBlocks, optional
        Where they are gathered.

    Attributes
    ----------
    encodes : bool
        Whether each distinct value is kept once.
    """

    def __init__(self, blocks: GatheredBlocks | None = None) -> None:
        self._blocks: GatheredBlocks = [] if blocks is None else blocks
        self.encodes = False

    @classmethod
    def of(cls, column: TextColumn, blocks: GatheredBlocks) -> TextBlocks:
        """A column that is there as a whole."""
        texts = cls(blocks)
        texts.encodes = column.codes is not None
        blocks.append(column.array())
        return texts

    def add(self, block: pa.Array) -> None:
        if not len(self._blocks):
            self.encodes = pays(block)
        self._blocks.append(block.dictionary_encode() if self.encodes else block)

    def column(self) -> TextColumn:
        """All blocks as one column."""
        if not len(self._blocks):
            return TextColumn(pa.array([], pa.large_string()), None)
        together = pa.chunked_array(list(self._blocks)).unify_dictionaries().combine_chunks()
        return TextColumn.of_dictionary(together) if self.encodes else TextColumn(together, None)


class KeptTexts(Sequence[TextColumn]):
    """Columns of text on disk: each is put together whenever it is asked for, and none is held."""

    def __init__(self, columns: Sequence[TextBlocks]) -> None:
        self._columns = columns

    def __iter__(self) -> Iterator[TextColumn]:
        return (each.column() for each in self._columns)

    @overload
    def __getitem__(self, place: int) -> TextColumn: ...
    @overload
    def __getitem__(self, place: slice) -> KeptTexts: ...
    def __getitem__(self, place: int | slice) -> TextColumn | KeptTexts:
        if isinstance(place, slice):
            return KeptTexts(self._columns[place])
        return self._columns[place].column()

    def __len__(self) -> int:
        return len(self._columns)


def columns_of(blocks: Sequence[TextBlocks], gathering: Gathering) -> Sequence[TextColumn]:
    """The columns of these blocks: in memory, or fetched one by one."""
    texts = KeptTexts(blocks)
    return texts if gathering.on_disk else list(texts)


def kept_columns(columns: Iterable[TextColumn], gathering: Gathering) -> Sequence[TextColumn]:
    """Columns that come one by one, where the others are."""
    if not gathering.on_disk:
        return list(columns)
    return KeptTexts([TextBlocks.of(column, gathering.blocks()) for column in columns])
