"""SPSS's .sav, by blocks of records straight from columns.

Numbers are doubles, dates, datetimes and times have SPSS's formats, text is as wide as its longest value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ....schemas.study.dataset import Dataset
from .. import dataset_named
from ..format import Output, Repair, Writer
from ..holds import VALUE_LABELS
from ..planned_file import PlannedFile
from .unfit import breaches
from .value_labels import LONGEST, SHORT_TEXT, lost_labels
from .written_file import shapes_of, text_parts, write_sav


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(each.path, partial(write_sav, each)) for each in outputs]


def changes(output: Output) -> Iterator[Repair]:
    """Value labels that are not written, and a name that the file does not have."""
    dataset = output.dataset
    for name in lost_labels(dataset, _widths(dataset)):
        yield Repair(
            dataset.name,
            "value labels are not written: labels have at most "
            f"{LONGEST} bytes, and are of numbers or of text of at most {SHORT_TEXT} bytes",
            name,
        )
    if (named := dataset_named(output.path)) != dataset.name:
        yield Repair(dataset.name, f"is read from this file as {named}: SPSS has no dataset names")


def _widths(dataset: Dataset) -> dict[str, int]:
    """Bytes of each variable of text; nothing is looked at where no values have labels."""
    if not dataset.attributes.get(VALUE_LABELS):
        return {}
    return {name: each.width for name, each in text_parts(dataset, shapes_of(dataset)).items()}


SPSS = Writer(breaches, plan, changes=changes)
