"""R's .rds: a data frame that ``readRDS`` reads, without any package (see `vectors`).

Labels, formats and value labels are the attributes that haven gives: ``label``, ``format.sas``, ``labels``.
Special missing values are NA that haven's ``na_tag`` tells apart. The same dataset gives the same bytes with
one version of zlib.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import BinaryIO

import numpy as np
import pyarrow.compute as pc

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ....schemas.wording import is_unicode
from ...values.arrow_columns import Shape, plain_texts, shape_of_column, stamps_of
from ..breaches import breaches as unfit
from ..format import Breach, Output, Repair, Writer
from ..holds import VALUE_LABELS
from ..planned_file import PlannedFile
from ..table_style import TableStyle
from .vectors import Vector, are_held, labels_of, number_of_label, vector_of
from .xdr import MISSING_INTEGER, Kind, Serialisation, SmallVector, integers, strings

_BLOCK = 262_144
"""Records."""
_COMPRESSION = 1
_MOST_RECORDS = 2**31 - 1


def breaches(output: Output) -> Iterator[Breach]:
    """Everything of a dataset that R cannot hold."""
    dataset = output.dataset
    found = list(unfit(dataset))
    yield from found
    if found:
        return
    if len(dataset) > _MOST_RECORDS:
        yield Breach(dataset.name, f"has more than {_MOST_RECORDS:,} records")
    if "\0" in dataset.label:
        yield Breach(dataset.name, "has a NUL character in its label")
    for variable in dataset.variables:
        for message in _faults(dataset, variable):
            yield Breach(dataset.name, message, variable.name)


def _faults(dataset: Dataset, variable: Variable) -> Iterator[str]:
    labels = labels_of(dataset, variable.name)
    if "\0" in "".join((variable.name, variable.label, variable.format, variable.informat)):
        yield "has a NUL character in its name, label or format"
    if any("\0" in f"{value}{label}" for value, label in labels.items()):
        yield "has a NUL character in its value labels"
    if not all(is_unicode(f"{value}{label}") for value, label in labels.items()):
        yield "has value labels that are not valid Unicode"
    if variable.type == "Num" and any(number_of_label(value) is None for value in labels):
        yield "has value labels of values that are not numbers"
    column = dataset[variable.name]
    match shape_of_column(column, variable):
        case Shape.TEXT:
            wrong = pc.match_substring(plain_texts(column), "\0").to_numpy(zero_copy_only=False)
            message = "contains text with a NUL character"
        case Shape.DATETIME:
            wrong = ~are_held(stamps_of(column))
            message = "contains datetimes with more decimals of a second than a double holds"
        case _:
            return
    if wrong.any():
        yield f"{message} (first in record {int(np.argmax(wrong)) + 1})"


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(each.path, partial(_write, each)) for each in outputs]


def _write(output: Output, stream: BinaryIO) -> None:
    dataset = output.dataset
    vectors = [vector_of(dataset, each) for each in dataset.variables]
    of_frame = _attributes(dataset)
    with gzip.GzipFile("", "wb", _COMPRESSION, stream, mtime=0) as packed:
        written = Serialisation(packed)
        written.begin()
        written.vector(Kind.LIST, len(vectors), of_frame)
        for done, vector in enumerate(vectors, start=1):
            _write_vector(written, dataset, vector)
            output.tell(len(dataset) * done // len(vectors))
        written.attributes(of_frame)


def _write_vector(written: Serialisation, dataset: Dataset, vector: Vector) -> None:
    written.vector(vector.kind, len(dataset), vector.attributes)
    for first in range(0, len(dataset), _BLOCK):
        written.stream.write(vector.block(dataset.part(vector.name, first, _BLOCK), first))
    written.attributes(vector.attributes)


def _attributes(dataset: Dataset) -> dict[str, SmallVector]:
    label = {"label": strings(dataset.label)} if dataset.label else {}
    return {
        "names": strings(*(each.name for each in dataset.variables)),
        "class": strings("data.frame"),
        "row.names": integers(MISSING_INTEGER, -len(dataset)),
        **label,
    }


def changes(output: Output) -> Iterator[Repair]:
    """Value labels that R has no place for: they are those of a variable, by value."""
    dataset = output.dataset
    told = dataset.attributes.get(VALUE_LABELS) or {}
    if not isinstance(told, Mapping):
        yield Repair(dataset.name, "are not labels by variable and value, and are not written", VALUE_LABELS)
        return
    names = {each.name for each in dataset.variables}
    for name, labels in told.items():
        if labels and not isinstance(labels, Mapping):
            yield Repair(dataset.name, "value labels are not by value, and are not written", str(name))
        elif labels and name not in names:
            yield Repair(dataset.name, "value labels are of no variable, and are not written", str(name))


def _tables_in(_: TableStyle) -> Writer:
    """The writer of tables for a tool: R knows true, false and missing."""
    return RDS


RDS = Writer(breaches, plan, _tables_in, changes=changes)
