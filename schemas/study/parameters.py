"""The parameters of a dataset: which records belong to which, and which of them are times to an event."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .columns import Distinct, Mask
from .declarations import UNDECLARED, Declarations, Endpoint
from .totals import Countable


class Asked(Protocol):
    """What parameters ask of their dataset."""

    @property
    def declarations(self) -> Declarations: ...
    def __len__(self) -> int: ...
    def __contains__(self, variable: object) -> bool: ...
    def filled(self, variable: str) -> Mask: ...
    def distinct(self, variable: str) -> Distinct: ...
    def total(self, name: str, counted: Countable) -> Countable: ...


class Parameters:
    """The records of a dataset by PARAMCD; all records are one nameless parameter without it.

    What is kept here takes memory by parameters; columns of records are the dataset's to keep.

    Attributes
    ----------
    names : tuple of str
        PARAMCD of each parameter; empty text where PARAMCD is missing or not present.
    """

    def __init__(self, data: Asked) -> None:
        self._data = data
        codes = data.distinct("PARAMCD") if "PARAMCD" in data else ()
        self.names = (*map(str, codes), "")

    @property
    def codes(self) -> NDArray[np.intp]:
        """Position of each record's parameter in `names`, shape (n_records,)."""
        if "PARAMCD" not in self._data:
            return np.zeros(len(self._data), dtype=np.intp)
        codes = self._data.distinct("PARAMCD").codes
        return np.where(codes < 0, len(self.names) - 1, codes) if self._some_are_nameless else codes

    @cached_property
    def _some_are_nameless(self) -> bool:
        return bool((self._data.distinct("PARAMCD").codes < 0).any())

    def count(self, mask: Mask) -> NDArray[np.intp]:
        """Number of the records under a mask, per parameter."""
        return np.bincount(self.codes[mask], minlength=len(self.names))

    def mostly(self, mask: Mask, among: Mask) -> Mask:
        """Parameters in which more than half of the records `among` are under `mask`."""
        return 2 * self.count(mask & among) > self.count(among)

    @cached_property
    def time_to_event(self) -> Mask:
        """Parameters that are times to an event: those with CNSR, or all where no record has CNSR.

        A basic data structure may hold other parameters beside them, whose CNSR is null.
        """
        if "CNSR" not in self._data:
            return np.ones(len(self.names), dtype=np.bool_)
        counted = pd.Series(self.count(self._data.filled("CNSR")), index=self.names)
        total = self._data.total("records with CNSR of each parameter", counted)
        having = total.reindex(self.names).to_numpy() > 0
        return having if total.any() else ~having

    @property
    def durations(self) -> Mask:
        """Records of the parameters that are times to an event."""
        return self.time_to_event[self.codes]

    def each(self, among: Mask) -> Iterator[tuple[str, NDArray[np.intp]]]:
        """Name and record positions of each parameter that has records `among`."""
        codes, positions = self.codes, np.flatnonzero(among)
        order = positions[np.argsort(codes[positions], kind="stable")]
        present, starts = np.unique(codes[order], return_index=True)
        for number, own in zip(present, np.split(order, starts[1:]), strict=False):
            yield self.names[number], own

    def texts(self, variable: str) -> list[list[str]]:
        """The texts of a variable in each parameter, sorted; none where it is not present."""
        found: list[list[str]] = [[] for _ in self.names]
        if variable not in self._data:
            return found
        distinct = self._data.distinct(variable)
        width = max(len(distinct), 1)
        filled = distinct.codes >= 0
        pairs = np.unique(self.codes[filled] * width + distinct.codes[filled])
        for number, text in zip(pairs // width, distinct[pairs % width], strict=True):
            found[number].append(str(text))
        return [sorted(texts) for texts in found]

    def endpoint(self, name: str) -> Endpoint:
        """What is declared of a parameter; nothing where it is not declared."""
        return self._data.declarations.endpoints.get(name, UNDECLARED)

    def among(self, chosen: Collection[str]) -> Mask:
        """Records of parameters by name."""
        return np.isin(self.codes, [number for number, name in enumerate(self.names) if name in chosen])
