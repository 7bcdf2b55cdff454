"""One record per subject who is at risk from a later day on: what may be asked. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.kinds import text
from .....schemas.options import option
from ..options import OneParameter, TableOptions


@dataclass(frozen=True)
class DelayedEntryOptions(TableOptions, OneParameter):
    """Of a table with delayed entry."""

    entry: str = option(
        text,
        "Entry date: a variable such as RSPDT, or ADT of a parameter: \"PFS: EVNTDESC == 'Progression'\".",
        metavar="SOURCE",
    )
