"""What two datasets say of their variables and of themselves, where both have a place for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import MetadataKind, Variable
from ...schemas.word import Word
from ..formats import readable
from ..formats.holds import EVERYTHING, Holds
from ..values.file_kind import suffix_of
from .keys import declared_keys
from .pair import DatasetPair, HeldKind, is_text_against_number

Stated = str | int | None


class MetadataKindCompared(Word):
    """What differs, in the words of reports."""

    DATASET_LABEL = "dataset label"
    KEYS = "keys"
    TYPE = "type"
    KIND = "kind"
    LABEL = "label"
    LENGTH = "length"
    FORMAT = "format"
    INFORMAT = "informat"


@dataclass(frozen=True, slots=True)
class MetadataDifference:
    """One difference.

    Attributes
    ----------
    kind : MetadataKindCompared
    variable : str
        In capitals; empty for the dataset itself.
    a, b : str, int or None
        What each of them states.
    """

    kind: MetadataKindCompared
    variable: str
    a: Stated
    b: Stated


def metadata_differences(pair: DatasetPair, names: tuple[str, ...]) -> Iterator[MetadataDifference]:
    """Differences of the datasets, and of these common variables one after the other.

    The type (Char, Num) is that of what the columns hold, or as both state it where these hold nothing; the
    kind (number, date, datetime) that of what they hold.
    """
    yield from _of_datasets(pair)
    comparable = [each for each in _OF_VARIABLES if _both_have(pair, each)]
    for name in names:
        variables = [dataset.variable(name) for dataset in pair.both]
        kinds, types = pair.kinds(name), [each.type for each in variables]
        if is_text_against_number(kinds):
            types = ["Char" if kind is HeldKind.TEXT else "Num" for kind in kinds]
        elif not all(dataset.carries for dataset in pair.both):
            types = []
        if len({*types}) > 1:
            yield MetadataDifference(MetadataKindCompared.TYPE, name, *types)
        elif kinds[0] is not kinds[1]:
            yield MetadataDifference(MetadataKindCompared.KIND, name, *map(str, kinds))
        for each in comparable:
            stated = [_STATED[each](variable) for variable in variables]
            if stated[0] != stated[1] and not (each is MetadataKindCompared.LENGTH and None in stated):
                yield MetadataDifference(each, name, *stated)


def _of_datasets(pair: DatasetPair) -> Iterator[MetadataDifference]:
    labels = [dataset.label.rstrip(" ") for dataset in pair.both]
    stated = all(labels) or all(_holds(each, Holds.DATASET_LABEL) for each in pair.both)
    if labels[0] != labels[1] and stated:
        yield MetadataDifference(MetadataKindCompared.DATASET_LABEL, "", *labels)
    keys = [", ".join(declared_keys(dataset)) for dataset in pair.both]
    if keys[0] != keys[1] and all(keys):
        yield MetadataDifference(MetadataKindCompared.KEYS, "", *keys)


_PLACES: dict[MetadataKindCompared, tuple[MetadataKind, Holds]] = {
    MetadataKindCompared.LABEL: ("label", Holds.LABELS),
    MetadataKindCompared.LENGTH: ("length", Holds.LENGTHS),
    MetadataKindCompared.FORMAT: ("format", Holds.FORMATS),
    MetadataKindCompared.INFORMAT: ("format", Holds.INFORMATS),
}
_OF_VARIABLES = tuple(_PLACES)


def _written(sas_format: str) -> str:
    """A format in one way of writing it: "date9" is DATE9."""
    name = sas_format.strip().upper()
    return name if "." in name or not name else f"{name}."


_STATED: Mapping[MetadataKindCompared, Callable[[Variable], Stated]] = {
    MetadataKindCompared.LABEL: lambda variable: variable.label.rstrip(" "),
    MetadataKindCompared.LENGTH: lambda variable: variable.length,
    MetadataKindCompared.FORMAT: lambda variable: _written(variable.format),
    MetadataKindCompared.INFORMAT: lambda variable: _written(variable.informat),
}


def _both_have(pair: DatasetPair, kind: MetadataKindCompared) -> bool:
    carried, place = _PLACES[kind]
    return all(carried in dataset.carries and _holds(dataset, place) for dataset in pair.both)


def _holds(dataset: Dataset, place: Holds) -> bool:
    """Whether the format that a dataset was read from has a place for something; one in memory has."""
    if dataset.source is None:
        return bool(dataset.carries)
    formats = readable()
    known = formats.get(suffix_of(dataset.source.path, formats))
    return bool(dataset.carries) and place in (known.holds if known is not None else EVERYTHING)
