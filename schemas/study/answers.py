"""What datasets were asked and answered: kept, within the memory that they may take together."""

from __future__ import annotations

import ctypes
import os
import sys
from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from itertools import count, islice
from threading import RLock
from typing import Any, NamedTuple
from weakref import finalize

import numpy as np
import pandas as pd

Question = tuple[str, str]
"""What was asked, and of which variable."""

_GIVEN_BACK = 8_000_000
"""Bytes that are freed before they are given back."""
_LOOKED_AT = 200
"""Values by which the size of all is judged."""


class AnswersInMemory:
    """Bytes that the answers of several datasets may take together.

    Parameters
    ----------
    most : int
        When they are exceeded, the answer that was asked for the longest time ago goes first.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0
        self._freed = 0
        self._kept: OrderedDict[tuple[int, Question], _Kept] = OrderedDict()
        self._owners = count()
        self._lock = RLock()  # threads may ask datasets of one reading

    def for_dataset(self) -> BoundedAnswers:
        """The answers of one more dataset."""
        answers = BoundedAnswers(self, next(self._owners))
        finalize(answers, self._forget, answers.owner)
        return answers

    def take(self, size: int) -> None:
        """Have these bytes taken by something else, for good."""
        with self._lock:
            self.most -= size
            self._drop()

    def put(self, key: tuple[int, Question], answer: Any) -> None:
        size = bytes_of(answer)
        with self._lock:
            self.remove(key)
            if size <= self.most:
                self._kept[key] = _Kept(answer, size)
                self.taken += size
                self._drop()

    def get(self, key: tuple[int, Question]) -> Any:
        with self._lock:
            self._kept.move_to_end(key)
            return self._kept[key].answer

    def remove(self, key: tuple[int, Question]) -> None:
        with self._lock:
            gone = self._kept.pop(key, None)
            self.taken -= gone.size if gone is not None else 0

    def of(self, owner: int) -> list[Question]:
        with self._lock:
            return [question for dataset, question in self._kept if dataset == owner]

    def _drop(self) -> None:
        while self.taken > self.most and self._kept:
            size = self._kept[next(iter(self._kept))].size
            self.remove(next(iter(self._kept)))
            self._freed += size
        if self._freed > _GIVEN_BACK:
            self._freed = 0
            give_back()

    def _forget(self, owner: int) -> None:
        for question in self.of(owner):
            self.remove((owner, question))

    def __reduce__(self) -> tuple[type[AnswersInMemory], tuple[int]]:
        return type(self), (self.most,)


class _Kept(NamedTuple):
    answer: Any
    size: int


class BoundedAnswers(MutableMapping[Question, Any]):
    """The answers of one dataset, of which any may be gone when it is asked for again."""

    def __init__(self, within: AnswersInMemory, owner: int) -> None:
        self._within = within
        self.owner = owner

    def __getitem__(self, question: Question) -> Any:
        return self._within.get((self.owner, question))

    def __setitem__(self, question: Question, answer: Any) -> None:
        self._within.put((self.owner, question), answer)

    def __delitem__(self, question: Question) -> None:
        self._within.remove((self.owner, question))

    def __iter__(self) -> Iterator[Question]:
        return iter(self._within.of(self.owner))

    def __len__(self) -> int:
        return len(self._within.of(self.owner))


def give_back() -> None:
    """Have freed memory given back to the system: glibc keeps what lies between blocks in use."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)


def bytes_of(answer: Any) -> int:
    """About how much memory an answer takes: arrays by their bytes, objects by the first of them."""
    if isinstance(answer, np.ndarray):
        return answer.nbytes + (_texts(answer) if answer.dtype == object else 0)
    if isinstance(answer, pd.Series):
        if isinstance(answer.dtype, pd.CategoricalDtype):
            codes, categories = answer.cat.codes.to_numpy(), answer.cat.categories.to_numpy()
            return bytes_of(codes) + bytes_of(categories)
        return int(answer.memory_usage(index=False, deep=answer.dtype == object))
    if isinstance(answer, pd.api.extensions.ExtensionArray):
        return int(answer.nbytes)
    parts = [getattr(answer, name) for name in getattr(answer, "__slots__", ())]
    return sys.getsizeof(answer) + sum(map(bytes_of, parts))


def _texts(values: np.ndarray[Any, Any]) -> int:
    first = [sys.getsizeof(value) for value in islice(values.flat, _LOOKED_AT)]
    return round(sum(first) / len(first) * values.size) if first else 0
