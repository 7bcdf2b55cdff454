"""The treatments in ADSL by period, and records that a merge without a key repeats once per arm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..study.columns import Codes, Distinct, Mask
from ..study.dataset import Dataset
from ..study.study import Study
from .combinations import by_kind, by_value, of_kind

OF_RECORDS = ("TRTP", "TRTPN", "TRTA", "TRTAN")
"""Treatment of a record: planned and actual, each with its number."""

ARMS = ("TRT01P", "ARM", "TRT01A", "ACTARM")
"""Arm of a subject in ADSL, the first one that is present."""

TREATED = ("SAFFL", "RANDFL")
"""Flags of the subjects who make a value of these an arm; those of Screen Failure have neither."""

_LATER_PERIOD = re.compile(r"TRT(0[2-9]|[1-9]\d)[PA]N?$")


def periods(adsl: Dataset, name: str) -> dict[int, str]:
    """TRTxxP, TRTxxPN, TRTxxA or TRTxxAN in ADSL by period, for TRTP, TRTPN, TRTA or TRTAN."""
    named = re.compile(rf"TRT(\d\d){name.removeprefix('TRT')}$")
    found = (named.match(each) for each in adsl.names)
    return {int(each[1]): each[0] for each in found if each is not None}


def has_one_period(adsl: Dataset) -> bool:
    """Whether ADSL has treatments, and of one period only."""
    has_treatment = any(periods(adsl, name) for name in OF_RECORDS)
    return has_treatment and not any(map(_LATER_PERIOD.match, adsl.names))


@dataclass(frozen=True, eq=False)
class TreatmentsOfSubjects:
    """The values of the treatments in ADSL, by variable."""

    subjects: pd.Series[int]

    def among(self, variable: str, ours: Distinct) -> Mask:
        """Which values of a variable of records a variable in ADSL has, shape (n_distinct,)."""
        found: Mask = pd.Index(ours.values, dtype=object).isin(of_kind(self.subjects, variable).index)
        return found


def treatments_in(adsl: Dataset) -> TreatmentsOfSubjects:
    """All treatments in ADSL, whichever part of it this is."""
    names = [each for name in OF_RECORDS for each in periods(adsl, name).values()]
    everyone = np.ones(len(adsl), dtype=np.bool_)
    counts = by_kind(**{each: by_value(adsl, each, everyone) for each in names})
    return TreatmentsOfSubjects(adsl.total("treatments", counts))


def members(adsl: Dataset) -> Mask:
    """Subjects who were treated or randomized."""
    found: Mask = np.logical_or.reduce([adsl.equals(flag, "Y") for flag in TREATED if flag in adsl])
    return found


def lost_arms(adsl: Dataset, having: NDArray[np.intp]) -> Mask:
    """Arms in ADSL, by their number among its values, that have members, none of them among these records."""
    arms = adsl.distinct(next(name for name in ARMS if name in adsl))
    expected = np.bincount(arms.codes[members(adsl) & (arms.codes >= 0)], minlength=len(arms)) > 0
    present = np.bincount(arms.codes[having][arms.codes[having] >= 0], minlength=len(arms)) > 0
    return expected & ~present


def grouped_over_arms(data: Dataset, study: Study, tellers: Sequence[str]) -> Codes | None:
    """Groups of `data` by subject, parameter and `tellers`, in which arms in ADSL tell nothing apart.

    A subject has one arm where ADSL has one period. A text that is not an arm in ADSL, such as that of
    pooled arms, still tells records apart. None where this cannot be said: no ADSL, or several periods.
    """
    if "ADSL" not in study or not has_one_period(study["ADSL"]):
        return None
    group = data.groups("USUBJID", "PARAMCD", *(name for name in tellers if name not in OF_RECORDS))
    for name in OF_RECORDS:
        if name not in tellers:
            continue
        ours, theirs = data.distinct(name), periods(study["ADSL"], name)
        known = np.zeros(len(ours), dtype=np.bool_)
        for variable in theirs.values():
            known |= treatments_in(study["ADSL"]).among(variable, ours)
        own = ours.spread(np.where(known, 0, np.arange(len(ours)) + 1), missing=0)
        group = np.unique(group * (len(ours) + 1) + own, return_inverse=True)[1].reshape(-1)
    return group.astype(np.intp)


def once_per_arm(data: Dataset, study: Study) -> Mask:
    """Records of a subject and parameter that only TRTP or TRTA tells apart from another one."""
    none = np.zeros(len(data), dtype=np.bool_)
    names = [name for name in ("TRTP", "TRTA") if name in data]
    if not names or "PARAMCD" not in data or "CNSR" not in data:
        return none
    tellers = [name for name in data.names if TELLING_APART.match(name)]
    merged = grouped_over_arms(data, study, tellers)
    if merged is None:
        return none
    apart = data.groups("USUBJID", "PARAMCD", *tellers)
    pairs = np.unique(np.stack([merged, apart]), axis=1)[0]
    several: Mask = np.bincount(pairs, minlength=int(merged.max(initial=0)) + 1)[merged] > 1
    return several & data.parameters.durations & data.filled("USUBJID") & data.filled("PARAMCD")


TELLING_APART = re.compile(
    r"(DTYPE|BASETYPE|APERIOD|TRTP|TRTA|PARCAT\d|PARQUAL|AVISIT|(DCUT|CUTOFF|DATACUT)\w*)$"
)
"""Variables by which several records of a subject and parameter are records of different things."""
