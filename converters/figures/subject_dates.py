"""Dates of subjects: one for each record of ADSL, from whichever dataset has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...schemas.evidence.parameters import with_role
from ...schemas.evidence.subjects import adsl_record
from ...schemas.standards.structure import Structure
from ...schemas.study.columns import Mask, Numbers
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study


@dataclass(frozen=True, eq=False)
class SubjectDates:
    """A date of each subject.

    Attributes
    ----------
    day : ndarray of float, shape (n_subjects,)
        Days since 1970-01-01 in the order of ADSL; NaN where there is none.
    source : str
        Where it comes from, or why it is not known.
    present : bool
        Whether anything has it.
    """

    day: Numbers
    source: str
    present: bool = True

    @classmethod
    def absent(cls, adsl: Dataset, reason: str) -> SubjectDates:
        """A date that nothing has."""
        return cls(np.full(len(adsl), np.nan), reason, present=False)

    @property
    def known(self) -> Mask:
        found: Mask = ~np.isnan(self.day)
        return found


def adsl_date(adsl: Dataset, *names: str) -> SubjectDates:
    """The first of some variables that is a date of ADSL."""
    for name in names:
        if is_date(adsl, name):
            own = adsl.variable(name).name
            return SubjectDates(adsl.days(own), f"{own} in ADSL")
    return SubjectDates.absent(adsl, f"ADSL has no {' or '.join(names)}")


def is_date(data: Dataset, name: str) -> bool:
    """Whether a variable is present and has dates."""
    return name in data and not data.is_character(name)


def earliest(data: Dataset, chosen: Mask, date: str, adsl: Dataset) -> Numbers:
    """The first date of each subject among some records; NaN where there is none."""
    record, day = adsl_record(data, adsl), data.days(date)
    usable = chosen & (record >= 0) & ~np.isnan(day)
    found = np.full(len(adsl), np.inf)
    np.minimum.at(found, record[usable], day[usable])
    return np.where(np.isinf(found), np.nan, found)


@dataclass(frozen=True, eq=False)
class RoleRecords:
    """The records of an endpoint: at most one for each subject.

    Attributes
    ----------
    data : Dataset
    paramcd : str
    chosen : ndarray of bool, shape (n_records,)
    """

    data: Dataset
    paramcd: str
    chosen: Mask

    @property
    def events(self) -> Mask:
        found: Mask = self.chosen & self.data.equals("CNSR", 0)
        return found


def endpoint_records(study: Study, role: str) -> RoleRecords | str:
    """The records of the parameter that is "OS", "PFS", "DOR"; or why there are none to be used."""
    found = [(data, name) for data in _time_to_event(study) for name in _names(data, role)]
    named = [each for each in found if each[1].upper() == role] or found
    if not named:
        return f"no time-to-event parameter is {role}"
    if len(named) > 1:
        return f"several parameters are {role}"
    data, name = named[0]
    chosen = data.equals("PARAMCD", name) & data.filled("USUBJID")
    codes = data.distinct("USUBJID").codes[chosen]
    if len(np.unique(codes)) < len(codes):
        return f"{name} has several records of a subject"
    return RoleRecords(data, name, chosen)


def _names(data: Dataset, role: str) -> list[str]:
    names = np.array(data.parameters.names, dtype=object)
    return [str(each) for each in names[with_role(data, role)]]


def _time_to_event(study: Study) -> Iterator[Dataset]:
    for data in study:
        named = all(name in data for name in ("USUBJID", "PARAMCD", "CNSR"))
        if Structure.TTE in data.structure.lineage and named and not data.is_character("CNSR"):
            yield data
