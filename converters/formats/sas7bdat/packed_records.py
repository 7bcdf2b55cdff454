"""Records of a compressed sas7bdat file, unpacked side by side: each step takes one command of every record.

RLE (COMPRESS=CHAR) by ReadStat, RDC (COMPRESS=BINARY) by E. Ross, "Simple Data Compression", The C Users
Journal, October 1992.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .contents import Compression
from .pages import DamagedFile

BytePlaces = NDArray[np.int64]


def unpacked_records(
    raw: NDArray[np.uint8], places: BytePlaces, lengths: BytePlaces, width: int, compression: Compression
) -> NDArray[np.uint8]:
    """Unpack records of one width.

    Parameters
    ----------
    raw : ndarray of uint8
        Where they are.
    places, lengths : ndarray of int64, shape (n,)
        Of each packed record.
    width : int
        Bytes of a record.
    compression : Compression
        RLE unless it is RDC.

    Returns
    -------
    ndarray of uint8, shape (n, width)

    Raises
    ------
    DamagedFile
        When one does not unpack to `width` bytes exactly.
    """
    records = _Unpacking(raw, places, lengths, width)
    step = _rdc_step if compression is Compression.RDC else _rle_step
    while len(records.at):
        step(records)
    return records.rows.reshape(-1, width)


@dataclass(slots=True)
class _Unpacking:
    """Records that are being unpacked: those that are not done yet, and what came of all.

    Attributes
    ----------
    at, end : ndarray of int64
        Place of the next command, and of the end.
    to, full : ndarray of int64
        Place of the next unpacked byte, and of the end of the record.
    bits, left : ndarray of int64
        Of RDC: which of the next 16 things are commands, and how many there still are.
    rows : ndarray of uint8
        All records, one after another.
    """

    raw: NDArray[np.uint8]
    places: BytePlaces
    lengths: BytePlaces
    width: int
    at: BytePlaces = field(init=False)
    end: BytePlaces = field(init=False)
    to: BytePlaces = field(init=False)
    full: BytePlaces = field(init=False)
    bits: BytePlaces = field(init=False)
    left: BytePlaces = field(init=False)
    rows: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.places)
        self.rows = np.full(count * self.width, ord(" "), np.uint8)
        self.at, self.end = self.places.copy(), self.places + self.lengths
        self.to = np.arange(count, dtype=np.int64) * self.width
        self.full = self.to + self.width
        self.bits, self.left = np.zeros(count, np.int64), np.zeros(count, np.int64)

    def byte(self, behind: int) -> NDArray[np.int64]:
        """The byte so many places behind the next command; anything where the file ends before."""
        return self.raw.take(self.at + behind, mode="clip").astype(np.int64)

    def demand(self, is_so: NDArray[np.bool_]) -> None:
        if not is_so.all():
            raise DamagedFile("a compressed record is damaged")

    def keep(self, going_on: NDArray[np.bool_]) -> None:
        """Take leave of records that are done, which must be full."""
        if going_on.all():
            return
        self.demand((self.to == self.full)[~going_on])
        for name in ("at", "end", "to", "full", "bits", "left"):
            setattr(self, name, getattr(self, name)[going_on])


_COUNTED = np.arange(1 << 18)


def _ranges(starts: BytePlaces, lengths: BytePlaces) -> BytePlaces:
    """All places of ranges, one range after another."""
    ends = np.cumsum(lengths)
    places = np.repeat(starts - ends + lengths, lengths)
    places += _COUNTED[: len(places)] if len(places) <= len(_COUNTED) else np.arange(len(places))
    return places


def _spread(
    rows: NDArray[np.uint8], to: BytePlaces, source: NDArray[np.uint8], start: BytePlaces, length: BytePlaces
) -> None:
    rows[_ranges(to, length)] = source.take(_ranges(start, length))


def _repeat(rows: NDArray[np.uint8], to: BytePlaces, length: BytePlaces, byte: NDArray[Any] | int) -> None:
    """One byte in all places, or one for each."""
    rows[_ranges(to, length)] = byte if isinstance(byte, int) else np.repeat(byte.astype(np.uint8), length)


# RLE: half a byte of command, half a byte of length. By command: bytes behind it, the least length, by how
# much the half byte counts, whether a byte of length follows, and which byte is repeated.
_COPY, _NEXT = -1, -2
_COMMANDS = {
    0: (1, 64, 256, 1, _COPY),
    1: (1, 64 + 4096, 256, 1, _COPY),
    2: (0, 96, 1, 0, _COPY),
    4: (2, 18, 256, 1, _NEXT),
    5: (1, 17, 256, 1, ord("@")),
    6: (1, 17, 256, 1, ord(" ")),
    7: (1, 17, 256, 1, 0),
    8: (0, 1, 1, 0, _COPY),
    9: (0, 17, 1, 0, _COPY),
    10: (0, 33, 1, 0, _COPY),
    11: (0, 49, 1, 0, _COPY),
    12: (1, 3, 1, 0, _NEXT),
    13: (0, 2, 1, 0, ord("@")),
    14: (0, 2, 1, 0, ord(" ")),
    15: (0, 2, 1, 0, 0),
}
_LARGE = 1 << 40
_UNKNOWN = (0, _LARGE, 0, 0, 0)
_BEHIND, _LEAST, _LENGTH_FOLLOWS, _BYTE = np.array(
    [
        (1 + behind, least + times * (control & 15), follows, byte)
        for control in range(256)
        for behind, least, times, follows, byte in [_COMMANDS.get(control >> 4, _UNKNOWN)]
    ],
    np.int64,
).T


def _rle_step(records: _Unpacking) -> None:
    records.keep(records.at < records.end)
    at, to = records.at, records.to
    control = records.byte(0)
    length = _LEAST.take(control) + _LENGTH_FOLLOWS.take(control) * records.byte(1)
    behind, byte = at + _BEHIND.take(control), _BYTE.take(control)
    copied = byte == _COPY
    records.at, records.to = behind + np.where(copied, length, 0), to + length
    records.demand((records.at <= records.end) & (records.to <= records.full))
    which = np.flatnonzero(copied)
    _spread(records.rows, to[which], records.raw, behind[which], length[which])
    # Blank is what a record is full of.
    which = np.flatnonzero(byte == 0)
    _repeat(records.rows, to[which], length[which], 0)
    which = np.flatnonzero((byte == _NEXT) | (byte == ord("@")))
    if len(which):
        last = records.raw.take(behind[which] - 1)
        _repeat(records.rows, to[which], length[which], np.where(byte[which] == _NEXT, last, ord("@")))


# RDC: 16 bits say which of the things behind them are commands, from the highest on; else they are bytes.
_BITS = 16
_PLAIN_AHEAD = _BITS - np.array([each.bit_length() for each in range(1 << _BITS)], np.int64)
"""By bits: how many bytes come before the next command."""


def _rdc_step(records: _Unpacking) -> None:
    """16 bits where they are due, then bytes as they are, then one command."""
    due = records.left == 0
    records.keep(~due | (records.at + 2 <= records.end))
    due = records.left == 0
    records.bits = np.where(due, records.byte(0) << 8 | records.byte(1), records.bits)
    records.at = records.at + 2 * due
    records.left = np.where(due, _BITS, records.left)
    plain = np.minimum(np.minimum(_PLAIN_AHEAD[records.bits], records.left), records.end - records.at)
    records.demand((plain >= 0) & (records.to + plain <= records.full))
    which = np.flatnonzero(plain)
    _spread(records.rows, records.to[which], records.raw, records.at[which], plain[which])
    records.at, records.to, records.left = records.at + plain, records.to + plain, records.left - plain
    records.bits = (records.bits << plain) & 0xFFFF
    is_command = records.bits >> (_BITS - 1) == 1
    # Where the input ends among bytes as they are, nothing is left of these bits either.
    records.left = np.where((records.at == records.end) & ~is_command, 0, records.left)
    which = np.flatnonzero((records.left > 0) & is_command)
    if len(which):
        _rdc_command(records, which)


def _rdc_command(records: _Unpacking, which: NDArray[np.intp]) -> None:
    first, second, third = (records.byte(behind)[which] for behind in range(3))
    command, low = first >> 4, first & 15
    far = low + 16 * second
    length = np.select(
        [command == 0, command == 1, command == 2], [low + 3, far + 19, third + 16], default=command
    )
    taken = np.where((command == 1) | (command == 2), 3, 2)
    to, back = records.to[which], far + 3
    repeated = command < 2
    start = records.full[which] - records.width
    records.demand(records.at[which] + taken <= records.end[which])
    records.demand(to + length <= records.full[which])
    records.demand(repeated | ((back <= to - start) & (length <= back)))
    byte = np.where(command == 0, second, third)
    _repeat(records.rows, to[repeated], length[repeated], byte[repeated])
    again = ~repeated
    _spread(records.rows, to[again], records.rows, (to - back)[again], length[again])
    records.at[which] += taken
    records.to[which] += length
    records.left[which] -= 1
    records.bits[which] = (records.bits[which] << 1) & 0xFFFF
