"""Bytes to text: UTF-8, else the encoding that the file declares, else Windows Latin 1 (cp1252).

A user's own `--encoding` overrides all three. Values are decoded one by one, so that one stray byte
does not change how all others are read.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from ...schemas.dataset import ReadingNote
from ...schemas.errors import ConfigurationError, UnreadableInput

BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""How text that names its own encoding begins, and Python's codec for it."""

# SAS names of encodings that Python knows by another name (SAS 9.4 NLS Reference, "ENCODING=").
_SAS_NAMES = {
    "wlatin1": "cp1252",
    "wlatin2": "cp1250",
    "wcyrillic": "cp1251",
    "wgreek": "cp1253",
    "wturkish": "cp1254",
    "whebrew": "cp1255",
    "warabic": "cp1256",
    "wbaltic": "cp1257",
    "wvietnamese": "cp1258",
    "euc-cn": "gb2312",
    "ms-936": "gbk",
    "ms-932": "cp932",
    "ms-949": "cp949",
    "ms-950": "cp950",
    "pcoem437": "cp437",
    "pcoem850": "cp850",
    "us-ascii": "ascii",
}


@dataclass(frozen=True, slots=True)
class Undecoded:
    """Values that were neither UTF-8 nor in the declared encoding.

    Attributes
    ----------
    position : int
        Of the first one among the values given.
    raw : bytes
        That value.
    count : int
        How many of the values given.
    encoding : str
        With which they were decoded instead; empty when they could not be, because the user's own
        encoding does not fit.
    """

    position: int
    raw: bytes
    count: int
    encoding: str


def codec_name(encoding: str) -> str:
    """Python's name of a text encoding given by its Python or SAS name.

    Raises
    ------
    ConfigurationError
        When there is no such text encoding.
    """
    name = encoding.strip().lower()
    name = _SAS_NAMES.get(name.replace("_", "-"), name)
    try:
        " ".encode(name)  # refused by codecs that are no text encodings
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        raise ConfigurationError(
            f"unknown encoding {encoding!r}",
            advice="name one that Python or SAS knows: utf-8, cp1252 (wlatin1), latin1, shift_jis, euc-cn, …",
        ) from None


def decode_values(
    values: Sequence[bytes], encoding: str | None = None, declared: str | None = None
) -> tuple[list[str], Undecoded | None]:
    """Decode byte strings.

    Parameters
    ----------
    values : sequence of bytes
        Preferably distinct ones.
    encoding : str or None
        The user's own choice: nothing else is tried.
    declared : str or None
        What the file says; tried for values that are not UTF-8.

    Returns
    -------
    texts : list of str
        One per value. A value that does not fit the user's encoding gets U+FFFD in place of its
        bytes; the caller refuses it with `undecodable`.
    undecoded : Undecoded or None
        The values that did not fit, when there are some.
    """
    if encoding is not None:
        return _decode_strictly(values, codec_name(encoding))
    try:
        return [str(value, "utf-8") for value in values], None
    except UnicodeDecodeError:
        return _decode_by_turns(values, declared and codec_name(declared))


def _decode_strictly(values: Sequence[bytes], encoding: str) -> tuple[list[str], Undecoded | None]:
    try:
        return [str(value, encoding) for value in values], None
    except UnicodeDecodeError:
        wrong = [i for i, value in enumerate(values) if not _fits(value, encoding)]
        texts = [str(value, encoding, "replace") for value in values]
        return texts, Undecoded(wrong[0], bytes(values[wrong[0]]), len(wrong), "")


def _decode_by_turns(values: Sequence[bytes], declared: str | None) -> tuple[list[str], Undecoded | None]:
    texts, wrong = [], []
    for position, value in enumerate(values):
        known = next((name for name in ("utf-8", declared) if name and _fits(value, name)), None)
        if known is None:
            wrong.append(position)
            texts.append(windows_latin_1(value))
        else:
            texts.append(str(value, known))
    if not wrong:
        return texts, None
    return texts, Undecoded(wrong[0], bytes(values[wrong[0]]), len(wrong), "cp1252")


def _fits(value: bytes, encoding: str) -> bool:
    try:
        str(value, encoding)
    except UnicodeDecodeError:
        return False
    return True


def windows_latin_1(value: bytes) -> str:
    """Decode as cp1252; its five unassigned bytes become control characters, as browsers do."""
    try:
        return str(value, "cp1252")
    except UnicodeDecodeError:
        return "".join(
            chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else str(bytes([byte]), "cp1252")
            for byte in value
        )


def undecoded_note(
    undecoded: Undecoded, dataset: str, variable: str = "", record: int | None = None
) -> ReadingNote:
    """What a user is told about values that were read as cp1252; `record` counts from 1."""
    return ReadingNote(dataset, undecoded_words(undecoded), variable, record)


def undecoded_words(undecoded: Undecoded) -> str:
    """The same, without the place."""
    more = undecoded.count - 1
    others = f" (and {more} more value{'' if more == 1 else 's'})" if more else ""
    return f"bytes {shown_bytes(undecoded.raw)} are not UTF-8, read as {undecoded.encoding}{others}"


def undecodable(
    undecoded: Undecoded, encoding: str, where: str, variable: str = "", record: int | None = None
) -> UnreadableInput:
    """The refusal of text that does not fit the encoding the user named.

    Parameters
    ----------
    where : str
        File and dataset.
    record : int or None
        Counted from 1.
    """
    parts = [where, variable, f"record {record}" if record is not None else ""]
    return UnreadableInput(
        f"text is not {encoding}: bytes {shown_bytes(undecoded.raw)}",
        ", ".join(part for part in parts if part),
        "name the right encoding, or leave --encoding out to have UTF-8 and cp1252 tried",
    )


def shown_bytes(raw: bytes) -> str:
    """The bytes around the first that is not ASCII, in hexadecimal: patient texts are not printed."""
    first = next((i for i, byte in enumerate(raw) if byte > 0x7F), 0)
    part = raw[max(0, first - 2) : first + 4]
    return part.hex(" ").upper()
