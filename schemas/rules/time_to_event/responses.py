"""Rules about endpoints based on assessments: response, progression, new therapy, missed visits."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...errors import ConfigurationError
from ...evidence.analysis_flags import selected, standing
from ...evidence.assessments import PROGRESSIONS, RESPONSES, evaluable, terms
from ...evidence.parameters import records_with_role, split, without_declared_events
from ...evidence.subjects import adsl_record, in_adsl, of_each
from ...evidence.timelines import Timeline, subject_in
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.parameters import Parameters
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_RESPONSE_FLAG = re.compile(r"C?(RSP|RESP|ORR|RESPON|OBJRSP)FL$")
_RESPONSE_DATE = re.compile(r"(F|C)?(RSP|RESP)S?DT$")
_RESPONSE_TEXT = re.compile(r"C?(BOR|BESTRSP|BESTRESP|BSTRESP|OVRESP)[IC]?$")
_RESPONSE_PARAMETER = re.compile(r"C?(RSP|RESP|ORR)")
_PROGRESSION_PARAMETER = re.compile(r"(PD|PROG)")

_STATED = re.compile(
    r"miss(ed|ing)|two or more|(new|subsequent|other|another) (\w+[\s-])*(therap|treat)"
    r"|anti[\s-]?(cancer|neoplastic)|\bgap\b|inadequate|no (adequate |valid )?baseline|not evaluable"
    r"|\bdeaths? (is |are )?censored\b",
    re.IGNORECASE,
)
_CENTRAL = re.compile(r"\b(IRC|BICR|ICR|IRF|BIRC|central|independent)\b", re.IGNORECASE)
_LOCAL = re.compile(r"\b(INV|investigator|local|site)\b", re.IGNORECASE)
_SAYING_WHO = ("RSEVAL", "PARCAT1", "PARCAT2", "PARCAT3", "PARAM")

_OF_LESIONS = re.compile(r"\b(non[\s-]?)?target\b|\bnew lesions?\b", re.IGNORECASE)
_OF_THE_DISEASE = re.compile(r"\boverall\b|\btime ?point\b", re.IGNORECASE)
"""PARAM of ADRS: the response of some lesions alone, and that of all of them."""


@readiness(
    "XD007",
    title="Duration of response for a non-responder",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR"),
    consults=("ADRS", "ADSL"),
)
def response_of_non_responder(data: Dataset, study: Study) -> Iterator[Yield]:
    """A subject without a response has a duration of response record.

    ## What it checks
    Subjects with a duration of response record have a response in ADRS (complete or partial response, or
    Y in a response parameter) or in ADSL (RSPFL, RSPDT, BOR, …). A response in either is enough.

    ## Not a fault
    Responses of another evaluator, or unconfirmed responses. If neither dataset has response data, the rule
    is not applicable. Subjects not in ADSL have a separate finding.

    ## Why it matters
    Non-responders bias the duration of response: downwards, or upwards if they are censored late.

    ## Smallest fix
    Select the responders from the dataset used for the response rate.
    """
    asked = [found for found in (_by_assessments(data, study), _by_adsl(data, study)) if found is not None]
    if not asked:
        yield NotApplicable("no response data in ADRS or ADSL")
        return
    having = records_with_role(data, "DOR") & data.filled("USUBJID")
    if "ADSL" in study and "USUBJID" in study["ADSL"]:
        having &= adsl_record(data, study["ADSL"]) >= 0
    message = "subject has a duration of response, but no response"
    yield Fault(having & ~np.logical_or.reduce(asked), ("USUBJID", "PARAMCD"), message)


def _by_assessments(data: Dataset, study: Study) -> Mask | None:
    """Records whose subject has a response in ADRS."""
    if "ADRS" not in study or not all(name in study["ADRS"] for name in ("USUBJID", "AVALC")):
        return None
    adrs = study["ADRS"]
    response = terms(adrs, "AVALC", RESPONSES)
    if "PARAMCD" in adrs:
        about = adrs.matching("PARAMCD", lambda code: bool(_RESPONSE_PARAMETER.match(str(code).upper())))
        response = response | (about & terms(adrs, "AVALC", frozenset({"Y", "YES"})))
    codes = adrs.distinct("USUBJID").codes
    responders = np.zeros(int(codes.max(initial=-1)) + 2, dtype=np.bool_)
    responders[codes[response]] = True
    responders[-1] = False
    found: Mask = responders[subject_in(data, adrs)]
    return found


def _by_adsl(data: Dataset, study: Study) -> Mask | None:
    """Records whose subject responded by ADSL."""
    if "ADSL" not in study or "USUBJID" not in study["ADSL"]:
        return None
    adsl = study["ADSL"]
    signs = []
    for variable in adsl.variables:
        name = variable.name.upper()
        if _RESPONSE_FLAG.match(name):
            signs.append(adsl.equals(name, "Y"))
        elif _RESPONSE_DATE.match(name):
            signs.append(adsl.filled(name))
        elif _RESPONSE_TEXT.match(name):
            signs.append(terms(adsl, name, RESPONSES))
    if not signs:
        return None
    found: Mask = of_each(np.logical_or.reduce(signs), adsl_record(data, adsl), unknown=False)
    return found


@readiness(
    "XD011",
    title="PFS is censored on or after a progression in ADRS",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "ADRS.ADT", "ADRS.AVALC"),
)
def progression_censored(data: Dataset, study: Study) -> Iterator[Fault]:
    """A subject with a progression in ADRS is censored for progression-free survival on or after its date.

    ## What it checks
    ADRS has no progression after STARTDT and on or before the censoring date of progression-free survival
    (PFS) of the subject.

    ## Not a fault
    A progression by another evaluator: declared, or named in PARAM and in RSEVAL, PARCATy or PARAM in ADRS;
    if ADRS has several evaluators and the evaluator of the parameter is unknown, it is not checked. A
    progression of target, non-target or new lesions in a parameter of its own; a parameter in ADRS whose
    progressions are before most of the events, if those of another parameter are on their dates. An
    assessment not selected by an analysis flag (ANLzzFL). A description that gives the censoring reason: new
    therapy, missed assessments, no baseline. Parameters whose event sources are declared (XD036).

    ## Why it matters
    Treating an event as censored overestimates PFS.

    ## Smallest fix
    Derive an event at the first progression, or give the censoring reason in CNSDTDSC.
    """
    adrs = study["ADRS"]
    parameters = data.parameters
    free = records_with_role(data, "PFS") & standing(data)
    censored = free & without_declared_events(data) & (data.numbers("CNSR") >= 1) & ~reason_stated(data)
    start = data.days("STARTDT") if "STARTDT" in data else np.full(len(data), -np.inf)
    progressions, evaluators = _progressions(adrs) & selected(adrs), _evaluators(adrs)
    progressions &= _of_the_disease(data, adrs, progressions, free & (data.numbers("CNSR") == 0), start)
    several = len({"central", "local"}.intersection(evaluators[progressions])) > 1
    seen = np.zeros(len(data), dtype=np.bool_)
    own_evaluator = _own_evaluators(parameters)
    for evaluator in np.unique(own_evaluator[censored]):
        if not evaluator and several:
            continue
        same = progressions & ((evaluators == evaluator) | (evaluators == "") | (not evaluator))
        judged = censored & (own_evaluator == evaluator)
        seen |= judged & _within(data, adrs, same, start, data.days("ADT"))
    for of, mask in split(data, seen):
        message = f"{of.opening}record is censored on or after the date of a progression in ADRS"
        yield Fault(mask, ("CNSR", "ADT"), message, parameter=of.parameter)


def reason_stated(data: Dataset) -> Mask:
    stated = np.zeros(len(data), dtype=np.bool_)
    for variable in ("EVNTDESC", "CNSDTDSC"):
        if variable in data:
            stated |= data.matching(variable, lambda text: bool(_STATED.search(str(text))))
    return stated


def _progressions(adrs: Dataset) -> Mask:
    progression = terms(adrs, "AVALC", PROGRESSIONS)
    if "PARAMCD" in adrs:
        about = adrs.matching("PARAMCD", lambda code: bool(_PROGRESSION_PARAMETER.match(str(code).upper())))
        progression = progression | (about & terms(adrs, "AVALC", frozenset({"Y", "YES"})))
    return progression


def _of_the_disease(
    data: Dataset, adrs: Dataset, progressions: Mask, event: Mask, start: NDArray[np.float64]
) -> Mask:
    """Records of ADRS in parameters whose progressions are those of the disease, not of some lesions alone.

    Names tell, and the events: where the progressions of one parameter are on their dates, a parameter whose
    progressions are earlier follows another definition.
    """
    whole = np.ones(len(adrs), dtype=np.bool_)
    if "PARAMCD" not in adrs:
        return whole
    codes, adt = adrs.distinct("PARAMCD").codes, data.days("ADT")
    if "PARAM" in adrs:
        whole &= ~adrs.matching(
            "PARAM",
            lambda text: bool(_OF_LESIONS.search(str(text))) and not _OF_THE_DISEASE.search(str(text)),
        )
    agreeing, differing = {}, {}
    for code in np.unique(codes[progressions & whole]):
        own = progressions & whole & (codes == code)
        before = event & _within(data, adrs, own, start, adt - 1)
        on_the_day = event & ~before & _within(data, adrs, own, adt - 1, adt)
        agreeing[code], differing[code] = np.count_nonzero(on_the_day), np.count_nonzero(before)
    if any(agreeing[code] > differing[code] for code in agreeing):
        another = [code for code in agreeing if differing[code] > agreeing[code]]
        whole &= ~np.isin(codes, another)
    return whole


def _who(text: str) -> str:
    """The kind of evaluator that a text names: "central", "local", or nothing."""
    return "central" if _CENTRAL.search(text) else "local" if _LOCAL.search(text) else ""


def _evaluators(adrs: Dataset) -> NDArray[np.str_]:
    """Who made each assessment, as far as a variable says."""
    found = np.full(len(adrs), "", dtype="U8")
    for variable in _SAYING_WHO:
        if variable in adrs:
            distinct = adrs.distinct(variable)
            named = np.array([_who(str(value)) for value in distinct], dtype="U8")
            found = np.where(found == "", distinct.spread(named, missing=""), found)
    return found


def _own_evaluators(parameters: Parameters) -> NDArray[np.str_]:
    """Whose progressions each record's parameter is about: as declared, else by PARAM."""
    found = [
        _who(declared) if declared else next(filter(None, map(_who, texts)), "")
        for name, texts in zip(parameters.names, parameters.texts("PARAM"), strict=True)
        for declared in [parameters.endpoint(name).evaluator]
    ]
    evaluators: NDArray[np.str_] = np.array(found, dtype="U8")[parameters.codes]
    return evaluators


