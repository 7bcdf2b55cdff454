"""How a report is to be shown: what a renderer needs beside the report itself, and words that all share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from ...schemas.wording import plain
from .marks import ReportDocument

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
        Lowest severity that fails the gate; None if only rules that could not be run do.
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


Renderer = Callable[["Report", Presentation], ReportDocument]
