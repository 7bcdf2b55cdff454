"""Dates on which something happened to the subjects of a table, and the times they stand for.

A date is a variable of the records or of ADSL ("RSPDT"), a date of another parameter's record
("DOR:STARTDT"), the event of a parameter ("TTR"), or ADT of the record for which a condition holds
("PFS: EVNTDESC == 'Disease progression'").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ....schemas.conditions.grammar import Expression, compile_expression
from ....schemas.errors import ConfigurationError, Refused
from ....schemas.evidence.parameters import quotable_codes
from ....schemas.study import columns
from ....schemas.study.columns import Days, Mask, Numbers, WrongType
from ....schemas.study.dataset import Dataset
from ....schemas.study.partial_dates import PartialDates
from ....schemas.study.study import Study
from ....schemas.wording import did_you_mean
from ..records import AnalysedRecords, dataset_with, only, with_subject_level
from ..subjects import listed, require_one_record_each, subjects_of
from ..time_scale import TimeScale
from .analysed import Analysed

_DATE_NAME = re.compile(r"DTM?\Z")
_NOISE = 1e-9
"""Times this close, relatively, are one: they come from the same day by different arithmetic."""


@dataclass(frozen=True, slots=True)
class GivenDate:
    """Where a date comes from.

    Attributes
    ----------
    given : str
        As the user wrote it.
    paramcd : str
        The parameter whose record has it; empty where the table's own records or ADSL do.
    variable : str
        "ADT" for the event of a parameter.
    condition : Expression or None
        Which of the parameter's records has it.
    of_events : bool
        Whether only a record that is an event has it.
    """

    given: str
    paramcd: str = ""
    variable: str = "ADT"
    condition: Expression | None = None
    of_events: bool = False

    @property
    def words(self) -> str:
        """ "RSPDT", "STARTDT of DOR", "ADT of TTR, events"."""
        if not self.paramcd:
            return self.variable
        which = f" where {self.condition.text}" if self.condition else ", events" if self.of_events else ""
        return f"{self.variable} of {self.paramcd}{which}"


def entry_source(given: str) -> GivenDate:
    """ "RSPDT", or a parameter and a condition on its records.

    Raises
    ------
    ConfigurationError
        When the condition cannot be read, or the variable or parameter is left out.
    """
    paramcd, colon, condition = (each.strip() for each in given.partition(":"))
    _require_name(paramcd, "entry", given)
    if not colon:
        return GivenDate(given, variable=paramcd)
    return GivenDate(given, paramcd, condition=compile_expression(condition))


def status_source(given: str, records: Dataset, study: Study) -> GivenDate:
    """ "RSPDT", "DOR:STARTDT", or "TTR": a name that is not a variable is a parameter, meaning its event."""
    paramcd, colon, variable = (each.strip() for each in given.partition(":"))
    _require_name(paramcd, "landmark_status", given)
    if colon:
        _require_name(variable, "landmark_status", given)
        return GivenDate(given, paramcd, variable)
    homes = [records, *([study["ADSL"]] if "ADSL" in study else [])]
    if any(given in home for home in homes):
        return GivenDate(given, variable=given)
    codes = [code for each in study if "PARAMCD" in each for code in quotable_codes(each)]
    if given not in codes:
        raise ConfigurationError(
            f"{given} is not present in {' or '.join(each.name for each in homes)}, and is not a parameter",
            "landmark_status",
            did_you_mean(given, dict.fromkeys([*codes, *(name for home in homes for name in home.names)])),
        )
    return GivenDate(given, given, of_events=True)


def _require_name(name: str, option: str, given: str) -> None:
    """A name that is left out, as before a colon, is not another record's."""
    if not name:
        raise ConfigurationError(
            f"a name is missing in {given!r}", option, "give a date variable, or a parameter before the colon"
        )


def variables_needed(source: GivenDate) -> tuple[str, ...]:
    """Variables that the table's own records must have for it."""
    return () if source.paramcd else (source.variable,)


def days_of(source: GivenDate, records: AnalysedRecords, study: Study) -> Days:
    """The date for each record, days since 1970-01-01 of shape (n_records,); NaN where there is none.

    Raises
    ------
    ConfigurationError
        When a parameter or a variable is not present, or is not a date.
    Refused
        When a subject has several records that have the date.
    """
    if not source.paramcd:
        return date_of(records.data, source.variable)
    dataset = dataset_with(study, source.paramcd)
    chosen = dataset.equals("PARAMCD", source.paramcd)
    if source.condition is not None:
        dataset, _ = with_subject_level(dataset, study, source.condition.variables)
        chosen &= source.condition.where(dataset)
    if source.of_events:
        chosen &= _censoring(dataset, source.paramcd) == 0
    having = only(dataset, chosen)
    days = date_of(having, source.variable)
    if not len(having):
        return np.full(len(records.data), np.nan)
    require_one_record_each(having, source.paramcd)
    mine, theirs = records.data.distinct("USUBJID"), having.distinct("USUBJID")
    by_code = np.full(len(theirs), np.nan)
    by_code[theirs.codes] = days
    found: Days = mine.spread(np.append(by_code, np.nan)[mine.positions_in(theirs)], missing=np.nan)
    return found


