"""The records of a SAS transport file before and around the data: where everything lies.

A file is a run of 80-byte records: a library header, then per dataset ("member") its headers, one
NAMESTR per variable and the data, padded with blanks to 80 bytes.

Sources: SAS technical paper TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format"
(version 5), and "Record Layout of a SAS Version 8 or 9 Data Set in SAS Transport Format" (version 8).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BufferedReader
from itertools import accumulate

from ....schemas.errors import UnreadableInput
from ...values.file_kind import seems
from ..format import refuse_too_many
from .cards import (
    CARD,
    DAMAGED_NAME,
    HEADER,
    MARK,
    SEND_AGAIN,
    Cards,
    number_in,
    padding,
    shown,
    text_of,
    trimmed,
)
from .extent import Extent, measured_extent, stated_extent
from .record_layout import (
    CHARACTER,
    LABEL_ENTRY,
    LONG_NAME,
    NAMESTR,
    NUMERIC,
    OF_DATASET,
    VERSIONS,
    XptVersion,
    stamp_in,
    text_of_format,
)


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
    extent : Extent
        Where its records lie and how many there are.
    positions_differ : bool
        Whether a version 5 file states positions in another order than that of its variables.
    record_length : int
        Bytes.
    """

    name: bytes
    label: bytes
    kind: str
    sas_version: str
    operating_system: str
    created: datetime | None
    modified: datetime | None
    fields: tuple[Field, ...]
    extent: Extent
    positions_differ: bool

    @property
    def record_length(self) -> int:
        return sum(field.length for field in self.fields)


@dataclass(frozen=True, slots=True)
class FileLayout:
    """Where everything lies in a transport file; `version` is "XPT v5" or "XPT v8"."""

    version: str
    members: tuple[Member, ...]


def read_layout(file: BufferedReader, size: int, where: str) -> FileLayout:
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
    cards = Cards(file, size, where)
    words = _library(cards)
    members = []
    while cards.position < size:
        members.append(_member(cards, words))
    if not members:
        raise cards.damaged("the file ends after its library header: it contains no dataset")
    return FileLayout(words.name, tuple(members))


def _library(cards: Cards) -> XptVersion:
    head = cards.at(0, 512)
    match = HEADER.match(head)
    if match is None or match[1] not in VERSIONS:
        raise _not_transport(cards, head)
    cards.take(3 * CARD, "the library header")
    return VERSIONS[match[1]]


def _not_transport(cards: Cards, head: bytes) -> UnreadableInput:
    kind = seems(head)
    if not head:
        return cards.damaged("the file is empty")
    if MARK.startswith(head[: len(MARK)]):
        return cards.damaged("the file is truncated or changed within its first header record")
    if "CPORT" in kind:
        return cards.damaged(
            f"the file is not XPT: it seems to be {kind}",
            "export it with the XPORT engine (libname … xport) or as a sas7bdat",
        )
    found = f": it seems to be {kind}" if kind else ""
    return cards.damaged(f"the file is not a SAS transport file (XPT){found}", SEND_AGAIN)


def _member(cards: Cards, words: XptVersion) -> Member:
    counts = cards.header(words.member, "a member header")
    namestr_length = number_in(counts[25:30])
    if namestr_length not in {136, 140}:
        raise cards.damaged(f"the member header states {namestr_length} bytes per variable, not 140 or 136")
    cards.header(words.descriptor, "the descriptor header")
    description = cards.take(2 * CARD, "the dataset's description")
    after_name = 8 + words.longest_name
    name = trimmed(description[8:after_name])
    counts = cards.header(words.namestrs, "the header of the variables")
    # Only now is it sure that the description was read at its place, and not bytes of a record.
    in_place = description.startswith(OF_DATASET)
    file, cards.where = cards.where, f"{cards.where}, dataset {shown(name) if in_place else DAMAGED_NAME}"
    described = _with_long_labels(cards, _fields(cards, words, namestr_length, counts))
    counts = cards.header(
        words.data, "the observation header (after the number of variables stated in the file)"
    )
    _check(cards, described)
    fields = _placed(cards, described)
    member = Member(
        name=name,
        label=trimmed(description[112:152]),
        kind=text_of(description[152:160]),
        sas_version=text_of(description[after_name + 8 : after_name + 16]),
        operating_system=text_of(description[after_name + 16 : after_name + 24]),
        created=stamp_in(description[64:80]),
        modified=stamp_in(description[80:96]),
        fields=fields,
        extent=_extent(cards, words, fields, counts),
        positions_differ=not words.states_records and fields != described,
    )
    cards.where = file
    return member


def _extent(cards: Cards, words: XptVersion, fields: Sequence[Field], counts: bytes) -> Extent:
    width = sum(field.length for field in fields)
    stated = number_in(counts[:15]) if words.states_records else 0
    if stated < 0:
        raise cards.damaged("the observation header states a number of records that is not a number")
    if stated and not fields:
        raise cards.damaged(
            f"the observation header states {stated} records, but the dataset has no variables"
        )
    numeric = [field.numeric for field in fields]
    if stated:
        return stated_extent(cards, stated, width, words.member, has_text=not all(numeric))
    return measured_extent(cards, width, words.member, has_numbers=any(numeric), has_text=not all(numeric))


