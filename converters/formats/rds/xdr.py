"""R's serialised objects: XDR of version 3, which R reads from 3.5.0 on.

From "R Internals", 1.8 "Serialization Formats", and R's serialize.c.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_VERSIONS = (3, 0x0004_0200, 0x0003_0500)
"""Of the format, of the R that writes, of the oldest R that reads."""
_ENCODING = b"UTF-8"
_NIL, _REFERENCE = 254, 255
_IS_OBJECT, _HAS_ATTRIBUTES, _HAS_TAG = 1 << 8, 1 << 9, 1 << 10
_TEXT, _IN_UTF_8, _IN_ASCII = 9, 8 << 12, 64 << 12
_MISSING_TEXT = np.array([_TEXT, -1], ">i4").tobytes()

MISSING_INTEGER = -(2**31)
MISSING_REAL = 0x7FF0_0000_0000_07A2
"""NA, a NaN with 1954 in its lower word."""
TAG_STEP = 32
"""Bits by which a letter is shifted that tells one NA from another, as haven has it."""


class Kind(IntEnum):
    """Types of vectors."""

    LOGICAL = 10
    INTEGER = 13
    REAL = 14
    STRING = 16
    LIST = 19


_AS_NUMPY = {Kind.LOGICAL: ">i4", Kind.INTEGER: ">i4", Kind.REAL: ">f8"}


@dataclass(frozen=True, slots=True)
class SmallVector:
    """A small vector.

    Attributes
    ----------
    values : list of str, of int, of float or of int64 bits
    names : list of str
        Empty where it has none.
    """

    kind: Kind
    values: Sequence[str] | np.ndarray
    names: Sequence[str] = ()


def strings(*texts: str) -> SmallVector:
    return SmallVector(Kind.STRING, texts)


def integers(*numbers: int) -> SmallVector:
    return SmallVector(Kind.INTEGER, np.array(numbers, ">i4"))


class ByteStream(Protocol):
    """Where bytes go."""

    def write(self, content: bytes, /) -> int: ...


@dataclass(slots=True)
class Serialisation:
    """One object that is written from its beginning to its end."""

    stream: ByteStream
    _symbols: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        self.stream.write(b"X\n" + _integers(*_VERSIONS, len(_ENCODING)) + _ENCODING)

    def vector(self, kind: Kind, length: int, attributes: Mapping[str, SmallVector]) -> None:
        """Begin a vector: its values are to follow, then `attributes`."""
        flags = kind | (_HAS_ATTRIBUTES if attributes else 0) | (_IS_OBJECT if "class" in attributes else 0)
        self.stream.write(_integers(flags, length))

    def attributes(self, attributes: Mapping[str, SmallVector]) -> None:
        """End a vector that was begun with them."""
        if not attributes:
            return
        for name, value in attributes.items():
            self.stream.write(_integers(2 | _HAS_TAG))
            self._symbol(name)
            self.constant(value)
        self.stream.write(_integers(_NIL))

    def constant(self, value: SmallVector) -> None:
        """A whole vector."""
        named = {"names": strings(*value.names)} if value.names else {}
        self.vector(value.kind, len(value.values), named)
        if value.kind is Kind.STRING:
            self.stream.write(b"".join(serialised_text(str(each)) for each in value.values))
        else:
            self.stream.write(np.asarray(value.values).astype(_AS_NUMPY[value.kind], copy=False).tobytes())
        self.attributes(named)

    def _symbol(self, name: str) -> None:
        if name in self._symbols:
            self.stream.write(_integers(_REFERENCE | self._symbols[name] << 8))
            return
        self._symbols[name] = len(self._symbols) + 1
        self.stream.write(_integers(1) + serialised_text(name))


def _integers(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}i", *numbers)


def serialised_text(text: str | None) -> bytes:
    if text is None:
        return _MISSING_TEXT
    raw = text.encode()
    return _integers(_TEXT | (_IN_ASCII if text.isascii() else _IN_UTF_8), len(raw)) + raw


def serialised_texts(texts: pa.Array) -> pa.Array:
    """Each of many texts as it is written, null as NA.

    Parameters
    ----------
    texts : LargeStringArray
    """
    missing = texts.is_null().to_numpy(zero_copy_only=False)
    filled = texts.fill_null("")
    heads = np.empty((len(texts), 2), ">i4")
    ascii_only = pc.string_is_ascii(filled).to_numpy(zero_copy_only=False)
    heads[:, 0] = _TEXT | np.where(ascii_only, _IN_ASCII, _IN_UTF_8)
    heads[:, 1] = pc.binary_length(filled).to_numpy(zero_copy_only=False)
    heads[missing] = _TEXT, -1
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(8), len(texts), [None, pa.py_buffer(heads)])
    binary = pa.large_binary()
    return pc.binary_join_element_wise(fixed.cast(binary), filled.cast(binary), pa.scalar(b"", binary))
