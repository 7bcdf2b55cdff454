"""Follow-up cut into intervals: what may be asked of the table. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.kinds import ListOf, amount
from .....schemas.options import option
from ..options import OneParameter, TableOptions


@dataclass(frozen=True)
class PersonTimeOptions(TableOptions, OneParameter):
    """Of a table of person-time by interval."""

    cut: tuple[float, ...] = option(
        ListOf(amount, of="numbers"),
        "Times at which intervals end, in the unit of the table.",
        metavar="T1,T2",
    )
