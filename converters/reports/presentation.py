"""How a report is to be shown: what a renderer needs beside the report itself, and words that all share."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, TextIO

from ...schemas.wording import plain

NARROWEST = 40

if TYPE_CHECKING:
    from ...schemas.gate.report import Report
    from ...schemas.severity import Severity
    from ...schemas.study.variable import ReadingNote


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


def printable(text: str, *, styled: bool = False) -> str:
    """Lines as they may leave for a terminal; what it might obey otherwise is shown as an escape.

    Parameters
    ----------
    text : str
    styled : bool
        Keep colours, which only renderers make; texts from outside are `plain` in what they render.
    """
    if text.replace("\n", "").isprintable():
        return text
    parts = _COLOUR.split(text) if styled else [text]
    parts[::2] = ["\n".join(map(plain, part.split("\n"))) for part in parts[::2]]
    return "".join(parts)


_COLOUR = re.compile("(\x1b\\[[0-9;]*m)")


def as_json(document: object) -> str:
    """A JSON text, indented, ending with a line break; escapes all that a terminal might obey."""
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    if not text.replace("\n", "").isprintable():
        text = "".join(
            each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text
        )
    return text + "\n"


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
