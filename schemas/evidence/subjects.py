"""What ADSL knows of the subject of each record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..study import columns
from ..study.columns import Mask
from ..study.dataset import Dataset
from ..study.study import Study

_LEADING_ZEROS = re.compile(r"0(?<!\d0)0*(?=\d)")
"""Starts with the character that is looked for, not with what stands before it: that is found faster."""
_POOL = re.compile(r"(STUDYID|POOL\w*)$")
_FOUND: WeakKeyDictionary[Dataset, WeakKeyDictionary[Dataset, NDArray[np.intp]]] = WeakKeyDictionary()


def adsl_record(data: Dataset, adsl: Dataset) -> NDArray[np.intp]:
    """Position in ADSL of each record's subject, the first where there are several; -1 if unknown.

    Looked up once for all rules. Both datasets have USUBJID.
    """
    found = _FOUND.setdefault(data, WeakKeyDictionary())
    if adsl not in found:
        found[adsl] = _look_up(data, adsl)
    return found[adsl]


def plain_identifiers(subjects: Iterable[object]) -> list[str]:
    """Identifiers without blanks, case and leading zeros of their parts.

    Two that differ in nothing else are one subject to a person, and stay in one part of a study.
    """
    lines = ["".join(_text(subject).split()) for subject in subjects]
    return _LEADING_ZEROS.sub("", "\n".join(lines).upper()).split("\n") if lines else []


def _text(subject: object) -> str:
    return str(int(subject)) if isinstance(subject, float) and subject.is_integer() else str(subject)


def _look_up(data: Dataset, adsl: Dataset) -> NDArray[np.intp]:
    theirs = adsl.distinct("USUBJID")
    first = np.full(len(theirs) + 1, -1, dtype=np.intp)
    first[theirs.codes[::-1]] = np.arange(len(adsl))[::-1]
    first[-1] = -1
    ours = data.distinct("USUBJID")
    return ours.spread(first[ours.positions_in(theirs)], missing=-1)


def of_each(values: NDArray[Any], record: NDArray[np.intp], *, unknown: Any) -> NDArray[Any]:
    """What each record's subject has, by the subject's position in another dataset; `unknown` where -1."""
    found: NDArray[Any] = np.append(values, np.asarray([unknown], dtype=values.dtype))[record]
    return found


@dataclass(frozen=True, eq=False)
class SubjectVariable:
    """A variable of the subject as each record has it.

    Attributes
    ----------
    name : str
    source : Dataset
        The dataset that holds it.
    record : ndarray of int, shape (n_records,), or None
        Position in `source` of each record's subject, -1 where unknown; None for a copy of the record's own.
    """

    name: str
    source: Dataset
    record: NDArray[np.intp] | None

    @property
    def known(self) -> Mask:
        """Records whose subject the source has."""
        if self.record is None:
            return np.ones(len(self.source), dtype=np.bool_)
        return self.record >= 0

    def days(self) -> NDArray[np.float64]:
        """Days since 1970-01-01, NaN where nothing is known."""
        return self._of_each(self.source.days(self.name), np.nan)

    def missing(self) -> Mask:
        """Records whose subject is known and has no value."""
        return self._of_each(self.source.missing(self.name), False)

    def filled(self) -> Mask:
        """Records whose subject has a value."""
        return self._of_each(self.source.filled(self.name), False)

    def equals(self, *values: object) -> Mask:
        return self._of_each(self.source.equals(self.name, *values), False)

    def codes(self) -> NDArray[np.intp]:
        """Each record's code among the distinct values of the source; -1 where there is none."""
        return self._of_each(self.source.distinct(self.name).codes, -1)

    def moments(self) -> NDArray[np.datetime64] | None:
        """Dates with their times, NaT where nothing is known; None where the variable is no date."""
        column = self.source[self.name]
        if not columns.is_date(column):
            return None
        return self._of_each(column.to_numpy(dtype="datetime64[us]"), np.datetime64("NaT"))

    def _of_each(self, values: NDArray[Any], unknown: Any) -> NDArray[Any]:
        return values if self.record is None else of_each(values, self.record, unknown=unknown)


def subject(data: Dataset, study: Study, name: str) -> SubjectVariable | None:
    """A variable of the subject for each record of `data`: its own copy where there is one, else ADSL's.

    None where neither dataset has it, or USUBJID does not lead from one to the other.
    """
    if name in data:
        return SubjectVariable(name, data, None)
    if "ADSL" not in study or name not in study["ADSL"]:
        return None
    adsl = study["ADSL"]
    return in_adsl(data, adsl, name) if "USUBJID" in data and "USUBJID" in adsl else None


def in_adsl(data: Dataset, adsl: Dataset, name: str) -> SubjectVariable:
    """The same in ADSL, whatever the record itself has; both datasets have USUBJID, and ADSL the variable."""
    return SubjectVariable(name, adsl, adsl_record(data, adsl))


def subject_days(data: Dataset, study: Study, name: str) -> NDArray[np.float64]:
    """A date of the subject for each record, as days since 1970-01-01; NaN where nothing is known."""
    found = subject(data, study, name)
    return np.full(len(data), np.nan) if found is None else found.days()


@dataclass(frozen=True, eq=False)
class Deaths:
    """What ADSL knows of the death of each record's subject.

    Attributes
    ----------
    known, died, imputed : ndarray of bool, shape (n_records,)
        The subject is in ADSL; has DTHFL = Y or a DTHDT; DTHDT was imputed.
    day : ndarray of float, shape (n_records,)
        DTHDT in days since 1970-01-01, NaN where there is none.
    """

    known: Mask
    died: Mask
    day: NDArray[np.float64]
    imputed: Mask


def deaths_of(data: Dataset, adsl: Dataset) -> Deaths:
    """Deaths of the subjects of `data`; both datasets have USUBJID."""
    day, died = np.full(len(data), np.nan), np.zeros(len(data), dtype=np.bool_)
    imputed = np.zeros(len(data), dtype=np.bool_)
    if "DTHDT" in adsl:
        date = in_adsl(data, adsl, "DTHDT")
        day, died = date.days(), date.filled()
    if "DTHFL" in adsl:
        died = died | in_adsl(data, adsl, "DTHFL").equals("Y")
    if "DTHDTF" in adsl:
        imputed = in_adsl(data, adsl, "DTHDTF").filled()
    return Deaths(known=adsl_record(data, adsl) >= 0, died=died, day=day, imputed=imputed)


def pools_of(data: Dataset) -> tuple[str, ...]:
    """Variables that tell the records of a subject in IADSL apart; none in ADSL of a single study."""
    return () if data.name == "ADSL" else tuple(name for name in data.names if _POOL.match(name))
