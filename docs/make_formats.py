"""The table in docs/reading.md of what each format can hold, from `FORMATS`; `make docs` updates it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from adamgate.converters.formats import FORMATS, Format
from adamgate.converters.formats.holds import Holds

PAGE = Path(__file__).resolve().parent / "reading.md"
_TABLE = re.compile(r"^\| can hold \|.*\n(?:\|.*\n)+", re.MULTILINE)


def table(formats: Sequence[Format] = FORMATS) -> str:
    """A row for each kind of data and metadata, a column for each format."""
    rows = [("can hold", *(each.name for each in formats)), ("---",) * (len(formats) + 1)]
    rows += [(str(kind), *("yes" if kind in each.holds else "no" for each in formats)) for kind in Holds]
    return "".join(_line(row) for row in rows)


def _line(cells: Sequence[str]) -> str:
    joined = ("|" if cells[0] == "---" else " | ").join(cells)
    return f"|{joined}|\n" if cells[0] == "---" else f"| {joined} |\n"


def with_table(page: str) -> str:
    """The page with the table as it is today."""
    return _TABLE.sub(table(), page)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
