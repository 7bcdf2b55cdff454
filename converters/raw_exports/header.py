"""The lines above the records of a raw table: names, labels, units, as declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...schemas.errors import UnreadableInput
from ...schemas.wording import counted, one_line
from ..formats.csv.head import VALUE
from ..formats.format import refuse_too_many
from .options import RawFile
from .undeclared import Undeclared

Fields = Sequence[str]

_NAME = re.compile(r"[A-Za-z_][\w.]*")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Header:
    """What the lines above the records say.

    Attributes
    ----------
    names : list of str
        Of the columns, as in the file. Columns at the end may have none ("").
    labels, units : mapping of name to text
        Without blanks around them; only what is not empty.
    """

    names: list[str]
    labels: Mapping[str, str]
    units: Mapping[str, str]


def lines_of_header(declared: RawFile) -> int:
    """How many lines are above the records."""
    return len(declared.header_lines) or 1


def header_of(lines: Sequence[Fields], below: Sequence[Fields], declared: RawFile, place: str) -> Header:
    """What the header lines say.

    Parameters
    ----------
    lines : sequence of sequence of str
        As many as are declared; fewer where the file ends before.
    below : sequence of sequence of str
        The first records.
    declared : RawFile
    place : str
        The file, for messages.

    Raises
    ------
    UnreadableInput
        When a line is not present, a name is empty or used twice, the first line holds values, or,
        where nothing is declared, it looks like a title or a comment, or the second one like a header
        line, too.
    """
    held = declared.header_lines or ("names",)
    if len(lines) < len(held):
        raise UnreadableInput(
            f"the file ends in its header lines: {counted(len(held), 'line')} expected, found {len(lines)}",
            place,
            "correct header_lines or skip_lines, or export the file again",
        )
    if not declared.header_lines and declared.unusable_names == "error":
        _require_no_title([*lines, *below], declared, place)
        _require_no_comment([*lines, *below], declared, place)
    second = "" if declared.header_lines or not below else _second_header(lines[0], below[0], below[1:])
    if second:
        both = ("labels", "names") if second == "names" else ("names", "labels")
        raise Undeclared(
            f"the second line looks like a line of {second}",
            place,
            f'declare header_lines = ["{both[0]}", "{both[1]}"], or ["names"] if it is a record',
            {"header_lines": both},
        )
    by_kind = dict(zip(held, lines, strict=True))
    width = max(map(len, lines))
    refuse_too_many(width, place)
    fields = _filled_up(by_kind["names"], width)
    names = _numbered(fields) if declared.unusable_names == "number" else _usable(fields, place)
    return Header(names, _texts(names, by_kind.get("labels", ())), _texts(names, by_kind.get("units", ())))


def _require_no_title(lines: Sequence[Fields], declared: RawFile, place: str) -> None:
    """Refuse lines with one value above one with many: they are titles, not names of columns.

    Above two values it may be a name, with a second column that has none.
    """
    filled = [sum(map(bool, map(str.strip, line))) for line in lines]
    titles = next((at for at, number in enumerate(filled) if number != 1), 0)
    if titles and filled[titles] > 2 and lines[0][0].strip():
        skipped = declared.skip_lines + titles
        raise Undeclared(
            f"{counted(titles, 'line')} above the names of the columns, with one value each, as a title has",
            place,
            f"declare skip_lines = {skipped}, or name all columns in the file",
            {"skip_lines": skipped},
        )


def _require_no_comment(lines: Sequence[Fields], declared: RawFile, place: str) -> None:
    """Refuse lines that begin with ``#`` above one with more values: they cannot name all of its columns."""
    comments = next(
        (at for at, line in enumerate(lines) if not "".join(line[:1]).lstrip().startswith("#")), 0
    )
    if comments and max(map(_width, lines[:comments])) < _width(lines[comments]):
        skipped = declared.skip_lines + comments
        raise Undeclared(
            f"{counted(comments, 'line')} above the names of the columns, beginning with # as a comment does",
            place,
            f'declare skip_lines = {skipped}, or comment = "#" in text files',
            {"skip_lines": skipped},
        )


def _width(fields: Fields) -> int:
    """How many fields a line has up to the last one with a value."""
    return max((at for at, field in enumerate(fields, 1) if field.strip()), default=0)


def _filled_up(fields: Fields, width: int) -> list[str]:
    return [*fields, *[""] * (width - len(fields))]


