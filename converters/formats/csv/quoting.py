"""Fields of CSV in quotation marks."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_NEEDS_QUOTES = '[",\r\n]|^\ufeff'
"""A byte order mark in front of the first name would be taken for that of the file."""


def quoted(texts: pa.Array) -> pa.Array:
    """Fields as RFC 4180 has them: in quotation marks only where something in them would mislead."""
    return pc.if_else(pc.match_substring_regex(texts, _NEEDS_QUOTES), in_quotes(texts), texts)


def in_quotes(texts: pa.Array) -> pa.Array:
    """Every field in quotation marks, those within it doubled."""
    doubled = pc.replace_substring(texts, '"', '""')
    mark = pa.scalar('"', texts.type)
    return pc.binary_join_element_wise(mark, doubled, mark, pa.scalar("", texts.type))
