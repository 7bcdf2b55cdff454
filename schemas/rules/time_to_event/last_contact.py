"""Rules about the end of overall survival: the last contact, and what is dated after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...evidence.cut_off import cut_off_for, likely_cut_off
from ...evidence.parameters import Parameters
from ...evidence.subjects import adsl_record
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

Days = NDArray[np.float64]

_DATES = ("ADT", "ASTDT")


@readiness(
    "XD009",
    title="Overall survival is censored on another day than the last contact",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT"),
    datasets=("ADSL",),
    consults=("TS",),
)
def censored_apart_from_last_contact(data: Dataset, study: Study) -> Iterator[Yield]:
    """Overall survival is not censored on the day the subject was last known alive.

    ## What it checks
    ADT of a censored record of overall survival equals LSTALVDT of ADSL.

    ## Not a fault
    Censoring at the data cut-off, stated or the last day on which many are censored, where the last
    contact is later. A last contact before STARTDT, raised to it. Imputed dates (ADTF, LSTALVDF). A subject
    without LSTALVDT.

    ## Why it matters
    Time at risk is lost, or time is counted in which nobody knows whether the subject was alive.

    ## Smallest fix
    Censor at LSTALVDT, or at the cut-off if that is earlier.
    """
    adsl = study["ADSL"]
    if "USUBJID" not in adsl or "LSTALVDT" not in adsl:
        yield NotApplicable("ADSL has no last contact by subject (USUBJID with LSTALVDT)")
        return
    record = adsl_record(data, adsl)
    adt, censored = data.days("ADT"), data.numbers("CNSR") >= 1
    survival = Parameters.of(data).records_with_role("OS") & censored
    contact = np.append(adsl.days("LSTALVDT"), np.nan)[record]
    differs = survival & (np.abs(adt - contact) > 0)
    differs &= ~(_at_cut_off(data, study, adt, survival) & (contact > adt))
    if "STARTDT" in data:
        startdt = data.days("STARTDT")
        differs &= ~((adt == startdt) & (contact < startdt))
    if "ADTF" in data:
        differs &= data.missing("ADTF")
    for flag in ("LSTALVDF", "LSTALVDTF"):
        if flag in adsl:
            differs &= ~np.append(adsl.filled(flag), False)[record]
    variables = ("ADT", "CNSR")
    message = "overall survival is censored before LSTALVDT of ADSL"
    yield Fault(differs & (adt < contact), variables, message)
    message = "overall survival is censored after LSTALVDT of ADSL"
    yield Fault(differs & (adt > contact), variables, message)


def _at_cut_off(data: Dataset, study: Study, adt: Days, censored: Mask) -> Mask:
    """Records that end on the cut-off, or on what looks like it where none is stated."""
    cut_off = cut_off_for(data, study)
    if cut_off is not None:
        day = cut_off.day
    else:
        likely = likely_cut_off(adt[censored], np.ones(int(censored.sum()), dtype=np.bool_))
        day = np.full(len(data), np.nan if likely is None else likely[0])
    at_cut_off: Mask = adt == day
    return at_cut_off


@readiness(
    "XD010",
    title="A record is dated after the end of overall survival",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.BDS, Structure.OCCDS),
    needs=("USUBJID",),
    needs_any=(_DATES,),
    consults=("ADTTE", "ADSL", "TS"),
)
def dated_after_survival(data: Dataset, study: Study) -> Iterator[Yield]:
    """Something happened to a subject after their death, or after the day they were last known alive.

    ## What it checks
    ADT and ASTDT are on or before ADT of overall survival of the same subject, in whichever dataset of
    times to an event that is.

    ## Not a fault
    Subjects censored at the data cut-off, stated or likely: other data may go further. Imputed dates
    (ADTF, ASTDTF) and derived records (DTYPE). Progression-free survival, which has a rule of its own.

    ## Why it matters
    A visit proves that somebody was alive: overall survival was censored too early. A visit after death
    proves that one of the two dates is wrong.

    ## Smallest fix
    Derive the last contact from all datasets; correct the date of death, or of the record.
    """
    ends = [end for end in map(_Survival.of, study) if end is not None]
    if not ends:
        yield NotApplicable("no dataset has overall survival by subject")
        return
    for survival in ends:
        yield from _later_records(data, study, survival)


@dataclass(frozen=True, eq=False)
class _Survival:
    """Overall survival of a dataset by subject: the position of the only record, -1 where there is none."""

    data: Dataset
    position: NDArray[np.intp]

    @classmethod
    def of(cls, data: Dataset) -> _Survival | None:
        needed = ("USUBJID", "PARAMCD", "CNSR", "ADT")
        if Structure.TTE not in data.structure.lineage or not all(name in data for name in needed):
            return None
        subject = data.distinct("USUBJID").codes
        chosen = Parameters.of(data).records_with_role("OS") & (subject >= 0)
        if not chosen.any():
            return None
        subjects = int(subject.max()) + 1
        position = np.full(subjects, -1, dtype=np.intp)
        position[subject[chosen]] = np.flatnonzero(chosen)
        position[np.bincount(subject[chosen], minlength=subjects) != 1] = -1
        return cls(data, position)

    def record_of(self, data: Dataset) -> NDArray[np.intp]:
        """The record of overall survival of each record's subject."""
        subject = np.append(self.data.distinct("USUBJID").codes, -1)[adsl_record(data, self.data)]
        record: NDArray[np.intp] = np.append(self.position, -1)[subject]
        return record


def _later_records(data: Dataset, study: Study, survival: _Survival) -> Iterator[Fault]:
    source = survival.data
    adt, cnsr = source.days("ADT"), source.numbers("CNSR")
    open_end = _at_cut_off(source, study, adt, cnsr >= 1) & (cnsr >= 1)
    record = survival.record_of(data)
    end = np.append(np.where(open_end, np.nan, adt), np.nan)[record]
    died = np.append(cnsr == 0, False)[record]
    judged = np.ones(len(data), dtype=np.bool_)
    if Structure.TTE in data.structure.lineage and "PARAMCD" in data:
        parameters = Parameters.of(data)
        judged &= ~parameters.records_with_role("OS") & ~parameters.records_with_role("PFS")
    if "DTYPE" in data:
        judged &= data.missing("DTYPE")
    for variable in _DATES:
        if variable not in data:
            continue
        later = judged & (data.days(variable) > end)
        if f"{variable}F" in data:
            later &= data.missing(f"{variable}F")
        yield Fault(later & died, (variable,), f"{variable} is after the subject's death in {source.name}")
        message = f"{variable} is after the day on which overall survival of {source.name} is censored"
        yield Fault(later & ~died, (variable,), message)
