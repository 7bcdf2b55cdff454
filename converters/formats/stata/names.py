"""Names that Stata takes. Needs no pandas."""

from __future__ import annotations

import re

LONGEST_NAME = 32

_RESERVED_WORDS = """
aggregate array boolean break byte case catch class colvector complex const continue default delegate delete
do double else eltypedef end enum explicit export external float for friend function global goto if in inline
int local long NULL pragma protected quad rowvector short strL typedef typename using virtual with
_all _b _coef _cons _n _N _pi _pred _rc _se _skip
""".split()

RESERVED = frozenset([*_RESERVED_WORDS, *(f"str{length}" for length in range(1, 2046))])
"""Of Stata's language and of Mata, as pandas has them, too."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_name(name: str) -> bool:
    """Whether every Stata takes it for the name of a variable: letters, digits and underscores."""
    return _PLAIN.fullmatch(name) is not None and len(name) <= LONGEST_NAME and name not in RESERVED
