"""What a sheet holds that its cells do not show, whatever the format of the workbook."""

from __future__ import annotations

from dataclasses import dataclass

from ....schemas.errors import UnreadableInput

MOST_CELLS = 100_000_000
"""Cells of the rectangle that a sheet fills, blank ones too: each takes memory."""


@dataclass(frozen=True, slots=True)
class SheetFaults:
    """What a sheet holds that its cells do not show.

    Attributes
    ----------
    errors : tuple of (str, str)
        Place and text of cells with an error: ("B17", "#N/A").
    never_calculated : tuple of str
        Places of formulas that have no value in the file.
    padded : tuple of str
        Places of numbers that are shown with leading zeros.
    impossible : tuple of (str, str)
        Place and number of dates and times that are negative, or 29 February 1900: ("B17", "-0.25").
    last_row : int
        Number of the last row, one without a value too; 0 where it is not stated.
    """

    errors: tuple[tuple[str, str], ...] = ()
    never_calculated: tuple[str, ...] = ()
    padded: tuple[str, ...] = ()
    impossible: tuple[tuple[str, str], ...] = ()
    last_row: int = 0


def too_many_cells(rows: int, columns: int, place: str) -> UnreadableInput:
    """The refusal of a sheet that would take too much memory."""
    return UnreadableInput(
        f"the sheet fills {rows:,} rows and {columns:,} columns, more than {MOST_CELLS:,} cells together",
        place,
        "delete the cells far from the others, or save the sheet as CSV",
    )
