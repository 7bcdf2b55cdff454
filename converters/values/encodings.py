"""Bytes to text: UTF-8, else the encoding that the file declares, else Windows Latin 1 (cp1252).

A user's own `--encoding` overrides all three. Values are decoded one by one, so that one stray byte
does not change how all others are read. A value that was cut in the middle of its last character keeps
the others, with U+FFFD for the rest.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...schemas.errors import ConfigurationError, UnreadableInput
from ...schemas.study.variable import ReadingNote
from .sas_encodings import CODECS

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""How text that names its own encoding begins, and Python's codec for it; longer marks come first."""

CUT = "\N{REPLACEMENT CHARACTER}"
"""In place of a character of which only a part is there."""

_OF_UTF_8 = re.compile(rb"[\xC2-\xF4][\x80-\xBF]")
"""What every text of UTF-8 holds that is more than ASCII."""

_NO_CHARACTERS = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7"))
"""Codecs of Python that write text as other text: no data are in them, and bytes fail in other ways."""

_CUT_SHORT = frozenset(("unexpected end of data", "incomplete multibyte sequence"))
"""How Python's codecs call a part of a character at the end."""


@dataclass(frozen=True, slots=True)
class Undecoded:
    """Values that were neither UTF-8 nor in the declared encoding, or else those that were cut.

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
    declared : str
        What the file says; empty when it says nothing else than UTF-8.
    cut : bool
        Whether they are in their encoding, but for a part of a character at their end.
    """

    position: int
    raw: bytes
    count: int
    encoding: str
    declared: str = ""
    cut: bool = False


def codec_name(encoding: str) -> str:
    """Python's name of a text encoding given by its Python or SAS name.

    Raises
    ------
    ConfigurationError
        When there is no such text encoding.
    """
    name = encoding.strip().lower()
    for known in (name, CODECS.get(name.replace("_", "-"), "")):
        try:
            " ".encode(known)  # refused by codecs that are no text encodings
            found = codecs.lookup(known).name
            if found.replace("-", "_") not in _NO_CHARACTERS:
                return found
        except (LookupError, ValueError):
            continue
    raise ConfigurationError(
        f"unknown encoding {encoding!r}",
        advice="use a Python or SAS name: utf-8, cp1252 (wlatin1), latin1, shift_jis, euc-cn, …",
    )


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
        bytes; the caller refuses it with `undecodable`. So does the part of a character at the end of a
        value that holds another character of several bytes.
    undecoded : Undecoded or None
        The values that did not fit, else those that were cut, when there are some.
    """
    if encoding is not None:
        decoded = decode_in_turn(values, [codec_name(encoding)], spare=False)
    else:
        decoded = decode_in_turn(values, ["utf-8", *([codec_name(declared)] if declared else [])])
    return decoded.texts, decoded.undecoded(values)


@dataclass(frozen=True, slots=True)
class DecodedTexts:
    """Byte strings decoded, each with the first encoding that fits it.

    Attributes
    ----------
    texts : list of str
    order : sequence of str
        What was tried, as Python knows it.
    spare : str
        Encoding of the values that none fitted; empty where they keep U+FFFD.
    by : list of str
        The encoding of each value; empty where none fitted.
    cut : list of int
        Positions of values whose last character is there in part.
    """

    texts: list[str]
    order: Sequence[str]
    spare: str
    by: list[str]
    cut: list[int]

    def undecoded(self, values: Sequence[bytes]) -> Undecoded | None:
        """What to tell about the values."""
        declared = next((name for name in self.order if self.spare and name != "utf-8"), "")
        wrong = [position for position, name in enumerate(self.by) if not name]
        if wrong:
            return Undecoded(wrong[0], bytes(values[wrong[0]]), len(wrong), self.spare, declared)
        if self.cut:
            first = self.cut[0]
            return Undecoded(first, bytes(values[first]), len(self.cut), self.by[first], declared, cut=True)
        return None


def decode_in_turn(values: Sequence[bytes], order: Sequence[str], *, spare: bool = True) -> DecodedTexts:
    """Decode each value with the first encoding that fits it, else with cp1252.

    Parameters
    ----------
    values : sequence of bytes
        Preferably distinct ones.
    order : sequence of str
        Encodings as Python knows them.
    spare : bool
        Whether cp1252 may be taken.
    """
    try:
        return DecodedTexts(
            [str(value, order[0]) for value in values], order, "", [order[0]] * len(values), []
        )
    except UnicodeDecodeError:
        pass
    if len(order) > 1 and order[0] == "utf-8" and not any(map(_OF_UTF_8.search, values)):
        return decode_in_turn(values, order[1:], spare=spare)  # at once, without asking each value again
    texts: list[str] = []
    by: list[str] = []
    cut: list[int] = []
    for position, value in enumerate(values):
        text, name, is_cut = _first_fitting(value, order)
        if text is None:
            text = windows_latin_1(value) if spare else str(value, order[0], "replace")
        if is_cut:
            cut.append(position)
        texts.append(text)
        by.append(name)
    return DecodedTexts(texts, order, "cp1252" if spare else "", by, cut)


def _first_fitting(value: bytes, order: Sequence[str]) -> tuple[str | None, str, bool]:
    """Text, encoding, and whether the last character was cut."""
    parts: list[tuple[str, str]] = []
    for name in order:
        text, whole = _text_in(value, name)
        if text is None:
            continue
        if whole or name == "utf-8" == order[0]:  # nothing else looks like UTF-8, not even a part of it
            return text, name, not whole
        parts.append((text, name))
    return (*parts[0], True) if parts else (None, "", False)


def _text_in(value: bytes, encoding: str) -> tuple[str | None, bool]:
    """The text of bytes in an encoding, and whether it is whole; None where the bytes do not fit.

    A part of a character at the end, as SAS leaves it at the length of a variable, becomes U+FFFD. A whole
    one of several bytes must be before it: a single byte after ASCII may be of any encoding.
    """
    try:
        return str(value, encoding), True
    except UnicodeDecodeError as error:
        if error.reason not in _CUT_SHORT:
            return None, False
        text = str(value[: error.start], encoding)
        return (None if text.isascii() else text + CUT), False


def fits(value: bytes, encoding: str) -> bool:
    """Whether bytes are text in an encoding, but for a part of a character at their end."""
    return _text_in(value, encoding)[0] is not None


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
    if undecoded.cut:
        end = undecoded.raw[-4:].hex(" ").upper()
        return f"the last character is incomplete (text cut off): … {end}{others}"
    expected = f"neither UTF-8 nor {undecoded.declared}" if undecoded.declared else "not UTF-8"
    return f"bytes {shown_bytes(undecoded.raw)} are {expected}, read as {undecoded.encoding}{others}"


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
        "give the correct encoding, or omit --encoding to try UTF-8 and cp1252",
    )


def shown_bytes(raw: bytes) -> str:
    """The bytes around the first that is not ASCII, in hexadecimal: patient texts are not printed."""
    first = next((i for i, byte in enumerate(raw) if byte > 0x7F), 0)
    part = raw[max(0, first - 2) : first + 4]
    return part.hex(" ").upper()
