"""What decides the records of a parameter, with the values of CNSR and their texts."""

from __future__ import annotations

import numpy as np

from ..account import Account
from ..assignments import FromVariable
from ..record import DecidedBy
from .decisions import Decider
from .endpoint_records import EndpointRecords


def note_reasons(parameter: EndpointRecords, account: Account) -> None:
    """Count the records that each source and each stop decides, events first."""
    decisions = parameter.decisions
    counts = np.bincount(decisions.decider[parameter.subject], minlength=len(decisions.deciders))
    found = [
        DecidedBy(
            account.dataset,
            parameter.paramcd,
            each.name,
            0 if each.is_event else _cnsr(each),
            _description(each),
            int(records),
        )
        for each, records in zip(decisions.deciders, counts, strict=True)
    ]
    account.decided += sorted(found, key=lambda each: each.cnsr)


def _cnsr(decider: Decider) -> int:
    value = decider.set.get("CNSR", 1)
    return int(value) if isinstance(value, float | int) else 1


def _description(decider: Decider) -> str:
    """EVNTDESC; the variable that it is taken from, where it is not one text."""
    value = decider.set.get("EVNTDESC", "")
    return f"({value.variable})" if isinstance(value, FromVariable) else str(value)
