"""Ids of rules: adamgate's own, and those of custom rules."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import ConfigurationError
from ..wording import one_line

OWN_LETTERS = ("AD", "AE", "CT", "DF", "SL", "TTE", "WV", "XD")
"""The letters that ids of adamgate's own rules begin with."""

_ID = re.compile(r"([A-Z]{2,12})\d{1,6}")


def prefixes(rule_ids: Iterable[str]) -> tuple[str, ...]:
    """The letters that ids begin with, each once."""
    return tuple(sorted({form[1] for rule_id in rule_ids if (form := _ID.fullmatch(rule_id))}))


def is_adamgates(rule_id: str) -> bool:
    """Whether an id is one that only adamgate's own rules have."""
    form = _ID.fullmatch(rule_id)
    return form is not None and form[1] in OWN_LETTERS


def require_own_id(rule_id: str, place: str) -> None:
    """Reject an id of another form, and one that starts as adamgate's own do.

    Those may be used for a rule of a later version.
    """
    form = _ID.fullmatch(rule_id)
    if form is None:
        raise ConfigurationError(
            f"'{one_line(rule_id)}' is not a rule id", place, "use capital letters and digits: ACME001"
        )
    if is_adamgates(rule_id):
        raise ConfigurationError(
            f"ids starting with {form[1]} are reserved for adamgate: {rule_id}",
            place,
            "start with other letters: ACME001",
        )
