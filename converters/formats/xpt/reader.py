"""SAS transport files (XPT), versions 5 and 8: blocks of records straight into columns.

Rows are read by blocks of some megabytes and decoded by columns, so that the time goes into copying bytes
and the memory into the result.
"""

from __future__ import annotations

import os
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import ReadingNote, Source, SpecialMissing, Variable
from ...fixed_width.record_blocks import column_blocks
from ...fixed_width.text import FixedWidthText
from ...values.encodings import Undecoded, decode_values, undecodable, undecoded_note
from ...values.gathering import GatheredNumbers, Gathering
from ...values.regular_file import FileBecameShorter, open_regular
from ...values.sas_formats import kind_of
from ..format import ReadOptions, refuse_repeated_names, stated_name
from .layout import Field, Member, read_layout
from .numbers import NumberColumn


def read_xpt(path: Path, options: ReadOptions) -> list[Dataset]:
    """Read all datasets of a transport file.

    Parameters
    ----------
    path : Path
        Version 5 or 8; the file says which.
    options : ReadOptions
        `encoding` overrides UTF-8, else cp1252; `progress` is called with bytes.

    Returns
    -------
    list of Dataset
        In the order of the file. Blank records at the end of an all-character dataset of version 5 that
        cannot be told from padding are left out, with a note. A version 5 file that lost its end at the
        very end of both a record and an 80-byte card looks whole.

    Raises
    ------
    UnreadableInput
        When the file is damaged or is something else.
    """
    try:
        with open_regular(path) as file:
            return _read_datasets(file, path, options)
    except OSError as error:
        raise UnreadableInput(
            f"the file cannot be opened: {error.strerror or error}",
            str(path),
            "check the file name and your read permission",
        ) from error


def _read_datasets(file: BufferedReader, path: Path, options: ReadOptions) -> list[Dataset]:
    size = os.fstat(file.fileno()).st_size
    layout = read_layout(file, size, str(path))
    datasets: dict[str, Dataset] = {}
    for member in layout.members:
        dataset = _MemberReader(file, path, options, size).read(member, layout.version)
        if dataset.name in datasets:
            raise UnreadableInput(
                f"the file contains two datasets named {dataset.name}",
                str(path),
                "split it into one file per dataset",
            )
        datasets[dataset.name] = dataset
    if options.progress:
        options.progress(path.name, size, size)
    return list(datasets.values())


