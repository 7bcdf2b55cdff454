"""Whether a variable has the value that ADSL has for the subject."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Mask, is_date
from ..study.dataset import Dataset
from .subjects import of_each

_TOLERANCE = 1e-9
"""Relative; the same number read from two formats may differ in the last bit."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """How a variable of each record compares with one of ADSL.

    Attributes
    ----------
    differs : ndarray of bool, shape (n_records,)
        Both have a value, and not the same.
    absent_here : ndarray of bool
        ADSL has a value and the record has none.
    absent_there : ndarray of bool
        The record has a value, its subject is in ADSL, and ADSL has none.
    """

    differs: Mask
    absent_here: Mask
    absent_there: Mask


def agreement(
    data: Dataset, variable: str, adsl: Dataset, theirs: str, record: NDArray[np.intp]
) -> Agreement:
    """Compare a variable with one in ADSL; where one is text and the other is not, only what is missing.

    Parameters
    ----------
    data, adsl : Dataset
    variable, theirs : str
        Names in `data` and in `adsl`.
    record : ndarray of int, shape (n_records,)
        Position in `adsl` of each record's subject, -1 where unknown.
    """
    here, there = data.filled(variable), of_each(adsl.filled(theirs), record, unknown=False)
    both = here & there
    if not both.any() or data.is_character(variable) != adsl.is_character(theirs):
        different = np.zeros_like(both)
    elif data.is_character(variable):
        different = both & _other_text(data, variable, adsl, theirs, record)
    else:
        different = both & _other_number(data, variable, adsl, theirs, record)
    return Agreement(different, ~here & there, here & ~there & (record >= 0))


def _other_text(
    data: Dataset, variable: str, adsl: Dataset, theirs: str, record: NDArray[np.intp]
) -> NDArray[np.bool_]:
    ours, others = data.distinct(variable), adsl.distinct(theirs)
    known_as = ours.spread(ours.positions_in(others), missing=-1)
    same: NDArray[np.bool_] = known_as == of_each(others.codes, record, unknown=-1)
    return ~same


def _other_number(
    data: Dataset, variable: str, adsl: Dataset, theirs: str, record: NDArray[np.intp]
) -> NDArray[np.bool_]:
    both_dates = is_date(data[variable]) and is_date(adsl[theirs])
    any_date = is_date(data[variable]) or is_date(adsl[theirs])
    as_numbers = _seconds if both_dates else Dataset.days if any_date else Dataset.numbers
    ours, others = as_numbers(data, variable), of_each(as_numbers(adsl, theirs), record, unknown=np.nan)
    apart = np.abs(ours - others)
    different: NDArray[np.bool_] = apart > (0.0 if any_date else _TOLERANCE * np.abs(others))
    return different


def _seconds(data: Dataset, variable: str) -> NDArray[np.float64]:
    stamps = data[variable].to_numpy(dtype="datetime64[s]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))
