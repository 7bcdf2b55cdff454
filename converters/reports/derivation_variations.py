"""What other ways to derive a parameter come to, as text and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from ...schemas.wording import counted, plain
from ..derivations.variations import MOVES, Estimate, MovedSubject, VariedEndpoint
from .aligned import aligned
from .derivation import listed, number, wrapped


def render_text(
    variations: Sequence[VariedEndpoint], *, named: bool = False, show_values: bool = False
) -> str:
    """Of each variation the estimates, and who moves; `named`: with subjects."""
    parts = ("\n".join(_lines(each, named, show_values)) for each in variations)
    return "\n\n".join(parts) + "\n"


def render_verdict(variations: Sequence[VariedEndpoint]) -> str:
    """A line for each variation: "VARIED  EMA: PFS: 3 subjects move"."""
    return "".join(
        f"VARIED  {plain(each.name)}: {plain(each.parameter)}: {_moving(len(each.moved))}\n"
        for each in variations
    )


def _moving(subjects: int) -> str:
    return (
        "no subject moves" if not subjects else f"{counted(subjects, 'subject')} move{'s' * (subjects == 1)}"
    )


def _lines(each: VariedEndpoint, named: bool, show_values: bool) -> Iterator[str]:
    place = f"{plain(each.name)}: {plain(each.parameter)} of {plain(each.dataset)}"
    yield f"VARIED  {place}: {_moving(len(each.moved))}"
    for key, (declared, varied) in each.changes.items():
        yield f"  {key} = {_value(varied)} (declared: {_value(declared)})"
    rows = [("", "Records", "Events", "Median")]
    rows += [
        (plain(name), f"{one.records:,}", f"{one.events:,}", number(one.median))
        for name, one in (("declared", each.declared), (each.name, each.varied))
    ]
    yield from (line.rstrip() for line in aligned(rows, indent=2, right={1, 2, 3}))
    for how in MOVES:
        found = each.by_move(how)
        if not found:
            continue
        yield f"  {how}: {counted(len(found), 'subject')}{_span(found)}"
        if named:
            yield from wrapped(listed([_subject(one, show_values) for one in found]), 4)


def _span(found: Sequence[MovedSubject]) -> str:
    """How far AVAL moves; nothing where it does not, or where there is only one of both."""
    apart = [one.varied_aval - one.aval for one in found]
    known = [each for each in apart if not math.isnan(each)]
    if not any(known):
        return ""
    least, most = min(known), max(known)
    return f", AVAL {least:+.6g}" + ("" if least == most else f" to {most:+.6g}")


def _subject(one: MovedSubject, show_values: bool) -> str:
    if show_values:
        return f"{one.subject} (AVAL {number_or_missing(one.aval)} to {number_or_missing(one.varied_aval)})"
    apart = one.varied_aval - one.aval
    return one.subject if math.isnan(apart) or not apart else f"{one.subject} ({apart:+.6g})"


def number_or_missing(value: float) -> str:
    """AVAL, or that it is missing."""
    return "missing" if math.isnan(value) else f"{value:.6g}"


def _value(value: Any) -> str:
    """A value of a key, as a file has it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return f'"{plain(value)}"' if isinstance(value, str) else plain(value)


def variations_document(
    variations: Sequence[VariedEndpoint], *, show_keys: bool, show_values: bool
) -> list[dict[str, Any]]:
    """The key ``variations`` of ``derivation.schema.json``."""
    return [
        {
            "name": each.name,
            "dataset": each.dataset,
            "parameter": each.parameter,
            "changes": [
                {"key": key, "declared": _plain(declared), "varied": _plain(varied)}
                for key, (declared, varied) in each.changes.items()
            ],
            "declared": _estimate(each.declared),
            "varied": _estimate(each.varied),
            "moved": [_move(how, each.by_move(how), show_keys, show_values) for how in MOVES],
        }
        for each in variations
    ]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _estimate(each: Estimate) -> dict[str, Any]:
    return {"records": each.records, "events": each.events, "median": _finite(each.median)}


def _move(how: str, found: Sequence[MovedSubject], keys: bool, values: bool) -> dict[str, Any]:
    subjects = [
        {
            "subject": one.subject,
            "cnsr": _finite(one.cnsr),
            "varied_cnsr": _finite(one.varied_cnsr),
            "change": _finite(one.varied_aval - one.aval),
            "aval": _finite(one.aval) if values else None,
            "varied_aval": _finite(one.varied_aval) if values else None,
        }
        for one in found
    ]
    return {"how": how, "count": len(found), "subjects": subjects if keys else None}


def _finite(value: float) -> float | None:
    """What is missing, or not reached, is null."""
    return None if math.isnan(value) else value
