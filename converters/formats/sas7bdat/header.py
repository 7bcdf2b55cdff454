"""The first bytes of SAS datasets and catalogues, and what is asked of pyreadstat because of them.

By M. Shotwell, "SAS7BDAT Database Binary Format".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...values.regular_file import open_regular
from ...values.sas_encodings import Encoding, declared

BYTES = "iso-8859-1"
"""Every byte is a character in it, so that bytes survive to be decoded here."""

_ENCODING_PLACE = 70
_CODE_OF_BYTES = 29
_LENGTH = 512


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
            return cls(file.read(_LENGTH))

    @property
    def encoding(self) -> Encoding | None:
        """The encoding that the file declares; None where it leaves it open."""
        return declared(self.first[_ENCODING_PLACE]) if len(self.first) > _ENCODING_PLACE else None

    @property
    def size(self) -> int:
        """Bytes of header and pages."""
        order: Literal["little", "big"] = "little" if self.first[37:38] == b"\x01" else "big"
        shift = 4 if self.first[35:36] == b"3" else 0
        width = 8 if self._wide else 4
        header, page = (int.from_bytes(self.first[at + shift : at + shift + 4], order) for at in (196, 200))
        return header + page * int.from_bytes(self.first[204 + shift : 204 + shift + width], order)

    @property
    def _wide(self) -> bool:
        return self.first[32:33] == b"3"

    def most_records(self, width: int) -> int:
        """Records of `width` bytes that the pages can hold: one that is compressed has a pointer at least."""
        pointer = 24 if self._wide else 12
        return self.size // max(1, min(width, pointer))


class FileOfBytes:
    """A SAS file for pyreadstat that declares `BYTES`, whatever it declares on disk.

    pyreadstat refuses files whose encoding it does not know before it looks at the one it is told, and
    for some of those it knows it moves the last letter of a value to the next one.
    """

    def __init__(self, path: Path) -> None:
        self._file = open_regular(path)
        self.seek = self._file.seek
        self.tell = self._file.tell

    def read(self, size: int = -1) -> bytes:
        start = self._file.tell()
        content = self._file.read(size)
        place = _ENCODING_PLACE - start
        if not 0 <= place < len(content):
            return content
        return content[:place] + bytes([_CODE_OF_BYTES]) + content[place + 1 :]

    def __enter__(self) -> FileOfBytes:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
