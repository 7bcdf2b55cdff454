"""The cells of one variable in the records of two datasets, compared block by block.

Two missing values are equal if they are the same one: ``.`` and ``.A`` differ. A blank text is missing, and
trailing blanks carry no meaning, as in SAS; -0 is 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_UP, Context, Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...schemas.study import columns
from ...schemas.study.columns import ArrowTexts, Mask, Numbers
from ..values.arrow_columns import text_array
from .matching import Matching
from .pair import DatasetPair, HeldKind, Kinds, beyond_doubles, sas_numbers, tags_of
from .tolerance import Tolerance

_BLOCK = 1 << 19
"""Records that are compared at a time."""
_TWO_DIGITS = Context(prec=2, rounding=ROUND_UP)
_UNITS = {HeldKind.DATE: "days", HeldKind.DATETIME: "seconds"}
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


class _Block(NamedTuple):
    """Of some records: which differ, which would without a tolerance, which have a value in one only."""

    differs: Mask
    tolerated: int = 0
    one_missing: int = 0
    largest: float = 0.0


@dataclass(frozen=True, eq=False)
class ComparedCells:
    """A variable compared.

    Attributes
    ----------
    differ : int
        Cells that differ.
    one_missing : int
        Those of them where one of both is missing, or both with different special missing values.
    tolerated : int
        Cells that differ by no more than the tolerance.
    largest : float or None
        Largest distance of two values, tolerated ones included; None for text, or if no two values differ.
    unit : str
        Of that distance: "days", "seconds", or empty.
    """

    differ: int
    one_missing: int
    tolerated: int
    largest: float | None = field(repr=False)
    unit: str
    _records: int = field(repr=False)
    _mask: NDArray[np.uint8] = field(repr=False)

    def largest_stated(self, *, exact: bool) -> float | None:
        """The largest distance as reports state it: exact only with values, for a distance to 0 is a value.

        Else it is rounded up to two digits, so that it is a tolerance that all pass.
        """
        if self.largest is None or exact or not math.isfinite(self.largest):
            return self.largest
        return float(_TWO_DIGITS.create_decimal(Decimal(self.largest)))

    def positions(self, most: int | None = None) -> NDArray[np.intp]:
        """Which of the matched records differ, all or the first ones; counted from 0."""
        mask = np.unpackbits(self._mask, count=self._records)
        return np.flatnonzero(mask)[:most]


def compared(pair: DatasetPair, name: str, matching: Matching, tolerance: Tolerance) -> ComparedCells:
    """Compare the cells of one variable, which is not text in one dataset and a number in the other."""
    kinds = pair.kinds(name)
    blocks = list(_blocks(pair, name, matching, tolerance))
    mask = np.concatenate([each.differs for each in blocks] or [np.empty(0, np.bool_)])
    largest = max((each.largest for each in blocks), default=0.0)
    return ComparedCells(
        differ=int(mask.sum()),
        one_missing=sum(each.one_missing for each in blocks),
        tolerated=sum(each.tolerated for each in blocks),
        largest=largest if largest and kinds[0] is not HeldKind.TEXT else None,
        unit=_UNITS.get(max(kinds, key=[*HeldKind].index), ""),
        _records=len(mask),
        _mask=np.packbits(mask),
    )


def _blocks(pair: DatasetPair, name: str, matching: Matching, tolerance: Tolerance) -> Iterator[_Block]:
    kinds = pair.kinds(name)
    column_a, column_b = matching.columns(pair, name)
    tags_a, tags_b = (tags_of(dataset, name) for dataset in pair.both)
    for first in range(0, len(matching), _BLOCK):
        count = min(_BLOCK, len(matching) - first)
        a, b = column_a(first, count), column_b(first, count)
        if kinds[0] is HeldKind.TEXT:
            yield _texts(a, b)
            continue
        same_tag = None
        if tags_a is not None or tags_b is not None:
            some_a, some_b = (each[first : first + count] for each in (matching.a, matching.b))
            same_tag = _taken(tags_a, some_a) == _taken(tags_b, some_b)
        yield _numbers(_comparable(a, b, kinds), same_tag, tolerance)


def _taken(tags: NDArray[np.uint8] | None, positions: NDArray[np.intp]) -> NDArray[np.uint8]:
    return np.zeros(len(positions), np.uint8) if tags is None else tags[positions]


class _Comparable(NamedTuple):
    """Two arrays of numbers, and how many of them are a unit: a day, a second, 1.

    Attributes
    ----------
    a, b : array
        Doubles, or ticks of stamps.
    missing_a, missing_b : array of bool
    unit : int
    beyond : array or None
        What integers of A are more than their double, less that of B; None where nothing.
    """

    a: Numbers | NDArray[np.int64]
    b: Numbers | NDArray[np.int64]
    missing_a: Mask
    missing_b: Mask
    unit: int = 1
    beyond: Numbers | None = None


def _comparable(a: pd.Series, b: pd.Series, kinds: Kinds) -> _Comparable:
    if columns.is_date(a) and columns.is_date(b):
        units = {np.datetime_data(each.dtype)[0] for each in (a.to_numpy(), b.to_numpy())}
        unit = units.pop() if len(units) == 1 and units <= {*_PER_SECOND} else "us"
        stamps = [each.to_numpy().astype(f"datetime64[{unit}]") for each in (a, b)]
        per_day = 1 if HeldKind.DATETIME in kinds else 86_400
        scale = _PER_SECOND[unit] * per_day
        ticks = [each.view(np.int64) for each in stamps]
        return _Comparable(ticks[0], ticks[1], np.isnat(stamps[0]), np.isnat(stamps[1]), scale)
    timed = HeldKind.DATETIME in kinds
    held_a, held_b = (sas_numbers(each, as_datetimes=timed) for each in (a, b))
    return _Comparable(held_a, held_b, np.isnan(held_a), np.isnan(held_b), beyond=_beyond(a, b))


def _beyond(a: pd.Series, b: pd.Series) -> Numbers | None:
    in_a, in_b = beyond_doubles(a), beyond_doubles(b)
    if in_a is None:
        return None if in_b is None else -in_b
    return in_a if in_b is None else in_a - in_b


def _numbers(held: _Comparable, same_tag: Mask | None, tolerance: Tolerance) -> _Block:
    missing = held.missing_a & held.missing_b
    equal = (held.a == held.b) | missing
    if held.beyond is not None:
        equal &= held.beyond == 0
    if same_tag is not None:
        equal &= same_tag | ~missing
    differs = ~equal
    where = np.flatnonzero(differs)
    if not len(where):
        return _Block(differs)
    a, b = held.a[where], held.b[where]
    one_missing = held.missing_a[where] | held.missing_b[where]
    with np.errstate(over="ignore", invalid="ignore"):
        beyond = None if held.beyond is None else held.beyond[where]
        apart = _distance(a, b, beyond) / held.unit
        apart[one_missing] = np.nan
        tolerated = tolerance.allows(apart, a, b) & ~one_missing
    differs[where[tolerated]] = False
    return _Block(
        differs,
        int(tolerated.sum()),
        int(one_missing.sum()),
        float(np.nanmax(apart)) if not one_missing.all() else 0.0,
    )


def _distance(a: NDArray[Any], b: NDArray[Any], beyond: Numbers | None) -> Numbers:
    """How far numbers are apart; of two stamps it may be more ticks than fit into a signed integer."""
    if a.dtype == b.dtype == np.int64:
        ticks = np.maximum(a, b).view(np.uint64) - np.minimum(a, b).view(np.uint64)
        return np.asarray(ticks, np.float64)
    return np.asarray(np.abs(a - b if beyond is None else a - b + beyond), np.float64)


def _texts(a: pd.Series, b: pd.Series) -> _Block:
    """Texts are compared as they are; those that differ so, again without trailing blanks."""
    both_arrow = isinstance(a.array, ArrowTexts) and isinstance(b.array, ArrowTexts)
    differs, texts_at = _arrow_texts(a, b) if both_arrow else _coded_texts(a, b)
    where = np.flatnonzero(differs)
    if not len(where):
        return _Block(differs)
    text_a, text_b = (pc.utf8_rtrim(each.fill_null(""), " ") for each in texts_at(where))
    differs[where] = _mask(pc.not_equal(text_a, text_b))
    one_missing = pc.xor(pc.equal(text_a, ""), pc.equal(text_b, ""))
    return _Block(differs, one_missing=int(_mask(one_missing).sum()))


_TextsAt = Callable[[NDArray[np.intp]], tuple[pa.Array, pa.Array]]
"""Positions to the texts of both."""


def _arrow_texts(a: pd.Series, b: pd.Series) -> tuple[Mask, _TextsAt]:
    text_a, text_b = (text_array(each).fill_null("") for each in (a, b))
    return _mask(pc.not_equal(text_a, text_b)), lambda where: (text_a.take(where), text_b.take(where))


def _coded_texts(a: pd.Series, b: pd.Series) -> tuple[Mask, _TextsAt]:
    """Of texts of which at least one has codes."""
    in_a, in_b = _coded(a), _coded(b)
    if len(in_a) == len(in_b) and bool((in_a.values == in_b.values).all()):
        codes_b = in_b.codes
    else:
        moved = in_b.positions_in(in_a)
        codes_b = np.append(np.where(moved < 0, _IN_B_ONLY, moved), -1)[in_b.codes]

    def texts_at(where: NDArray[np.intp]) -> tuple[pa.Array, pa.Array]:
        return _of_codes(in_a, where), _of_codes(in_b, where)

    return in_a.codes != codes_b, texts_at


def _coded(texts: pd.Series) -> columns.Distinct:
    """Values, some of which perhaps no record has, and the codes of the records."""
    if isinstance(texts.dtype, pd.CategoricalDtype):
        values = texts.cat.categories.to_numpy(dtype=object)
        return columns.Distinct(values, texts.cat.codes.to_numpy().astype(np.intp))
    return columns.as_written(texts)


_IN_B_ONLY = -2
"""Code of a text that A does not have."""


def _of_codes(found: columns.Distinct, where: NDArray[np.intp]) -> pa.Array:
    codes = found.codes[where]
    texts = pa.array([*map(str, found)], pa.large_string())
    return texts.take(pa.array(codes, mask=codes < 0))


def _mask(truths: pa.Array) -> Mask:
    held = truths.to_numpy(zero_copy_only=False)
    return np.array(held, np.bool_)
