"""The define.xml that describes some data: the one that a user names, else the one beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from ....schemas.standards.known_variables import variable_type
from ....schemas.standards.requirement import VariableType
from ....schemas.study.dataset import Dataset
from ....schemas.study.definition import DatasetDefinition, Definition, VariableDefinition
from ....schemas.study.variable import MetadataKind, ReadingNote, Variable
from ...values.sas_formats import FormatKind, kind_of
from ..sidecar_names import define_files_in
from ..sidecars import VariableEntry, VariablesTable
from .reader import read_define

_KINDS: tuple[MetadataKind, ...] = ("label", "length", "format")
_TYPES: Mapping[str, VariableType] = MappingProxyType(
    {
        **dict.fromkeys(("integer", "float", "double"), "Num"),
        **dict.fromkeys(("text", "string", "URI", "partialDate", "partialTime", "partialDatetime"), "Char"),
        **dict.fromkeys(("incompleteDatetime", "durationDatetime", "intervalDatetime"), "Char"),
    }
)
_STAMPS = frozenset(("date", "time", "datetime"))


@dataclass(slots=True)
class Definitions:
    """The definitions of one reading: each file is read once, however many datasets it describes.

    Attributes
    ----------
    notes : list of ReadingNote
        Files that are not used.
    """

    notes: list[ReadingNote] = field(default_factory=list)
    _found: dict[Path, Definition | None] = field(default_factory=dict)
    _read: dict[Path, Definition] = field(default_factory=dict)

    def of(self, folder: Path, named: Path | None = None, xsd: Path | None = None) -> Definition | None:
        """What describes the data in a folder: the file that is named, else the one beside them.

        Parameters
        ----------
        folder : Path
        named : Path, optional
        xsd : Path, optional
            XML Schema that it is checked against, or a folder with it.

        Raises
        ------
        UnreadableInput
        """
        if named is not None:
            return self.read(named, xsd)
        if folder not in self._found:
            files = define_files_in(folder)
            if len(files) > 1:
                names = ", ".join(each.name for each in files)
                self.notes.append(
                    ReadingNote("", f"{names} in {folder} are not used; choose one with --define")
                )
            self._found[folder] = self.read(files[0], xsd) if len(files) == 1 else None
        return self._found[folder]

    def of_study(self, of_folders: Iterable[Definition | None]) -> Definition | None:
        """The definition of a study: there is none if its folders have several."""
        found = {id(each): each for each in of_folders if each is not None}
        if len(found) > 1:
            names = ", ".join(each.source.path for each in found.values() if each.source)
            self.notes.append(
                ReadingNote(
                    "", f"{names} describe the datasets beside them; no single one describes the study"
                )
            )
            return None
        return next(iter(found.values()), None)

    def read(self, path: Path, xsd: Path | None = None) -> Definition:
        """The definition of a file.

        Raises
        ------
        UnreadableInput
        """
        if path not in self._read:
            self._read[path] = read_define(path, xsd)
        return self._read[path]


def defined_variables(definition: Definition | None, dataset: str) -> VariablesTable | None:
    """What a definition says of the variables of a dataset, as `_variables.csv` would; None without any."""
    described = definition.by_name.get(dataset) if definition else None
    if described is None or not described.variables:
        return None
    return VariablesTable({name: _entry(each) for name, each in described.by_name.items()}, frozenset(_KINDS))


def together(table: VariablesTable | None, defined: VariablesTable | None) -> VariablesTable | None:
    """What `_variables.csv` says, and what it leaves open as a definition says it."""
    if table is None or defined is None:
        return table or defined
    entries = dict(defined.entries)
    for name, entry in table.entries.items():
        other = entries.get(name)
        entries[name] = entry if other is None else _completed(entry, other)
    return VariablesTable(entries, table.carries | defined.carries, table.undecoded)


def completed(dataset: Dataset, definition: Definition | None) -> Dataset:
    """A dataset with the labels, lengths and formats that its file has no place for.

    What a file could say and does not, such as a label in XPT, stays missing: that is what it says.
    """
    described = definition.by_name.get(dataset.name) if definition else None
    if described is None:
        return dataset
    if dataset.source is not None and dataset.source.format == "CSV":  # its variables were described in time
        return dataset.replace(label=dataset.label or described.label)
    lacking = [kind for kind in _KINDS if kind not in dataset.carries]
    if not lacking:
        return dataset
    variables = tuple(_variable(each, described, lacking) for each in dataset.variables)
    return dataset.replace(
        variables=variables,
        label=dataset.label or described.label,
        carries=dataset.carries | frozenset(_KINDS),
    )


def with_keys(dataset: Dataset, definition: Definition | None) -> Dataset:
    """A dataset with the keys that its definition states, if it states none itself."""
    described = definition.by_name.get(dataset.name) if definition else None
    if described is None or any(each.key_sequence for each in dataset.variables):
        return dataset
    place = {name.upper(): number for number, name in enumerate(described.keys, start=1)}
    if not place.keys() & set(dataset.names):
        return dataset
    keys = ", ".join(name for name in described.keys if name.upper() in set(dataset.names))
    return dataset.replace(
        notes=(*dataset.notes, ReadingNote(dataset.name, f"keys from define.xml: {keys}")),
        variables=tuple(
            replace(each, key_sequence=place.get(each.name.upper())) for each in dataset.variables
        ),
    )


def _variable(variable: Variable, described: DatasetDefinition, lacking: list[MetadataKind]) -> Variable:
    defined = described.by_name.get(variable.name.upper())
    if defined is None:
        return variable
    entry = _entry(defined)
    if entry.type not in {None, variable.type}:
        entry = replace(entry, length=None, format="")  # of a variable of the other type
    stated = {kind: getattr(entry, kind) for kind in lacking if not getattr(variable, kind)}
    return replace(variable, **stated)


def _entry(variable: VariableDefinition) -> VariableEntry:
    declared, sas_format = _type(variable), variable.display_format
    return VariableEntry(
        name=variable.name,
        label=variable.label,
        type=declared,
        # Of numbers it counts digits, not bytes.
        length=variable.length if declared == "Char" else None,
        format=sas_format,
        informat="",
        kind=kind_of(sas_format) if declared == "Num" and sas_format else FormatKind.NUMBER,
    )


def _type(variable: VariableDefinition) -> VariableType | None:
    """Dates are ISO 8601 text in Define-XML, unless a SAS format or the name says that they are numbers."""
    if variable.data_type in _STAMPS:
        if variable.display_format and not variable.display_format.startswith("$"):
            return "Num"
        return variable_type(variable.name) or "Char"
    return _TYPES.get(variable.data_type)


def _completed(entry: VariableEntry, other: VariableEntry) -> VariableEntry:
    same_type = entry.type is None or other.type is None or entry.type == other.type
    return replace(
        entry,
        label=entry.label or other.label,
        type=entry.type or other.type,
        length=entry.length or (other.length if same_type else None),
        format=entry.format or (other.format if same_type else ""),
        kind=other.kind if same_type and entry.kind is FormatKind.NUMBER and not entry.format else entry.kind,
    )
