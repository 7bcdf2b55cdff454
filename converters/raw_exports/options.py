"""What is declared of raw files: which they are, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...schemas.kinds import Choice, ListOf, count, one_kind, text
from ...schemas.options import option

HEADER_LINES = ("names", "labels", "units", "ignore")
"""What a line above the records may hold."""

_QUOTES = {'"': b'"', "'": b"'", "none": b""}
_TAB = "tab"


@one_kind("text", {"type": "string"})
def exact_text(value: Any) -> str:
    """A text as it is, its blanks too."""
    if not isinstance(value, str):
        raise ValueError("text in quotes")
    return value


@one_kind("character", {"type": "string", "pattern": "^(.|tab)$"})
def character(value: Any) -> str:
    """One character of ASCII; "tab" is one, too."""
    if isinstance(value, str) and (value == _TAB or (len(value) == 1 and value.isascii())):
        return "\t" if value == _TAB else value
    raise ValueError('one ASCII character in quotes, or "tab"')


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """Raw files of one layout, and how they are read.

    Attributes
    ----------
    files : tuple of str
        Names or patterns in the source folder: ``"ae_site*.csv"``. What follows ``#`` is a sheet of a
        workbook or a dataset of a SAS transport file: ``"export.xlsx#AE"``.
    expected_files : int or None
        The number of files; a sheet or dataset of a file counts as one.
    empty_files : str
        Files without records: "error", or "keep" if nothing was collected.
    header_lines : tuple of str
        What the lines above the records hold, in order: "names", "labels", "units" or "ignore". Empty if
        the first line holds names; then a second line that looks like one of these is an error.
    skip_lines : int
        Lines above the header lines.
    comment : str
        What comment lines above the header lines begin with.
    encoding : str
        Of text files; a Python or SAS name. Empty for UTF-8, else cp1252 with a note.
    delimiter : str
        Of text files; empty if it is to be detected.
    quote : str
        The quotation mark of text files; "none" if they have none.
    missing_values : tuple of str
        Texts that mean a missing value, exactly as in the file. An empty value is always missing.
    unusable_names : str
        Columns without a name, or with the name of another: "error", or "number" (COLUMN3, NAME_2).
    """

    files: tuple[str, ...] = option(
        ListOf(text),
        'Files in the source folder, by name or pattern: "ae_site*.csv", "export.xlsx#AE" for a sheet.',
    )
    expected_files: int | None = option(
        count,
        "Number of files; a sheet of a workbook counts as one.",
        default=None,
        otherwise="any number",
    )
    empty_files: str = option(
        Choice(("error", "keep")),
        "Files without records: an error, or kept if nothing was collected.",
        default="error",
    )
    header_lines: tuple[str, ...] = option(
        ListOf(Choice(HEADER_LINES), of="words"),
        'What the lines above the records hold, in order: ["labels", "names"].',
        default=(),
        otherwise="names, in the first line; an error if the second line looks like a header line, too",
    )
    skip_lines: int = option(count, "Number of lines above the header lines.", default=0)
    comment: str = option(
        text, "What comment lines above the header lines begin with.", default="", otherwise="no comments"
    )
    encoding: str = option(
        text, "Encoding of text files.", default="", otherwise="detected: UTF-8, UTF-16, else cp1252"
    )
    delimiter: str = option(character, "Delimiter of text files.", default="", otherwise="detected")
    quote: str = option(Choice(tuple(_QUOTES)), "Quotation mark of text files.", default='"')
    missing_values: tuple[str, ...] = option(
        ListOf(exact_text, of="exact texts"),
        'Texts that mean a missing value, exactly as in the file: ["NA", "."].',
        default=(),
        otherwise="empty values only",
    )
    unusable_names: str = option(
        Choice(("error", "number")),
        "Columns without a name, or with the name of another: an error, or numbered (COLUMN3, NAME_2).",
        default="error",
    )

    @property
    def quotation_mark(self) -> bytes:
        """The quotation mark as a byte; empty if there is none."""
        return _QUOTES[self.quote]
