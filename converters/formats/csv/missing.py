"""Words that stand for a missing value in CSV: those that the user declared, and those that seem to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from shlex import quote
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....schemas.study.variable import ReadAsMissing, ReadingNote
from ....schemas.wording import counted
from ...values.reading_notes import listed
from ...values.text_column import TextColumn
from ...values.typed_text import Typed
from ...values.written_forms import mask_of
from ..format import ReadOptions
from .delimited import NA, Delimited

_WRITTEN_BY: Mapping[str, str] = MappingProxyType(
    {
        NA: "R writes",
        "NaN": "Python and MATLAB write",
        "NaT": "pandas writes",
        "(null)": "databases write",
        "nan": "Python writes",
        "None": "Python writes",
        "<NA>": "pandas writes",
        "NULL": "databases write",
        "null": "databases write",
        r"\N": "databases write",
        "N/A": "people write",
        "n/a": "people write",
        "#N/A": "Excel writes",
    }
)
"""Words for a missing value, and who writes it so."""
_COUNTRY = "COUNTRY"
"""NA is Namibia's code: alone, it is no sign that R wrote the file."""
_NO_NUMBER = "."
"""A missing value in numeric variables, whether or not it is declared."""
_WHOLE = re.compile(r"-?\d+")


@dataclass(slots=True)
class MissingWords:
    """The words that the user declared missing.

    Attributes
    ----------
    words : tuple of str
    bare : bool
        Whether the file has them without quotation marks. Then those within are text in character
        variables: R writes NA for missing, and "NA" for the text. Else they are missing, too.
    quoted : dict of str to int
        How many values of each character variable are such a word in quotation marks.
    read : dict of str to int
        How many values of each variable are missing because they are such a word.
    """

    words: tuple[str, ...]
    bare: bool
    quoted: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    @classmethod
    def declared(cls, content: Delimited, options: ReadOptions) -> MissingWords:
        return cls(options.missing, bool(options.missing) and any(content.bare))

    @property
    def read_as_missing(self) -> ReadAsMissing:
        """All that became missing, for the report."""
        return ReadAsMissing(self.words, sum(self.read.values()))

    def settled(self, name: str, texts: TextColumn, *, numbers: bool = False) -> TextColumn:
        """The column as it is; what of it is null is one of these words, and is counted."""
        already = numbers and set(self.words) == {_NO_NUMBER}
        self.read[name] = 0 if already else _nulls(texts)
        return texts

    def out_of_numbers(self, name: str, texts: TextColumn) -> TextColumn:
        """The column with null for these words, also with blanks around them; -99.0 is -99."""
        if not self.words:
            return texts
        trimmed = pc.utf8_trim(texts.values, " ")
        found = pc.is_in(trimmed, pa.array(self.words, trimmed.type))
        for number in filter(_WHOLE.fullmatch, self.words):
            found = pc.or_(found, pc.match_substring_regex(trimmed, rf"^{re.escape(number)}\.0*$"))
        gone = texts.values.filter(found)
        kept = texts.without(gone.unique().to_pylist()) if len(gone) else texts
        return self.settled(name, kept, numbers=True)

    def out_of_text(self, name: str, texts: TextColumn) -> TextColumn:
        """The column with null for these words, but for those in quotation marks where they are text."""
        if not self.words:
            return texts
        trimmed = pc.utf8_trim(texts.values, " ")
        words = pc.is_in(trimmed, pa.array(self.words, trimmed.type))
        padded = texts.values.filter(pc.and_(words, pc.not_equal(trimmed, texts.values)))
        texts = texts.without(padded.unique().to_pylist()) if len(padded) else texts
        quoted = texts.spread(mask_of(pc.is_in(texts.values, pa.array(self.words, texts.values.type))))
        if not quoted.any():
            return self.settled(name, texts)
        self.quoted[name] = int(np.count_nonzero(quoted))
        return self.settled(name, texts if self.bare else texts.without(self.words))

    def notes(self, dataset: str) -> Iterator[ReadingNote]:
        """What became missing, and words in quotation marks, about which two programs disagree."""
        read = self.read_as_missing
        if read.values:
            variables = listed([name for name, count in self.read.items() if count])
            yield ReadingNote(
                dataset,
                f"{' or '.join(self.words)} read as missing: {counted(read.values, 'value')} of {variables}",
            )
        if self.quoted:
            count = sum(self.quoted.values())
            became = "is read as text, without them as missing" if self.bare else "is also read as missing"
            yield ReadingNote(
                dataset,
                f"{' or '.join(self.words)} in quotation marks {became}: "
                f"{counted(count, 'value')} of {listed(list(self.quoted))}",
            )


def _nulls(column: TextColumn) -> int:
    if column.codes is None:
        return int(column.values.null_count)
    return int(np.count_nonzero(column.codes < 0))


def words_for_missing(
    dataset: str,
    content: Delimited,
    texts: Sequence[TextColumn],
    kept: Mapping[str, Collection[str]],
    declared: Collection[str],
) -> Iterator[ReadingNote]:
    """One note for each word that seems to stand for missing: NA anywhere, any other word where it alone
    keeps a numeric variable from being one.

    Parameters
    ----------
    texts : sequence of TextColumn
        One per column of `content`.
    kept : mapping of variable name to collection of str
        The words that alone keep it from being numeric.
    declared : collection of str
        Words that the user has declared.
    """
    bare = [name for name, count in zip(content.header, content.bare, strict=True) if count and not declared]
    for word in _WRITTEN_BY:
        numeric = [name for name, words in kept.items() if word in words]
        if word in declared or (word != NA and not numeric):
            continue
        holding = [name for name, column in zip(kept, texts, strict=True) if _holds(column, word)]
        concerned = bare + [name for name in numeric if name not in bare] if word == NA and bare else holding
        if not concerned or (not numeric and _may_be_code(concerned, texts)):
            continue
        characters = (
            f", so {_counted(numeric)} stay{'s' if len(numeric) == 1 else ''} character" if numeric else ""
        )
        variables = f"{len(concerned)} variable{'' if len(concerned) == 1 else 's'}"
        yield ReadingNote(
            dataset,
            f"{word} in {variables} ({listed(concerned)}), which {_WRITTEN_BY[word]} for missing values; "
            f"kept as text{characters} (use --missing {quote(word)} to read it as missing)",
        )


def _may_be_code(concerned: Sequence[str], texts: Sequence[TextColumn]) -> bool:
    """Whether NA in character variables may be a code: Namibia's, or one in a file with empty fields."""
    if [name.upper() for name in concerned] == [_COUNTRY]:
        return True
    return len(concerned) == 1 and any(_holds(column, "") for column in texts)


def _holds(column: TextColumn, text: str) -> bool:
    return bool(pc.index(column.values, text).as_py() >= 0)


def _counted(numeric: Sequence[str]) -> str:
    return numeric[0] if len(numeric) == 1 else f"{len(numeric)} numeric variables"


def missing_words(texts: TextColumn, meant: Typed) -> frozenset[str]:
    """The words that stand for missing values, where nothing else keeps the column from being numeric."""
    wrong = texts.values.filter(pa.array(meant.wrong)).unique()
    if len(wrong) > len(_WRITTEN_BY):
        return frozenset()
    words = frozenset(word.strip() for word in wrong.to_pylist())
    return words if words <= _WRITTEN_BY.keys() else frozenset()
