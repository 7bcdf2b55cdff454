"""Treatment emergence of adverse events, and the phase of treatment in which they started."""

from __future__ import annotations

import numpy as np

from ....schemas.study.columns import Days, Mask
from ....schemas.study.truth import Truth
from ....schemas.wording import counted
from ..column_values import yes
from ..severities import severity_ranks
from .event_dates import EventDate
from .event_table import EventTable


def add_emergence(table: EventTable, start: EventDate, end: EventDate | None) -> None:
    """Derive TRTEMFL; what each policy does is counted."""
    options, declared = table.options, table.task.specification.adverse_events
    first = table.subject_days(options.treatment_start, "treatment_start")
    last = table.subject_days(options.treatment_end, "treatment_end") if _has_end(table) else None
    if first is None or (last is None and declared.window_days is not None):
        return
    treated = ~np.isnan(first)
    limit = _limit(last, declared.window_days, len(table))
    window = "none" if declared.window_days is None else str(declared.window_days)
    late = treated & (start.day > limit)
    table.effect("adverse_events.window_days", window, "started after it: not treatment-emergent", late)
    if last is not None and declared.window_days is not None:
        going_on = treated & np.isnan(last) & (start.day >= first)
        table.effect("treatment_end", options.treatment_end, "treatment goes on: no window", going_on)
    during = _during(table, start, first, limit, treated)
    emergent = during.true & treated
    unstarted = treated & during.unknown
    emergent |= unstarted & _without_start(table, start, end, first, unstarted)
    emergent |= _worsened(table, start, end, first, treated & ~emergent)
    table.effect("treatment_start", options.treatment_start, "not treated: not treatment-emergent", ~treated)
    other = "" if options.not_emergent == "missing" else options.not_emergent
    table.effect("not_emergent", options.not_emergent, "TRTEMFL of these is not Y", ~emergent)
    table.add("TRTEMFL", yes(emergent, other))
    if options.phase_flags:
        _add_phases(table, start.day, first, last)


def _has_end(table: EventTable) -> bool:
    declared = table.task.specification.adverse_events
    return declared.window_days is not None or table.options.phase_flags


def _limit(last: Days | None, window: int | None, n_records: int) -> Days:
    """The last day on which an event is treatment-emergent; infinite where there is none."""
    if last is None or window is None:
        return np.full(n_records, np.inf)
    return np.where(np.isnan(last), np.inf, last + window)


def _during(table: EventTable, start: EventDate, first: Days, limit: Days, treated: Mask) -> Truth:
    """Whether events started in the time in which they are treatment-emergent; unknown without a start."""
    policy = table.options.partial_start
    by_collected = (start.dates >= first) & (start.dates <= limit)
    undecided = treated & start.dates.partial & by_collected.unknown
    by_day = Truth.known_at(~np.isnan(start.day) & treated, (start.day >= first) & (start.day <= limit))
    effect = {
        "imputed": "partial starts on either side, judged by the imputed date if any",
        "possible": "partial starts on either side: treatment-emergent",
        "certain": "partial starts on either side: not treatment-emergent",
    }[policy]
    table.effect("partial_start", policy, effect, undecided)
    if policy == "imputed":
        return by_day
    partial, holds = start.dates.partial & treated, ~by_collected.false
    judged = holds if policy == "possible" else by_collected.true
    return Truth(np.where(partial, judged, by_day.true), np.where(partial, ~judged, by_day.false))


def _without_start(
    table: EventTable, start: EventDate, end: EventDate | None, first: Days, unstarted: Mask
) -> Mask:
    """Events without a start that count as treatment-emergent."""
    policy = table.options.missing_start
    before = start.dates.upper < first
    if end is not None:
        before |= end.dates.upper < first
    if policy == "error":
        number = counted(int(unstarted.sum()), "record")
        advice = 'declare missing_start = "not_emergent", or "emergent"'
        table.refuse(f"{number} without a start to judge TRTEMFL by", "missing_start", advice, unstarted)
    elif policy == "not_emergent":
        effect = "without a start: not treatment-emergent"
        table.effect("missing_start", policy, effect, unstarted)
        return np.zeros(len(table), dtype=np.bool_)
    else:
        effect = "without a start, not ended before treatment: treatment-emergent"
        table.effect("missing_start", policy, effect, unstarted & ~before)
        effect = "without a start, but before treatment: not treatment-emergent"
        table.effect("missing_start", policy, effect, unstarted & before)
    return ~before


def _worsened(table: EventTable, start: EventDate, end: EventDate | None, first: Days, others: Mask) -> Mask:
    """Events that started before treatment, did not end before it, and became worse than at baseline."""
    nothing = np.zeros(len(table), dtype=np.bool_)
    options = table.options
    if not table.task.specification.adverse_events.worsening:
        return nothing
    place = f"{table.place} baseline_severity"
    both = table.part({options.baseline_severity: place, options.severity: f"{table.place} severity"})
    if both is None:
        return nothing
    account = table.task.account
    now, before = (
        severity_ranks(both, name, options.severities, account, place)
        for name in (options.severity, options.baseline_severity)
    )
    asked = others & (start.day < first)
    if end is not None:
        asked &= ~(end.day < first)
    unknown = asked & (np.isnan(now) | np.isnan(before))
    worse = asked & (now > before)
    table.effect("adverse_events.worsening", "true", "worsened on treatment: treatment-emergent", worse)
    policy = options.missing_severity
    if policy == "error":
        number = counted(int(unknown.sum()), "record")
        advice = 'declare missing_severity = "not_emergent", or "emergent"'
        table.refuse(
            f"a severity is missing in {number} that may have worsened", "missing_severity", advice, unknown
        )
        return worse
    effect = f"a severity is missing: {policy.replace('_', ' ')}".replace("emergent", "treatment-emergent")
    table.effect("missing_severity", policy, effect, unknown)
    return worse | unknown if policy == "emergent" else worse


def _add_phases(table: EventTable, day: Days, first: Days, last: Days | None) -> None:
    """Derive PREFL, ONTRTFL and FUPFL by the analysis start date."""
    options, window = table.options, table.task.specification.adverse_events.window_days
    if last is None:
        return
    more = window if options.on_treatment_days is None else options.on_treatment_days
    limit = np.where(np.isnan(last), np.inf, last + (more or 0))
    table.add("PREFL", yes(day < first))
    table.add("ONTRTFL", yes((day >= first) & (day <= limit)))
    table.add("FUPFL", yes((day >= first) & (day > limit)))
    undated = np.isnan(day) | np.isnan(first)
    table.effect("phase_flags", "true", "no phase: a date is missing", undated)
