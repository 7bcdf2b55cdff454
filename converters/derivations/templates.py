"""Texts with variables in braces: ``"{LBTEST} ({LBSTRESU})"``."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from ...schemas.conditions.arithmetic import rounded
from ...schemas.errors import ConfigurationError
from ...schemas.study.dataset import Dataset
from .column_values import texts

_PART = re.compile(r"\{((?:--)?[A-Za-z_]\w*)\}")


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


def composed(template: str, data: Dataset, missing: str = "", decimals: int | None = None) -> pd.Series:
    """The text for each record; missing where one of its variables is, unless there is a text for that.

    Numbers are written in full, or rounded to at most so many decimals.
    """
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
        written = [_written(each, decimals) for each in distinct]
        values.append([written[each] if each >= 0 else missing for each in codes.tolist()])
    found = [
        "".join(_alternating(pieces[0::2], each)) for each in zip(*values, strict=True)
    ]  # of distinct combinations, not of records
    unique = list(dict.fromkeys(found))
    position = {text: at for at, text in enumerate(unique)}
    codes = np.array([position[each] for each in found], dtype=np.intp)[groups.reshape(-1)]
    return texts(np.where(known, codes, -1), unique)


def _alternating(fixed: list[str], values: tuple[str, ...]) -> list[str]:
    return [part for pair in zip(fixed, (*values, ""), strict=True) for part in pair]


def _written(value: object, decimals: int | None) -> str:
    """A value as text: a number as the shortest decimal that is it, a date as ISO 8601."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
        if decimals is not None:
            number = float(rounded(np.array([number]), decimals)[0])
        return np.format_float_positional(number + 0.0, trim="-")
    if isinstance(value, pd.Timestamp | np.datetime64):
        return pd.Timestamp(value).isoformat().removesuffix("T00:00:00")
    return str(value)
