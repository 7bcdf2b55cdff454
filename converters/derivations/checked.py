"""What differs between a derived dataset and the delivered one, with the source records that both rest on."""

from __future__ import annotations

from dataclasses import dataclass, field

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
        Those that differ, in all of them or, as ASEQ, in some; the deciding ones first.
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
    delivered_name : str
        Of the delivered one: ADTTE_ONCO.
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
    delivered_name: str
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
    def differing(self) -> int:
        """Records that differ."""
        return sum(each.count for each in self.alike)


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
