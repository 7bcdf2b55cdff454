"""Words as people read them: numbers of things, texts from outside, the name that a misspelt one may mean."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from difflib import get_close_matches

UNDELIVERED = "not present: "
"""Start of the reason of a rule that lacks a dataset; it refuses where the study is declared complete."""

_LISTED = 12
_EXACT = Context(prec=400)
"""Enough for every float."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The known names most like `name`, in any case, the likeliest first; empty when none is like it."""
    by_capitals: dict[str, str] = {}
    for each in known:
        by_capitals.setdefault(each.upper(), each)
    return tuple(by_capitals[match] for match in get_close_matches(name.upper(), by_capitals, count))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Advice for an unknown name: the nearest ones, else what is known."""
    names = list(known)
    close = nearest(name, names)
    if close:
        return f"did you mean {' or '.join(close)}?"
    if not names:
        return "none is present"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"use one of {', '.join(names[:_LISTED])}{more}" if len(names) > 1 else f"use {names[0]}"


def not_present(*names: str) -> str:
    """That variables or datasets are not present: each of them is needed."""
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} not present"


def none_present(*names: str) -> str:
    """The same where any of them would do."""
    if len(names) == 1:
        return not_present(*names)
    if len(names) == 2:
        return f"neither {names[0]} nor {names[1]} is present"
    return f"none of {', '.join(names[:-1])} and {names[-1]} is present"


def counted(number: int, noun: str) -> str:
    """ "1 record", "1,204 records"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def rounded(value: float, decimals: int = 1) -> str:
    """A number with so many decimals, ties away from zero as in SAS: 6.25 is "6.3", "1,204.0".

    Twelve digits of it are looked at: what arithmetic leaves beyond them makes no tie, and unmakes none.
    """
    unit = Decimal(1).scaleb(-decimals)
    return f"{Decimal(f'{value:.12g}').quantize(unit, ROUND_HALF_UP, _EXACT):,}"


def percent(share: float) -> str:
    """ "6.3%" of 0.0625."""
    return f"{rounded(100 * share)}%"


def plain_text(text: str) -> str:
    """The characters of a text alone: the methods of a class derived from str are somebody's code."""
    return str.__str__(text)


def is_unicode(text: str) -> bool:
    """Whether a text can be written: one of bytes that were not decoded cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain(value: object) -> str:
    """A value as one line of text; what a terminal might obey is shown as an escape."""
    text = str(value)
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def one_line(text: str, longest: int = 80) -> str:
    """A text from outside as one printable line of at most `longest` characters; line breaks are blanks."""
    line = plain(" ".join(text.split()))
    return line if len(line) <= longest else f"{line[: longest - 3]}..."
