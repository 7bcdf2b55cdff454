"""Partial dates made complete by a named imputation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError
from ..glance import Glance, Glanced
from ..wording import did_you_mean, one_line
from .columns import Days, Mask
from .date_parts import DateParts

Method = Literal["first", "last", "mid"]
Unit = Literal["day", "month", "year"]

FLAG_VALUES = ("", "D", "M", "Y")
"""Date imputation flags of ADaM (DTF) by the highest unit imputed: none, day, month, year."""
_METHODS, _UNITS = get_args(Method), get_args(Unit)

Bound = Days | float


@dataclass(frozen=True, eq=False, repr=False)
class Imputed(Glanced):
    """Days of dates some of which were imputed.

    Attributes
    ----------
    days : ndarray of float, shape (n_records,)
        Days since 1970-01-01; NaN where missing, unreadable or not imputed.
    level : ndarray of int8, shape (n_records,)
        The highest unit imputed: 0 none, 1 day, 2 month, 3 year.
    moved : ndarray of bool, shape (n_records,)
        Imputed dates that `not_before` or `not_after` changed.
    not_imputed : ndarray of bool, shape (n_records,)
        Partial dates that stayed without a day.

    Examples
    --------
    >>> frame = pd.DataFrame({"AESTDTC": ["2024-01-20", "2024-02", "2024", ""]})
    >>> dates = ag.PartialDates.of(ag.Dataset.from_frame(frame, "AE"), "AESTDTC")
    >>> last = dates.imputed("last")
    >>> last.days
    array([19742., 19782.,    nan,    nan])
    >>> last.flag.tolist(), last.not_imputed.tolist()
    (['', 'D', '', ''], [False, False, True, False])
    >>> last
    Imputed
      records      4
      imputed      1
      moved        0
      not imputed  1
    """

    days: Days
    level: NDArray[np.int8]
    moved: Mask
    not_imputed: Mask

    @property
    def flag(self) -> NDArray[np.object_]:
        """The imputation flag of ADaM, shape (n_records,): "D", "M" or "Y"; "" where nothing was imputed."""
        return np.array(FLAG_VALUES, dtype=object)[self.level]

    @property
    def imputed(self) -> Mask:
        """Records whose date was imputed."""
        return self.level > 0

    def _glance(self) -> Glance:
        counts = [
            (name.replace("_", " "), f"{np.count_nonzero(getattr(self, name)):,}")
            for name in ("imputed", "moved", "not_imputed")
        ]
        rows = [("records", f"{len(self.days):,}"), *counts]
        return Glance((type(self).__name__,), rows, len(rows))


def highest_level(method: str, up_to: str) -> int:
    """The highest unit that may be imputed, as a `level`; an imputation that is not one is refused."""
    for given, kind, known in ((method, "an imputation", _METHODS), (up_to, "a unit of dates", _UNITS)):
        if given not in known:
            raise ConfigurationError(
                f"{one_line(str(given), 40)} is not {kind}", advice=did_you_mean(str(given), known)
            )
    return 1 + _UNITS.index(up_to)


def first_choice(parts: DateParts, method: Method) -> Days:
    """The day of each date without bounds: infinite or NaN where the year is not known."""
    return {"first": parts.lower, "last": parts.upper, "mid": parts.middle}[method]()


def within_bounds(
    parts: DateParts,
    days: Days,
    span: tuple[Days, Days],
    not_before: list[Days],
    not_after: list[Days],
) -> Days:
    """Days moved to bounds, where the bounds are days that the dates may have been.

    Parameters
    ----------
    parts : DateParts
        Of n partial dates.
    days : ndarray of float, shape (n,)
    span : tuple of ndarray of float, shape (n,)
        The first and the last day that each may have been.
    not_before, not_after : list of ndarray of float, shape (n,)
        The latest and the earliest of them counts; `not_after` comes last, and so decides.
    """
    (lower, upper), moved = span, days.copy()
    for bounds, strictest, step in ((not_before, np.fmax, 1), (not_after, np.fmin, -1)):
        inside = [
            np.where((each >= lower) & (each <= upper) & np.isfinite(each), each, np.nan) for each in bounds
        ]
        if inside:
            bound = strictest.reduce(inside)
            beyond = np.flatnonzero((bound - moved) * step > 0)
            moved[beyond] = parts[beyond].nearest_allowed(bound[beyond], step)
    return moved


def as_bounds(given: Bound | Sequence[Bound], n_records: int) -> list[Days]:
    """Bounds as one array per bound, each with a day per record; what is not a list or tuple is one bound."""
    several: Sequence[Any] = given if isinstance(given, list | tuple) else [given]
    return [as_days(bound, n_records) for bound in several]


def as_days(given: Bound, n_records: int) -> Days:
    """One day for each record, or one for all of them.

    Raises
    ------
    ValueError
        When there are days for another number of records.
    TypeError
        For anything but numbers: datetime64, say, which may count seconds.
    """
    days = np.asarray(given)
    if days.dtype.kind not in "fiu":
        raise TypeError(f"numbers are required, days since 1970-01-01, not {days.dtype}")
    if days.shape not in ((), (n_records,)):
        raise ValueError(f"days of shape {days.shape} do not go with {n_records:,} dates")
    return np.broadcast_to(days.astype(np.float64, copy=False), (n_records,))
