"""A .sav file: its head, then records of elements of eight bytes, not compressed, in UTF-8.

After "System File Format" of the PSPP Developers Guide, and what SPSS and ReadStat write. The same dataset
gives the same bytes: a file states the time of the dataset, else ``SOURCE_DATE_EPOCH``, else the first of
January 1970.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import BinaryIO

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...fixed_width.stored_columns import write_records
from ...values.arrow_columns import Shape, shape_of
from ..format import Output
from ..stated_time import stated_epoch
from .display import format_code
from .names import short_names
from .stored_columns import ELEMENT, HIGHEST, LOWEST, MISSING, TextParts, elements, stored_column
from .texts import SurveyedTexts
from .unfit import LONGEST_DATASET_LABEL
from .value_labels import LabelsOfValues, held_labels, number_of

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_NO_TIME = datetime(1970, 1, 1)
_PRODUCT = b"@(#) SPSS DATA FILE - adamgate"
_BIAS = 100.0
_UTF_8 = 65_001
_NOMINAL, _SCALE = 1, 3
_LEFT, _RIGHT = 0, 1
_CONTINUED = struct.pack("<6i8s", 2, -1, 0, 0, 0, 0, b" " * 8)
_NUMBER_WIDTH, _MOST_SHOWN = 10, 40


@dataclass(frozen=True, slots=True)
class SavColumn:
    """One variable as the head of the file has it.

    Attributes
    ----------
    parts : TextParts or None
        Of text.
    short : tuple of str
        Names of its parts.
    place : int
        Of its first element in the record, from 1.
    """

    variable: Variable
    shape: Shape
    parts: TextParts | None
    short: tuple[str, ...]
    place: int

    @property
    def widths(self) -> tuple[int, ...]:
        """Of each part; 0 of numbers."""
        return self.parts.widths if self.parts else (0,)


def text_parts(dataset: Dataset, shapes: Mapping[str, Shape]) -> dict[str, TextParts]:
    """How each variable of text is stored."""
    texts = [name for name, shape in shapes.items() if shape is Shape.TEXT]
    return {name: TextParts.of(SurveyedTexts.of(dataset[name]).width) for name in texts}


def shapes_of(dataset: Dataset) -> dict[str, Shape]:
    return {each.name: shape_of(dataset, each) for each in dataset.variables}


def write_sav(output: Output, stream: BinaryIO) -> None:
    """Write a dataset without breaches."""
    dataset = output.dataset
    shapes = shapes_of(dataset)
    parts = text_parts(dataset, shapes)
    described = _described(dataset, shapes, parts)
    labels = held_labels(dataset, {name: each.width for name, each in parts.items()})
    stream.write(b"".join(_head(dataset, described, labels)))
    stored = [stored_column(dataset, each.variable.name, each.shape, each.parts) for each in described]
    write_records(stream, stored, 0, len(dataset), output.tell)


def _described(
    dataset: Dataset, shapes: Mapping[str, Shape], parts: Mapping[str, TextParts]
) -> list[SavColumn]:
    found = [parts.get(each.name) for each in dataset.variables]
    counts = [len(each.widths) if each else 1 for each in found]
    short = short_names([each.name for each in dataset.variables], counts)
    lengths = [each.length // ELEMENT if each else 1 for each in found]
    places = accumulate(lengths, initial=1)
    return [
        SavColumn(variable, shapes[variable.name], each, tuple(names), place)
        for variable, each, names, place in zip(dataset.variables, found, short, places, strict=False)
    ]


def _head(
    dataset: Dataset, described: Sequence[SavColumn], labels: Mapping[str, LabelsOfValues]
) -> Iterator[bytes]:
    yield _header(dataset, described)
    for column in described:
        yield from _variable_records(column)
    for column in described:
        if found := labels.get(column.variable.name):
            yield from _value_labels(column, found)
    yield _extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, _UTF_8))
    yield _extension(4, 8, struct.pack("<3d", MISSING, HIGHEST, LOWEST))
    yield _extension(11, 4, b"".join(map(_display, described)))
    names = (f"{each.short[0]}={each.variable.name}" for each in described)
    yield _extension(13, 1, "\t".join(names).encode())
    long = (
        f"{each.short[0]}={each.parts.width:05}\0\t"
        for each in described
        if each.parts and len(each.short) > 1
    )
    if together := "".join(long):
        yield _extension(14, 1, together.encode())
    yield _extension(16, 8, struct.pack("<2q", 1, len(dataset)))
    yield _extension(20, 1, b"UTF-8")
    yield struct.pack("<2i", 999, 0)


def _header(dataset: Dataset, described: Sequence[SavColumn]) -> bytes:
    last = described[-1]
    size = last.place - 1 + (last.parts.length // ELEMENT if last.parts else 1)
    time = dataset.modified or dataset.created or stated_epoch() or _NO_TIME
    date = f"{time.day:02} {_MONTHS[time.month - 1]} {time.year % 100:02}"
    return struct.pack(
        "<4s60s5id9s8s64s3x",
        b"$FL2",
        _PRODUCT.ljust(60),
        2,
        size,
        0,  # not compressed
        0,  # no weights
        len(dataset),
        _BIAS,
        date.encode(),
        f"{time:%H:%M:%S}".encode(),
        dataset.label.encode().ljust(LONGEST_DATASET_LABEL),
    )


def _variable_records(column: SavColumn) -> Iterator[bytes]:
    """One for each part, and for each element behind its first."""
    label = column.variable.label.encode()
    for number, (width, name) in enumerate(zip(column.widths, column.short, strict=True)):
        has_label = bool(label) and number == 0
        code = format_code(column.shape, column.variable.format, width)
        yield struct.pack("<6i8s", 2, width, has_label, 0, code, code, name.encode().ljust(8))
        if has_label:
            yield struct.pack("<i", len(label)) + _filled_up(label, 4, b" ")
        yield _CONTINUED * (max(1, elements(width)) - 1)


def _value_labels(column: SavColumn, labels: LabelsOfValues) -> Iterator[bytes]:
    yield struct.pack("<2i", 3, len(labels))
    for value, label in labels.items():
        raw = label.encode()
        yield _labelled_value(value, column.shape)
        yield _filled_up(bytes([len(raw)]) + raw, ELEMENT, b" ")
    yield struct.pack("<3i", 4, 1, column.place)


def _labelled_value(value: str, shape: Shape) -> bytes:
    return (
        value.encode().ljust(ELEMENT) if shape is Shape.TEXT else struct.pack("<d", number_of(value) or 0.0)
    )


def _display(column: SavColumn) -> bytes:
    """Measure, width and alignment of each part."""
    is_text = column.shape is Shape.TEXT
    measure, alignment = (_NOMINAL, _LEFT) if is_text else (_SCALE, _RIGHT)
    return b"".join(
        struct.pack("<3i", measure, min(width or _NUMBER_WIDTH, _MOST_SHOWN), alignment)
        for width in column.widths
    )


def _extension(kind: int, size: int, content: bytes) -> bytes:
    return struct.pack("<4i", 7, kind, size, len(content) // size) + content


def _filled_up(content: bytes, to: int, filling: bytes) -> bytes:
    return content + filling * (-len(content) % to)
