"""Columns of a dataset on disk: every column has its own place in one file and is fetched by itself.

Numbers lie there as they are, text with few distinct values as codes and those values, other text in blocks
(see `kept_file`). What is fetched is equal to what would lie in memory, types and categories included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ...schemas.study.answers import AnswersInMemory, BoundedAnswers, give_back
from ...schemas.study.columns import Columns
from ...schemas.study.variable import SpecialMissing
from .content import Content, KeptBytes, OpenFile
from .gathering import GatheredBlocks, GatheredCodes, GatheredNumbers, frame_of
from .kept_file import ArrayPlace, ArrowPlace, KeptFile

BLOCK = 65_536
"""Records of a block of text."""


class _KeptBlocks:
    """Blocks of a column on disk."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file
        self._places: list[ArrowPlace] = []

    def append(self, block: pa.Array, /) -> None:
        self._places.append(self._file.write_arrow(block))

    def __iter__(self) -> Iterator[pa.Array]:
        return map(self._file.read_arrow, self._places)

    def __len__(self) -> int:
        return len(self._places)


class KeptNumbers:
    """Numbers of a column on disk, in the place where they will stay."""

    def __init__(self, file: KeptFile, records: int) -> None:
        self._file = file
        self.place = file.reserve(records, "<f8")
        self._filled = 0

    def add(self, numbers: NDArray[np.float64]) -> None:
        self._file.write(numbers, self.place.part(self._filled, len(numbers)))
        self._filled += len(numbers)

    def whole(self) -> NDArray[np.float64]:
        return self._file.read(self.place)


