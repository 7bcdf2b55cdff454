"""Damage to bytes, as transfers, editors, other programs and people who mean harm do it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from random import Random

_BYTES = (0x00, 0x01, 0x09, 0x0A, 0x0D, 0x20, 0x22, 0x27, 0x2C, 0x2E, 0x7F, 0x80, 0xC3, 0xFE, 0xFF)
_NUMBERS = (0, 1, 2, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63)
_WORDS = tuple(
    word.encode("utf-8", "surrogatepass")
    for word in (
        *(
            '""',
            '"',
            "'",
            ",",
            ";",
            "\t",
            "\n",
            "\r",
            "\r\n\r\n",
            "\0",
            "{",
            "}",
            "[",
            "]",
            "[[",
            "{}",
            ":",
            "=",
            ".",
        ),
        *(
            "null",
            "true",
            "NaN",
            "Infinity",
            "-0",
            "1e999",
            "-1",
            "1" * 400,
            "0.1",
            "1,234.5",
            "12,5",
            "1_0",
            "nan",
        ),
        *(
            "9999-12-31",
            "0000-00-00",
            "2020-02-30",
            "20200131",
            "31DEC9999",
            "2020-01-01T24:00:00",
            "T25:61",
            "-2020",
        ),
        *(
            "\\u0000",
            "\\ud800",
            "\ud800",
            "\\x",
            "\ufeff",
            "é",
            "😀",
            "\u2028",
            "\u0130",
            "ß",
            "\x1b[2J",
            "a" * 3000,
        ),
        *(
            "records",
            "columns",
            "name",
            "rows",
            "datasetJSONVersion",
            "[settings]",
            "[[waiver]]",
            '"""',
            "#",
            "<!--",
        ),
        *(
            "<!DOCTYPE a>",
            "&amp;",
            "]]>",
            "DATE9.",
            "DATETIME20.",
            "TIME8.",
            "and",
            "not",
            "missing(",
            "in (",
            "==",
        ),
    )
)


def mutated(raw: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Bytes with one to six damages; `others` lend parts of theirs."""
    damaged = bytearray(raw)
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        random.choice(_WAYS)(damaged, others, random)
    return bytes(damaged)


def _place(raw: bytearray, random: Random) -> int:
    """Anywhere; often near the beginning, where formats describe themselves."""
    end = len(raw) if random.random() < 0.6 else min(len(raw), 2000)
    return random.randrange(end) if end else 0


def _length(raw: bytearray, random: Random) -> int:
    return random.randint(1, max(1, min(len(raw), random.choice((1, 2, 4, 8, 80, 1000)))))


def _flip_bit(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    if raw:
        raw[_place(raw, random)] ^= 1 << random.randrange(8)


def _set_byte(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    if raw:
        raw[_place(raw, random)] = random.choice((*_BYTES, random.randrange(256)))


def _set_number(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    """A whole number, or one that is there and a little more or less, in some width and byte order."""
    form = random.choice("<>") + random.choice("HIQ")
    size = struct.calcsize(form)
    place = _place(raw, random) // 2 * 2
    if place + size > len(raw):
        return
    known = struct.unpack_from(form, raw, place)[0]
    number = random.choice((*_NUMBERS, known + 1, known - 1, known * 2, known * 1000))
    struct.pack_into(form, raw, place, number % 256**size)


def _set_digits(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    """Another number where the file has one in words."""
    places = [place for place in range(min(len(raw), 4000)) if 0x30 <= raw[place] <= 0x39]
    if places:
        place = random.choice(places)
        number = str(random.choice(_NUMBERS)).encode()
        keeps = random.random() < 0.5
        raw[place : place + (len(number) if keeps else 1)] = number


def _insert_word(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    place = _place(raw, random)
    raw[place:place] = random.choice(_WORDS)


def _overwrite_word(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    place, word = _place(raw, random), random.choice(_WORDS)
    raw[place : place + len(word)] = word


def _delete(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    place = _place(raw, random)
    del raw[place : place + _length(raw, random)]


def _repeat(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    place = _place(raw, random)
    part = raw[place : place + _length(raw, random)]
    raw[place:place] = part * random.choice((1, 1, 2, 50))


def _exchange(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    one, other, length = _place(raw, random), _place(raw, random), _length(raw, random)
    part = raw[one : one + length]
    raw[one : one + length] = raw[other : other + length]
    raw[other : other + length] = part


def _cut(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    del raw[_place(raw, random) :]


def _blank(raw: bytearray, _: Sequence[bytes], random: Random) -> None:
    place, length = _place(raw, random), _length(raw, random)
    raw[place : place + length] = bytes([random.choice((0, 32, 255))]) * length


def _splice(raw: bytearray, others: Sequence[bytes], random: Random) -> None:
    other = random.choice(others)
    start = random.randrange(len(other)) if other else 0
    place = _place(raw, random)
    raw[place : place + _length(raw, random)] = other[start : start + _length(raw, random)]


_WAYS: tuple[Callable[[bytearray, Sequence[bytes], Random], None], ...] = (
    _flip_bit,
    _set_byte,
    _set_number,
    _set_number,
    _set_digits,
    _insert_word,
    _overwrite_word,
    _delete,
    _repeat,
    _exchange,
    _cut,
    _blank,
    _splice,
)
