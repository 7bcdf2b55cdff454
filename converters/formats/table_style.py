"""How a table for one tool is written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableStyle:
    """How a table for one tool is written, where a format leaves a choice.

    Attributes
    ----------
    true, false, missing : str
        In text formats.
    quotes_all_text : bool
        Put every text in quotation marks, so that none is taken for a number or a missing value.
    """

    true: str = "1"
    false: str = "0"
    missing: str = ""
    quotes_all_text: bool = False
