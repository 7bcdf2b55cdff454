"""Code lists of raw files: the text of each code, and the code of each text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...schemas.study.columns import Mask
from ...schemas.wording import did_you_mean, one_line
from .declared_files import judge_files
from .declared_terms import judge_hash, judge_terms
from .mapping_options import CodeList
from .raw_account import RawAccount
from .raw_records import RawRecords, text_of
from .raw_table import RawTable


@dataclass(frozen=True, slots=True)
class CodeTexts:
    """A code list.

    Attributes
    ----------
    name : str
        Of its table: ``[codes.NAME]``.
    text : mapping of text to text
        The text of each code.
    code : mapping of text to text
        The code of each text that one code alone has.
    shared : set of text
        The texts that several codes have.
    same_text : str
        Whether records may have several of such codes: "error" or "keep".
    """

    name: str
    text: Mapping[str, str]
    code: Mapping[str, str]
    shared: frozenset[str]
    same_text: str


def code_list(
    name: str, options: CodeList, tables: Sequence[RawTable], account: RawAccount
) -> CodeTexts | None:
    """The codes and texts; None if something does not fit, which is then a problem."""
    place = f"[codes.{name}]"
    problems = len(account.problems)
    judge_files(tables, options, place, account)
    judge_hash(tables, options, name, account)
    needed = [each for each in (options.code, options.text, options.list_column) if each]
    for table in tables:
        for column in needed:
            if column not in table.columns:
                what = f"column {one_line(column)} is not present in {table.name}"
                account.problem(what, place, did_you_mean(column, table.columns))
    if len(account.problems) > problems:
        return None
    records = _of_list(RawRecords.of(tables, needed), options, place, account)
    _judge_pairs(records, options, place, account)
    if len(account.problems) > problems:
        return None
    found, first = _texts(records, options)
    if options.terms:
        lines = {code: records.place(_only(len(records), at)) for code, at in first.items()}
        judge_terms(found, lines, options.terms, name, account)
    if len(account.problems) > problems:
        return None
    times = Counter(found.values())
    shared = frozenset(text for text, number in times.items() if number > 1)
    code = {text: code for code, text in found.items() if text not in shared}
    return CodeTexts(name, found, code, shared, options.same_text)


def _of_list(records: RawRecords, options: CodeList, place: str, account: RawAccount) -> RawRecords:
    """The records of the list that is named; all if none is."""
    if not options.list_name:
        return records
    lists = records.columns[options.list_column]
    own = lists.matching(lambda value: text_of(value) == options.list_name)
    if not own.any():
        what = f"{one_line(options.list_name)} is not a list of {options.list_column}"
        account.problem(what, f"{place} list_name", did_you_mean(options.list_name, map(text_of, lists)))
    return records.take(own)


def _judge_pairs(records: RawRecords, options: CodeList, place: str, account: RawAccount) -> None:
    """Each code has one text."""
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


def _texts(records: RawRecords, options: CodeList) -> tuple[dict[str, str], dict[str, int]]:
    """The text of each code, and its first record."""
    codes, texts = records.columns[options.code], records.columns[options.text]
    once = pd.Series(codes.codes).drop_duplicates().index.to_numpy()
    written = [text_of(codes[codes.codes[at]]) for at in once]
    described = [text_of(texts[texts.codes[at]]) for at in once]
    return dict(zip(written, described, strict=True)), dict(zip(written, map(int, once), strict=True))


def _only(size: int, at: int) -> Mask:
    """One record."""
    mask = np.zeros(size, dtype=np.bool_)
    mask[at] = True
    return mask
