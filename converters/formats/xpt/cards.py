"""A SAS transport file as a run of 80-byte records ("cards"), and what to say when one is wrong."""

from __future__ import annotations

import re
from io import BufferedReader

import numpy as np
from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput

CARD = 80
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")
MARK = b"HEADER RECORD*******"
HEADER = re.compile(rb"HEADER RECORD\*{7}(.{8})HEADER RECORD!{7}(.{32})", re.DOTALL)

DAMAGED_NAME = "with a damaged name"
"""In place of a name that may be bytes of records."""
SEND_AGAIN = "request the file again, transfer it in binary mode, and compare its size with the sender's"


class Cards:
    """A file read card by card; `where` is how messages name it."""

    def __init__(self, file: BufferedReader, size: int, where: str) -> None:
        self.file = file
        self.size = size
        self.position = 0
        self.where = where

    def take(self, length: int, section: str) -> bytes:
        """The next bytes; refused when the file ends before."""
        raw = self.at(self.position, length)
        if len(raw) < length:
            raise self.damaged(f"the file is truncated: it ends within {section}, at byte {self.size}")
        self.position += length
        return raw

    def header(self, kind: bytes, section: str) -> bytes:
        """The 32 bytes of counts in the next header record, which must be of this kind."""
        card = self.take(CARD, section)
        match = HEADER.fullmatch(card)
        if match is None or match[1] != kind:
            raise self.damaged(f"{section} is not at its expected position, byte {self.position - CARD}")
        return match[2]

    def next_kind(self) -> bytes:
        """Of which kind the next record is, when it is a header."""
        return self.kind_at(self.position)

    def kind_at(self, position: int) -> bytes:
        match = HEADER.fullmatch(self.at(position, CARD))
        return match[1] if match else b""

    def fill(self, window: NDArray[np.uint8], position: int) -> int:
        """Read into `window` from `position` on; how many bytes there were."""
        self.file.seek(position)
        return self.file.readinto(window.data.cast("B"))

    def at(self, position: int, length: int) -> bytes:
        self.file.seek(position)
        return self.file.read(length)

    def damaged(self, what: str, advice: str = SEND_AGAIN) -> UnreadableInput:
        return UnreadableInput(what, self.where, advice)


def padding(length: int) -> int:
    """Bytes that fill up the last card."""
    return -length % CARD


def number_in(raw: bytes) -> int:
    """The number in a header; 0 when blank, -1 when it is none."""
    digits = raw.strip(b" \0")
    if not digits:
        return 0
    return int(digits) if digits.isdigit() else -1


def trimmed(raw: bytes) -> bytes:
    """Without the blanks or NULs that fill up a field."""
    return raw.rstrip(b" \0")


def text_of(raw: bytes) -> str:
    """A field that is ASCII by definition; stray bytes do no harm."""
    return str(raw, "latin-1").strip(" \0")


def shown(name: bytes) -> str:
    """A name in a message; where it cannot be one, it may be bytes of records, which are patient data."""
    text = text_of(name)
    if not text:
        return "without a name"
    return text if _NAME.fullmatch(text) else DAMAGED_NAME
