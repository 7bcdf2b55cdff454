"""Which records go into which file: all of a dataset, or those of some subjects where it is too large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.study.dataset import Dataset
from ..format import Output
from .cards import CARD, padding
from .described import Described, DescribedColumn
from .headers import library_header, member_headers
from .layout import Member

SUBJECT = "USUBJID"


@dataclass(frozen=True, slots=True)
class FilePart:
    """Some records of a dataset, as one dataset of a file.

    Attributes
    ----------
    described : Described
    name : str
        Of the dataset in the file.
    member : Member
    first, end : int
        Positions of the records: from one to another.
    output : Output
        Of the whole dataset.
    path : Path
        Of the file.
    """

    described: Described
    name: str
    member: Member
    first: int
    end: int
    output: Output
    path: Path


def has_blank_end(described: Described, first: int, end: int) -> bool:
    """Whether the last of these records cannot be distinguished from what fills up the file."""
    columns, records = described.columns, end - first
    if described.words.states_records or not all(each.is_text for each in columns):
        return False
    width = described.record_length
    data = records * width
    certain = -(-max(0, data + padding(data) - (CARD - 1)) // width) if width else records
    return records > certain and all(_is_blank(described.dataset, each, end - 1) for each in columns)


def _is_blank(dataset: Dataset, column: DescribedColumn, record: int) -> bool:
    text = dataset.part(column.variable.name, record, 1).iloc[0]
    return bool(pd.isna(text)) or not str(text).strip(" ")


class NotSplit(Exception):
    """Why a dataset that is too large for one file is not split."""


def parts_of(output: Output, described: Described) -> list[FilePart]:
    """The parts of a dataset, each of whole subjects where there are several.

    Raises
    ------
    NotSplit
        When it is too large for one file and cannot be split.
    """
    name, path = output.dataset.name, output.path
    whole = FilePart(described, name, described.member(name), 0, len(output.dataset), output, path)
    width, room = described.record_length, output.options.split_size - _before_records(whole) - 79
    if whole.end * width <= room or not whole.end:
        return [whole]
    bounds = _bounds(output.dataset, room // width)
    return [
        replace(
            whole,
            name=f"{name}{number}",
            member=described.member(f"{name}{number}"),
            first=first,
            end=end,
            path=part_path(path, number),
        )
        for number, (first, end) in enumerate(pairwise(bounds), 1)
    ]


def part_path(path: Path, number: int) -> Path:
    """The file of a part, counted from 1, of a dataset that was to go to one file."""
    return path.with_name(f"{path.name[: -len(path.suffix)]}{number}{path.suffix}")


def _before_records(part: FilePart) -> int:
    words = part.described.words
    return len(library_header(words, part.member)) + len(member_headers(words, part.member, part.end))


def _bounds(dataset: Dataset, most: int) -> list[int]:
    """Positions at which parts of at most so many records begin, and the end."""
    if SUBJECT not in dataset:
        raise NotSplit(f"{SUBJECT} is not present, which it is split by")
    groups = dataset.groups(SUBJECT)
    starts = np.append(np.flatnonzero(np.diff(groups, prepend=groups[0] - 1)), len(groups))
    if len(starts) - 1 > len(np.unique(groups)):
        raise NotSplit(f"the records of a subject are not together; sort it by {SUBJECT}")
    return list(_greedy(starts, most))


def _greedy(starts: NDArray[np.intp], most: int) -> Iterator[int]:
    at = 0
    yield 0
    while starts[at] < starts[-1]:
        after = int(np.searchsorted(starts, starts[at] + most, side="right")) - 1
        if after <= at:
            raise NotSplit("the records of one subject do not fit into one file")
        at = after
        yield int(starts[at])
