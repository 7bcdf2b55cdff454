"""What rules of a user's own are handed: the same data, lent so that nothing they do to it lasts.

Each column that a rule asks for is a copy of its own, dictionary included, and so is each answer (`numbers`,
`distinct`, …): whatever is done to it, by whichever way into its memory, is gone when the rule is done. It is
marked as not to be written to, so that a rule that means no harm is told. What nobody asks for is not copied.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from copy import copy, deepcopy
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import pandas as pd

from ..study.answers import Question
from ..study.columns import Distinct
from ..study.dataset import Answer, Dataset
from ..study.study import Study
from ..study.variable import SpecialMissing


class LentDataset(Dataset):
    """A dataset in the hands of a rule that is not ours."""

    _owner: Dataset

    def _ask(self, question: str, variable: str, answer: Callable[[pd.Series], Answer]) -> Answer:
        return cast("Answer", _kept(self._owner._ask(question, variable, answer)))


class LentColumns:
    """Columns of somebody else: each is copied when it is fetched, once as long as the memory allows."""

    def __init__(self, owner: Dataset) -> None:
        self._owner = owner
        self.answers = owner.columns.answers
        self._fetched: MutableMapping[Question, Any] = (
            {} if self.answers is None else self.answers.for_dataset()
        )

    def __len__(self) -> int:
        return len(self._owner)

    def column(self, name: str) -> pd.Series:
        try:
            return cast("pd.Series", self._fetched["column", name])
        except KeyError:
            column = pd.Series(_copied(self._owner.columns.column(name)), name=name, copy=False)
        self._fetched["column", name] = column
        return column

    def part(self, name: str, first: int, count: int) -> pd.Series:
        return pd.Series(_copied(self._owner.columns.part(name, first, count)), name=name, copy=False)

    def special_missing(self, name: str) -> SpecialMissing | None:
        return cast("SpecialMissing | None", _kept(self._owner.columns.special_missing(name)))

    def frame(self) -> pd.DataFrame:
        return self._frame

    @cached_property
    def _frame(self) -> pd.DataFrame:
        columns = {each.name: self.column(each.name).array for each in self._owner.variables}
        return pd.DataFrame(columns, index=pd.RangeIndex(len(self)), copy=False)


def lend(dataset: Dataset) -> LentDataset:
    """The same dataset for a rule that may do with it what it likes."""
    described = replace(
        dataset.description,
        variables=tuple(map(copy, dataset.variables)),
        source=copy(dataset.source),
        attributes=MappingProxyType(deepcopy(dict(dataset.attributes))),
    )
    lent = LentDataset.of(
        described,
        LentColumns(dataset),
        notes=dataset.notes,
        declarations=dataset.declarations,
        read_as_missing=dataset.read_as_missing,
    )
    vars(lent)["_owner"] = dataset
    return lent


def lend_study(study: Study) -> Study:
    """The same study, each dataset lent."""
    return Study.of(*map(lend, study), notes=study.notes, definition=study.definition)


def _copied(column: pd.Series) -> Any:
    """The values of a column in memory of their own."""
    held = column.array
    if isinstance(held, pd.Categorical):
        dtype = pd.CategoricalDtype(held.categories.copy(deep=True), held.ordered)
        return pd.Categorical.from_codes(_read_only(held.codes), dtype=dtype, validate=False)
    if isinstance(column.dtype, np.dtype):
        return pd.Series(_read_only(column.to_numpy()), dtype=column.dtype, copy=False).array
    return held.copy()  # of Arrow, whose memory cannot be written to: another handle on the same


def _kept(answer: object) -> object:
    """An answer, its arrays copied."""
    if isinstance(answer, np.ndarray):
        return _read_only(answer)
    if isinstance(answer, Distinct):
        return Distinct(_read_only(answer.values), _read_only(answer.codes))
    if isinstance(answer, SpecialMissing):
        return SpecialMissing(_read_only(answer.records), _read_only(answer.tags))
    return answer


def _read_only(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A copy that says that it is not to be written to."""
    copied = values.copy()
    copied.flags.writeable = False
    return copied
