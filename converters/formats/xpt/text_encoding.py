"""Text as the bytes of a SAS transport file: encoded, and filled up with blanks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.errors import ConfigurationError
from ...values.arrow_columns import text_array, with_nulls
from ...values.encodings import codec_name

_ASCII, _UTF_8 = "ascii", "utf-8"
_ALL_ASCII = bytes(range(128))


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """An encoding that has ASCII as it is, by Python's name."""

    codec: str

    @classmethod
    def named(cls, name: str) -> TextEncoding:
        """By its Python or SAS name.

        Raises
        ------
        ConfigurationError
            When it is unknown, or writes ASCII in other bytes.
        """
        codec = codec_name(name)
        if any(bytes_of(chr(byte), codec) != bytes([byte]) for byte in _ALL_ASCII):
            raise ConfigurationError(
                f"the encoding {name} does not contain ASCII as it is",
                "--xpt-encoding",
                "use ascii, utf-8, cp1252 (wlatin1), latin1, shift_jis, euc-cn, …",
            )
        return cls(codec)

    @property
    def shown(self) -> str:
        return "ASCII" if self.codec == _ASCII else self.codec

    def bytes_of(self, text: str) -> bytes | None:
        """A name, label or value; None where the encoding lacks a character of it."""
        return bytes_of(text, self.codec)

    def encoded(self, texts: pa.Array) -> pa.Array:
        """Texts of Arrow's as bytes, typed as strings all the same; null where a character is lacking.

        Parameters
        ----------
        texts : LargeStringArray
            Without nulls.
        """
        if self.codec == _UTF_8:
            return texts
        plain = pc.string_is_ascii(texts)
        if pc.all(plain).as_py() is not False:
            return texts
        if self.codec == _ASCII:
            return with_nulls(texts, pc.invert(plain))
        distinct = texts.dictionary_encode()
        values = [self.bytes_of(each) for each in distinct.dictionary.to_pylist()]
        binary = pa.array(values, pa.large_binary()).take(distinct.indices)
        return pa.Array.from_buffers(pa.large_string(), len(binary), binary.buffers(), binary.null_count)


def bytes_of(text: str, codec: str) -> bytes | None:
    """A text in an encoding; None where it lacks a character, or has another in its place.

    Python's Shift JIS writes a yen sign as a backslash, and reads a backslash.
    """
    try:
        raw = text.encode(codec)
        return raw if codec in (_ASCII, _UTF_8) or raw.decode(codec) == text else None
    except UnicodeError:
        return None


def distinct_texts(part: pd.Series) -> tuple[pa.Array, NDArray[np.integer] | None]:
    """The texts of some records without nulls: categories and the code of each record, else one by one."""
    if isinstance(part.dtype, pd.CategoricalDtype):
        return texts_of_categories(part.cat.categories), part.cat.codes.to_numpy()
    return text_array(part).cast(pa.large_string()).fill_null(""), None


def texts_of_categories(categories: pd.Index) -> pa.Array:
    return pa.array(categories.to_numpy(dtype=object), pa.large_string())


def without_blanks(texts: pa.Array) -> pa.Array:
    """Without trailing blanks, which SAS does not tell from those that fill up."""
    return pc.ascii_rtrim(texts, " ")


def fixed_width(encoded: pa.Array, width: int) -> NDArray[np.void]:
    """Encoded texts as stored values of so many bytes, none of which is longer but for blanks; shape (n,)."""
    filled = pc.ascii_rpad(without_blanks(encoded), width, " ")
    _, _, data = filled.buffers()
    if data is None or not len(filled):
        return np.empty(0, f"V{width}")
    return np.frombuffer(data, f"V{width}", len(filled))
