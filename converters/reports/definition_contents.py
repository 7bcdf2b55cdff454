"""What a define.xml says, in a few lines, as text or for JSON."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.study.definition import DatasetDefinition, Definition
from ...schemas.wording import plain

_HEADINGS = ("Dataset", "Variables", "Codelists", "Methods", "Value level", "Keys", "Class", "Label")
_RIGHT = frozenset({"Variables", "Codelists", "Methods", "Value level"})


def definition_lines(definition: Definition) -> Iterator[str]:
    """The file, its version and standards, what is wrong in it, and a line for each dataset."""
    yield plain(f"define.xml  {definition.study.name}")
    for name, value in _facts(definition):
        yield f"  {name + ':':<10} {plain(value)}"
    yield ""
    rows = [_HEADINGS, *(tuple(map(str, _row(each).values())) for each in definition.datasets)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            plain(cell).rjust(width) if heading in _RIGHT else plain(cell).ljust(width)
            for heading, cell, width in zip(_HEADINGS, row, widths, strict=True)
        )
        yield "  " + "  ".join(cells)


def definition_document(definition: Definition) -> dict[str, object]:
    """The same by name, for JSON."""
    return {
        "version": definition.version,
        "path": definition.source.path if definition.source else None,
        "sha256": definition.source.sha256 if definition.source else None,
        "study": definition.study.name,
        "standards": _standards(definition),
        "datasets": [
            {heading.lower().replace(" ", "_"): value for heading, value in _row(each).items()}
            for each in definition.datasets
        ],
        "invalid": _invalid(definition),
        "dangling": _dangling(definition),
        "unsupported": list(definition.unsupported),
    }


def _facts(definition: Definition) -> Iterator[tuple[str, str]]:
    if definition.source:
        yield "file", definition.source.path
    yield "version", definition.version
    for name, values in (
        ("standard", _standards(definition)),
        ("invalid", _invalid(definition)),
        ("dangling", _dangling(definition)),
        ("not kept", list(definition.unsupported)),
    ):
        for value in values:
            yield name, value


def _standards(definition: Definition) -> list[str]:
    return [
        " ".join(filter(None, (each.name, each.publishing_set, each.version)))
        for each in definition.standards
    ]


def _invalid(definition: Definition) -> list[str]:
    return [
        f"line {each.line}: {each.attribute} {each.value!r} of {each.oid or '?'} is not {each.expected}"
        for each in definition.invalid
    ]


def _dangling(definition: Definition) -> list[str]:
    return [
        f"line {each.line}: {each.kind} {each.oid} of {each.referrer or 'the study'} is not present"
        for each in definition.dangling
    ]


def _row(dataset: DatasetDefinition) -> dict[str, str | int]:
    variables = dataset.variables
    values = (
        dataset.name,
        len(variables),
        len({each.codelist for each in variables if each.codelist}),
        len({each.method for each in variables if each.method}),
        sum(len(each.value_level) for each in variables),
        " ".join(dataset.keys),
        " / ".join(filter(None, (dataset.class_name, dataset.subclass))),
        dataset.label,
    )
    return dict(zip(_HEADINGS, values, strict=True))
