"""What differs between derived datasets and delivered ones, with the source records that both rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ...schemas.glance import Glance, Glanced
from ...schemas.study.description import DatasetDescription
from ...schemas.wording import counted
from ..diff.dataset_differences import DatasetDifferences
from ..diff.metadata import MetadataDifference
from ..diff.values import ShownValue


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """The source record that a derived record rests on: SRCDOM, SRCVAR, SRCSEQ.

    Attributes
    ----------
    dataset, variable : str
        Empty where missing.
    sequence : float or None
    """

    dataset: str
    variable: str
    sequence: float | None

    def __str__(self) -> str:
        number = "" if self.sequence is None else f" {self.sequence:.15g}"
        return f"{'.'.join(filter(None, (self.dataset, self.variable)))}{number}" or "missing"


@dataclass(frozen=True, slots=True)
class CheckedCell:
    """A variable of a record that differs.

    Attributes
    ----------
    variable : str
    derived, delivered : str, float or None
        None where missing, and unless values are shown.
    """

    variable: str
    derived: ShownValue = field(default=None, repr=False)
    delivered: ShownValue = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """A record that differs.

    Attributes
    ----------
    record_derived, record_delivered : int
        Numbers of the record, counted from 1.
    subject : str
        Empty unless subjects are shown.
    source_derived, source_delivered : SourceRecord or None
        None where a dataset has no SRCDOM, SRCVAR or SRCSEQ, and unless subjects are shown.
    cells : tuple of CheckedCell
        All that differ, the deciding ones first.
    """

    record_derived: int
    record_delivered: int
    subject: str
    source_derived: SourceRecord | None
    source_delivered: SourceRecord | None
    cells: tuple[CheckedCell, ...]


@dataclass(frozen=True, slots=True)
class RecordsAlike:
    """Records of one parameter in which the same variables differ: perhaps for one reason.

    Attributes
    ----------
    parameter : str
        PARAMCD; empty where the dataset has none.
    cause : str
        What is behind it, as far as the variables say: "another date".
    variables : tuple of str
        Those that differ, the deciding ones first.
    count : int
        Number of records.
    relations : tuple of str
        What holds of a variable in all of them: "AVAL: delivered is 1 less".
    first : tuple of CheckedRecord
    """

    parameter: str
    cause: str
    variables: tuple[str, ...]
    count: int
    relations: tuple[str, ...]
    first: tuple[CheckedRecord, ...]


@dataclass(frozen=True, slots=True)
class RecordsOfOne:
    """Records of one parameter that only one dataset has.

    Attributes
    ----------
    parameter : str
    count : int
    first : tuple of int
        Numbers of the first records, counted from 1.
    subjects : tuple of str
        Theirs; empty unless subjects are shown.
    """

    parameter: str
    count: int
    first: tuple[int, ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedVariable:
    """Cells of a variable that differ, of one parameter.

    Attributes
    ----------
    parameter, variable : str
    cells : int
    """

    parameter: str
    variable: str
    cells: int


@dataclass(frozen=True, eq=False)
class CheckedDataset:
    """A derived dataset beside the delivered one.

    Attributes
    ----------
    name : str
        Of the derived dataset.
    differences : DatasetDifferences
        As `diff` finds them; A is derived, B delivered.
    variables : tuple of CheckedVariable
    alike : tuple of RecordsAlike
        Records that differ, by parameter, those with the most telling cause first.
    only_derived, only_delivered : tuple of RecordsOfOne
    metadata : tuple of MetadataDifference
        Labels, lengths, formats; they do not count unless that was asked for.
    types : tuple of MetadataDifference
        Variables that are character in one and numeric in the other; their cells cannot be compared.
    metadata_counts : bool
    """

    name: str
    differences: DatasetDifferences
    variables: tuple[CheckedVariable, ...]
    alike: tuple[RecordsAlike, ...]
    only_derived: tuple[RecordsOfOne, ...]
    only_delivered: tuple[RecordsOfOne, ...]
    metadata: tuple[MetadataDifference, ...]
    types: tuple[MetadataDifference, ...]
    metadata_counts: bool

    @property
    def derived(self) -> DatasetDescription:
        """The derived dataset."""
        return self.differences.a

    @property
    def delivered(self) -> DatasetDescription:
        """The delivered one."""
        return self.differences.b

    @property
    def equal(self) -> bool:
        """Whether nothing that counts differs."""
        found = self.differences
        return not (
            self.alike
            or self.only_derived
            or self.only_delivered
            or self.types
            or found.variables_only_a
            or found.variables_only_b
            or (self.metadata and self.metadata_counts)
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is no difference, but worth knowing; that the names are not the same is said elsewhere."""
        notes = self.differences.notes
        return notes if self.derived.name == self.delivered.name else notes[1:]

    @property
    def differing(self) -> int:
        """Records that differ."""
        return sum(each.count for each in self.alike)


