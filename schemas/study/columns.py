"""Where records are held by columns, and the questions to one column.

A question is answered over the distinct values where a column is dictionary-encoded.

A character value is missing when it is null or blank: SAS has no other missing text.
A number is missing when it is NaN or null; a date when it is NaT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .answers import AnswersInMemory
from .variable import SpecialMissing

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Days = NDArray[np.float64]
"""Days since 1970-01-01."""
Codes = NDArray[np.intp]

ArrowTexts = pd.arrays.ArrowStringArray

_BLOCK = 10_000
"""Values that are Python objects at a time, or are put together for one search."""
_COMPARED = 100_000
"""Texts of Arrow that are compared at a time: to take some of them may put all together."""
_SAS_EPOCH_IN_UNIX_DAYS = -3653  # 1960-01-01


class Columns(Protocol):
    """Where the records of a dataset are: fetched column by column, when somebody asks."""

    def __len__(self) -> int:
        """Number of records."""
        ...

    def column(self, name: str) -> pd.Series:
        """One variable by its name in the case of the source, index 0, 1, 2, …, as readers make it."""
        ...

    def part(self, name: str, first: int, count: int) -> pd.Series:
        """Some records of one variable, as `column` gives it: same dtype, index 0, 1, 2, ….

        Of a categorical the categories may be all of the column's, then best the same object each time, or
        those of the part. Past the end there are fewer records, or none.
        """
        ...

    def special_missing(self, name: str) -> SpecialMissing | None:
        """Its special missing values, where it has some."""
        ...

    def frame(self) -> pd.DataFrame:
        """All of them together."""
        ...

    @property
    def answers(self) -> AnswersInMemory | None:
        """What bounds the memory of what is answered of them; None where nothing does."""
        ...


@dataclass(frozen=True, eq=False)
class InFrame:
    """Columns of a frame in memory."""

    held: pd.DataFrame = field(repr=False)
    special: Mapping[str, SpecialMissing] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    answers: AnswersInMemory | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.held)

    def column(self, name: str) -> pd.Series:
        return self.held[name]

    def part(self, name: str, first: int, count: int) -> pd.Series:
        some = self.held[name].iloc[first : first + count]
        some.index = pd.RangeIndex(len(some))
        return some

    def special_missing(self, name: str) -> SpecialMissing | None:
        return self.special.get(name)

    def frame(self) -> pd.DataFrame:
        return self.held

    def __getstate__(self) -> dict[str, Any]:
        return {"held": self.held, "special": dict(self.special), "answers": self.answers}


class WrongType(TypeError):
    """A rule met text where it needs numbers or dates, or the reverse."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct values of a column.

    Every value that occurs; never a missing one, nor a category that no record has. `len` tells how many they
    are, iteration gives them one after the other, and ``distinct[codes]`` those of some codes.

    Attributes
    ----------
    held : ndarray of object or ArrowStringArray, shape (n_distinct,)
        The values as they are in memory: texts of Arrow take a third of what Python's take.
    codes : ndarray of int, shape (n_records,)
        Position of each record's value among them; -1 where it is missing.
    """

    held: NDArray[np.object_] | ArrowTexts = field(repr=False)
    codes: NDArray[np.intp] = field(repr=False)

    @property
    def values(self) -> NDArray[np.object_]:
        """All values as Python objects, shape (n_distinct,); of texts of Arrow made when asked for."""
        return _objects(self.held)

    def __len__(self) -> int:
        return len(self.held)

    def __getitem__(self, codes: Any) -> Any:
        """The value of a code, or an array of those of several."""
        found = self.held[codes]
        return _objects(found) if isinstance(found, ArrowTexts) else found

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self.blocks())

    def blocks(self) -> Iterator[NDArray[np.object_]]:
        """The values by some thousands, so that no more of them are Python objects at a time."""
        for start in range(0, len(self), _BLOCK):
            yield _objects(self.held[start : start + _BLOCK])

    def by_block(self, function: Callable[[NDArray[np.object_]], NDArray[Any]]) -> NDArray[Any]:
        """What a function finds for the values, asked for some thousands of them at a time."""
        return np.concatenate([function(block) for block in self.blocks()] or [function(self.values)])

    def spread(self, by_value: NDArray[Any], missing: Any) -> NDArray[Any]:
        """Give each record what was found for its value, and `missing` where it has none."""
        return np.append(by_value, np.asarray([missing], dtype=by_value.dtype))[self.codes]

    def matching(self, predicate: Callable[[Any], bool]) -> Mask:
        """Records whose value is present and satisfies `predicate` (asked once per value)."""
        hits = np.fromiter((predicate(value) for value in self), np.bool_, len(self))
        return self.spread(hits, missing=False)

    def positions_in(self, other: Distinct) -> Codes:
        """Where each value stands among those of another column, shape (n_distinct,); -1 where not."""
        index = pd.Index(other.values, dtype=object)
        return self.by_block(lambda block: index.get_indexer(pd.Index(block, dtype=object)).astype(np.intp))

    def alike(self, form: Callable[[Any], str]) -> Codes:
        """Codes of the records by which values of the same form are one; -1 where missing."""

        def formed(values: NDArray[np.object_]) -> NDArray[np.object_]:
            return np.array([*map(form, values)], dtype=object)

        def same(one: Codes, other: Codes) -> bool:
            return bool((formed(self[one]) == formed(self[other])).all())

        found = _by_hash(self.by_block(lambda block: _hashes(map(form, block))), same)
        of_value = pd.factorize(self.by_block(formed))[0] if found is None else found.codes
        return self.spread(of_value.astype(np.intp), missing=-1)


def _objects(values: NDArray[np.object_] | ArrowTexts) -> NDArray[np.object_]:
    return values if isinstance(values, np.ndarray) else values.to_numpy(dtype=object)


_NUMBERS = {"integer", "floating", "mixed-integer-float", "decimal", "complex", "boolean"}
_TIMES = {"date", "datetime", "datetime64", "time", "timedelta", "timedelta64", "period", "interval"}
_OTHER_THAN_TEXT = _NUMBERS | _TIMES
"""What pandas calls objects that are no text; a column of text among numbers is text."""


def is_character(column: pd.Series) -> bool:
    """Whether a column holds text; objects, categories among them, are judged by their values."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return is_character(dtype.categories.to_series())
    if pd.api.types.is_object_dtype(dtype):
        return pd.api.types.infer_dtype(column, skipna=True) not in _OTHER_THAN_TEXT
    return isinstance(dtype, pd.StringDtype) or pd.api.types.is_string_dtype(dtype)


