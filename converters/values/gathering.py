"""How the columns of a dataset are gathered while it is read, and where: here in memory.

`kept_columns` gathers them on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ...schemas.study.answers import AnswersInMemory
from ...schemas.study.columns import Columns
from ...schemas.study.variable import SpecialMissing
from .content import Content, HeldBytes


class GatheredBlocks(Protocol):
    """Arrow arrays of one column while it is read."""

    def append(self, block: pa.Array, /) -> None: ...
    def __iter__(self) -> Iterator[pa.Array]: ...
    def __len__(self) -> int: ...


class GatheredNumbers(Protocol):
    """Numbers of one column while it is read, by blocks."""

    def add(self, numbers: NDArray[np.float64]) -> None: ...
    def whole(self) -> NDArray[np.float64]: ...


class GatheredCodes(Protocol):
    """Codes of one column while it is read, by blocks; later ones may need a wider type."""

    def add(self, codes: NDArray[Any], largest: int) -> None: ...
    def whole(self) -> NDArray[Any]: ...


class Gathering(Protocol):
    """The columns of one dataset in the making: first their blocks, then each as it turned out."""

    on_disk: ClassVar[bool]

    def content(self, file: BufferedReader, path: Path) -> Content:
        """The bytes of an open file that the columns are in."""
        ...

    def kept(self, blocks: Iterable[bytes]) -> Content:
        """Bytes that come block by block, for as long as they are needed."""
        ...

    def blocks(self) -> GatheredBlocks: ...
    def numbers(self, records: int | None = None) -> GatheredNumbers:
        """For exactly so many, or for as many as come."""
        ...

    def codes(self, records: int) -> GatheredCodes: ...

    def give_back(self) -> None:
        """Have memory given back to the system that a block took, where memory is bounded."""
        ...

    def add(self, name: str, values: Any, special: SpecialMissing | None = None) -> None:
        """Take a finished column: an array, or the `GatheredNumbers` that it was gathered in."""
        ...

    def columns(self, records: int) -> Columns:
        """All columns, in the order in which they came."""
        ...


class HeldNumbers:
    """Numbers of a column in one array."""

    def __init__(self, records: int) -> None:
        self._values = np.empty(records, np.float64)
        self._filled = 0

    def add(self, numbers: NDArray[np.float64]) -> None:
        end = self._filled + len(numbers)
        self._values[self._filled : end] = numbers
        self._filled = end

    def whole(self) -> NDArray[np.float64]:
        return self._values


class HeldBlocksOfNumbers:
    """Numbers of a column, of which nobody knows yet how many they are."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.float64]] = []

    def add(self, numbers: NDArray[np.float64]) -> None:
        self._blocks.append(numbers)

    def whole(self) -> NDArray[np.float64]:
        return np.concatenate([*self._blocks, np.empty(0)])


class HeldCodes:
    """Codes of a column in one array."""

    def __init__(self, records: int) -> None:
        self._values: NDArray[Any] = np.empty(records, np.int8)
        self._filled = 0

    def add(self, codes: NDArray[Any], largest: int) -> None:
        if largest > np.iinfo(self._values.dtype).max:
            self._values = self._values.astype(np.min_scalar_type(-largest - 1))
        end = self._filled + len(codes)
        self._values[self._filled : end] = codes
        self._filled = end

    def whole(self) -> NDArray[Any]:
        return self._values[: self._filled]


@dataclass(eq=False)
class InMemory:
    """Gathers columns in memory."""

    on_disk: ClassVar[bool] = False
    answers: AnswersInMemory | None = None
    _values: dict[str, Any] = field(default_factory=dict)
    _special: dict[str, SpecialMissing] = field(default_factory=dict)

    def content(self, file: BufferedReader, _: Path) -> Content:
        return HeldBytes(file.read())

    def kept(self, blocks: Iterable[bytes]) -> Content:
        return HeldBytes(b"".join(blocks))

    def blocks(self) -> GatheredBlocks:
        return list[pa.Array]()

    def numbers(self, records: int | None = None) -> GatheredNumbers:
        return HeldBlocksOfNumbers() if records is None else HeldNumbers(records)

    def codes(self, records: int) -> GatheredCodes:
        return HeldCodes(records)

    def give_back(self) -> None:
        """Nothing: what is free is taken again by the next block."""

    def add(self, name: str, values: Any, special: SpecialMissing | None = None) -> None:
        plain = values.array if isinstance(values, pd.Series) else values
        self._values[name] = plain.whole() if isinstance(plain, HeldNumbers) else plain
        if special is not None:
            self._special[name] = special

    def columns(self, records: int) -> Columns:
        return HeldColumns(self._values, records, self._special, self.answers)


class HeldColumns:
    """Columns of a dataset in memory; the frame is made when somebody asks for it."""

    def __init__(
        self,
        values: Mapping[str, Any],
        records: int,
        special: Mapping[str, SpecialMissing],
        answers: AnswersInMemory | None,
    ) -> None:
        self._values = values
        self._records = records
        self._special = special
        self.answers = answers

    def __len__(self) -> int:
        return self._records

    def column(self, name: str) -> pd.Series:
        return pd.Series(self._values[name], name=name, copy=False)

    def part(self, name: str, first: int, count: int) -> pd.Series:
        return pd.Series(self._values[name][first : first + count], name=name, copy=False)

    def special_missing(self, name: str) -> SpecialMissing | None:
        return self._special.get(name)

    def frame(self) -> pd.DataFrame:
        return self._frame

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return frame_of(self._values, self._records)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_frame"}


def frame_of(values: Mapping[str, Any], records: int) -> pd.DataFrame:
    # Not copied: pandas would gather all numbers in one more array.
    series = {name: pd.Series(array, copy=False) for name, array in values.items()}
    return pd.DataFrame(series, index=pd.RangeIndex(records), columns=list(series), copy=False)
