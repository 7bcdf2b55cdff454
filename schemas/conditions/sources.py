"""The records of declared sources: of a dataset, those that meet a condition, with their dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import ConfigurationError
from ..study.columns import Days, Mask
from ..study.dataset import Dataset
from ..study.declarations import DateSource
from ..study.partial_dates import PartialDates
from ..study.study import Study
from ..wording import did_you_mean
from .grammar import compile_expression


@dataclass(frozen=True, eq=False)
class SourceRecords:
    """What a declared source selects.

    Attributes
    ----------
    dataset : Dataset
    selected : ndarray of bool, shape (n_records,)
        Records that meet the condition.
    day : ndarray of float, shape (n_records,)
        Their dates as days since 1970-01-01; NaN for others, and where a date is missing or partial.
    """

    dataset: Dataset
    selected: Mask
    day: Days

    @property
    def undated(self) -> Mask:
        """Selected records without a complete date."""
        undated: Mask = self.selected & np.isnan(self.day)
        return undated


def records_of(name: str, source: DateSource, study: Study) -> SourceRecords:
    """The records of a declared source.

    Parameters
    ----------
    name : str
        By which it is declared, for errors: "DEATH".
    source : DateSource
    study : Study

    Raises
    ------
    ConfigurationError
        When the dataset or a variable is not present, or the condition is not valid; with the nearest name.
    WrongType
        When the date is a number that is none.
    """
    place = f"[source.{name}]"
    if source.dataset not in study:
        raise ConfigurationError(
            f"dataset {source.dataset} of source {name} is not present",
            f"{place} dataset",
            did_you_mean(source.dataset, study.datasets),
        )
    data = study[source.dataset]
    for variable, key in (("USUBJID", "dataset"), (source.date, "date")):
        if variable not in data:
            raise ConfigurationError(
                f"{variable} of source {name} is not present in {data.name}",
                f"{place} {key}",
                did_you_mean(variable, data.names),
            )
    selected = np.ones(len(data), dtype=np.bool_)
    if source.where:
        selected = compile_expression(source.where, f"{place} where").where(data)
    return SourceRecords(data, selected, np.where(selected, _days(data, source.date), np.nan))


def _days(data: Dataset, variable: str) -> Days:
    """Complete dates; a text is read as ISO 8601."""
    dates = PartialDates.of(data, variable)
    return np.where(dates.complete, dates.lower, np.nan)
