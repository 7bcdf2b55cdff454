"""What rules of a user's own are handed: the same data, lent so that nothing they do to it lasts.

The columns are views of the same memory that cannot be written to, in a frame of the rule's own: a
column that the rule adds, replaces or drops is gone when it is done, and an attempt to write into one
raises. Nothing is copied, so lending costs microseconds per variable, whatever the number of records.
Questions to the dataset (`numbers`, `equals`, …) are answered from the data as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from ..study.columns import Distinct
from ..study.dataset import Dataset
from ..study.study import Study
from ..study.variable import SpecialMissing

Answer = TypeVar("Answer")


class LentDataset(Dataset):
    """A dataset in the hands of a rule that is not ours."""

    _owner: Dataset

    def _ask(self, question: str, variable: str, answer: Callable[[pd.Series], Answer]) -> Answer:
        return cast("Answer", _kept(self._owner._ask(question, variable, answer)))


class LentColumns:
    """Columns of somebody else, each fetched as a view that cannot be written to."""

    def __init__(self, owner: Dataset) -> None:
        self._owner = owner

    def __len__(self) -> int:
        return len(self._owner)

    def column(self, name: str) -> pd.Series:
        return pd.Series(_view(self._owner.columns.column(name)), name=name, copy=False)

    def special_missing(self, name: str) -> SpecialMissing | None:
        return cast("SpecialMissing | None", _kept(self._owner.columns.special_missing(name)))

    def frame(self) -> pd.DataFrame:
        return self._frame

    @cached_property
    def _frame(self) -> pd.DataFrame:
        columns = {each.name: _view(self._owner.columns.column(each.name)) for each in self._owner.variables}
        return pd.DataFrame(columns, index=pd.RangeIndex(len(self)), copy=False)


def lend(dataset: Dataset) -> LentDataset:
    """The same dataset with columns of its own over the same memory, which cannot be written to."""
    attributes = MappingProxyType(dict(dataset.attributes))
    lent = LentDataset.of(
        replace(dataset.description, attributes=attributes),
        LentColumns(dataset),
        notes=dataset.notes,
        declarations=dataset.declarations,
        read_as_missing=dataset.read_as_missing,
    )
    vars(lent)["_owner"] = dataset
    return lent


def lend_study(study: Study) -> Study:
    """The same study, each dataset lent."""
    return Study.of(*map(lend, study), notes=study.notes)


def _view(column: pd.Series) -> Any:
    """A column of its own over the same values."""
    held = column.array
    if isinstance(held, pd.Categorical):
        return pd.Categorical.from_codes(_read_only(held.codes), dtype=held.dtype, validate=False)
    if isinstance(column.dtype, np.dtype):
        return pd.Series(_read_only(column.to_numpy()), dtype=column.dtype, copy=False)
    return held.copy()  # of Arrow, whose memory cannot be written to: another handle on the same


def _kept(answer: object) -> object:
    """An answer, its arrays as views that cannot be written to."""
    if isinstance(answer, np.ndarray):
        return _read_only(answer)
    if isinstance(answer, Distinct):
        return Distinct(_read_only(answer.values), _read_only(answer.codes))
    if isinstance(answer, SpecialMissing):
        return SpecialMissing(_read_only(answer.records), _read_only(answer.tags))
    return answer


def _read_only(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    view = values.view()
    view.flags.writeable = False
    return view
