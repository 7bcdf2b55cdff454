"""Conditions by names as a command line has them: "Stringent CR: BOR == 'sCR'"."""

from __future__ import annotations

from collections.abc import Sequence

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError


def named_conditions(given: Sequence[str], flag: str) -> dict[str, str]:
    """Conditions by their names, in the order given.

    Raises
    ------
    ConfigurationError
        When a name or a condition is missing or cannot be read, or a name is given twice.
    """
    named: dict[str, str] = {}
    for each in given:
        name, condition = _parted(each, flag)
        if name in named:
            raise ConfigurationError(f"{name!r} is given twice", flag, "use another name")
        named[name] = condition
    return named


def _parted(given: str, flag: str) -> tuple[str, str]:
    """Name and condition: they part at the first colon with a condition after it, for names may have one."""
    parts = given.split(":")
    ways = [
        (":".join(parts[:place]).strip(), ":".join(parts[place:]).strip()) for place in range(1, len(parts))
    ]
    ways = [(name, condition) for name, condition in ways if name and condition]
    if not ways:
        raise ConfigurationError(
            f"{given!r} is not a name with a condition",
            flag,
            "give both, with a colon between them: \"Stringent CR: BOR == 'sCR'\"",
        )
    return next((way for way in ways if _is_condition(way[1])), ways[0])


def _is_condition(text: str) -> bool:
    try:
        compile_expression(text)
    except ConfigurationError:
        return False
    return True
