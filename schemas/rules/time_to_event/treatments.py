"""Rules about treatment: planned and actual, by record and by subject, and arms that nobody stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...evidence.agreement import agreement
from ...evidence.subjects import adsl_record, in_adsl
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import counted, none_present
from ..by_parameter import OfParameter, by_parameter
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_TREATMENT = re.compile(
    r"(TRT[PA]N?|TRT\d\d[PA]N?|TRTSEQ[PA]N?|TR\d\d[PA]G\dN?|TRTGR\d*N?|ARM(CD)?|ACTARM(CD)?)$"
)
_ARMS = ("TRT01P", "ARM", "TRT01A", "ACTARM")
_OWN_ARMS = ("TRTP", "TRTA", *_ARMS)

_TREATED = ("SAFFL", "RANDFL")


def _in_adsl(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"ADSL.{name}" for name in names)


@readiness(
    "TTE023",
    title="There is no treatment variable",
    severity=Severity.WARNING,
    grain=Grain.METADATA,
    structures=(Structure.TTE,),
)
def no_treatment(data: Dataset) -> Iterator[Fault]:
    """Nothing in a time-to-event dataset says who received what.

    ## What it checks
    There is TRTP, TRTA, a TRTxxP or TRTxxA, a sequence or group of treatments, ARM or ACTARM.

    ## Why it matters
    Arms cannot be compared without a merge, and a merge is where subjects get lost.

    ## Smallest fix
    Add TRTP (and TRTA), or TRT01P from ADSL.
    """
    if not any(_TREATMENT.match(variable.name.upper()) for variable in data.variables):
        yield Fault(None, ("TRTP", "TRTA"), "there is no treatment variable (TRTP, TRTA, TRT01P, ARM, …)")


@readiness(
    "XD014",
    title="The treatment of a record is not that of its subject",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "ADSL.USUBJID"),
    needs_any=(("TRTP", "TRTA"),),
)
def another_treatment(data: Dataset, study: Study) -> Iterator[Yield]:
    """TRTP or TRTA is not what ADSL has for the subject.

    ## What it checks
    TRTP is TRT01P of ADSL and TRTA is TRT01A; with APERIOD, that of the period.

    ## Not a fault
    A crossover: where ADSL has several periods and the record names none, the treatment of any of them.
    An ADSL without these variables.

    ## Why it matters
    A subject is analysed in the wrong arm, or in one arm here and in another in the next table.

    ## Smallest fix
    Take TRTP and TRTA from ADSL, by period where there are several.
    """
    adsl = study["ADSL"]
    compared = [
        (name, periods) for name in ("TRTP", "TRTA") if name in data and (periods := _periods(adsl, name[-1]))
    ]
    if not compared:
        yield NotApplicable(
            none_present(*(f"ADSL.TRT01{name[-1]}" for name in ("TRTP", "TRTA") if name in data))
        )
        return
    for name, periods in compared:
        yield Fault(
            _another(data, adsl, name, periods), (name,), f"{name} differs from {_said(periods)} of ADSL"
        )


def _periods(adsl: Dataset, kind: str) -> dict[int, str]:
    """TRTxxP or TRTxxA of ADSL by period."""
    named = re.compile(rf"TRT(\d\d){kind}$")
    found = [named.match(variable.name.upper()) for variable in adsl.variables]
    return {int(each[1]): each[0] for each in found if each is not None}


def _said(periods: dict[int, str]) -> str:
    return " and ".join(periods.values())


def _another(data: Dataset, adsl: Dataset, name: str, periods: dict[int, str]) -> Mask:
    """Records whose treatment is that of no period, or not that of their own."""
    record = adsl_record(data, adsl)
    found = {period: agreement(data, name, adsl, theirs, record) for period, theirs in periods.items()}
    differs = {period: each.differs | each.absent_there for period, each in found.items()}
    of_none: Mask = np.logical_and.reduce(list(differs.values()))
    if "APERIOD" not in data:
        return of_none
    period = data.numbers("APERIOD")
    another = of_none & ~np.isin(period, list(differs))
    for number, mask in differs.items():
        another |= mask & (period == number)
    return another


@readiness(
    "XD015",
    title="An arm without subjects in a parameter",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD"),
    needs_any=(_in_adsl(_ARMS), _in_adsl(_TREATED)),
)
def arm_without_records(data: Dataset, study: Study) -> Iterator[Fault]:
    """A parameter has nobody of an arm.

    ## What it checks
    Every arm of ADSL (TRT01P, else ARM) that has subjects with SAFFL = Y or RANDFL = Y has records in each
    time to an event. Texts of ARM that are no arm, as Screen Failure, have no such subjects.

    ## Why it matters
    A comparison of arms loses one without a word.

    ## Smallest fix
    None if nobody of the arm belongs to the parameter. Otherwise look at the selection.
    """
    adsl = study["ADSL"]
    arm = next(name for name in _ARMS if name in adsl)
    members, arms = _members(adsl), adsl.distinct(arm)
    expected = np.bincount(arms.codes[members & (arms.codes >= 0)], minlength=len(arms)) > 0
    parameters = data.parameters
    of_subject = in_adsl(data, adsl, arm)
    having, code = parameters.durations & of_subject.known, of_subject.codes()
    found = []
    for name, own in parameters.each(having):
        present = np.bincount(code[own][code[own] >= 0], minlength=len(arms)) > 0
        absent = np.count_nonzero(expected & ~present)
        if absent:
            which = ", ".join(sorted(map(str, arms[expected & ~present])))
            message = f"no record of {absent} of {expected.sum()} arms"
            found.append(OfParameter(name, message, values=which, cause=str(absent)))
    yield from by_parameter(data, (arm,), found, "no record of some arm")


def _members(adsl: Dataset) -> Mask:
    """Subjects who were treated or randomized."""
    members: Mask = np.logical_or.reduce([adsl.equals(flag, "Y") for flag in _TREATED if flag in adsl])
    return members


@readiness(
    "SL010",
    title="An arm without treated subjects",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs_any=(_ARMS, _TREATED, ("TRTSDT", "SAFFL")),
)
def arm_without_treated(data: Dataset) -> Iterator[Fault]:
    """Nobody of an arm was treated.

    ## What it checks
    Every arm (TRT01P, else ARM) that has subjects with SAFFL = Y or RANDFL = Y has one with TRTSDT; where
    there is no TRTSDT, with SAFFL = Y. Screen Failure and the like are texts of ARM, not arms.

    ## Why it matters
    The arm has a column in the tables and no events in it.

    ## Smallest fix
    None if nobody was treated.
    """
    arms = data.distinct(next(name for name in _ARMS if name in data))
    members = _members(data)
    treated = data.filled("TRTSDT") if "TRTSDT" in data else data.equals("SAFFL", "Y")
    counts = [
        np.bincount(arms.codes[mask & (arms.codes >= 0)], minlength=len(arms))
        for mask in (members, members & treated)
    ]
    without = (counts[0] > 0) & (counts[1] == 0)
    if without.any():
        which = ", ".join(sorted(map(str, arms[without])))
        number = int(without.sum())
        message = f"no subject of {counted(number, 'arm')} was treated"
        yield Fault(None, ("TRT01P", "TRTSDT", "SAFFL"), message, values=which, cause=str(number))


@readiness(
    "SL011",
    title="Subjects who were not treated as planned",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs=("TRT01P", "TRT01A"),
)
def treated_otherwise(data: Dataset) -> Iterator[Fault]:
    """TRT01A is not TRT01P.

    ## What it checks
    How many subjects have both and differ.

    ## Why it matters
    An analysis by TRTP and one by TRTA compare different groups.

    ## Smallest fix
    None if they were given another treatment. Say in the analysis which of the two it goes by.
    """
    found = agreement(data, "TRT01A", data, "TRT01P", np.arange(len(data)))
    number = np.count_nonzero(found.differs)
    message = f"{number} subject{' was' if number == 1 else 's were'} not treated as planned (TRT01P, TRT01A)"
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
    """One arm loses many more subjects early than the others.

    ## What it checks
    For each parameter and arm of at least 20 subjects: the share of subjects censored within the first
    quarter of all durations of the parameter. It is told where it differs from that of the other arms by
    0.10 or more and by three standard errors (two-proportion z statistic with pooled variance).

    ## Not a fault
    An arm whose subjects are censored as often as the others', however early.

    ## Why it matters
    Survival analysis takes censoring to be unrelated to the event. Whoever leaves an arm early, to be
    treated elsewhere or because they are unwell, is not a random part of it.

    ## Smallest fix
    None in the data. Look at the reasons, and plan an analysis of sensitivity.
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
            compared = f"{share:.0%} of one arm and {others:.0%} of the others"
            message = f"censored in the first quarter of all durations are {compared}"
            found.append(OfParameter(name, message, values=str(arms[arm])))
    further = "arms differ in the share censored in the first quarter of all durations"
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
