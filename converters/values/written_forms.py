"""How values are written: forms that were read, and forms that nobody can be sure of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...schemas.study.columns import Mask


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is true of some of the values.

    Attributes
    ----------
    message : str
        What follows "2 values": "in the form 31JAN2020".
    where : ndarray of bool, shape (n_texts,)
    """

    message: str
    where: Mask


@dataclass(frozen=True, slots=True)
class Written:
    """What texts stand for, and how they are written.

    Attributes
    ----------
    values : ndarray, shape (n_texts,)
        float64, ``datetime64[s]`` or ``datetime64[us]``; NaN or NaT where a text does not fit.
    fits : ndarray of bool
    remarks : tuple of Remark
        Forms other than the usual ones, and what of them is not kept.
    doubts : tuple of Remark
        Why texts do not fit, where the reason is known; the remedy is part of it.
    """

    values: NDArray[Any]
    fits: Mask
    remarks: tuple[Remark, ...] = ()
    doubts: tuple[Remark, ...] = ()


def matching(texts: pa.Array, pattern: str) -> Mask:
    """Texts that a pattern is found in; null is not."""
    found = pc.match_substring_regex(texts, pattern)
    return mask_of(found.fill_null(False) if found.null_count else found)


def mask_of(booleans: pa.Array) -> Mask:
    return np.array(booleans.to_numpy(zero_copy_only=False), dtype=np.bool_)


def remarks_of(*found: tuple[str, Mask]) -> tuple[Remark, ...]:
    """Those that are true of some value."""
    return tuple(Remark(message, where) for message, where in found if where.any())
