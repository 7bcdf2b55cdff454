"""Which constants the values of a variable equal, looked up instead of compared one by one.

The same values are equal as in a condition with ``==``; for many constants at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..study.dataset import Dataset
from .three_valued import Constant, ConstantKind, NotComparable, constant_kind, stamp_of, stamps

Means = Literal["text", "numbers", "D", "us"]
"""What values and constant are compared as: a date as whole days, a datetime as microseconds."""


@dataclass(frozen=True, eq=False)
class Numbered:
    """The values of a variable by number.

    Attributes
    ----------
    codes : ndarray of int, shape (n_records,)
        The number of each record's value; -1 where it is missing.
    number_of : mapping
        The number of a value: of a text, a number, or a moment as the whole number that it is in its unit.
    """

    codes: NDArray[np.intp]
    number_of: Mapping[Hashable, int]

    @classmethod
    def of(cls, data: Dataset, variable: str, means: Means) -> Numbered:
        if means == "text":
            texts = data.distinct(variable)
            return cls(texts.codes, {value: number for number, value in enumerate(texts)})
        if means == "numbers":
            codes, values = pd.factorize(data.numbers(variable))
        else:
            moments = stamps(data, variable, means)
            codes, values = pd.factorize(moments.astype(np.int64))
            codes[np.isnat(moments)] = -1
        return cls(codes.astype(np.intp), {value: number for number, value in enumerate(values.tolist())})


class Lookup:
    """The values of a dataset by number. What is asked of a variable is worked out once."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._kinds: dict[str, ConstantKind | None] = {}
        self._numbered: dict[tuple[str, Means], Numbered] = {}

    def number(self, variable: str, constant: Constant) -> tuple[Means, int] | None:
        """By what means a variable is compared with a constant, and the number of the values that equal it.

        None where no record equals it, as where the variable is not present or is of another kind.
        """
        wanted = self._wanted(variable, constant)
        if wanted is None:
            return None
        means, value = wanted
        number = self._of(variable, means).number_of.get(value)
        return None if number is None else (means, number)

    def codes(self, variable: str, means: Means) -> NDArray[np.intp]:
        """The number of each record's value; -1 where it is missing."""
        return self._of(variable, means).codes

    def _of(self, variable: str, means: Means) -> Numbered:
        if (variable, means) not in self._numbered:
            self._numbered[variable, means] = Numbered.of(self._data, variable, means)
        return self._numbered[variable, means]

    def _wanted(self, variable: str, constant: Constant) -> tuple[Means, Hashable] | None:
        kind = self._kind(variable)
        if kind == "dates":
            try:
                moment, unit = stamp_of(variable, constant)
            except NotComparable:
                return None
            return ("D" if unit == "D" else "us"), int(moment.astype(np.int64))
        fits = kind == ("text" if isinstance(constant, str) else "numbers")
        return (kind, constant) if kind is not None and fits else None

    def _kind(self, variable: str) -> ConstantKind | None:
        """What a variable holds; None where it is not present or has no value."""
        if variable not in self._kinds:
            held = variable in self._data and bool(self._data.filled(variable).any())
            self._kinds[variable] = constant_kind(self._data, variable) if held else None
        return self._kinds[variable]
