"""The records of ADSL while their variables are derived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.standards.adsl import variables as standard_variables
from ....schemas.standards.versions import Standards
from ....schemas.study import columns
from ....schemas.study.columns import Codes, Days, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.study.partial_dates import PartialDates
from ....schemas.study.raw_places import PlacedPart, RawPlaces, placed
from ....schemas.study.study import Study
from ....schemas.study.variable import Variable
from ....schemas.wording import counted, did_you_mean
from ..assembled import standard_label
from ..dated_records import DatedRecords
from ..sources import SelectedRecords, Sources, source_variables
from ..task import DerivationTask
from .options import SubjectLevel


@dataclass(eq=False)
class SubjectTable:
    """One row per derived record.

    Attributes
    ----------
    task : DerivationTask
    options : SubjectLevel
    base : Dataset
        The records that are kept, with their supplemental qualifiers.
    sources : Sources
        Of other datasets.
    columns : dict of name to Series, shape (n_records,)
        What is derived so far.
    described : dict of name to Variable
    failed : set of str
        Variables that could not be derived, which is noted.
    raw : dict of name to list of PlacedPart
        The raw records that derived variables are of, by the rows of the subjects.
    """

    task: DerivationTask
    options: SubjectLevel
    base: Dataset
    sources: Sources
    columns: dict[str, pd.Series] = field(default_factory=dict)
    described: dict[str, Variable] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    raw: dict[str, list[PlacedPart]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.base)

    def add(
        self, name: str, column: pd.Series | NDArray[Any], label: str = "", source: Variable | None = None
    ) -> None:
        """Take a derived variable, labelled as declared, else by the standard, else as its source."""
        self.columns[name] = pd.Series(column, copy=False)
        given = source or Variable(name)
        usual = standard_label(name, standard_variables(Standards()))
        self.described[name] = replace(
            given, name=name, label=label or usual or given.label, key_sequence=None, item_oid=""
        )

    def taken_from(
        self, names: Iterable[str], subject: Codes, data: Dataset, record: Codes, variable: str
    ) -> None:
        """Note that variables of some subjects are of a variable of other records."""
        own = data.name == self.task.name
        places = self.raw_places(variable) if own else data.raw_places_of(variable)
        if places is not None:
            part = PlacedPart(subject, places.take(record))
            for name in names:
                self.raw.setdefault(name, []).append(part)

    def raw_places(self, name: str) -> RawPlaces | None:
        """The raw records of a variable; None where they are not known."""
        if name in self.raw:
            return placed(len(self), self.raw[name])
        if name in self.columns:
            return None
        return self.base.raw_places_of(self.options.carry_as.get(name, name))

    def column(self, name: str) -> pd.Series | None:
        """A variable: derived, of the source under its new name, or of the source; None where not present."""
        if name in self.columns:
            return self.columns[name]
        origin = self.options.carry_as.get(name, name)
        if origin not in self.base:
            return None
        return self.base[origin]

    @property
    def names(self) -> list[str]:
        """Of all variables so far."""
        return list(dict.fromkeys([*self.columns, *self.options.carry_as, *self.base.names]))

    def part(self, names: Iterable[str], place: str) -> Dataset | None:
        """Some variables as a dataset; None where one is not present, which is noted."""
        wanted = list(dict.fromkeys(names))
        found = {name: self.column(name) for name in wanted}
        for name, column in found.items():
            if column is None and name not in self.failed:
                what = f"{name} is neither derived nor present in {self.base.name}"
                self.task.account.problem(what, place, did_you_mean(name, self.names))
        if any(column is None for column in found.values()) or self.failed.intersection(wanted):
            return None
        frame = pd.DataFrame(found, index=pd.RangeIndex(len(self)), copy=False)
        return Dataset.from_frame(frame, self.task.name)

    def days(self, name: str, place: str) -> Days | None:
        """The dates of a variable; None where it has none, or dates that are not complete, which is noted."""
        data = self.part([name], place)
        if data is None:
            return None
        if not data.is_character(name) and not columns.is_date(data[name]) and data.filled(name).any():
            self.task.account.problem(f"{name} is not a date", place, "name a date")
            return None
        dates = PartialDates.of(data, name)
        open_dates = dates.partial | dates.unreadable
        if open_dates.any():
            number = counted(int(open_dates.sum()), "subject")
            what = f"{name} is not a complete date of {number}"
            advice = "derive a date of it by date_of and impute, and name that"
            self.task.account.problem(what, place, advice, self.base, open_dates)
            return None
        return dates.lower

    def dated(self, source: str) -> DatedRecords | None:
        """The dated records of a source; None where it does not fit, which is noted."""
        if self._rests_on_failed(source):
            return None
        return self.sources_for(source).records(source)

    def selected(self, source: str) -> SelectedRecords | None:
        """The records of a source, dated or not; None where it does not fit, which is noted."""
        if self._rests_on_failed(source):
            return None
        return self.sources_for(source).selected(source)

    def _rests_on_failed(self, source: str) -> bool:
        """Whether a source in the dataset itself names a variable that could not be derived."""
        declared = self.sources.declared[source]
        named = {variable for _, variable in source_variables(declared, source)}
        return declared.dataset == self.task.name and bool(named & self.failed)

    def sources_for(self, source: str) -> Sources:
        """Those of other datasets; of a source in the dataset itself, those that are derived so far."""
        if self.sources.declared[source].dataset != self.task.name:
            return self.sources
        present = {name: self.column(name) for name in self.names}
        so_far = Dataset.from_frame(pd.DataFrame(present, copy=False), self.task.name)
        study = Study(MappingProxyType({self.task.name: so_far}))
        return replace(self.sources, study=study, left_out=None, so_far=True, _found={}, _selected={})

    def subjects(self, positions: NDArray[np.intp]) -> Mask:
        """A mask of subjects by their positions."""
        found = np.zeros(len(self), dtype=np.bool_)
        found[positions] = True
        return found
