"""Rules about serious and fatal adverse events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...evidence.partial_dates import analysed
from ...evidence.subjects import Deaths, deaths_of, subject, subject_days
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield
from .severity import FATAL_GRADE, grades

_ADAE = (Structure.ADAE,)
_COMPLETE = ("AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE")
_CRITERIA = (*_COMPLETE, "AESMIE")
"""Criteria of seriousness of ICH E2A. AESCAN and AESOD are older and make no event serious."""
_GRADES = ("AETOXGR", "AETOXGRN", "ATOXGR", "ATOXGRN")
_FATAL = ("AESDTH", "AEOUT", *_GRADES)
_DEATHS = ("DTHFL", "DTHDT", "ADSL.DTHFL", "ADSL.DTHDT")
DEATH_DATE = ("DTHDT", "ADSL.DTHDT")


@readiness(
    "AE018",
    title="Serious event without a seriousness criterion",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    structures=_ADAE,
    needs=("AESER", *_COMPLETE),
)
def serious_without_criterion(data: Dataset) -> Iterator[Fault]:
    """An event is serious, but meets no seriousness criterion.

    ## What it checks
    Where AESER is Y, one of AESCONG, AESDISAB, AESDTH, AESHOSP, AESLIFE and, if present, AESMIE is Y.

    ## Not a fault
    A dataset without one of these variables other than AESMIE: the criterion may be in the variable
    that is not present.

    ## Why it matters
    Either the event is not serious, or a criterion that regulators ask for is missing.

    ## Smallest fix
    Query the criterion; medically important events have AESMIE = Y.
    """
    unexplained = data.equals("AESER", "Y") & ~_criterion(data)
    variables = ("AESER", *(name for name in _CRITERIA if name in data))
    yield Fault(unexplained, variables, "AESER is Y, but no seriousness criterion is Y")


@readiness(
    "AE019",
    title="Event with a seriousness criterion is not serious",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    structures=_ADAE,
    needs=("AESER",),
    needs_any=(_CRITERIA,),
)
def criterion_without_serious(data: Dataset) -> Iterator[Fault]:
    """An event meets a seriousness criterion, but is not serious.

    ## What it checks
    Where one of AESCONG, AESDISAB, AESDTH, AESHOSP, AESLIFE, AESMIE is Y, AESER is Y.

    ## Not a fault
    AESCAN and AESOD (cancer, overdose): they are not criteria of ICH E2A.

    ## Why it matters
    A hospitalization or a death is not counted among the serious events.

    ## Smallest fix
    Set AESER to Y, or correct the criterion.
    """
    missed = _criterion(data) & ~data.equals("AESER", "Y")
    variables = ("AESER", *(name for name in _CRITERIA if name in data))
    yield Fault(missed, variables, "AESER is not Y, but a seriousness criterion is Y")


def _criterion(data: Dataset) -> Mask:
    present = [data.equals(name, "Y") for name in _CRITERIA if name in data]
    met: Mask = np.logical_or.reduce(present)
    return met


@readiness(
    "AE020",
    title="AESDTH, AEOUT and toxicity grade are inconsistent about death",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    structures=_ADAE,
    needs_any=(_FATAL,),
)
def fatal_signs_disagree(data: Dataset) -> Iterator[Yield]:
    """AESDTH, AEOUT and toxicity grade are inconsistent about whether an event was fatal.

    ## What it checks
    AESDTH = Y, AEOUT = FATAL and grade 5 occur together, as far as these variables are present; with
    several grades the worst counts. A missing outcome or grade is not compared; a missing AESDTH counts
    as N.

    ## Not a fault
    Different grades in different grade variables. A study that collects severity instead of grades.

    ## Why it matters
    The number of fatal events depends on the variable that selects them.

    ## Smallest fix
    Correct the variable that is wrong, according to the cause of death.
    """
    signs = _signs(data)
    if len(signs) < 2:
        yield NotApplicable("only one of AESDTH, AEOUT and toxicity grade is present")
        return
    spared = np.logical_or.reduce([sign.denies for sign in signs])
    variables = _told_by(signs)
    message = f"{_and(list(variables))} are inconsistent about death"
    yield Fault(fatal(data) & spared, variables, message)


@dataclass(frozen=True, eq=False)
class _Sign:
    """What tells whether an event was fatal: records it calls fatal, and records it calls not fatal."""

    variables: tuple[str, ...]
    says: Mask
    denies: Mask


def _signs(data: Dataset) -> list[_Sign]:
    signs = []
    if "AESDTH" in data:
        died = data.equals("AESDTH", "Y")
        signs.append(_Sign(("AESDTH",), died, ~died))
    if "AEOUT" in data:
        died = data.matching("AEOUT", lambda text: str(text).strip().upper() == "FATAL")
        signs.append(_Sign(("AEOUT",), died, data.filled("AEOUT") & ~died))
    graded = tuple(name for name in _GRADES if name in data)
    if graded:
        worst = np.fmax.reduce([grades(data, name) for name in graded])
        signs.append(_Sign(graded, worst == FATAL_GRADE, worst < FATAL_GRADE))
    return signs


def _told_by(signs: list[_Sign]) -> tuple[str, ...]:
    return tuple(name for sign in signs for name in sign.variables)


def fatal(data: Dataset) -> Mask:
    fatal: Mask = np.logical_or.reduce([sign.says for sign in _signs(data)])
    return fatal


def _and(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _deaths(data: Dataset, study: Study) -> Deaths:
    """Deaths in ADSL; where it was not delivered or says nothing of them, those of the dataset itself."""
    if "ADSL" not in study:
        return deaths_of(data, data)
    adsl = study["ADSL"]
    knows = "USUBJID" in adsl and ("DTHFL" in adsl or "DTHDT" in adsl)
    return deaths_of(data, adsl if knows else data)


@readiness(
    "AE021",
    title="Fatal adverse event without a death in ADSL",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("USUBJID",),
    needs_any=(_FATAL, _DEATHS),
    consults=("ADSL",),
)
def fatal_without_death(data: Dataset, study: Study) -> Iterator[Fault]:
    """An event was fatal, but the subject has no death in ADSL.

    ## What it checks
    Subjects with an event of AESDTH = Y, AEOUT = FATAL or grade 5 have DTHFL = Y or DTHDT in ADSL.

    ## Not a fault
    The reverse: death from the disease under study is not an adverse event. A death without a date.
    Subjects who are not in ADSL: another rule reports them.

    ## Why it matters
    The death is missing from overall survival, or the event was not fatal.

    ## Smallest fix
    Take deaths from one source; complete DTHFL and DTHDT.
    """
    death = _deaths(data, study)
    alive = fatal(data) & death.known & ~death.died
    message = "fatal event, but the subject has no death in ADSL"
    yield Fault(alive, (*_told_by(_signs(data)), "DTHFL", "DTHDT"), message)


@readiness(
    "AE022",
    title="Fatal adverse event does not end on the date of death",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("USUBJID", "AENDT"),
    needs_any=(_FATAL, DEATH_DATE),
    consults=("ADSL",),
)
def fatal_end_differs(data: Dataset, study: Study) -> Iterator[Fault]:
    """A fatal event does not end on the date of death.

    ## What it checks
    AENDT of an event with AESDTH = Y, AEOUT = FATAL or grade 5 equals DTHDT (from the record, otherwise
    from ADSL). A note if DTHDT was imputed.

    ## Not a fault
    A missing AENDT or DTHDT. An imputed AENDT that may have been the date of death.

    ## Why it matters
    Overall survival uses one of the two dates.

    ## Smallest fix
    Take both dates from the same source.
    """
    end = analysed(data, "AENDT", "AENDTF", "AEENDTC")
    differs, imputed = (
        fatal(data) & end.exclude(subject_days(data, study, "DTHDT")),
        death_imputed(data, study),
    )
    message = "AENDT of a fatal event differs from DTHDT"
    yield Fault(differs & ~imputed, ("AENDT", "DTHDT"), message)
    yield Fault(differs & imputed, ("AENDT", "DTHDT"), f"{message} (imputed date)", Severity.NOTE)


@readiness(
    "AE023",
    title="Adverse event starts after death",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("USUBJID", "ASTDT"),
    needs_any=(DEATH_DATE,),
    consults=("ADSL",),
)
def start_after_death(data: Dataset, study: Study) -> Iterator[Fault]:
    """An adverse event starts after the subject's death.

    ## What it checks
    ASTDT is on or before DTHDT (from the record, otherwise from ADSL). A note if DTHDT was imputed.

    ## Not a fault
    An imputed start date that may have been earlier. A death without a date.

    ## Why it matters
    One of the two dates is wrong. If it is DTHDT, overall survival is wrong, too.

    ## Smallest fix
    Correct the date that is wrong.
    """
    start = analysed(data, "ASTDT", "ASTDTF", "AESTDTC")
    after, imputed = start.first > subject_days(data, study, "DTHDT"), death_imputed(data, study)
    message = "ASTDT is after DTHDT"
    yield Fault(after & ~imputed, ("ASTDT", "DTHDT"), message)
    yield Fault(after & imputed, ("ASTDT", "DTHDT"), f"{message} (imputed date)", Severity.NOTE)


def death_imputed(data: Dataset, study: Study) -> Mask:
    flag = subject(data, study, "DTHDTF")
    return np.zeros(len(data), dtype=np.bool_) if flag is None else flag.known & ~flag.missing()
