"""Stata's .dta, release 118 (Stata 14 and later, UTF-8), by blocks of records straight from columns.

Numbers are doubles, dates %td and datetimes %tc, special missing values .a to .z; value labels are Stata's
where it has a place for them. What Stata has no place for is in characteristics (see `metadata`). The same
dataset gives the same bytes: a file states the time of the dataset, else ``SOURCE_DATE_EPOCH``, else the
first of January 1960.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import BinaryIO

from ..format import Output, Writer
from ..planned_file import PlannedFile
from . import metadata
from .tables import in_style
from .unfit import breaches
from .written_file import write_dta


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(each.path, partial(_write, each)) for each in outputs]


def _write(output: Output, stream: BinaryIO) -> None:
    labels = metadata.stata_labels(output.dataset)
    write_dta(output, stream, labels, {}, metadata.characteristics(output.dataset, labels))


STATA = Writer(breaches, plan, in_style)