def _fields(cards: Cards, words: XptVersion, namestr_length: int, counts: bytes) -> tuple[Field, ...]:
    number = number_in(counts[5:10])
    if number < 0:
        raise cards.damaged("the number of variables is not a number")
    refuse_too_many(number, cards.where)
    length = number * namestr_length
    raw = cards.take(length + padding(length), "the descriptions of the variables")
    return tuple(
        _field(cards, raw[i * namestr_length : (i + 1) * namestr_length], i + 1, words) for i in range(number)
    )


def _field(cards: Cards, namestr: bytes, number: int, words: XptVersion) -> Field:
    kind, length, _, name, label, *formats, position = NAMESTR.unpack_from(namestr)
    display, width, decimals, informat, in_width, in_decimals = formats
    if words.states_records:
        name = trimmed(namestr[LONG_NAME]) or name
    if kind not in {NUMERIC, CHARACTER}:
        raise cards.damaged(f"variable {number} is of type {kind}, not 1 (Num) or 2 (Char)")
    character = kind == CHARACTER
    return Field(
        name=trimmed(name),
        label=trimmed(label),
        numeric=not character,
        position=position,
        length=length,
        format=text_of_format(display, width, decimals, character),
        informat=text_of_format(informat, in_width, in_decimals, character),
    )


def _with_long_labels(cards: Cards, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Labels beyond 40 bytes and format names beyond 8, which are in records of their own."""
    kind = cards.next_kind()
    if kind not in LABEL_ENTRY:
        return fields
    section = "the long labels"
    entries = number_in(cards.header(kind, section)[:5])
    by_name = {field.name.upper(): i for i, field in enumerate(fields)}
    changed = list(fields)
    start = cards.position
    for _ in range(entries):
        lengths = LABEL_ENTRY[kind].unpack(cards.take(LABEL_ENTRY[kind].size, section))[1:]
        if min(lengths) < 0:
            raise cards.damaged("a long label has a negative length")
        name = trimmed(cards.take(lengths[0], section))
        if name.upper() not in by_name:
            raise cards.damaged("a long label belongs to a variable that is not present")
        i = by_name[name.upper()]
        changed[i] = _relabelled(changed[i], lengths[1:], cards.take(sum(lengths[1:]), section))
    cards.take(padding(cards.position - start), section)
    return tuple(changed)


def _relabelled(field: Field, lengths: Sequence[int], raw: bytes) -> Field:
    """The field with its long label and, in LABELV9, its long format names.

    SAS states the lengths of label, format and informat in this order and the texts too. ReadStat writes
    format, informat, label. The first 40 bytes of the label are in the NAMESTR and tell which it is.
    """
    if len(lengths) == 1:
        return replace(field, label=trimmed(raw))
    sas = _split(raw, lengths)
    texts = sas
    if not sas[0].startswith(field.label):
        read_stat = _split(raw, lengths)
        if read_stat[2].startswith(field.label):
            texts = (read_stat[2], read_stat[0], read_stat[1])
    label, display, informat = texts
    return replace(
        field,
        label=trimmed(label),
        format=_long_format(display, field.format),
        informat=_long_format(informat, field.informat),
    )


def _split(raw: bytes, lengths: Sequence[int]) -> tuple[bytes, ...]:
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    return tuple(raw[end - length : end] for end, length in zip(ends, lengths, strict=True))


def _long_format(name: bytes, short: str) -> str:
    """The long name with the width and decimals of the short one, unless it has its own."""
    text = text_of(name)
    if not text:
        return short
    if "." in text:
        return text
    width = re.search(r"\d*\.\d*$", short)
    return text + (width[0] if width else ".")


def _check(cards: Cards, fields: Sequence[Field]) -> None:
    """Refuse variables without a name, of one name, of an impossible length, or outside the record.

    They are numbered: in a damaged description the name may be bytes of a record.
    """
    seen: set[bytes] = set()
    for number, field in enumerate(fields, 1):
        if not field.name:
            raise cards.damaged(f"variable {number} has no name")
        if field.name.upper() in seen:
            raise cards.damaged(f"variable {number} has the same name as another")
        seen.add(field.name.upper())
        if field.numeric and not 2 <= field.length <= 8:
            raise cards.damaged(f"numeric variable {number} has a length of {field.length}, not 2 to 8")
        if field.length < 1:
            raise cards.damaged(f"variable {number} has a length of {field.length}")


def _placed(cards: Cards, fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields at their places in a record: one after the other, in the order of the NAMESTRs.

    The positions that NAMESTRs state must fill the record too, but may do so in another order: SAS's macro
    %LOC2XPT writes those that the variables had in the dataset it copied, numbers first.
    """
    end = 0
    for number, field in sorted(enumerate(fields, 1), key=lambda numbered: numbered[1].position):
        if field.position != end:
            raise cards.damaged(
                f"variable {number} is at byte {field.position} of a record, not at byte {end} as expected"
            )
        end += field.length
    starts = accumulate((field.length for field in fields), initial=0)
    return tuple(replace(field, position=start) for field, start in zip(fields, starts, strict=False))
