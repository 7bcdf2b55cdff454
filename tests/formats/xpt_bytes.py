"""Crafts SAS transport files byte by byte, by the record layouts that SAS published.

Shares nothing with the reader, so that a misreading of the layout cannot hide in both.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

CREATED = "15OCT12:22:56:18"
MODIFIED = "16OCT12:01:02:03"
_MEMBER_WORDS = {
    5: ("MEMBER", "DSCRPTR", "NAMESTR", "OBS"),
    8: ("MEMBV8", "DSCPTV8", "NAMSTV8", "OBSV8"),
}


@dataclass(frozen=True)
class Var:
    """One variable; `length` is that of the stored value in bytes."""

    name: str | bytes
    kind: str = "Num"
    length: int = 8
    label: str | bytes = ""
    format: tuple[str, int, int] = ("", 0, 0)
    informat: tuple[str, int, int] = ("", 0, 0)
    long_format: str = ""
    long_informat: str = ""
    position: int | None = None


@dataclass(frozen=True)
class Member:
    """One dataset; each record is the bytes of its values, which are padded here."""

    name: str = "ADTTE"
    variables: Sequence[Var] = (Var("AVAL"),)
    records: Sequence[Sequence[bytes]] = ()
    label: str | bytes = ""
    version: int = 5
    namestr_length: int = 140
    created: str = CREATED
    modified: str = MODIFIED
    stated_variables: int | None = None
    stated_records: int | str | None = None
    readstat_order: bool = False
    numbered_from: int = 1
    sections: dict[str, int] = field(default_factory=dict)
    """Filled while bytes are made: the offset within the member at which each section begins."""


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def card(*parts: str | bytes) -> bytes:
    """Bytes padded with blanks to whole 80-byte records."""
    raw = b"".join(map(as_bytes, parts))
    return raw + b" " * (-len(raw) % 80)


def header(kind: str, counts: str = "0" * 30) -> bytes:
    return card(f"HEADER RECORD*******{kind:8}HEADER RECORD!!!!!!!{counts}")


def library(*members: Member) -> bytes:
    """A whole file of the version of its first member."""
    version = members[0].version if members else 5
    start = header("LIBRARY" if version == 5 else "LIBV8")
    first = card(f"{'SAS':8}{'SAS':8}{'SASLIB':8}{'9.4':8}{'X64_10PR':8}{'':24}{CREATED}")
    return start + first + card(MODIFIED) + b"".join(map(member_bytes, members))


def member_bytes(member: Member) -> bytes:
    member_word, descriptor, namestrs, observations = _MEMBER_WORDS[member.version]
    name_length = 8 if member.version == 5 else 32
    blanks = "" if member.version == 8 else " " * 24
    head = as_bytes(member.name).ljust(name_length)
    count = len(member.variables) if member.stated_variables is None else member.stated_variables
    parts = {
        "member header": header(member_word, f"{'0' * 17}160{'0' * 6}{member.namestr_length:04d}"),
        "descriptor header": header(descriptor),
        "description": card("SAS     ", head, f"SASDATA {'9.4':8}{'X64_10PR':8}", blanks, member.created)
        + card(f"{member.modified}{'':16}", as_bytes(member.label).ljust(40), "DATA".ljust(8)),
        "variables header": header(namestrs, f"000000{count:04d}{'0' * 20}"),
        "namestrs": card(*_namestrs(member)),
        "long labels": _long_labels(member) if member.version == 8 else b"",
        "data header": header(observations, _stated(member)),
        "data": card(*(_record(member, values) for values in member.records)),
    }
    offset = 0
    for section, raw in parts.items():
        member.sections[section] = offset
        offset += len(raw)
    return b"".join(parts.values())


def _stated(member: Member) -> str:
    if member.version == 5:
        return "0" * 30
    stated = len(member.records) if member.stated_records is None else member.stated_records
    return f"{stated:>15}"


def _namestrs(member: Member) -> list[bytes]:
    position, made = 0, []
    for number, var in enumerate(member.variables, member.numbered_from):
        name, label = as_bytes(var.name), as_bytes(var.label)
        raw = struct.pack(
            ">4h8s40s8s3h2x8s2hi",
            1 if var.kind == "Num" else 2,
            0,
            var.length,
            number,
            name[:8].ljust(8),
            label[:40].ljust(40),
            var.format[0][:8].encode().ljust(8),
            var.format[1],
            var.format[2],
            0,
            var.informat[0][:8].encode().ljust(8),
            var.informat[1],
            var.informat[2],
            position if var.position is None else var.position,
        )
        rest = name.ljust(32) + struct.pack(">h", len(label)) if member.version == 8 else b""
        made.append((raw + rest).ljust(member.namestr_length, b"\0"))
        position += max(0, var.length)
    return made


def _long_labels(member: Member) -> bytes:
    long_formats = any(var.long_format or var.long_informat for var in member.variables)
    entries = []
    for number, var in enumerate(member.variables, member.numbered_from):
        name, label = as_bytes(var.name), as_bytes(var.label)
        form, inform = var.long_format.encode(), var.long_informat.encode()
        if long_formats and (form or inform or len(label) > 40):
            texts = [form, inform, label] if member.readstat_order else [label, form, inform]
        elif len(label) > 40:
            texts = [label]
        else:
            continue
        lengths = [number, len(name), *map(len, texts)]
        entries.append(struct.pack(f">{len(lengths)}h", *lengths) + name + b"".join(texts))
    if not entries:
        return b""
    return header("LABELV9" if long_formats else "LABELV8", str(len(entries))) + card(*entries)


def _record(member: Member, values: Sequence[bytes]) -> bytes:
    return b"".join(
        value.ljust(var.length, b" " if var.kind == "Char" else b"\0")
        for var, value in zip(member.variables, values, strict=True)
    )


def ibm(value: float | int | Fraction, length: int = 8) -> bytes:
    """The normalised IBM double nearest to zero from `value`, cut to `length` bytes."""
    exact = Fraction(value)
    if exact == 0:
        return bytes(length)
    exponent, size = 64, abs(exact)
    while size >= 1:
        size, exponent = size / 16, exponent + 1
    while size < Fraction(1, 16):
        size, exponent = size * 16, exponent - 1
    first = (128 if exact < 0 else 0) | exponent
    return (bytes([first]) + int(size * 2**56).to_bytes(7, "big"))[:length]


def missing(tag: str = ".", length: int = 8) -> bytes:
    """A missing value: "." plain, else "A" to "Z" or "_"."""
    return tag.encode().ljust(length, b"\0")


def exact_value(raw: bytes) -> Fraction:
    """What IBM double bytes mean, in rational arithmetic."""
    padded = raw.ljust(8, b"\0")
    fraction = Fraction(int.from_bytes(padded[1:], "big"), 2**56)
    scaled = fraction * Fraction(16) ** ((padded[0] & 0x7F) - 64)
    return -scaled if padded[0] & 0x80 else scaled
