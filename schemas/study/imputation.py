"""Partial dates made complete by a named imputation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError
from ..wording import did_you_mean, one_line
from .columns import Days, Mask
from .date_parts import DateParts, DatePrecision

Method = Literal["first", "last", "mid"]
Unit = Literal["day", "month", "year"]

FLAG_VALUES = ("", "D", "M", "Y")
"""Date imputation flags of ADaM (DTF) by the highest unit imputed: none, day, month, year."""
_METHODS, _UNITS = get_args(Method), get_args(Unit)
_DAY_KNOWN = int(DatePrecision.DAY)

Bound = Days | float


@dataclass(frozen=True, eq=False)
class Imputed:
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


def require(method: str, up_to: str) -> None:
    """Refuse an imputation that is not one."""
    for given, kind, known in ((method, "an imputation", _METHODS), (up_to, "a unit of dates", _UNITS)):
        if given not in known:
            raise ConfigurationError(
                f"{one_line(str(given), 40)} is not {kind}", advice=did_you_mean(str(given), known)
            )


def imputed_days(
    parts: DateParts, method: Method, up_to: Unit, not_before: list[Days], not_after: list[Days]
) -> tuple[Days, Mask]:
    """Days for partial dates, and whether a bound changed them.

    Parameters
    ----------
    parts : DateParts
        Of partial dates.
    method, up_to
    not_before, not_after : list of ndarray of float, shape (len(parts),)

    Returns
    -------
    days : ndarray of float, shape (len(parts),)
        NaN where not imputed.
    moved : ndarray of bool, shape (len(parts),)
    """
    lower, upper = parts.lower(), parts.upper()
    start = {"first": lower, "last": upper, "mid": parts.middle()}[method]
    days = start.copy()
    for bounds, choose, step in ((not_before, np.fmax, 1), (not_after, np.fmin, -1)):
        inside = [
            np.where((each >= lower) & (each <= upper) & np.isfinite(each), each, np.nan) for each in bounds
        ]
        if not inside:
            continue
        bound = choose.reduce(inside)
        beyond = np.flatnonzero((bound - days) * step > 0)
        days[beyond] = parts[beyond].allowed_from(bound[beyond], step)
    levels = _DAY_KNOWN - parts.precision
    days[~np.isfinite(days) | (levels > 1 + _UNITS.index(up_to))] = np.nan
    return days, ~np.isnan(days) & (days != start)


def as_bounds(given: Bound | Iterable[Bound], n_records: int) -> list[Days]:
    """Bounds as one array per bound, each with a day per record."""
    alone = isinstance(given, int | float) or (isinstance(given, np.ndarray) and given.ndim < 2)
    each = [given] if alone else list(given)  # type: ignore[arg-type]
    return [as_days(bound, n_records) for bound in each]  # type: ignore[arg-type]


def as_days(given: Bound, n_records: int) -> Days:
    """One day for each record, or one for all of them.

    Raises
    ------
    ValueError
        When there are days for another number of records.
    """
    days = np.asarray(given, dtype=np.float64)
    if days.shape not in ((), (n_records,)):
        raise ValueError(f"days of shape {days.shape} do not go with {n_records:,} dates")
    return np.broadcast_to(days, (n_records,))
