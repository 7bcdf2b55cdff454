"""Whether a code list is the one that is declared: a list that changed changes data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...schemas.wording import counted, one_line
from .mapping_options import CodeList
from .raw_account import RawAccount
from .raw_records import quoted
from .raw_table import RawTable

_LISTED = 10
_LONGEST = 40


def judge_hash(tables: Sequence[RawTable], options: CodeList, name: str, account: RawAccount) -> None:
    """Compare the SHA-256 of the file with the declared one."""
    if not options.sha256:
        return
    place = f"[codes.{name}] sha256"
    found = {each.dataset.source.sha256: each.name for each in tables if each.dataset.source is not None}
    if len(found) > 1:
        what = f"sha256 is that of one file, and {len(found):,} are present"
        account.problem(what, place, "declare terms, or a table for each file")
        return
    for sha256, file in found.items():
        if sha256 != options.sha256:
            what = f"{file} is not the declared file: its SHA-256 is {sha256}"
            account.problem(
                what, place, "compare it with the former file; if the change is right, correct sha256"
            )
    effect = "file that has the declared SHA-256"
    account.note(f"codes.{name}.sha256", f"{options.sha256[:12]}…", effect, 1, "file")


def judge_terms(
    found: Mapping[str, str],
    lines: Mapping[str, str],
    declared: Mapping[str, str],
    name: str,
    account: RawAccount,
) -> None:
    """Compare the codes and texts with the declared ones.

    Parameters
    ----------
    found : mapping of code to text
        Of the files.
    lines : mapping of code to text
        Where each code is: "codes.csv line 3".
    declared : mapping of code to text
    name : str
        Of the code list.
    account : RawAccount
    """
    place = f"[codes.{name}] terms"
    changed = [code for code, text in declared.items() if code in found and found[code] != text]
    absent = [code for code in declared if code not in found]
    new = [code for code in found if code not in declared]
    advice = "if the change is right, correct terms, and what rests on it"
    if changed:
        shown = [
            f"{_pair(code, found)}, declared {quoted(declared[code])} ({lines[code]})" for code in changed
        ]
        what = f"another text than declared for {counted(len(changed), 'code')}: {_listed(shown)}"
        account.problem(what, place, advice)
    if absent:
        shown = [_pair(code, declared) for code in absent]
        what = f"{counted(len(absent), 'declared code')} not present: {_listed(shown)}"
        account.problem(what, place, advice)
    if new:
        shown = [f"{_pair(code, found)} ({lines[code]})" for code in new]
        what = f"{counted(len(new), 'code')} not declared: {_listed(shown)}"
        account.problem(what, place, advice)
    as_declared = len(declared) - len(changed) - len(absent)
    account.note(
        f"codes.{name}.terms",
        counted(len(declared), "code"),
        "codes that have the declared text",
        as_declared,
        "code",
    )


def _pair(code: str, texts: Mapping[str, str]) -> str:
    return f"{one_line(code, _LONGEST)} = {quoted(texts[code])}"


def _listed(shown: Sequence[str]) -> str:
    more = f" and {len(shown) - _LISTED:,} more" if len(shown) > _LISTED else ""
    return "; ".join(shown[:_LISTED]) + more
