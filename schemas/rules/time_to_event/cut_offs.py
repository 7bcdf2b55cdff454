"""Rules about the data cut-off: dates after it, and datasets with different cut-offs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...evidence.cut_off import (
    CUT_OFFS,
    NO_CUT_OFF,
    CutOff,
    at_interim,
    cut_off_for,
    day_of_cut_off,
    declared_cut_off,
    likely_cut_off,
    own_cut_offs,
)
from ...evidence.parameters import records_with_role, split
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import none_present
from ..readiness import readiness
from ..rule import Fault, Grain, Inference, NotApplicable, Yield

_FAR = 365
"""Days before the cut-off: nobody is seen every day, but most plans see everybody within a year."""

_DATES = ("ADT", "ASTDT")
"""When what a record is about was observed or began."""


@readiness(
    "TTE018",
    title="ADT is after the data cut-off",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.TTE,),
    needs=("ADT",),
)
def end_after_cut_off(data: Dataset) -> Iterator[Yield]:
    """ADT is after the declared data cut-off, or after the cut-off on the record.

    ## What it checks
    ADT is on or before the declared data cut-off, else the cut-off on the same record (DCUTDT, CUTOFFDT, …).

    ## Not a fault
    No cut-off, neither declared nor on the record: a cut-off is never guessed.

    ## Why it matters
    After the cut-off, data are complete only for some subjects, mostly those with events.

    ## Smallest fix
    Censor at the cut-off, or correct the date.
    """
    declared = declared_cut_off(data)
    own = [variable for variable in CUT_OFFS if variable in data]
    if declared is None and not own:
        yield NotApplicable(f"no data cut-off is declared, and {none_present(*CUT_OFFS)}")
        return
    adt, judged = data.days("ADT"), _times_to_event(data)
    if declared is not None:
        yield Fault(judged & (adt > declared.day), ("ADT",), "ADT is after the declared data cut-off")
        return
    for variable in own:
        yield Fault(judged & (adt > data.days(variable)), ("ADT", variable), f"ADT is after {variable}")


@readiness(
    "XD005",
    title="ADT is after the data cut-off in TS or ADSL",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "ADT"),
    consults=("TS", "ADSL"),
)
def end_after_cut_off_of_study(data: Dataset, study: Study) -> Iterator[Yield]:
    """ADT is after the data cut-off in TS or ADSL.

    ## What it checks
    ADT is on or before the data cut-off in TS (TSPARMCD = DCUTDTC), else that of the subject in ADSL (DCUTDT,
    CUTOFFDT, …).

    ## Not a fault
    No cut-off in either: the rule is then not applicable. A declared cut-off, or one on the record, takes
    precedence.

    ## Why it matters
    After the cut-off, data are complete only for some subjects, mostly those with events.

    ## Smallest fix
    Censor at the cut-off, or correct the date.
    """
    cut_off = cut_off_for(data, study)
    if cut_off is None or cut_off.declared:
        yield NotApplicable(
            "a data cut-off is declared, which another rule checks"
            if cut_off is not None
            else "no data cut-off in TS (TSPARMCD = DCUTDTC) or ADSL (USUBJID with DCUTDT, CUTOFFDT, …)"
        )
        return
    late = _times_to_event(data) & (data.days("ADT") > cut_off.day)
    for variable in own_cut_offs(data):
        late &= data.missing(variable)
    yield Fault(late, ("ADT",), f"ADT is after {cut_off.source}")


@readiness(
    "XD018",
    title="Dataset does not match the data cut-off of the study",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    needs=("USUBJID",),
    needs_any=((*CUT_OFFS, *_DATES),),
    consults=("TS", "ADSL"),
)
def another_cut_off(data: Dataset, study: Study) -> Iterator[Yield]:
    """A dataset was created with a later or an earlier data cut-off than that of the study.

    ## What it checks
    A cut-off variable of the dataset equals the data cut-off of the study (declared, in TS as TSPARMCD =
    DCUTDTC, or in a variable of ADSL), and ADT and ASTDT are on or before it in all but time-to-event
    datasets. If the cut-off is declared, both are errors.

    ## Not a fault
    Imputed dates (ADTF, ASTDTF). No stated cut-off: it is never guessed. Time-to-event datasets have a
    separate rule. An earlier cut-off of an interim analysis: it is named in PARAM, or the subject has another
    record of the parameter with the cut-off of the study.

    ## Why it matters
    Deaths from one cut-off and adverse events from another cannot be analysed together.

    ## Smallest fix
    Create all datasets from one snapshot, or apply the cut-off to the later one.
    """
    cut_off = cut_off_for(data, study)
    if cut_off is None:
        yield NotApplicable(NO_CUT_OFF)
        return
    severity = Severity.ERROR if cut_off.declared else None
    yield from _other_values(data, cut_off, severity)
    if Structure.TTE in data.structure.lineage:
        return
    for variable in _DATES:
        if variable in data:
            late = data.days(variable) > cut_off.day
            if f"{variable}F" in data:
                late &= data.missing(f"{variable}F")
            yield Fault(late, (variable,), f"{variable} is after {cut_off.source}", severity)


def _other_values(data: Dataset, cut_off: CutOff, severity: Severity | None) -> Iterator[Fault]:
    for variable in own_cut_offs(data):
        differs = np.abs(data.days(variable) - cut_off.day) > 0
        differs &= ~at_interim(data, variable, cut_off.day)
        yield Fault(differs, (variable,), f"{variable} differs from {cut_off.source}", severity)


@readiness(
    "XD019",
    title="Follow-up ends long before the data cut-off",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT"),
    consults=("TS", "ADSL"),
)
def follow_up_far_before_cut_off(data: Dataset, study: Study) -> Iterator[Yield]:
    """Many subjects were last known alive long before the data cut-off.

    ## What it checks
    The number of subjects censored for overall survival who were last known alive more than a year before
    the data cut-off (on the record, else declared, in TS as TSPARMCD = DCUTDTC, or in a variable of ADSL);
    reported from a quarter of them. If no cut-off is stated, the last day on which many records are
    censored is reported as the likely cut-off.

    ## Not a fault
    A few subjects lost to follow-up or withdrawn. Other endpoints, which end with the last assessment.

    ## Why it matters
    If subjects in poor health are lost to follow-up, survival is overestimated; and follow-up is shorter
    than the dates of the study suggest.

    ## Smallest fix
    None if contact was lost. Otherwise check that the date last known alive is derived from all sources.
    """
    parameters = data.parameters
    adt, censored = data.days("ADT"), data.numbers("CNSR") >= 1
    survival = records_with_role(data, "OS") & censored
    cut_off = cut_off_for(data, study)
    if cut_off is None:
        yield from _told_cut_off(adt, survival if survival.any() else censored)
        yield NotApplicable(NO_CUT_OFF)
        return
    gap = day_of_cut_off(data, study) - adt
    judged = survival & ~np.isnan(gap)
    far = judged & (gap > _FAR)
    for of, mask in split(data, far):
        among = judged & np.isin(parameters.codes, np.unique(parameters.codes[mask]))
        if 4 * np.count_nonzero(mask) >= np.count_nonzero(among):
            share = f"{np.count_nonzero(mask)} of {np.count_nonzero(among)} censored subjects"
            message = f"{of.opening}{share} were last known alive more than a year before {cut_off.source}"
            yield Fault(mask, ("ADT",), message, parameter=of.parameter)


def _told_cut_off(adt: NDArray[np.float64], censored: Mask) -> Iterator[Inference]:
    likely = likely_cut_off(adt, censored)
    if likely is not None:
        day, records = likely
        date = np.datetime64(int(day), "D")
        yield Inference(
            "cut-off",
            f"no data cut-off is stated; likely the last day of censoring: {records} are censored on it",
            values=str(date),
        )


def _times_to_event(data: Dataset) -> Mask:
    """Records with CNSR; all where there is no CNSR."""
    return data.filled("CNSR") if "CNSR" in data else np.ones(len(data), dtype=np.bool_)
