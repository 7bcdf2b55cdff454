"""Derived datasets with the record of how they were derived."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...schemas.study.study import Study
from .record import DerivationRecord


@dataclass(frozen=True, eq=False, repr=False)
class DerivedStudy(Study):
    """The derived datasets; every writer, the gate and the tables take it as any study.

    Attributes
    ----------
    record : DerivationRecord
        What was derived, and what each policy did.
    """

    record: DerivationRecord = field(default_factory=DerivationRecord)
