"""Stata's .dta, releases 113 to 119 (Stata 8 and later), by blocks of records straight into columns.

Dates and datetimes are known by their display format, special missing values are ``.a`` to ``.z``. What Stata
has no place for is read from its characteristics where we wrote the file (see `metadata`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ....schemas.errors import UnreadableInput
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import MetadataKind, ReadingNote, Source, SpecialMissing, Variable
from ...fixed_width.record_blocks import column_blocks
from ...fixed_width.text import FixedWidthText
from ...values.distinct_bytes import until_nul
from ...values.encodings import Undecoded, decode_values, undecodable, undecoded_note
from ...values.gathering import Gathering
from ...values.regular_file import FileBecameShorter, open_regular
from ...values.sas_formats import FormatKind
from ...values.text_column import TextColumn
from ...values.typed_text import TIME_FORMAT
from ..format import ReadOptions, refuse_repeated_names
from ..holds import VALUE_LABELS
from .display import kind_of_display, other_unit, stamps_of_numbers
from .layout import LONG_TEXT, DtaField, DtaFile, DtaLayout, read_layout
from .long_texts import LongTextColumn, LongTexts, read_long_texts
from .metadata import NAME, described, told_of
from .numbers import STORED, StataNumbers, labelled_value
from .release import RELEASES
from .value_labels import read_value_labels

_Column = StataNumbers | FixedWidthText | LongTextColumn

_BY_ITSELF: frozenset[MetadataKind] = frozenset({"label"})
_MISTAKEN = MappingProxyType({119: (RELEASES[118],)})
"""Whose references to long texts R's haven (2.5) has in a file of a release."""
_OTHER_REFERENCES = "refers to its texts as in release {} of the format, in a file of release {}; read so"
_STAMP = "%d %b %Y %H:%M"
_UNKNOWN_TIME = datetime(1960, 1, 1)


