"""What is to be said about the values of columns, said once where it is true of several columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...schemas.study.columns import Mask
from ...schemas.study.variable import ReadingNote
from .text_column import TextColumn

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said about how a column's values are written.

    Attributes
    ----------
    message : str
        Without the number of values: "in the form 31JAN2020".
    records : int
        How many records it is true of.
    first : int
        Number of the first of them, counted from 1.
    lead : str
        What stands before the number of values.
    """

    message: str
    records: int
    first: int
    lead: str = ""

    @classmethod
    def of(cls, message: str, where: Mask, column: TextColumn) -> Told:
        """What is true of the marked values of a column."""
        records = column.spread(where)
        return cls(message, int(np.count_nonzero(records)), int(records.argmax()) + 1)

    @property
    def sentence(self) -> str:
        """ "2 values in the form 31JAN2020"."""
        return f"{self.lead}{self.records:,} value{'' if self.records == 1 else 's'} {self.message}"


def notes_on(dataset: str, told: Mapping[str, Sequence[Told]]) -> Iterator[ReadingNote]:
    """One note for each thing to be said, with the variables it is said of.

    Parameters
    ----------
    dataset : str
    told : mapping of variable name to sequence of Told
    """
    together: dict[tuple[str, str], dict[str, Told]] = {}
    for name, said in told.items():
        for each in said:
            together.setdefault((each.lead, each.message), {})[name] = each
    for by_name in together.values():
        first = next(iter(by_name.values()))
        if len(by_name) == 1:
            yield ReadingNote(dataset, first.sentence, next(iter(by_name)), first.first)
        else:
            summed = replace(first, records=sum(each.records for each in by_name.values()))
            yield ReadingNote(dataset, f"{listed(list(by_name))}: {summed.sentence}")


def listed(names: Sequence[str]) -> str:
    """ "AGE, TRTSDT, TRTEDT, 28 more"."""
    shown = ", ".join(names[:_NAMED])
    return f"{shown}, {len(names) - _NAMED} more" if len(names) > _NAMED else shown