def _timeline(adrs: Dataset, chosen: Mask) -> Timeline:
    """Chosen assessments by subject and day."""
    subject = adrs.distinct("USUBJID").codes
    return Timeline.of(subject[chosen], adrs.days("ADT")[chosen])


def _within(
    data: Dataset, adrs: Dataset, chosen: Mask, after: NDArray[np.float64], until: NDArray[np.float64]
) -> Mask:
    """Records whose subject has a chosen assessment after one day and on or before another."""
    return _timeline(adrs, chosen).within(subject_in(data, adrs), after, until)


@readiness(
    "XD012",
    title="Event after the start of a new therapy",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "ADSL.USUBJID"),
)
def event_after_new_therapy(data: Dataset, study: Study) -> Iterator[Yield]:
    """An event is after the start of a new therapy.

    ## What it checks
    If the date of a new therapy is declared for a parameter, its events are on or before that date.

    ## Not a fault
    Parameters without such a declaration: many analysis plans continue follow-up after new therapy.

    ## Why it matters
    The new therapy may affect the event, so the analysis plan censors at its start.

    ## Smallest fix
    Censor at the last assessment before the new therapy.
    """
    adsl, parameters = study["ADSL"], data.parameters
    declared = {name: parameters.endpoint(name).new_therapy for name in parameters.names}
    declared = {name: variable for name, variable in declared.items() if variable}
    if not declared:
        yield NotApplicable("no new therapy date is declared")
        return
    event = data.numbers("CNSR") == 0
    for name, variable in declared.items():
        if variable not in adsl:
            raise ConfigurationError(f"the declared new therapy date {variable} is not a variable in ADSL")
        begun = in_adsl(data, adsl, variable).days()
        late = parameters.among([name]) & event & (data.days("ADT") > begun)
        yield Fault(late, ("ADT", "CNSR"), f"event date (ADT) is after {variable} in ADSL", parameter=name)


