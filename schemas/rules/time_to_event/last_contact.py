"""Rules about the end of overall survival: the last contact, and what is dated after it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...evidence.analysis_flags import standing
from ...evidence.cut_off import at_cut_off, day_of_cut_off, of_earlier_cut_off
from ...evidence.parameters import records_with_role
from ...evidence.subjects import in_adsl
from ...evidence.survival_ends import SurvivalEnds
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_DATES = ("ADT", "ASTDT")


@readiness(
    "XD009",
    title="Overall survival is censored on another day than the last contact",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "ADSL.LSTALVDT"),
    consults=("TS",),
)
def censored_apart_from_last_contact(data: Dataset, study: Study) -> Iterator[Fault]:
    """Overall survival is not censored on the day the subject was last known alive.

    ## What it checks
    ADT of a censored record of overall survival equals LSTALVDT of ADSL.

    ## Not a fault
    Censoring at the data cut-off, stated or the last day on which many are censored, where the last
    contact is later; a record with an earlier cut-off of its own (DCUTDT, …), or of an interim analysis,
    where the last contact is after that. A last contact before STARTDT, raised to it. Imputed dates (ADTF,
    LSTALVDF). A subject without LSTALVDT.

    ## Why it matters
    Time at risk is lost, or time is counted in which nobody knows whether the subject was alive.

    ## Smallest fix
    Censor at LSTALVDT, or at the cut-off if that is earlier.
    """
    adsl = study["ADSL"]
    adt, censored = data.days("ADT"), data.numbers("CNSR") >= 1
    survival = records_with_role(data, "OS") & censored & standing(data)
    contact = in_adsl(data, adsl, "LSTALVDT").days()
    differs = survival & (np.abs(adt - contact) > 0)
    differs &= ~(at_cut_off(data, study, adt, survival) & (contact > adt))
    earlier = of_earlier_cut_off(data, study)
    if earlier.any():
        differs &= ~(earlier & ~(contact <= day_of_cut_off(data, study)) & (contact > adt))
    if "STARTDT" in data:
        startdt = data.days("STARTDT")
        differs &= ~((adt == startdt) & (contact < startdt))
    if "ADTF" in data:
        differs &= data.missing("ADTF")
    for flag in ("LSTALVDF", "LSTALVDTF"):
        if flag in adsl:
            differs &= ~in_adsl(data, adsl, flag).filled()
    variables = ("ADT", "CNSR")
    message = "overall survival is censored before LSTALVDT of ADSL"
    yield Fault(differs & (adt < contact), variables, message)
    message = "overall survival is censored after LSTALVDT of ADSL"
    yield Fault(differs & (adt > contact), variables, message)


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
    ends = SurvivalEnds.of(study)
    if ends is None:
        yield NotApplicable("no dataset has overall survival by subject")
        return
    dates = {variable: _judged_days(data, variable) for variable in _DATES if variable in data}
    subject = ends.subject_of(data)
    for source, end, died in ends.before(subject, tuple(dates.values())):
        for variable, day in dates.items():
            later = day > end
            yield Fault(later & died, (variable,), f"{variable} is after the subject's death in {source}")
            message = f"{variable} is after the day on which overall survival of {source} is censored"
            yield Fault(later & ~died, (variable,), message)


def _judged_days(data: Dataset, variable: str) -> Days:
    """A date of each record; NaN where it is not judged."""
    judged = np.ones(len(data), dtype=np.bool_)
    if Structure.TTE in data.structure.lineage and "PARAMCD" in data:
        judged &= ~records_with_role(data, "OS") & ~records_with_role(data, "PFS")
    if "DTYPE" in data:
        judged &= data.missing("DTYPE")
    if f"{variable}F" in data:
        judged &= data.missing(f"{variable}F")
    return np.where(judged, data.days(variable), np.nan)
