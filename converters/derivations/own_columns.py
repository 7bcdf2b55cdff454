"""Columns of ours as a dataset, without the copies that columns of others are made to be sure of them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...schemas.study import columns
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import Variable


def dataset_of(name: str, held: Mapping[str, pd.Series], n_records: int) -> Dataset:
    """A dataset of columns that were read or derived.

    Parameters
    ----------
    name : str
    held : mapping of name to Series, each of shape (n_records,)
        Only columns of objects are looked at value by value.
    n_records : int
    """
    objects = {each: column for each, column in held.items() if column.dtype == object}
    read = Dataset.from_frame(pd.DataFrame(objects), name) if objects else None
    frame = pd.DataFrame(
        {
            each: read[each] if read is not None and each in objects else column
            for each, column in held.items()
        },
        index=pd.RangeIndex(n_records),
        copy=False,
    )
    variables = tuple(
        Variable(each, type="Num" if columns.is_numeric(frame[each]) else "Char") for each in frame.columns
    )
    return Dataset(name, frame, variables, carries=frozenset())
