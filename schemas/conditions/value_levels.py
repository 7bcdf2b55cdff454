"""The records of a dataset that each value level of its variables is about.

Where clauses look at a few variables, so that each combination of their values is judged once, however many
records have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..study.columns import Codes, Mask
from ..study.dataset import Dataset
from ..study.definition import Definition, ValueLevel, VariableDefinition
from ..study.truth import Truth
from .where_clauses import selected, variable_of

_FEW = np.iinfo(np.uint16).max


@dataclass(frozen=True, eq=False)
class ClauseRecords:
    """The records that some where clauses are about.

    Attributes
    ----------
    data : Dataset
    definition : Definition
    combinations : ndarray of int, shape (n_records,)
        Number of the combination of values that each record has of what the clauses look at.
    first : ndarray of int, shape (n_combinations,)
        Position of the first record of each.
    """

    data: Dataset
    definition: Definition
    combinations: Codes
    first: Codes

    @classmethod
    def of(cls, data: Dataset, definition: Definition, clauses: Iterable[str]) -> ClauseRecords:
        """Those of a dataset, for clauses by OID.

        Examples
        --------
        >>> from adamgate.schemas.conditions.value_levels import ClauseRecords
        >>> from adamgate.schemas.study.definition import (
        ...     DatasetDefinition, Definition, RangeCheck, VariableDefinition, WhereClause
        ... )
        >>> adsl = DatasetDefinition("IG.ADSL", "ADSL", variables=(VariableDefinition("IT.SEX", "SEX"),))
        >>> women = WhereClause("WC.F", (RangeCheck("IT.SEX", "EQ", ("F",)),))
        >>> definition = Definition("2.1", datasets=(adsl,), where_clauses={"WC.F": women})
        >>> records = ClauseRecords.of(ag.read("adam")["ADSL"], definition, ["WC.F"])
        >>> records.truth(["WC.F"]).true.tolist(), records.positions(["WC.F"]).tolist()
        ([True, False], [0, 2, 5])
        """
        known = (definition.where_clauses.get(oid) for oid in dict.fromkeys(clauses))
        checks = (check for clause in known if clause for check in clause.checks)
        named = (variable_of(check, data.name, definition) for check in checks)
        variables = [name for name in dict.fromkeys(named) if name and name in data]
        codes, uniques = pd.factorize(data.groups(*variables))
        first = np.empty(len(uniques), dtype=np.intp)
        first[codes[::-1]] = np.arange(len(codes))[::-1]
        return cls(data, definition, codes.astype(np.intp, copy=False), first)

    def truth(self, clauses: Iterable[str]) -> Truth:
        """Whether any of some clauses is true for each combination."""
        return selected(clauses, self.data, self.definition, self.first)

    def positions(self, clauses: Iterable[str]) -> Codes:
        """Where the records are for which any of some clauses is true, in order of their combinations."""
        return self._of_combinations(np.flatnonzero(self.truth(clauses).true))

    def mask(self, combinations: Mask) -> Mask:
        """The records of some combinations."""
        found: Mask = combinations[self.combinations]
        return found

    def _of_combinations(self, numbers: NDArray[np.intp]) -> Codes:
        starts, ends = self._bounds[numbers], self._bounds[numbers + 1]
        parts = [self._sorted[start:end] for start, end in zip(starts, ends, strict=True)]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.intp)

    @cached_property
    def _sorted(self) -> Codes:
        """Positions of the records by their combinations; short integers are sorted in one pass."""
        codes = self.combinations
        few = codes.astype(np.uint16) if len(self.first) <= _FEW else codes
        return np.argsort(few, kind="stable")

    @cached_property
    def _bounds(self) -> NDArray[np.intp]:
        counts = np.bincount(self.combinations, minlength=len(self.first))
        return np.concatenate(([0], np.cumsum(counts))).astype(np.intp)


@dataclass(frozen=True, eq=False)
class LeveledVariable:
    """A variable of the data with its value level.

    Attributes
    ----------
    variable : VariableDefinition
    records : ClauseRecords
    """

    variable: VariableDefinition
    records: ClauseRecords

    def levels(self) -> Iterator[tuple[ValueLevel, Codes]]:
        """Each value level that has records, and where they are."""
        for level in self.variable.value_level:
            positions = self.records.positions(level.where)
            if len(positions):
                yield level, positions


def leveled_variables(data: Dataset, definition: Definition) -> Iterator[LeveledVariable]:
    """The variables of a dataset that have a value level and are in the data.

    Examples
    --------
    >>> from adamgate.schemas.conditions.value_levels import leveled_variables
    >>> from adamgate.schemas.study.definition import Definition
    >>> list(leveled_variables(ag.read("adam")["ADSL"], Definition("2.1")))
    []
    """
    described = definition.by_name.get(data.name)
    for variable in described.variables if described else ():
        if variable.value_level and variable.name in data:
            clauses = [oid for level in variable.value_level for oid in level.where]
            yield LeveledVariable(variable, ClauseRecords.of(data, definition, clauses))
