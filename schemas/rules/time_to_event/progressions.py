"""Rules about the first progression and the first response in ADRS, and endpoints that follow from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...evidence.analysis_flags import selected
from ...evidence.assessments import PROGRESSIONS, RESPONSES, terms
from ...evidence.parameters import records_with_role, split, without_declared_events
from ...evidence.subjects import in_adsl
from ...evidence.timelines import first_days, subject_in
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield
from .responses import reason_stated

_PROGRESSED = re.compile(r"progress|relaps|recurr|(?-i:\bPD\b)", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"death|died|dead|dece?ased|clinical|symptom|new lesion|surg|biops|marker|bone|toxicity", re.IGNORECASE
)
_MOSTLY = 0.5
_ENDPOINTS_OF_DEATH = ("PFS", "EFS", "DFS")


@dataclass(frozen=True, eq=False)
class _Firsts:
    """The first assessment of a kind of each subject, by one parameter and evaluator in ADRS.

    Attributes
    ----------
    first : ndarray of float, shape (n_records,)
        Its day for the subject of each record; NaN where the subject has none.
    assessed : ndarray of bool, shape (n_records,)
        The subject has any assessment.
    """

    first: Days
    assessed: Mask


def _firsts(data: Dataset, adrs: Dataset, chosen: Mask, after: Days | None = None) -> list[_Firsts]:
    """The first chosen assessment of each subject, for each parameter and evaluator in ADRS that has any.

    Only assessments that an analysis flag selects count, and only those after the day that `after` has for
    the subject, by code of USUBJID in ADRS.
    """
    subject, day = adrs.distinct("USUBJID").codes, adrs.days("ADT")
    counted = (subject >= 0) & ~np.isnan(day)
    counted &= selected(adrs)
    if after is not None:
        counted &= ~(day <= np.append(after, np.nan)[subject])
    ours = in_adsl(data, adrs, "USUBJID").codes()
    subjects = len(adrs.distinct("USUBJID"))
    by = [name for name in ("PARAMCD", "RSEVAL") if name in adrs]
    group = adrs.groups(*by) if by else np.zeros(len(adrs), dtype=np.intp)
    found = []
    for number in np.unique(group[chosen & counted]):
        own = counted & (group == number)
        first = first_days(subject, day, own & chosen, subjects)
        assessed = np.zeros(subjects + 1, dtype=np.bool_)
        assessed[subject[own]] = True
        found.append(_Firsts(first[ours], assessed[ours]))
    return found


def _best(of: list[_Firsts], day: Days, own: Mask) -> tuple[_Firsts | None, int]:
    """The parameter in ADRS whose first assessments are most often on the day of these records; how often."""
    agreeing = [int(np.count_nonzero(own & (each.first == day))) for each in of]
    if not agreeing:
        return None, 0
    best = int(np.argmax(agreeing))
    return of[best], agreeing[best]


@readiness(
    "XD030",
    title="Progression event differs from the first progression in ADRS",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "ADRS.USUBJID", "ADRS.ADT", "ADRS.AVALC"),
)
def not_first_progression(data: Dataset, study: Study) -> Iterator[Yield]:
    """A progression event is dated after or before the first progression in ADRS, or ADRS has none.

    ## What it checks
    Events of progression-free survival (PFS) and time to progression (TTP) that are progressions, by EVNTDESC
    (progression, PD, relapse, recurrence) or, without it, by SRCDOM. They are compared with the parameter and
    evaluator in ADRS whose first progression after STARTDT is the date of most of them; assessments not
    selected by an analysis flag do not count.

    ## Not a fault
    Deaths, and clinical or symptomatic progressions. Events that come from another dataset (SRCDOM). A
    parameter in which no more than half of the events are at the first progression in ADRS: its progressions
    follow another definition, and it is not checked. Subjects without assessments. Parameters whose event
    sources are declared (XD036).

    ## Why it matters
    Progression-free survival ends at the first progression. A later one overestimates it; a progression
    without an assessment cannot be traced.

    ## Smallest fix
    Derive the event from the first progression in ADRS, or describe how it was established in EVNTDESC.
    """
    adrs = study["ADRS"]
    event = _progression_events(data) & without_declared_events(data)
    if not event.any():
        yield NotApplicable("no progression events of PFS or TTP")
        return
    adt = data.days("ADT")
    progressions = terms(adrs, "AVALC", PROGRESSIONS)
    firsts = _firsts(data, adrs, progressions, _starts(data, adrs, event))
    parameters = data.parameters
    for name, positions in parameters.each(event):
        own = np.zeros(len(data), dtype=np.bool_)
        own[positions] = True
        best, agreeing = _best(firsts, adt, own)
        if best is None or agreeing <= _MOSTLY * len(positions):
            continue
        differing = own & best.assessed & ~(best.first == adt)
        for mask, message in (
            (differing & (adt > best.first), "progression event is after the first progression in ADRS"),
            (differing & (adt < best.first), "progression event is before the first progression in ADRS"),
            (
                differing & np.isnan(best.first),
                "progression event, but the subject has no progression in ADRS",
            ),
        ):
            yield Fault(mask, ("ADT", "CNSR"), message, parameter=_shown(data, name, own))


def _shown(data: Dataset, name: str, own: Mask) -> str:
    return next((of.parameter for of, _ in split(data, own)), name)


def _progression_events(data: Dataset) -> Mask:
    found = (records_with_role(data, "PFS") | records_with_role(data, "TTP")) & (data.numbers("CNSR") == 0)
    from_adrs = np.ones(len(data), dtype=np.bool_)
    if "SRCDOM" in data:
        from_adrs = data.missing("SRCDOM") | data.equals("SRCDOM", "ADRS")
        if "EVNTDESC" not in data:
            from_adrs = data.equals("SRCDOM", "ADRS")
    elif "EVNTDESC" not in data:
        from_adrs[:] = False
    found &= from_adrs
    if "EVNTDESC" in data:
        found &= data.matching(
            "EVNTDESC", lambda text: bool(_PROGRESSED.search(str(text))) and not _OTHERWISE.search(str(text))
        )
    from_assessments: Mask = found
    return from_assessments


def _starts(data: Dataset, adrs: Dataset, chosen: Mask) -> Days:
    """The first STARTDT of each subject in ADRS among these records."""
    subjects = len(adrs.distinct("USUBJID"))
    if "STARTDT" not in data:
        return np.full(subjects, np.nan)
    return first_days(subject_in(data, adrs), data.days("STARTDT"), chosen, subjects)[:-1]


@readiness(
    "XD031",
    title="PFS is censored on the day of death",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "ADSL.USUBJID", "ADSL.DTHDT"),
)
def censored_at_death(data: Dataset, study: Study) -> Iterator[Fault]:
    """Progression-free survival is censored on the day on which the subject died.

    ## What it checks
    Censored records of progression-free, event-free and disease-free survival are not dated on DTHDT in ADSL.
    If deaths are declared to be events of a parameter (`deaths = "event"`), it is checked whatever its role,
    and the finding is an error.

    ## Not a fault
    A description that gives the censoring reason: new therapy, missed assessments, no baseline, "Death
    censored" as in a sensitivity analysis. A censoring on an earlier day, such as the last assessment before
    death. Parameters of which deaths are declared to be censored (`deaths = "censored"`), or whose event
    sources are declared (XD036).

    ## Why it matters
    Death is an event of progression-free survival. Deaths that are censored overestimate it.

    ## Smallest fix
    Set CNSR to 0 with the death as event, or give the censoring reason in CNSDTDSC.
    """
    died = in_adsl(data, study["ADSL"], "DTHDT").days()
    own = np.logical_or.reduce([records_with_role(data, role) for role in _ENDPOINTS_OF_DEATH])
    parameters = data.parameters
    said = np.array([parameters.endpoint(name).deaths for name in parameters.names])[parameters.codes]
    mask = (data.numbers("CNSR") >= 1) & (data.days("ADT") == died) & ~reason_stated(data)
    mask &= without_declared_events(data)
    message = "record is censored on the date of death (DTHDT in ADSL)"
    yield Fault(mask & (said == "event"), ("CNSR", "ADT"), message, Severity.ERROR)
    yield Fault(mask & own & (said == ""), ("CNSR", "ADT"), message)


@readiness(
    "XD032",
    title="Duration of response does not start at the first response in ADRS",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "STARTDT", "ADRS.USUBJID", "ADRS.ADT", "ADRS.AVALC"),
)
def not_first_response(data: Dataset, study: Study) -> Iterator[Yield]:
    """STARTDT of duration of response is not the date of the first response in ADRS.

    ## What it checks
    STARTDT is compared with the parameter and evaluator in ADRS whose first response is the STARTDT of most
    records. If no more than half of the records start at a first response, and STARTDT is not a response date
    in ADSL either, the parameter as a whole is reported. A duration of response that starts before
    progression-free survival of the subject is reported too.

    ## Not a fault
    A later start if the subject had another assessment in between: the first response was not confirmed. A
    STARTDT that is a date in ADSL on most records, such as RSPDT. Subjects without a response in ADRS.

    ## Why it matters
    A later start shortens every duration of response.

    ## Smallest fix
    Derive STARTDT from the first response, or name the definition in the metadata of STARTDT.
    """
    own, start = records_with_role(data, "DOR") & data.filled("STARTDT"), data.days("STARTDT")
    if not own.any():
        yield NotApplicable("no duration of response")
        return
    adrs = study["ADRS"]
    responses = terms(adrs, "AVALC", RESPONSES)
    firsts = _firsts(data, adrs, responses)
    for name, positions in data.parameters.each(own):
        these = np.zeros(len(data), dtype=np.bool_)
        these[positions] = True
        shown = _shown(data, name, these)
        early = these & _before_survival(data, these, start)
        message = "duration of response starts before progression-free survival of the subject"
        yield Fault(early, ("STARTDT",), message, parameter=shown)
        best, agreeing = _best(firsts, start, these)
        if best is None:
            continue
        known = these & ~early & ~np.isnan(best.first)
        differing = known & (best.first != start)
        differing &= ~_interrupted(data, adrs, best.first, responses, start)
        if agreeing > _MOSTLY * np.count_nonzero(known):
            message = "STARTDT differs from the first response in ADRS"
        elif not _from_adsl(data, study, these, start):
            message = "STARTDT is the first response in ADRS on no more than half of the records"
        else:
            continue
        yield Fault(differing, ("STARTDT",), message, parameter=shown)


def _before_survival(data: Dataset, own: Mask, start: Days) -> Mask:
    """Records that start before progression-free survival of their subject does."""
    subject = data.distinct("USUBJID").codes
    first = first_days(subject, start, records_with_role(data, "PFS"), len(data.distinct("USUBJID")))
    before: Mask = own & (start < first[subject])
    return before


def _interrupted(data: Dataset, adrs: Dataset, response: Days, responses: Mask, start: Days) -> Mask:
    """Records between whose first response and STARTDT the subject had an assessment that is no response."""
    theirs, day = adrs.distinct("USUBJID").codes, adrs.days("ADT")
    ours = in_adsl(data, adrs, "USUBJID").codes()
    subjects = len(adrs.distinct("USUBJID")) + 1
    first, until = np.full(subjects, np.nan), np.full(subjects, np.nan)
    own = (ours >= 0) & (start > response)
    first[ours[own]], until[ours[own]] = response[own], start[own]
    between = (
        ~responses & adrs.filled("AVALC") & (theirs >= 0) & (day > first[theirs]) & (day < until[theirs])
    )
    hit = np.zeros(subjects, dtype=np.bool_)
    hit[theirs[between]] = True
    interrupted: Mask = own & hit[ours]
    return interrupted


def _from_adsl(data: Dataset, study: Study, own: Mask, start: Days) -> bool:
    """Whether STARTDT is a date in ADSL on most of the records."""
    if "ADSL" not in study or "USUBJID" not in study["ADSL"]:
        return False
    adsl = study["ADSL"]
    dates = [name for name in adsl.names if name.endswith("DT") and not adsl.is_character(name)]
    same = (np.count_nonzero(own & (in_adsl(data, adsl, name).days() == start)) for name in dates)
    return any(count > _MOSTLY * np.count_nonzero(own) for count in same)
