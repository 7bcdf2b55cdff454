"""Names that SPSS takes, and the short ones that a .sav file has beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count

LONGEST_NAME = 64
_SHORT = 8

RESERVED = frozenset("ALL AND BY EQ GE GT LE LT NE NOT OR TO WITH".split())

_PLAIN = re.compile(r"[A-Za-z@](?:[A-Za-z0-9_.@#$]*[A-Za-z0-9_@#$])?")


def is_name(name: str) -> bool:
    """Whether every SPSS takes it for the name of a variable: a letter or @ first, no full stop last."""
    return _PLAIN.fullmatch(name) is not None and len(name) <= LONGEST_NAME and name.upper() not in RESERVED


def short_names(names: Sequence[str], parts: Sequence[int]) -> list[list[str]]:
    """A name of at most eight bytes for each part of each variable, all of them different.

    Parameters
    ----------
    names : sequence of str
        None of which differ by case alone.
    parts : sequence of int
        Of each variable, 1 or more.
    """
    taken = {name.upper() for name in names if len(name) <= _SHORT}
    others = _numbered(taken)
    return [
        [name.upper() if part == 0 and len(name) <= _SHORT else next(others) for part in range(number)]
        for name, number in zip(names, parts, strict=True)
    ]


def _numbered(taken: set[str]) -> Iterator[str]:
    return (name for number in count(1) if (name := f"V{number}") not in taken)
