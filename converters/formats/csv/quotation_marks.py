"""Whether quotation marks are where they may be (RFC 4180), and so where records end."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...values.content import Content

MARK = b'"'
_CARRIAGE_RETURN, _LINE_FEED = b"\r\n"
_TAIL = 1 << 13
"""Bytes at the end of a block among which the last line break is looked for first."""


@dataclass(slots=True)
class Scan:
    """What was found.

    Attributes
    ----------
    misplaced : int or None
        Position of the first quotation mark out of place; of the last one where one is never closed.
    closed : bool
        Whether all are closed, as far as the content was looked at.
    ends : list of int
        Positions behind the last record of each block in which one ends.
    """

    misplaced: int | None = None
    closed: bool = True
    ends: list[int] = field(default_factory=list)


def scan(content: Content, delimiter: bytes, begin: int, body: int, step: int, *, mark: bytes = MARK) -> Scan:
    """Look through the content from `begin` on, in blocks of `step` bytes from `body` on.

    Without a `mark` every line break ends a record.

    Every other mark opens and must follow a border, the rest close and must precede one. Two in a row
    within quotes stand for one: they close and open at once, so a mark counts as a border too.
    """
    border = np.zeros(256, dtype=np.bool_)
    border[list(delimiter + b"\r\n" + mark)] = True
    found = Scan()
    seen, last = 0, None
    starts = [begin, *range(body, content.size, step)]
    for start, end in zip(starts, [*starts[1:], content.size], strict=True):
        # A block and the byte at each side of it.
        first = max(start - 1, begin)
        around = np.frombuffer(content.part(first, end + 1 - first), dtype=np.uint8)
        marks = marks_in(around[start - first : end - first], mark)
        if len(marks):
            opening = (seen + np.arange(len(marks))) % 2 == 0
            beside = start - first + np.where(opening, marks - 1, marks + 1)
            inside = (beside >= 0) & (beside < len(around))
            wrong = inside & ~border[around[np.clip(beside, 0, len(around) - 1)]]
            last = start + int(marks[-1])
            if wrong.any():
                found.misplaced = start + int(marks[wrong.argmax()])
                return found
        ended = _last_end(around[start - first : end - first], marks, seen)
        if ended:
            found.ends.append(start + ended)
        seen += len(marks)
    if seen % 2:
        found.misplaced, found.closed = last, False
    return found


def marks_in(block: NDArray[np.uint8], mark: bytes) -> NDArray[np.intp]:
    """Positions of quotation marks; none where a file has none."""
    return np.flatnonzero(block == mark[0]) if mark else np.empty(0, np.intp)


def _last_end(block: NDArray[np.uint8], marks: NDArray[np.intp], seen: int) -> int:
    """Behind the last line break that is not within quotation marks; 0 where there is none.

    One that may be the first half of ``\\r\\n`` ends nothing yet.
    """
    for size in (_TAIL, len(block)):
        first = max(0, len(block) - size)
        tail = block[first:]
        breaks = first + np.flatnonzero((tail == _LINE_FEED) | (tail == _CARRIAGE_RETURN))
        if len(breaks) and breaks[-1] == len(block) - 1 and block[-1] == _CARRIAGE_RETURN:
            breaks = breaks[:-1]
        outside = breaks[(seen + np.searchsorted(marks, breaks)) % 2 == 0]
        if len(outside):
            return int(outside[-1]) + 1
    return 0
