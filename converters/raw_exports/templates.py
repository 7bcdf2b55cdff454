"""Texts composed of columns: ``"01-{PATNUM}"``, ``"{STUDY}-{SITE:03}"``; parsed, never evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...schemas.errors import ConfigurationError
from ...schemas.study.columns import Distinct, Mask
from ...schemas.wording import one_line
from .raw_records import RawRecords, recoded, text_of

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<column>[^{}:]+)(?::0(?P<width>\d{1,2}))?\}|[^{}]+")


@dataclass(frozen=True, slots=True)
class TemplatePiece:
    """A text, or a column with the number of digits to which it is filled with zeros.

    Attributes
    ----------
    text, column : str
        One of them is empty.
    width : int
        0 if it is as it is.
    """

    text: str = ""
    column: str = ""
    width: int = 0


def pieces_of(template: str, place: str) -> tuple[TemplatePiece, ...]:
    """The pieces of a template.

    Raises
    ------
    ConfigurationError
        If it is not one, or names no column.
    """
    pieces = []
    at = 0
    while at < len(template):
        match = _PIECE.match(template, at)
        if match is None:
            raise ConfigurationError(
                f"the template {one_line(template, 40)} has an unmatched brace",
                place,
                'write columns as {SITE} or {SITE:03}, and a brace itself twice: "{{"',
            )
        at = match.end()
        if match["column"] is not None:
            pieces.append(TemplatePiece(column=match["column"], width=int(match["width"] or 0)))
        else:
            pieces.append(TemplatePiece(text=match.group().replace("{{", "{").replace("}}", "}")))
    if not any(each.column for each in pieces):
        raise ConfigurationError(
            f"the template {one_line(template, 40)} names no column", place, "use value for a constant"
        )
    return tuple(pieces)


def composed(pieces: tuple[TemplatePiece, ...], records: RawRecords) -> tuple[Distinct, Mask]:
    """The text of each record, and which records it is refused for.

    Missing where all columns are; refused where some are, or where a value does not fit its width.
    """
    columns = [records.columns[each.column] for each in pieces if each.column]
    absent = np.array([each.codes < 0 for each in columns])
    frame = pd.DataFrame({at: each.codes for at, each in enumerate(columns)})
    groups = frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy()
    first = frame.drop_duplicates().to_numpy()
    values = [_text(pieces, columns, codes) for codes in first]
    found = recoded(values, groups.astype(np.intp))
    return found, (found.codes < 0) & ~absent.all(axis=0)


def _text(pieces: tuple[TemplatePiece, ...], columns: list[Distinct], codes: np.ndarray) -> str | None:
    """The text of one combination of values; None where a part is missing or does not fit."""
    parts = []
    position = iter(zip(columns, codes, strict=True))
    for piece in pieces:
        if not piece.column:
            parts.append(piece.text)
            continue
        column, code = next(position)
        value = text_of(column[code]) if code >= 0 else ""
        if not value or (piece.width and (len(value) > piece.width or not value.isdigit())):
            return None
        parts.append(value.zfill(piece.width))
    return "".join(parts)
