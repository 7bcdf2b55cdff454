"""Events between two assessments: what may be asked of the table. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.kinds import name, text
from .....schemas.options import option
from ..options import OneParameter, TableOptions


@dataclass(frozen=True)
class IntervalOptions(TableOptions, OneParameter):
    """Of a table of interval-censored times."""

    assessments: str = option(name, "Dataset of the assessments, such as ADRS.", metavar="DATASET")
    assessments_where: str | None = option(
        text,
        "Condition that selects assessments without the event: \"PARAMCD == 'OVR' and AVALC != 'PD'\".",
        default=None,
        metavar="EXPR",
    )
    assessments_date: str | None = option(
        name, "Date variable of the assessments.", default=None, otherwise="ADT", metavar="VARIABLE"
    )
    exact: str | None = option(
        text,
        "Condition on the record of an event whose day is known: \"EVNTDESC == 'Death'\".",
        default=None,
        metavar="EXPR",
    )
