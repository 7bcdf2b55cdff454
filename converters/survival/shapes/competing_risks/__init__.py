"""One record per subject with competing risks: what may be asked of the table. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.kinds import Choice, ListOf, text
from .....schemas.options import option
from ..options import OneParameter, TableOptions

EVENT, CENSOR = "event", "censor"
"""What a competing event after the own censoring is."""


@dataclass(frozen=True)
class CompetingRisksOptions(TableOptions, OneParameter):
    """Of a table with competing risks: `cause`, or `competing`."""

    cause: tuple[str, ...] = option(
        ListOf(text, of="texts"),
        "Cause of an event and the condition of its records, one option for each cause: "
        "\"death: EVNTDESC == 'Death'\".",
        default=(),
        metavar="NAME:EXPR",
    )
    competing: str | None = option(
        text,
        "Parameter whose events compete, such as OS, with a condition on its records if needed: "
        "\"OS: ANL01FL == 'Y'\".",
        default=None,
        metavar="PARAMCD",
    )
    competing_after_censoring: str | None = option(
        Choice((EVENT, CENSOR)),
        "What a subject with a competing event after the own censoring is.",
        default=None,
        otherwise="no table is written",
    )