@readiness(
    "XD013",
    title="Event after missed assessments",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "STARTDT", "ADRS.ADT", "ADRS.AVALC"),
)
def event_after_gap(data: Dataset, study: Study) -> Iterator[Yield]:
    """The gap between an event and the previous assessment is longer than the analysis plan allows.

    ## What it checks
    If a gap is declared for a parameter, the last assessment in ADRS before an event (STARTDT if the subject
    has none) is at most that number of days before it.

    ## Not a fault
    Parameters without such a declaration. Not evaluable assessments (NE) do not count as assessments.

    ## Why it matters
    The progression occurred at an unknown time in the gap: dating it at the end overestimates
    progression-free survival in subjects who miss visits.

    ## Smallest fix
    Censor at the last assessment before the gap.
    """
    adrs, parameters = study["ADRS"], data.parameters
    declared = {name: parameters.endpoint(name).gap for name in parameters.names}
    gaps = {name: days for name, days in declared.items() if days is not None}
    if not gaps:
        yield NotApplicable("no maximum gap between assessments is declared")
        return
    adt, event = data.days("ADT"), data.numbers("CNSR") == 0
    before = _timeline(adrs, evaluable(adrs)).last_before(subject_in(data, adrs), adt)
    since = adt - np.fmax(before, data.days("STARTDT"))
    for name, days in gaps.items():
        late = parameters.among([name]) & event & (since > days)
        message = f"event is more than {days} days after the last assessment"
        yield Fault(late, ("ADT", "CNSR"), message, parameter=name)
