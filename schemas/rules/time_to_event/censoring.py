"""Rules about CNSR and the descriptions of events and censoring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...evidence.analysis_flags import analysis_flags, selected
from ...evidence.censoring_direction import Clue, Sides, clues_of_inversion
from ...evidence.duration_inference import HOLDS
from ...evidence.event_code import event_codes
from ...evidence.parameters import FOLLOW_UP, records_with_role, split, where
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ..by_parameter import OfParameter, by_parameter
from ..readiness import readiness
from ..rule import Fault, Grain
from ..statements import listed

_OFTEN = 20
"""An EVNTDESC of so many censored records, and of hardly any events, is one of the censored."""


@readiness(
    "TTE009",
    title="CNSR is not a non-negative integer",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.TTE,),
    needs=("CNSR",),
)
def censoring_not_whole(data: Dataset) -> Iterator[Fault]:
    """CNSR is negative or has decimals.

    ## What it checks
    CNSR is 0 for an event and 1, 2, 3, … for a censored record, one value per censoring reason.

    ## Not a fault
    A missing CNSR in a parameter that is not a time to event.

    ## Why it matters
    Tools treat other values differently: some as censored, others as events.

    ## Smallest fix
    Set CNSR to 0 for events and to one positive integer per censoring reason.
    """
    cnsr = data.numbers("CNSR")
    odd = ~np.isnan(cnsr) & ((cnsr < 0) | (cnsr != np.floor(cnsr)) | np.isinf(cnsr))
    yield Fault(odd, ("CNSR",), "CNSR is not a non-negative integer")


@readiness(
    "TTE010",
    title="CNSR is missing",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("CNSR",),
)
def censoring_missing(data: Dataset) -> Iterator[Fault]:
    """A time-to-event record has no value of CNSR.

    ## What it checks
    If CNSR has a value on any record of a parameter, it has one on all of them: otherwise an error, or
    a warning on records not selected by an analysis flag ANLzzFL. CNSR has a value on at least one
    record of the dataset. A parameter in which CNSR never has a value, but STARTDT or EVNTDESC does, is a
    warning.

    ## Not a fault
    A parameter without CNSR next to time-to-event parameters: a BDS dataset may hold both.

    ## Why it matters
    A record without CNSR is dropped or treated as censored, depending on the tool.

    ## Smallest fix
    Derive CNSR for the record, or exclude the record and document why.
    """
    missing = data.missing("CNSR")
    if missing.all():
        yield Fault(missing, ("CNSR",), "CNSR is missing on all records")
        return
    parameters = data.parameters
    analysed = selected(data)
    for of, mask in split(data, missing & parameters.durations & analysed):
        message = f"{of.opening}CNSR is missing, but has a value on other records of the parameter"
        yield Fault(mask, ("CNSR",), message, parameter=of.parameter)
    for of, mask in split(data, missing & parameters.durations & ~analysed):
        message = f"{of.opening}CNSR is missing on a record not selected by an analysis flag"
        yield Fault(mask, ("CNSR", *analysis_flags(data)), message, Severity.WARNING, parameter=of.parameter)
    described = np.zeros(len(data), dtype=np.bool_)
    for variable in ("STARTDT", "EVNTDESC"):
        if variable in data:
            described |= data.filled(variable)
    for of, mask in split(data, missing & ~parameters.durations & described):
        message = f"{of.opening}CNSR is missing on all records, but STARTDT or EVNTDESC has a value"
        variables = ("CNSR", "STARTDT", "EVNTDESC")
        yield Fault(mask, variables, message, Severity.WARNING, parameter=of.parameter)


@readiness(
    "TTE011",
    title="CNSR appears to be inverted",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
    needs_any=(("EVNTDESC", "CNSDTDSC", "SRCVAR", "SRCDOM", "DTHFL", "DTHDT"),),
)
def censoring_inverted(data: Dataset) -> Iterator[Fault]:
    """Records with CNSR = 0 look censored, and records with CNSR >= 1 look like events.

    ## What it checks
    For each parameter, on more than half of the records concerned: records with CNSR = 0 have a description
    of censoring (alive, last, completion, lost, cut-off, ongoing, randomization, "No progression"), a date
    from LSTALVDT, RFENDT, EOSDT, TRTEDT, RANDDT or the cut-off (SRCVAR), or a CNSDTDSC, and records with
    CNSR >= 1 do not;
    or records with CNSR >= 1 have a description of an event, a death date or an adverse event as source, or
    are the deaths of overall survival, and records with CNSR = 0 are not. Two or more indications are an
    error, a single one about CNSR = 0 is a warning; the message lists them.
    In a follow-up parameter (declared, or by PARAM: "Duration of Follow-up", "Time to Censoring") the event
    is the end of follow-up and the opposite is checked: a warning, or an error if the role is declared.

    ## Not a fault
    An event description on censored records ("Death after two missed visits"), censoring at death, or a
    censoring term that is also in PARAM ("Time to Last Dose"). TRTEDT for time to end of treatment,
    EOSDT for time to end of study. Censored deaths in a follow-up parameter.

    ## Why it matters
    CNSR is the reverse of the event indicator that survival software expects. With an inverted CNSR the
    curve still looks plausible: in the CDISC pilot the median becomes 181 days instead of 51.

    ## Smallest fix
    Set CNSR to 0 for events and to 1 or more for censored records.
    """
    parameters = data.parameters
    cnsr = data.numbers("CNSR")
    sides = Sides(parameters, cnsr == 0, cnsr >= 1)
    of_follow_up = records_with_role(data, FOLLOW_UP)
    found = [*_inverted(data, sides.among(~of_follow_up))]
    if of_follow_up.any():
        found += _inverted(data, sides.among(of_follow_up).reversed, of_follow_up=True)
    yield from by_parameter(data, ("CNSR", "EVNTDESC", "SRCVAR"), found, "CNSR appears to be inverted")


def _inverted(data: Dataset, sides: Sides, of_follow_up: bool = False) -> Iterator[OfParameter]:
    """What is reported of each parameter whose CNSR appears to be inverted."""
    parameters = data.parameters
    clues = list(clues_of_inversion(data, sides))
    fired = np.array([clue.parameters for clue in clues])
    opening = np.array([clue.opens for clue in clues])
    suspect = fired[opening].any(axis=0)
    both = sides.count(sides.event) * sides.count(sides.censored) > 0
    if of_follow_up:
        suspect &= both  # all may be followed to an end: then there is no other side
    opening_words = f"CNSR appears to be inverted{' for a follow-up parameter' if of_follow_up else ''}"
    codes = parameters.codes
    for name, own in parameters.each(suspect[codes] & (sides.event | sides.censored)):
        number = codes[own[0]]
        seen = [clue for clue in clues if clue.parameters[number]]
        certain = not of_follow_up or parameters.endpoint(name).role == FOLLOW_UP
        severity = Severity.ERROR if len(seen) > 1 and both[number] and certain else Severity.WARNING
        yield OfParameter(name, f"{opening_words}: {_side_by_side(seen)}", own, severity)


def _side_by_side(clues: Iterable[Clue]) -> str:
    """What records with CNSR = 0 have, and those with CNSR >= 1."""
    sides: dict[str, list[str]] = defaultdict(list)
    for clue in clues:
        sides[clue.side].append(clue.what)
    return "; ".join(
        f"records with {side} have {listed(what, 'and')}" for side, what in sorted(sides.items())
    )


@readiness(
    "TTE012",
    title="Same description for events and censored records",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR", "EVNTDESC"),
)
def text_of_event_and_censoring(data: Dataset) -> Iterator[Fault]:
    """Within a parameter, the same EVNTDESC is used with CNSR = 0 and with CNSR >= 1.

    ## What it checks
    Records with the same EVNTDESC, and the same CNSDTDSC if present, are either all events or all censored.
    The finding lists the smaller group. An event whose EVNTDESC is, on at least 95% of 20 or more records,
    that of censored records is reported too, if most events of the parameter have other descriptions.

    ## Not a fault
    The same EVNTDESC with a different CNSDTDSC: for example a death censored at the last assessment before
    two missed visits, as CNSDTDSC explains. One EVNTDESC for all records of a parameter.

    ## Why it matters
    Either CNSR is wrong on some records, or the description was not derived together with CNSR.

    ## Smallest fix
    Correct CNSR, or use different descriptions.
    """
    parameters = data.parameters
    cnsr = data.numbers("CNSR")
    event, censored = cnsr == 0, cnsr >= 1
    judged = data.filled("EVNTDESC") & (event | censored)
    group = _groups(judged, parameters.codes, *_descriptions(data))
    groups = int(group.max(initial=-1)) + 1
    events = np.bincount(group[judged & event], minlength=groups)
    censors = np.bincount(group[judged & censored], minlength=groups)
    mixed = (events > 0) & (censors > 0)
    of_event = np.append(mixed & (events < censors), False)[group] & event
    of_censoring = np.append(mixed & (events >= censors), False)[group] & censored
    for of, mask in split(data, judged & (of_event | of_censoring)):
        message = f"{of.opening}events (CNSR = 0) and censored records (CNSR >= 1) have the same description"
        yield Fault(mask, ("CNSR", *_described_by(data)), message, parameter=of.parameter)
    for of, mask in split(data, _with_words_of_censoring(data, event & judged, censored) & ~of_event):
        message = f"{of.opening}events (CNSR = 0) have the EVNTDESC of censored records"
        yield Fault(mask, ("CNSR", "EVNTDESC"), message, parameter=of.parameter)


def _with_words_of_censoring(data: Dataset, event: Mask, censored: Mask) -> Mask:
    """Events whose EVNTDESC is nearly always that of censored records, where most events have another."""
    codes = data.parameters.codes
    event = event & (codes >= 0)
    judged = data.filled("EVNTDESC") & (event | censored)
    text = _groups(judged, codes, data.distinct("EVNTDESC").codes)
    groups, number = int(text.max(initial=-1)) + 1, int(codes.max(initial=-1)) + 1
    used = np.bincount(text[text >= 0], minlength=groups)
    of_censored = np.bincount(text[(text >= 0) & censored], minlength=groups)
    words = np.append((of_censored >= _OFTEN) & (of_censored >= HOLDS * used), False)[text]
    own = event & words
    events, astray = (np.bincount(codes[each], minlength=number) for each in (event, own))
    found: Mask = own & (2 * astray < events)[codes]
    return found


@readiness(
    "TTE013",
    title="Same description for several non-zero values of CNSR",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
    needs_any=(("EVNTDESC", "CNSDTDSC"),),
)
def text_of_two_reasons(data: Dataset) -> Iterator[Fault]:
    """Within a parameter, the same description is used with several non-zero values of CNSR.

    ## What it checks
    Censored records with the same EVNTDESC and CNSDTDSC have the same CNSR.

    ## Why it matters
    Non-zero values of CNSR distinguish censoring reasons, for sensitivity analyses and competing risks.
    With one description for several values, the censoring reason is ambiguous.

    ## Smallest fix
    Use one value of CNSR per censoring reason, or different descriptions.
    """
    parameters = data.parameters
    judged = _described_censorings(data)
    text = _groups(judged, parameters.codes, *_descriptions(data))
    value = _groups(judged, text, data.distinct("CNSR").codes)
    for of, mask in split(data, judged & _ambiguous(text, value, judged)):
        message = f"{of.opening}censored records with the same description have different values of CNSR"
        yield Fault(mask, ("CNSR", *_described_by(data)), message, parameter=of.parameter)


@readiness(
    "TTE014",
    title="One value of CNSR for several censoring reasons",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
    needs_any=(("EVNTDESC", "CNSDTDSC"),),
)
def several_reasons(data: Dataset) -> Iterator[Fault]:
    """Within a parameter, one non-zero value of CNSR has several descriptions.

    ## What it checks
    CNSR alone distinguishes the censoring reasons. Events (CNSR = 0) may have several descriptions: the
    components of a composite endpoint.

    ## Why it matters
    An analysis that handles one censoring reason differently must select it by description, not by CNSR.

    ## Smallest fix
    None if CNSR = 1 is intended for all censored records; otherwise use one value per censoring reason.
    """
    parameters = data.parameters
    judged = _described_censorings(data)
    value = _groups(judged, parameters.codes, data.distinct("CNSR").codes)
    text = _groups(judged, value, *_descriptions(data))
    several = judged & _ambiguous(value, text, judged)
    for of in where(data, parameters.count(several) > 0):
        message = f"{of.opening}one value of CNSR is used for several censoring reasons"
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
    """ADT is missing for an event or a censored record.

    ## What it checks
    ADT has a value if CNSR has one: otherwise an error, or a warning on records not selected by an
    analysis flag ANLzzFL.

    ## Why it matters
    AVAL cannot be verified, and the record cannot be compared with deaths, cut-offs and other endpoints.

    ## Smallest fix
    Derive ADT, or exclude the record and document why.
    """
    cnsr, analysed = data.numbers("CNSR"), selected(data)
    missing = data.missing("ADT") & analysed
    yield Fault(missing & (cnsr == 0), ("ADT", "CNSR"), "ADT is missing for an event")
    yield Fault(missing & (cnsr >= 1), ("ADT", "CNSR"), "ADT is missing for a censored record")
    elsewhere = data.missing("ADT") & ~analysed & (cnsr >= 0)
    message = "ADT is missing on a record not selected by an analysis flag"
    yield Fault(elsewhere, ("ADT", *analysis_flags(data)), message, Severity.WARNING)


@readiness(
    "TTE016",
    title="EVNTDESC or CNSDTDSC is missing",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    structures=(Structure.TTE,),
    needs=("CNSR",),
    needs_any=(("EVNTDESC", "CNSDTDSC"),),
)
def description_missing(data: Dataset) -> Iterator[Fault]:
    """The event or the censoring reason is not described.

    ## What it checks
    EVNTDESC has a value for events; EVNTDESC or CNSDTDSC has one for censored records.

    ## Not a fault
    Records not selected by an analysis flag ANLzzFL. A censored record with only one of the two; events in a
    dataset without EVNTDESC.

    ## Why it matters
    The components of a composite endpoint cannot be identified, and an inverted CNSR cannot be detected.

    ## Smallest fix
    Populate EVNTDESC for events and censored records, and CNSDTDSC to describe the censoring date.
    """
    cnsr = np.where(selected(data), data.numbers("CNSR"), np.nan)
    described = np.logical_or.reduce([data.filled(variable) for variable in _described_by(data)])
    if "EVNTDESC" in data:
        unnamed = (cnsr == 0) & data.missing("EVNTDESC")
        yield Fault(unnamed, ("EVNTDESC", "CNSR"), "EVNTDESC is missing for an event")
    message = "EVNTDESC and CNSDTDSC are missing for a censored record"
    yield Fault((cnsr >= 1) & ~described, ("EVNTDESC", "CNSDTDSC", "CNSR"), message)


@readiness(
    "TTE019",
    title="No events in a parameter",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
)
def no_event(data: Dataset) -> Iterator[Fault]:
    """All records of a parameter are censored.

    ## What it checks
    Each parameter with CNSR has a record with CNSR = 0.

    ## Not a fault
    Events coded with another CNSR, which TTE030 reports.

    ## Why it matters
    Survival curves stay at 1, medians and hazard ratios cannot be estimated, and some software stops.

    ## Smallest fix
    None if no subject had the event. Otherwise check the selection of events.
    """
    parameters = data.parameters
    cnsr = data.numbers("CNSR")
    without = (parameters.count(cnsr >= 1) > 0) & (parameters.count(cnsr == 0) == 0)
    without &= np.isnan(event_codes(data))
    for of in where(data, without):
        message = f"{of.opening}no events, all records are censored"
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
