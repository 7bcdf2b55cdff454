"""In which version of adamgate a rule came, and in which it last changed: the table is `rule_versions`.

A test keeps the table: it knows a hash of what decides the findings of each rule, and a rule that differs
from it must have changed in the present version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ..errors import ConfigurationError
from ..wording import one_line
from .rule_versions import TABLE

_RELEASE = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}")


@dataclass(frozen=True, slots=True)
class RuleHistory:
    """The versions of one rule.

    Attributes
    ----------
    since : str
        Version that the rule came in; empty for a custom rule.
    changed : str
        Version in which what it finds, its severity or its messages last changed.
    logic : str
        Hash of what it has been since then.
    """

    since: str = ""
    changed: str = ""
    logic: str = ""


UNKNOWN = RuleHistory()
"""Of custom rules, whose versions are not ours."""


@cache
def histories(table: str = TABLE) -> Mapping[str, RuleHistory]:
    """Every rule there has been, by id."""
    rows = (line.split() for line in table.splitlines() if line)
    return MappingProxyType({rule_id: RuleHistory(*versions) for rule_id, *versions in rows})


def after(version: str, release: str) -> bool:
    """Whether a version came after a release: "0.1.1" after "0.1", not "0.1.0".

    Raises
    ------
    ConfigurationError
        If the release is not numbers with dots.
    """
    if not _RELEASE.fullmatch(release):
        raise ConfigurationError(
            f"{one_line(release)!r} is not a version of adamgate", "--since", "use a number such as 0.1"
        )
    return _numbers(version) > _numbers(release)


def _numbers(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in re.findall(r"\d+", version)]
    return (*parts, *(0 for _ in range(4 - len(parts))))
