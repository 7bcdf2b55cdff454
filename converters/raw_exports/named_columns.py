"""Which raw columns a declaration names."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.conditions.grammar import compile_expression
from .mapping_options import ColumnUnit, RawDataset
from .templates import pieces_of
from .variable_options import RawVariable

Named = tuple[str, str]
"""A key of the table, for messages, and the column that it names."""


def of_files(name: str, options: RawDataset) -> Iterator[Named]:
    """Columns that the files must have, with the keys that name them; some are named again."""
    if options.where:
        for column in compile_expression(options.where, f"[raw.{name}] where").variables:
            yield "where", column
    if options.wide is not None:
        wide = options.wide
        yield from (("wide", column) for column in (*wide.by, wide.name, wide.value))
        return
    made = {new for entry in options.long for new in entry}
    for entry in options.long:
        yield from (("long", new) for new in entry.values() if isinstance(new, str))
        yield from (("long", new.column) for new in entry.values() if isinstance(new, ColumnUnit))
    yield from ((key, column) for key, column in of_variables(options) if column not in made)


def of_variables(options: RawDataset) -> Iterator[Named]:
    """Columns that variables name: of the files, or new ones of long or wide."""
    for variable, declared in options.variables.items():
        yield from ((f"variables {variable}", column) for column in _of_variable(declared))


def _of_variable(declared: RawVariable) -> Iterator[str]:
    by = (declared.factors_by, declared.limits_by)
    single = (declared.column, declared.pair, declared.time, declared.unit, *by)
    yield from (each for each in single if each)
    yield from declared.first_of
    if declared.template:
        yield from (each.column for each in pieces_of(declared.template, "") if each.column)
