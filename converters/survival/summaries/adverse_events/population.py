"""The subjects that adverse events are counted over: a population of ADSL by arm, with its time at risk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from .....schemas.conditions.dates import DateExpression, days_of
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.study.columns import Codes, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import did_you_mean
from ...arms import Arms, arms_among
from ...records import require_flag
from ...subjects import listed, subjects_of

ALL = "all"
"""The arm of all subjects together."""

_OF_RECORD = re.compile(r"TRT([PA])(N?)\Z")


@dataclass(frozen=True, slots=True)
class SubjectsLeftOut:
    """Subjects of ADSL who are not counted, for one reason."""

    reason: str
    subjects: int


@dataclass(frozen=True, eq=False)
class AtRisk:
    """When subjects are observed.

    Attributes
    ----------
    start : ndarray of float, shape (n_subjects,)
        First day, in days since 1970-01-01.
    days : ndarray of float, shape (n_subjects,)
        Days observed, the first and the last counted; NaN or below 1 where there is none.
    """

    start: Numbers
    days: Numbers


@dataclass(frozen=True, eq=False)
class Population:
    """Who is counted.

    Attributes
    ----------
    adsl : Dataset
        One record per subject.
    counted : ndarray of bool, shape (n_subjects,)
    arm : ndarray of int, shape (n_subjects,)
        Place in `groups`; -1 where the arm is missing.
    variable : str or None
        The variable of ADSL that has the arms.
    arms : Arms or None
    groups : tuple of str
        Arms in their order; `ALL` where there are none.
    left_out : tuple of SubjectsLeftOut
        All other subjects, each under the first reason that applies.
    at_risk : AtRisk or None
    """

    adsl: Dataset
    counted: Mask
    arm: Codes
    variable: str | None
    arms: Arms | None
    groups: tuple[str, ...]
    left_out: tuple[SubjectsLeftOut, ...]
    at_risk: AtRisk | None = None

    @property
    def denominators(self) -> Codes:
        """Subjects of each group, shape (n_groups,)."""
        return np.bincount(self.arm[self.counted], minlength=len(self.groups)).astype(np.intp)

    def observed_days(self) -> Numbers:
        """Days that subjects of each group are observed, shape (n_groups,)."""
        if self.at_risk is None:
            raise ValueError("the time at risk was not asked for")
        days = self.at_risk.days[self.counted]
        sums = np.bincount(self.arm[self.counted], weights=days, minlength=len(self.groups))
        return sums.astype(np.float64)


def require_subjects(study: Study) -> Dataset:
    """ADSL, which has one record for each subject.

    Raises
    ------
    Refused
        When it is not present, or its records are not one for each subject.
    """
    if "ADSL" not in study:
        raise Refused(
            "ADSL is not present: the denominators are its subjects",
            ", ".join(dataset.name for dataset in study) or "the study is empty",
            "give ADSL, too",
        )
    adsl = study["ADSL"]
    if "USUBJID" not in adsl:
        raise Refused("USUBJID is not present", adsl.name, "correct ADSL")
    unnamed = int(np.count_nonzero(adsl.missing("USUBJID")))
    if unnamed:
        records = "1 record" if unnamed == 1 else f"{unnamed} records"
        raise Refused(f"USUBJID is missing in {records}", adsl.name, "correct ADSL")
    codes = adsl.distinct("USUBJID").codes
    repeated = np.bincount(codes)[codes] > 1 if len(codes) else np.zeros(0, np.bool_)
    if repeated.any():
        raise Refused(
            "ADSL has several records per subject",
            listed(subjects_of(adsl, repeated)),
            "correct ADSL; it must have one record per subject",
        )
    return adsl


def arm_in_adsl(adsl: Dataset, events: Dataset, arm: str) -> str:
    """The variable of ADSL that has the arm of a subject: TRT01A for TRTA, as TRT01P for TRTP.

    Raises
    ------
    ConfigurationError
        When ADSL does not have it.
    """
    wanted = _OF_RECORD.sub(r"TRT01\1\2", arm.upper())
    for name in (wanted, arm):
        if name in adsl:
            return adsl.variable(name).name
    if arm in events:
        raise ConfigurationError(
            f"{wanted} is not present in ADSL: the denominators of {arm} are its subjects",
            f"arm, {adsl.name}",
            did_you_mean(wanted, adsl.names),
        )
    raise ConfigurationError(
        f"{arm} is not present in {events.name} or ADSL",
        "arm",
        did_you_mean(arm, dict.fromkeys([*events.names, *adsl.names])),
    )


def population_of(
    study: Study,
    adsl: Dataset,
    *,
    flag: str | None,
    arm: str | None,
    arm_order: tuple[str, ...] = (),
) -> Population:
    """The subjects of a population by arm.

    Parameters
    ----------
    study : Study
    adsl : Dataset
        As `require_subjects` gives it.
    flag : str or None
        Population flag of ADSL.
    arm : str or None
        Variable of ADSL; without it all subjects are one group.
    arm_order : tuple of str
        The arms as the user orders them.

    Raises
    ------
    ConfigurationError
        When the flag is not one, or the order is not that of these arms.
    Refused
        When no subject is left.
    """
    counted, left_out = _kept(len(adsl), _steps(adsl, flag, arm))
    _require_some(counted, left_out)
    if arm is None:
        return Population(adsl, counted, np.zeros(len(adsl), np.intp), None, None, (ALL,), left_out)
    arms = arms_among(adsl, counted, study, arm, order=arm_order)
    place = {name: number for number, name in enumerate(arms.levels)}
    values = adsl.distinct(arm)
    codes = np.array([place.get(_text(each), -1) for each in values], dtype=np.intp)
    return Population(adsl, counted, values.spread(codes, missing=-1), arm, arms, arms.levels, left_out)


def with_time_at_risk(population: Population, start: str, end: DateExpression) -> Population:
    """The subjects of a population who are observed for at least a day.

    Parameters
    ----------
    population : Population
    start : str
        Date of ADSL.
    end : DateExpression
        Over dates of ADSL.

    Raises
    ------
    ConfigurationError
        When one of the dates is not present, or not a date.
    Refused
        When no subject is left.
    """
    adsl = population.adsl
    first, last = days_of(adsl, start), end.days(adsl)
    days = last - first + 1
    counted, left_out = _kept(
        len(adsl),
        (
            ("", population.counted),
            (f"{start} is missing", ~np.isnan(first)),
            (f"every date of the end is missing: {', '.join(end.variables)}", ~np.isnan(last)),
            (f"the end is before {start}", ~(days < 1)),
        ),
    )
    left_out = (*population.left_out, *(each for each in left_out if each.reason))
    _require_some(counted, left_out)
    return replace(population, counted=counted, left_out=left_out, at_risk=AtRisk(first, days))


def _steps(adsl: Dataset, flag: str | None, arm: str | None) -> Iterator[tuple[str, Mask]]:
    if flag is not None:
        if flag not in adsl:
            known = [name for name in adsl.names if name.endswith("FL")]
            raise ConfigurationError(
                f"{flag} is not present in ADSL", f"population, {adsl.name}", did_you_mean(flag, known)
            )
        require_flag(adsl, flag)
        yield f"{flag} is not Y", adsl.equals(flag, "Y")
    if arm is not None:
        yield f"{arm} is missing", adsl.filled(arm)


def _kept(
    n_subjects: int, steps: Iterator[tuple[str, Mask]] | tuple[tuple[str, Mask], ...]
) -> tuple[Mask, tuple[SubjectsLeftOut, ...]]:
    """Subjects that pass every step, and how many did not pass each."""
    kept, left_out = np.ones(n_subjects, np.bool_), []
    for reason, passing in steps:
        dropped = int(np.count_nonzero(kept & ~passing))
        if dropped:
            left_out.append(SubjectsLeftOut(reason, dropped))
        kept = kept & passing
    return kept, tuple(left_out)


def _require_some(counted: Mask, left_out: tuple[SubjectsLeftOut, ...]) -> None:
    if not counted.any():
        reasons = "; ".join(f"{each.subjects} excluded ({each.reason})" for each in left_out)
        raise Refused(
            "no subject remains to be counted",
            f"ADSL, {reasons or 'no records'}",
            "give another population, or correct ADSL",
        )


def _text(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
