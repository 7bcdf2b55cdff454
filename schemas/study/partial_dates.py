"""Dates of which day, month or year may not be known: bounds, comparison, and imputation by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..glance import Glance, Glanced
from ..wording import counted
from .columns import Codes, Days, Mask
from .dataset import Dataset
from .date_parts import DateParts, DatePrecision
from .date_texts import compiled, read_texts
from .imputation import (
    Bound,
    Imputed,
    Method,
    Unit,
    as_bounds,
    as_days,
    first_choice,
    highest_level,
    within_bounds,
)
from .truth import Truth


class ImputationNotNamed(TypeError):
    """Dates were taken for days without an imputation.

    Examples
    --------
    >>> dates = ag.PartialDates.of(ag.read("adam")["ADSL"], "TRTSDT")
    >>> try:
    ...     dates - 1
    ... except ag.ImputationNotNamed as problem:
    ...     print(problem)
    a partial date has no single day; name an imputation: dates.imputed('first')
    """


@dataclass(frozen=True, eq=False, repr=False)
class PartialDates(Glanced):
    """Dates of records, each known to the day, in part, or not at all.

    Each date is one of the days from `lower` to `upper`. A comparison is true where it holds for all days
    that the date may be, false where for none, else unknown. Arithmetic is refused: a partial date has many
    days until an imputation is named.

    Attributes
    ----------
    parts : DateParts
        Year, month and day of the distinct values.
    codes : ndarray of int, shape (n_records,)
        Position of each record's value among them; -1 where missing.

    Notes
    -----
    Read are ISO 8601 texts as SDTM writes them: ``2020-03-05``, ``2020-03-05T14:30``, ``2020-03``, ``2020``,
    ``2020---15`` (month not known), ``--03-05`` (year not known), and texts in declared forms. Unreadable are
    intervals, days that do not exist, and everything else. A time zone is not applied: the day is as written.

    Examples
    --------
    >>> frame = pd.DataFrame({"AESTDTC": ["2024-01-15", "2024-02", "2024", "", "UNKNOWN"]})
    >>> dates = ag.PartialDates.of(ag.Dataset.from_frame(frame, "AE"), "AESTDTC")
    >>> dates
    PartialDates
      records     5
      complete    1
      partial     2
      missing     1
      unreadable  1
    >>> dates.upper - dates.lower + 1
    array([  1.,  29., 366.,  nan,  nan])
    >>> on_or_after = dates >= np.datetime64("2024-02-01").astype(float)
    >>> on_or_after.true.tolist(), on_or_after.false.tolist()
    ([False, True, False, False, False], [True, False, False, False, False])
    """

    parts: DateParts
    codes: Codes

    __array_ufunc__ = None  # an array on the left leaves the operation to these dates

    @classmethod
    def of(cls, data: Dataset, variable: str, forms: Iterable[str] = ()) -> Self:
        """The dates of a variable.

        Parameters
        ----------
        data : Dataset
        variable : str
            Character; or numeric dates or datetimes, which are complete or missing.
        forms : iterable of str, optional
            Forms of texts beside ISO 8601: YYYY, MM or MMM (JAN, FEB, … under any locale), and DD, in their
            order, with "-", "/", "." or a blank between them: ``DD-MMM-YYYY``, ``YYYY-MM-DD``. A part not
            known is UN, UNK, NK, XX or hyphens. A text is read in the first form that it fits.

        Raises
        ------
        KeyError
            When the variable is not present.
        ConfigurationError
            When a form is not one, or two of them fit the same texts.
        WrongType
            When a numeric variable holds values that are not dates or numbers.

        Examples
        --------
        >>> frame = pd.DataFrame({"MHSTDAT": ["5-MAR-2020", "05-MAR-2020", "UN-MAR-2020", "un-unk-2020"]})
        >>> dates = ag.PartialDates.of(ag.Dataset.from_frame(frame, "MH"), "MHSTDAT", forms=("DD-MMM-YYYY",))
        >>> [ag.DatePrecision(each).name for each in dates.precision]
        ['DAY', 'DAY', 'MONTH', 'YEAR']
        """
        patterns = compiled(forms)
        if not data.is_character(variable):
            return cls.on(data.days(variable))
        distinct = data.distinct(variable)
        return cls(read_texts(distinct, patterns), distinct.codes)

    @classmethod
    def on(cls, days: Days) -> Self:
        """Complete dates from days.

        Parameters
        ----------
        days : ndarray of float, shape (n_records,)
            Days since 1970-01-01; NaN where missing. A part of a day is dropped.

        Examples
        --------
        >>> dates = ag.PartialDates.on(np.array([19737.0, np.nan]))
        >>> dates.complete.tolist()
        [True, False]
        """
        codes, distinct = pd.factorize(np.floor(np.asarray(days, dtype=np.float64)))
        return cls(DateParts.of_days(distinct), codes.astype(np.intp, copy=False))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, records: Any) -> Self:
        """Dates of some records, by a mask, positions or a slice."""
        return type(self)(self.parts, np.atleast_1d(self.codes[records]))

    def _spread(self, by_value: NDArray[Any], missing: Any) -> NDArray[Any]:
        spread = np.append(by_value, np.asarray([missing], dtype=by_value.dtype))[self.codes]
        spread.flags.writeable = False  # what is kept is given out
        return spread

    @cached_property
    def lower(self) -> Days:
        """The first day that each may have been, shape (n_records,), as days since 1970-01-01.

        -inf where the year is not known, NaN where missing or unreadable. For ``2020---15`` it is 2020-01-15.
        """
        return self._spread(self.parts.lower(), np.nan)

    @cached_property
    def upper(self) -> Days:
        """The last day that each may have been, shape (n_records,), as `lower`; inf without a year."""
        return self._spread(self.parts.upper(), np.nan)

    @cached_property
    def precision(self) -> NDArray[np.int8]:
        """Down to which unit each is known, as `DatePrecision`, shape (n_records,)."""
        return self._spread(self.parts.precision, DatePrecision.MISSING)

    @property
    def complete(self) -> Mask:
        """Records whose day is known; the time need not be."""
        return self.precision >= DatePrecision.DAY

    @property
    def partial(self) -> Mask:
        """Records whose date is known in part."""
        return (self.precision >= DatePrecision.NONE) & (self.precision < DatePrecision.DAY)

    @property
    def missing(self) -> Mask:
        """Records without a text or number."""
        return self.codes < 0

    @property
    def unreadable(self) -> Mask:
        """Records whose text is not a date."""
        unreadable: Mask = self.precision == DatePrecision.UNREADABLE
        return unreadable

    def unreadable_records(self, most: int = 5) -> NDArray[np.intp]:
        """Positions of the first records that are unreadable, counted from 0.

        Examples
        --------
        >>> frame = pd.DataFrame({"AESTDTC": ["2024-02-30", "2024-02"]})
        >>> ag.PartialDates.of(ag.Dataset.from_frame(frame, "AE"), "AESTDTC").unreadable_records().tolist()
        [0]
        """
        return np.flatnonzero(self.unreadable)[:most]

    def days(self) -> Days:
        """The days of complete dates.

        Returns
        -------
        ndarray of float, shape (n_records,)
            Days since 1970-01-01; NaN where missing or unreadable.

        Raises
        ------
        ImputationNotNamed
            When a date is partial: use `imputed`.

        Examples
        --------
        >>> ag.PartialDates.of(ag.read("adam")["ADTTE"], "STARTDT").days()[:2]
        array([19737., 19737.])
        """
        partial = int(np.count_nonzero(self.partial))
        if partial:
            verb = "is" if partial == 1 else "are"
            raise ImputationNotNamed(f"{counted(partial, 'date')} {verb} partial; {_NAME_ONE}")
        return self.lower

    def imputed(
        self,
        method: Method,
        *,
        up_to: Unit = "day",
        not_before: Bound | Sequence[Bound] = (),
        not_after: Bound | Sequence[Bound] = (),
    ) -> Imputed:
        """Days, those of partial dates by a named imputation.

        Parameters
        ----------
        method : {"first", "last", "mid"}
            The first or last day that the date allows; or the 15th of a month and 30 June of a year, as
            admiral's ``impute_dtc_dt`` with "mid". A day that was collected is kept: ``2020---15`` becomes
            2020-01-15, 2020-12-15, 2020-06-15 (and ``2020---31`` with "mid" 2020-07-31).
        up_to : {"day", "month", "year"}
            The highest unit that may be imputed. With "day", ``2020`` stays without a day.
        not_before, not_after : list or tuple of (ndarray of float, shape (n_records,), or float), optional
            Days to which imputed dates are moved, as admiral's ``min_dates`` and ``max_dates``. Only a day
            from `lower` to `upper` counts: of several the latest of `not_before`, the earliest of
            `not_after`. Where both cannot hold, `not_after` does. Of ``2020---15``, the nearest 15th on the
            right side is taken. Complete dates are never moved.

        Returns
        -------
        Imputed
            With "year", a date without a year gets a day only from `not_before` ("first") or `not_after`
            ("last"). A missing date is never imputed.

        Raises
        ------
        ConfigurationError
            When `method` or `up_to` is another text.

        Examples
        --------
        >>> frame = pd.DataFrame({"AESTDTC": ["2024-01-20", "2024-01", "2024"]})
        >>> dates = ag.PartialDates.of(ag.Dataset.from_frame(frame, "AE"), "AESTDTC")
        >>> start = dates.imputed("first", up_to="month", not_before=19737.0)  # 2024-01-15, the first dose
        >>> start.days.astype("datetime64[D]").astype(str).tolist(), start.flag.tolist()
        (['2024-01-20', '2024-01-15', '2024-01-15'], ['', 'D', 'M'])
        >>> start.moved.tolist()
        [False, True, True]
        """
        highest = highest_level(method, up_to)
        lows, highs = as_bounds(not_before, len(self)), as_bounds(not_after, len(self))
        partial = self.partial
        asked = np.flatnonzero(partial)
        value = self.codes[asked]
        plain = first_choice(self.parts, method)[value]
        found = within_bounds(
            self.parts[value],
            plain,
            (self.lower[asked], self.upper[asked]),
            [each[asked] for each in lows],
            [each[asked] for each in highs],
        )
        lacking = self.parts.lacking[value]
        has = np.isfinite(found) & (lacking <= highest)
        days, level = self.lower.copy(), np.zeros(len(self), dtype=np.int8)
        moved = np.zeros(len(self), dtype=np.bool_)
        days[asked] = np.where(has, found, np.nan)
        level[asked] = np.where(has, lacking, 0)
        moved[asked] = has & (found != plain)
        return Imputed(days, level, moved, partial & np.isnan(days))

    # Comparisons are three-valued. `other` is PartialDates, or days as an array or a number.

    def __lt__(self, other: Any) -> Truth:
        low, high = _bounds(other, len(self))
        return Truth(self.upper < low, self.lower >= high)

    def __le__(self, other: Any) -> Truth:
        low, high = _bounds(other, len(self))
        return Truth(self.upper <= low, self.lower > high)

    def __gt__(self, other: Any) -> Truth:
        truth: Truth = self <= other
        return ~truth

    def __ge__(self, other: Any) -> Truth:
        truth: Truth = self < other
        return ~truth

    def __eq__(self, other: Any) -> Truth:  # type: ignore[override]
        low, high = _bounds(other, len(self))
        apart = (self.upper < low) | (self.lower > high)
        same = (self.lower == self.upper) & (self.lower == low) & (low == high)
        known = ~(np.isnan(self.lower) | np.isnan(low))
        another = other if isinstance(other, PartialDates) else None
        scattered = self._scattered if another is None else self._scattered | another._scattered
        asked = np.flatnonzero(scattered & known & ~apart)
        if len(asked):
            theirs = another or PartialDates.on(np.broadcast_to(low, (len(self),)))
            mine, other_parts = (each.parts[each.codes[asked]] for each in (self, theirs))
            apart[asked] = mine.conflict(other_parts)
        return Truth(same, apart)

    def __ne__(self, other: Any) -> Truth:  # type: ignore[override]
        truth: Truth = self == other
        return ~truth

    __hash__ = None  # type: ignore[assignment]

    @property
    def _scattered(self) -> Mask:
        return self._spread(self.parts.scattered, missing=False)

    def _no_single_day(self, *_: Any) -> NoReturn:
        raise ImputationNotNamed(f"a partial date has no single day; {_NAME_ONE}")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _no_single_day
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _no_single_day
    __neg__ = __pos__ = __abs__ = __float__ = __int__ = __array__ = _no_single_day

    def _glance(self) -> Glance:
        counts = [
            (name, f"{np.count_nonzero(getattr(self, name)):,}")
            for name in ("complete", "partial", "missing", "unreadable")
        ]
        rows = [("records", f"{len(self):,}"), *counts]
        return Glance((type(self).__name__,), rows, len(rows))

    def __getstate__(self) -> dict[str, Any]:
        """Without what was spread over the records."""
        return {"parts": self.parts, "codes": self.codes}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)


_NAME_ONE = "name an imputation: dates.imputed('first')"


def _bounds(other: Any, n_records: int) -> tuple[Any, Any]:
    """First and last day of what dates are compared with."""
    if isinstance(other, PartialDates):
        return as_days(other.lower, n_records), as_days(other.upper, n_records)
    days = as_days(other, n_records)
    return days, days
