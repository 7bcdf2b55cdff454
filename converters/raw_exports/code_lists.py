"""Code lists of raw files: the text of each code, and the code of each text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ...schemas.wording import did_you_mean, one_line
from .declared_files import judge_files
from .mapping_options import CodeList
from .raw_account import RawAccount
from .raw_records import RawRecords, text_of
from .raw_table import RawTable


@dataclass(frozen=True, slots=True)
class CodeTexts:
    """A code list.

    Attributes
    ----------
    text, code : mapping of text to text
        The text of each code; the code of each text, None if several codes have it.
    """

    text: Mapping[str, str]
    code: Mapping[str, str | None]


def code_list(name: str, options: CodeList, tables: Sequence[RawTable], account: RawAccount) -> CodeTexts:
    """The codes and texts; what does not fit is a problem."""
    place = f"[codes.{name}]"
    judge_files(tables, options, place, account)
    needed = [each for each in (options.code, options.text, options.list_column) if each]
    for table in tables:
        for column in needed:
            if column not in table.columns:
                what = f"column {one_line(column)} is not present in {table.name}"
                account.problem(what, place, did_you_mean(column, table.columns))
    if account.problems:
        return CodeTexts({}, {})
    records = RawRecords.of(tables, needed)
    if options.list_name:
        lists = records.columns[options.list_column]
        own = lists.matching(lambda value: text_of(value) == options.list_name)
        if not own.any():
            what = f"{one_line(options.list_name)} is not a list of {options.list_column}"
            account.problem(what, f"{place} list_name", did_you_mean(options.list_name, map(text_of, lists)))
            return CodeTexts({}, {})
        records = records.take(own)
    codes, texts = records.columns[options.code], records.columns[options.text]
    incomplete = (codes.codes < 0) | (texts.codes < 0)
    if incomplete.any():
        account.refuse("a code without a text, or the reverse", place, "correct it", records, incomplete)
    pairs = pd.DataFrame({"code": codes.codes, "text": texts.codes})
    repeated = pairs["code"].map(pairs.groupby("code")["text"].nunique()) > 1
    if repeated.any():
        account.refuse(
            "a code that has several texts",
            place,
            "correct it, or declare list_name and list_column" if not options.list_name else "correct it",
            records,
            repeated.to_numpy(),
        )
    text: dict[str, str] = {}
    code: dict[str, str | None] = {}
    for one, other in pairs[~incomplete].drop_duplicates().to_numpy():
        written, described = text_of(codes[one]), text_of(texts[other])
        text[written] = described
        code[described] = None if described in code else written
    return CodeTexts(text, code)
