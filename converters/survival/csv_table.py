"""An analysis table as CSV, in the words that a tool has for true, false and missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ...schemas.study import columns
from ..formats.csv.quoting import quoted
from ..values.lines import Block, Tokens, block, lines, number_tokens


@dataclass(frozen=True, slots=True)
class CsvTable:
    """Writes a frame as CSV in UTF-8; doubles in the shortest form that reads back to the same double.

    Attributes
    ----------
    true, false, missing : str
        How the tool writes them.
    quotes_all_text : bool
        Put every text in quotation marks, so that none is taken for a number or a missing value.
    """

    true: str
    false: str
    missing: str
    quotes_all_text: bool = False

    def __call__(self, frame: pd.DataFrame, stream: BinaryIO, _labels: object = None, /) -> None:
        """Write it; CSV has no place for labels, which stand in the codebook."""
        header = self._text(pa.array(map(str, frame.columns), pa.large_string())).to_pylist()
        stream.write((",".join(header) + "\n").encode())
        blocks = [self._block(frame[name]) for name in frame.columns]
        for some in lines(blocks, len(frame), null=self.missing, end="\n"):
            stream.write(some)

    def _block(self, column: pd.Series) -> Block:
        return block(pa.array(column, from_pandas=True), self._tokens(column))

    def _tokens(self, column: pd.Series) -> Tokens:
        if columns.is_date(column):
            return _in_units_of(next(unit for unit in _UNITS if _is_whole(column, unit)))
        if columns.is_character(column):
            return self._text
        if pd.api.types.is_bool_dtype(column.dtype):
            return self._truth
        return number_tokens

    def _text(self, texts: pa.Array) -> pa.Array:
        if not self.quotes_all_text:
            return quoted(texts)
        doubled = pc.replace_substring(texts, '"', '""')
        mark, nothing = pa.scalar('"', texts.type), pa.scalar("", texts.type)
        return pc.binary_join_element_wise(mark, doubled, mark, nothing)

    def _truth(self, events: pa.Array) -> pa.Array:
        return pc.if_else(events, self.true, self.false)


_UNITS = {"D": pa.date32(), "s": pa.timestamp("s"), "us": pa.timestamp("us")}


def is_whole_days(column: pd.Series) -> bool:
    """Whether a column of dates has no time of day."""
    return _is_whole(column, "D")


def _is_whole(column: pd.Series, unit: str) -> bool:
    stamps = column.to_numpy(dtype="datetime64[us]")
    return bool(np.array_equal(stamps.astype(f"datetime64[{unit}]"), stamps, equal_nan=True))


def _in_units_of(unit: str) -> Tokens:
    """2020-01-31, or 2020-01-31 10:00:00 with a fraction where the column has one: as R and pandas read."""
    return lambda stamps: stamps.cast(_UNITS[unit]).cast(pa.large_string())
