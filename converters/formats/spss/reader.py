"""SPSS's .sav and .zsav, with pyreadstat in a process of its own.

Dates, datetimes and times are known by their format. What the file declares to be missing is read as missing,
and counted in a note. Metadata that SPSS alone has (measures, roles, attributes, documents) are not read.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
from ...values.separate_process import ProcessDied, call_apart
from ...values.text_column import TextColumn, pays
from ...values.typed_text import TIME_FORMAT
from ..format import ReadOptions, refuse_too_many
from ..holds import VALUE_LABELS
from . import user_missing
from .display import are_whole_days, kind_of_format, stamps_of_numbers
from .file_contents import SavContents, SavVariable, contents_of, number_of_variables
from .value_labels import value_as_text

_MAGIC = (b"$FL2", b"$FL3")
_HEAD = 512
_SIZE_OF_A_VALUE = 8
_CARRIES: frozenset[MetadataKind] = frozenset({"label"})
_SECONDS_PER_DAY = 86_400


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
    contents = _contents(path, options)
    if not contents.variables:
        raise UnreadableInput("the SPSS file has no variables", str(path), "save it again")
    names = [each.name.upper() for each in contents.variables]
    if len(set(names)) < len(names):
        raise UnreadableInput(
            "two variables have the same name",
            str(path),
            "rename one of them: upper and lower case are the same to SPSS and SAS",
        )
    dataset = _Reading(path, contents, options).dataset()
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


def _contents(path: Path, options: ReadOptions) -> SavContents:
    encoding = codec_name(options.encoding) if options.encoding else None
    try:
        refuse_too_many(call_apart(number_of_variables, path.absolute(), encoding), str(path))
        return call_apart(contents_of, path.absolute(), encoding)
    except (ValueError, ProcessDied) as error:
        raise UnreadableInput(
            "the SPSS file is damaged, of an unsupported type, or not in the encoding that it declares",
            f"{path}: {one_line(str(error))}",
            "copy or save it again; if its text is in another encoding, give it with --encoding NAME",
        ) from error


class _Reading:
    """One file whose contents are read, and what a user must know about it."""

    def __init__(self, path: Path, contents: SavContents, options: ReadOptions) -> None:
        self.path, self.contents, self.options = path, contents, options
        self.name = path.stem.upper()
        self.notes: list[ReadingNote] = []

    def dataset(self) -> Dataset:
        contents = self.contents
        size = _SIZE_OF_A_VALUE * contents.records * len(contents.variables)
        gathering = self.options.memory.gathering(size)
        variables = []
        for each in contents.variables:
            if isinstance(each.values, np.ndarray):
                values, sas_format = self._numbers(each, each.values)
                variables.append(Variable(each.name, each.label, "Num", format=sas_format))
            else:
                values = self._texts(each, each.values)
                variables.append(Variable(each.name, each.label, "Char"))
            gathering.add(each.name, values)
        labels = {
            each.name: {value_as_text(value): label for value, label in each.value_labels.items()}
            for each in contents.variables
            if each.value_labels
        }
        return Dataset.of(
            DatasetDescription(
                name=self.name,
                variables=tuple(variables),
                label=contents.label,
                carries=_CARRIES,
                source=Source(self.path, "SPSS", encoding=contents.encoding.lower()),
                attributes=MappingProxyType({VALUE_LABELS: labels} if labels else {}),
            ),
            gathering.columns(contents.records),
            notes=tuple(self.notes),
        )

    def _numbers(self, variable: SavVariable, values: NDArray[np.float64]) -> tuple[Any, str]:
        """Numbers, dates or datetimes, and the format of times."""
        missing = user_missing.of_numbers(values, variable.user_missing)
        values[missing] = np.nan
        self._tell_missing(variable, missing)
        kind = kind_of_format(variable.format)
        if kind is FormatKind.NUMBER:
            return values, ""
        if kind is FormatKind.TIME:
            return self._times(variable, values)
        stamps = stamps_of_numbers(values)
        if stamps is None:
            self._note(variable, f"contains values that are not a {kind}; kept as numbers")
            return values, ""
        if kind is FormatKind.DATE and are_whole_days(values):
            return stamps.astype("datetime64[s]"), ""
        if kind is FormatKind.DATE:
            self._note(variable, "contains times of day; read as datetimes")
        return stamps, ""

    def _times(self, variable: SavVariable, values: NDArray[np.float64]) -> tuple[Any, str]:
        present = values[~np.isnan(values)]
        if ((present >= 0) & (present < _SECONDS_PER_DAY)).all():
            return values, TIME_FORMAT
        self._note(variable, "contains values that are not a time of day; kept as numbers of seconds")
        return values, ""

    def _texts(self, variable: SavVariable, values: pa.Array) -> Any:
        missing = user_missing.of_texts(values, variable.user_missing)
        self._tell_missing(variable, missing)
        blank = pc.equal(values, "").to_numpy(zero_copy_only=False)
        texts = pc.if_else(pa.array(missing | blank), pa.scalar(None, values.type), values)
        if pays(texts):
            return TextColumn.of_dictionary(texts.dictionary_encode()).to_pandas()
        return TextColumn(texts, None).to_pandas()

    def _tell_missing(self, variable: SavVariable, missing: NDArray[np.bool_]) -> None:
        if missing.any():
            message = user_missing.told(int(missing.sum()), variable.user_missing)
            self.notes.append(ReadingNote(self.name, message, variable.name))

    def _note(self, variable: SavVariable, message: str) -> None:
        text = f"has the SPSS format {variable.format}, but {message}"
        self.notes.append(ReadingNote(self.name, text, variable.name))
