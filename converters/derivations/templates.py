"""Texts with variables in braces: ``"{LBTEST} ({LBSTRESU})"``."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from ...schemas.errors import ConfigurationError
from ...schemas.study.dataset import Dataset
from .column_values import texts

_PART = re.compile(r"\{([A-Za-z_]\w*)\}")


def variables_in(template: str, place: str) -> tuple[str, ...]:
    """The variables that a text names, in capitals, each once.

    Raises
    ------
    ConfigurationError
        For a brace that encloses no variable.
    """
    if re.search(r"[{}]", _PART.sub("", template)):
        advice = 'write variables in braces, such as "{LBTEST} ({LBSTRESU})"'
        raise ConfigurationError("a brace encloses no variable", place, advice)
    return tuple(dict.fromkeys(each.upper() for each in _PART.findall(template)))


def composed(template: str, data: Dataset, missing: str = "") -> pd.Series:
    """The text for each record; missing where one of its variables is, unless there is a text for that."""
    pieces = _PART.split(template)
    names = [each.upper() for each in pieces[1::2]]
    if not names:
        return texts(np.zeros(len(data), dtype=np.int8), [template])
    groups, first = np.unique(data.groups(*names), return_inverse=True, return_index=True)[1:][::-1]
    known = np.ones(len(data), dtype=np.bool_)
    values = []
    for name in names:
        known &= data.filled(name) | bool(missing)
        distinct = data.distinct(name)
        codes = distinct.codes[first]
        values.append([_written(distinct[each]) if each >= 0 else missing for each in codes.tolist()])
    written = [
        "".join(_alternating(pieces[0::2], each)) for each in zip(*values, strict=True)
    ]  # of distinct combinations, not of records
    unique = list(dict.fromkeys(written))
    position = {text: at for at, text in enumerate(unique)}
    codes = np.array([position[each] for each in written], dtype=np.intp)[groups.reshape(-1)]
    return texts(np.where(known, codes, -1), unique)


def _alternating(fixed: list[str], values: tuple[str, ...]) -> list[str]:
    return [part for pair in zip(fixed, (*values, ""), strict=True) for part in pair]


def _written(value: object) -> str:
    """A value as text: a whole number without decimals, a date as ISO 8601."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, pd.Timestamp | np.datetime64):
        return pd.Timestamp(value).isoformat().removesuffix("T00:00:00")
    return str(value)
