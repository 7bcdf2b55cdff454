"""How much a file may become in memory: compressed bytes unpacked block by block, up to a limit.

A few hundred bytes can stand for gigabytes: the limit is in proportion to the file, and the user lifts it.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from ...schemas.errors import UnreadableInput
from .format import ReadOptions

TIMES, AT_LEAST = 100, 64 << 20
"""A file may unpack to so many times its size, or to so many bytes if that is more."""

_CHUNK = 1 << 20
_INFLATED = 16 << 20
"""Bytes that are unpacked at once."""


class Allowance:
    """What is left of the bytes that one file may unpack to.

    Parameters
    ----------
    path : Path
        As messages name it.
    packed : int
        Bytes of the file.
    options : ReadOptions
    """

    def __init__(self, path: Path, packed: int, options: ReadOptions) -> None:
        self._path = path
        self._packed = packed
        self._most = options.max_unpacked or max(AT_LEAST, TIMES * packed)
        self._by_default = not options.max_unpacked
        self._taken = 0

    @classmethod
    def of_file(cls, file: BufferedReader, path: Path, options: ReadOptions) -> Allowance:
        return cls(path, os.fstat(file.fileno()).st_size, options)

    def take(self, size: int) -> None:
        """Count so many bytes.

        Raises
        ------
        UnreadableInput
            When they are more than are left.
        """
        self._taken += size
        if self._taken <= self._most:
            return
        by = f" ({TIMES} times its size, or {AT_LEAST >> 20} MB if that is more)" if self._by_default else ""
        raise UnreadableInput(
            f"the file of {self._packed:,} bytes unpacks to more than {self._most:,} bytes{by}",
            str(self._path),
            "if that is expected, raise the limit: --max-unpacked 4GB (max_unpacked=4_000_000_000 in Python)",
        )


def unpacked(file: BufferedReader, allowance: Allowance) -> Iterator[bytes]:
    """The content of a zlib or gzip stream, of several members, too; zeros may follow the last one.

    Raises
    ------
    zlib.error
        When it is neither, or broken.
    EOFError
        When it is cut short.
    UnreadableInput
        When there are more bytes than the allowance has.
    """
    inflater = zlib.decompressobj(wbits=47)
    waiting = b""
    while chunk := waiting or file.read(_CHUNK):
        if inflater.eof:
            waiting = chunk.lstrip(b"\0")
            if not waiting:
                continue
            inflater = zlib.decompressobj(wbits=47)
        block = inflater.decompress(waiting or chunk, _INFLATED)
        waiting = inflater.unconsumed_tail or inflater.unused_data
        allowance.take(len(block))
        yield block
    if not inflater.eof:
        raise EOFError("the compressed data are truncated")
