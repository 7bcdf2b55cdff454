"""The bytes of a delimited file, plain or gzip and in whatever encoding, as UTF-8."""

from __future__ import annotations

import codecs
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import numpy as np

from ....schemas.errors import UnreadableInput
from ...values.content import Content, blocks
from ...values.encodings import BYTE_ORDER_MARKS, codec_name, shown_bytes
from ...values.file_kind import seems
from ...values.gathering import Gathering
from ..format import ReadOptions
from ..unpacking import Allowance, unpacked

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Of UTF-8."""

_FILLED = re.compile(rb"\S")
_PLAUSIBLE = ("", "a text file, perhaps CSV")
_BYTES = "iso-8859-1"
_HEAD = 4096
_SHOWN = 6
_CARRIAGE_RETURN, _LINE_FEED = b"\r\n"


@dataclass(frozen=True, slots=True)
class PlainText:
    """A file of text.

    Attributes
    ----------
    content : Content
        UTF-8.
    start : int
        Where it begins, behind byte order marks.
    encoding : str
        Of the file.
    stray : bool
        Whether some bytes are not UTF-8, and neither the user nor a byte order mark names an encoding. Then
        every byte is one character (Latin 1), to be decoded value by value once the borders are known.
    """

    content: Content
    start: int
    encoding: str
    stray: bool


class _Undecodable(Exception):
    """Bytes that are not in an encoding."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


def plain_text(file: BufferedReader, path: Path, options: ReadOptions, gathering: Gathering) -> PlainText:
    """The text of an open file.

    Raises
    ------
    UnreadableInput
        When it is empty, is something else by its first bytes, or is not in the encoding that the user names.
    """
    content = _unpacked(file, path, options, gathering)
    if not any(_FILLED.search(block) for _, block in blocks(content)):
        raise UnreadableInput(
            "the file is empty",
            str(path),
            "export it again; a dataset without records still has a header line",
        )
    head = bytes(content.part(0, _HEAD))
    kind = seems(head[:512])
    if kind not in _PLAUSIBLE and not head.startswith(tuple(mark for mark, _ in BYTE_ORDER_MARKS)):
        raise UnreadableInput(f"the file is {kind}, not CSV", str(path), "export the dataset as CSV again")
    return _utf8(content, head, path, options.encoding, gathering)


def _unpacked(file: BufferedReader, path: Path, options: ReadOptions, gathering: Gathering) -> Content:
    if not file.peek(2).startswith(b"\x1f\x8b"):
        return gathering.content(file, path)
    try:
        return gathering.kept(unpacked(file, Allowance.of_file(file, path, options)))
    except (EOFError, zlib.error) as error:
        raise UnreadableInput(
            "the gzip data are damaged or incomplete", str(path), "copy or export the file again"
        ) from error


def _utf8(content: Content, head: bytes, path: Path, encoding: str | None, gathering: Gathering) -> PlainText:
    marked = next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), "utf-8")
    wanted = codec_name(encoding) if encoding else marked
    if b"\0" in head and not wanted.startswith(("utf-16", "utf-32")):
        raise _with_zeros(head, path)
    known = "utf-8" if wanted == "utf-8-sig" else wanted
    try:
        if known == "utf-8":
            for _ in _decoded(content, known):
                pass
        else:
            content = gathering.kept(_encoded(_decoded(content, _with_byte_order(known, head))))
    except _Undecodable as error:
        if encoding is None and known == "utf-8":
            start = len(BYTE_ORDER_MARK) if wanted == "utf-8-sig" else 0
            as_bytes = _encoded(str(block, _BYTES) for _, block in blocks(content, start))
            return PlainText(gathering.kept(as_bytes), 0, known, stray=True)
        raise UnreadableInput(
            f"text is not {wanted}: bytes {shown_bytes(bytes(content.part(error.place, _SHOWN)))}",
            f"{path}, line {line_of(content, error.place)}",
            "give the correct encoding, or omit --encoding to try UTF-8 and cp1252",
        ) from error
    return PlainText(content, _behind_marks(content, wanted), known, stray=False)


def _with_zeros(head: bytes, path: Path) -> UnreadableInput:
    """Zero bytes in every second place are those of UTF-16 without its mark."""
    for order, zeros, others in (("le", head[1::2], head[::2]), ("be", head[::2], head[1::2])):
        if b"\0" not in others and zeros.count(0) > len(zeros) // 2:
            return UnreadableInput(
                "the file seems to be UTF-16 without a byte order mark",
                str(path),
                f"add --encoding utf-16-{order} (encoding in Python), or export the dataset in UTF-8",
            )
    return UnreadableInput(
        "the file is binary, not CSV", f"{path}: zero bytes", "export the dataset as CSV again"
    )


def _with_byte_order(codec: str, head: bytes) -> str:
    """UTF-16 and UTF-32 with the order that a mark tells, else that of this machine."""
    if codec not in ("utf-16", "utf-32"):
        return codec
    orders = {"little": f"{codec}-le", "big": f"{codec}-be"}
    marked = (name for name in orders.values() if head.startswith("\ufeff".encode(name)))
    return next(marked, orders[sys.byteorder])


def _behind_marks(content: Content, wanted: str) -> int:
    """Where text begins: an encoding with a mark of its own, and text that is marked once more, have two."""
    most = 2 if wanted in ("utf-8-sig", "utf-16", "utf-32") else 1
    head = bytes(content.part(0, most * len(BYTE_ORDER_MARK)))
    return len(head) - len(re.sub(b"^(%s){1,2}" % BYTE_ORDER_MARK, b"", head))


def _decoded(content: Content, codec: str) -> Iterator[str]:
    """The text, block by block; that of ASCII only where another encoding than UTF-8 has to be read."""
    decoder = codecs.getincrementaldecoder(codec)()
    for start, block in blocks(content):
        waiting = len(decoder.getstate()[0])
        if codec == "utf-8" and not waiting and np.frombuffer(block, np.uint8).max() < 0x80:
            continue
        try:
            yield decoder.decode(bytes(block), start + len(block) == content.size)
        except UnicodeDecodeError as error:
            raise _Undecodable(start - waiting + error.start) from error


def _encoded(texts: Iterator[str]) -> Iterator[bytes]:
    return (text.encode("utf-8", "surrogatepass") for text in texts)


def line_of(content: Content, place: int) -> int:
    """Number of the line that a position is in, from 1."""
    return line_breaks(content, 0, place) + 1


def line_breaks(content: Content, start: int, end: int) -> int:
    """How many line breaks there are between two positions: ``\\r\\n``, ``\\n`` and ``\\r``."""
    found, last = 0, 0
    for _, block in blocks(content, start, end):
        data = bytes(block)
        found += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
        found -= last == _CARRIAGE_RETURN and data[0] == _LINE_FEED
        last = data[-1]
    return found
