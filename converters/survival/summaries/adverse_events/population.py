"""The subjects that adverse events are counted over: a population in ADSL by arm, with its time at risk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .....schemas.conditions.dates import DateExpression, days_of
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.study.columns import Codes, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import counted, did_you_mean
from ...records import SubjectsLeftOut, require_flag
from ...subjects import listed, subjects_of
from .treatments import Treatments, treatments_of


@dataclass(frozen=True, eq=False)
class AtRisk:
    """When subjects are observed.

    Attributes
    ----------
    start : ndarray of float, shape (n_subjects,)
        First day, in days since 1970-01-01.
    days : ndarray of float, shape (n_subjects,)
        Days observed, the first and the last counted; NaN or below 1 where there is none.
    died : ndarray of bool, shape (n_subjects,)
        Whether death, where it competes, is what ends it.
    competing : str or None
        Date of death in ADSL, where it competes with events.
    """

    start: Numbers
    days: Numbers
    died: Mask
    competing: str | None


@dataclass(frozen=True, eq=False)
class Denominators:
    """Who is counted.

    Attributes
    ----------
    adsl : Dataset
        One record per subject.
    counted : ndarray of bool, shape (n_subjects,)
    treatments : Treatments
    left_out : tuple of SubjectsLeftOut
        All other subjects, each under the first reason that applies.
    at_risk : AtRisk or None
    """

    adsl: Dataset
    counted: Mask
    treatments: Treatments
    left_out: tuple[SubjectsLeftOut, ...]
    at_risk: AtRisk | None = None

    @property
    def denominators(self) -> Codes:
        """Subjects of each group, and of all of them together, shape (n_groups + 1,)."""
        of_groups = self.treatments.members(self.counted).sum(axis=0)
        return np.append(of_groups, np.count_nonzero(self.counted)).astype(np.intp)

    @property
    def observed_days(self) -> Numbers:
        """Days that subjects of each group, and of all of them, are observed, shape (n_groups + 1,)."""
        if self.at_risk is None:
            raise ValueError("the time at risk was not asked for")
        days = np.where(self.counted, self.at_risk.days, 0.0)
        of_groups = days @ self.treatments.members(self.counted)
        return np.append(of_groups, days.sum())


def require_subject_level(study: Study) -> Dataset:
    """ADSL, with the identifiers of its subjects.

    Raises
    ------
    Refused
        When it is not present, or does not have USUBJID.
    """
    if "ADSL" not in study:
        raise Refused(
            "ADSL is not present: the denominators are its subjects",
            ", ".join(dataset.name for dataset in study) or "the study is empty",
            "give ADSL, too",
        )
    if "USUBJID" not in study["ADSL"]:
        raise Refused("USUBJID is not present", "ADSL", "correct ADSL")
    return study["ADSL"]


def _require_one_record_each(adsl: Dataset) -> None:
    unnamed = int(np.count_nonzero(adsl.missing("USUBJID")))
    if unnamed:
        raise Refused(f"USUBJID is missing in {counted(unnamed, 'record')}", adsl.name, "correct ADSL")
    codes = adsl.distinct("USUBJID").codes
    repeated = np.bincount(codes)[codes] > 1
    if repeated.any():
        raise Refused(
            "ADSL has several records per subject",
            listed(subjects_of(adsl, repeated)),
            "correct ADSL; it must have one record per subject",
        )


def population_of(
    study: Study,
    adsl: Dataset,
    *,
    flag: str | None,
    variables: Mapping[int, str],
    arm_order: Sequence[str] = (),
) -> Denominators:
    """The subjects of a population by arm.

    Parameters
    ----------
    study : Study
    adsl : Dataset
        As `require_subject_level` gives it.
    flag : str or None
        Population flag in ADSL.
    variables : mapping of int to str
        Of the arms by period; without any, all subjects are one group.
    arm_order : sequence of str
        The arms as the user orders them.

    Raises
    ------
    ConfigurationError
        When the flag is not one, or the order is not that of these arms.
    Refused
        When a subject has several records, or no subject is left.
    """
    kept, left_out = _kept(len(adsl), _steps(adsl, flag, list(variables.values())))
    _require_one_record_each(adsl)
    _require_some(kept, left_out)
    treatments = treatments_of(study, adsl, kept, variables, arm_order)
    return Denominators(adsl, kept, treatments, left_out)


def with_time_at_risk(
    population: Denominators, start: str, end: DateExpression, competing: str | None = None
) -> Denominators:
    """The subjects of a population who are observed for at least a day.

    Parameters
    ----------
    population : Denominators
    start : str
        Date in ADSL.
    end : DateExpression
        Over dates in ADSL.
    competing : str or None
        Date of death in ADSL: where it is on or before the end, it ends the time at risk.

    Raises
    ------
    ConfigurationError
        When one of the dates is not present, or not a date.
    Refused
        When no subject is left.
    """
    adsl = population.adsl
    first, last = days_of(adsl, start), end.days(adsl)
    death = np.full(len(adsl), np.nan) if competing is None else days_of(adsl, competing)
    died = death <= last
    days = np.where(died, death, last) - first + 1
    kept, left_out = _kept(
        len(adsl),
        (
            ("", population.counted),
            (f"{start} is missing", ~np.isnan(first)),
            (f"every date of the end is missing: {', '.join(end.variables)}", ~np.isnan(last)),
            (f"the end is before {start}", ~(last < first)),
            (f"{competing} is before {start}", ~(days < 1)),
        ),
    )
    left_out = (*population.left_out, *(each for each in left_out if each.reason))
    _require_some(kept, left_out)
    return replace(population, counted=kept, left_out=left_out, at_risk=AtRisk(first, days, died, competing))


def _steps(adsl: Dataset, flag: str | None, arms: Sequence[str]) -> Iterator[tuple[str, Mask]]:
    if flag is not None:
        if flag not in adsl:
            known = [name for name in adsl.names if name.endswith("FL")]
            raise ConfigurationError(
                f"{flag} is not present in ADSL", f"population, {adsl.name}", did_you_mean(flag, known)
            )
        require_flag(adsl, flag)
        yield f"{flag} is not Y", adsl.equals(flag, "Y")
    if arms:
        is_missing = f"{', '.join(arms)} {'is' if len(arms) == 1 else 'are'} missing"
        yield is_missing, np.logical_or.reduce([adsl.filled(name) for name in arms])


def _kept(n_subjects: int, steps: Iterable[tuple[str, Mask]]) -> tuple[Mask, tuple[SubjectsLeftOut, ...]]:
    """Subjects that pass every step, and how many did not pass each."""
    kept, left_out = np.ones(n_subjects, np.bool_), []
    for reason, passing in steps:
        dropped = int(np.count_nonzero(kept & ~passing))
        if dropped:
            left_out.append(SubjectsLeftOut(reason, dropped))
        kept = kept & passing
    return kept, tuple(left_out)


def _require_some(kept: Mask, left_out: tuple[SubjectsLeftOut, ...]) -> None:
    if not kept.any():
        reasons = "; ".join(f"{each.subjects} excluded ({each.reason})" for each in left_out)
        raise Refused(
            "no subject remains to be counted",
            f"ADSL, {reasons or 'no records'}",
            "give another population, or correct ADSL",
        )
