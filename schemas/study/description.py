"""What is known of a dataset before a record of it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

from ..standards.structure import Structure, detect_structure, is_declared, overruled
from .variable import MetadataKind, Source, Variable


@dataclass(frozen=True, eq=False)
class DatasetDescription:
    """A dataset without its records.

    Attributes
    ----------
    name : str
        In capitals, "ADTTE".
    variables : tuple of Variable
        In the order of the columns.
    label : str
    declared_class, declared_subclass : str
        As ``datasets.csv`` states them; empty when nothing was declared.
    carries : frozenset of {"label", "length", "format"}
        Which metadata the source format has for its variables; rules about others do not apply.
    source : Source or None
    created, modified : datetime or None
    attributes : mapping
        What only the source format knows (Dataset-JSON: studyOID, itemGroupOID, …), kept for writers.
    """

    name: str
    variables: tuple[Variable, ...]
    label: str = ""
    declared_class: str = ""
    declared_subclass: str = ""
    carries: frozenset[MetadataKind] = frozenset({"label", "length", "format"})
    source: Source | None = None
    created: datetime | None = None
    modified: datetime | None = None
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def __post_init__(self) -> None:
        if len(self.by_name) < len(self.variables):
            raise ValueError(f"{self.name}: two variable names differ only in case")

    @cached_property
    def by_name(self) -> Mapping[str, Variable]:
        """The variables by their names in capitals, in order."""
        return {variable.name.upper(): variable for variable in self.variables}

    @cached_property
    def structure(self) -> Structure:
        """Declared by metadata, else inferred from the name and the variables."""
        return detect_structure(self.name, self.by_name, self.declared_class, self.declared_subclass)

    @property
    def is_adam(self) -> bool:
        """Whether this is an analysis dataset, not SDTM or another table."""
        if self.structure is not Structure.OTHER or self.name.startswith("AD"):
            return True
        return is_declared(self.declared_class, self.declared_subclass)

    @property
    def overruled(self) -> Structure | None:
        """What it looks like, where its declared class keeps off the rules of that; else None."""
        return overruled(self.name, self.by_name, self.declared_class, self.declared_subclass)

    def __getstate__(self) -> dict[str, Any]:
        return sendable(self)


def sendable(instance: Any) -> dict[str, Any]:
    """The fields of a dataclass for pickle, which does not take read-only views of mappings."""
    values = {each.name: getattr(instance, each.name) for each in fields(instance)}
    return {name: dict(v) if isinstance(v, MappingProxyType) else v for name, v in values.items()}
