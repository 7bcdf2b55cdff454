"""What stands above the records of a delimited file: Excel's `sep=` line, titles, names and labels.

Only what is certain is taken for more than names: every decision beyond "the first line names the columns"
rests on what the records below it hold, and leaves a note.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ....schemas.errors import UnreadableInput
from ....schemas.standards.known_variables import variable_type
from ....schemas.study.variable import MOST_VARIABLES, ReadingNote
from ....schemas.wording import one_line
from ...values.content import Content
from ...values.encodings import decode_values, undecoded_note
from ..format import refuse_too_many
from .quotation_marks import MARK

_LINE_BREAK = re.compile(rb"\r\n|\n|\r")

_DELIMITERS = b",;\t|"
_UNUSUAL_DELIMITERS = b"^~!#*\x01\x02\x14\x1c\x1d\x1e\x1f"
SEP_LINE = re.compile(rb'"?sep ?= ?(\\t|[^\r\n"])"?[ \t]*(?:\r\n|\n|\r)', re.IGNORECASE)
_QUOTED = re.compile(rb'"[^"]*"')
_SAS_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")
VALUE = re.compile(r"\.|[<>]?[+-]?[\d.,:/ -]*\d[\d.,:/ -]*(T[\d:.]+)?Z?|\d{1,2}-?[A-Za-z]{3}-?\d{4}.*")
"""A number or a date, in whatever form: what no variable is named, and no label says."""
_TITLES = 6
"""Lines among which names are looked for below titles."""
_DIGIT = re.compile(r"\d")
_IDENTIFIER_WORD = re.compile(r"identif|\bID\b|\bnumber\b|\bno\b", re.IGNORECASE)
"""What a label of an identifier says, and no identifier does."""
_LABEL_WORD = re.compile(
    r"identif|\b(name|date|code|number|term|description|flag|sequence|result|unit|text)\b", re.IGNORECASE
)
SUBJECT = frozenset({"STUDYID", "USUBJID", "SUBJID"})
"""Variables that say whom a record is about."""
_SAMPLE = 30
"""Records by which it is decided what stands above them."""
LONGEST_SAMPLE = 16 << 20


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the records.

    Attributes
    ----------
    delimiter : bytes
        One byte.
    start, body : int
        Where the first line that is not a title, and where the first record begins, in bytes.
    names : list of str
        Without blanks around them; columns at the end may have none ("").
    labels : list of str
        One per name, from a line of labels; empty where there is no such line.
    notes : list of ReadingNote
    quote : bytes
        The quotation mark; empty where the file has none.
    """

    delimiter: bytes
    start: int
    body: int
    names: list[str]
    labels: list[str]
    notes: list[ReadingNote]
    quote: bytes = MARK