class _KeptBlocksOfNumbers:
    """Numbers of a column on disk, of which nobody knows yet how many they are."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file
        self._places: list[ArrayPlace] = []

    def add(self, numbers: NDArray[np.float64]) -> None:
        self._places.append(self._file.write(numbers))

    def whole(self) -> NDArray[np.float64]:
        return self._file.read_all(self._places, np.float64)


class _KeptCodes:
    """Codes of a column on disk, each block in the type that it needs."""

    def __init__(self, file: KeptFile) -> None:
        self._file = file
        self._places: list[ArrayPlace] = []
        self._type: Any = np.int8

    def add(self, codes: NDArray[Any], largest: int) -> None:
        self._type = np.promote_types(self._type, np.min_scalar_type(-largest - 1))
        self._places.append(self._file.write(codes.astype(self._type, copy=False)))

    def whole(self) -> NDArray[Any]:
        return self._file.read_all(self._places, self._type)


class OnDisk:
    """Gathers columns in a file."""

    on_disk: ClassVar[bool] = True

    def __init__(self, file: KeptFile, answers: AnswersInMemory) -> None:
        self._file = file
        self._answers = answers
        self._kept: dict[str, _KeptValues | _KeptCategories] = {}
        self._special: dict[str, SpecialMissing] = {}

    def content(self, file: BufferedReader, path: Path) -> Content:
        return OpenFile(file, path)

    def kept(self, blocks: Iterable[bytes]) -> Content:
        return KeptBytes(self._file.another(), blocks)

    def blocks(self) -> GatheredBlocks:
        return _KeptBlocks(self._file)

    def numbers(self, records: int | None = None) -> GatheredNumbers:
        return _KeptBlocksOfNumbers(self._file) if records is None else KeptNumbers(self._file, records)

    def codes(self, _: int) -> GatheredCodes:
        return _KeptCodes(self._file)

    def give_back(self) -> None:
        _give_back()

    def add(self, name: str, values: Any, special: SpecialMissing | None = None) -> None:
        self._kept[name] = kept = _kept(self._file, values)
        if isinstance(kept, _KeptText):
            _give_back()
        if special is not None:
            self._special[name] = special

    def columns(self, records: int) -> Columns:
        pa.default_memory_pool().release_unused()
        return KeptColumns(self._file, self._kept, records, self._special, self._answers)


class _KeptValues(Protocol):
    """One column in the file."""

    def part(self, file: KeptFile, first: int, count: int) -> Any:
        """Some of its values, as the column holds them."""
        ...


def _kept(file: KeptFile, values: Any) -> _KeptValues | _KeptCategories:
    if isinstance(values, KeptNumbers):
        return _KeptArray(values.place)
    if isinstance(values, np.ndarray) and values.dtype != object:
        return _KeptArray(file.write(values))
    column = values if isinstance(values, pd.Series) else pd.Series(values, copy=False)
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, categories = column.cat.codes.to_numpy(), column.cat.categories
        return _KeptCategories(file.write(codes), file.write_arrow(pa.array(categories, pa.large_string())))
    if isinstance(column.dtype, pd.StringDtype):
        starts = range(0, max(len(column), 1), BLOCK)
        return _KeptText(tuple(_text_blocks(file, column, starts)), column.dtype)
    return _KeptArray(file.write(column.to_numpy()))


def _text_blocks(file: KeptFile, column: pd.Series, starts: Iterable[int]) -> Iterator[ArrowPlace]:
    for first in starts:
        some = pa.array(column.iloc[first : first + BLOCK], pa.large_string(), from_pandas=True)
        yield file.write_arrow(some.combine_chunks() if isinstance(some, pa.ChunkedArray) else some)


def _give_back() -> None:
    """Have the memory given back that a column of text took which is no longer in use."""
    pa.default_memory_pool().release_unused()
    give_back()


@dataclass(frozen=True, slots=True)
class _KeptArray:
    place: ArrayPlace

    def part(self, file: KeptFile, first: int, count: int) -> Any:
        return file.read(self.place.part(first, count))


@dataclass(frozen=True, slots=True)
class _KeptCategories:
    codes: ArrayPlace
    categories: ArrowPlace

    def none_of_all(self, file: KeptFile) -> pd.Categorical:
        """No value, but all categories."""
        categories = file.read_arrow(self.categories).to_numpy(zero_copy_only=False)
        dtype = pd.CategoricalDtype(pd.Index(categories, dtype=object), ordered=False)
        return pd.Categorical.from_codes(np.empty(0, np.int8), dtype=dtype, validate=False)

    def part_of(self, like: pd.Categorical, file: KeptFile, first: int, count: int) -> pd.Categorical:
        codes = file.read(self.codes.part(first, count))
        return pd.Categorical.from_codes(codes, dtype=like.dtype, validate=False)


@dataclass(frozen=True, slots=True)
class _KeptText:
    blocks: tuple[ArrowPlace, ...]
    dtype: pd.StringDtype

    def part(self, file: KeptFile, first: int, count: int) -> Any:
        end = first + count
        needed = self.blocks[first // BLOCK : max(first // BLOCK + 1, -(-end // BLOCK))]
        text = pa.chunked_array([file.read_arrow(block) for block in needed], pa.large_string())
        return self.dtype.__from_arrow__(text.slice(first % BLOCK, count))  # type: ignore[attr-defined]


class KeptColumns:
    """Columns of a dataset on disk, fetched one by one, and kept as long as the memory allows."""

    def __init__(
        self,
        file: KeptFile,
        kept: Mapping[str, _KeptValues | _KeptCategories],
        records: int,
        special: Mapping[str, SpecialMissing],
        answers: AnswersInMemory,
    ) -> None:
        self._file = file
        self._kept = kept
        self._records = records
        self._special = special
        self.answers: AnswersInMemory | None = answers
        self._fetched: BoundedAnswers = answers.for_dataset()

    def __len__(self) -> int:
        return self._records

    def column(self, name: str) -> pd.Series:
        try:
            return self._fetched["column", name]  # type: ignore[no-any-return]
        except KeyError:
            if isinstance(self._kept[name], _KeptText):
                _give_back()
            column = self.part(name, 0, self._records)
        self._fetched["column", name] = column
        return column

    def part(self, name: str, first: int, count: int) -> pd.Series:
        count = max(0, min(count, self._records - first))
        kept = self._kept[name]
        if isinstance(kept, _KeptCategories):
            values = kept.part_of(self._categories(name, kept), self._file, first, count)
        else:
            values = kept.part(self._file, first, count)
        return pd.Series(values, name=name, copy=False)

    def _categories(self, name: str, kept: _KeptCategories) -> pd.Categorical:
        """Made once for many parts: whether categories are distinct takes longer than to fetch them."""
        try:
            return self._fetched["categories", name].array  # type: ignore[no-any-return]
        except KeyError:
            made = kept.none_of_all(self._file)
        self._fetched["categories", name] = pd.Series(made, copy=False)
        return made

    def special_missing(self, name: str) -> SpecialMissing | None:
        return self._special.get(name)

    def settle(self) -> None:
        """Let other processes and machines fetch all that was written."""
        self._file.settle()

    def frame(self) -> pd.DataFrame:
        return frame_of({name: self.part(name, 0, self._records) for name in self._kept}, self._records)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_fetched"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._fetched = state["answers"].for_dataset()
