"""What the files that are written take from a define.xml: what the data do not state, and the order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, cast

from ....schemas.study.dataset import Dataset
from ....schemas.study.definition import DatasetDefinition, Definition
from ....schemas.study.selected_columns import SelectedColumns
from ....schemas.study.variable import MetadataKind, ReadingNote, Variable
from ....schemas.wording import counted
from ..sidecars import VariableEntry
from .beside import defined_variables

_COMPLETED: tuple[MetadataKind, ...] = ("label", "length", "format")
WrittenKind = Literal["label", "length", "format", "dataset label"]
_LISTED = 8


def as_defined(dataset: Dataset, definition: Definition | None, places: Collection[WrittenKind]) -> Dataset:
    """A dataset as it is written: with what its definition states and the data do not, in its order.

    What the data state is kept; where the definition states something else, a note lists the variables.
    Values and the order of records are never changed.

    Parameters
    ----------
    dataset : Dataset
    definition : Definition or None
        The same dataset is returned if it says nothing of this one.
    places : collection of {"label", "length", "format", "dataset label"}
        What the files have a place for.

    Examples
    --------
    >>> from adamgate.converters.metadata.define_xml.written import as_defined
    >>> from adamgate.schemas.study.definition import DatasetDefinition, Definition, VariableDefinition
    >>> defined = (VariableDefinition("I.B", "B", "Second", "text"), VariableDefinition("I.A", "A", "First"))
    >>> definition = Definition("2.1", datasets=(DatasetDefinition("IG.X", "X", variables=defined),))
    >>> data = ag.Dataset.from_frame(pd.DataFrame({"A": [1.0], "B": ["b"]}), "X")
    >>> written = as_defined(data, definition, {"label"})
    >>> [(each.name, each.label) for each in written.variables], written.notes[0].message
    ([('B', 'Second'), ('A', 'First')], 'labels from define.xml: A, B')
    """
    described = definition.by_name.get(dataset.name) if definition else None
    table = defined_variables(definition, dataset.name)
    if described is None or table is None:
        return dataset
    notes: list[ReadingNote] = []
    made = dataset
    for kind in _COMPLETED:
        if kind in places:
            made = _completed(made, kind, table.entries, notes)
    if described.label and not made.label and "dataset label" in places:
        notes.append(ReadingNote(dataset.name, "dataset label from define.xml"))
        made = made.replace(label=described.label)
    made = _in_order(made, described, notes)
    return made.replace(notes=(*made.notes, *notes)) if notes else made


def _completed(
    dataset: Dataset, kind: MetadataKind, entries: Mapping[str, VariableEntry], notes: list[ReadingNote]
) -> Dataset:
    """A dataset whose variables have what is stated of them and they lack."""
    lacking: dict[str, Variable] = {}
    unlike = []
    for variable in dataset.variables:
        own, stated = getattr(variable, kind), _stated(variable, kind, entries)
        if stated and not own:
            change: dict[str, Any] = {kind: stated}
            lacking[variable.name] = replace(variable, **change)
        elif stated and _compared(kind, own) != _compared(kind, stated):
            unlike.append(variable.name)
    notes += _told(dataset.name, f"{kind}s from define.xml", [*lacking])
    notes += _told(dataset.name, f"{kind}s unlike those of define.xml, written as in the data", unlike)
    if not lacking:
        return dataset
    variables = tuple(lacking.get(each.name, each) for each in dataset.variables)
    return dataset.replace(variables=variables, carries=dataset.carries | {kind})


def _stated(variable: Variable, kind: MetadataKind, entries: Mapping[str, VariableEntry]) -> str | int | None:
    """What is stated of a variable; lengths and formats only of a variable of the same type."""
    entry = entries.get(variable.name.upper())
    if entry is None or (kind != "label" and entry.type not in {None, variable.type}):
        return None
    return cast("str | int | None", getattr(entry, kind))


def _compared(kind: MetadataKind, value: object) -> object:
    """DATE9 and date9. are the same format."""
    return str(value).rstrip(".").upper() if kind == "format" else value


def _in_order(dataset: Dataset, described: DatasetDefinition, notes: list[ReadingNote]) -> Dataset:
    """The variables in the order of the definition; those that it does not have stay, after all others."""
    places = _places(described)
    last = len(places)
    ordered = sorted(dataset.variables, key=lambda each: places.get(each.name.upper(), last))
    if ordered == list(dataset.variables):
        return dataset
    notes.append(ReadingNote(dataset.name, f"order of {counted(len(ordered), 'variable')} from define.xml"))
    return Dataset.of(
        replace(dataset.description, variables=tuple(ordered)),
        SelectedColumns(dataset.columns, {each.name: each.name for each in ordered}),
        notes=dataset.notes,
        declarations=dataset.declarations,
        read_as_missing=dataset.read_as_missing,
    )


def _places(described: DatasetDefinition) -> Mapping[str, int]:
    """The place of each variable: by OrderNumber if all state one, else as in the file."""
    variables = list(described.variables)
    if all(each.order is not None for each in variables):
        variables.sort(key=lambda each: each.order or 0)
    names = dict.fromkeys(each.name.upper() for each in variables)
    return {name: place for place, name in enumerate(names)}


def _told(dataset: str, what: str, names: Sequence[str]) -> Iterator[ReadingNote]:
    if names:
        more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
        yield ReadingNote(dataset, f"{what}: {', '.join(names[:_LISTED])}{more}")
