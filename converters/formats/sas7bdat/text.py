"""Text of a SAS file, of which every byte is a character until it is decoded.

How bytes become text is decided once for a file, because a short text of one encoding may by chance be
another text in UTF-8: the two bytes of the Chinese character for "female" in GBK are "Ů" in UTF-8. So a file
is read as UTF-8 against what it declares where all its text outside ASCII is UTF-8, and that text either
does not fit the declared encoding or holds four different characters at least. In Western encodings one is
enough: bytes that are UTF-8 are there a capital with a sign behind it, which nobody writes; so each value is
judged by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput
from ....schemas.study.variable import ReadingNote
from ...values.encodings import Undecoded, codec_name, decode_in_turn, fits, undecodable, undecoded_note
from ...values.sas_encodings import Encoding
from ...values.text_column import TextColumn
from .header import BYTES

_WESTERN = frozenset(
    """
    ascii cp1252 cp1254 cp437 cp850 cp858 cp860 cp863 cp865 iso8859-1 iso8859-9 iso8859-14 iso8859-15
    mac-iceland mac-roman
    """.split()
)
_ENOUGH = 4
"""Different characters that no chance makes UTF-8: of six Chinese characters in GBK one is UTF-8."""

_ASCII_BYTES = bytes(range(128))
_IN_WORDS = "in a name or label, "

_PLAIN = re.compile(rb"[\t\n\r\x20-\x7E]*")
"""The same text in every encoding of PC, Macintosh and UNIX."""


class BytesColumn:
    """A column of text whose characters are bytes.

    Attributes
    ----------
    column : TextColumn
    """

    def __init__(self, column: TextColumn) -> None:
        self.column = column
        ascii_only = pc.fill_null(pc.string_is_ascii(column.values), True)
        self._beyond_ascii: NDArray[np.bool_] = ~ascii_only.to_numpy(zero_copy_only=False)
        self._present: NDArray[np.bool_] = column.values.is_valid().to_numpy(zero_copy_only=False)

    def waiting(self, plain: bool) -> NDArray[np.bool_]:
        """Which values need to be decoded, shape (n_values,): where ASCII is `plain`, not those of ASCII."""
        return self._beyond_ascii if plain else self._present

    def raw(self, plain: bool) -> list[bytes]:
        """The values that need to be decoded."""
        waiting = self.waiting(plain)
        if not waiting.any():
            return []
        return [text.encode(BYTES) for text in self.column.values.filter(pa.array(waiting)).to_pylist()]

    def with_texts(self, texts: list[str], plain: bool) -> TextColumn:
        """The column with texts in place of the values that needed them."""
        mask = pa.array(self.waiting(plain))
        return self.column.with_values(
            pc.replace_with_mask(self.column.values, mask, pa.array(texts, pa.large_string()))
        )

    def record(self, position: int, plain: bool) -> int | None:
        """Number, from 1, of the first record with one of the values that needed to be decoded."""
        first = np.zeros(len(self.column.values), dtype=np.bool_)
        first[np.flatnonzero(self.waiting(plain))[position]] = True
        return self.column.first_record(first)


class SasText:
    """Decodes the text of one file, and gathers what a user must know about it.

    Parameters
    ----------
    declared : Encoding or None
        What the file says.
    chosen : str or None
        The user's own choice, as Python knows it.
    what, where : str
        What kind of file it is and which, in messages.
    """

    def __init__(self, declared: Encoding | None, chosen: str | None, what: str, where: str) -> None:
        self.declared = declared
        self.chosen = chosen
        self.what = what
        self.where = where
        self.codec = codec_name(declared.codec) if declared and declared.codec else None
        self._plain = self._ascii_is_ascii()
        self._order = self._turns(declared_first=False)
        self._either = False
        self._undecoded: dict[tuple[str, bool], tuple[Undecoded, int | None]] = {}
        self._against: list[tuple[str, int | None]] = []

    @property
    def usual(self) -> str:
        """The encoding to be named for the whole file."""
        return self.chosen or self.codec or "utf-8"

    def settle(self, words: Iterable[str | None], columns: Iterable[BytesColumn] = ()) -> None:
        """Decide by all text of the file how it is decoded.

        Parameters
        ----------
        words : iterable of str or None
            Names, labels and formats.
        columns : iterable of BytesColumn
            Gone through more than once.

        Raises
        ------
        UnreadableInput
            When some of it is in an encoding that is not known.
        """
        if self.chosen is not None or self.declared is None:
            return
        single = {word.encode(BYTES) for word in words if word}
        if self._plain:
            single = {word for word in single if not word.isascii()}

        def texts() -> Iterator[bytes]:
            yield from single
            for column in columns:
                yield from column.raw(self._plain)

        if self.codec is None:
            self._refuse_unknown(texts())
        elif self.codec != "utf-8" and self.codec not in _WESTERN:
            declared_first, self._either = _which(texts, self.codec)
            self._order = self._turns(declared_first)

    def word(self, text: str | None) -> str:
        """A name, a label or a format."""
        return self._decode([text.encode(BYTES)], "", lambda _: None)[0] if text else ""

    def column(self, column: BytesColumn, variable: str) -> TextColumn:
        """The values of a variable."""
        raw = column.raw(self._plain)
        if not raw:
            return column.column
        texts = self._decode(raw, variable, lambda position: column.record(position, self._plain))
        return column.with_texts(texts, self._plain)

    def notes(self, dataset: str) -> Iterator[ReadingNote]:
        """What a user must know: text that is not what the file declares, may be another, or is damaged."""
        if self._either:
            message = (
                f"the file declares {self.declared}, but its text could also be UTF-8 "
                f"(too little to decide). Read as {self.codec}; use --encoding utf-8 for the other"
            )
            yield ReadingNote(dataset, message)
        if self._against:
            variable, record = self._against[0]
            more = len({name for name, _ in self._against} - {variable})
            others = f" (and in {more} more variable{'' if more == 1 else 's'})" if more else ""
            message = f"text is UTF-8 although the file declares {self.declared}; read as UTF-8{others}"
            yield ReadingNote(dataset, message if variable else _IN_WORDS + message, variable, record)
        for (variable, _), (undecoded, record) in self._undecoded.items():
            note = undecoded_note(undecoded, dataset, variable, record)
            yield note if variable else ReadingNote(dataset, _IN_WORDS + note.message)

    def _decode(self, raw: list[bytes], variable: str, record_of: Callable[[int], int | None]) -> list[str]:
        decoded = decode_in_turn(raw, self._order, spare=self.chosen is None)
        undecoded = decoded.undecoded(raw)
        if undecoded is not None:
            record = record_of(undecoded.position)
            if not undecoded.encoding:
                raise undecodable(undecoded, self.usual, self.where, variable, record)
            self._keep(undecoded, variable, record)
        if self.chosen is None and self.codec not in (None, "utf-8"):
            against = (at for at, name in enumerate(decoded.by) if name == "utf-8" and not raw[at].isascii())
            if (first := next(against, None)) is not None:
                self._against.append((variable, record_of(first)))
        return decoded.texts

    def _keep(self, undecoded: Undecoded, variable: str, record: int | None) -> None:
        """Names and labels come one by one and are told in one."""
        place = (variable, undecoded.cut)
        earlier = None if variable else self._undecoded.get(place)
        if earlier is None:
            self._undecoded[place] = (undecoded, record)
        else:
            first = earlier[0]
            self._undecoded[place] = (replace(first, count=first.count + undecoded.count), None)

    def _turns(self, declared_first: bool) -> list[str]:
        """Encodings in the order in which they are tried."""
        if self.chosen is not None:
            return [self.chosen]
        order = ["utf-8"]
        if self.codec not in (None, "utf-8"):
            order.insert(0 if declared_first else 1, str(self.codec))
        return order

    def _refuse_unknown(self, texts: Iterable[bytes]) -> None:
        if not all(_PLAIN.fullmatch(text) for text in texts):
            raise UnreadableInput(
                f"{self.what} declares an unknown encoding: {self.declared}",
                self.where,
                "give it with --encoding NAME, or save the dataset as UTF-8 in SAS (ENCODING='utf-8')",
            )

    def _ascii_is_ascii(self) -> bool:
        """Whether bytes of ASCII are text of ASCII, so that they need no decoding."""
        codec = self.chosen or self.codec
        if codec is None:
            return self.declared is None
        try:
            same = str(_ASCII_BYTES, codec) == _ASCII_BYTES.decode("ascii")
        except UnicodeDecodeError:
            return False
        return same and not codec.startswith("iso2022")  # which are bytes of ASCII throughout


def _which(texts: Callable[[], Iterable[bytes]], declared: str) -> tuple[bool, bool]:
    """Whether the declared encoding comes before UTF-8, and whether that is a guess."""
    if declared.startswith("iso2022") or not all(fits(text, "utf-8") for text in texts()):
        return True, False
    letters = {letter for text in texts() for letter in str(text, "utf-8", "ignore") if letter > "\x7f"}
    if len(letters) >= _ENOUGH or not all(fits(text, declared) for text in texts()):
        return False, False
    return True, bool(letters)
