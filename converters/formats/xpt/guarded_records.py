"""Records of a version 5 file, in which nothing may read as the header of the next dataset.

Version 5 does not state how many records there are: they end where a card of 80 bytes is a member header.
A text may spell one by itself, which a survey finds; several values or records together may, too, which
shows only when they are put together.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from ....schemas.errors import UnwritableOutput
from ....schemas.wording import one_line
from .cards import CARD, HEADER, MARK
from .parts import FilePart
from .record_layout import V5

_BEGINNING = np.frombuffer(MARK[:8], np.uint64)[0]


class GuardedRecords:
    """Passes the records of a dataset on to a stream that is at the beginning of a card.

    Parameters
    ----------
    stream : binary stream
    part : FilePart
        Whose records they are.
    """

    def __init__(self, stream: BinaryIO, part: FilePart) -> None:
        self._stream, self._part = stream, part
        self._begun = b""
        self._position = 0

    def write(self, records: bytes | memoryview) -> int:
        """Write some bytes.

        Raises
        ------
        UnwritableOutput
            When a card is a member header.
        """
        raw = np.frombuffer(records, np.uint8)
        rest = -len(self._begun) % CARD
        self._begun += raw[:rest].tobytes()
        if len(self._begun) == CARD or not rest:
            whole = (len(raw) - rest) // CARD * CARD
            self._require_none(np.frombuffer(self._begun, np.uint8))
            self._require_none(raw[rest : rest + whole])
            self._begun = raw[rest + whole :].tobytes()
        return self._stream.write(records)

    def _require_none(self, cards: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
        """Refuse a header among the next cards."""
        table = cards.reshape(-1, CARD)
        for number in np.flatnonzero(table[:, :8].view(np.uint64)[:, 0] == _BEGINNING):
            match = HEADER.fullmatch(table[number].tobytes())
            if match is not None and match[1] == V5.member:
                raise self._refusal(self._position + int(number) * CARD)
        self._position += len(cards)

    def _refusal(self, position: int) -> UnwritableOutput:
        part = self._part
        record = part.first + position // part.described.record_length + 1
        return UnwritableOutput(
            "several values together would be read as the header of another dataset",
            f"{part.path}: {one_line(part.name)}, record {record:,}",
            "use --xpt-version 8, or another order of the variables",
        )
