"""One record per subject: what may be asked of the table. Needs no pandas; `table` makes it."""

from __future__ import annotations

from dataclasses import dataclass

from ..options import OneParameter, TableOptions


@dataclass(frozen=True)
class OneRecordOptions(TableOptions, OneParameter):
    """Of a table with one record per subject."""
