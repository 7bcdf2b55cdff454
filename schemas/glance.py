"""What a notebook or a log shows of an object: at most a dozen lines, and no values of records.

Names and labels come from files nobody vouches for: each is cut, on one line, without control characters, and
escaped in HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import islice

from .wording import one_line

LINES = 12
_LONGEST = 80
_HEADING = 100
_NAMED = 6

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """A heading and a small table under it.

    Attributes
    ----------
    heading : tuple of str
        Its lines.
    rows : iterable of tuple of str
        One cell each of the table's columns; only as many are taken as are shown.
    total : int
        Number of rows.
    """

    heading: Row
    rows: Iterable[Row]
    total: int

    def text(self) -> str:
        shown = self._shown()
        width = [max(map(len, column)) for column in zip(*shown, strict=True)]
        lines = ("  ".join(map(str.ljust, row, width)).rstrip() for row in shown)
        return "\n  ".join([*self._headed(), *lines, *self._more(len(shown))])

    def html(self) -> str:
        shown = self._shown()
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in shown)
        lines = [f"<tr>{row}</tr>" for row in cells]
        lines += [f"<tr><td>{more}</td></tr>" for more in self._more(len(shown))]
        heading = "<br>".join(map(escape, self._headed()))
        return f"<table><caption>{heading}</caption><tbody>{''.join(lines)}</tbody></table>"

    def _headed(self) -> list[str]:
        return [one_line(line, _HEADING) for line in self.heading]

    def _shown(self) -> list[Row]:
        room = LINES - len(self.heading)
        limit = room if self.total <= room else room - 1
        return [tuple(one_line(cell, _LONGEST) for cell in row) for row in islice(self.rows, limit)]

    def _more(self, shown: int) -> list[str]:
        return [f"… {self.total - shown:,} more"] if shown < self.total else []


class Glanced:
    """An object that shows its `Glance`."""

    __slots__ = ()

    def _glance(self) -> Glance:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self._glance().text()

    def _repr_html_(self) -> str:
        return self._glance().html()


def listed(names: tuple[str, ...]) -> str:
    """The first few of some names, and how many more there are."""
    named = [one_line(name, 16) for name in names[:_NAMED]]
    more = [f"… {len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
    return ", ".join([*named, *more])