def read_dta(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read a .dta file as one dataset.

    Parameters
    ----------
    path : Path
    options : ReadOptions
        `encoding` overrides UTF-8, else cp1252; `progress` is called with bytes.

    Raises
    ------
    UnreadableInput
        When the file is damaged, is something else, or of a release before Stata 8.
    """
    with open_regular(path) as file:
        dta = DtaFile(file, path, os.fstat(file.fileno()).st_size)
        layout = read_layout(dta)
        try:
            return [_Reading(dta, layout, options).dataset()]
        except FileBecameShorter:
            raise dta.damaged("it became shorter while it was being read") from None


class _Reading:
    """One file whose head is read, and what a user must know about it."""

    def __init__(self, file: DtaFile, layout: DtaLayout, options: ReadOptions) -> None:
        self.file, self.layout, self.options = file, layout, options
        self.notes: list[ReadingNote] = []
        self.encoding = options.encoding or "utf-8"
        self.name = file.path.stem.upper()
        try:
            self.told = told_of(layout)
        except ValueError as error:
            raise file.damaged(str(error)) from None
        self.name = self.told.name or self.name

    def dataset(self) -> Dataset:
        layout, options = self.layout, self.options
        if not layout.fields:
            raise UnreadableInput("the Stata file has no variables", str(self.file.path), "save it again")
        size = layout.records * layout.record_length
        if size > self.file.left:
            raise self.file.damaged(f"it states {layout.records:,} records, and is too short for them")
        variables = [self._variable(each) for each in layout.fields]
        refuse_repeated_names(
            [each.name for each in variables],
            str(self.file.path),
            "rename one of them: upper and lower case are the same to SAS",
        )
        gathering = options.memory.gathering(size)
        read = self._columns(gathering)
        long_texts, labels = self._behind_the_data()
        read.reverse()
        for place, (variable, field) in enumerate(zip(variables, layout.fields, strict=True)):
            column = read.pop()
            if isinstance(column, StataNumbers):
                values, special, sas_format = self._numbers(column, variable, field)
                gathering.add(variable.name, values, special)
                if sas_format and not variable.format:
                    variables[place] = Variable(variable.name, variable.label, "Num", format=sas_format)
            else:
                gathering.add(variable.name, self._text(column, variable, long_texts))
        value_labels = self._value_labels(variables, labels)
        if options.progress:
            options.progress(self.file.path.name, self.file.size, self.file.size)
        return Dataset.of(
            self._description(variables, value_labels),
            gathering.columns(layout.records),
            notes=tuple(self.notes),
        )

    def _description(
        self, variables: list[Variable], value_labels: Mapping[str, Mapping[str, str]]
    ) -> DatasetDescription:
        told = self.told
        attributes: dict[str, Any] = dict(told.attributes)
        kept = attributes.pop(VALUE_LABELS, {})
        together = {**(kept if isinstance(kept, Mapping) else {}), **value_labels}
        if together:
            names = [each.name for each in variables]
            known = {name: together[name] for name in names if name in together}
            attributes[VALUE_LABELS] = {**known, **together}
        return DatasetDescription(
            name=self.name,
            variables=tuple(variables),
            label=self._decode(self.layout.label),
            declared_class=told.declared_class,
            declared_subclass=told.declared_subclass,
            carries=told.carries if told.ours else _BY_ITSELF,
            source=Source(
                self.file.path, f"Stata, release {self.layout.release.number}", encoding=self.encoding
            ),
            created=told.created,
            modified=told.modified if told.ours else _time(self.layout.timestamp),
            attributes=MappingProxyType(attributes),
        )

    def _columns(self, gathering: Gathering) -> list[_Column]:
        """All columns with the bytes of all records; the file is then behind the data."""
        layout, options, size = self.layout, self.options, self.file.size
        columns = [self._column(each, gathering) for each in layout.fields]
        lengths = [each.length for each in layout.fields]
        for block in column_blocks(self.file.file, lengths, layout.records):
            for column, stored in zip(columns, block, strict=True):
                column.add(stored)
            if options.progress:
                options.progress(self.file.path.name, self.file.file.tell(), size)
        return columns

    def _column(self, field: DtaField, gathering: Gathering) -> _Column:
        if field.kind == LONG_TEXT:
            return LongTextColumn(self.layout.order)
        if not field.kind:
            return FixedWidthText(gathering, self.layout.records, self.options.encoding, until_nul)
        numbers = gathering.numbers(self.layout.records)
        return StataNumbers(numbers, STORED[field.kind], self.layout.order)

    def _behind_the_data(self) -> tuple[LongTexts, Mapping[bytes, Mapping[int, bytes]]]:
        file, release = self.file, self.layout.release
        long_texts = LongTexts({}, file.order)
        if release.has_tags:
            file.expect("</data><strls>")
            long_texts = read_long_texts(file, release)
            file.expect("</strls><value_labels>")
        labels = read_value_labels(file, release)
        if release.has_tags:
            file.expect("</value_labels></stata_dta>")
        return long_texts, labels

    def _variable(self, field: DtaField) -> Variable:
        name = self._decode(field.name)
        variable = Variable(name, self._decode(field.label, name), "Num" if field.kind in STORED else "Char")
        try:
            return described(variable, self.layout.characteristics.get((field.name, NAME.encode())))
        except ValueError as error:
            raise self.file.damaged(str(error)) from None

    def _numbers(
        self, column: StataNumbers, variable: Variable, field: DtaField
    ) -> tuple[Any, SpecialMissing | None, str]:
        """Values, special missing values, and the format of times."""
        display = field.display.decode("ascii", "replace")
        special = column.special_missing
        if unit := other_unit(display):
            self._note(f"counts {unit} since 1960 (Stata format {display}); kept as numbers", variable.name)
        kind = kind_of_display(display)
        if kind is FormatKind.NUMBER:
            return column.numbers, special, ""
        values = column.numbers.whole()
        stamps = stamps_of_numbers(values, kind)
        if stamps is None:
            self._note(
                f"has the Stata format {display}, but contains values that are not a {kind}; kept as numbers",
                variable.name,
            )
            return values, special, ""
        return stamps, special, TIME_FORMAT if kind is FormatKind.TIME else ""

    def _text(self, column: FixedWidthText | LongTextColumn, variable: Variable, texts: LongTexts) -> Any:
        if isinstance(column, FixedWidthText):
            text = column.finish()
            array, undecoded, record = text.array, text.undecoded, text.record
        else:
            long, undecoded, record = self._long_text(column, variable, texts)
            array = long.to_pandas()
        if undecoded is not None:
            self._tell(undecoded, variable.name, record)
        return array

    def _long_text(
        self, column: LongTextColumn, variable: Variable, texts: LongTexts
    ) -> tuple[TextColumn, Undecoded | None, int | None]:
        release, encoding = self.layout.release, self.options.encoding
        for used in (release, *_MISTAKEN.get(release.number, ())):
            with suppress(KeyError):
                found = column.column(texts.by_reference(used.long_text), encoding)
                if used is not release:
                    self._note(_OTHER_REFERENCES.format(used.number, release.number), variable.name)
                return found
        raise self.file.damaged(f"a long text of {variable.name} is not present")

    def _value_labels(
        self, variables: list[Variable], labels: Mapping[bytes, Mapping[int, bytes]]
    ) -> dict[str, dict[str, str]]:
        """By variable, then by value as a text: "1", ".A"."""
        return {
            variable.name: self._texts_of(labels[field.labels], variable.name)
            for variable, field in zip(variables, self.layout.fields, strict=True)
            if field.labels and labels.get(field.labels) and variable.type == "Num"
        }

    def _texts_of(self, labels: Mapping[int, bytes], variable: str) -> dict[str, str]:
        named = ((labelled_value(code), raw) for code, raw in labels.items())
        return {value: self._decode(raw, variable) for value, raw in named if value}

    def _decode(self, raw: bytes, variable: str = "") -> str:
        (text,), undecoded = decode_values([raw], self.options.encoding)
        if undecoded is not None:
            self._tell(undecoded, variable, None)
        return text

    def _tell(self, undecoded: Undecoded, variable: str, record: int | None) -> None:
        if not undecoded.encoding:
            raise undecodable(undecoded, self.encoding, str(self.file.path), variable, record)
        self.encoding = undecoded.encoding
        note = undecoded_note(undecoded, self.name, variable, record)
        self.notes.append(note)

    def _note(self, message: str, variable: str) -> None:
        self.notes.append(ReadingNote(self.name, message, variable))


def _time(stamp: bytes) -> datetime | None:
    """When the file was saved, "17 Jan 2024 08:30"; None where it does not say."""
    with suppress(ValueError):
        time = datetime.strptime(stamp.decode("ascii", "replace").strip(), _STAMP)
        return None if time == _UNKNOWN_TIME else time
    return None
