"""The dates of a source's records: imputed as declared, with the extremes that a partial date allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ...schemas.evidence.partial_dates import analysed
from ...schemas.study import columns
from ...schemas.study.columns import Days, Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.imputation import FLAG_VALUES
from ...schemas.study.partial_dates import PartialDates
from ...schemas.wording import counted
from .account import Account
from .clock_times import note_zones
from .declared_sources import DerivationSource

_DEFAULT_PART = "day"


@dataclass(frozen=True, eq=False)
class SourceDates:
    """Dates of the records of a dataset, in days since 1970-01-01.

    Attributes
    ----------
    day, earliest, latest : ndarray of float, shape (n_records,)
        NaN where there is no date, or it is not imputed.
    lacks : ndarray of int8, shape (n_records,)
        The largest part that was imputed: a position among the imputation flags of ADaM, 0 for none.
    """

    day: Days
    earliest: Days
    latest: Days
    lacks: NDArray[np.int8]


def source_dates(
    name: str,
    source: DerivationSource,
    data: Dataset,
    selected: Mask,
    account: Account,
    *,
    undated: bool = False,
) -> SourceDates:
    """Dates of the selected records; what cannot be used is a problem, or a counted effect.

    Records without a date are not noted if they have a place: `undated`.
    """
    if data.is_character(source.date):
        dates, partial = _of_text(name, source, data, selected, account, undated=undated)
    else:
        _judge_numbers(name, source, data, account)
        dates, partial = _of_dates(data, source)
    if not undated:
        without = selected & np.isnan(dates.day) & ~partial
        effect = "records without a date are not candidates"
        account.effect(f"source.{name}: date", source.date, effect, data, without, unit="record")
    return dates


def _judge_numbers(name: str, source: DerivationSource, data: Dataset, account: Account) -> None:
    """Refuse numbers that neither a format nor the name says are dates: AESEQ 1 is not 1960-01-02."""
    is_named = source.date.endswith("DT")
    if not is_named and not columns.is_date(data[source.date]) and data.filled(source.date).any():
        what = f"{source.date} of {data.name} is a number without a date format"
        account.problem(what, f"[source.{name}] date", "name a date, such as AESTDTC or ADT")


def _of_dates(data: Dataset, source: DerivationSource) -> tuple[SourceDates, Mask]:
    """Dates of a numeric variable; what was imputed is known by its flag."""
    day, none = data.days(source.date), np.zeros(len(data), dtype=np.bool_)
    flag = flag_of(source.date)
    if flag not in data or not data.filled(flag).any():
        return SourceDates(day, day, day, np.zeros(len(data), dtype=np.int8)), none
    spans = analysed(data, source.date, flag, "")
    return SourceDates(day, spans.first, spans.last, spans.lacks), none


def _of_text(
    name: str,
    source: DerivationSource,
    data: Dataset,
    selected: Mask,
    account: Account,
    *,
    undated: bool,
) -> tuple[SourceDates, Mask]:
    """Dates of a character variable; a partial one needs an imputation."""
    dates = PartialDates.of(data, source.date, source.date_forms)
    note_zones(account, f"source.{name}: date", source.date, data, among=selected)
    unreadable, partial = selected & dates.unreadable, selected & dates.partial
    place = f"[source.{name}]"
    if unreadable.any():
        number = counted(int(unreadable.sum()), "record")
        what = f"{source.date} of {data.name} is not a date in {number}"
        advice = 'correct the data, or declare date_forms, such as ["DD-MMM-YYYY"]'
        account.problem(what, f"{place} date", advice, data, unreadable)
    if source.impute in ("", "none"):
        if partial.any() and not source.impute:
            number = counted(int(partial.sum()), "record")
            what = f"{source.date} of {data.name} is a partial date in {number}"
            account.problem(what, f"{place} impute", 'declare impute = "first", or "none"', data, partial)
        day = np.where(dates.complete, dates.lower, np.nan)
        found = SourceDates(day, day, day, np.zeros(len(data), dtype=np.int8))
    else:
        up_to = cast("Any", source.impute_up_to or _DEFAULT_PART)
        imputed = dates.imputed(cast("Any", source.impute), up_to=up_to)
        extremes = (dates.lower, dates.upper) if dates.partial.any() else (imputed.days, imputed.days)
        found = SourceDates(imputed.days, *extremes, imputed.level)
        effect = f"partial dates imputed, up to the {up_to}"
        account.effect(
            f"source.{name}: impute",
            source.impute,
            effect,
            data,
            selected & imputed.imputed,
            unit="record",
        )
    unused = partial & np.isnan(found.day)
    if source.impute and not undated:
        effect = "partial dates not imputed: not candidates"
        account.effect(f"source.{name}: impute", source.impute, effect, data, unused, unit="record")
    return found, unused


def flag_of(date: str) -> str:
    """The imputation flag of a date or datetime: ADTF of ADT, ASTDTF of ASTDTM."""
    return f"{date.removesuffix('M') if date.endswith('DTM') else date}F"


def flags(lacks: NDArray[np.int8]) -> NDArray[np.object_] | None:
    """Imputation flags of records; None where nothing was imputed."""
    if not lacks.any():
        return None
    found: NDArray[np.object_] = np.array([None, *FLAG_VALUES[1:]], dtype=object)[lacks]
    return found
