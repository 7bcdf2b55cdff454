"""Whether the files of a table are those that are declared: as many, none twice, none without records."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...schemas.wording import counted, one_line
from .options import RawFile
from .raw_account import RawAccount
from .raw_table import RawTable

_FILES_LISTED = 30
_GAPS_LISTED = 10
_DIGITS = re.compile(r"(\d+)")


def judge_files(tables: Sequence[RawTable], options: RawFile, place: str, account: RawAccount) -> None:
    """Note what is wrong with the files as a whole, and which of them have no records.

    Parameters
    ----------
    tables : sequence of RawTable
    options : RawFile
    place : str
        Of the declaration: "[raw.LB]".
    account : RawAccount
    """
    _judge_number(tables, options, place, account)
    _judge_repeated(tables, place, account)
    _judge_empty(tables, options, place, account)


def _judge_number(tables: Sequence[RawTable], options: RawFile, place: str, account: RawAccount) -> None:
    expected, names = options.expected_files, [each.name for each in tables]
    if expected is None or len(names) == expected:
        return
    found = f"{counted(len(names), 'file')} found, {expected:,} expected: {listed(names, _FILES_LISTED)}"
    fewer = len(names) < expected
    gaps = missing_numbers(names) if fewer else ()
    if 0 < len(gaps) <= expected - len(names):
        found += f"; in the numbers of the files, {listed(gaps, _GAPS_LISTED)} is not present"
    advice = "add the files that are not present" if fewer else "remove the files that do not belong to it"
    account.problem(found, f"{place} expected_files", f"{advice}, or correct expected_files")


def missing_numbers(names: Sequence[str]) -> tuple[str, ...]:
    """The numbers between those of files that differ in one number: "07" of lab_06.csv and lab_08.csv."""
    parts = [_DIGITS.split(name) for name in names]
    if len({len(each) for each in parts}) != 1:
        return ()
    differing = [at for at, values in enumerate(zip(*parts, strict=True)) if len(set(values)) > 1]
    if len(differing) != 1 or differing[0] % 2 == 0:
        return ()
    written = [each[differing[0]] for each in parts]
    numbers = {int(each) for each in written}
    least, most = min(numbers), max(numbers)
    if most - least > 2 * len(numbers):  # numbers of sites, not a numbering
        return ()
    width = len(written[0]) if len({len(each) for each in written}) == 1 else 0
    return tuple(f"{each:0{width}}" for each in range(least, most) if each not in numbers)


def _judge_repeated(tables: Sequence[RawTable], place: str, account: RawAccount) -> None:
    """A file of another name with the same bytes: a site that was delivered twice, or copied over another."""
    seen: dict[str, str] = {}
    for table in tables:
        source = table.dataset.source
        if source is None or not source.sha256 or "#" in table.name:
            continue
        other = seen.setdefault(source.sha256, table.name)
        if other != table.name and len(table):
            account.problem(
                f"{table.name} has the same bytes as {other}",
                f"{place} files",
                "remove one of them, or deliver the other again",
            )


def _judge_empty(tables: Sequence[RawTable], options: RawFile, place: str, account: RawAccount) -> None:
    """A file without records may be one that was cut off; that nothing was collected is declared."""
    empty = [table.name for table in tables if not len(table)]
    if options.empty_files == "keep":
        names = f": {listed(empty, _FILES_LISTED)}" if empty else ""
        account.note("empty_files", "keep", f"without records{names}", len(empty), "file")
    elif empty:
        what = f"no records in {counted(len(empty), 'file')}: {listed(empty, _FILES_LISTED)}"
        advice = 'deliver it again, or declare empty_files = "keep" if nothing was collected'
        account.problem(what, f"{place} files", advice)


def listed(names: Sequence[str], most: int) -> str:
    """The first names, and how many others there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(one_line(each) for each in names[:most]) + more
