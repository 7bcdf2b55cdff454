"""What holds of a variable in all records that differ: a slip in a formula shows itself so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...schemas.study import columns
from ...schemas.study.columns import Numbers
from ..diff.pair import sas_numbers

_LEAST = 2
"""Records that it takes; of one record anything holds."""
_CLOSE = 1e-9
_DECIMALS = range(7)


def relation(name: str, derived: pd.Series, delivered: pd.Series) -> str:
    """How the delivered values follow from the derived ones, in words; empty where they do not.

    Parameters
    ----------
    name : str
        Of the variable.
    derived, delivered : Series, shape (n_records,)
        Of records that differ.
    """
    missing = columns.missing(delivered), columns.missing(derived)
    if missing[0].all() and not missing[1].any():
        return f"{name}: delivered is missing"
    if missing[1].all() and not missing[0].any():
        return f"{name}: derived is missing"
    if len(derived) < _LEAST or missing[0].any() or missing[1].any():
        return ""
    if not all(columns.is_date(each) or pd.api.types.is_numeric_dtype(each) for each in (derived, delivered)):
        return ""
    days = columns.is_date(derived)
    a, b = (np.asarray(sas_numbers(each), dtype=np.float64) for each in (derived, delivered))
    return next(
        (f"{name}: {each}" for each in (_apart(a, b, days), _times(a, b), _rounded(a, b)) if each), ""
    )


def _apart(a: Numbers, b: Numbers, days: bool) -> str:
    apart = b - a
    if not np.allclose(apart, apart[0], rtol=_CLOSE, atol=_CLOSE):
        return ""
    by = f"{abs(apart[0]):.6g}"
    if not days:
        return f"delivered is {by} {'more' if apart[0] > 0 else 'less'}"
    return f"delivered is {by} day{'' if by == '1' else 's'} {'later' if apart[0] > 0 else 'earlier'}"


def _times(a: Numbers, b: Numbers) -> str:
    if not (a.all() and b.all()):
        return ""
    times = b / a
    if not np.allclose(times, times[0], rtol=_CLOSE, atol=0):
        return ""
    if abs(times[0]) < 1:
        return f"delivered is derived / {1 / times[0]:.9g}"
    return f"delivered is derived * {times[0]:.9g}"


def _rounded(a: Numbers, b: Numbers) -> str:
    for decimals in _DECIMALS:
        if (np.abs(a - b) <= 0.5 * 10.0**-decimals + _CLOSE).all() and (np.round(b, decimals) == b).all():
            return f"delivered is rounded to {decimals} decimal{'' if decimals == 1 else 's'}"
    return ""
