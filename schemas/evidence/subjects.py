"""What ADSL knows of the subject of each record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Mask
from ..study.dataset import Dataset
from ..study.study import Study

_LEADING_ZEROS = re.compile(r"0(?<!\d0)0*(?=\d)")
"""Starts with the character that is looked for, not with what stands before it: that is found faster."""
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


def deaths_of(data: Dataset, adsl: Dataset) -> Deaths | None:
    """Deaths of the subjects of `data`; None where ADSL says nothing about deaths."""
    if "USUBJID" not in adsl or not ("DTHFL" in adsl or "DTHDT" in adsl):
        return None
    record = adsl_record(data, adsl)
    day, died = np.full(len(adsl), np.nan), np.zeros(len(adsl), dtype=np.bool_)
    imputed = np.zeros(len(adsl), dtype=np.bool_)
    if "DTHDT" in adsl:
        day, died = adsl.days("DTHDT"), died | adsl.filled("DTHDT")
    if "DTHFL" in adsl:
        died = died | adsl.equals("DTHFL", "Y")
    if "DTHDTF" in adsl:
        imputed = adsl.filled("DTHDTF")
    return Deaths(
        known=record >= 0,
        died=np.append(died, False)[record],
        day=np.append(day, np.nan)[record],
        imputed=np.append(imputed, False)[record],
    )


@dataclass(frozen=True, eq=False)
class SubjectVariable:
    """A variable of ADSL as each record has it: its own copy where there is one, else ADSL's.

    Attributes
    ----------
    name : str
    source : Dataset
        The dataset that holds it.
    record : ndarray of int, shape (n_records,), or None
        Position in `source` of each record's subject, -1 where unknown; None for an own copy.
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
        days = self.source.days(self.name)
        return days if self.record is None else np.append(days, np.nan)[self.record]

    def missing(self) -> Mask:
        """Records whose subject is known and has no value."""
        return self._of_each(self.source.missing(self.name))

    def equals(self, *values: object) -> Mask:
        return self._of_each(self.source.equals(self.name, *values))

    def _of_each(self, mask: Mask) -> Mask:
        return mask if self.record is None else np.append(mask, False)[self.record]


def subject_variable(data: Dataset, study: Study, name: str) -> SubjectVariable | None:
    """A variable of ADSL for each record of `data`; None where neither dataset has it."""
    if name in data:
        return SubjectVariable(name, data, None)
    if "ADSL" not in study or name not in study["ADSL"]:
        return None
    adsl = study["ADSL"]
    if "USUBJID" not in data or "USUBJID" not in adsl:
        return None
    return SubjectVariable(name, adsl, adsl_record(data, adsl))


def subject_days(data: Dataset, study: Study, name: str) -> NDArray[np.float64]:
    """A date of ADSL for each record, as days since 1970-01-01; NaN where nothing is known."""
    found = subject_variable(data, study, name)
    return np.full(len(data), np.nan) if found is None else found.days()
