"""Rules whose findings are known otherwise than in earlier reports although the data are the same.

In reports up to version 1.2 some weighed less, or were about another population; findings about waivers were
known by a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..evidence.populations import POPULATIONS
from ..severity import Severity

_ANY_WEIGHT = frozenset({"AE023", "XD004", "XD015"})
"""Rules whose findings then weighed less than they may today: a lost site, a lost arm, lost subjects,
an event after death."""

_OF_POPULATION = re.compile(r"([1-9]\d*) (?!further$|withheld$)(\S+)")
"""Cause of XD004: how many subjects of which population have no record."""
_MANY = 100
"""From so many lost subjects on only the same number is known: each number is a fingerprint of its own."""


_OF_WAIVERS = frozenset({"WV001", "WV002"})
_WAIVER = re.compile(r"waiver (\d+)(?:, record (\d+))? (.*)", re.DOTALL)
"""Cause of a finding about a waiver while it began with a word; since then "2.1 TTE006 ADTTE J. Doe"."""


def weight_since(rule_id: str, severity: Severity) -> Severity:
    """How much a finding of then may weigh today without being new."""
    return Severity.ERROR if rule_id in _ANY_WEIGHT else severity


def cause_since(rule_id: str, cause: str) -> str:
    """Cause today of a finding in a report of any version."""
    found = _WAIVER.fullmatch(cause) if rule_id in _OF_WAIVERS else None
    return f"{'.'.join(filter(None, found.groups()[:2]))} {found[3]}" if found else cause


def identities_since(rule_id: str, earlier: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Parameter and cause that a finding of then may have today, those that it had then first.

    Subjects of an arm without any record were lost subjects for XD004, and counted when it chose the
    population. Since they are not, the population may be another one, and the lost subjects fewer.
    """
    known = tuple((parameter, cause_since(rule_id, cause)) for parameter, cause in earlier)
    if rule_id != "XD004":
        return known
    since = ((parameter, cause) for parameter, then in known for cause in _lost_subjects(then))
    return tuple(dict.fromkeys((*known, *since)))


def _lost_subjects(cause: str) -> Iterator[str]:
    lost = _OF_POPULATION.fullmatch(cause)
    if lost is None:
        return
    numbers = range(int(lost[1]), 0, -1) if len(lost[1]) <= 9 and int(lost[1]) < _MANY else (lost[1],)
    for number in numbers:
        yield from (f"{number} {population}" for population in (lost[2], *POPULATIONS, "ADSL"))
