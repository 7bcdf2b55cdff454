"""Ids of rules: which are adamgate's own, and which a user may give."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import ConfigurationError
from ..wording import one_line

OWN_LETTERS = ("AD", "AE", "CT", "SL", "TTE", "WV", "XD")
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
    """Refuse an id of another form, and one that begins as adamgate's own do.

    Those may be given to a rule of a later version.
    """
    form = _ID.fullmatch(rule_id)
    if form is None:
        raise ConfigurationError(
            f"'{one_line(rule_id)}' is no id of a rule", place, "give letters in capitals and digits: ACME001"
        )
    if is_adamgates(rule_id):
        raise ConfigurationError(
            f"ids that begin with {form[1]} are adamgate's own: {rule_id}",
            place,
            "begin with letters of your own: ACME001",
        )
