"""Rules about treatment: planned and actual by subject, and arms without subjects."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...evidence.agreement import agreement
from ...evidence.arms import ARMS, TREATED, lost_arms, members
from ...evidence.parameters import records_with_role
from ...evidence.subjects import adsl_record
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import counted
from ..by_parameter import OfParameter, by_parameter
from ..readiness import readiness
from ..rule import Fault, Grain

_TREATMENT = re.compile(
    r"(TRT[PA]N?|TRT\d\d[PA]N?|TRTSEQ[PA]N?|TR\d\d[PA]G\dN?|TRTGR\d*N?|ARM(CD)?|ACTARM(CD)?)$"
)
_OWN_ARMS = ("TRTP", "TRTA", *ARMS)


def _in_adsl(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"ADSL.{name}" for name in names)


@readiness(
    "TTE023",
    title="No treatment variable is present",
    severity=Severity.WARNING,
    grain=Grain.METADATA,
    structures=(Structure.TTE,),
)
def no_treatment(data: Dataset) -> Iterator[Fault]:
    """A time-to-event dataset has no treatment variable.

    ## What it checks
    TRTP, TRTA, TRTxxP, TRTxxA, a treatment sequence or group, ARM or ACTARM is present.

    ## Why it matters
    Arms cannot be compared without a merge with ADSL.

    ## Smallest fix
    Add TRTP (and TRTA), or TRT01P from ADSL.
    """
    if not any(_TREATMENT.match(variable.name.upper()) for variable in data.variables):
        message = "no treatment variable (TRTP, TRTA, TRT01P, ARM, …) is present"
        yield Fault(None, ("TRTP", "TRTA"), message)


@readiness(
    "XD015",
    title="Parameter has no records of an arm",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD"),
    needs_any=(_in_adsl(ARMS), _in_adsl(TREATED)),
)
def arm_without_records(data: Dataset, study: Study) -> Iterator[Fault]:
    """A parameter has no records of an arm.

    ## What it checks
    Every arm in ADSL (TRT01P, else ARM) that has subjects with SAFFL = Y or RANDFL = Y has records in each
    time-to-event parameter. An arm without records is an error for overall survival, progression-free
    survival and declared parameters, and a warning for other parameters that more than half of the subjects
    of the other arms have; else it is a note.

    ## Not a fault
    Values of ARM that are not arms, such as Screen Failure. Duration of response, and other parameters that
    few subjects have, in an arm where nobody responded: a note.

    ## Why it matters
    The arm is silently excluded from comparisons.

    ## Smallest fix
    None if the parameter does not apply to the arm. Otherwise check the selection of records.
    """
    adsl = study["ADSL"]
    arm = next(name for name in ARMS if name in adsl)
    arms, of_trial = adsl.distinct(arm), members(adsl)
    record, parameters = adsl_record(data, adsl), data.parameters
    central = records_with_role(data, "OS") | records_with_role(data, "PFS")
    of_response = records_with_role(data, "DOR")
    found = []
    for name, own in parameters.each(parameters.durations & (record >= 0)):
        having = np.unique(record[own])
        lost = lost_arms(adsl, having)
        if not lost.any():
            continue
        others = of_trial & (arms.codes >= 0) & ~arms.spread(lost, missing=False)
        common = 2 * np.count_nonzero(others[having]) > np.count_nonzero(others)
        severity = Severity.WARNING if common else Severity.NOTE
        if of_response[own[0]]:
            severity = Severity.NOTE
        elif central[own[0]] or name in data.declarations.endpoints:
            severity = Severity.ERROR
        which = ", ".join(sorted(map(str, arms[lost])))
        total = len(np.unique(arms.codes[of_trial & (arms.codes >= 0)]))
        absent = np.count_nonzero(lost)
        message = f"no records for {absent} of {total} arms"
        found.append(OfParameter(name, message, severity=severity, values=which, cause=str(absent)))
    yield from by_parameter(data, (arm,), found, "no records for an arm")


@readiness(
    "SL010",
    title="Arm without treated subjects",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs_any=(ARMS, TREATED, ("TRTSDT", "SAFFL")),
)
def arm_without_treated(data: Dataset) -> Iterator[Fault]:
    """No subject of an arm was treated.

    ## What it checks
    Every arm (TRT01P, else ARM) that has subjects with SAFFL = Y or RANDFL = Y has a subject with TRTSDT,
    or with SAFFL = Y if TRTSDT is not present. Screen Failure and similar values of ARM are not arms.

    ## Why it matters
    The arm is a column in the tables without data.

    ## Smallest fix
    None if no subject was treated.
    """
    arms = data.distinct(next(name for name in ARMS if name in data))
    of_trial = members(data)
    treated = data.filled("TRTSDT") if "TRTSDT" in data else data.equals("SAFFL", "Y")
    counts = [
        np.bincount(arms.codes[mask & (arms.codes >= 0)], minlength=len(arms))
        for mask in (of_trial, of_trial & treated)
    ]
    without = (counts[0] > 0) & (counts[1] == 0)
    if without.any():
        which = ", ".join(sorted(map(str, arms[without])))
        number = int(without.sum())
        message = f"no treated subjects in {counted(number, 'arm')}"
        yield Fault(None, ("TRT01P", "TRTSDT", "SAFFL"), message, values=which, cause=str(number))


@readiness(
    "SL011",
    title="Actual treatment differs from planned treatment",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs=("TRT01P", "TRT01A"),
)
def treated_otherwise(data: Dataset) -> Iterator[Fault]:
    """TRT01A differs from TRT01P.

    ## What it checks
    The number of subjects with different values of TRT01P and TRT01A, if both have a value.

    ## Why it matters
    Analyses by planned and by actual treatment compare different groups.

    ## Smallest fix
    None if the subjects received another treatment. State in the analysis which of the two is used.
    """
    found = agreement(data, "TRT01A", data, "TRT01P", np.arange(len(data)))
    number = int(found.differs.sum())
    message = f"TRT01A differs from TRT01P for {counted(number, 'subject')}"
    yield Fault(found.differs, ("TRT01P", "TRT01A"), message)


_SUBJECTS = 20
"""Arms of fewer are not compared."""

_APART = 0.10
_UNLIKELY = 3.0
"""Shares censored early differ by so much, and by so many standard errors, to be told."""


@readiness(
    "TTE026",
    title="Arms differ in early censoring",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR", "AVAL"),
    needs_any=(_OWN_ARMS,),
)
def early_censoring_imbalance(data: Dataset) -> Iterator[Fault]:
    """The proportion of subjects censored early differs between arms.

    ## What it checks
    For each parameter and arm of at least 20 subjects: the proportion of subjects censored within the first
    quartile of all durations of the parameter. It is reported if it differs from that of the other arms by
    0.10 or more and by three standard errors (two-proportion z statistic with pooled variance).

    ## Not a fault
    Early censoring that is equally frequent in all arms.

    ## Why it matters
    Survival analysis assumes that censoring is independent of the event. Subjects who leave an arm early,
    for another treatment or because of poor health, are not a random sample of it.

    ## Smallest fix
    None in the data. Review the censoring reasons, and plan a sensitivity analysis.
    """
    arms = data.distinct(next(name for name in _OWN_ARMS if name in data))
    aval, cnsr = data.numbers("AVAL"), data.numbers("CNSR")
    parameters = data.parameters
    judged = ~np.isnan(aval) & ~np.isnan(cnsr) & (arms.codes >= 0)
    found = []
    for name, own in parameters.each(judged):
        if len(own) < 2 * _SUBJECTS:
            continue
        early = (cnsr[own] >= 1) & (aval[own] <= np.quantile(aval[own], 0.25))
        arm, share, others = _furthest(arms.codes[own], early, len(arms))
        if arm >= 0:
            compared = f"{share:.0%} in one arm, {others:.0%} in the others"
            message = f"censored within the first quartile of durations: {compared}"
            found.append(OfParameter(name, message, values=str(arms[arm])))
    further = "arms differ in the proportion censored within the first quartile of durations"
    yield from by_parameter(data, ("CNSR", "AVAL"), found, further)


def _furthest(codes: NDArray[np.intp], early: Mask, arms: int) -> tuple[int, float, float]:
    """The arm that differs most from the others, with both shares; -1 where none differs enough."""
    subjects = np.bincount(codes, minlength=arms).astype(np.float64)
    censored = np.bincount(codes[early], minlength=arms).astype(np.float64)
    rest, rest_censored = subjects.sum() - subjects, censored.sum() - censored
    large = (subjects >= _SUBJECTS) & (rest >= _SUBJECTS)
    pooled = censored.sum() / max(subjects.sum(), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares, others = censored / subjects, rest_censored / rest
        error = np.sqrt(pooled * (1 - pooled) * (1 / subjects + 1 / rest))
        z = np.where(large & (error > 0), np.abs(shares - others) / error, 0.0)
    z[~large | (np.abs(shares - others) < _APART)] = 0.0
    arm = int(z.argmax()) if len(z) else -1
    if arm < 0 or z[arm] < _UNLIKELY:
        return -1, 0.0, 0.0
    return arm, float(shares[arm]), float(others[arm])
