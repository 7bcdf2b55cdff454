"""The first records of a finding in one line of words."""

from __future__ import annotations

from typing import Any

from ...schemas.gate.finding import Finding
from ...schemas.wording import plain

EXAMPLES = 3


def examples_of(finding: Finding, *, everything: bool = False) -> str:
    """ " by USUBJID, PARAMCD: 01-001, OS (record 3, ae.csv line 14); … 11 more"; with `everything`, all."""
    shown = finding.examples if everything else finding.examples[:EXAMPLES]
    if not shown:
        return ""
    named = [{**each.keys, **each.values} for each in shown]
    names = list(dict.fromkeys(name for values in named for name in values))
    said = []
    for each, values in zip(shown, named, strict=True):
        identity = ", ".join(str(_value(values.get(name))) for name in names)
        said.append(plain(f"{identity} ({each.place})" if names else each.place))
    rest = finding.records - len(shown)
    by = f" by {plain(', '.join(names))}" if names else ""
    return f"{by}: {'; '.join(said)}" + (f"; … {rest:,} more" if rest else "")


def _value(value: Any) -> Any:
    return "missing" if value is None or value == "" else value
