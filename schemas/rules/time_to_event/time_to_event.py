"""Rules about time-to-event records: what must be there, once, and with a usable duration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ...evidence.parameters import identify_subjects, split
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Codes, Mask
from ...study.dataset import Dataset
from ...study.parameters import Parameters
from ..readiness import readiness
from ..rule import NO_PARAMETERS, Fault, Grain, Inference, Yield

_ANALYSIS_FLAG = re.compile(r"ANL\d\dFL$")
_TELLING_APART = re.compile(
    r"(DTYPE|BASETYPE|APERIOD|TRTP|TRTA|PARCAT\d|PARQUAL|AVISIT|(DCUT|CUTOFF|DATACUT)\w*)$"
)


@readiness(
    "TTE001",
    title="A variable that survival analysis cannot do without is not there, or is text",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
)
def essential_variable_absent(data: Dataset) -> Iterator[Fault]:
    """Subject, parameter, censoring or duration is not there.

    ## What it checks
    A time-to-event dataset has USUBJID, PARAMCD and CNSR, and AVAL or both dates it is made from, ADT and
    STARTDT. Each that lacks is one finding; rules that need it do not apply because of that. AVAL and CNSR
    hold numbers: where they hold text, rules that need the numbers cannot be run. PARAMCD holds parameters:
    where 20 values or more have one subject each (nine in ten), it identifies subjects or records, and rules
    that compare the records of a parameter do not apply.

    ## Not a fault
    No AVAL where ADT and STARTDT are there: the duration can be derived from them. A survival table needs
    AVAL all the same, since nothing else tells whether the first day counts.

    ## Why it matters
    Without them nobody can tell who was followed for how long and whether the event occurred.

    ## Smallest fix
    Export the variable.
    """
    for variable in ("USUBJID", "PARAMCD", "CNSR"):
        if variable not in data:
            yield Fault(None, (variable,), f"{variable} is not there", cause="absent")
    if "AVAL" not in data and not ("ADT" in data and "STARTDT" in data):
        message = "there is neither AVAL nor both ADT and STARTDT"
        yield Fault(None, ("AVAL", "ADT", "STARTDT"), message, cause="absent")
    if "PARAMCD" in data and identify_subjects(data):
        yield Fault(None, ("PARAMCD",), NO_PARAMETERS, cause="identifiers")
    for variable in ("AVAL", "CNSR"):
        if variable in data and data.is_character(variable) and data.filled(variable).any():
            message = f"{variable} holds text where numbers are needed"
            yield Fault(None, (variable,), message, cause="character")


@readiness(
    "TTE002",
    title="Several records per subject and parameter",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD"),
)
def repeated_record(data: Dataset) -> Iterator[Yield]:
    """A subject has several records of a parameter and nothing says which one to analyse.

    ## What it checks
    Records of one USUBJID and PARAMCD differ in DTYPE, BASETYPE, APERIOD, TRTP, TRTA, PARCATy, PARQUAL,
    AVISIT or a data cut-off variable; or an analysis flag ANLzzFL is Y on one of them only. A subject
    flagged twice is an error.

    ## Not a fault
    Several records of which ANLzzFL leaves one: the report says which flag. A subject of whom no record
    is flagged, where the flag works for others, is not analysed. Parameters declared as recurrent. ASEQ
    numbers the records; it does not say which one counts.

    ## Why it matters
    A survival table with a subject twice counts their event twice.

    ## Smallest fix
    Remove the repetition, or set ANL01FL to Y on the record to analyse.
    """
    parameters = data.parameters
    recurrent = [name for name in parameters.names if parameters.endpoint(name).recurrent]
    judged = parameters.durations & data.filled("USUBJID") & data.filled("PARAMCD")
    judged &= ~parameters.among(recurrent)
    tellers = [name for name in data.names if _TELLING_APART.match(name)]
    group = data.groups("USUBJID", "PARAMCD", *tellers)
    repeated = (np.bincount(group[judged], minlength=group.max(initial=0) + 1)[group] > 1) & judged
    if not repeated.any():
        yield from _told_apart(data, judged, tellers)
        return
    flags = [name for name in data.names if _ANALYSIS_FLAG.match(name)]
    selections, faulty = _left_by_flags(data, parameters, group, repeated, flags)
    for name, flag in selections:
        yield Inference("selection", f"one record per subject where {flag} = Y", name)
    for of, mask in split(data, faulty):
        message = f"{of.opening}several records of one subject that nothing tells apart"
        yield Fault(mask, ("USUBJID", "PARAMCD", *flags, *tellers), message, parameter=of.parameter)


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
    yield Inference("selection", f"several records per subject and PARAMCD, told apart by {enough}")


@readiness(
    "TTE003",
    title="AVAL is missing",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("AVAL",),
)
def duration_missing(data: Dataset) -> Iterator[Fault]:
    """A record of a time to an event has no duration.

    ## What it checks
    AVAL has a value. On records to be analysed (those where an ANLzzFL is Y, or all where there is no
    ANLzzFL) its absence is an error, on others a warning.

    ## Not a fault
    A missing AVAL of a parameter without any CNSR, which is no time to an event.

    ## Why it matters
    Tools drop the subject without a word, and the number of subjects at risk is wrong from the start.

    ## Smallest fix
    Derive AVAL from ADT and STARTDT, or leave the record out and say why.
    """
    missing = data.parameters.durations & data.missing("AVAL")
    flags = [name for name in data.names if _ANALYSIS_FLAG.match(name)]
    analysed = np.ones(len(data), dtype=np.bool_)
    if flags:
        analysed = np.logical_or.reduce([data.equals(flag, "Y") for flag in flags])
    yield Fault(missing & analysed, ("AVAL",), "AVAL is missing on a record to be analysed")
    yield Fault(
        missing & ~analysed,
        ("AVAL", *flags),
        "AVAL is missing on a record that no analysis flag selects",
        Severity.WARNING,
    )


@readiness(
    "TTE004",
    title="PARAMCD and PARAM or PARAMN are not one to one",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD",),
    needs_any=(("PARAM", "PARAMN"),),
)
def parameter_not_one_to_one(data: Dataset) -> Iterator[Fault]:
    """One PARAMCD has two texts or numbers, or two PARAMCD share one.

    ## What it checks
    Each PARAMCD has one PARAM and one PARAMN, and each of these belongs to one PARAMCD.

    ## Not a fault
    A parameter without PARAMN.

    ## Why it matters
    A selection by PARAMCD and one by PARAM give different subjects.

    ## Smallest fix
    Correct the text or the number; give a parameter of its own a PARAMCD of its own.
    """
    for partner in ("PARAM", "PARAMN"):
        if partner in data:
            several = _several(data, partner, of="PARAMCD")
            yield Fault(several, ("PARAMCD", partner), f"one PARAMCD has several {partner}")
            shared = _several(data, "PARAMCD", of=partner)
            yield Fault(shared, ("PARAMCD", partner), f"several PARAMCD share one {partner}")


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
    title="A duration is zero",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("AVAL",),
)
def zero_duration(data: Dataset) -> Iterator[Fault]:
    """A time to event is zero.

    ## What it checks
    How many durations are zero.

    ## Why it matters
    R and lifelines keep a subject with time zero, Stata drops it, and an event at time zero lowers the
    curve before the first day.

    ## Smallest fix
    None if it is meant. Otherwise count the first day: AVAL = ADT - STARTDT + 1.
    """
    zero = data.parameters.durations & (data.numbers("AVAL") == 0)
    yield Fault(zero, ("AVAL",), "AVAL is zero; survival tools differ in what they do with it")


@readiness(
    "TTE006",
    title="AVAL is negative or infinite",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("AVAL",),
)
def negative_duration(data: Dataset) -> Iterator[Fault]:
    """A time to event is below zero.

    ## What it checks
    AVAL of a time to an event is zero or more, and finite.

    ## Not a fault
    A negative AVAL of a parameter without any CNSR, which is no time to an event.

    ## Why it matters
    lifelines, Stata and R take a negative time without complaint or drop the subject; either changes
    the estimate and says nothing.

    ## Smallest fix
    Correct ADT or STARTDT and derive AVAL again.
    """
    durations, aval = data.parameters.durations, data.numbers("AVAL")
    yield Fault(durations & (aval < 0), ("AVAL",), "AVAL is negative")
    yield Fault(durations & (aval == np.inf), ("AVAL",), "AVAL is infinite")


@readiness(
    "TTE027",
    title="A time-to-event dataset has no records",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
)
def no_records(data: Dataset) -> Iterator[Fault]:
    """There is nothing to analyse.

    ## What it checks
    A time-to-event dataset has records.

    ## Why it matters
    Every other rule passes on nothing. An export that was cut off after its header looks like this.

    ## Smallest fix
    Export the dataset again.
    """
    if not len(data):
        yield Fault(None, (), "the dataset has no records")


@readiness(
    "TTE028",
    title="A record does not say whose it is, or of which parameter",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD"),
)
def unidentified_record(data: Dataset) -> Iterator[Fault]:
    """USUBJID or PARAMCD is missing on a record.

    ## What it checks
    Both are filled on every record.

    ## Why it matters
    No analysis selects the record, so an event or a subject is lost without a trace.

    ## Smallest fix
    Fill the variable, or leave the record out and say why.
    """
    for variable in ("USUBJID", "PARAMCD"):
        yield Fault(data.missing(variable), (variable,), f"{variable} is missing")


@readiness(
    "TTE029",
    title="Time-to-event data are judged as another structure",
    severity=Severity.ERROR,
    grain=Grain.METADATA,
    excluded=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
)
def not_judged_as_time_to_event(data: Dataset) -> Iterator[Fault]:
    """A dataset has PARAMCD and CNSR, and no rule about time-to-event data looks at it.

    ## What it checks
    CNSR belongs to time-to-event datasets alone. A dataset with PARAMCD and CNSR whose class is declared as
    another, while its name or STARTDT, EVNTDESC or CNSDTDSC say time-to-event too, is an error; where only
    CNSR says so, it is a warning.

    ## Not a fault
    Data without CNSR.

    ## Why it matters
    An inverted CNSR, a missing duration or a second record of a subject passes unseen, since the rules that
    look for them are not run. `adamgate survival` makes no table of such a dataset.

    ## Smallest fix
    Declare it as BASIC DATA STRUCTURE with the subclass TIME-TO-EVENT, or remove CNSR.
    """
    certain = data.overruled is Structure.TTE
    judged = f"it is judged as {data.structure}{', as its class is declared' if certain else ''}"
    yield Fault(
        None,
        ("PARAMCD", "CNSR"),
        f"PARAMCD and CNSR are those of time-to-event data, but {judged}",
        None if certain else Severity.WARNING,
    )
