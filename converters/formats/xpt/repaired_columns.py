"""The columns of a dataset with repairs, made when they are asked for: a dataset on disk stays there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ....schemas.study.answers import AnswersInMemory
from ....schemas.study.columns import Columns
from ....schemas.study.variable import SpecialMissing, Variable
from .text_encoding import distinct_texts

Change = Callable[[pd.Series], pd.Series]


def unchanged(part: pd.Series) -> pd.Series:
    return part


@dataclass(frozen=True, slots=True)
class Made:
    """A variable of the repaired dataset, and the column that it is made of."""

    source: str
    variable: Variable
    change: Change = unchanged


@dataclass(frozen=True, eq=False)
class RepairedColumns:
    """See `Columns`; `made` is by the names of the repaired variables."""

    held: Columns
    made: Mapping[str, Made]

    def __len__(self) -> int:
        return len(self.held)

    def column(self, name: str) -> pd.Series:
        made = self.made[name]
        return made.change(self.held.column(made.source))

    def part(self, name: str, first: int, count: int) -> pd.Series:
        made = self.made[name]
        return made.change(self.held.part(made.source, first, count))

    def special_missing(self, name: str) -> SpecialMissing | None:
        return self.held.special_missing(self.made[name].source)

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({name: self.column(name) for name in self.made}, index=pd.RangeIndex(len(self)))

    @property
    def answers(self) -> AnswersInMemory | None:
        return self.held.answers


def positive_zeros(part: pd.Series) -> pd.Series:
    """Doubles without -0.0; other types have none."""
    return part + 0.0 if part.dtype == np.float64 else part


@dataclass(slots=True)
class TextChange:
    """One piece of each text; categories are changed once, as long as the parts have the same."""

    pieces: Callable[[str], list[str]]
    number: int
    _categories: pd.Index[Any] | None = field(default=None, init=False, repr=False)
    _changed: tuple[pd.CategoricalDtype, np.ndarray] | None = field(default=None, init=False, repr=False)

    def __call__(self, part: pd.Series) -> pd.Series:
        if not isinstance(part.dtype, pd.CategoricalDtype):
            texts, _ = distinct_texts(part)
            encoded = texts.dictionary_encode()
            changed = pa.array(
                [self._piece(each) for each in encoded.dictionary.to_pylist()], pa.large_string()
            )
            return pd.Series(changed.take(encoded.indices), dtype=pd.StringDtype("pyarrow"))
        if self._changed is None or part.cat.categories is not self._categories:
            self._categories = part.cat.categories
            codes, texts = pd.factorize(
                np.array([self._piece(str(each)) for each in self._categories], object)
            )
            dtype = pd.CategoricalDtype(pd.Index(texts, dtype=object))
            self._changed = dtype, np.append(codes, -1)
        dtype, moved = self._changed
        return pd.Series(pd.Categorical.from_codes(moved[part.cat.codes.to_numpy()], dtype=dtype))

    def _piece(self, text: str) -> str:
        pieces = self.pieces(text)
        return pieces[self.number] if self.number < len(pieces) else ""
