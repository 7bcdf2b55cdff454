"""Text of a .sav file, of which every byte is a character until it is decoded here.

pyreadstat decodes text, too, but leaves out a part of a character at the end without a word.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....schemas.errors import ConfigurationError, UnreadableInput
from ....schemas.study.variable import ReadingNote
from ...values.encodings import codec_name, decode_in_turn, undecodable, undecoded_note
from ...values.text_column import TextColumn
from .file_contents import BYTES


class SavText:
    """Decodes the text of one file, and gathers what a user must know about it.

    Parameters
    ----------
    declared : str
        The encoding that the file declares.
    chosen : str or None
        The user's own choice.
    where, dataset : str

    Raises
    ------
    UnreadableInput
        When the file declares an encoding that is not known, and the user has chosen none.
    """

    def __init__(self, declared: str, chosen: str | None, where: str, dataset: str) -> None:
        self.encoding = _known(chosen or declared, where)
        self._chosen = chosen is not None
        self._order = [self.encoding] if self._chosen else list(dict.fromkeys([self.encoding, "utf-8"]))
        self._where, self._dataset = where, dataset
        self.notes: list[ReadingNote] = []

    def word(self, text: str, variable: str = "") -> str:
        """A name, a label or a value that has one."""
        column = TextColumn(pa.array([text], pa.large_string()), None)
        return str(self.column(column, variable, in_records=False).values[0].as_py())

    def column(self, column: TextColumn, variable: str, *, in_records: bool = True) -> TextColumn:
        """The values of a variable."""
        beyond = pc.invert(pc.fill_null(pc.string_is_ascii(column.values), True))
        waiting = np.flatnonzero(beyond.to_numpy(zero_copy_only=False))
        if not len(waiting):
            return column
        raw = [text.encode(BYTES) for text in column.values.filter(beyond).to_pylist()]
        decoded = decode_in_turn(raw, self._order, spare=not self._chosen)
        undecoded = decoded.undecoded(raw)
        if undecoded is not None:
            first = np.zeros(len(column.values), np.bool_)
            first[waiting[undecoded.position]] = True
            record = column.first_record(first) if in_records else None
            if not undecoded.encoding:
                raise undecodable(undecoded, self.encoding, self._where, variable, record)
            self.notes.append(undecoded_note(undecoded, self._dataset, variable, record))
        return column.with_values(_replaced(column.values, beyond, decoded.texts))


def _known(encoding: str, where: str) -> str:
    try:
        return codec_name(encoding)
    except ConfigurationError:
        raise UnreadableInput(
            f"the SPSS file declares an unknown encoding: {encoding or 'none'}",
            where,
            "give it with --encoding NAME",
        ) from None


def _replaced(values: pa.Array, which: pa.Array, texts: Sequence[str]) -> pa.Array:
    return pc.replace_with_mask(values, which, pa.array(texts, values.type))
