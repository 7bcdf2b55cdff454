"""The rows of a sheet: header lines, then records as columns of text, block by block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ...schemas.wording import counted
from ..formats.xlsx.cell_text import DATES, KINDS, is_uncertain, lost_digits, texts_of
from ..values.gathering import Gathering
from ..values.reading_notes import listed
from ..values.text_column import TextBlocks

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

SheetRow = Sequence[Any]

_BLOCK = 10_000
"""Rows that become text at once."""
_SAMPLE = 30
"""Records by which it is found whether there is a second header line."""


@dataclass(slots=True)
class SheetRows:
    """The rows of a sheet; blank ones are left out and counted.

    Attributes
    ----------
    columns : list of TextBlocks
    kinds : list of Counter
        Per column, how many cells hold neither text nor a number, by kind.
    header : list of list of str
        As many lines as are declared, or fewer where the sheet ends.
    sample : list of list of str
        The first records.
    lines : list of int
        SheetRow of each record, from 1.
    blank : int
        Rows without values between records.
    uncertain : int
        Dates before March 1900.
    long : int
        Whole numbers of more digits than a spreadsheet keeps.
    """

    columns: list[TextBlocks]
    kinds: list[Counter[type]]
    header: list[list[str]] = field(default_factory=list)
    sample: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    blank: int = 0
    uncertain: int = 0
    long: int = 0

    @classmethod
    def of(cls, sheet: CalamineSheet, skipped: int, above: int, gathering: Gathering) -> SheetRows:
        """Read a sheet.

        Parameters
        ----------
        skipped : int
            Rows from the top that are not looked at.
        above : int
            Header lines.
        """
        width = sheet.width if sheet.start is not None else 0
        found = cls([TextBlocks(gathering.blocks()) for _ in range(width)], [Counter() for _ in range(width)])
        rows = sheet.iter_rows() if width else iter(())  # from row 1 on
        numbered = islice(enumerate(rows, 1), skipped, None)
        filled = (each for each in numbered if _has_value(each[1]))
        for _, row in islice(filled, above):
            found.header.append(texts_of(row)[0])
        while block := list(islice(numbered, _BLOCK)):
            found._add(block)
        return found

    def _add(self, block: Sequence[tuple[int, SheetRow]]) -> None:
        filled = [_has_value(row) for _, row in block]
        lines, rows = [], []
        for number, row in compress(block, filled):
            lines.append(number)
            rows.append(row)
        self.blank += len(block) - len(rows)
        self.lines += lines
        for place, values in enumerate(zip(*rows, strict=True)):
            texts, kinds = texts_of(values)
            self.columns[place].add(pa.array(texts, pa.large_string()))
            if kinds:
                self.kinds[place].update(kinds)
                self.uncertain += sum(map(is_uncertain, values)) if kinds.keys() & DATES else 0
                self.long += sum(map(lost_digits, values)) if float in kinds else 0
        if not self.sample:
            self.sample = [texts_of(row)[0] for row in rows[:_SAMPLE]]

    def used_columns(self) -> list[int]:
        """Places of the columns that have a name or a value."""
        return [
            place
            for place, column in enumerate(self.columns)
            if any(line[place].strip() for line in self.header) or column.column().filled().any()
        ]

    def notes(self, names: Sequence[str], kept: Sequence[int]) -> Iterator[str]:
        """What is to be said of the cells; `kept` are the places of the columns with these names."""
        if len(kept) < len(self.columns):
            yield f"columns without name or values, excluded: {len(self.columns) - len(kept)}"
        if self.blank:
            yield f"rows without values, excluded: {self.blank}"
        for kind, (noun, form) in KINDS.items():
            having = {name: self.kinds[place][kind] for name, place in zip(names, kept, strict=True)}
            met = {name: number for name, number in having.items() if number}
            if met:
                yield f"{listed(list(met))}: {counted(sum(met.values()), noun)} written as {form}"
        if self.uncertain:
            number = counted(self.uncertain, "date")
            yield f"{number} before March 1900, which spreadsheets count with one day too many"
        if self.long:
            yield f"{counted(self.long, 'number')} of more than 15 digits, of which a spreadsheet keeps 15"


def _has_value(row: SheetRow) -> bool:
    return row.count("") < len(row)
