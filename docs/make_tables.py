"""The tables in docs/ of what formats hold and of which reports there are, from the registries.

.venv/bin/python docs/make_tables.py
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from adamgate.converters.formats import FORMATS, FORMATS_OF_DATABASES, Format
from adamgate.converters.formats.holds import Holds
from adamgate.converters.reports import REPORTS, ReportFormat

DOCS = Path(__file__).resolve().parent


def formats_table(formats: Sequence[Format] = (*FORMATS, *FORMATS_OF_DATABASES.values())) -> str:
    """A row for each kind of data and metadata, a column for each format."""
    head = ("can hold", *(each.name for each in formats))
    return _table(
        head, ((str(kind), *("yes" if kind in each.holds else "no" for each in formats)) for kind in Holds)
    )


def reports_table(reports: Mapping[str, ReportFormat] = REPORTS) -> str:
    """A row for each report."""
    return _table(
        ("`--format`", "`-o`", "what it is for"),
        (
            (f"`{each.name}`", ", ".join(f"`{suffix}`" for suffix in each.suffixes), each.summary)
            for each in reports.values()
        ),
    )


TABLES: Mapping[str, Callable[[], str]] = {"convert.md": formats_table, "verdict.md": reports_table}
"""The page of each table, which is known there by its first cell."""


def with_table(name: str, page: str) -> str:
    """The page with its table as it is today."""
    table = TABLES[name]()
    first = re.escape(table[: table.index("|", 1)])
    return re.sub(rf"^{first}\|.*\n(?:\|.*\n)+", lambda _: table, page, flags=re.MULTILINE)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |\n" for cells in (head, *rows)]
    return "".join([lines[0], "|---" * len(head) + "|\n", *lines[1:]])


if __name__ == "__main__":
    for name in TABLES:
        page = (DOCS / name).read_text(encoding="utf-8")
        (DOCS / name).write_text(with_table(name, page), encoding="utf-8", newline="\n")
