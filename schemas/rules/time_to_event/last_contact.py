"""Rules about the end of overall survival: the date last known alive, and dates after it."""

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
    title="OS censoring date differs from LSTALVDT",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "ADSL.LSTALVDT"),
    consults=("TS",),
)
def censored_apart_from_last_contact(data: Dataset, study: Study) -> Iterator[Fault]:
    """Overall survival is not censored at the date last known alive.

    ## What it checks
    ADT of a censored overall survival record equals LSTALVDT in ADSL.

    ## Not a fault
    Censoring at the data cut-off, stated or inferred from the last day on which many are censored, if
    LSTALVDT is later. A record with an earlier cut-off (DCUTDT, …) or of an interim analysis, if LSTALVDT is
    after that cut-off. ADT equal to STARTDT if LSTALVDT is before STARTDT. Imputed dates (ADTF, LSTALVDF).
    A subject without LSTALVDT.

    ## Why it matters
    Time at risk is lost, or time with unknown survival status is counted.

    ## Smallest fix
    Censor at LSTALVDT, or at the data cut-off if it is earlier.
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
    message = "OS censoring date (ADT) is before LSTALVDT in ADSL"
    yield Fault(differs & (adt < contact), variables, message)
    message = "OS censoring date (ADT) is after LSTALVDT in ADSL"
    yield Fault(differs & (adt > contact), variables, message)


@readiness(
    "XD010",
    title="Date is after death or the OS censoring date",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.BDS, Structure.OCCDS),
    needs=("USUBJID",),
    needs_any=(_DATES,),
    consults=("ADTTE", "ADSL", "TS"),
)
def dated_after_survival(data: Dataset, study: Study) -> Iterator[Yield]:
    """ADT or ASTDT is after death or after the censoring date of overall survival.

    ## What it checks
    ADT and ASTDT are on or before ADT of overall survival (OS) of the same subject, in any time-to-event
    dataset.

    ## Not a fault
    Subjects censored at the data cut-off, stated or likely: other datasets may have later data. Imputed
    dates (ADTF, ASTDTF) and derived records (DTYPE). Progression-free survival, which has a separate rule.

    ## Why it matters
    A later visit shows that the subject was alive: OS was censored too early. A date after death shows that
    one of the two dates is wrong.

    ## Smallest fix
    Derive the date last known alive from all datasets; correct the date of death or of the record.
    """
    ends = SurvivalEnds.of(study)
    if ends is None:
        yield NotApplicable("no dataset with overall survival is present")
        return
    dates = {variable: _judged_days(data, variable) for variable in _DATES if variable in data}
    subject = ends.subject_of(data)
    for source, end, died in ends.before(subject, tuple(dates.values())):
        for variable, day in dates.items():
            later = day > end
            yield Fault(later & died, (variable,), f"{variable} is after the date of death in {source}")
            message = f"{variable} is after the OS censoring date in {source}"
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
