"""How a table for one tool is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TableStyle:
    """How a table for one tool is written, where a format leaves a choice.

    Attributes
    ----------
    true, false, missing : str
        In text formats.
    quotes_all_text : bool
        Put every text in quotation marks, so that none is taken for a number or a missing value.
    coded : mapping of str to tuple of str
        Columns of texts that are numbers with value labels in formats that have these: 1 for the first text.
    """

    true: str = "1"
    false: str = "0"
    missing: str = ""
    quotes_all_text: bool = False
    coded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
