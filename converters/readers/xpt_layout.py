"""The records of a SAS transport file before and around the data: where everything lies.

A file is a run of 80-byte records: a library header, then per dataset ("member") its headers, one
NAMESTR per variable and the data, padded with blanks to 80 bytes.

Sources: SAS technical paper TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format"
(version 5), and "Record Layout of a SAS Version 8 or 9 Data Set in SAS Transport Format" (version 8).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from ...schemas.errors import UnreadableInput
from .file_kind import seems

CARD = 80
_MARK = "HEADER RECORD*******"
_HEADER = re.compile(rb"HEADER RECORD\*{7}(.{8})HEADER RECORD!{7}(.{32})", re.DOTALL)
_NUMERIC, _CHARACTER = 1, 2
_NAMESTR = struct.Struct(">4h8s40s8s2h4x8s2hi")
_LONG_NAME = slice(88, 120)
_LABEL_ENTRY = {b"LABELV8 ": struct.Struct(">3h"), b"LABELV9 ": struct.Struct(">5h")}
_SCAN_BYTES = 1 << 20
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_STAMP = re.compile(r"(\d\d)([A-Z]{3})(\d\d):(\d\d):(\d\d):(\d\d)")
_FIRST_YEAR = 1960  # two-digit years are those from SAS's own epoch on

_SEND_AGAIN = "have it sent again, in binary mode, and compare its size with the sender's"


@dataclass(frozen=True, slots=True)
class _Words:
    """How the two versions name their headers, and how long a member name is."""

    version: str
    member: bytes
    descriptor: bytes
    namestrs: bytes
    data: bytes
    name_length: int


_V5 = _Words("XPT v5", b"MEMBER  ", b"DSCRPTR ", b"NAMESTR ", b"OBS     ", 8)
_V8 = _Words("XPT v8", b"MEMBV8  ", b"DSCPTV8 ", b"NAMSTV8 ", b"OBSV8   ", 32)
_LIBRARIES = {b"LIBRARY ": _V5, b"LIBV8   ": _V8}


@dataclass(frozen=True, slots=True)
class Field:
    """One variable as its NAMESTR describes it.

    Attributes
    ----------
    name, label : bytes
        Without trailing blanks, not yet decoded.
    numeric : bool
    position, length : int
        Bytes within a record.
    format, informat : str
        With width and decimals: "DATE9.", "8.2", "$20.".
    """

    name: bytes
    label: bytes
    numeric: bool
    position: int
    length: int
    format: str
    informat: str


@dataclass(frozen=True, slots=True)
class Member:
    """One dataset of a transport file.

    Attributes
    ----------
    name, label : bytes
        Not yet decoded.
    kind, sas_version, operating_system : str
        As the header states them; empty when blank.
    data_start : int
        Offset of the first record in the file.
    records, record_length : int
    perhaps_records : int
        Blank records left out at the end because they cannot be told from padding.
    """

    name: bytes
    label: bytes
    kind: str
    sas_version: str
    operating_system: str
    created: datetime | None
    modified: datetime | None
    fields: tuple[Field, ...]
    data_start: int = 0
    records: int = 0
    perhaps_records: int = 0

    @property
    def record_length(self) -> int:
        return sum(field.length for field in self.fields)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies in a transport file; `version` is "XPT v5" or "XPT v8"."""

    version: str
    members: tuple[Member, ...]


def read_layout(file: BinaryIO, size: int, where: str) -> Layout:
    """Read all headers of a transport file and check them against its length.

    Parameters
    ----------
    file : binary file
    size : int
        Its length in bytes.
    where : str
        The file as messages shall name it.

    Raises
    ------
    UnreadableInput
        When it is no transport file, or a damaged one.
    """
    cards = _Cards(file, size, where)
    words = _library(cards)
    members = []
    while cards.position < size:
        members.append(_member(cards, words))
    if not members:
        raise cards.damaged("the file ends after its library header: it holds no dataset")
    return Layout(words.version, tuple(members))


