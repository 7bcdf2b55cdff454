"""Causes of events by conditions on the parameter's records: each event has exactly one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .....schemas.conditions.grammar import Expression, compile_expression
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.study.columns import Codes, Mask
from .....schemas.study.dataset import Dataset
from .....schemas.wording import counted
from ...codebook import CauseEntry, naming_nobody
from ...records import AnalysedRecords
from ...subjects import listed, subjects_of

CENSORED = "censored"
"""What the cause is where there is no event."""
_NOT_OF_A_NAME = re.compile(r"[\"'=<>()]")
_EXPECTED = "write a name, a colon and a condition: \"death: EVNTDESC == 'Death'\""
_TEXTS = 5
"""Texts that a refusal lists."""


@dataclass(frozen=True, slots=True)
class DeclaredCause:
    """A cause, and which records have it."""

    name: str
    condition: Expression


def causes_of(given: Sequence[str]) -> tuple[DeclaredCause, ...]:
    """Causes as the user declared them: "death: EVNTDESC == 'Death'".

    Raises
    ------
    ConfigurationError
        When a name or a condition is missing or cannot be read, or a name is given twice.
    """
    causes = tuple(map(_cause, given))
    first: dict[str, str] = {CENSORED: CENSORED}
    for each in causes:
        if each.name.casefold() in first:
            other = first[each.name.casefold()]
            what = (
                "is what the table calls records without an event" if other == CENSORED else "is given twice"
            )
            raise ConfigurationError(f"the cause {each.name} {what}", "cause", "use another name")
        first[each.name.casefold()] = each.name
    return causes


def _cause(given: str) -> DeclaredCause:
    name, colon, condition = (each.strip() for each in given.partition(":"))
    if not (colon and name and condition) or _NOT_OF_A_NAME.search(name) or not name.isprintable():
        raise ConfigurationError(f"{given!r} is not a cause with a condition", "cause", _EXPECTED)
    return DeclaredCause(name, compile_expression(condition))


def status_by_cause(causes: Sequence[DeclaredCause], records: AnalysedRecords) -> Codes:
    """The number of the cause of each record, 0 where it is censored.

    Raises
    ------
    Refused
        When an event has no cause, or a record several.
    """
    data = records.data
    holds = np.vstack([each.condition.where(data) for each in causes])
    number, is_event = holds.sum(axis=0), data.numbers("CNSR") == 0
    faults = {
        "an event without a cause": is_event & (number == 0),
        "several causes": number > 1,
    }
    found = [(what, having) for what, having in faults.items() if having.any()]
    if found:
        raise Refused(
            f"each event of {records.paramcd} must have exactly one cause: "
            + "; ".join(
                f"{what} in {counted(int(np.count_nonzero(having)), 'record')}" for what, having in found
            ),
            f"{data.name}, " + "; ".join(_who(data, what, having) for what, having in found),
            "declare a cause for each, or change the conditions so that one cause is true",
        )
    status: Codes = np.where(number == 1, holds.argmax(axis=0) + 1, 0)
    return status


def _who(data: Dataset, what: str, having: Mask) -> str:
    texts = ", ".join(_texts(data, having))
    return f"{what}: {listed(subjects_of(data, having))}{f' ({texts})' if texts else ''}"


def _texts(data: Dataset, having: Mask) -> Iterator[str]:
    """What the records say of their events: "EVNTDESC 'Relapse' 3 times", most frequent first."""
    name = next((each for each in ("EVNTDESC", "CNSDTDSC") if each in data), None)
    if name is None:
        return
    described = data.distinct(name)
    codes = described.codes[having]
    counts = np.bincount(codes[codes >= 0], minlength=len(described))
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    for place in order[:_TEXTS].tolist():
        yield f"{name} {naming_nobody(data, str(described.values[place]))!r}: {counts[place]:,}"
    if len(order) > _TEXTS:
        yield f"{len(order) - _TEXTS:,} further texts"
    if (codes < 0).any():
        yield f"{name} missing: {np.count_nonzero(codes < 0):,}"


def cause_entries(causes: Sequence[DeclaredCause], status: Codes, data: Dataset) -> Iterator[CauseEntry]:
    """The subjects of each cause, for the codebook."""
    is_event = data.numbers("CNSR") == 0
    for number, each in enumerate(causes, 1):
        truth, having = each.condition.truth(data), status == number
        unknown = ~truth.true & ~truth.false & (status == 0)
        yield CauseEntry(
            number,
            each.name,
            each.condition.text,
            int(np.count_nonzero(having)),
            int(np.count_nonzero(having & ~is_event)),
            int(np.count_nonzero(unknown)),
        )
