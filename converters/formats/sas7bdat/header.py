"""The first bytes of SAS datasets and catalogues, which say what holds for the whole of the file.

By M. Shotwell, "SAS7BDAT Database Binary Format".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BufferedReader
from pathlib import Path

from ...values.regular_file import open_regular
from ...values.sas_encodings import Encoding, declared

BYTES = "iso-8859-1"
"""Every byte is a character in it, so that bytes survive to be decoded here."""

ENCODING_PLACE = 70
_NAME = slice(92, 156)
_LENGTH = 512
_PADDED, _WIDE, _LITTLE = 35, 32, 37
_EPOCH = datetime(1960, 1, 1)
_OF_STAT_TRANSFER = (b"8.0000M0", b"9.0000M0")
"""SAS itself has released no version without a number."""


@dataclass(frozen=True, slots=True)
class SasHeader:
    """What the header of a file says about the whole of it.

    Attributes
    ----------
    first : bytes
        The first bytes of the file.
    """

    first: bytes

    @classmethod
    def of(cls, path: Path) -> SasHeader:
        with open_regular(path) as file:
            return cls.read(file)

    @classmethod
    def read(cls, file: BufferedReader) -> SasHeader:
        """The header of an open file."""
        return cls(file.read(_LENGTH))

    @property
    def encoding(self) -> Encoding | None:
        """The encoding that the file declares; None where it leaves it open."""
        return declared(self.first[ENCODING_PLACE]) if len(self.first) > ENCODING_PLACE else None

    @property
    def wide(self) -> bool:
        """Whether its integers are those of 64 bits."""
        return self.first[_WIDE : _WIDE + 1] == b"3"

    @property
    def order(self) -> str:
        """Of bytes, as `struct` and numpy write it."""
        return "<" if self.first[_LITTLE : _LITTLE + 1] == b"\x01" else ">"

    @property
    def name(self) -> bytes:
        return self.first[_NAME].rstrip(b"\0 ")

    @property
    def start(self) -> int:
        """Place of the first page."""
        return self._integer("I", 196)

    @property
    def page_size(self) -> int:
        return self._integer("I", 200)

    @property
    def pages(self) -> int:
        return self._integer("Q" if self.wide else "I", 204)

    @property
    def size(self) -> int:
        """Bytes of header and pages."""
        return self.start + self.page_size * self.pages

    @property
    def whole(self) -> bool:
        """Whether all that is asked of it is there."""
        return len(self.first) == _LENGTH

    @property
    def created(self) -> datetime | None:
        return self._time(164)

    @property
    def modified(self) -> datetime | None:
        return self._time(172)

    @property
    def of_stat_transfer(self) -> bool:
        """Whether Stat/Transfer wrote it, which puts records next to the pointers of a page."""
        place = 212 + self._shift + (8 if self.wide else 4)
        return self.first[place : place + 8] in _OF_STAT_TRANSFER

    @property
    def pointer_size(self) -> int:
        """Bytes of a pointer to a part of a page."""
        return 24 if self.wide else 12

    @property
    def page_head(self) -> int:
        """Bytes at the beginning of a page."""
        return 40 if self.wide else 24

    def most_records(self, width: int) -> int:
        """Records of `width` bytes that the pages can hold: one that is compressed has a pointer at least."""
        return self.size // max(1, min(width, self.pointer_size))

    @property
    def _shift(self) -> int:
        return 4 if self.first[_PADDED : _PADDED + 1] == b"3" else 0

    def _integer(self, form: str, place: int) -> int:
        place += self._shift
        if len(self.first) < place + struct.calcsize(form):
            return 0
        return int(struct.unpack_from(self.order + form, self.first, place)[0])

    def _time(self, place: int) -> datetime | None:
        """Seconds since 1960, and 16 bytes later how far they are from universal time."""
        place += self._shift
        if len(self.first) < place + 24:
            return None
        seconds, shift = (
            struct.unpack_from(self.order + "d", self.first, at)[0] for at in (place, place + 16)
        )
        try:
            return _EPOCH + timedelta(seconds=int(seconds - shift))
        except (ValueError, OverflowError):
            return None
