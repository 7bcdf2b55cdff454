"""Refusals of raw files that a declaration settles, with that declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...schemas.errors import UnreadableInput


class Undeclared(UnreadableInput):
    """A file that is read when something is declared of it.

    Attributes
    ----------
    settled_by : mapping of option to value
        Options of `RawFile`.
    """

    def __init__(self, what: str, where: str, advice: str, settled_by: Mapping[str, Any]) -> None:
        super().__init__(what, where, advice)
        self.settled_by = settled_by


class SeveralMembers(UnreadableInput):
    """A file with several sheets or datasets, of which none is named.

    Attributes
    ----------
    members : tuple of str
    hidden : tuple of str
        Sheets that are hidden.
    """

    def __init__(
        self, what: str, where: str, advice: str, members: Sequence[str], hidden: Sequence[str] = ()
    ) -> None:
        super().__init__(what, where, advice)
        self.members = tuple(members)
        self.hidden = tuple(hidden)
