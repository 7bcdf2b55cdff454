"""Codes and texts that go together: in two columns of the records, and in a code list."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from ...schemas.study.columns import Distinct
from .code_lists import CodeTexts
from .raw_part import RawPart
from .raw_records import listed_values, of_pairs, text_of
from .variable_options import RawVariable


def judge_pair(
    column: Distinct, declared: RawVariable, codes: CodeTexts | None, part: RawPart, place: str
) -> None:
    """Each text goes with one code, each code with one text, and both are there or missing."""
    other = part.records.columns[declared.pair]
    alone = (column.codes < 0) != (other.codes < 0)
    advice = "correct the data, or do not declare pair"
    names = f"{declared.column} and {declared.pair}"
    if alone.any():
        part.account.refuse(f"one of {names} without the other", place, advice, part.records, alone)
    pairs = pd.DataFrame({"one": column.codes, "other": other.codes})
    for left, right, stated in (("one", "other", column), ("other", "one", other)):
        number_of = pairs[~alone].groupby(left)[right].nunique()
        several = pairs[left].map(number_of).fillna(0).to_numpy() > 1
        several &= pairs[left].to_numpy() >= 0
        if several.any():
            name = declared.column if left == "one" else declared.pair
            against = declared.pair if left == "one" else declared.column
            what = f"values of {name} with several of {against}"
            shown = listed_values(stated, several)
            part.account.refuse(what, place, advice, part.records, several, shown=shown)
    if codes is not None:
        _judge_pair_by_codes(column, declared, codes, part, place)


def _judge_pair_by_codes(
    column: Distinct, declared: RawVariable, known: CodeTexts, part: RawPart, place: str
) -> None:
    """The pair says what the code list says."""
    other = part.records.columns[declared.pair]
    codes, texts = (column, other) if declared.gives == "text" else (other, column)
    pairs = pd.DataFrame({"code": codes.codes, "text": texts.codes})

    def differs(code: int, text: int) -> bool:
        expected = known.text.get(text_of(codes[code])) if code >= 0 and text >= 0 else None
        return expected not in (None, text_of(texts[text]))

    wrong = of_pairs(pairs, differs).matching(bool)
    if wrong.any():
        part.account.refuse(
            f"{declared.column} and {declared.pair} do not agree with [codes.{declared.codes}]",
            place,
            "correct the data or the code list",
            part.records,
            wrong,
            shown=listed_values(codes, wrong),
        )


def judge_shared_texts(column: Distinct, codes: CodeTexts, part: RawPart) -> None:
    """Refuse texts that several codes have: which code is meant is not known."""
    shared = column.matching(lambda value: text_of(value) in codes.shared)
    if shared.any():
        part.account.refuse(
            "texts that several codes have",
            _place(codes),
            "correct the code list, or use map",
            part.records,
            shared,
            shown=listed_values(column, shared),
        )


def judge_merged_codes(column: Distinct, codes: CodeTexts, part: RawPart) -> None:
    """Several codes become one value only if that is declared."""
    met = Counter(codes.text.get(code, "") for code in set(map(text_of, column)))
    merged = column.matching(lambda value: met[codes.text.get(text_of(value), "")] > 1)
    merged &= column.matching(lambda value: text_of(value) in codes.text)
    what = "several codes of one text"
    if codes.same_text == "keep":
        part.account.note(f"codes.{codes.name}.same_text", "keep", what, int(merged.sum()))
    elif merged.any():
        advice = 'correct the code list, or declare same_text = "keep"'
        shown = listed_values(column, merged)
        part.account.refuse(what, _place(codes), advice, part.records, merged, shown=shown)


def _place(codes: CodeTexts) -> str:
    return f"[codes.{codes.name}] same_text"
