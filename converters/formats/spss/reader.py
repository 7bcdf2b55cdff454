"""SPSS's .sav and .zsav, with pyreadstat in a process of its own.

Dates, datetimes and times are known by their format. What the file declares to be missing is read as missing,
and counted in a note. Metadata that SPSS alone has (measures, roles, attributes, documents) are not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import MetadataKind, ReadingNote, Source, Variable
from ....schemas.wording import one_line
from ...values.encodings import codec_name
from ...values.file_kind import seems
from ...values.regular_file import open_regular
from ...values.sas_formats import FormatKind
from ...values.separate_process import MEMORY, ProcessDied, call_apart
from ...values.text_column import TextColumn
from ...values.typed_text import TIME_FORMAT
from ..format import ReadOptions, refuse_repeated_names, refuse_too_many
from ..holds import VALUE_LABELS
from . import user_missing
from .display import are_whole_days, kind_of_format, stamps_of_numbers
from .file_contents import BYTES, SavContents, SavVariable, contents_of, head_of
from .text import SavText
from .value_labels import value_as_text

_MAGIC = (b"$FL2", b"$FL3")
_HEAD = 512
_SIZE_OF_A_VALUE = 8
_CARRIES: frozenset[MetadataKind] = frozenset({"label"})
_SECONDS_PER_DAY = 86_400
_MEMORY_PER_BYTE = 6
"""Of the file: its values while they are put together and sent."""


def read_sav(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read a .sav or .zsav file as one dataset, named as the file is.

    Parameters
    ----------
    path : Path
    options : ReadOptions
        `encoding` overrides what the file declares.

    Raises
    ------
    UnreadableInput
        When the file is damaged, is something else, or its text is not in its encoding.
    """
    _refuse_others(path)
    chosen = codec_name(options.encoding) if options.encoding else None
    contents, declared = _contents(path, chosen)
    if not contents.variables:
        raise UnreadableInput("the SPSS file has no variables", str(path), "save it again")
    text = SavText(declared, chosen, str(path), path.stem.upper())
    names = [text.word(each.name) for each in contents.variables]
    refuse_repeated_names(
        names, str(path), "rename one of them: upper and lower case are the same to SPSS and SAS"
    )
    dataset = _Reading(path, contents, text, options).dataset(names)
    if options.progress:
        options.progress(path.name, contents.records, contents.records)
    return [dataset]


def _refuse_others(path: Path) -> None:
    with open_regular(path) as file:
        head = file.read(_HEAD)
    if not head.startswith(_MAGIC):
        kind = seems(head)
        what = {"empty": "the file is empty", "": "the file is not an SPSS file"}.get(
            kind, f"the file is {kind}, not an SPSS file"
        )
        raise UnreadableInput(what, str(path), "save it again in SPSS as .sav")


def _contents(path: Path, chosen: str | None) -> tuple[SavContents, str]:
    """All that is read of the file, and the encoding that it declares."""
    place = path.absolute()
    try:
        head = call_apart(head_of, place, BYTES if chosen else None)
        refuse_too_many(head.variables, str(path))
        memory = max(MEMORY, _MEMORY_PER_BYTE * place.stat().st_size)
        contents = call_apart(contents_of, place, memory=memory)
        if head.records not in (-1, contents.records):
            raise ValueError(f"it states {head.records:,} records, and holds {contents.records:,}")
        return contents, head.encoding
    except ValueError as error:
        raise UnreadableInput(
            "the SPSS file is damaged, of an unsupported type, or not in the encoding that it declares",
            f"{path}: {one_line(str(error))}",
            "copy or save it again; if its text is in another encoding, give it with --encoding NAME",
        ) from error
    except ProcessDied as error:
        raise UnreadableInput(
            f"the SPSS file could not be read: {error}",
            str(path),
            "copy or save it again; if it is whole, save it as CSV, or in parts",
        ) from error


class _Reading:
    """One file whose contents are read, and what a user must know about it."""

    def __init__(self, path: Path, contents: SavContents, text: SavText, options: ReadOptions) -> None:
        self.path, self.contents, self.text, self.options = path, contents, text, options
        self.name = path.stem.upper()
        self.notes: list[ReadingNote] = []

    def dataset(self, names: Sequence[str]) -> Dataset:
        contents, text = self.contents, self.text
        size = _SIZE_OF_A_VALUE * contents.records * len(contents.variables)
        gathering = self.options.memory.gathering(size)
        variables, labels = [], {}
        for name, each in zip(names, contents.variables, strict=True):
            label = text.word(each.label, name)
            if isinstance(each.values, np.ndarray):
                values, sas_format = self._numbers(name, each, each.values)
                variables.append(Variable(name, label, "Num", format=sas_format))
            else:
                values = self._texts(name, each, each.values)
                variables.append(Variable(name, label, "Char"))
            gathering.add(name, values)
            if each.value_labels:
                labels[name] = {
                    text.word(value_as_text(value), name): text.word(told, name)
                    for value, told in each.value_labels.items()
                }
        description = DatasetDescription(
            name=self.name,
            variables=tuple(variables),
            label=text.word(contents.label),
            carries=_CARRIES,
            source=Source(self.path, "SPSS", encoding=text.encoding),
            attributes=MappingProxyType({VALUE_LABELS: labels} if labels else {}),
        )
        columns = gathering.columns(contents.records)
        return Dataset.of(description, columns, notes=(*text.notes, *self.notes))

    def _numbers(self, name: str, variable: SavVariable, values: NDArray[np.float64]) -> tuple[Any, str]:
        """Numbers, dates or datetimes, and the format of times."""
        missing = user_missing.of_numbers(values, variable.user_missing)
        values[missing] = np.nan
        self._tell_missing(name, variable, int(missing.sum()))
        kind = kind_of_format(variable.format)
        if kind is FormatKind.NUMBER:
            return values, ""
        if kind is FormatKind.TIME:
            return self._times(name, variable, values)
        stamps = stamps_of_numbers(values)
        if stamps is None:
            self._note(name, variable, f"contains values that are not a {kind}; kept as numbers")
            return values, ""
        if kind is FormatKind.DATE and are_whole_days(values):
            return stamps.astype("datetime64[s]"), ""
        if kind is FormatKind.DATE:
            self._note(name, variable, "contains times of day; read as datetimes")
        return stamps, ""

    def _times(self, name: str, variable: SavVariable, values: NDArray[np.float64]) -> tuple[Any, str]:
        present = values[~np.isnan(values)]
        if ((present >= 0) & (present < _SECONDS_PER_DAY)).all():
            return values, TIME_FORMAT
        self._note(name, variable, "contains values that are not a time of day; kept as seconds")
        return values, ""

    def _texts(self, name: str, variable: SavVariable, column: TextColumn) -> Any:
        missing = user_missing.texts_of(variable.user_missing)
        filled = column.without([""])
        kept = filled.without(missing)
        self._tell_missing(name, variable, int(filled.filled().sum() - kept.filled().sum()))
        return self.text.column(kept, name).to_pandas()

    def _tell_missing(self, name: str, variable: SavVariable, count: int) -> None:
        if count:
            ranges = [(self._word(low), self._word(high)) for low, high in variable.user_missing]
            self.notes.append(ReadingNote(self.name, user_missing.told(count, ranges), name))

    def _word(self, value: object) -> str:
        return self.text.word(value_as_text(value))

    def _note(self, name: str, variable: SavVariable, message: str) -> None:
        text = f"has the SPSS format {variable.format}, but {message}"
        self.notes.append(ReadingNote(self.name, text, name))
