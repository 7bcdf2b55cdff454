"""What is declared of a dataset that is made from raw files: ``[raw.NAME]`` and ``[codes.NAME]``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.kinds import (
    NAMES,
    Choice,
    ListOf,
    TableOf,
    count,
    member_name,
    name,
    one_kind,
    switch,
    text,
)
from ...schemas.options import checked_options, option
from .options import RawFile, exact_text
from .variable_options import VARIABLES, RawVariable, column_name


@dataclass(frozen=True, slots=True)
class ColumnValue:
    """A new column with one value: ``{ value = "SYSBP" }`` of a file.

    Attributes
    ----------
    value : str

    Examples
    --------
    >>> {"RESULT": "SYS_BP", "TEST": ag.ColumnValue("SYSBP")}["TEST"].value
    'SYSBP'
    """

    value: str


@dataclass(frozen=True, slots=True)
class ColumnUnit:
    """A new column with the unit that a line of units has for a column: ``{ unit_of = "HGB" }``.

    Attributes
    ----------
    column : str

    Examples
    --------
    >>> {"RESULT": "HGB", "UNIT": ag.ColumnUnit("HGB")}["UNIT"].column
    'HGB'
    """

    column: str


LongEntry = Mapping[str, "str | ColumnValue | ColumnUnit"]
"""New columns of a record: each has the values of a column of the files, its unit, or one value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """How records with a name and a value become columns.

    Attributes
    ----------
    by : tuple of str
        Columns that records of one result have in common.
    name : str
        The column that has the names of the new columns.
    value : str
        The column that has their values.

    Examples
    --------
    >>> ag.Wide(by=("SUBJECT", "VISIT"), name="ITEM", value="VALUE").by
    ('SUBJECT', 'VISIT')
    """

    by: tuple[str, ...] = option(ListOf(column_name, of="columns"), "Columns that records have in common.")
    name: str = option(column_name, "The column that has the names of the new columns.")
    value: str = option(column_name, "The column that has their values.")


@dataclass(frozen=True, slots=True)
class _LongEntries:
    """A list of tables of new columns: a column, ``{ value = TEXT }`` or ``{ unit_of = COLUMN }``."""

    word: str = "list of tables"
    example: str = '[{ RESULT = "SYS_BP", TEST = { value = "SYSBP" } }]'

    @property
    def schema(self) -> Mapping[str, Any]:
        others = [_only("value", {"type": "string", "pattern": r"\S"}), _only("unit_of", column_name.schema)]
        entry = {
            "type": "object",
            "additionalProperties": {"anyOf": [{"type": "string", "minLength": 1}, *others]},
            "minProperties": 1,
            "not": {"additionalProperties": {"anyOf": others}},
        }
        return {"type": "array", "items": entry, "minItems": 1}

    def __call__(self, value: Any) -> tuple[LongEntry, ...]:
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(self.example)
        return tuple(map(self._entry, value))

    def _entry(self, value: Any) -> LongEntry:
        if not isinstance(value, Mapping):
            raise ValueError(self.example)
        found = {key: self._new(each) for key, each in value.items()}
        if not any(isinstance(each, str) for each in found.values()):
            raise ValueError(f"at least one column in each entry: {self.example}")
        return found

    def _new(self, value: Any) -> str | ColumnValue | ColumnUnit:
        if isinstance(value, str) and value:
            return value
        if isinstance(value, Mapping) and set(value) == {"value"}:
            value = ColumnValue(value["value"])
        if isinstance(value, Mapping) and set(value) == {"unit_of"}:
            value = ColumnUnit(value["unit_of"])
        if isinstance(value, ColumnValue) and _is_text(value.value):
            return value
        if isinstance(value, ColumnUnit) and _is_text(value.column):
            return value
        raise ValueError(self.example)


