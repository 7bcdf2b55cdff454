"""Time zones of the columns of a frame, which no dataset holds: SAS has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..wording import counted, one_line
from .variable import ReadingNote

_WITH_ZONES = frozenset({"datetime", "time"})
"""Kinds of objects, as pandas infers them."""


def zones_not_kept(frame: pd.DataFrame, names: Iterable[str], dataset: str) -> Iterator[ReadingNote]:
    """A note for each column with a time zone.

    Parameters
    ----------
    frame : DataFrame
        As it was given.
    names : iterable of str
        Of its columns in the dataset, in their order.
    dataset : str
    """
    for position, (name, dtype) in enumerate(zip(names, frame.dtypes, strict=True)):
        if isinstance(dtype, np.dtype) and dtype.kind != "O":
            continue
        column = frame.iloc[:, position]
        if zones := _zones(column):
            values = counted(int(column.notna().sum()), "value")
            shown = ", ".join(one_line(each) for each in zones)
            message = (
                f"{values} with a time zone ({shown}); the time is kept as shown there, the zone is dropped"
            )
            yield ReadingNote(dataset, message, name)


def _zones(column: pd.Series) -> list[str]:
    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _zones(pd.Series(dtype.categories))
    if isinstance(dtype, pd.DatetimeTZDtype):
        return [str(dtype.tz)]
    if isinstance(dtype, pd.ArrowDtype):
        zone = getattr(dtype.pyarrow_dtype, "tz", None)
        return [] if zone is None else [str(zone)]
    is_of_objects = pd.api.types.is_object_dtype(dtype)
    if not is_of_objects or pd.api.types.infer_dtype(column, skipna=True) not in _WITH_ZONES:
        return []
    zones = (getattr(value, "tzinfo", None) for value in column)
    return list(dict.fromkeys(str(each) for each in zones if each is not None))
