"""Rules about time-to-event records: required variables, duplicates and durations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ...evidence.analysis_flags import analysis_flags, selected
from ...evidence.arms import TELLING_APART, grouped_over_arms
from ...evidence.parameters import identify_subjects, split
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Codes, Mask
from ...study.dataset import Dataset
from ...study.parameters import Parameters
from ...study.study import Study
from ..readiness import readiness
from ..rule import NO_PARAMETERS, Fault, Grain, Inference, Yield


@readiness(
    "TTE001",
    title="Required variable is not present or is character",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
)
def essential_variable_absent(data: Dataset) -> Iterator[Fault]:
    """A variable required for survival analysis is not present, or has the wrong type.

    ## What it checks
    A time-to-event dataset has USUBJID, PARAMCD and CNSR, and AVAL or both ADT and STARTDT, from which AVAL
    is derived. Each variable not present is one finding; rules that need it are not applicable. AVAL and
    CNSR are numeric: if they are character, rules that need them cannot be run. PARAMCD identifies
    parameters: if it has 20 or more values and at least nine in ten have one subject only, it identifies
    subjects or records, and rules that compare the records of a parameter are not applicable.

    ## Not a fault
    AVAL not present if ADT and STARTDT are: the duration can be derived from them. A survival table still
    needs AVAL, since only AVAL shows whether one day is added.

    ## Why it matters
    Without these variables, time at risk and event status are unknown.

    ## Smallest fix
    Export the variable.
    """
    for variable in ("USUBJID", "PARAMCD", "CNSR"):
        if variable not in data:
            yield Fault(None, (variable,), f"{variable} is not present", cause="absent")
    if "AVAL" not in data and not ("ADT" in data and "STARTDT" in data):
        message = "neither AVAL nor both ADT and STARTDT are present"
        yield Fault(None, ("AVAL", "ADT", "STARTDT"), message, cause="absent")
    if "PARAMCD" in data and identify_subjects(data):
        yield Fault(None, ("PARAMCD",), NO_PARAMETERS, cause="identifiers")
    for variable in ("AVAL", "CNSR"):
        if variable in data and data.is_character(variable) and data.filled(variable).any():
            message = f"{variable} is character; a numeric variable is expected"
            yield Fault(None, (variable,), message, cause="character")


@readiness(
    "TTE002",
    title="Subjects with several records, none selected by an analysis flag",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD"),
    consults=("ADSL",),
)
def repeated_record(data: Dataset, study: Study) -> Iterator[Yield]:
    """A subject has several records of a parameter, and no variable selects the record to analyse.

    ## What it checks
    Records with the same USUBJID and PARAMCD differ in DTYPE, BASETYPE, APERIOD, TRTP, TRTA, PARCATy,
    PARQUAL, AVISIT or a data cut-off variable; or an analysis flag ANLzzFL is Y on only one of them. Two
    flagged records of a subject are an error. TRTP and TRTA distinguish records only if ADSL has several
    treatment periods (TRT02P, …), is not present, or does not have the value as a treatment.

    ## Not a fault
    Several records of which ANLzzFL selects one: the report names the flag. A subject without a flagged
    record, if the flag selects one record of other subjects, is not analysed. Parameters declared as
    recurrent. A crossover, by period. Records of pooled arms, which are not arms in ADSL. ASEQ numbers the
    records; it does not select one.

    ## Why it matters
    A subject with two records is counted twice.

    ## Smallest fix
    Remove the duplicate, or set ANL01FL to Y on the record to analyse. If the event is recurrent, declare
    its parameter: `recurrent = ["HOSP"]` under `[study]`.
    """
    parameters = data.parameters
    recurrent = [name for name in parameters.names if parameters.endpoint(name).recurrent]
    judged = parameters.durations & data.filled("USUBJID") & data.filled("PARAMCD")
    judged &= ~parameters.among(recurrent)
    tellers = [name for name in data.names if TELLING_APART.match(name)]
    group = data.groups("USUBJID", "PARAMCD", *tellers)
    apart, over_arms = _repeated(group, judged), grouped_over_arms(data, study, tellers)
    if over_arms is not None:
        group = over_arms
    repeated = _repeated(group, judged)
    if not repeated.any():
        yield from _told_apart(data, judged, tellers)
        return
    flags = analysis_flags(data)
    selections, faulty = _left_by_flags(data, parameters, group, repeated, flags)
    for name, flag in selections:
        yield Inference("selection", f"one record per subject where {flag} = Y", name)
    for of, mask in split(data, faulty):
        selected = any(data.equals(flag, "Y")[mask].all() for flag in flags)
        by_flag = " are selected by an analysis flag" if selected else ", none selected by an analysis flag"
        message = f"{of.opening}several records per subject and parameter{by_flag}"
        differing = [name for name in ("AVAL", "ADT") if name in data and _differs(data, name, group, mask)]
        if not (mask & apart).any():
            message += "; one for each arm, but ADSL has one treatment period"
        elif differing:
            declared = f'recurrent = ["{of.parameter}"]' if of.parameter else "recurrent"
            verb = "differ" if len(differing) > 1 else "differs"
            message += f"; {' and '.join(differing)} {verb}: "
            message += f"if the event is recurrent, declare {declared} in [study]"
        yield Fault(mask, ("USUBJID", "PARAMCD", *flags, *tellers), message, parameter=of.parameter)


def _differs(data: Dataset, variable: str, group: Codes, mask: Mask) -> bool:
    """Whether a variable has another value on most of the records under a mask that share a group."""
    value = data.distinct(variable).codes
    pairs = pd.Index(group[mask].astype(np.int64) * (int(value.max(initial=0)) + 2) + value[mask])
    return bool(2 * np.count_nonzero(pairs.duplicated(keep=False)) < np.count_nonzero(mask))


def _repeated(group: Codes, judged: Mask) -> Mask:
    """The judged records of which there are several in a group."""
    several: Mask = np.bincount(group[judged], minlength=int(group.max(initial=0)) + 1)[group] > 1
    return several & judged


def _left_by_flags(
    data: Dataset, parameters: Parameters, group: Codes, repeated: Mask, flags: Sequence[str]
) -> tuple[list[tuple[str, str]], Mask]:
    """Which flag selects the record to analyse in which parameter, and the records it leaves repeated.

    For each parameter the flag that leaves exactly one record of most subjects; what it fails to
    tell apart is faulty, and so is every repetition in a parameter where no flag leaves one."""
    groups = int(group.max()) + 1
    parameter_of = np.zeros(groups, dtype=np.intp)
    parameter_of[group] = parameters.codes
    in_question = np.bincount(group[repeated], minlength=groups) > 0
    score = np.zeros((len(flags) + 1, len(parameters.names)), dtype=np.intp)
    faulty = [repeated]  # by the choice of no flag at all
    for number, flag in enumerate(flags, start=1):
        flagged = repeated & data.equals(flag, "Y")
        chosen = np.bincount(group[flagged], minlength=groups)
        one = in_question & (chosen == 1)
        score[number] = np.bincount(parameter_of[one], minlength=len(parameters.names))
        faulty.append(flagged & (chosen > 1)[group])
    best = score.argmax(axis=0)
    selections = [(parameters.names[p], flags[best[p] - 1]) for p in np.flatnonzero(best)]
    mask = np.zeros(len(data), dtype=np.bool_)
    for number, of_choice in enumerate(faulty):
        mask |= of_choice & (best == number)[parameters.codes]
    return selections, mask


def _told_apart(data: Dataset, judged: Mask, tellers: Sequence[str]) -> Iterator[Inference]:
    """Say what tells records of one subject and parameter apart, where there are several."""

    def unique_with(*names: str) -> bool:
        group = data.groups("USUBJID", "PARAMCD", *names)[judged]
        return not len(group) or int(np.bincount(group).max()) == 1

    if unique_with():
        return
    enough = next((name for name in tellers if unique_with(name)), ", ".join(tellers))
    yield Inference("selection", f"several records per subject and parameter, distinguished by {enough}")


@readiness(
    "TTE003",
    title="AVAL is missing",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("AVAL",),
)
def duration_missing(data: Dataset) -> Iterator[Fault]:
    """AVAL is missing on a time-to-event record.

    ## What it checks
    AVAL has a value. On records to be analysed (those with an ANLzzFL of Y, or all records if ANLzzFL is
    not present) a missing AVAL is an error, on other records a warning.

    ## Not a fault
    A missing AVAL in a parameter without CNSR, which is not a time to event.

    ## Why it matters
    Survival software drops the subject silently, and the number at risk is wrong from the start.

    ## Smallest fix
    Derive AVAL from ADT and STARTDT, or exclude the record and document why.
    """
    missing = data.parameters.durations & data.missing("AVAL")
    flags, analysed = analysis_flags(data), selected(data)
    yield Fault(missing & analysed, ("AVAL",), "AVAL is missing on a record to be analysed")
    yield Fault(
        missing & ~analysed,
        ("AVAL", *flags),
        "AVAL is missing on a record not selected by an analysis flag",
        Severity.WARNING,
    )


@readiness(
    "TTE004",
    title="PARAMCD and PARAM or PARAMN are not one-to-one",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD",),
    needs_any=(("PARAM", "PARAMN"),),
)
def parameter_not_one_to_one(data: Dataset) -> Iterator[Fault]:
    """A PARAMCD has several values of PARAM or PARAMN, or several PARAMCD share one.

    ## What it checks
    Each PARAMCD has one PARAM and one PARAMN, and each PARAM or PARAMN has one PARAMCD.

    ## Not a fault
    A parameter without PARAMN.

    ## Why it matters
    Selections by PARAMCD and by PARAM give different records.

    ## Smallest fix
    Correct PARAM or PARAMN; use a separate PARAMCD for each parameter.
    """
    for partner in ("PARAM", "PARAMN"):
        if partner in data:
            several = _several(data, partner, of="PARAMCD")
            yield Fault(several, ("PARAMCD", partner), f"one PARAMCD has several values of {partner}")
            shared = _several(data, "PARAMCD", of=partner)
            yield Fault(shared, ("PARAMCD", partner), f"one {partner} has several values of PARAMCD")


def _several(data: Dataset, variable: str, of: str) -> Mask:
    """Records whose value of `of` stands with more than one value of `variable`."""
    left, right = data.distinct(of), data.distinct(variable)
    both = (left.codes >= 0) & (right.codes >= 0)
    width = len(right) + 1
    pairs = np.unique(left.codes[both] * width + right.codes[both])
    partners = np.bincount(pairs // width, minlength=len(left))
    return left.spread(partners > 1, missing=False) & both


@readiness(
    "TTE005",
    title="AVAL is zero",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("AVAL",),
)
def zero_duration(data: Dataset) -> Iterator[Fault]:
    """AVAL of a time-to-event record is zero.

    ## What it checks
    The number of records with AVAL = 0.

    ## Why it matters
    R and lifelines keep a subject with time zero, Stata drops it, and an event at time zero lowers the
    curve before the first day.

    ## Smallest fix
    None if intended. Otherwise add one day: AVAL = ADT - STARTDT + 1.
    """
    zero = data.parameters.durations & (data.numbers("AVAL") == 0)
    yield Fault(zero, ("AVAL",), "AVAL is zero, which survival software handles differently")


@readiness(
    "TTE006",
    title="AVAL is negative or infinite",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("AVAL",),
)
def negative_duration(data: Dataset) -> Iterator[Fault]:
    """AVAL of a time-to-event record is negative or infinite.

    ## What it checks
    AVAL of time-to-event records is non-negative and finite.

    ## Not a fault
    A negative AVAL in a parameter without CNSR, which is not a time to event.

    ## Why it matters
    lifelines, Stata and R accept a negative time or drop the subject; either changes the estimate
    silently.

    ## Smallest fix
    Correct ADT or STARTDT and derive AVAL again.
    """
    durations, aval = data.parameters.durations, data.numbers("AVAL")
    yield Fault(durations & (aval < 0), ("AVAL",), "AVAL is negative")
    yield Fault(durations & (aval == np.inf), ("AVAL",), "AVAL is infinite")


@readiness(
    "TTE027",
    title="Time-to-event dataset has no records",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
)
def no_records(data: Dataset) -> Iterator[Fault]:
    """A time-to-event dataset is empty.

    ## What it checks
    A time-to-event dataset has records.

    ## Why it matters
    All other rules pass on an empty dataset. An export truncated after its header may be the cause.

    ## Smallest fix
    Export the dataset again.
    """
    if not len(data):
        yield Fault(None, (), "the dataset has no records")


@readiness(
    "TTE028",
    title="USUBJID or PARAMCD is missing",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD"),
)
def unidentified_record(data: Dataset) -> Iterator[Fault]:
    """USUBJID or PARAMCD is missing on a record.

    ## What it checks
    Both have a value on every record.

    ## Why it matters
    No analysis selects the record, so an event or a subject is lost silently.

    ## Smallest fix
    Populate the variable, or exclude the record and document why.
    """
    for variable in ("USUBJID", "PARAMCD"):
        yield Fault(data.missing(variable), (variable,), f"{variable} is missing")


@readiness(
    "TTE029",
    title="Time-to-event data checked as another structure",
    severity=Severity.ERROR,
    grain=Grain.METADATA,
    excluded=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
)
def not_judged_as_time_to_event(data: Dataset) -> Iterator[Fault]:
    """A dataset with PARAMCD and CNSR is not checked by the time-to-event rules.

    ## What it checks
    CNSR is a variable of time-to-event datasets only. A dataset with PARAMCD and CNSR and another declared
    class is an error if its name or STARTDT, EVNTDESC or CNSDTDSC also indicate time-to-event data; it is a
    warning if only CNSR does.

    ## Not a fault
    Data without CNSR.

    ## Why it matters
    An inverted CNSR, a missing AVAL or a duplicate record is not detected, since the time-to-event rules
    are not run. `adamgate survival` creates no table from such a dataset.

    ## Smallest fix
    Declare it as BASIC DATA STRUCTURE with the subclass TIME-TO-EVENT, or remove CNSR.
    """
    certain = data.overruled is Structure.TTE
    judged = f"the dataset is checked as {data.structure}{', its declared class' if certain else ''}"
    yield Fault(
        None,
        ("PARAMCD", "CNSR"),
        f"PARAMCD and CNSR indicate time-to-event data, but {judged}",
        None if certain else Severity.WARNING,
    )
