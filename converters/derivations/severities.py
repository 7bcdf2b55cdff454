"""Severities and grades in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...schemas.study.columns import Numbers
from ...schemas.study.dataset import Dataset
from ...schemas.wording import counted
from .account import Account


def severity_ranks(
    data: Dataset, variable: str, severities: Sequence[str], account: Account, place: str
) -> Numbers:
    """How severe each record is: a number that is greater for what is worse, NaN where missing.

    Numbers, and texts of numbers (grades), are taken as they are; other texts by their place among
    `severities`. Others are a problem noted.
    """
    if not data.is_character(variable):
        return data.numbers(variable)
    distinct = data.distinct(variable)
    values = [str(each).strip() for each in distinct]
    if values and all(each.isascii() and each.isdigit() for each in values):
        ranks = [float(each) for each in values]
    else:
        order = {each: float(place) for place, each in enumerate(severities)}
        ranks = [order.get(each, np.nan) for each in values]
    found = distinct.spread(np.array(ranks, dtype=np.float64), missing=np.nan)
    unknown = data.filled(variable) & np.isnan(found)
    if unknown.any():
        number = counted(int(unknown.sum()), "record")
        what = f"{variable} is not one of {', '.join(severities)} in {number}"
        account.problem(what, place, "correct the data, or declare severities")
    return found
