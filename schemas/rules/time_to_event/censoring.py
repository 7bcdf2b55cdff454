"""Rules about CNSR and the texts that say what an event or a censoring was."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...evidence.censoring_direction import Sides, clues_of_inversion
from ...evidence.parameters import split, where
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ..by_parameter import OfParameter, by_parameter
from ..readiness import readiness
from ..rule import Fault, Grain


@readiness(
    "TTE009",
    title="CNSR is not a whole number from zero",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.TTE,),
    needs=("CNSR",),
)
def censoring_not_whole(data: Dataset) -> Iterator[Fault]:
    """CNSR is negative or has decimals.

    ## What it checks
    CNSR is 0 for an event or 1, 2, 3, … for a reason of censoring.

    ## Not a fault
    A null CNSR of a parameter that is no time to an event.

    ## Why it matters
    Tools disagree about other values: one takes all that is not 0 for censored, the next for an event.

    ## Smallest fix
    Write 0 for events and one positive whole number per reason of censoring.
    """
    cnsr = data.numbers("CNSR")
    odd = ~np.isnan(cnsr) & ((cnsr < 0) | (cnsr != np.floor(cnsr)) | np.isinf(cnsr))
    yield Fault(odd, ("CNSR",), "CNSR is not a whole number from zero")


@readiness(
    "TTE010",
    title="CNSR is missing",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("CNSR",),
)
def censoring_missing(data: Dataset) -> Iterator[Fault]:
    """A record of a time to an event does not say whether the event occurred.

    ## What it checks
    Where a parameter has CNSR on any record, it has it on all; and some record of the dataset has it. A
    parameter without any CNSR whose records have STARTDT or EVNTDESC is a warning.

    ## Not a fault
    A parameter without CNSR beside times to an event: a basic data structure may hold both.

    ## Why it matters
    A subject without CNSR is dropped or taken for censored, whichever the tool prefers.

    ## Smallest fix
    Derive CNSR for the record, or leave the record out and say why.
    """
    missing = data.missing("CNSR")
    if missing.all():
        yield Fault(missing, ("CNSR",), "CNSR is missing on every record")
        return
    parameters = data.parameters
    for of, mask in split(data, missing & parameters.durations):
        message = f"{of.opening}CNSR is missing, other records of the parameter have it"
        yield Fault(mask, ("CNSR",), message, parameter=of.parameter)
    described = np.zeros(len(data), dtype=np.bool_)
    for variable in ("STARTDT", "EVNTDESC"):
        if variable in data:
            described |= data.filled(variable)
    for of, mask in split(data, missing & ~parameters.durations & described):
        message = f"{of.opening}no record has CNSR, although the parameter has an origin or an event"
        variables = ("CNSR", "STARTDT", "EVNTDESC")
        yield Fault(mask, variables, message, Severity.WARNING, parameter=of.parameter)


@readiness(
    "TTE011",
    title="CNSR looks inverted",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
    needs_any=(("EVNTDESC", "CNSDTDSC", "SRCVAR", "SRCDOM", "DTHFL", "DTHDT"),),
)
def censoring_inverted(data: Dataset) -> Iterator[Fault]:
    """What CNSR calls an event reads like a censoring, and the reverse.

    ## What it checks
    For each parameter, on more than half of the records concerned: do the records with CNSR = 0 have
    texts of censoring (alive, last, completion, lost, cut-off, ongoing, randomization), a date from
    LSTALVDT, RFENDT, EOSDT, TRTEDT, RANDDT or the cut-off (SRCVAR), or a censoring description
    (CNSDTDSC), while those with CNSR >= 1 have not? Do those with CNSR >= 1 have texts of events, come
    from a death date or from adverse events, or are they the deaths of overall survival, while those with
    CNSR = 0 are not? Two clues are an error, one about CNSR = 0 is a warning; the message says which.

    ## Not a fault
    An event text on censored records ("Death after two missed visits"), censoring at death, or a word of
    censoring that PARAM has too ("Time to Last Dose"). TRTEDT of a time to the end of treatment, EOSDT of
    a time to the end of the study.

    ## Why it matters
    CNSR is the reverse of what every survival tool wants. An inverted CNSR gives a curve that looks
    reasonable: in the CDISC pilot a median of 181 days instead of 51.

    ## Smallest fix
    Set CNSR to 0 for events and to 1 or more for censorings.
    """
    parameters = data.parameters
    cnsr = data.numbers("CNSR")
    sides = Sides(parameters, cnsr == 0, cnsr >= 1)
    clues = list(clues_of_inversion(data, sides))
    fired = np.array([clue.parameters for clue in clues])
    opening = np.array([clue.opens for clue in clues])
    suspect = fired[opening].any(axis=0)
    both = sides.count(sides.event) * sides.count(sides.censored) > 0
    found, codes = [], parameters.codes
    for name, own in parameters.each(suspect[codes] & (sides.event | sides.censored)):
        number = codes[own[0]]
        said = [clue.statement for clue in clues if clue.parameters[number]]
        severity = Severity.ERROR if len(said) > 1 and both[number] else Severity.WARNING
        found.append(OfParameter(name, f"CNSR looks inverted: {'; '.join(said)}", own, severity))
    yield from by_parameter(data, ("CNSR", "EVNTDESC", "SRCVAR"), found, "CNSR looks inverted")


@readiness(
    "TTE012",
    title="One text describes events and censorings",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR", "EVNTDESC"),
)
def text_of_event_and_censoring(data: Dataset) -> Iterator[Fault]:
    """Within a parameter the same text stands under CNSR = 0 and under CNSR >= 1.

    ## What it checks
    Records with the same EVNTDESC, and the same CNSDTDSC where there is one, are all events or all
    censored. The finding marks the fewer of them.

    ## Not a fault
    The same EVNTDESC where CNSDTDSC tells them apart: a death that is censored at the last assessment
    before two missed visits says so in CNSDTDSC.

    ## Why it matters
    One of the two is wrong: some records of the parameter have the wrong CNSR, or the text was not
    derived with it.

    ## Smallest fix
    Correct CNSR, or describe the two differently.
    """
    parameters = data.parameters
    cnsr = data.numbers("CNSR")
    event, censored = cnsr == 0, cnsr >= 1
    judged = data.filled("EVNTDESC") & (event | censored)
    group = _groups(judged, parameters.codes, *_descriptions(data))
    groups = int(group.max(initial=-1)) + 1
    events = np.bincount(group[judged & event], minlength=groups)
    censorings = np.bincount(group[judged & censored], minlength=groups)
    mixed = (events > 0) & (censorings > 0)
    if not mixed.any():
        return
    of_event = np.append(mixed & (events < censorings), False)[group] & event
    of_censoring = np.append(mixed & (events >= censorings), False)[group] & censored
    for of, mask in split(data, judged & (of_event | of_censoring)):
        message = f"{of.opening}the same text stands under CNSR = 0 and under CNSR >= 1"
        yield Fault(mask, ("CNSR", *_described_by(data)), message, parameter=of.parameter)


@readiness(
    "TTE013",
    title="One text describes two reasons of censoring",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
    needs_any=(("EVNTDESC", "CNSDTDSC"),),
)
def text_of_two_reasons(data: Dataset) -> Iterator[Fault]:
    """Within a parameter the same text stands under two values of CNSR from 1.

    ## What it checks
    Censored records with the same EVNTDESC and CNSDTDSC have the same CNSR.

    ## Why it matters
    CNSR above 1 tells reasons of censoring apart, for sensitivity analyses and competing risks. One text
    with two values leaves open which reason it was.

    ## Smallest fix
    Give one reason one value, or describe the two differently.
    """
    parameters = data.parameters
    judged = _described_censorings(data)
    text = _groups(judged, parameters.codes, *_descriptions(data))
    value = _groups(judged, text, data.distinct("CNSR").codes)
    for of, mask in split(data, judged & _ambiguous(text, value, judged)):
        message = f"{of.opening}the same text stands under two values of CNSR from 1"
        yield Fault(mask, ("CNSR", *_described_by(data)), message, parameter=of.parameter)


@readiness(
    "TTE014",
    title="One value of CNSR stands for several reasons of censoring",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
    needs_any=(("EVNTDESC", "CNSDTDSC"),),
)
def several_reasons(data: Dataset) -> Iterator[Fault]:
    """Within a parameter several texts stand under one value of CNSR from 1.

    ## What it checks
    Whether CNSR alone tells the reasons of censoring apart. CNSR = 0 may have several texts: the
    components of a composite endpoint.

    ## Why it matters
    An analysis that treats a reason differently must select by text, not by CNSR.

    ## Smallest fix
    None if CNSR = 1 is meant for all censorings; otherwise one value per reason.
    """
    parameters = data.parameters
    judged = _described_censorings(data)
    value = _groups(judged, parameters.codes, data.distinct("CNSR").codes)
    text = _groups(judged, value, *_descriptions(data))
    several = judged & _ambiguous(value, text, judged)
    for of in where(data, parameters.count(several) > 0):
        message = f"{of.opening}one value of CNSR stands for several reasons of censoring"
        variables = ("CNSR", *_described_by(data))
        yield Fault(None, variables, message, parameter=of.parameter, cause=of.cause)


@readiness(
    "TTE015",
    title="ADT is missing",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.TTE,),
    needs=("CNSR", "ADT"),
)
def end_missing(data: Dataset) -> Iterator[Fault]:
    """An event or a censoring has no date.

    ## What it checks
    Records with CNSR have ADT.

    ## Why it matters
    The duration cannot be checked, nor the record compared with deaths, cut-offs and other endpoints.

    ## Smallest fix
    Derive ADT, or leave the record out and say why.
    """
    cnsr, missing = data.numbers("CNSR"), data.missing("ADT")
    yield Fault(missing & (cnsr == 0), ("ADT", "CNSR"), "an event has no ADT")
    yield Fault(missing & (cnsr >= 1), ("ADT", "CNSR"), "a censored record has no ADT")


@readiness(
    "TTE016",
    title="An event or a censoring is not described",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    structures=(Structure.TTE,),
    needs=("CNSR",),
    needs_any=(("EVNTDESC", "CNSDTDSC"),),
)
def description_missing(data: Dataset) -> Iterator[Fault]:
    """Nothing says what the event or the reason of censoring was.

    ## What it checks
    Events have EVNTDESC; censored records have EVNTDESC or CNSDTDSC.

    ## Not a fault
    A censored record described in either of the two; events where the dataset has no EVNTDESC.

    ## Why it matters
    A composite endpoint cannot be taken apart, and an inverted CNSR cannot be seen.

    ## Smallest fix
    Fill EVNTDESC for events and for censorings, CNSDTDSC where the date of censoring needs a reason.
    """
    cnsr = data.numbers("CNSR")
    described = np.logical_or.reduce([data.filled(variable) for variable in _described_by(data)])
    if "EVNTDESC" in data:
        yield Fault((cnsr == 0) & data.missing("EVNTDESC"), ("EVNTDESC", "CNSR"), "an event has no EVNTDESC")
    message = "a censored record has neither EVNTDESC nor CNSDTDSC"
    yield Fault((cnsr >= 1) & ~described, ("EVNTDESC", "CNSDTDSC", "CNSR"), message)


@readiness(
    "TTE019",
    title="A parameter has no event",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
)
def no_event(data: Dataset) -> Iterator[Fault]:
    """Every subject of a parameter is censored.

    ## What it checks
    Whether each parameter with CNSR has a record with CNSR = 0.

    ## Why it matters
    Curves stay at one, medians and hazard ratios cannot be estimated, and some tools stop.

    ## Smallest fix
    None if nobody had the event. Otherwise look whether the events were selected.
    """
    parameters = data.parameters
    cnsr = data.numbers("CNSR")
    without = (parameters.count(cnsr >= 1) > 0) & (parameters.count(cnsr == 0) == 0)
    for of in where(data, without):
        message = f"{of.opening}no record has CNSR = 0, every subject is censored"
        yield Fault(None, ("CNSR",), message, parameter=of.parameter, cause=of.cause)


def _described_by(data: Dataset) -> tuple[str, ...]:
    return tuple(variable for variable in ("EVNTDESC", "CNSDTDSC") if variable in data)


def _described_censorings(data: Dataset) -> Mask:
    described = np.logical_or.reduce([data.filled(variable) for variable in _described_by(data)])
    censored: Mask = described & (data.numbers("CNSR") >= 1)
    return censored


def _descriptions(data: Dataset) -> list[NDArray[np.intp]]:
    """Per record a code of each text; texts that differ in case or spaces only are one."""
    return [_text_codes(data, variable) for variable in _described_by(data)]


def _text_codes(data: Dataset, variable: str) -> NDArray[np.intp]:
    return data.distinct(variable).alike(lambda value: " ".join(str(value).split()).casefold())


def _groups(judged: Mask, *codes: NDArray[np.intp]) -> NDArray[np.intp]:
    """A group number per judged record for the combinations of codes; -1 for the others."""
    group = codes[0][judged].astype(np.int64)
    for part in codes[1:]:
        own = part[judged].astype(np.int64) + 1
        group = pd.factorize(group * (int(own.max(initial=0)) + 1) + own)[0]
    found = np.full(len(judged), -1, dtype=np.intp)
    found[judged] = pd.factorize(group)[0]
    return found


def _ambiguous(whole: NDArray[np.intp], part: NDArray[np.intp], judged: Mask) -> Mask:
    """Records whose group in `whole` holds several groups of `part`, a finer grouping."""
    groups = int(part.max(initial=-1)) + 1
    whole_of = np.zeros(groups, dtype=np.intp)
    whole_of[part[judged]] = whole[judged]
    parts = np.bincount(whole_of, minlength=int(whole.max(initial=-1)) + 1)
    return np.append(parts > 1, False)[whole]
