"""The lines that records begin in: a record may hold line breaks, and a line may be blank."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...values.content import BLOCK, Content
from .head import Head
from .plain_text import line_breaks, line_of
from .quotation_marks import marks_in

_Lines = NDArray[np.int32]

_CARRIAGE_RETURN, _LINE_FEED = b"\r\n"


def record_lines(content: Content, head: Head, end: int, records: int) -> _Lines:
    """The line, from 1, that each of so many records begins in; the last of them ends at `end`."""
    first = line_of(content, head.body)
    if end <= head.body:
        return np.full(records, first, np.int32)
    if line_breaks(content, head.body, end) + 1 == records:  # one record on each line
        return np.arange(first, first + records, dtype=np.int32)
    return np.concatenate([np.empty(0, np.int32), *_begun(content, head, end, first)])[:records]


def line_of_record(content: Content, head: Head, end: int, number: int) -> int:
    """The line, from 1, that a record begins in; both are counted from 1."""
    seen = 0
    for some in _begun(content, head, end, line_of(content, head.body)):
        if number <= seen + len(some):
            return int(some[number - seen - 1])
        seen += len(some)
    return 0


def _begun(content: Content, head: Head, end: int, line: int) -> Iterator[_Lines]:
    """The lines that records begin in, block by block."""
    begin, begin_line, marks_seen = head.body, line, 0
    for start in range(head.body, end, BLOCK):
        count = min(BLOCK, end - start)
        # A block, and the byte at each side of it.
        around = _around(content, start, count)
        block, after = around[1 : count + 1], np.append(around[2:], np.uint8(0))[:count]
        breaks = np.flatnonzero((block == _LINE_FEED) | ((block == _CARRIAGE_RETURN) & (after != _LINE_FEED)))
        marks = marks_in(block, head.quote)
        ending = np.flatnonzero((marks_seen + np.searchsorted(marks, breaks)) % 2 == 0)
        if len(ending):
            behind = start + breaks[ending] + 1
            begins = np.append(begin, behind[:-1])
            lines = np.append(begin_line, line + ending[:-1] + 1)
            yield lines[_are_records(around, begins - start + 1, behind - begins, head)].astype(np.int32)
            begin, begin_line = int(behind[-1]), line + int(ending[-1]) + 1
        line += len(breaks)
        marks_seen += len(marks)
    if begin < end:
        yield np.array([begin_line], np.int32)


def _around(content: Content, start: int, count: int) -> NDArray[np.uint8]:
    if start:
        return np.frombuffer(content.part(start - 1, count + 2), np.uint8)
    return np.append(np.uint8(0), np.frombuffer(content.part(0, count + 1), np.uint8))


def _are_records(
    around: NDArray[np.uint8], begins: NDArray[np.intp], lengths: NDArray[np.intp], head: Head
) -> NDArray[np.bool_]:
    """Whether lines hold a record: a blank one does only in an only column."""
    if len(head.names) == 1:
        return np.ones(len(begins), np.bool_)
    is_blank: NDArray[np.bool_] = lengths == 1
    is_blank |= (lengths == 2) & (around[np.maximum(begins, 0)] == _CARRIAGE_RETURN)
    return ~is_blank
