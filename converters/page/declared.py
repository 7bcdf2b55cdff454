"""What was declared of a study, gathered by the tables of its settings file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

STUDY = "the study"
"""Where a key without a table of its own is gathered."""


@dataclass(frozen=True, slots=True)
class DeclaredTable:
    """One table: "endpoint.PFS" with its keys and values."""

    name: str
    pairs: tuple[tuple[str, str], ...]


def declared_tables(declared: Iterable[Mapping[str, str]]) -> tuple[DeclaredTable, ...]:
    """From the terms of a JSON report, in their order."""
    parted = [(each["name"].rpartition("."), each["value"]) for each in declared]
    by_table = groupby(parted, lambda each: each[0][0])
    return tuple(
        DeclaredTable(table or STUDY, tuple((name[2], value) for name, value in keys))
        for table, keys in by_table
    )