@dataclass(frozen=True, slots=True)
class HeadLine:
    """One line of the sample: its bytes, its fields, where it begins, and where the next one does."""

    raw: bytes
    start: int
    end: int
    fields: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The fields up to the last one that holds something, without blanks around them."""
        fields = [field.strip() for field in self.fields]
        while fields and not fields[-1]:
            fields.pop()
        return tuple(fields)


def read_head(
    content: Content, begin: int, path: Path, dataset: str, *, stray: bool, described: Collection[str] = ()
) -> Head:
    """Find the names of the columns and what belongs to them.

    Parameters
    ----------
    content : Content
        The file as UTF-8.
    begin : int
        Where its first line with something on it begins.
    stray : bool
        Whether it has one character for each byte of the file, because some are not UTF-8.
    described : collection of str
        Names in capitals of all variables that a table beside the file has for it. Where the first line
        has these names and no others, nothing is looked for above or below it.

    Raises
    ------
    UnreadableInput
        When there are no names, a column has none and others after it do, or two have one name.
    """
    data = bytes(content.part(begin, LONGEST_SAMPLE + 1))
    head = _as_described(data, dataset, stray, described) if described else None
    head = head or _found(data, path, dataset, stray)
    return replace(head, start=begin + head.start, body=begin + head.body)


def _found(data: bytes, path: Path, dataset: str, stray: bool) -> Head:
    """The head by what the first lines hold; positions in `data`."""
    notes: list[ReadingNote] = []
    stated = SEP_LINE.match(data)
    raw = list(raw_lines(data, stated.end() if stated else 0, stray))
    if not raw:
        raise UnreadableInput(
            "the file has no variable names and no records",
            str(path),
            "export it again; a dataset without records still has a header line",
        )
    delimiter = stated[1].replace(b"\\t", b"\t") if stated else delimiter_of(raw, path, dataset, notes)
    lines = list(parted_lines(raw, delimiter, path))
    if titles := _titles(lines):
        notes.append(ReadingNote(dataset, f"title lines above the header, excluded: {titles}"))
    lines = lines[titles:]
    names_at, labels_at = _rows(lines, dataset, notes)
    names, labels = lines[names_at], () if labels_at is None else lines[labels_at].fields
    _note_on_names(names, dataset, notes)
    _refuse_unusable(names.named, path)
    return Head(
        delimiter,
        lines[0].start,
        lines[max(names_at, labels_at or 0)].end,
        [*names.named, *[""] * (len(names.fields) - len(names.named))],
        [label.strip() for label in labels],
        notes,
    )


def _as_described(data: bytes, dataset: str, stray: bool, described: Collection[str]) -> Head | None:
    """The head of a file whose first line has the names that are described; None where it has others."""
    line = next(raw_lines(data, 0, stray), None)
    (text,), _ = decode_values([line.raw if line else b""])
    for delimiter in map(_byte, _DELIMITERS):
        if line and line.raw.count(delimiter) >= MOST_VARIABLES:
            continue
        try:
            fields = tuple(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter.decode()), []))
        except csv.Error:
            continue
        names = [field.strip() for field in fields]
        if line and len(names) == len(described) and {name.upper() for name in names} == set(described):
            notes: list[ReadingNote] = []
            _note_on_names(HeadLine(line.raw, line.start, line.end, fields), dataset, notes)
            return Head(delimiter, line.start, line.end, names, [], notes)
    return None


def raw_lines(
    data: bytes, start: int, stray: bool, most: int = _SAMPLE, mark: bytes = MARK
) -> Iterator[HeadLine]:
    """The first lines with something on them; a line break within quotation marks ends none."""
    quotes, counted, begin, found = 0, start, start, 0
    for line_break in _LINE_BREAK.finditer(data, start, LONGEST_SAMPLE):
        quotes += data.count(mark, counted, line_break.start()) if mark else 0
        counted = line_break.end()
        if quotes % 2:
            continue
        if line_break.start() > begin:
            yield HeadLine(_as_in_file(data[begin : line_break.start()], stray), begin, line_break.end())
            found += 1
            if found == most:
                return
        begin = line_break.end()
    if begin < len(data) and (len(data) <= LONGEST_SAMPLE or not found):
        yield HeadLine(_as_in_file(data[begin:], stray), begin, len(data))


def _as_in_file(data: bytes, stray: bool) -> bytes:
    return str(data, "utf-8", "ignore").encode("iso-8859-1") if stray else data  # its end may be cut off


def parted_lines(
    lines: Sequence[HeadLine], delimiter: bytes, path: Path, mark: bytes = MARK
) -> Iterator[HeadLine]:
    """The lines with their fields, up to one that holds more than is read here.

    Raises
    ------
    UnreadableInput
        When the first line is not delimited text, or holds more fields than a dataset has variables.
    """
    form: dict[str, Any] = {
        "delimiter": delimiter.decode(),
        "quotechar": mark.decode() or None,
        "quoting": csv.QUOTE_MINIMAL if mark else csv.QUOTE_NONE,
    }
    for line in lines:
        refuse_too_many(1 + _QUOTED.sub(b"", line.raw).count(delimiter), str(path))
        (text,), _ = decode_values([line.raw])
        try:
            fields = next(csv.reader(io.StringIO(text, newline=""), **form), [])
        except csv.Error as error:
            if line is not lines[0]:
                return  # Python's csv takes no longer value; the records are parted by Arrow
            raise UnreadableInput(
                "the first lines are not delimited text",
                f"{path}: {one_line(str(error))}",
                "export the dataset as CSV again",
            ) from error
        yield HeadLine(line.raw, line.start, line.end, tuple(fields))


def delimiter_of(lines: Sequence[HeadLine], path: Path, dataset: str, notes: list[ReadingNote]) -> bytes:
    """The candidate that parts all lines alike, into the most fields; else the one most often in the first.

    Where two do, as in a file with decimal commas, it is not the comma. A tab comes first in a .tsv.
    """
    bare = [_QUOTED.sub(b"", line.raw) for line in lines]
    candidates = [_byte(each) for each in (b"\t;|," if ".tsv" in path.name.lower() else b";\t|,")]
    alike = {each: parts for each in candidates if (parts := _parts(bare, each))}
    if not any(each in bare[0] for each in candidates):  # a title above, or a delimiter that is not usual
        below = {each: _without_titles(bare, each) for each in candidates}
        alike = {each: parts for each, some in below.items() if (parts := _parts(some, each))}
    if alike:
        chosen = max(alike, key=lambda each: (alike[each], -candidates.index(each)))
        if [each for each in alike if alike[each] == alike[chosen]] != [chosen]:
            notes.append(ReadingNote(dataset, f"delimiter: {_shown(chosen)}, although another is possible"))
        return chosen
    usual = max(candidates, key=lambda each: (bare[0].count(each), each == b","))
    if usual in bare[0]:
        return usual
    for each in map(_byte, _UNUSUAL_DELIMITERS):
        names = [name.strip() for name in str(bare[0], "latin-1").split(each.decode())]
        if len(names) > 1 and all(map(_SAS_NAME.fullmatch, names)) and _parts(bare, each):
            notes.append(ReadingNote(dataset, f"delimiter: {_shown(each)}"))
            return each
    _note_one_column(bare, dataset, notes)
    return usual


def _note_one_column(lines: Sequence[bytes], dataset: str, notes: list[ReadingNote]) -> None:
    """Say which sign of an only name is in all lines alike, and may be a delimiter that is not known."""
    name = str(lines[0], "latin-1")
    held = sorted({each for each in name if not (each.isalnum() or each in "_ .-")})
    doubtful = next((each for each in held if _parts(lines, each.encode("latin-1"))), None)
    if doubtful is not None:
        known = f"{' '.join(_DELIMITERS.decode().replace(chr(9), ''))}, tab and {' '.join('^~!#*')}"
        notes.append(
            ReadingNote(
                dataset,
                f"only one column was found, and its name contains {_shown(doubtful.encode('latin-1'))}; "
                f"supported delimiters are {known}",
            )
        )


def _byte(value: int) -> bytes:
    return bytes([value])


def _without_titles(lines: Sequence[bytes], delimiter: bytes) -> Sequence[bytes]:
    first = next((place for place, line in enumerate(lines) if delimiter in line), len(lines))
    return lines[first:]


def _parts(lines: Sequence[bytes], delimiter: bytes) -> int:
    """How often a delimiter is in names and records, if equally often in all; else 0."""
    counts = {line.count(delimiter) for line in lines}
    return counts.pop() if len(lines) > 1 and len(counts) == 1 else 0


def _shown(delimiter: bytes) -> str:
    text = delimiter.decode("latin-1")
    return text if text.isprintable() else f"byte {delimiter.hex().upper()}"


def _titles(lines: Sequence[HeadLine]) -> int:
    """How many lines above the names are titles: one text each, or others above what surely are names."""
    for above in range(2, min(_TITLES, len(lines))):
        if _are_known_names(lines[above], lines[above + 1 :]) and not any(
            _are_names(line.named) for line in lines[:above]
        ):
            return above
    above = next((place for place, line in enumerate(lines) if not _is_title(line)), 0)
    if not above:
        return 0
    names, below = lines[above], lines[above + 1 :]
    complete = len(names.named) == len(names.fields) > 1 and all(names.named)
    alike = {len(line.fields) for line in below} <= {len(names.fields)}
    known = sum(variable_type(name) is not None for name in names.named)
    return above if complete and alike and (_contrasts(names, below) or known > 1) else 0


def _is_title(line: HeadLine) -> bool:
    """Whether a line holds one text, which is not the name of the first of several columns."""
    return len(line.named) == 1 and (len(line.fields) == 1 or not _are_names(line.named))


def _are_known_names(line: HeadLine, below: Sequence[HeadLine]) -> bool:
    """Whether a line holds names, at least two of them known, with nothing but numbers or dates below one."""
    known = sum(variable_type(name) is not None for name in line.named)
    names = known > 1 and _are_names(line.named) and _all_differ(line.named)
    return names and not _recurs(line, below) and _contrasts(line, below) > 0


def _rows(lines: Sequence[HeadLine], dataset: str, notes: list[ReadingNote]) -> tuple[int, int | None]:
    """Which lines hold the names and the labels; None where no line holds labels."""
    if len(lines) < 2 or len(lines[0].named) != len(lines[1].named) or len(lines[0].named) < 2:
        return 0, None
    first, second, below = lines[0], lines[1], lines[2:]
    if not (_all_differ(first.named) and _all_differ(second.named)) or _recurs(second, below):
        return 0, None
    if not _are_names(first.named) and _are_known_names(second, below):
        notes.append(ReadingNote(dataset, "variable names are in the second line, below a line of labels"))
        return 1, 0
    if _are_names(first.named) and are_labels(second.named):
        if _describes_subjects(first.named, second, below):
            notes.append(ReadingNote(dataset, "labels are in the second line, below the variable names"))
            return 0, 1
        if sum(_LABEL_WORD.search(field) is not None for field in second.named) > 1:
            notes.append(ReadingNote(dataset, "looks like variable labels, kept as a record", record=1))
    return 0, None


def _are_names(fields: Sequence[str]) -> bool:
    return all(map(_SAS_NAME.fullmatch, fields))


def are_labels(fields: Sequence[str]) -> bool:
    """Whether at least half of the fields are several words, and none is a number or a date."""
    several_words = sum(" " in field for field in fields)
    return several_words > 1 and 2 * several_words >= len(fields) and not any(map(VALUE.fullmatch, fields))


def _describes_subjects(names: Sequence[str], line: HeadLine, below: Sequence[HeadLine]) -> bool:
    """Whether a line says what an identifier is where every record below it has one.

    A first record may well hold "Not done" where the others hold numbers, but it never lacks the identifier
    of its subject. Without a record below, a variable that ADaM knows as a number must hold words.
    """
    identifiers = [place for place, name in enumerate(names) if name.upper() in SUBJECT]
    if not identifiers or not all(_IDENTIFIER_WORD.search(line.named[place]) for place in identifiers):
        return False
    if not below:
        return any(variable_type(name) == "Num" for name in names)
    values = [_column(below, place) for place in identifiers]
    return any(column and all(map(_DIGIT.search, column)) for column in values)


def _recurs(line: HeadLine, below: Sequence[HeadLine]) -> bool:
    """Whether a field stands again in its own column, as values do and names and labels do not."""
    return any(field in _column(below, place) for place, field in enumerate(line.named))


def _column(lines: Sequence[HeadLine], place: int) -> list[str]:
    """The filled fields of one column."""
    fields = (line.fields[place].strip() for line in lines if place < len(line.fields))
    return [field for field in fields if field]


def _all_differ(fields: Sequence[str]) -> bool:
    return all(fields) and len({field.upper() for field in fields}) == len(fields)


def _contrasts(line: HeadLine, below: Sequence[HeadLine]) -> int:
    """Columns that hold words in this line, and nothing but numbers or dates below it."""
    found = 0
    for place, word in enumerate(line.named):
        values = _column(below, place)
        found += bool(values) and not VALUE.fullmatch(word) and all(map(VALUE.fullmatch, values))
    return found


def _note_on_names(names: HeadLine, dataset: str, notes: list[ReadingNote]) -> None:
    _, undecoded = decode_values([names.raw])
    if undecoded is not None:
        notes.append(undecoded_note(undecoded, dataset))
    if [name for name in names.fields if name.strip() != name and name.strip()]:
        notes.append(ReadingNote(dataset, "leading and trailing blanks of variable names removed"))


def _refuse_unusable(names: Sequence[str], path: Path) -> None:
    if 2 * sum(VALUE.fullmatch(name) is not None for name in names) > len(names):
        raise UnreadableInput(
            "the first line contains values, not variable names",
            str(path),
            "add a header line with the variable names",
        )
    if "" in names:
        raise nameless(names.index("") + 1, path)
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        first = seen.setdefault(name.upper(), number)
        if (
            first != number
        ):  # not by its name: where a file has no names, these are values of the first record
            raise UnreadableInput(
                f"columns {first} and {number} have the same name in the first line",
                str(path),
                "give each variable a unique name in the header line",
            )


def nameless(column: int, path: Path) -> UnreadableInput:
    """The refusal of a column without a name; `column` counts from 1."""
    return UnreadableInput(
        f"column {column} has no name",
        str(path),
        "name it; to omit a row index, use row.names = FALSE in R, index=False in pandas",
    )