def _censoring(dataset: Dataset, paramcd: str) -> Numbers:
    try:
        return dataset.numbers("CNSR")
    except WrongType:
        raise Refused(f"CNSR of {paramcd} is not numeric", dataset.name, "correct its type") from None


def date_of(data: Dataset, name: str) -> Days:
    """A date variable as days since 1970-01-01, NaN where missing.

    Raises
    ------
    ConfigurationError
        When it is not present, or not a date.
    """
    if name not in data:
        raise ConfigurationError(
            f"{name} is not present in {data.name}", data.name, did_you_mean(name, data.names)
        )
    if data.is_character(name) or not (columns.is_date(data[name]) or _DATE_NAME.search(name)):
        raise ConfigurationError(
            f"{name} is not a date", f"{data.name}, {name}", "use a numeric date variable, such as TRTSDT"
        )
    return data.days(name)


def written_days(data: Dataset, name: str) -> Days:
    """A date variable, or text as in ISO 8601, as days since 1970-01-01; a partial date is missing.

    Raises
    ------
    ConfigurationError
        When it is not present, or not a date.
    """
    if name in data and data.is_character(name):
        dates = PartialDates.of(data, name)
        if data.filled(name).any() and not (dates.complete | dates.partial).any():
            raise ConfigurationError(
                f"{name} is not a date", f"{data.name}, {name}", "use a date variable, such as ADT or ADTC"
            )
        return np.where(dates.complete, dates.lower, np.nan)
    return date_of(data, name)


def times_of(days: Days, analysed: Analysed) -> Numbers:
    """Times of dates on the time axis of a table: study day d is time d, as AVAL counts.

    Parameters
    ----------
    days : ndarray of float, shape (n_records,)
        Days since 1970-01-01, NaN where missing.
    analysed : Analysed

    Returns
    -------
    ndarray of float, shape (n_records,)
        In the unit of the durations. Negative before STARTDT where AVAL does not count the first day, 0 or
        less where it does; 0 where AVAL does not show it and no date is after STARTDT.

    Raises
    ------
    Refused
        When STARTDT is missing on a record that has a date; when a date is after it, and the data do not
        show whether AVAL counts the first day, or the length of the unit is unknown.
    """
    return times_since(origins_of(analysed, ~np.isnan(days)), days, analysed)


def origins_of(analysed: Analysed, needed: Mask) -> Days:
    """STARTDT of each record, from which dates are counted.

    Raises
    ------
    Refused
        When it is not a date, or missing on a record that needs it.
    """
    data = analysed.data
    if "STARTDT" not in data:
        raise Refused("STARTDT is not present", data.name, "add STARTDT: dates are counted from it")
    if data.is_character("STARTDT"):
        raise Refused("STARTDT is not a date", data.name, "correct its type: dates are counted from it")
    start: Days = data.days("STARTDT")
    unknown = np.isnan(start) & needed
    if unknown.any():
        raise Refused(
            "STARTDT is missing",
            f"{data.name}, {listed(subjects_of(data, unknown))}",
            "correct the data, or exclude these subjects with a condition",
        )
    return start


def times_since(start: Days, days: Days, analysed: Analysed) -> Numbers:
    """Times of dates after origins of their own, each of shape (n,); as `times_of` has them."""
    data, scale = analysed.data, analysed.scale
    if not scale.formulas and not (days > start).any():
        # No AVAL shows how days are counted, and none is: the origin is time 0.
        return np.where(np.isnan(days), np.nan, 0.0)
    times: Numbers = (days - start + first_day(data, scale)) / days_per_unit(data, scale)
    return times


def first_day(data: Dataset, scale: TimeScale) -> int:
    """1 where AVAL counts the first day, else 0.

    Raises
    ------
    Refused
        When the data do not show it.
    """
    offsets = {formula.offset for formula in scale.formulas}
    if len(offsets) != 1:
        raise Refused(
            "the data do not show whether AVAL counts the first day",
            f"{data.name}: AVAL is not derived from ADT and STARTDT on 95% of the records, or either way",
            "correct AVAL, ADT and STARTDT, or exclude the records that differ with a condition",
        )
    return int(offsets.pop())


def days_per_unit(data: Dataset, scale: TimeScale) -> float:
    """Days of one unit of the durations.

    Raises
    ------
    Refused
        When it is not known.
    """
    days = scale.days_per_unit
    if days is None:
        one = str(scale.unit).removesuffix("s")
        raise Refused(
            f"the length of a {one} of AVAL is not known: AVAL is rounded, or in calendar months",
            data.name,
            "request another unit: --unit days (unit=)",
        )
    return days


def not_before(times: Numbers, others: Numbers) -> Mask:
    """Which times are not before others, but for rounding of doubles; False where one is missing."""
    later: Mask = times >= others - _NOISE * np.maximum(1.0, np.abs(others))
    return later
