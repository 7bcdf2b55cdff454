"""The log-rank test of the arms, and what it could not compare."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .....schemas.study.columns import Codes, Mask
from ...log_rank import log_rank
from .groups import Grouped, Strata

_NAMED = 100
"""Strata that a codebook names."""


@dataclass(frozen=True, slots=True)
class ArmEvents:
    """Events of one arm, and those to be expected if the arms were alike."""

    arm: str
    observed: int
    expected: float


@dataclass(frozen=True, slots=True)
class Uncompared:
    """A stratum in which nothing can be compared: one arm, no event, or never two arms at risk at one."""

    stratum: str
    reason: str
    subjects: int


@dataclass(frozen=True, slots=True)
class LogRankEntry:
    """A log-rank test.

    Attributes
    ----------
    strata : tuple of str
        Variables; empty for the test without strata.
    subjects : int
        Who are compared.
    without_arm, without_stratum : int
        Subjects who are not, as a value is missing.
    chi_square, p : float or None
        None where no two arms can be compared.
    df : int
    arms : tuple of ArmEvents
    n_strata : int
        0 without strata.
    n_uncompared : int
        Strata in which nothing can be compared; the first of them are in `uncompared`.
    uncompared : tuple of Uncompared
    """

    strata: tuple[str, ...]
    subjects: int
    without_arm: int
    without_stratum: int
    chi_square: float | None
    df: int
    p: float | None
    arms: tuple[ArmEvents, ...]
    n_strata: int
    n_uncompared: int
    uncompared: tuple[Uncompared, ...]


def compared(subjects: Grouped, strata: Strata | None = None) -> LogRankEntry:
    """Test the arms of a table, within strata where there are some."""
    has_arm = subjects.arm >= 0
    has_stratum = np.ones_like(has_arm) if strata is None else strata.stratum >= 0
    judged = has_arm & has_stratum
    time, event, arm = subjects.time[judged], subjects.event[judged], subjects.arm[judged]
    stratum = np.zeros_like(arm) if strata is None else strata.stratum[judged]
    entry = None if subjects.entry is None else subjects.entry[judged]
    found = log_rank(time, event, arm, stratum, entry, groups=len(subjects.arms))
    lacking = [] if strata is None else list(_uncompared(event, arm, stratum, found.strata))
    return LogRankEntry(
        strata=() if strata is None else strata.variables,
        subjects=int(np.count_nonzero(judged)),
        without_arm=int(np.count_nonzero(~has_arm)),
        without_stratum=int(np.count_nonzero(has_arm & ~has_stratum)),
        chi_square=_or_none(found.chi_square),
        df=found.df,
        p=_or_none(found.p),
        arms=tuple(
            ArmEvents(name, int(observed), float(expected))
            for name, observed, expected in zip(subjects.arms, found.observed, found.expected, strict=True)
        ),
        n_strata=0 if strata is None else len(np.unique(stratum)),
        n_uncompared=len(lacking),
        uncompared=tuple(
            Uncompared(strata.name(number), reason, size) for number, reason, size in lacking[:_NAMED]
        )
        if strata is not None
        else (),
    )


def _uncompared(event: Mask, arm: Codes, stratum: Codes, comparing: Codes) -> Iterator[tuple[int, str, int]]:
    """Strata without a comparison, the reason, and their subjects."""
    size = np.bincount(stratum)
    events = np.bincount(stratum[event], minlength=len(size))
    several = int(arm.max(initial=0)) + 1
    arms = np.bincount(np.unique(stratum * several + arm) // several, minlength=len(size))
    for number in np.setdiff1d(np.flatnonzero(size), comparing).tolist():
        reason = "no two arms at risk at an event"
        if not events[number]:
            reason = "no event"
        if arms[number] < 2:
            reason = "one arm"
        yield number, reason, int(size[number])


def _or_none(number: float) -> float | None:
    return None if math.isnan(number) else number
