"""Code lists in files of their own: which columns have the codes, their texts, and the names of the lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from ..options import RawFile
from ..raw_records import RawRecords, text_of
from ..raw_table import RawTable
from .known_variables import KNOWN, bare, names_for

_CODE = "CODE CODEVALUE CODEDVALUE CODEDDATA DATACODE RAWVALUE CODENUMBER VALUE START"
_TEXT = "TEXT CODETEXT DECODE DECODEDVALUE USERDATASTRING MEANING CODELABEL CODEDESCRIPTION LABEL DESCRIPTION"
_LIST = "LIST LISTNAME CODELIST CODELISTNAME CODELISTOID FORMAT FORMATNAME FMTNAME DICTIONARY DICTIONARYNAME"
_FILE = re.compile(r"code.?list|codes|formats?|dictionar|decodes?", re.IGNORECASE)
_SUBJECTS = frozenset().union(*(each.names for each in KNOWN if each.target in ("SUBJID", "USUBJID")))
_MOST_TERMS = 12
"""Terms of a list that are proposed; of a longer one the SHA-256 of its file may be declared."""


@dataclass(frozen=True, slots=True)
class FoundCodeList:
    """A proposal of ``[codes.NAME]``.

    Attributes
    ----------
    name : str
    declared : RawFile
        How the file is read.
    options : mapping of key to text
        Columns and the name of the list, of `CodeList`.
    terms : mapping of code to text
        Empty if they are many.
    caution : str
        What a person must look at.
    """

    name: str
    declared: RawFile
    options: Mapping[str, str]
    terms: Mapping[str, str] = field(default_factory=dict)
    caution: str = ""


def found_code_lists(table: RawTable, declared: RawFile) -> tuple[FoundCodeList, ...]:
    """The code lists of a table; none if it does not seem to have any."""
    code, text, lists = (_column(table, names) for names in (_CODE, _TEXT, _LIST))
    has_subjects = any(_SUBJECTS.intersection(names_for(each, "")) for each in table.columns)
    if not code or not text or has_subjects or not (lists or _FILE.search(table.name)):
        return ()
    records = RawRecords.of([table], dict.fromkeys(filter(None, (code, text, lists))))
    columns = {name: column.codes for name, column in records.columns.items()}
    entries = pd.DataFrame(columns).drop_duplicates()
    entries = entries[(entries >= 0).all(axis=1)]
    texts = {name: list(map(text_of, column)) for name, column in records.columns.items()}
    options = {"code": code, "text": text}
    if not lists:
        stem = re.split(r"[/#]", table.name.rsplit(".", 1)[0])[-1]
        return (_found(stem, declared, options, list(_pairs(entries, options, texts))),)
    return tuple(
        _found(
            texts[lists][which],
            declared,
            {**options, "list_column": lists, "list_name": texts[lists][which]},
            list(_pairs(entries[entries[lists] == which], options, texts)),
        )
        for which in dict.fromkeys(entries[lists].tolist())
    )


def _column(table: RawTable, names: str) -> str:
    """The column that has the first of these names; empty if none has."""
    columns = {bare(each): each for each in reversed(table.columns)}
    return next((columns[each] for each in names.split() if each in columns), "")


def _pairs(
    entries: pd.DataFrame, options: Mapping[str, str], texts: Mapping[str, list[str]]
) -> Iterator[tuple[str, str]]:
    code, text = options["code"], options["text"]
    for one, other in entries[[code, text]].drop_duplicates().to_numpy():
        yield texts[code][one], texts[text][other]


def _found(
    name: str, declared: RawFile, options: Mapping[str, str], pairs: list[tuple[str, str]]
) -> FoundCodeList:
    terms = dict(pairs)
    caution = "A CODE HAS SEVERAL TEXTS" if len(terms) < len(pairs) else ""
    return FoundCodeList(
        re.sub(r"\W+", "_", name.upper(), flags=re.ASCII).strip("_") or "LIST",
        declared,
        options,
        terms if len(terms) <= _MOST_TERMS and not caution else {},
        caution,
    )