class _Cards:
    """A file as a run of 80-byte records, and what to say when one is not what it must be."""

    def __init__(self, file: BinaryIO, size: int, where: str) -> None:
        self.file = file
        self.size = size
        self.position = 0
        self.where = where

    def take(self, length: int, section: str) -> bytes:
        """The next bytes; refused when the file ends before."""
        raw = self.at(self.position, length)
        if len(raw) < length:
            raise self.damaged(f"the file is cut short: it ends within {section}, at byte {self.size}")
        self.position += length
        return raw

    def header(self, kind: bytes, section: str) -> bytes:
        """The 32 bytes of counts in the next header record, which must be of this kind."""
        card = self.take(CARD, section)
        match = _HEADER.fullmatch(card)
        if match is None or match[1] != kind:
            raise self.damaged(f"{section} is not where it must be, at byte {self.position - CARD}")
        return match[2]

    def next_kind(self) -> bytes:
        """Of which kind the next record is, when it is a header."""
        match = _HEADER.fullmatch(self.at(self.position, CARD))
        return match[1] if match else b""

    def at(self, position: int, length: int) -> bytes:
        self.file.seek(position)
        return self.file.read(length)

    def damaged(self, what: str, advice: str = _SEND_AGAIN) -> UnreadableInput:
        return UnreadableInput(what, self.where, advice)


def _library(cards: _Cards) -> _Words:
    head = cards.at(0, 512)
    match = _HEADER.match(head)
    if match is None or match[1] not in _LIBRARIES:
        raise _not_transport(cards, head)
    cards.take(3 * CARD, "the library header")
    return _LIBRARIES[match[1]]


def _not_transport(cards: _Cards, head: bytes) -> UnreadableInput:
    kind = seems(head)
    if not head:
        return cards.damaged("the file is empty")
    if _MARK.encode().startswith(head[: len(_MARK)]):
        return cards.damaged("the file is cut short or changed within its first header record")
    if "CPORT" in kind:
        return cards.damaged(
            f"the file is not XPT: it seems to be {kind}",
            "have it exported with the XPORT engine (libname … xport) or as a sas7bdat",
        )
    found = f": it seems to be {kind}" if kind else ""
    return cards.damaged(f"the file is not a SAS transport file (XPT){found}", _SEND_AGAIN)


def _member(cards: _Cards, words: _Words) -> Member:
    counts = cards.header(words.member, "a member header")
    namestr_length = _number(counts[25:30])
    if namestr_length not in {136, 140}:
        raise cards.damaged(f"the member header states {namestr_length} bytes per variable, not 140 or 136")
    cards.header(words.descriptor, "the descriptor header")
    member = _description(cards.take(2 * CARD, "the dataset's description"), words)
    whole_file = cards.where
    cards.where = f"{whole_file}, dataset {_shown(member.name)}"
    fields = _fields(cards, words, namestr_length)
    fields = _with_long_labels(cards, fields)
    counts = cards.header(words.data, "the header of the data (after the variables that the file announces)")
    _check(cards, fields)
    member = replace(member, fields=fields, data_start=cards.position)
    stated = _number(counts[:15]) if words is _V8 else 0
    if stated < 0:
        raise cards.damaged("the header of the data states a number of records that is no number")
    member = _counted(cards, member, stated) if stated else _measured(cards, member, words)
    cards.where = whole_file
    return member


def _description(raw: bytes, words: _Words) -> Member:
    name_end = 8 + words.name_length
    system = raw[name_end + 16 : name_end + 24]
    return Member(
        name=_trimmed(raw[8:name_end]),
        label=_trimmed(raw[112:152]),
        kind=_text(raw[152:160]),
        sas_version=_text(raw[name_end + 8 : name_end + 16]),
        operating_system=_text(system),
        created=_stamp(raw[64:80]),
        modified=_stamp(raw[80:96]),
        fields=(),
    )


def _fields(cards: _Cards, words: _Words, namestr_length: int) -> tuple[Field, ...]:
    counts = cards.header(words.namestrs, "the header of the variables")
    number = _number(counts[5:10])
    if number < 0:
        raise cards.damaged("the number of variables is no number")
    length = number * namestr_length
    raw = cards.take(length + _padding(length), "the descriptions of the variables")
    return tuple(
        _field(cards, raw[start : start + namestr_length], words)
        for start in range(0, length, namestr_length)
    )


