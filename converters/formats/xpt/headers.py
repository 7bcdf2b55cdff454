"""The headers of a SAS transport file as bytes: the mirror of `layout`, which reads them."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from .cards import CARD, MARK, padding
from .layout import Field, Member
from .record_layout import (
    CHARACTER,
    LABEL_ENTRY,
    LONG_NAME,
    NAMESTR,
    NAMESTR_FORMAT,
    NAMESTR_LABEL,
    NAMESTR_LENGTH,
    NO_FORMAT,
    NUMERIC,
    OF_DATASET,
    UNKNOWN_TIME,
    SasFormat,
    XptVersion,
    sas_format,
    stamp_of,
)

_LENGTHS = struct.Struct(">3h")
"""In version 8 behind the long name: of label, format and informat."""
_ZEROS = b"0" * 30
_MEMBER_COUNTS = b"0" * 17 + b"160" + b"0" * 6 + b"%04d" % NAMESTR_LENGTH


def library_header(words: XptVersion, first: Member) -> bytes:
    """The beginning of a file, whose first dataset states the system and the times."""
    made = b"".join((OF_DATASET, OF_DATASET, b"SASLIB  ", _system(first))).ljust(64)
    return b"".join(
        (_header(words.library), made, _stamp(first, "created"), _card(_stamp(first, "modified")))
    )


def member_headers(words: XptVersion, member: Member, records: int) -> bytes:
    """All that comes before the records of a dataset."""
    return b"".join(
        (
            _header(words.member, _MEMBER_COUNTS),
            _header(words.descriptor),
            _description(words, member),
            _header(words.namestrs, b"00000%05d" % len(member.fields) + b"0" * 20),
            _card(b"".join(_namestr(words, number, each) for number, each in enumerate(member.fields, 1))),
            _long_labels(words, member.fields),
            _header(words.data, b"%15d" % records if words.states_records else _ZEROS),
        )
    )


def _header(kind: bytes, counts: bytes = _ZEROS) -> bytes:
    return _card(MARK + kind + b"HEADER RECORD!!!!!!!" + counts)


def _card(raw: bytes) -> bytes:
    return raw + b" " * padding(len(raw))


def _system(member: Member) -> bytes:
    """SAS fills up its version with blanks, the system that it ran on with NULs."""
    system = member.operating_system.encode()
    return member.sas_version.encode().ljust(8) + (system.ljust(8, b"\0") if system else b" " * 8)


def _stamp(member: Member, which: str) -> bytes:
    return stamp_of(getattr(member, which) or UNKNOWN_TIME)


def _description(words: XptVersion, member: Member) -> bytes:
    start = OF_DATASET + member.name.ljust(words.longest_name) + b"SASDATA " + _system(member)
    first = start.ljust(CARD - 16) + _stamp(member, "created")
    label = member.label.ljust(NAMESTR_LABEL)
    return first + _card(_stamp(member, "modified") + b" " * 16 + label + member.kind.encode().ljust(8))


def _namestr(words: XptVersion, number: int, field: Field) -> bytes:
    form, informat = _format(field.format), _format(field.informat)
    raw = NAMESTR.pack(
        NUMERIC if field.numeric else CHARACTER,
        field.length,
        number,
        field.name[:8].ljust(8),
        field.label[:NAMESTR_LABEL].ljust(NAMESTR_LABEL),
        *_in_namestr(form),
        *_in_namestr(informat),
        field.position,
    )
    if words.states_records:
        raw = raw.ljust(LONG_NAME.start, b"\0") + field.name.ljust(words.longest_name)
        lengths = map(len, (field.label, form.name, informat.name))
        raw += _LENGTHS.pack(*(max(1, length) for length in lengths))  # of nothing 1, as SAS counts
    return raw.ljust(NAMESTR_LENGTH, b"\0")


def _in_namestr(form: SasFormat) -> tuple[bytes, int, int]:
    return form.name.encode()[:NAMESTR_FORMAT].ljust(NAMESTR_FORMAT), form.width, form.decimals


def _format(text: str) -> SasFormat:
    return sas_format(text) or NO_FORMAT


def _long_labels(words: XptVersion, fields: Sequence[Field]) -> bytes:
    """Labels and names of formats that a NAMESTR does not hold."""
    if not words.states_records:
        return b""
    numbered = list(enumerate(fields, 1))
    with_formats = [(number, each) for number, each in numbered if _has_long_format(each)]
    long = [(number, each) for number, each in numbered if len(each.label) > NAMESTR_LABEL]
    if not with_formats:
        return _entries(b"LABELV8 ", [(number, each.name, each.label) for number, each in long])
    named = sorted(dict((*long, *with_formats)).items())
    return _entries(
        b"LABELV9 ",
        [
            (number, each.name, each.label, each.format.encode(), each.informat.encode())
            for number, each in named
        ],
    )


def _has_long_format(field: Field) -> bool:
    return any(len(_format(text).name) > NAMESTR_FORMAT for text in (field.format, field.informat))


def _entries(kind: bytes, entries: Sequence[tuple[int, *tuple[bytes, ...]]]) -> bytes:
    if not entries:
        return b""
    packed = (
        LABEL_ENTRY[kind].pack(number, *map(len, texts)) + b"".join(texts) for number, *texts in entries
    )
    return _header(kind, b"%d" % len(entries)) + _card(b"".join(packed))
