"""Terms of a SAS format catalogue as pyreadstat reads them: what `catalog` has done in another process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...values.readstat import damage_as_value_error
from ...values.regular_file import open_regular
from .header import BYTES, ENCODING_PLACE

_CODE_OF_BYTES = 29


def terms_of(catalog: Path) -> dict[str, dict[Any, str]]:
    """Labels by format and value; in all text every byte is a character.

    Raises
    ------
    ValueError
        When the catalogue is damaged or of an unsupported type.
    OSError
    """
    import pyreadstat

    with damage_as_value_error(), _FileOfBytes(catalog) as file:
        labels: dict[str, dict[Any, str]] = pyreadstat.read_sas7bcat(file, encoding=BYTES)[1].value_labels
    return labels


class _FileOfBytes:
    """A catalogue for pyreadstat that declares `BYTES`, whatever it declares on disk.

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
        place = ENCODING_PLACE - start
        if not 0 <= place < len(content):
            return content
        return content[:place] + bytes([_CODE_OF_BYTES]) + content[place + 1 :]

    def __enter__(self) -> _FileOfBytes:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
