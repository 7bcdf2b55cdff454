"""Where a cell is, as spreadsheets call it."""

from __future__ import annotations


def cell_place(row: int, column: int) -> str:
    """ "B17" of row 16 and column 1, which count from 0."""
    letters, number = "", column + 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def column_number(letters: bytes) -> int:
    """Number of a column, from 1: 28 of "AB"."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
