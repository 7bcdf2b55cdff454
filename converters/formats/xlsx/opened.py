"""Workbooks, opened by calamine: what it does not read, or fails on, is an input that cannot be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ....schemas.errors import UnreadableInput
from ....schemas.wording import counted, one_line
from ...values.file_kind import seems
from ...values.regular_file import open_regular
from .cell_place import cell_place
from .sheet_faults import SheetFaults

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook, SheetMetadata

PACKED = (".xlsx", ".xlsm", ".xlsb", ".ods")

_NAMED = 5
_PANIC = "PanicException"
"""How Python sees a fault in calamine, which is written in Rust; its type cannot be imported."""
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class EncryptedWorkbook(Exception):
    """A workbook that is read only with its password."""


def require_kind(path: Path, suffix: str) -> None:
    """Refuse what is not a workbook of that kind, or encrypted.

    Raises
    ------
    UnreadableInput
    """
    with open_regular(path) as file:
        head = file.read(512)
        if suffix in PACKED and head.startswith(_OLD):
            if _ENCRYPTED in head + file.read():
                raise _encrypted(path)
            raise UnreadableInput(
                f"the file is an old Excel workbook, not {suffix}",
                str(path),
                "name it .xls, or save it again",
            )
    fits = head.startswith(b"PK\x03\x04") if suffix in PACKED else head.startswith(_OLD)
    if not fits:
        kind = seems(head) or "something else"
        raise UnreadableInput(
            f"the file is {kind}, not a workbook ({suffix})",
            str(path),
            "save it again as .xlsx, or name it by what it is (.csv)",
        )


def _encrypted(path: Path) -> UnreadableInput:
    return UnreadableInput(
        "the workbook is encrypted", str(path), "open it with its password, and save it without one"
    )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What calamine does not read is an input that cannot be read.

    Raises
    ------
    UnreadableInput
    """
    try:
        from python_calamine import CalamineError, PasswordError
    except ImportError as error:
        raise UnreadableInput(
            "python-calamine, which reads workbooks, is not installed",
            str(path),
            "pip install 'adamgate[excel]', or save the sheet as CSV",
        ) from error
    try:
        yield
    except (PasswordError, EncryptedWorkbook) as error:
        raise _encrypted(path) from error
    except CalamineError as error:
        raise UnreadableInput(
            "the workbook cannot be read", f"{path}: {one_line(str(error))}", "save it again as .xlsx"
        ) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise UnreadableInput(
            "the workbook is damaged", str(path), "copy or export the file again"
        ) from error


def opened(path: Path) -> CalamineWorkbook:
    """A workbook; within `reading`."""
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(str(path))


def worksheets(workbook: CalamineWorkbook) -> list[SheetMetadata]:
    """Sheets of cells, not those of charts and macros."""
    from python_calamine import SheetTypeEnum

    return [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]


def judged(faults: SheetFaults, place: str, missing: Collection[str] = (), advice: str = "") -> Iterator[str]:
    """What is to be said of the faults of a sheet.

    Parameters
    ----------
    missing : collection of str
        Errors that stand for a missing value.
    advice : str
        What else may be done about an error.

    Raises
    ------
    UnreadableInput
        For other errors, formulas without a value, and dates and times that there are not.
    """
    errors = [(at, text) for at, text in faults.errors if text not in missing]
    if errors:
        raise UnreadableInput(
            f"{counted(len(errors), 'cell')} with an error: "
            f"{some(f'{at} {text}'.strip() for at, text in errors)}",
            place,
            f"correct them in the workbook{advice.format(error=errors[0][1]) if errors[0][1] else ''}",
        )
    if faults.never_calculated:
        raise UnreadableInput(
            f"{counted(len(faults.never_calculated), 'formula')} without a value: "
            f"{some(faults.never_calculated)}",
            place,
            "open the workbook in Excel and save it again, which calculates them",
        )
    if faults.impossible:
        raise UnreadableInput(
            f"{counted(len(faults.impossible), 'cell')} with an impossible date or time (negative, or "
            f"29 February 1900): {some(f'{at} {number}' for at, number in faults.impossible)}",
            place,
            "correct them in the workbook, or format them as numbers, or as durations ([h]:mm)",
        )
    if faults.errors:
        yield f"{counted(len(faults.errors), 'cell')} with an error read as missing, as declared"
    if faults.padded:
        shown = counted(len(faults.padded), "number")
        yield f"{shown} shown with leading zeros in Excel, read without them: {some(faults.padded)}"


def some(places: Iterable[str]) -> str:
    """ "B17, C4 and 12 more"."""
    every = list(places)
    more = f" and {len(every) - _NAMED:,} more" if len(every) > _NAMED else ""
    return f"{', '.join(every[:_NAMED])}{more}"


def merged(sheet: CalamineSheet) -> Iterator[str]:
    """What is to be said of merged cells."""
    areas = sheet.merged_cell_ranges or []
    if areas:
        shown = some(f"{cell_place(*first)}:{cell_place(*last)}" for first, last in areas)
        yield f"merged cells, of which only the first has the value: {shown}"