def _texts(names: Fields, fields: Fields) -> dict[str, str]:
    stripped = ((name, field.strip()) for name, field in zip(names, fields, strict=False))
    return {name: field for name, field in stripped if name and field}


def _usable(names: list[str], place: str) -> list[str]:
    """The names, if each column that holds something can have one."""
    named = [name for name in names if name.strip()]
    if 2 * sum(VALUE.fullmatch(name.strip()) is not None for name in named) > len(named):
        raise UnreadableInput(
            "the line of names contains values",
            place,
            "correct skip_lines or header_lines; a raw file needs a line with the names of its columns",
        )
    last = max((number for number, name in enumerate(names, 1) if name.strip()), default=0)
    for number, name in enumerate(names[:last], 1):
        if not name.strip():
            raise nameless(number, place)
    seen: dict[str, int] = {}
    for number, name in enumerate(names[:last], 1):
        first = seen.setdefault(name.upper(), number)
        if first != number:
            shown = one_line(name)
            raise _unusable(f"columns {first} and {number} have the same name, {shown}", place, f"{shown}_2")
    return [*names[:last], *[""] * (len(names) - last)]


def nameless(number: int, place: str) -> UnreadableInput:
    """The refusal of a column without a name; `number` counts from 1."""
    return _unusable(f"column {number} has no name", place, f"COLUMN{number}")


def _unusable(what: str, place: str, then: str) -> Undeclared:
    advice = f'name it in the file, or declare unusable_names = "number": its name is then {then}'
    return Undeclared(what, place, advice, {"unusable_names": "number"})


def _numbered(names: Iterable[str]) -> list[str]:
    """Names of which each is one of a kind: COLUMN3 for a column without, NAME_2 for a second NAME."""
    given = list(names)
    taken = {name.upper() for name in given if name.strip()}
    found: list[str] = []
    used: set[str] = set()
    for number, name in enumerate(given, 1):
        free = name
        if not name.strip():
            free = _free("COLUMN", number, taken | used)
        elif name.upper() in used:
            free = _free(f"{name}_", 2, taken | used)
        used.add(free.upper())
        found.append(free)
    return found


def _free(stem: str, number: int, taken: set[str]) -> str:
    while f"{stem}{number}".upper() in taken:
        number += 1
    return f"{stem}{number}"


def _second_header(first: Fields, second: Fields, below: Sequence[Fields]) -> str:
    """What the second line looks like: "names" or "labels"; empty for a record. The records below tell."""
    above = [field.strip() for field in first]
    under = [field.strip() for field in second]
    if len(above) != len(under) or len(above) < 2 or not all(under):
        return ""
    if _recur(under, below) or any(map(VALUE.fullmatch, under)):
        return ""
    names_below = _are_names(under) and (_several_words(above) or above == under)
    labels_below = _are_names(above) and _several_words(under)
    contrast = _contrast(under, below) if below else not any(map(_DIGIT.search, under))
    if not (contrast or _same_letters(above, under)):
        return ""
    return "names" if names_below else "labels" if labels_below else ""


def _are_names(fields: Fields) -> bool:
    distinct = {field.upper() for field in fields}
    return len(distinct) == len(fields) and all(map(_NAME.fullmatch, fields))


def _several_words(fields: Fields) -> bool:
    return 2 * sum(" " in field for field in fields) >= len(fields)


def _same_letters(above: Fields, under: Fields) -> bool:
    """Whether most names are their labels without blanks: CodeValue below "Code Value"."""
    same = sum(_letters(one) == _letters(other) for one, other in zip(above, under, strict=True))
    return 2 * same > len(above)


def _letters(field: str) -> str:
    return "".join(filter(str.isalnum, field)).casefold()


def _recur(fields: Fields, below: Sequence[Fields]) -> bool:
    """Whether a field stands again in its own column, as values do."""
    return any(field in _column(below, place) for place, field in enumerate(fields))


def _contrast(fields: Fields, below: Sequence[Fields]) -> bool:
    """Whether a column has digits in every value below, and none in this line."""
    columns = ((field, _column(below, place)) for place, field in enumerate(fields))
    return any(
        values and not _DIGIT.search(field) and all(map(_DIGIT.search, values)) for field, values in columns
    )


def _column(lines: Sequence[Fields], place: int) -> list[str]:
    fields = (line[place].strip() for line in lines if place < len(line))
    return [field for field in fields if field]
