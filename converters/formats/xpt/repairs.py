"""What `--fix` changes so that a SAS transport file holds a dataset; each repair is listed.

The same data give the same repairs. Numbers and dates out of range, NUL characters and characters without a
transliteration have none: they are still breaches of the repaired dataset.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from typing import Any

import numpy as np
import pyarrow as pa

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ..breaches import breaches as breaches_of_all
from ..format import Output, Repair
from .described import DEFAULT_FORMATS, Described, DescribedColumn, times_of
from .record_layout import DATASET_LABEL, has_stamp
from .repaired_columns import Made, RepairedColumns, TextChange, positive_zeros
from .survey import Unstored, blocks
from .text_encoding import TextEncoding, distinct_texts
from .transliteration import transliterated
from .unfit import Limits, fault_of_stamp_format

_OF_TEXT = {Unstored.NOT_ENCODED, Unstored.TRAILING_BLANKS, Unstored.TOO_LONG}
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]", re.ASCII)


def repaired(output: Output) -> tuple[Output, list[Repair]]:
    """An output whose dataset has as few breaches as repairs leave, and what was changed."""
    dataset = output.dataset
    if any(breaches_of_all(dataset)):  # nothing that a repair helps
        return output, []
    mended = _Mending(output)
    variables = tuple(made.variable for made in mended.made)
    changes: dict[str, Any] = {
        "name": mended.name,
        "label": mended.label,
        "variables": variables,
        **mended.times,
    }
    description = replace(dataset.description, **changes)
    columns = RepairedColumns(dataset.columns, {made.variable.name: made for made in mended.made})
    fixed = Dataset.of(
        description,
        columns,
        notes=dataset.notes,
        declarations=dataset.declarations,
        read_as_missing=dataset.read_as_missing,
    )
    return (replace(output, dataset=fixed), mended.repairs) if mended.repairs else (output, [])


class _Mending:
    """Repairs of one dataset."""

    def __init__(self, output: Output) -> None:
        self.repairs: list[Repair] = []
        self._dataset = output.dataset
        self._limits = Limits.of(output.options)
        described = Described.of(output)
        self.name = self._name(self._dataset.name, set(), "")
        self.label = self._label(self._dataset.label, DATASET_LABEL, "")
        self.times = self._times()
        capitals = (self._in_case(each.name) for each in self._dataset.variables)
        self._taken = {name.upper() for name in capitals if not self._limits.fault_of_name(name)}
        self._names = {each.name: self._name_of(each.name) for each in self._dataset.variables}
        self.made = [made for column in described.columns for made in self._column(column)]

    def _tell(self, message: str, variable: str) -> None:
        self.repairs.append(Repair(self._dataset.name, message, variable))

    def _times(self) -> dict[str, None]:
        if all(time is None or has_stamp(time) for time in times_of(self._dataset)):
            return {}
        self._tell("times of creation and change are not stated", "")
        return {"created": None, "modified": None}

    def _in_case(self, name: str) -> str:
        return name if self._limits.words.states_records else name.upper()

    def _name(self, name: str, taken: set[str], variable: str) -> str:
        """A name, as it is if it is one; in capitals if that makes it one; else another that is free."""
        if not self._limits.fault_of_name(name):
            return name
        found = self._in_case(name)
        if self._limits.fault_of_name(found):
            plain = _NOT_IN_NAMES.sub("_", transliterated(found, "ascii"))
            found = f"_{plain}" if plain[:1].isdigit() else plain
            found = next(_free(self._in_case(found), taken, self._limits.words.longest_name))
        self._tell(f"name is {found} in the file", variable)
        return found

    def _name_of(self, variable: str) -> str:
        name = self._name(variable, self._taken, variable)
        self._taken.add(name.upper())
        return name

    def _label(self, label: str, most: int, variable: str) -> str:
        if not self._limits.fault_of_label(label, most) or "\0" in label:
            return label
        encoding = self._limits.encoding
        written = transliterated(label, encoding.codec)
        if encoding.bytes_of(written) is None:
            return label
        found = _cut(written, most, encoding).rstrip(" ")
        done = ["transliterated"] if written != label else []
        done += [f"shortened to {most} bytes"] if len(found) < len(written.rstrip(" ")) else []
        self._tell(f"label {' and '.join(done) or 'without its trailing blanks'}", variable)
        return found

    def _format(self, text: str, column: DescribedColumn, which: str) -> str:
        fault = self._limits.fault_of_format(text, is_text=column.is_text, which=which)
        if which == "format":
            fault = fault or fault_of_stamp_format(column)
        if not fault:
            return text
        instead = DEFAULT_FORMATS.get(column.shape, "") if which == "format" else ""
        self._tell(
            f"{which} {text!a} {f'replaced by {instead}' if instead else 'dropped'}", column.variable.name
        )
        return instead

    def _column(self, column: DescribedColumn) -> Iterator[Made]:
        old, faults = column.variable, column.found.faults
        new = replace(
            old,
            name=self._names[old.name],
            label=self._label(old.label, self._limits.words.longest_label, old.name),
            format=self._format(old.format, column, "format"),
            informat=self._format(old.informat, column, "informat"),
        )
        if Unstored.NEGATIVE_ZERO in faults:
            self._tell("-0.0 written as 0", old.name)
            yield Made(old.name, new, positive_zeros)
        elif faults.keys() & _OF_TEXT:
            yield from self._texts(column, new)
        else:
            yield Made(old.name, new)

    def _texts(self, column: DescribedColumn, new: Variable) -> Iterator[Made]:
        old, faults = column.variable.name, column.found.faults
        pieces = TextPieces(self._limits.encoding, self._limits.words.longest_text)
        if Unstored.NOT_ENCODED in faults:
            self._tell(f"text transliterated to {self._limits.encoding.shown}", old)
        if Unstored.TRAILING_BLANKS in faults:
            self._tell("trailing blanks of text dropped", old)
        more = _free(new.name, self._taken, self._limits.words.longest_name, numbered=True)
        names = [new.name, *islice(more, self._most_pieces(column, pieces) - 1)]
        self._taken.update(map(str.upper, names))
        if len(names) > 1:
            self._tell(f"text split into {', '.join(names)}", old)
        for number, name in enumerate(names):
            variable = replace(new, name=name)
            if len(names) > 1:
                variable = replace(variable, length=None)
            if number:
                room = self._limits.words.longest_label - len(str(number)) - 1
                label = f"{_cut(new.label, room, self._limits.encoding).rstrip(' ')} {number}".lstrip(" ")
                variable = replace(variable, label=label, key_sequence=None, item_oid="")
            yield Made(old, variable, TextChange(pieces, number))

    def _most_pieces(self, column: DescribedColumn, pieces: TextPieces) -> int:
        """How many variables the longest text takes."""
        most = 1
        for _, part in blocks(self._dataset, column.variable):
            texts, codes = distinct_texts(part)
            if codes is not None:
                texts = texts.take(pa.array(np.unique(codes[codes >= 0])))
            most = max([most, *(len(pieces(each)) for each in texts.to_pylist())])
        return most


def _free(name: str, taken: set[str], most: int, *, numbered: bool = False) -> Iterator[str]:
    """Names that are not taken: this one and then with 2, 3, … behind it, or `numbered` from 1 on."""
    ends = map(str, count(1)) if numbered else chain([""], map(str, count(2)))
    for end in ends:
        found = name[: most - len(end)] + end
        if found.upper() not in taken:
            yield found


def _cut(text: str, most: int, encoding: TextEncoding) -> str:
    """As much of it as so many bytes hold, no character cut in two or from its accents."""
    raw = encoding.bytes_of(text) or b""
    if len(raw) <= most:
        return text
    found = raw[:most].decode(encoding.codec, "ignore")
    end = len(found)
    while end and unicodedata.combining(text[end]):
        end -= 1
    return text[:end] or found  # one character with more accents than there is room for


@dataclass(frozen=True, slots=True)
class TextPieces:
    """A text as variables hold it: transliterated, without trailing blanks, and in pieces if it is too long.

    Together the pieces are the text: a piece never ends in a blank, which SAS would not keep.
    """

    encoding: TextEncoding
    longest: int

    def __call__(self, text: str) -> list[str]:
        rest = transliterated(text, self.encoding.codec).rstrip(" ")
        whole = rest
        pieces = []
        while len(self.encoding.bytes_of(rest) or b"") > self.longest:
            piece = _cut(rest, self.longest, self.encoding).rstrip(" ")
            if not piece:  # more blanks than a variable holds
                return [whole]
            pieces.append(piece)
            rest = rest[len(piece) :]
        return [*pieces, rest]
