"""A dataset as a SAS transport file has it: what each column holds, in how many bytes, and its format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import accumulate
from weakref import WeakKeyDictionary

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...fixed_width.stored_columns import StoredColumn
from ...values.arrow_columns import Shape, shape_of
from ..format import Output, Repair
from ..stated_time import stated_epoch
from ..write_options import WriteOptions
from .extent import Extent
from .ibm_double import LENGTHS
from .layout import Field, Member
from .record_layout import UNKNOWN_TIME, V5, V8, XptVersion, sas_format, text_of_format
from .stored_columns import stored_column
from .survey import Surveyed, survey
from .text_encoding import TextEncoding

DEFAULT_FORMATS = {Shape.DATE: "DATE9.", Shape.DATETIME: "DATETIME20."}
"""Of dates without a format, which would be read as numbers."""
SAS_VERSION = "9.4"
"""Stated where the source states none."""

_SYSTEM_LENGTH = 8


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """One variable.

    Attributes
    ----------
    variable : Variable
    shape : Shape
    found : Surveyed
    length : int
        Bytes of each value.
    """

    variable: Variable
    shape: Shape
    found: Surveyed
    length: int

    @property
    def is_text(self) -> bool:
        return self.shape is Shape.TEXT

    @property
    def format(self) -> str:
        """The format that is written; dates always have one."""
        return self.variable.format or DEFAULT_FORMATS.get(self.shape, "")


@dataclass(frozen=True)
class Described:
    """One dataset.

    Attributes
    ----------
    dataset : Dataset
    words : XptVersion
    encoding : TextEncoding
    columns : tuple of DescribedColumn
    """

    dataset: Dataset
    words: XptVersion
    encoding: TextEncoding
    columns: tuple[DescribedColumn, ...]

    @classmethod
    def of(cls, output: Output, variables: tuple[Variable, ...] | None = None) -> Described:
        """What is known of a dataset, or of some of its variables, after one pass over its records."""
        dataset, options = output.dataset, output.options
        words, encoding = words_of(options), TextEncoding.named(options.xpt_encoding)
        looked_at = dataset.variables if variables is None else variables
        found = _surveyed(dataset, looked_at, encoding, words)
        described = (
            DescribedColumn(each, shape, seen, _length(each, shape, seen, options, words))
            for each, (shape, seen) in zip(looked_at, found, strict=True)
        )
        return cls(dataset, words, encoding, tuple(described))

    @property
    def record_length(self) -> int:
        return sum(each.length for each in self.columns)

    def member(self, name: str) -> Member:
        """What headers say of it under this name; nothing is wrong with it."""
        starts = accumulate((each.length for each in self.columns), initial=0)
        fields = tuple(self._field(each, start) for each, start in zip(self.columns, starts, strict=False))
        created, modified = times_of(self.dataset)
        attributes = self.dataset.attributes
        return Member(
            name=self.encoding.bytes_of(name) or b"",
            label=self.encoding.bytes_of(self.dataset.label) or b"",
            kind=_system_word(attributes.get("dataset_type")),
            sas_version=_system_word(attributes.get("sas_version")) or SAS_VERSION,
            operating_system=_system_word(attributes.get("operating_system")),
            created=created,
            modified=modified,
            fields=fields,
            extent=Extent(0, len(self.dataset)),
            positions_differ=False,
        )

    def _field(self, column: DescribedColumn, start: int) -> Field:
        variable = column.variable
        return Field(
            name=self.encoding.bytes_of(variable.name) or b"",
            label=self.encoding.bytes_of(variable.label) or b"",
            numeric=not column.is_text,
            position=start,
            length=column.length,
            format=_written_format(column.format),
            informat=_written_format(variable.informat),
        )

    @cached_property
    def stored(self) -> tuple[StoredColumn, ...]:
        return tuple(
            stored_column(self.dataset, each.variable, each.shape, each.length, self.encoding)
            for each in self.columns
        )

    def changes(self) -> Iterator[Repair]:
        """Lengths and formats that are written otherwise than the dataset has them."""
        for each in self.columns:
            said = each.variable.length
            if said is not None and said != each.length:
                yield Repair(self.dataset.name, f"length {each.length} instead of {said}", each.variable.name)


_SURVEYED: WeakKeyDictionary[Dataset, dict[tuple[Variable, str, int], tuple[Shape, Surveyed]]] = (
    WeakKeyDictionary()
)
"""A dataset is never changed: it is looked at once for its breaches, its plan and its notes."""


def _surveyed(
    dataset: Dataset, variables: Sequence[Variable], encoding: TextEncoding, words: XptVersion
) -> list[tuple[Shape, Surveyed]]:
    """What each column holds. All shapes are found first, since whole columns may be needed for them."""
    known = _SURVEYED.setdefault(dataset, {})
    keys = [(variable, encoding.codec, words.longest_text) for variable in variables]
    shapes = {key: shape_of(dataset, key[0]) for key in keys if key not in known}
    for key, shape in shapes.items():
        known[key] = shape, survey(dataset, key[0], shape, encoding, words.longest_text)
    return [known[key] for key in keys]


def words_of(options: WriteOptions) -> XptVersion:
    return V8 if options.xpt_version == 8 else V5


def times_of(dataset: Dataset) -> tuple[datetime | None, datetime | None]:
    """When it was made and changed, to the second: its own times, else ``SOURCE_DATE_EPOCH``."""
    created, modified = _to_the_second(dataset.created), _to_the_second(dataset.modified)
    if created is None and modified is None and (stated := stated_epoch()) is not None:
        created = _to_the_second(stated.astimezone(UTC))
    return created or modified, modified or created


def _to_the_second(time: datetime | None) -> datetime | None:
    """None for SAS's zero too, which stands for an unknown time."""
    found = time and time.replace(microsecond=0, tzinfo=None)
    return None if found == UNKNOWN_TIME else found


def _length(
    variable: Variable, shape: Shape, found: Surveyed, options: WriteOptions, words: XptVersion
) -> int:
    """Bytes of each value, by the policy: the source's if it suffices, else what the data need."""
    is_text = shape is Shape.TEXT
    most = words.longest_text if is_text else LENGTHS[-1]
    said = variable.length if options.lengths == "source" else None
    if said is not None and found.needed <= said <= most:
        return said
    return min(found.needed, most) if is_text else most


def _written_format(text: str) -> str:
    form = sas_format(text)
    if form is None:
        return ""
    return text_of_format(form.name.encode(), form.width, form.decimals, form.is_character)


def _system_word(value: object) -> str:
    """What a header says of the system; nothing where that is not its word."""
    text = value if isinstance(value, str) else ""
    return text if text.isascii() and text.isprintable() and len(text) <= _SYSTEM_LENGTH else ""
