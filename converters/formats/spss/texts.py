"""What the texts of a column need in a .sav file, and why some cannot be in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..xpt.text_encoding import distinct_texts, without_blanks

LONGEST_TEXT = 32_767
"""Bytes."""


@dataclass(frozen=True, slots=True)
class SurveyedTexts:
    """The texts of one column.

    Attributes
    ----------
    width : int
        Bytes of the longest, at least one.
    faults : mapping of str to int
        What cannot be written, and the first record that has it, from 1.
    """

    width: int
    faults: Mapping[str, int]

    @classmethod
    def of(cls, column: pd.Series) -> SurveyedTexts:
        texts, codes = distinct_texts(column)
        whole = _array(pc.binary_length(texts))
        lengths = _array(pc.binary_length(without_blanks(texts)))
        needed = _by_record(lengths, codes)
        width = max(1, int(needed.max(initial=0)))
        wrong = {
            "contains text with a NUL character": _array(pc.match_substring(texts, "\0")),
            "contains text with trailing blanks, which SPSS does not keep": (whole > lengths) & (lengths > 0),
            f"contains text of {width:,} bytes; the most are {LONGEST_TEXT:,}": lengths > LONGEST_TEXT,
        }
        found = {message: _by_record(values, codes) for message, values in wrong.items() if values.any()}
        return cls(
            width, {message: int(records.argmax()) + 1 for message, records in found.items() if records.any()}
        )


def _by_record(by_value: NDArray[Any], codes: NDArray[np.integer] | None) -> NDArray[Any]:
    """What was found for the value of each record; 0 where it has none."""
    return by_value if codes is None else np.append(by_value, by_value.dtype.type(0))[codes]


def _array(found: Any) -> NDArray[Any]:
    array: NDArray[Any] = found.to_numpy(zero_copy_only=False)
    return array
