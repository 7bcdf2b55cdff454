"""A raw table of text columns: what was declared missing is missing, and counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...schemas.study.dataset import Dataset
from ...schemas.study.description import DatasetDescription
from ...schemas.study.variable import ReadAsMissing, ReadingNote, Source, Variable
from ...schemas.wording import counted, one_line
from ..values.gathering import Gathering
from ..values.text_column import TextColumn
from ..values.written_forms import mask_of
from .header import Header
from .options import RawFile
from .raw_table import LineNumbers, RawTable


def text_table(
    source: Source,
    name: str,
    header: Header,
    columns: Sequence[TextColumn],
    lines: LineNumbers,
    *,
    declared: RawFile,
    notes: Sequence[ReadingNote],
    gathering: Gathering,
) -> RawTable:
    """A table of columns of text, of which none is changed but for what is declared missing."""
    read: dict[str, int] = {}
    for column, texts in zip(header.names, columns, strict=True):
        without, counts = _without(texts, declared.missing_values)
        gathering.add(column, without.to_pandas())
        for word, number in counts.items():
            read[word] = read.get(word, 0) + number
    described = DatasetDescription(
        name=source.path.name.split(".")[0].upper(),
        variables=tuple(Variable(each, header.labels.get(each, ""), "Char") for each in header.names),
        carries=frozenset({"label"} if header.labels else ()),
        source=source,
    )
    missing = ReadAsMissing(declared.missing_values, sum(read.values()))
    said = [ReadingNote(name, _read_as_missing(word, number)) for word, number in read.items()]
    dataset = Dataset.of(
        described, gathering.columns(len(lines)), notes=(*notes, *said), read_as_missing=missing
    )
    return RawTable(name, dataset, lines, header.labels, header.units)


def _read_as_missing(word: str, number: int) -> str:
    return f"{counted(number, 'value')} {one_line(word)!r} read as missing, as declared"


def _without(texts: TextColumn, words: Sequence[str]) -> tuple[TextColumn, dict[str, int]]:
    """The column without these words, and how many values were each."""
    counts = {word: _count(texts, word) for word in dict.fromkeys(words) if word}
    met = [word for word, number in counts.items() if number]
    return (texts.without(met) if met else texts), counts


def _count(texts: TextColumn, word: str) -> int:
    same = mask_of(pc.equal(texts.values, pa.scalar(word, texts.values.type)).fill_null(False))
    return int(np.count_nonzero(texts.spread(same))) if same.any() else 0
