"""Reads SAS transport files from the published record layout with the standard library alone.

Shares nothing with the product: no numpy, and numbers are exact fractions. It takes a file apart strictly, so
that whatever a writer leaves open is an error.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

CARD = 80
KINDS = {
    5: ("LIBRARY", "MEMBER", "DSCRPTR", "NAMESTR", "OBS"),
    8: ("LIBV8", "MEMBV8", "DSCPTV8", "NAMSTV8", "OBSV8"),
}
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()


@dataclass
class ParsedVariable:
    name: str
    label: str
    numeric: bool
    length: int
    number: int
    position: int
    format: tuple[str, int, int]
    informat: tuple[str, int, int]


@dataclass
class ParsedDataset:
    name: str
    label: str
    created: str
    modified: str
    variables: list[ParsedVariable]
    records: list[list[Fraction | str | None]]
    """Numbers, texts without trailing blanks; "." to ".Z" and "._" for missing numbers."""


class Parser:
    def __init__(self, raw: bytes, encoding: str = "ascii") -> None:
        assert len(raw) % CARD == 0
        self.raw, self.at, self.encoding = raw, 0, encoding

    def card(self) -> bytes:
        found = self.raw[self.at : self.at + CARD]
        assert len(found) == CARD
        self.at += CARD
        return found

    def header(self, kind: str) -> bytes:
        found = self.card()
        assert found[:48] == f"HEADER RECORD*******{kind:8}HEADER RECORD!!!!!!!".encode(), found
        assert found[78:] == b"  "
        return found[48:78]

    def text(self, raw: bytes) -> str:
        return raw.decode(self.encoding).rstrip(" ")

    def peek(self) -> str:
        found = self.raw[self.at : self.at + CARD]
        return found[20:28].decode().rstrip() if found.startswith(b"HEADER RECORD*******") else ""


def stamp(raw: bytes) -> str:
    text = raw.decode()
    assert text[2:5] in MONTHS
    assert [text[at] for at in (7, 10, 13)] == [":"] * 3
    assert (text[:2] + text[5:7] + text[8:10] + text[11:13] + text[14:]).isdigit()
    return text


def parsed(raw: bytes, encoding: str = "ascii") -> tuple[int, list[ParsedDataset]]:
    """Version and datasets of a file."""
    parser = Parser(raw, encoding)
    version = 8 if parser.peek() == "LIBV8" else 5
    assert parser.header(KINDS[version][0]) == b"0" * 30
    first = parser.card()
    assert first[:24] == b"SAS     SAS     SASLIB  "
    assert first[40:64] == b" " * 24
    stamp(first[64:])
    second = parser.card()
    stamp(second[:16])
    assert second[16:] == b" " * 64
    datasets = []
    while parser.at < len(raw):
        datasets.append(dataset(parser, version))
    return version, datasets


def dataset(parser: Parser, version: int) -> ParsedDataset:
    _, member, descriptor, namestrs, observations = KINDS[version]
    assert parser.header(member) == b"0" * 17 + b"160" + b"0" * 6 + b"0140"
    assert parser.header(descriptor) == b"0" * 30
    first, second = parser.card(), parser.card()
    width = 8 if version == 5 else 32
    assert first[:8] == b"SAS     "
    assert first[8 + width : 16 + width] == b"SASDATA "
    assert second[16:32] == b" " * 16
    counts = parser.header(namestrs)
    assert counts[:5] == b"0" * 5
    assert counts[10:] == b"0" * 20
    count = int(counts[5:10])
    variables = [variable(parser, version) for _ in range(count)]
    assert [each.number for each in variables] == list(range(1, count + 1))
    blank(parser)
    if parser.peek() in {"LABELV8", "LABELV9"}:
        assert version == 8
        long_labels(parser, variables)
    counts = parser.header(observations)
    length = sum(each.length for each in variables)
    position = 0
    for each in variables:
        assert each.position == position
        position += each.length
    if version == 8:
        number = int(counts[:15])
        assert counts[15:].strip() == b""
    else:
        assert counts == b"0" * 30
        number = records_of_version_5(parser, variables, length)
    records = [record(parser, variables) for _ in range(number)]
    blank(parser)
    return ParsedDataset(
        parser.text(first[8 : 8 + width]),
        parser.text(second[32:72]),
        stamp(first[64:]),
        stamp(second[:16]),
        variables,
        records,
    )


def variable(parser: Parser, version: int) -> ParsedVariable:
    raw = parser.raw[parser.at : parser.at + 140]
    parser.at += 140
    kind, hashed, length, number = struct.unpack(">4h", raw[:8])
    name, label = parser.text(raw[8:16]), parser.text(raw[16:56])
    width, decimals, justification = struct.unpack(">3h", raw[64:70])
    assert raw[70:72] == b"\0\0"
    in_width, in_decimals, position = struct.unpack(">2hi", raw[80:88])
    assert kind in {1, 2}
    assert hashed == justification == 0
    assert (2 <= length <= 8) if kind == 1 else (1 <= length <= (200 if version == 5 else 32_767))
    if version == 8:
        name = parser.text(raw[88:120])
        assert raw[126:] == bytes(14)
    else:
        assert raw[88:] == bytes(52)
    return ParsedVariable(
        name,
        label,
        kind == 1,
        length,
        number,
        position,
        (parser.text(raw[56:64]), width, decimals),
        (parser.text(raw[72:80]), in_width, in_decimals),
    )


def long_labels(parser: Parser, variables: list[ParsedVariable]) -> None:
    with_formats = parser.peek() == "LABELV9"
    entries = int(parser.header(parser.peek())[:10])
    for _ in range(entries):
        number, name, *lengths = struct.unpack_from(">5h" if with_formats else ">3h", parser.raw, parser.at)
        parser.at += 10 if with_formats else 6
        found = variables[number - 1]
        texts = []
        for length in (name, *lengths):
            texts.append(parser.text(parser.raw[parser.at : parser.at + length]))
            parser.at += length
        assert texts[0] == found.name
        assert texts[1].startswith(found.label)
        found.label = texts[1]
        if with_formats:
            found.format = long_format(texts[2])
            found.informat = long_format(texts[3])
    blank(parser)


def long_format(text: str) -> tuple[str, int, int]:
    whole, _, decimals = text.partition(".")
    name = whole.rstrip("0123456789")
    return name, int(whole[len(name) :] or 0), int(decimals or 0)


def blank(parser: Parser) -> None:
    end = -(-parser.at // CARD) * CARD
    assert parser.raw[parser.at : end].strip(b" ") == b""
    parser.at = end


def records_of_version_5(parser: Parser, variables: list[ParsedVariable], length: int) -> int:
    """As many as there are up to the next dataset, less blank ones that are padding."""
    if not length:
        return 0
    end = parser.at
    while end < len(parser.raw) and not parser.raw[end:].startswith(b"HEADER RECORD*******MEMBER  "):
        end += CARD
    data = parser.raw[parser.at : end]
    number = len(data) // length
    while number and len(data) - (number - 1) * length < CARD + length:
        last = data[(number - 1) * length : number * length]
        if last.strip(b" ") or (number - 1) * length < len(data) - CARD + 1:
            break
        number -= 1
    return number


def record(parser: Parser, variables: list[ParsedVariable]) -> list[Fraction | str | None]:
    values: list[Fraction | str | None] = []
    for each in variables:
        raw = parser.raw[parser.at : parser.at + each.length]
        parser.at += each.length
        values.append(number(raw) if each.numeric else parser.text(raw))
    return values


def number(raw: bytes) -> Fraction | str:
    if not any(raw[1:]) and (raw[0] in b"._" or 65 <= raw[0] <= 90):
        mark = chr(raw[0])
        return "." if mark == "." else f".{mark}"
    padded = raw.ljust(8, b"\0")
    fraction = int.from_bytes(padded[1:], "big")
    value = Fraction(fraction, 2**56) * Fraction(16) ** ((padded[0] & 127) - 64)
    return -value if padded[0] & 128 else value
