"""What identifies a subject, so that a text that is to name nobody does not do so in another way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..study.columns import Distinct, Mask, by_arrow
from ..study.dataset import Dataset

WITHHELD = "(a subject's identifier)"
"""Shown in place of an identifier."""

IDENTIFYING = ("USUBJID", "SUBJID", "SUBJIDN")

_LAST_PART = re.compile(r"(?<=[^A-Z0-9])(?=[A-Z]*[0-9])[A-Z0-9]{3,}\Z")
_WORD = re.compile(r"\w[\w.\-/]*(?<!\.)")
_KNOWN: WeakKeyDictionary[Dataset, frozenset[str]] = WeakKeyDictionary()


def identifiers(data: Dataset) -> frozenset[str]:
    """The identifiers of a dataset's subjects in capitals, each whole and its last part.

    "ST-01-1004" and "1004"; the last part has a digit and at least three characters.
    """
    if data not in _KNOWN:
        named = (data.distinct(name) for name in IDENTIFYING if name in data)
        _KNOWN[data] = frozenset(form for each in named for form in _forms(each))
    return _KNOWN[data]


def _forms(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        whole = (f"{value:.15g}" if isinstance(value, float) else str(value)).upper()
        last = _LAST_PART.search(whole)
        yield whole
        if last is not None:
            yield last[0]


def names_subject(data: Dataset, text: str) -> bool:
    """Whether a text is an identifier of a subject of the dataset, or has one among its words."""
    words = _WORD.findall(text.strip().upper())
    return is_identifier(data, text) or not identifiers(data).isdisjoint(words)


def is_identifier(data: Dataset, text: str) -> bool:
    """Whether a text as a whole is an identifier of a subject of the dataset."""
    wanted = text.strip().upper()
    if data in _KNOWN:
        return wanted in _KNOWN[data]
    named = (data.distinct(name) for name in IDENTIFYING if name in data)
    return any(wanted in _forms(chain.from_iterable(_ending_in(each, wanted))) for each in named)


def _ending_in(values: Distinct, end: str) -> Iterator[NDArray[np.object_]]:
    """The values that may be an identifier of this form: those that end in it, and all that are not text."""
    for block in values.blocks():
        yield block[_end_in(block, end)] if _is_text(block) else block


def _end_in(texts: NDArray[np.object_], end: str) -> Mask:
    capitals = by_arrow(pd.Series(texts, dtype="string[pyarrow]")).upper()
    found: Mask = by_arrow(capitals).endswith(end).to_numpy(dtype=np.bool_)
    return found


def _is_text(values: NDArray[np.object_]) -> bool:
    return pd.api.types.infer_dtype(values, skipna=False) == "string"
