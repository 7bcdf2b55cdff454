"""The origin of each subject: a variable of ADSL, or the first date of a source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....schemas.evidence.partial_dates import analysed
from ....schemas.study.columns import Codes, Days
from ....schemas.study.dataset import Dataset
from ..adsl_dates import days_in_adsl
from ..dated_records import DatedRecords
from ..deciding import first_of
from ..imputation import flag_of
from ..sources import Sources
from .options import DerivedEndpoint


@dataclass(frozen=True, eq=False)
class Origins:
    """Origins of the subjects of ADSL.

    Attributes
    ----------
    dataset : Dataset
        That has them: ADSL, or that of the source.
    domain, variable : str
        SRCDOM and SRCVAR of a record that is dated by its origin.
    record : ndarray of int, shape (n_subjects,)
        Position in the dataset; -1 where there is none.
    day, earliest, latest : ndarray of float, shape (n_subjects,)
        Days since 1970-01-01; NaN where there is none.
    lacks : ndarray of int8, shape (n_subjects,)
        The largest `DatePart` that was imputed.
    """

    dataset: Dataset
    domain: str
    variable: str
    record: Codes
    day: Days
    earliest: Days
    latest: Days
    lacks: NDArray[np.int8]

    def at(self, bound: str) -> Days:
        """Days at an extreme: "day" as derived, "earliest", "latest"."""
        days: Days = getattr(self, bound)
        return days


def origins_in_adsl(paramcd: str, endpoint: DerivedEndpoint, sources: Sources) -> Origins | None:
    """The variable of ADSL that is the origin; None where it is not present or no date, which is noted."""
    adsl, variable = sources.adsl, endpoint.origin
    advice = f"declare a source with the date {variable} and its imputation, and name it by origin_source"
    day = days_in_adsl(variable, f"[endpoint.{paramcd}] origin", advice, sources)
    if day is None:
        return None
    if adsl.is_character(variable):
        complete = np.zeros(len(adsl), dtype=np.int8)
        return Origins(adsl, "ADSL", variable, np.arange(len(adsl)), day, day, day, complete)
    spans = analysed(adsl, variable, flag_of(variable), "")
    return Origins(adsl, "ADSL", variable, np.arange(len(adsl)), day, spans.first, spans.last, spans.lacks)


def first_dates(records: DatedRecords, last: Days) -> Origins:
    """The first date of a source for each subject, up to the last day that counts."""
    late = records.day > last[records.subject]
    records = records.among(~late) if late.any() else records
    first = first_of(records, len(last))

    def of_each(values: Days) -> Days:
        return np.append(values, np.nan)[first.chosen]

    return Origins(
        records.dataset,
        records.source.dataset,
        records.source.date,
        np.append(records.record, -1)[first.chosen],
        first.day,
        of_each(records.earliest),
        of_each(records.latest),
        np.append(records.lacks, np.int8(0))[first.chosen],
    )
