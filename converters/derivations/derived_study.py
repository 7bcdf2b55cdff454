"""Derived datasets with the record of how they were derived."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

from ...schemas.study.study import Study
from .record import DerivationRecord


@dataclass(frozen=True, eq=False, repr=False)
class DerivedStudy(Study):
    """The derived datasets; every writer, the gate and the tables take it as any study.

    Attributes
    ----------
    record : DerivationRecord
        What was derived, and what each policy did.

    Examples
    --------
    >>> ends = {"OS": ag.DerivedEndpoint(param="Overall Survival", origin="TRTSDT", censors=("ALIVE",))}
    >>> sources = {"ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT")}
    >>> derived = ag.derive(ag.read("adam"), ag.Specification({"ADTTE": ag.TimeToEvent()}, ends, sources))
    >>> derived.record.records, derived["ADTTE"].label
    ({'ADTTE': 6}, 'Time-to-Event Analysis Dataset')
    """

    record: DerivationRecord = field(default_factory=DerivationRecord)

    def with_more(self, other: DerivedStudy) -> DerivedStudy:
        """These datasets and others, which take the place of those of the same name.

        Examples
        --------
        >>> ends = {"OS": ag.DerivedEndpoint(param="Overall Survival", origin="TRTSDT", censors=("ALIVE",))}
        >>> sources = {"ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT")}
        >>> derived = ag.derive(ag.read("adam"), ag.Specification({"ADTTE": ag.TimeToEvent()}, ends, sources))
        >>> list(ag.DerivedStudy({}).with_more(derived).datasets)
        ['ADTTE']
        """
        if not self.datasets:
            return other
        datasets = {**self.datasets, **other.datasets}
        counts = {**self.record.records, **other.record.records}
        of_parameters = {**self.record.of_parameters, **other.record.of_parameters}
        record = DerivationRecord.together(counts, (self.record, other.record), of_parameters)
        return DerivedStudy(MappingProxyType(datasets), self.notes + other.notes, record=record)
