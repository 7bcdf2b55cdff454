"""What came of an analysis table, in a few lines: what was inferred, left out and counted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...schemas.spelling import counted
from .presentation import plain

if TYPE_CHECKING:
    from ..survival.codebook import Codebook, GateEntry


def render_summary(codebook: Codebook, width: int = 100) -> str:
    """The lines, without a line break at the end.

    Parameters
    ----------
    codebook : Codebook
        Of the table.
    width : int
        Columns a line may take.
    """
    wrap = textwrap.TextWrapper(width, subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join(wrap.fill(plain(line)) for line in _lines(codebook))


def _lines(codebook: Codebook) -> Iterator[str]:
    counts, time, selection = codebook.counts, codebook.time, codebook.selection
    param = f", {codebook.param}" if codebook.param else ""
    yield (
        f"{codebook.dataset} {codebook.paramcd}{param}: {counted(counts.subjects, 'subject')}, "
        f"{counted(counts.events, 'event')}, {counts.censored:,} censored"
    )
    yield f"  duration in {time.unit}: {time.duration}"
    yield f"  AVAL is in {time.aval_unit}, by {time.aval_unit_found_by}"
    if time.aval_formula is not None:
        exceptions = f", but for {counted(time.aval_exceptions, 'record')}" if time.aval_exceptions else ""
        yield f"  {time.aval_formula}{exceptions}"
    for reason in codebook.reasons:
        kind = "event" if reason.event else f"censored, CNSR {reason.cnsr}"
        yield f"  {kind}: {counted(reason.subjects, 'subject')}, {reason.reason or 'no reason given'}"
    for left_out in selection.left_out:
        yield f"  left out: {counted(left_out.records, 'record')}, {left_out.reason}"
    if selection.subjects_without_record:
        yield (
            f"  without a record: {counted(selection.subjects_without_record, 'subject')} of "
            f"{selection.population}"
        )
    if codebook.zero_durations.subjects:
        yield f"  duration 0: {counted(codebook.zero_durations.subjects, 'subject')}"
    yield f"  gate: {_gate(codebook.gate)}"


def _gate(gate: GateEntry) -> str:
    if gate.warnings is None:
        return gate.verdict
    if not gate.warnings:
        return f"{gate.verdict}, no warnings"
    rules = ", ".join(gate.warned or ())
    return f"{gate.verdict}, {counted(gate.warnings, 'warning')} ({rules}): adamgate validate tells them"
