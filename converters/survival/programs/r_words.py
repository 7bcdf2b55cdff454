"""Names and texts as R has them."""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Za-z][A-Za-z0-9._]*\Z")
_RESERVED = frozenset(
    "if else repeat while function for next break TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_ "
    "NA_character_ NA_complex_ in".split()
)


def argument(name: str) -> str:
    """A name before an equals sign."""
    return name if _is_plain(name) else quoted(name)


def name_in_formula(name: str) -> str:
    """A name in a formula."""
    return name if _is_plain(name) else f"`{_escaped(name)}`"


def _is_plain(name: str) -> bool:
    return bool(NAME.match(name)) and name not in _RESERVED


def quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """A text within quotes, in ASCII, so that R reads it alike in every locale."""
    return "".join(map(_escape, text))


def _escape(character: str) -> str:
    if character in '"`\\':
        return f"\\{character}"
    if " " <= character <= "~":
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"
