"""What PROC CONTENTS would print, from a `Description`; as text or as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from ...schemas.study.definition import Definition
from ...schemas.wording import counted, plain
from .definition_contents import definition_document, definition_lines
from .describe import Description, VariableDescription
from .presentation import as_json

_HEADINGS = (
    *("#", "Variable", "Type", "Kind", "Len", "Format", "Informat"),
    *("Missing", "Distinct", "First", "Last", "Label"),
)
_ALWAYS = frozenset({"#", "Variable", "Type", "Missing", "Distinct"})
_RIGHT = frozenset({"#", "Len", "Missing", "Distinct", "First", "Last"})


def render_text(descriptions: Sequence[Description], definition: Definition | None = None) -> str:
    """Datasets one after another, then what define.xml says, a blank line between them."""
    parts = [*map(_lines, descriptions), *([definition_lines(definition)] if definition else [])]
    return "\n".join("".join(f"{line.rstrip()}\n" for line in each) for each in parts)


def render_json(descriptions: Sequence[Description], definition: Definition | None = None) -> str:
    """``{"datasets": [...]}`` with everything the text says, by name; ``"definition"`` if there is one."""
    document: dict[str, object] = {"datasets": [_document(each) for each in descriptions]}
    if definition:
        document["definition"] = definition_document(definition)
    return as_json(document)


class ContentsRenderer(Protocol):
    """Descriptions as a document."""

    def __call__(
        self, descriptions: Sequence[Description], definition: Definition | None = None, /
    ) -> str: ...


RENDERERS: Mapping[str, ContentsRenderer] = MappingProxyType({"text": render_text, "json": render_json})


def _lines(description: Description) -> Iterator[str]:
    yield plain(f"{description.name}  {description.label}")
    for name, value in _facts(description):
        yield f"  {name + ':':<10} {plain(value)}"
    for note in description.notes:
        yield f"  {'note:':<10} {plain(note)}"
    yield ""
    rows = [_row(each) for each in description.variables]
    told = [n for n, name in enumerate(_HEADINGS) if name in _ALWAYS or any(row[n] for row in rows)]
    table = [[row[n] for n in told] for row in (_HEADINGS, *rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = [
            cell.rjust(width) if heading in _RIGHT else cell.ljust(width)
            for heading, cell, width in zip(table[0], row, widths, strict=True)
        ]
        yield "  " + "  ".join(cells)


def _facts(description: Description) -> Iterator[tuple[str, str]]:
    size = f"{counted(description.records, 'record')}, {counted(len(description.variables), 'variable')}"
    yield "size", size
    yield "structure", str(description.structure)
    if description.source_path is not None:
        yield "file", str(description.source_path)
        yield "format", f"{description.source_format}, {description.encoding}".rstrip(", ")
    if description.created is not None:
        yield "created", description.created.isoformat(" ")
    if description.modified is not None:
        yield "modified", description.modified.isoformat(" ")


def _row(each: VariableDescription) -> tuple[str, ...]:
    special = ", ".join(f"{tag} {count:,}" for tag, count in each.special_missing.items())
    missing = f"{each.missing:,}" + (f" ({special})" if special else "")
    return (
        str(each.number),
        plain(each.name),
        each.type,
        each.kind,
        "" if each.length is None else str(each.length),
        plain(each.format),
        plain(each.informat),
        missing,
        f"{each.distinct:,}",
        _shown(each.first),
        _shown(each.last),
        plain(each.label),
    )


def _finite(value: float | str | None) -> float | str | None:
    """JSON has no infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _shown(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:.15g}"


def _document(description: Description) -> dict[str, object]:
    return {
        "name": description.name,
        "label": description.label,
        "structure": str(description.structure),
        "records": description.records,
        "created": description.created.isoformat() if description.created else None,
        "modified": description.modified.isoformat() if description.modified else None,
        "path": str(description.source_path) if description.source_path else None,
        "format": description.source_format or None,
        "encoding": description.encoding or None,
        "variables": [
            {
                "number": each.number,
                "name": each.name,
                "type": each.type,
                "kind": each.kind or None,
                "length": each.length,
                "format": each.format or None,
                "informat": each.informat or None,
                "label": each.label,
                "missing": each.missing,
                "special_missing": dict(each.special_missing),
                "distinct": each.distinct,
                **({"first": _finite(each.first), "last": _finite(each.last)} if description.ranges else {}),
            }
            for each in description.variables
        ],
        "notes": [str(note) for note in description.notes],
    }
