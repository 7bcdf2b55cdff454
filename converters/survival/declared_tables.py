"""Tables that a file of settings may declare: of every shape, and every summary. Needs no pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import make_dataclass
from typing import Any

from ...schemas.kinds import Choice, ListOf
from ...schemas.options import DeclaredOption, option, options_of
from .shapes import DEFAULT_SHAPE, SHAPES
from .summaries import SUMMARIES

TABLE_OPTIONS: Mapping[str, type] = {
    **{shape.name: shape.options for shape in SHAPES.values()},
    **{summary.name: summary.options for summary in SUMMARIES.values()},
}
"""By what the key `shape` says, the dataclass of the other keys."""


def _with(name: str) -> Mapping[str, DeclaredOption]:
    """The tables that have an option."""
    found = {table: options_of(options) for table, options in TABLE_OPTIONS.items()}
    return {table: each for table, options in found.items() for each in options if each.name == name}


def _of_all(name: str) -> DeclaredOption:
    """An option as one of the keys of every table; where one takes one value and another several, several."""
    each = list(_with(name).values())
    return next((one for one in each if isinstance(one.kind, ListOf)), each[0])


def _otherwise(name: str) -> str:
    """What holds where it is left out: of one that only some tables have, which these are."""
    tables = _with(name)
    declared = _of_all(name)
    if len(tables) == len(TABLE_OPTIONS):
        return declared.otherwise
    needing = [table for table, each in tables.items() if each.required]
    others = [table for table in tables if table not in needing]
    if not needing:
        return f"only for {', '.join(others)}"
    required = f"required by {', '.join(needing)}"
    return f"{required}, optional for {', '.join(others)}" if others else required


def _field(name: str) -> tuple[str, Any, Any]:
    declared = _of_all(name)
    same = len({each.default for each in _with(name).values()}) == 1
    default = declared.default if same else None
    return name, object, option(declared.kind, declared.help, default=default, otherwise=_otherwise(name))


_SHAPE = option(Choice(tuple(TABLE_OPTIONS)), "What the table looks like.", default=DEFAULT_SHAPE)
_NAMES = dict.fromkeys(each.name for options in TABLE_OPTIONS.values() for each in options_of(options))

AnyTableOptions = make_dataclass(
    "AnyTableOptions", [("shape", str, _SHAPE), *map(_field, _NAMES)], frozen=True
)
"""The keys of all tables, of which one has its own."""