@dataclass(frozen=True, eq=False, repr=False)
class DerivationCheck(Glanced):
    """What differs between derived datasets and delivered ones.

    Attributes
    ----------
    datasets : mapping of name to CheckedDataset
        By the name of the derived dataset.
    not_delivered : mapping of name to str
        Derived datasets that are not among the delivered ones, with the nearest names.
    values_shown, keys_shown : bool
        Whether examples have values (patient data), and whether they name subjects.

    Examples
    --------
    >>> study = ag.read("adam")
    >>> death = ag.DerivationSource(dataset="ADSL", date="DTHDT")
    >>> ends = {"OS": ag.DerivedEndpoint(
    ...     param="Overall Survival", origin="TRTSDT", events=("DEATH",), without_candidate="exclude"
    ... )}
    >>> what = ag.Specification({"ADTTE": ag.TimeToEvent()}, ends, {"DEATH": death})
    >>> found = ag.check_derived(study, what, ag.derive(study, what))
    >>> found.equal, found.datasets["ADTTE"].differing
    (True, 0)
    """

    datasets: Mapping[str, CheckedDataset]
    not_delivered: Mapping[str, str]
    values_shown: bool
    keys_shown: bool

    @property
    def equal(self) -> bool:
        """Whether every derived dataset was delivered, and nothing differs."""
        return not self.not_delivered and all(each.equal for each in self.datasets.values())

    @property
    def frame(self) -> pd.DataFrame:
        """Every cell that differs: dataset, keys, variable, record numbers, both values (patient data)."""
        frames = [
            each.differences.frame.rename(
                columns={
                    "record_a": "record_derived",
                    "record_b": "record_delivered",
                    "a": "derived",
                    "b": "delivered",
                }
            )
            for each in self.datasets.values()
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def to_dict(self) -> dict[str, Any]:
        """The JSON document: the key ``check`` of ``derivation.schema.json``."""
        from .check_document import check_document

        return check_document(self)

    def _glance(self) -> Glance:
        rows = [(name, in_short(each)) for name, each in self.datasets.items()]
        rows += [(name, "not delivered") for name in self.not_delivered]
        return Glance((f"DerivationCheck: {'equal' if self.equal else 'different'}",), rows, len(rows))


def in_short(each: CheckedDataset) -> str:
    """What differs, as counts: "5 of 512 records differ, 1 record only derived"."""
    found = each.differences
    verb = "differs" if each.differing == 1 else "differ"
    parts = [f"{each.differing:,} of {counted(found.matched, 'record')} {verb}"] if each.differing else []
    for side, only, names in (
        ("derived", each.only_derived, found.variables_only_a),
        ("delivered", each.only_delivered, found.variables_only_b),
    ):
        records = sum(one.count for one in only)
        parts += [f"{counted(records, 'record')} only {side}"] if records else []
        parts += [f"{counted(len(names), 'variable')} only {side}"] if names else []
    parts += [f"{counted(len(each.types), 'variable')} of another type"] if each.types else []
    if each.metadata and each.metadata_counts:
        parts += [counted(len(each.metadata), "metadata difference")]
    within = f" ({counted(found.tolerated, 'cell')} within the tolerance)" if found.tolerated else ""
    records = found.matched
    return (", ".join(parts) or f"{counted(records, 'record')} equal") + within
