"""What came of a table of adverse events, in a few lines: what was counted, excluded, and over whom."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ...schemas.wording import counted, plain
from .table_summary import gate_line

if TYPE_CHECKING:
    from ..survival.summaries.adverse_events.codebook import AdverseEventCodebook
    from ..survival.summaries.adverse_events.written import AdverseEventTable

_MEASURES: Mapping[str, str] = {
    "incidence": "incidence: subjects with an event",
    "worst-grade": "subjects at their highest grade",
    "eair": "exposure-adjusted incidence rate: subjects with an event / time to the first event or the end",
    "eaer": "exposure-adjusted event rate: events / observed time",
    "time-to-first": "time to the first event in days, a record for each subject and term",
}


def render_adverse_events(table: AdverseEventTable, width: int = 100) -> str:
    """The lines, without a line break at the end.

    Parameters
    ----------
    table : AdverseEventTable
    width : int
        Columns a line may take.
    """
    wrap = textwrap.TextWrapper(width, subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join(wrap.fill(plain(line)) for line in _lines(table.codebook))


def _lines(codebook: AdverseEventCodebook) -> Iterator[str]:
    selection, at_risk, rates = codebook.selection, codebook.at_risk, codebook.rates
    yield (
        f"{codebook.subject}: {counted(codebook.subjects, 'subject')}, {counted(codebook.events, 'event')}, "
        f"{counted(codebook.terms, 'term')}"
    )
    yield f"  {_MEASURES[codebook.measure]}{f' ({codebook.grade})' if codebook.grade else ''}"
    if at_risk is not None:
        until = f"{at_risk.start} to {at_risk.end}, both days counted"
        yield f"  time at risk: {until}; event on {at_risk.event_date}"
        if at_risk.competing is not None:
            yield f"  death ({at_risk.competing}) is a competing event"
    if rates is not None:
        yield (
            f"  rates per {rates.per:.15g} person-years of {rates.days_per_year} days; "
            f"{rates.conf_level:.0%} limits ({rates.interval})"
        )
    if codebook.period is not None:
        yield f"  periods of {codebook.period}: {', '.join(codebook.denominators)}"
    yield from _arms(codebook)
    for subjects in selection.subjects_left_out:
        yield f"  excluded: {counted(subjects.subjects, 'subject')} ({subjects.reason})"
    for records in selection.left_out:
        yield f"  excluded: {counted(records.records, 'record')} ({records.reason})"
    yield f"  gate: {gate_line(codebook.gate)}"


def _arms(codebook: AdverseEventCodebook) -> Iterator[str]:
    order = codebook.arm_order
    for each in codebook.arms:
        name = each.arm if codebook.arm is None else f"{codebook.arm} {each.arm}"
        told = f"{counted(each.with_event, 'subject')} with an event, {counted(each.events, 'event')}"
        yield f"  {name}: {each.subjects:,} in the denominator, {told}"
    if order is None or len(order.levels) < 2:
        return
    if order.found_by is not None:
        yield f"  order of the arms: from {order.found_by}"
    else:
        yield f"  the arms have no order ({order.lacking}): use --arm-order"
