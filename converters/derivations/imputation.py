"""The dates of a source's records: imputed as declared, with the extremes that a partial date allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...schemas.evidence.partial_dates import analysed
from ...schemas.study.columns import Days, Mask
from ...schemas.study.dataset import Dataset
from .account import Account
from .declared_sources import DerivationSource


@dataclass(frozen=True, eq=False)
class SourceDates:
    """Dates of the records of a dataset, in days since 1970-01-01.

    Attributes
    ----------
    day, earliest, latest : ndarray of float, shape (n_records,)
        NaN where there is no date, or it is not imputed.
    lacks : ndarray of int8, shape (n_records,)
        The largest `DatePart` that was imputed.
    """

    day: Days
    earliest: Days
    latest: Days
    lacks: NDArray[np.int8]


def source_dates(
    name: str, source: DerivationSource, data: Dataset, selected: Mask, account: Account
) -> SourceDates:
    """Dates of the selected records; what cannot be used is a problem or a counted effect."""
    if data.is_character(source.date):
        raise NotImplementedError
    day = np.where(selected, data.days(source.date), np.nan)
    spans = analysed(data, source.date, flag_of(source.date), "")
    account.effect(
        f"source.{name}: date",
        source.date,
        "records without a date are not candidates",
        data,
        selected & np.isnan(day),
        unit="record",
    )
    return SourceDates(day, spans.first, spans.last, spans.lacks)


def flag_of(date: str) -> str:
    """The imputation flag of a date or datetime: ADTF of ADT, ASTDTF of ASTDTM."""
    return f"{date.removesuffix('M') if date.endswith('DTM') else date}F"