def _only(key: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a table with this key."""
    properties = {key: dict(schema)}
    return {"type": "object", "properties": properties, "required": [key], "additionalProperties": False}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


@dataclass(frozen=True, slots=True)
class _WideTable:
    """A table of `Wide`."""

    word: str = "table"

    @property
    def schema(self) -> Mapping[str, Any]:
        texts = {"type": "string", "minLength": 1}
        listed = {"type": "array", "items": texts, "minItems": 1}
        return {
            "type": "object",
            "properties": {"by": listed, "name": texts, "value": texts},
            "required": ["by", "name", "value"],
            "additionalProperties": False,
        }

    def __call__(self, value: Any) -> Wide:
        if isinstance(value, Wide):
            return value
        if not isinstance(value, Mapping):
            raise ValueError('{ by = ["SUBJECT", "VISIT"], name = "ITEM", value = "VALUE" }')
        try:
            return Wide(**checked_options(Wide, value, ""))
        except ConfigurationError as wrong:
            raise ConfigurationError(f"wide is not valid: {wrong.what}", "", wrong.advice) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDataset(RawFile):
    """A dataset, or some records of one, that is made from raw files.

    Attributes
    ----------
    dataset : str
        The dataset that the records belong to; empty for the name of the table. Several tables may make one.
    label : str
        Of the dataset.
    variables : mapping of name to RawVariable
        The variables in their order. A text is the column that is copied.
    absent_columns : str
        Columns that some of the files do not have: "error", or "missing" values.
    where : str
        Condition over the columns; a name that is not a plain word is written between backquotes.
    long : tuple of mapping of name to column or ColumnValue
        Each raw record becomes one record for each entry, with these new columns.
    long_missing : str
        Such records none of whose columns has a value: "error", "exclude" or "keep".
    wide : Wide or None
        Raw records become columns of one.
    trim : bool
        Blanks before and after the texts of all columns are removed.
    sequence : str
        Variable that numbers the records of each subject, such as AESEQ.
    order : tuple of str
        Variables that order the records of a subject. Those of a dataset without `sequence` that they do not
        distinguish are ordered by all other variables: the order of the lines of the files decides nothing.
    same_order : str
        Records that `order` does not distinguish: an "error" if they are numbered, or by "position" in the
        files.
    same_records : str
        Records that are equal in every column to one of another file: "error" or "keep".
    expected_records, expected_subjects : int or None
        How many records of the files are used, and how many subjects (USUBJID) they have; fewer or more are
        an error. None if any number is right.
    subjects : str
        Subjects who are not in DM: "error", "keep" or "exclude".
    unmapped : tuple of str
        Columns that are knowingly not mapped; others are listed as unmapped, too, but apart.

    Other attributes are those of `RawFile`.

    Examples
    --------
    >>> ae = ag.RawDataset(
    ...     files=("ae_site*.csv",), variables={"USUBJID": ag.RawVariable(template="S1-{PATNUM}")}
    ... )
    >>> ae.same_order, ae.subjects
    ('error', 'error')
    """

    dataset: str = option(
        member_name, "The dataset that the records belong to.", default="", otherwise="the name of the table"
    )
    label: str = option(text, "Label of the dataset.", default="", otherwise="that of SDTM")
    variables: Mapping[str, RawVariable] = option(
        VARIABLES, "The variables in their order, each a column of the files, or a table.", default=dict
    )
    absent_columns: str = option(
        Choice(("error", "missing")),
        "Columns that only some of the files have: an error, or missing in the others.",
        default="error",
    )
    where: str = option(
        text,
        "Condition over the columns; a name that is not a plain word is written between backquotes.",
        default="",
        otherwise="all records",
    )
    long: tuple[LongEntry, ...] = option(
        _LongEntries(), "Records that each raw record becomes: new columns by name.", default=()
    )
    long_missing: str = option(
        Choice(("error", "exclude", "keep")),
        "With long: records none of whose columns has a value.",
        default="error",
    )
    wide: Wide | None = option(_WideTable(), "Records with a name and a value become columns.", default=None)
    trim: bool = option(
        switch, "Blanks before and after the texts of all columns are removed.", default=False
    )
    sequence: str = option(
        name, "Variable that numbers the records of each subject, such as AESEQ.", default=""
    )
    order: tuple[str, ...] = option(
        NAMES,
        "Variables that order the records of a subject.",
        default=(),
        otherwise="all variables, without sequence",
    )
    same_order: str = option(
        Choice(("error", "position")),
        "Records that order does not distinguish: an error if they are numbered, or by position.",
        default="error",
    )
    same_records: str = option(
        Choice(("error", "keep")),
        "Records equal in every column to one of another file: an error, or kept.",
        default="error",
    )
    expected_records: int | None = option(
        count, "Number of records of the files that are used.", default=None, otherwise="any number"
    )
    expected_subjects: int | None = option(
        count, "Number of subjects, by USUBJID.", default=None, otherwise="any number"
    )
    subjects: str = option(
        Choice(("error", "keep", "exclude")), "Records of subjects who are not in DM.", default="error"
    )
    unmapped: tuple[str, ...] = option(
        ListOf(column_name, of="columns"), "Columns that are knowingly not mapped.", default=()
    )


_TERMS = '{ 1 = "M", 2 = "F" }'


@one_kind("SHA-256", {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"})
def file_hash(value: Any) -> str:
    """The SHA-256 of a file, as 64 digits."""
    if not isinstance(value, str) or re.fullmatch("[0-9a-fA-F]{64}", value) is None:
        raise ValueError("64 hexadecimal digits in quotes, as in the record of a derivation")
    return value.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList(RawFile):
    """A code list in a raw file of its own.

    Attributes
    ----------
    code, text : str
        Columns that have the codes, and their texts.
    list_name : str
        Which list of the file; empty if the file has one.
    list_column : str
        The column that has the names of lists.
    terms : mapping of code to text
        What the list must be: these codes, each with this text, and no others. Empty if it is not checked.
    sha256 : str
        The SHA-256 that its file must have; empty if it is not checked.
    same_text : str
        Codes of one text, of which records have several: "error" or "keep".

    Other attributes are those of `RawFile`.

    Examples
    --------
    >>> ag.CodeList(files=("CodeLists.csv",), code="CodeValue", text="CodeText").list_name
    ''
    """

    code: str = option(column_name, "The column that has the codes.")
    text: str = option(column_name, "The column that has the texts.")
    list_name: str = option(column_name, "Which list of the file.", default="", otherwise="the file has one")
    list_column: str = option(
        column_name, "With list_name: the column that has the names of lists.", default=""
    )
    terms: Mapping[str, str] = option(
        TableOf(exact_text, _TERMS, least=1),
        f"What the list must be, each code with its text: {_TERMS}.",
        default=dict,
        otherwise="not checked",
    )
    sha256: str = option(
        file_hash, "The SHA-256 that the file must have.", default="", otherwise="not checked"
    )
    same_text: str = option(
        Choice(("error", "keep")),
        "Codes of one text, of which records have several: an error, or kept.",
        default="error",
    )