def is_date(column: pd.Series) -> bool:
    """Whether a column holds dates or datetimes by its own type."""
    return pd.api.types.is_datetime64_any_dtype(column.dtype)


def is_datetime(column: pd.Series) -> bool:
    """Whether a column holds times of day, too: as readers have it, or some that are not midnight."""
    if not is_date(column):
        return False
    stamps = column.to_numpy()
    return bool(
        stamps.dtype == "datetime64[us]"
        or (stamps != stamps.astype("datetime64[D]"))[~np.isnat(stamps)].any()
    )


def is_numeric(column: pd.Series) -> bool:
    """Whether a column is Num in the SAS sense: numbers, dates, datetimes."""
    return is_date(column) or not is_character(column)


def distinct(column: pd.Series) -> Distinct:
    """Distinct values of a column and each record's position among them.

    Blank text counts as missing. Trailing blanks carry no meaning in SAS and are dropped.
    """
    found = as_written(column)
    if isinstance(found.held, ArrowTexts):
        return _trimmed(found.held, found.codes)
    if not _holds_numbers(column.dtype) and _any_ends_in_blank(found.held):
        return _without_trailing_blanks(found.held, found.codes)
    return found


def as_written(column: pd.Series) -> Distinct:
    """Distinct values of a column with the blanks that they have; a blank text is a value."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = column.cat.categories.to_numpy(dtype=object)
        codes = column.cat.codes.to_numpy().astype(np.intp)
        used = _among(codes, len(values))
        if used.all():
            return Distinct(values, codes)
        return Distinct(values[used], np.append(np.cumsum(used) - 1, -1)[codes])
    if isinstance(column.array, ArrowTexts):
        return _of_texts(column.array)
    codes, uniques = pd.factorize(column, use_na_sentinel=True)
    return Distinct(np.asarray(uniques if (codes >= 0).any() else [], dtype=object), codes)


def _among(codes: Codes, n_values: int) -> Mask:
    """Which values some record has, shape (n_values,); a code of -1 is none."""
    used = np.zeros(n_values + 1, dtype=np.bool_)
    used[codes] = True
    return used[:-1]


def _holds_numbers(dtype: Any) -> bool:
    """Whether a column by its type has numbers or dates, and so no blank."""
    return pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype)


def _of_texts(texts: ArrowTexts) -> Distinct:
    """Distinct texts of Arrow, in the order in which they come."""
    null = np.asarray(texts.isna())
    if null.any():
        filled = _of_texts(texts[~null])
        codes = np.full(len(texts), -1, dtype=np.intp)
        codes[~null] = filled.codes
        return Distinct(filled.held, codes)

    def same(one: Codes, other: Codes) -> bool:
        return bool((texts.take(one) == texts.take(other)).all())

    each = Distinct(texts, np.arange(len(texts)))
    found = _by_hash(each.by_block(_hashes), same)
    if found is None:
        codes, uniques = pd.factorize(pd.Series(texts, copy=False))
        return Distinct(uniques.array, codes)
    return each if found.first.all() else Distinct(texts[found.first], found.codes)


def _empty(texts: pd.Series | ArrowTexts) -> Mask:
    """Which texts are of no length, or null."""
    empty: Mask = (pd.Series(texts, copy=False) == "").to_numpy(dtype=np.bool_, na_value=True)
    return empty


def by_arrow(texts: pd.Series | ArrowTexts) -> Any:
    """The methods of ``Series.str`` for texts of Arrow.

    ``texts.str`` keeps a reference to itself in its series, whose memory is then free only after a while.
    """
    return pd.Series.str(pd.Series(texts, copy=False))  # type: ignore[call-overload]  # the accessor's class


def _hashes(values: Iterable[Any]) -> NDArray[np.int64]:
    return np.fromiter(map(hash, values), np.int64)


class _Coded(NamedTuple):
    """A code per value, in the order in which they come, and which values are the first of theirs."""

    codes: Codes
    first: Mask


def _by_hash(hashes: NDArray[np.int64], same: Callable[[Codes, Codes], bool]) -> _Coded | None:
    """Codes of values by their hashes, which are far smaller; None where two values have one hash.

    `same` tells whether the values at some positions are those at others, one by one.
    """
    codes, uniques = pd.factorize(hashes)
    first = np.empty(len(uniques), dtype=np.intp)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    is_first = np.zeros(len(codes), dtype=np.bool_)
    is_first[first] = True
    later = np.flatnonzero(~is_first)
    for start in range(0, len(later), _COMPARED):
        some = later[start : start + _COMPARED]
        if not same(some, first[codes[some]]):
            return None
    return _Coded(codes.astype(np.intp, copy=False), is_first)


def _trimmed(values: ArrowTexts, codes: Codes) -> Distinct:
    """The same without trailing blanks."""
    if not (by_arrow(values).endswith(" ").any() or _empty(values).any()):
        return Distinct(values, codes)
    found = _of_texts(by_arrow(values).rstrip(" ").array)
    filled = np.asarray(found.held != "", dtype=np.bool_)
    position = np.append(np.where(filled, np.cumsum(filled) - 1, -1), -1)
    return Distinct(found.held[filled], position[np.append(found.codes, -1)[codes]])


def _any_ends_in_blank(values: NDArray[np.object_]) -> bool:
    """Whether a text is empty or ends in a blank."""
    parts = (values[start : start + _BLOCK] for start in range(0, len(values), _BLOCK))
    return any(map(_some_end_in_blank, parts))


def _some_end_in_blank(values: NDArray[np.object_]) -> bool:
    """One search over all texts instead of one per text."""
    try:
        texts = "\0".join(values)
    except TypeError:  # not all of them are texts
        return any(isinstance(value, str) and (not value or value.endswith(" ")) for value in values)
    return " \0" in f"{texts}\0" or "\0\0" in f"\0{texts}\0"


def _without_trailing_blanks(values: NDArray[np.object_], codes: Codes) -> Distinct:
    trimmed = [value.rstrip(" ") if isinstance(value, str) else value for value in values]
    position: dict[Any, int] = {}
    moved = np.empty(len(values) + 1, dtype=np.intp)
    moved[-1] = -1
    for old, value in enumerate(trimmed):
        moved[old] = -1 if value == "" else position.setdefault(value, len(position))
    kept = np.empty(len(position), dtype=object)
    kept[:] = list(position)
    return Distinct(kept, moved[codes])


def missing(column: pd.Series) -> Mask:
    """Records without a value: null, NaN, NaT or blank text."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        categories = column.cat.categories.to_numpy(dtype=object)
        if not _any_ends_in_blank(categories):
            return codes < 0
        blank = np.array([isinstance(v, str) and not v.strip(" ") for v in categories], np.bool_)
        return np.append(blank, True)[codes]
    if column.dtype == np.float64:
        nan: Mask = np.isnan(column.to_numpy())
        return nan
    null = column.isna().to_numpy(dtype=np.bool_)
    if is_character(column):
        text = column.astype("string[pyarrow]")
        blank = _empty(text)
        leading = by_arrow(text).startswith(" ").to_numpy(dtype=np.bool_, na_value=False)
        if leading.any():
            blank[leading] = _empty(by_arrow(text[leading]).strip(" "))
        return null | blank
    return null


def numbers(column: pd.Series) -> NDArray[np.float64]:
    """The column as doubles, NaN where missing.

    Raises
    ------
    WrongType
        When the column holds text, dates or anything else. A column without any value is of no kind.
    """
    if is_date(column) or is_character(column) or pd.api.types.is_timedelta64_dtype(column.dtype):
        if not missing(column).all():
            raise WrongType(f"{column.name} is not numeric")
        return np.full(len(column), np.nan)
    if column.dtype == np.float64:
        return column.to_numpy()
    try:
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):  # their messages show a value
        raise WrongType(f"{column.name} is not numeric") from None


def days(column: pd.Series) -> NDArray[np.float64]:
    """The column's dates as days since 1970-01-01, NaN where missing.

    A datetime counts with its date part. A number without a date format is taken as a SAS date
    (days since 1960-01-01); an infinite one is no day.

    Raises
    ------
    WrongType
        When the column holds text.
    """
    if is_date(column):
        stamps = column.to_numpy(dtype="datetime64[s]").astype("datetime64[D]")
        return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))
    found = numbers(column)
    return np.where(np.isinf(found), np.nan, found) + _SAS_EPOCH_IN_UNIX_DAYS
