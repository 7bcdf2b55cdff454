"""How a report is to be shown: what a renderer needs beside the report itself, and words that all share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, TextIO

NARROWEST = 40

if TYPE_CHECKING:
    from ...schemas.dataset import ReadingNote
    from ...schemas.finding import Report, Severity


class Detail(IntEnum):
    """How much a text says."""

    VERDICT = 0
    SUMMARY = 1
    EVERYTHING = 2


@dataclass(frozen=True)
class Presentation:
    """How a report is shown.

    Attributes
    ----------
    threshold : Severity or None
        The least severity that refuses; None where only rules that were not run do.
    detail : Detail
        Of a text.
    colour : bool
        Whether a text carries terminal colours; they never say more than its words.
    width : int
        Columns a text may take.
    """

    threshold: Severity | None
    detail: Detail = Detail.SUMMARY
    colour: bool = False
    width: int = 100


def plain(value: object) -> str:
    """A value as one line of text; what a terminal might obey is shown as an escape."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(value)
    )


def note_line(note: ReadingNote) -> str:
    """ "note: ADAE.AETERM record 3: …"."""
    return f"note: {plain(note)}"


def colours(stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream is to get terminal colours: NO_COLOR, then FORCE_COLOR, then what it is."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream, environ)


def is_terminal(stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream is a terminal that can move its cursor; one that was closed (None) is not."""
    return stream is not None and stream.isatty() and environ.get("TERM", "") not in ("dumb", "unknown")


def columns(stream: TextIO | None) -> int:
    """The width of a terminal; a fixed one for anything else, so that logs are alike everywhere."""
    width = 0
    if stream is not None and stream.isatty():
        with suppress(OSError, ValueError):  # no file behind the stream
            width = os.get_terminal_size(stream.fileno()).columns
    return max(width, NARROWEST) if width else Presentation.width


Renderer = Callable[["Report", Presentation], str]