def _field(cards: _Cards, namestr: bytes, words: _Words) -> Field:
    (
        kind,
        _,
        length,
        number,
        name,
        label,
        display,
        width,
        decimals,
        informat,
        in_width,
        in_decimals,
        position,
    ) = _NAMESTR.unpack_from(namestr)
    if words is _V8:
        name = _trimmed(namestr[_LONG_NAME]) or name
    if kind not in {_NUMERIC, _CHARACTER}:
        raise cards.damaged(
            f"variable {number} ({_shown(name)}) is of type {kind}, neither 1 (Num) nor 2 (Char)"
        )
    character = kind == _CHARACTER
    return Field(
        name=_trimmed(name),
        label=_trimmed(label),
        numeric=not character,
        position=position,
        length=length,
        format=_format(display, width, decimals, character),
        informat=_format(informat, in_width, in_decimals, character),
    )


def _format(name: bytes, width: int, decimals: int, character: bool) -> str:
    text = _text(name)
    if not text and width <= 0:
        return ""
    if not text and character:
        text = "$"
    return f"{text}{width if width > 0 else ''}.{decimals if decimals > 0 else ''}"


def _with_long_labels(cards: _Cards, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Labels beyond 40 bytes and format names beyond 8, which stand in records of their own."""
    kind = cards.next_kind()
    if kind not in _LABEL_ENTRY:
        return fields
    section = "the long labels"
    entries = _number(cards.header(kind, section)[:5])
    by_name = {field.name.upper(): i for i, field in enumerate(fields)}
    changed = list(fields)
    start = cards.position
    for _ in range(entries):
        lengths = _LABEL_ENTRY[kind].unpack(cards.take(_LABEL_ENTRY[kind].size, section))[1:]
        if min(lengths) < 0:
            raise cards.damaged("a long label has a negative length")
        name = _trimmed(cards.take(lengths[0], section))
        if name.upper() not in by_name:
            raise cards.damaged(f"a long label is for {_shown(name)}, which is no variable of the dataset")
        i = by_name[name.upper()]
        changed[i] = _relabelled(changed[i], lengths[1:], cards.take(sum(lengths[1:]), section))
    cards.take(_padding(cards.position - start), section)
    return tuple(changed)


def _relabelled(field: Field, lengths: Sequence[int], raw: bytes) -> Field:
    """The field with its long label and, in LABELV9, its long format names.

    SAS states the lengths of label, format and informat in this order and the texts too. ReadStat writes
    format, informat, label. The first 40 bytes of the label stand in the NAMESTR and tell which it is.
    """
    if len(lengths) == 1:
        return replace(field, label=_trimmed(raw))
    sas = _split(raw, lengths)
    texts = sas
    if not sas[0].startswith(field.label):
        read_stat = _split(raw, lengths)
        if read_stat[2].startswith(field.label):
            texts = (read_stat[2], read_stat[0], read_stat[1])
    label, display, informat = texts
    return replace(
        field,
        label=_trimmed(label),
        format=_long_format(display, field.format),
        informat=_long_format(informat, field.informat),
    )


def _split(raw: bytes, lengths: Sequence[int]) -> tuple[bytes, ...]:
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    return tuple(raw[end - length : end] for end, length in zip(ends, lengths, strict=True))


def _long_format(name: bytes, short: str) -> str:
    """The long name with the width and decimals of the short one, unless it has its own."""
    text = _text(name)
    if not text:
        return short
    if "." in text:
        return text
    width = re.search(r"\d*\.\d*$", short)
    return text + (width[0] if width else ".")


def _check(cards: _Cards, fields: Sequence[Field]) -> None:
    """Refuse variables without a name, of one name, of an impossible length, or outside the record."""
    seen: set[bytes] = set()
    for number, field in enumerate(fields, 1):
        if not field.name:
            raise cards.damaged(f"variable {number} has no name")
        if field.name.upper() in seen:
            raise cards.damaged(f"two variables are named {_shown(field.name)}")
        seen.add(field.name.upper())
        if field.numeric and not 2 <= field.length <= 8:
            raise cards.damaged(
                f"numeric variable {_shown(field.name)} has a length of {field.length}, not 2 to 8"
            )
        if field.length < 1:
            raise cards.damaged(f"variable {_shown(field.name)} has a length of {field.length}")
    end = 0
    for field in sorted(fields, key=lambda field: field.position):
        if field.position != end:
            raise cards.damaged(
                f"variable {_shown(field.name)} lies at byte {field.position} of a record, "
                f"where the others leave room at byte {end}"
            )
        end += field.length


def _counted(cards: _Cards, member: Member, records: int) -> Member:
    """The member with the number of records its header states (version 8)."""
    length = records * member.record_length
    end = member.data_start + length
    if end > cards.size:
        whole = (cards.size - member.data_start) // max(1, member.record_length)
        raise cards.damaged(f"the file is cut short: its header states {records} records, {whole} are there")
    cards.position = min(end + _padding(length), cards.size)
    _check_blank(cards, end, cards.position)
    if cards.next_kind() != _V8.member:
        _check_blank(cards, cards.position, cards.size)
        cards.position = cards.size
    return replace(member, records=records)


def _check_blank(cards: _Cards, start: int, end: int) -> None:
    for position in range(start, end, _SCAN_BYTES):
        if cards.at(position, min(_SCAN_BYTES, end - position)).strip(b" "):
            raise cards.damaged("there are bytes after the last record that are not blank")


def _measured(cards: _Cards, member: Member, words: _Words) -> Member:
    """The member with as many records as its bytes hold for certain (version 5 states no number).

    The last 80-byte record is filled up with blanks, so that a blank record which begins within it cannot
    be told from padding, and is left out. A numeric variable is never blank.
    """
    end = _end_of_data(cards, member.data_start, words.member)
    length = end - member.data_start
    if length % CARD:
        raise cards.damaged(
            f"the file is cut short or was changed in transfer: its length, {cards.size} bytes, "
            f"is no multiple of {CARD}"
        )
    cards.position = end
    width = member.record_length
    if width == 0:
        _check_blank(cards, member.data_start, end)
        return member
    least = -(-max(0, length - (CARD - 1)) // width)
    tail = cards.at(member.data_start + least * width, max(0, length - least * width))
    most = length // width
    records = least + -(-len(tail.rstrip(b" ")) // width)
    if records > most:
        raise cards.damaged(
            f"record {most + 1} is incomplete: {length % width} of its {width} bytes are there"
        )
    if any(field.numeric for field in member.fields):
        _check_last(cards, member, records)
        return replace(member, records=records)
    return replace(member, records=records, perhaps_records=most - records)


def _check_last(cards: _Cards, member: Member, records: int) -> None:
    width = member.record_length
    last = cards.at(member.data_start + (records - 1) * width, width) if records else b"-"
    if not last.strip(b" "):
        raise cards.damaged(f"record {records} is blank, numbers too: the file was filled up in transfer")


def _end_of_data(cards: _Cards, start: int, member: bytes) -> int:
    """Where the next member header stands, else the end of the file."""
    mark = _MARK.encode() + member + b"HEADER RECORD!!!!!!!"
    position = start
    while position < cards.size:
        # Blocks are whole 80-byte records, so that no header lies across two of them.
        block = cards.at(position, _SCAN_BYTES // CARD * CARD)
        found = block.find(mark)
        while found >= 0:
            if found % CARD == 0:
                return position + found
            found = block.find(mark, found + 1)
        position += len(block)
    return cards.size


def _padding(length: int) -> int:
    return -length % CARD


def _number(raw: bytes) -> int:
    """The number in a header; 0 when blank, -1 when it is none."""
    digits = raw.strip(b" \0")
    if not digits:
        return 0
    return int(digits) if digits.isdigit() else -1


def _stamp(raw: bytes) -> datetime | None:
    """A header's date and time, as 15OCT12:22:56:22."""
    match = _STAMP.fullmatch(_text(raw).upper())
    if match is None or match[2] not in _MONTHS:
        return None
    day, year, *clock = (int(match[i]) for i in (1, 3, 4, 5, 6))
    century = _FIRST_YEAR // 100 * 100 + (0 if year >= _FIRST_YEAR % 100 else 100)
    try:
        return datetime(century + year, _MONTHS.index(match[2]) + 1, day, *clock)
    except ValueError:
        return None


def _trimmed(raw: bytes) -> bytes:
    return raw.rstrip(b" \0")


def _text(raw: bytes) -> str:
    return str(raw, "latin-1").strip(" \0")


def _shown(name: bytes) -> str:
    text = "".join(letter if letter.isprintable() else "?" for letter in _text(name))
    return text or "without a name"
