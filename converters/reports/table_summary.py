"""What came of an analysis table, in a few lines: what was inferred, left out and counted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...schemas.wording import counted, plain

if TYPE_CHECKING:
    from ..survival.codebook import (
        ArmEntry,
        Codebook,
        ParameterEntry,
        ReasonEntry,
        StratumEntry,
        TimeEntry,
    )
    from ..survival.gate_entry import GateEntry


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
    selection = codebook.selection
    several = len(codebook.parameters) > 1
    if several or any(each.subjects_without_record for each in codebook.parameters):
        yield f"{codebook.dataset} {codebook.paramcd}: {counted(codebook.subjects, 'subject')}"
    for each in codebook.parameters:
        yield from _parameter(codebook, each)
        if several:
            yield from _not_in(each)
    yield from _missing(codebook)
    for subjects in selection.subjects_left_out:
        yield f"  excluded: {counted(subjects.subjects, 'subject')} in ADSL ({subjects.reason})"
    for left_out in selection.left_out:
        yield f"  excluded: {counted(left_out.records, 'record')} ({left_out.reason})"
    if selection.subjects_without_record:
        of_population = f" of {selection.population}" if selection.population else ""
        yield f"  without a record: {counted(selection.subjects_without_record, 'subject')}{of_population}"
    for applied in codebook.policies:
        yield f"  {applied.policy}: {counted(applied.subjects, 'subject')}"
    for convention in codebook.shape.conventions:
        yield f"  {convention}"
    yield f"  gate: {gate_line(codebook.gate)}"


def _parameter(codebook: Codebook, entry: ParameterEntry) -> Iterator[str]:
    """What was inferred and counted of one parameter."""
    counts, time = entry.counts, entry.time
    yield (
        f"{_title(entry)}: {counted(counts.subjects, 'subject')}, "
        f"{counted(counts.events, 'event')}, {counts.censored:,} censored"
    )
    yield f"  duration in {time.unit}: {time.duration}"
    if time.aval_unit_found_by:
        yield f"  AVAL unit: {time.aval_unit} (from {time.aval_unit_found_by})"
        yield from _how_aval_was_made(time)
    for reason in entry.reasons:
        described = reason.reason or "reason not given"
        yield f"  {_kind(reason, entry)}: {counted(reason.subjects, 'subject')}, {described}"
    for cause in codebook.causes:
        claimed = f"; {cause.censored_by_cnsr:,} with CNSR >= 1" if cause.censored_by_cnsr else ""
        yield f"  status {cause.status}, {cause.cause}: {counted(cause.subjects, 'subject')}{claimed}"
    yield from _arms(codebook, entry.arms)
    yield from _strata(codebook, entry.strata)
    if entry.zero_durations.subjects:
        yield f"  duration 0: {counted(entry.zero_durations.subjects, 'subject')}"


def _is_dated(entry: ParameterEntry) -> bool:
    """Whether durations are between dates: no record has AVAL and CNSR."""
    return not entry.time.aval_unit_found_by


def _title(entry: ParameterEntry) -> str:
    """ "ADTTE OS, Overall Survival"; of events in a dataset "ADAE where TRTEMFL == 'Y'"."""
    if _is_dated(entry):
        return entry.param or entry.paramcd
    return f"{entry.dataset} {entry.paramcd}{f', {entry.param}' if entry.param else ''}"


def _kind(reason: ReasonEntry, entry: ParameterEntry) -> str:
    """ "event", "censored, CNSR 1"."""
    cnsr = f", CNSR {reason.cnsr}" if reason.cnsr and not _is_dated(entry) else ""
    return f"{'event' if reason.event else 'censored'}{cnsr}"


def _not_in(entry: ParameterEntry) -> Iterator[str]:
    """What a table of several parameters does not have of one of them."""
    for left_out in entry.left_out:
        yield f"  excluded: {counted(left_out.records, 'record')} ({left_out.reason})"
    if entry.subjects_without_record:
        yield f"  without a record: {counted(entry.subjects_without_record, 'subject')}"


def _strata(codebook: Codebook, strata: Sequence[StratumEntry]) -> Iterator[str]:
    """How many strata there are; those that a stratified comparison cannot use by name."""
    if not strata:
        return
    names = ", ".join(codebook.stratification)
    yield f"  strata by {names}: {len(strata):,}"
    for each in strata:
        few = [] if each.arms is None or each.arms > 1 else [("no arm", "one arm")[each.arms]]
        faults = few + ["no events"] * (not each.counts.events)
        if faults:
            values = ", ".join(value or "missing" for value in each.values)
            yield f"  stratum {values}: {' and '.join(faults)}, {counted(each.counts.subjects, 'subject')}"


def _arms(codebook: Codebook, arms: Sequence[ArmEntry]) -> Iterator[str]:
    """Counts by arm, the order of the arms and what gives it."""
    order = codebook.arm_order
    if order is None:
        return
    for each in arms:
        name = "missing" if each.arm is None else each.arm
        is_reference = len(order.levels) > 1 and each.arm is not None and each.arm == order.reference
        told = f"{counted(each.counts.subjects, 'subject')}, {counted(each.counts.events, 'event')}"
        yield f"  {codebook.arm} {name}: {told}{' (reference)' if is_reference else ''}"
    if order.reference is not None and len(order.levels) > 1:
        yield f"  order of the arms: from {order.found_by}"
    elif len(order.levels) > 1:
        yield f"  the arms have no order ({order.lacking}): use --reference or --arm-order"


def _missing(codebook: Codebook) -> Iterator[str]:
    """Covariates that some subjects do not have, whom a model excludes."""
    lacking = [each for each in codebook.columns if each.missing and each.source.endswith(f".{each.name}")]
    lacking = [each for each in lacking if each.name != codebook.arm]
    if lacking:
        yield "  missing: " + ", ".join(f"{each.name} {counted(each.missing, 'subject')}" for each in lacking)


def _how_aval_was_made(time: TimeEntry) -> Iterator[str]:
    if time.aval_formula is not None:
        yield f"  {time.aval_formula}"
    if time.aval_exceptions == 1:
        yield "  1 record does not follow the formula; AVAL is kept"
    elif time.aval_exceptions:
        yield f"  {time.aval_exceptions:,} records do not follow the formula; AVAL is kept"
    one, days = time.aval_unit.removesuffix("s"), time.aval_days_per_unit
    if days is None or time.unit == time.aval_unit:
        return
    if time.aval_days_per_unit_found_by == "assumed":
        yield f"  a {one} of AVAL is assumed to be {days:.10g} days (not shown by the data)"
    elif time.aval_formula is None and time.aval_unit in ("months", "years"):
        yield f"  a {one} of AVAL is {days:.10g} days (from {time.aval_days_per_unit_found_by})"


def gate_line(gate: GateEntry) -> str:
    """ "passed with 1 warning (XD001); 2 records waived (TTE007); run adamgate validate for details".

    Checks that lack a dataset come before what loosened the gate.
    """
    if gate.warnings is None:
        return gate.verdict
    found, terms, unchecked = list(_found(gate)), gate.loosened or (), list(_unchecked(gate))
    if not found and not terms:
        return "; ".join([f"{gate.verdict}, no warnings", *unchecked])
    verdict = f"{gate.verdict} with {', '.join(found)}" if found else gate.verdict
    return "; ".join([verdict, *unchecked, *terms, "run adamgate validate for details"])


def _found(gate: GateEntry) -> Iterator[str]:
    if gate.errors:
        yield counted(gate.errors, "error")
    if gate.warnings:
        yield f"{counted(gate.warnings, 'warning')} ({', '.join(gate.warned or ())})"


def _unchecked(gate: GateEntry) -> Iterator[str]:
    """What ``--complete`` would not let pass."""
    if gate.undelivered:
        absent = ", ".join(gate.not_present or ())
        yield f"{counted(gate.undelivered, 'check')} not applicable (not present: {absent})"