class _MemberReader:
    """Reads one dataset of an open file and gathers what a user must know about it."""

    def __init__(self, file: BufferedReader, path: Path, options: ReadOptions, size: int) -> None:
        self.file = file
        self.path = path
        self.options = options
        self.size = size
        self.dataset = path.stem.upper()
        self.encoding = options.encoding or "utf-8"
        self.notes: list[ReadingNote] = []

    def read(self, member: Member, version: str) -> Dataset:
        self.dataset = stated_name(self._decode(member.name), self.path)
        label = self._decode(member.label)
        variables = [self._variable(field) for field in member.fields]
        self._check_names(variables)
        self._note_doubtful_records(member)
        self._note_positions(member)
        gathering = self.options.memory.gathering(member.extent.records * member.record_length)
        columns = self._columns(member, gathering)
        # Popped one by one, so that what a column was collected in goes as soon as it is finished.
        columns.reverse()
        for variable in variables:
            column = columns.pop()
            if isinstance(column, NumberColumn):
                gathering.add(variable.name, *self._numbers(column, variable))
            else:
                gathering.add(variable.name, self._text(column, variable))
        return Dataset.of(
            DatasetDescription(
                name=self.dataset,
                variables=tuple(variables),
                label=label,
                source=Source(self.path, version, encoding=self.encoding),
                created=member.created,
                modified=member.modified,
                attributes=MappingProxyType(_attributes(member)),
            ),
            gathering.columns(member.extent.records),
            notes=tuple(self.notes),
        )

    def _columns(self, member: Member, gathering: Gathering) -> list[NumberColumn | FixedWidthText]:
        records, encoding = member.extent.records, self.options.encoding
        columns: list[NumberColumn | FixedWidthText] = [
            NumberColumn(gathering.numbers(records))
            if field.numeric
            else FixedWidthText(gathering, records, encoding)
            for field in member.fields
        ]
        position = member.extent.start
        self.file.seek(position)
        lengths = [field.length for field in member.fields]
        try:
            for block in column_blocks(self.file, lengths, records):
                for column, stored in zip(columns, block, strict=True):
                    column.add(stored)
                position += sum(stored.nbytes for stored in block)
                if self.options.progress:
                    self.options.progress(self.path.name, position, self.size)
        except FileBecameShorter:
            raise UnreadableInput(
                "the file became shorter while it was being read",
                self._where(),
                "read it again when it is complete",
            ) from None
        return columns

    def _numbers(
        self, column: NumberColumn, variable: Variable
    ) -> tuple[GatheredNumbers | NDArray[Any], SpecialMissing | None]:
        numbers = column.finish(variable.format)
        if numbers.blank is not None:
            raise UnreadableInput(
                f"record {numbers.blank} is blank in {variable.name}, a numeric variable: "
                "the file was padded or changed in transfer, or states more records than it has",
                self._where(),
                "request the file again, transfer it in binary mode, and compare its size with the sender's",
            )
        if numbers.not_stamps is not None:
            self._note(
                f"a value is not a SAS {kind_of(variable.format)}; kept as numbers despite the format "
                f"{variable.format}",
                variable.name,
                numbers.not_stamps,
            )
        return numbers.values, numbers.special

    def _text(self, column: FixedWidthText, variable: Variable) -> Any:
        text = column.finish()
        if text.undecoded is not None:
            self._told(text.undecoded, variable.name, text.record)
        return text.array

    def _variable(self, field: Field) -> Variable:
        name = self._decode(field.name)
        return Variable(
            name=name,
            label=self._decode(field.label, name),
            type="Num" if field.numeric else "Char",
            length=field.length,
            format=field.format,
            informat=field.informat,
        )

    def _check_names(self, variables: list[Variable]) -> None:
        # Names that differ as bytes may be one text.
        names = [variable.name for variable in variables]
        refuse_repeated_names(names, self._where(), "rename one of them and export again")

    def _decode(self, raw: bytes, variable: str = "") -> str:
        """A name or a label."""
        (text,), undecoded = decode_values([raw], self.options.encoding)
        if undecoded is not None:
            self._told(undecoded, variable, None)
        return text

    def _told(self, undecoded: Undecoded, variable: str, record: int | None) -> None:
        if not undecoded.encoding:
            raise undecodable(undecoded, self.encoding, self._where(), variable, record)
        self.encoding = undecoded.encoding
        note = undecoded_note(undecoded, self.dataset, variable, record)
        self.notes.append(note if record else replace(note, message=f"in a name or label, {note.message}"))

    def _note_doubtful_records(self, member: Member) -> None:
        if member.extent.perhaps:
            self._note(
                f"blank bytes at the end, room for {member.extent.perhaps} records, taken as padding "
                "(ambiguous in version 5)",
                record=member.extent.records + 1,
            )

    def _note_positions(self, member: Member) -> None:
        if member.positions_differ:
            self._note(
                "the stated positions of the variables are not in the order of the variables; "
                "read in the order of the variables, as SAS writes them"
            )

    def _note(self, message: str, variable: str = "", record: int | None = None) -> None:
        self.notes.append(ReadingNote(self.dataset, message, variable, record))

    def _where(self) -> str:
        return f"{self.path}, dataset {self.dataset}"


def _attributes(member: Member) -> dict[str, str]:
    """What only transport files know."""
    known = {
        "dataset_type": member.kind,
        "sas_version": member.sas_version,
        "operating_system": member.operating_system,
    }
    return {name: text for name, text in known.items() if text}
