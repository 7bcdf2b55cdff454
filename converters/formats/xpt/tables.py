"""Tables for SAS: what a version 5 transport file has of one.

Names have at most 8 characters and labels 40 bytes: who plans a table repairs the names and says so. Texts
are UTF-8, dates and datetimes have formats of ISO 8601. Instead of the hour in which it was written a file
states the first of January 1960.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.arrow_columns import Shape, shape_of
from ..format import Output
from ..write_options import WriteOptions
from .repaired_columns import Made, RepairedColumns, positive_zeros, unchanged

MEMBER = "TABLE"
"""The name of the dataset in the file."""

_LONGEST_LABEL = 40
_FORMATS = {Shape.DATE: "E8601DA10.", Shape.DATETIME: "E8601DT26.6"}
_OPTIONS = WriteOptions(xpt_encoding="utf-8", lengths="data")


def as_table(output: Output) -> Output:
    """With the name, labels and formats of a table; zeros have no sign."""
    dataset = output.dataset
    made = {each.name: _made(each, shape_of(dataset, each)) for each in dataset.variables}
    description = replace(
        dataset.description,
        name=MEMBER,
        label=shortened(dataset.label),
        variables=tuple(each.variable for each in made.values()),
        created=None,
        modified=None,
        attributes=MappingProxyType({}),
    )
    table = Dataset.of(description, RepairedColumns(dataset.columns, made))
    return replace(output, dataset=table, options=_OPTIONS)


def _made(variable: Variable, shape: Shape) -> Made:
    described = replace(
        variable, label=shortened(variable.label), format=_FORMATS.get(shape, ""), informat=""
    )
    return Made(variable.name, described, positive_zeros if shape is Shape.NUMBER else unchanged)


def shortened(label: str) -> str:
    """As much of a label as the format holds, no character cut in two."""
    return label.encode()[:_LONGEST_LABEL].decode(errors="ignore").rstrip(" ")
