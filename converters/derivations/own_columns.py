"""Columns of ours as a dataset, without the copies that columns of others are made to be sure of them."""

from __future__ import annotations

from collections.abc import Container, Mapping

import pandas as pd

from ...schemas.study import columns
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import Variable


def dataset_of(
    name: str, held: Mapping[str, pd.Series], n_records: int, *, read: Container[str] = ()
) -> Dataset:
    """A dataset of columns that were read or derived.

    Parameters
    ----------
    name : str
    held : mapping of name to Series, each of shape (n_records,)
        Only columns of objects are looked at value by value.
    n_records : int
    read : container of str
        Columns that are of a dataset, and so as readers make them.
    """
    frame = pd.DataFrame(
        {each: column if each in read else _read(name, each, column) for each, column in held.items()},
        index=pd.RangeIndex(n_records),
        copy=False,
    )
    variables = tuple(
        Variable(each, type="Num" if columns.is_numeric(frame[each]) else "Char") for each in frame.columns
    )
    return Dataset(name, frame, variables, carries=frozenset())


def _read(dataset: str, name: str, column: pd.Series) -> pd.Series:
    """A column as readers make it; objects one column at a time, since a frame would copy all of them."""
    return Dataset.from_frame(column.to_frame(name), dataset)[name] if column.dtype == object else column
