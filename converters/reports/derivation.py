"""What a derivation did, as text: records by what decided them, then what each policy did."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from textwrap import wrap

from ...schemas.wording import counted, one_line, plain
from ..derivations.record import (
    AbsentValue,
    DecidedBy,
    DerivationRecord,
    ImputationRange,
    ImputedDuration,
    MadeFrom,
    PolicyEffect,
)
from .aligned import aligned
from .presentation import Detail

_WIDTH = 100
_NO_BREAK = "\N{NO-BREAK SPACE}"
_VALUE = 40
"""Characters of a declared value, such as a condition, that are shown."""
_VALUES = 8
"""Values that are named for each policy."""
_NAMED = frozenset({"column", "file"})
"""Units of effects that name what they are about."""
_SUBJECTS = 10
"""Subjects that are named for each policy."""


def render_verdict(record: DerivationRecord) -> str:
    """ "DERIVED  ADTTE: 512 records"."""
    sizes = (f"{plain(name)}: {counted(size, 'record')}" for name, size in record.records.items())
    return f"DERIVED  {', '.join(sizes)}\n"


def render_text(record: DerivationRecord, detail: Detail = Detail.SUMMARY, *, show_keys: bool = True) -> str:
    """The record as text.

    Parameters
    ----------
    record : DerivationRecord
    detail : Detail
        `EVERYTHING` names subjects.
    show_keys : bool
        Whether subjects may be named at all.
    """
    if detail is Detail.VERDICT:
        return render_verdict(record)
    named = show_keys and detail is Detail.EVERYTHING
    lines = (line for name in record.records for line in _of_dataset(name, record, named))
    return render_verdict(record) + "".join(f"{line.rstrip()}\n" for line in lines)


def _of_dataset(name: str, record: DerivationRecord, named: bool) -> Iterator[str]:
    own = record.of_dataset(name)
    yield ""
    yield f"{plain(name)}: {counted(record.records[name], 'record')}"
    if own.made_from:
        yield from wrapped(f"from {'; '.join(map(_source, own.made_from))}", 2)
    yield from _effects([each for each in own.effects if not each.parameter], named, 2)
    for each in own.absent:
        yield from wrapped(_absent(each), 2)
    for parameter in own.parameters:
        yield from _of_parameter(parameter, own, named)


def _absent(each: AbsentValue) -> str:
    """ "note: no record of LB has VISIT == 'WEEK 99' ([measurement.HGB] where); did you mean 'WEEK 9'?"."""
    near = f"; did you mean '{plain(each.nearest)}'?" if each.nearest else ""
    asked = f"{plain(each.variable)} == '{one_line(each.value, _VALUE)}'"
    return f"note: no record of {plain(each.source)} has {asked} ({plain(each.where)}){near}"


def _source(each: MadeFrom) -> str:
    """ "RS: 22 of 66 records used"."""
    used = "all" if each.used == each.records > 1 else f"{each.used:,} of"
    return f"{plain(each.source)}: {used} {counted(each.records, 'record')} used"


def _of_parameter(parameter: str, own: DerivationRecord, named: bool) -> Iterator[str]:
    decided = [each for each in own.decided if each.parameter == parameter]
    events = sum(each.records for each in decided if each.cnsr == 0)
    (dataset,) = own.records
    records = own.records_of(dataset, parameter)
    yield ""
    split = f", {counted(events, 'event')}, {records - events:,} censored" if decided else ""
    yield f"  {plain(parameter)}: {counted(records, 'record')}{split}"
    if decided:
        heading = ("Source", "CNSR", "Records", "EVNTDESC")
        yield from aligned([heading, *map(_decided, decided)], indent=4, right={1, 2})
    yield from _effects([each for each in own.effects if each.parameter == parameter], named, 4)
    for each in own.ranges:
        if each.parameter == parameter:
            yield from _range(each, named)


def _decided(each: DecidedBy) -> tuple[str, ...]:
    return plain(each.source), str(each.cnsr), f"{each.records:,}", plain(each.description)


def _effects(effects: Sequence[PolicyEffect], named: bool, indent: int) -> Iterator[str]:
    """Policies that did something, with their counts; then those that had nothing to do."""
    felt = [each for each in effects if each.count]
    if felt:
        rows = [(_policy(each), counted(each.count, each.unit), _effect(each)) for each in felt]
        for line, each in zip(aligned(rows, indent=indent), felt, strict=True):
            names_much = each.unit in _NAMED or each.values
            yield from _unbroken(line.strip(), indent) if names_much else [line]
            if named and each.subjects:
                yield from wrapped(listed(each.subjects), indent + 2)
    said = set(map(_policy, felt))
    idle = dict.fromkeys(each for each in map(_policy, effects) if each not in said)
    if idle:
        whole = (each.replace(" ", _NO_BREAK) for each in idle)
        yield from _unbroken(f"without effect: {'; '.join(whole)}", indent)


def _effect(each: PolicyEffect) -> str:
    """In words, with the values that it had an effect on, the most frequent first."""
    met = sorted((one for one in each.values if one.count), key=lambda one: -one.count)
    if not met:
        return plain(each.effect)
    shown = (f"{_value(one.value)} -> {_value(one.became)} ({one.count:,})" for one in met[:_VALUES])
    more = f" and {len(met) - _VALUES:,} more" if len(met) > _VALUES else ""
    whole = (one.replace(" ", _NO_BREAK) for one in shown)
    return f"{plain(each.effect)}: {', '.join(whole)}{more}"


def _value(value: str | None) -> str:
    return "missing" if value is None else one_line(value, _VALUE)


def _policy(each: PolicyEffect) -> str:
    return f"{plain(each.policy)} = {one_line(each.value, _VALUE)}"


def _range(each: ImputationRange, named: bool) -> Iterator[str]:
    medians = [number(value) for value in (each.median, each.lowest_median, each.highest_median)]
    yield (
        f"    AVAL rests on an imputed date: {counted(len(each.durations), 'subject')}; median "
        f"{medians[0]} ({medians[1]} to {medians[2]})"
    )
    if named:
        yield from wrapped(listed([_span(one) for one in each.durations]), 6)


def _span(one: ImputedDuration) -> str:
    """How far a duration may lie from the derived one; not the duration itself."""
    if math.isinf(one.lowest) and math.isinf(one.highest):
        return f"{one.subject} (any duration)"
    return f"{one.subject} ({one.lowest - one.aval:+.6g} to {one.highest - one.aval:+.6g})"


def number(value: float) -> str:
    """A median."""
    return "not reached" if math.isnan(value) else f"{value:.6g}"


def listed(subjects: Sequence[str]) -> str:
    """The first subjects, and how many others there are."""
    more = f" and {len(subjects) - _SUBJECTS:,} more" if len(subjects) > _SUBJECTS else ""
    return ", ".join(map(plain, subjects[:_SUBJECTS])) + more


def _unbroken(text: str, indent: int) -> Iterator[str]:
    """Lines of a text, broken at no blank that is not to be broken."""
    return (line.replace(_NO_BREAK, " ") for line in wrapped(text, indent))


def wrapped(text: str, indent: int) -> list[str]:
    """Lines of a text that may be long."""
    space = " " * indent
    return wrap(
        text,
        _WIDTH,
        initial_indent=space,
        subsequent_indent=f"{space}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
