"""The tables of every key in docs/configuration.md, from the fields that declare them; see `make docs`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from adamgate.converters.configuration.registry import TABLES
from adamgate.converters.configuration.settings import SETTINGS
from adamgate.converters.configuration.shown import toml_value
from adamgate.converters.configuration.tables import Table
from adamgate.schemas.options import DeclaredOption, keys_of

PAGE = Path(__file__).resolve().parent / "configuration.md"
START = "## Every key\n"


def with_keys(page: str) -> str:
    """The page with the keys as they are today."""
    return page.partition(START)[0] + START + every_key()


def every_key(tables: Sequence[Table] = TABLES) -> str:
    """A section for each table, then one for what a file cannot set."""
    sections = [
        f"\n### {_code(each.heading).replace(' and ', '` and `')}\n\n{each.summary}\n\n{_rows(_of(each))}"
        for each in tables
    ]
    others = [_with_place(each) for each in SETTINGS.values() if not each.in_file]
    sections.append(
        "\n### Environment and command line only\n\n"
        f"`select` and `ignore` replace those of `[rules]`.\n\n{_rows(others)}"
    )
    return "".join(sections)


def _heading(table: Table) -> str:
    return " and ".join(map(_code, table.heading.split(" and ")))


def _of(table: Table) -> list[tuple[str, ...]]:
    return [_with_place(each) for each in keys_of(table.options)]


def _with_place(declared: DeclaredOption) -> tuple[str, ...]:
    elsewhere = (declared.environment, declared.flag) if declared.environment else ()
    return (
        _code(declared.name),
        re.sub('"(.+?)"', r"`\1`", declared.kind.word),
        _default(declared),
        "<br>".join(map(_code, elsewhere)),
        declared.help.replace("|", "\\|"),
    )


def _default(declared: DeclaredOption) -> str:
    if declared.required:
        return "required"
    if isinstance(declared.default, bool | str | int) and declared.default != "":
        return _code(toml_value(declared.default))
    return declared.otherwise


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    titles = ("key", "type", "default", "environment, option", "meaning")
    rows = list(rows)
    shown = [index for index in range(len(titles)) if any(row[index] for row in rows)]
    lines = [titles, ("---",) * len(titles), *rows]
    return "".join(f"| {' | '.join(line[index] for index in shown)} |\n" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(with_keys(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
