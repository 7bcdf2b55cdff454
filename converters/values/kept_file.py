"""One file of arrays that are written once and read in part: by position and length, without a memory map.

A map would end the process where somebody else shortens the file, or the disk is full.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...schemas.errors import UnreadableInput
from .work_folder import WorkFolder, work_told

# Without an offset that threads and forked processes would share.
if hasattr(os, "preadv"):

    def _pread_into(descriptor: int, into: memoryview, position: int) -> int:
        return os.preadv(descriptor, [into], position)

    def _pwrite(descriptor: int, data: memoryview, position: int) -> int:
        return os.pwrite(descriptor, data, position)

else:
    _SEEKING = Lock()

    def _pread_into(descriptor: int, into: memoryview, position: int) -> int:
        with _SEEKING:
            os.lseek(descriptor, position, os.SEEK_SET)
            read = os.read(descriptor, len(into))
        into[: len(read)] = read
        return len(read)

    def _pwrite(descriptor: int, data: memoryview, position: int) -> int:
        with _SEEKING:
            os.lseek(descriptor, position, os.SEEK_SET)
            return os.write(descriptor, data)


@dataclass(frozen=True, slots=True)
class ArrayPlace:
    """Numbers, codes or stamps one after the other."""

    position: int
    length: int
    dtype: str

    def part(self, first: int, count: int) -> ArrayPlace:
        at = self.position + first * np.dtype(self.dtype).itemsize
        return ArrayPlace(at, max(0, min(count, self.length - first)), self.dtype)


@dataclass(frozen=True, slots=True)
class ArrowPlace:
    """An Arrow array as a stream of Arrow's own."""

    position: int
    size: int


class KeptFile:
    """A file in a work folder, which it keeps from being removed."""

    def __init__(self, folder: WorkFolder) -> None:
        self._folder: WorkFolder | None = folder
        self._opened: int | None = None
        self._process = 0
        self._lock = Lock()
        self._end = 0
        self.path = folder.new_file()
        with work_told(self.path):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def another(self) -> KeptFile:
        """One more file in the same folder; of a file that another process made there is none."""
        if self._folder is None:
            raise ValueError(f"{self.path} belongs to another process")
        return KeptFile(self._folder)

    def settle(self) -> None:
        """Close the file, to be opened again when needed: other machines see what was written by then."""
        opened, self._opened = self._opened, None
        if opened is not None:
            os.close(opened)

    def remove(self) -> None:
        """Remove the file before its folder goes."""
        self.settle()
        with suppress(OSError):
            self.path.unlink()

    def reserve(self, length: int, dtype: str) -> ArrayPlace:
        """Room for an array that is written in parts."""
        room = ArrayPlace(self._end, length, dtype)
        self._end += length * np.dtype(dtype).itemsize
        return room

    def write(self, values: NDArray[Any], room: ArrayPlace | None = None) -> ArrayPlace:
        """Write an array, at the end or into that room."""
        kept = np.ascontiguousarray(values)
        place = self.reserve(len(kept), kept.dtype.str) if room is None else room
        self._write_at(place.position, kept.view(np.uint8).data if kept.size else b"")
        return place

    def read(self, place: ArrayPlace) -> NDArray[Any]:
        values = np.empty(place.length, place.dtype)
        if values.size:
            self._read_at(place.position, values.view(np.uint8).data)
        return values

    def read_all(self, places: Sequence[ArrayPlace], dtype: Any) -> NDArray[Any]:
        """Several arrays one after the other, in a type that holds all of them."""
        values = np.empty(sum(place.length for place in places), dtype)
        start = 0
        for place in places:
            values[start : start + place.length] = self.read(place)
            start += place.length
        return values

    def write_arrow(self, array: pa.Array) -> ArrowPlace:
        sink = pa.BufferOutputStream()
        batch = pa.record_batch([array], names=[""])
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        content = sink.getvalue()
        place = ArrowPlace(self._end, content.size)
        self._end += content.size
        self._write_at(place.position, memoryview(content))
        return place

    def read_arrow(self, place: ArrowPlace) -> pa.Array:
        content = bytearray(place.size)
        self._read_at(place.position, memoryview(content))
        return pa.ipc.open_stream(pa.py_buffer(content)).read_next_batch().column(0)

    def _descriptor(self) -> int:
        """Of the file, opened once for each process: one that was forked has its own.

        It is no file object: these complain if they go before what closes them, as they may among objects
        that refer to each other.
        """
        with self._lock:
            if self._opened is None or self._process != os.getpid():
                self.settle()
                self._opened = os.open(self.path, os.O_RDWR | getattr(os, "O_BINARY", 0))
                self._process = os.getpid()
            return self._opened

    def _write_at(self, position: int, data: memoryview | bytes) -> None:
        left = memoryview(data)
        with work_told(self.path):
            while left:
                count = _pwrite(self._descriptor(), left, position)
                left, position = left[count:], position + count

    def _read_at(self, position: int, into: memoryview) -> None:
        try:
            descriptor = self._descriptor()
        except FileNotFoundError as gone:
            raise UnreadableInput(
                "data kept on disk no longer exist; they are deleted with the study, or when the run ends",
                str(self.path),
                "read the data again, or keep the study as long as copies of it are used",
            ) from gone
        while into:
            count = _pread_into(descriptor, into, position)
            if not count:
                raise UnreadableInput(
                    "data kept on disk are incomplete; the work folder was changed by another program",
                    str(self.path),
                    "run it again",
                )
            into, position = into[count:], position + count

    def __deepcopy__(self, _: Any) -> KeptFile:
        """Itself: what was written is not changed."""
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Its path: whoever gets it reads while the file is there."""
        return {"path": self.path, "_end": self._end}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _folder=None, _opened=None, _process=0, _lock=Lock())

    def __del__(self) -> None:
        self.settle()
