"""Statements that conformance rules of several families make, and how such rules are declared."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from heapq import nsmallest
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from ..severity import Severity
from ..study.columns import Distinct, Mask
from ..study.dataset import Dataset
from .rule import Citation, Fault, rule

CONFORMANCE = Citation("CDISC ADaM conformance rules")

conformance = partial(rule, severity=Severity.WARNING, citations=(CONFORMANCE,))
"""`rule` for a published conformance rule: it calls for review, it does not prove a wrong result."""

_SHOWN_VALUES = 5
_SHOWN_LENGTH = 20


def absent(data: Dataset, variable: str) -> Iterator[Fault]:
    """A required variable is not present."""
    if variable not in data:
        yield Fault(None, (variable,), f"{variable} is required but not present")


def partner_absent(data: Dataset, variable: str, *partners: str) -> Iterator[Fault]:
    """`variable` is present without all of its partners."""
    lacking = [partner for partner in partners if partner not in data]
    if variable in data and lacking:
        yield Fault(None, (variable, *lacking), f"{variable} is present without {' and '.join(lacking)}")


def partner_missing(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """`variable` has a value on a record where its partner is missing."""
    mask = data.filled(variable) & data.missing(partner)
    yield Fault(mask, (partner, variable), f"{partner} is missing where {variable} has a value")


def several_partners(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """A value of `variable` has several values of `partner`; all its records are marked."""
    values, partners = data.distinct(variable), data.distinct(partner)
    both = (values.codes >= 0) & (partners.codes >= 0)
    width = max(len(partners), 1)
    pairs = pd.unique(values.codes[both] * width + partners.codes[both])
    times = np.bincount(pairs // width, minlength=len(values))
    mask = both & values.spread(times > 1, missing=False)
    yield Fault(mask, (variable, partner), f"one value of {variable} has several values of {partner}")


def not_among(data: Dataset, variable: str, allowed: tuple[Any, ...], *, null: bool) -> Iterator[Fault]:
    """A value is not one of the allowed values; `null` allows a missing one.

    Codes are compared exactly, numbers as numbers.
    """
    values = data.distinct(variable)
    wrong = values.matching(lambda value: value not in allowed)
    mask = wrong if null else wrong | data.missing(variable)
    if not mask.any():
        return
    expected = [*map(str, allowed), *(["null"] if null else [])]
    yield Fault(
        mask,
        (variable,),
        f"{variable} is not {listed(expected, 'or')}",
        values=listed(shown_values(values, wrong), "and"),
    )


def shown_values(values: Distinct, mask: Mask, quotes: str = "") -> list[str]:
    """The first few distinct values under a mask, truncated; patient data, for `Fault.values`."""
    codes = values.codes[mask]
    marked = np.bincount(codes + 1, minlength=len(values) + 1)[1:] > 0
    texts = (f"{quotes}{_text(value)}{quotes}" for value in compress(values, marked))
    present = nsmallest(_SHOWN_VALUES + 1, texts)
    more = ["other values"] if len(present) > _SHOWN_VALUES else []
    return present[:_SHOWN_VALUES] + more


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"


def listed(words: list[str], last: str) -> str:
    """Words as a list in a sentence: "A, B and C"."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
