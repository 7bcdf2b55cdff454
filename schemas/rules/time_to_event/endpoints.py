"""Rules about endpoints of one subject that must agree: survival, progression, response."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from ...evidence.analysis_flags import standing
from ...evidence.parameters import quoted, records_with_role, with_role
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Codes, Mask
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_DEATH = re.compile(r"\b(death|died|dead|dece?ased)\b", re.IGNORECASE)
_ANOTHER_EVENT = re.compile(r"progress|relaps|recurr|\bPD\b", re.IGNORECASE)
_SOURCES_OF_DEATH = frozenset({"DTHDT", "DTHDTC", "DTHADT"})


@readiness(
    "TTE020",
    title="Progression-free survival ends after overall survival",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "STARTDT"),
)
def progression_after_survival(data: Dataset) -> Iterator[Fault]:
    """A subject was followed for progression beyond their death or the end of their follow-up.

    ## What it checks
    ADT of progression-free survival is not after ADT of overall survival of the same subject and the
    same STARTDT: an error where either is an event, a warning where both are censored. The parameters
    are known by declaration, by PARAMCD (OS, PFS) or by the exact text of PARAM.

    ## Not a fault
    Parameters with another origin. Subjects with several records of overall survival are left out.

    ## Why it matters
    Nobody progresses after death; and whoever was assessed later was alive later.

    ## Smallest fix
    Look at the date of the last assessment, and at the date of last contact that ends overall survival.
    """
    other = _partner(data, _standing(data, "OS"))
    adt, startdt, event = data.days("ADT"), data.days("STARTDT"), data.numbers("CNSR") == 0
    later = _standing(data, "PFS") & (other >= 0)
    later &= (adt > adt[other]) & (startdt == startdt[other])
    either = event | event[other]
    message = "progression-free survival ends after overall survival of the same subject"
    yield Fault(later & either, ("ADT", "CNSR"), f"{message}, and one of them is an event")
    yield Fault(later & ~either, ("ADT", "CNSR"), f"{message}, both censored", Severity.WARNING)


@readiness(
    "TTE021",
    title="A death in progression-free survival is not the one of overall survival",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT"),
    needs_any=(("EVNTDESC", "SRCVAR"),),
)
def death_of_progression(data: Dataset) -> Iterator[Fault]:
    """Progression-free survival ends with a death that overall survival has on another day, or not at all.

    ## What it checks
    Where EVNTDESC or SRCVAR says that the event of progression-free survival is a death, overall survival
    of the same subject is an event on the same day.

    ## Not a fault
    Events whose text names progression too ("Progression or death"): it is not known which it was. A
    subject with several records of overall survival, or none. A date that is imputed (ADTF) is a warning.

    ## Why it matters
    A subject dies once: one of the two curves falls on the wrong day.

    ## Smallest fix
    Take the date of death of both from one source.
    """
    other = _partner(data, _standing(data, "OS"))
    cnsr = data.numbers("CNSR")
    event = cnsr == 0
    death = _standing(data, "PFS") & event & _says_death(data) & (other >= 0)
    message = "progression-free survival ends with a death, and overall survival of the subject is censored"
    yield Fault(death & (cnsr[other] >= 1), ("CNSR", "EVNTDESC"), message)
    adt = data.days("ADT")
    differs = death & event[other] & (np.abs(adt - adt[other]) > 0)
    imputed = data.filled("ADTF") if "ADTF" in data else np.zeros(len(data), dtype=np.bool_)
    doubtful = imputed | imputed[other]
    message = "progression-free survival ends with a death on another day than overall survival"
    yield Fault(differs & ~doubtful, ("ADT",), message)
    yield Fault(differs & doubtful, ("ADT",), f"{message}; a date is imputed", Severity.WARNING)


def _says_death(data: Dataset) -> Mask:
    """Records whose text, or source where the text is silent, says that the event was a death."""
    said = np.zeros(len(data), dtype=np.bool_)
    composite = np.zeros(len(data), dtype=np.bool_)
    if "EVNTDESC" in data:
        said = data.matching("EVNTDESC", lambda text: bool(_DEATH.search(str(text))))
        composite = data.matching("EVNTDESC", lambda text: bool(_ANOTHER_EVENT.search(str(text))))
    if "SRCVAR" in data:
        said = said | data.matching("SRCVAR", lambda text: str(text).upper() in _SOURCES_OF_DEATH)
    return said & ~composite


@readiness(
    "TTE022",
    title="Duration of response does not end with progression-free survival",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT"),
)
def response_ends_otherwise(data: Dataset) -> Iterator[Yield]:
    """A responder's response and freedom from progression end on different days.

    ## What it checks
    ADT of duration of response equals ADT of progression-free survival of the same subject and the same
    evaluator: both are cut by the same progression, death or last assessment. On the same day, an event
    in one and a censoring in the other is a warning.

    ## Not a fault
    Parameters of different evaluators. Which belong together is declared by `evaluator`; without it there
    must be one parameter of each, else the rule does not apply. The start differs: response comes later.

    ## Why it matters
    Both curves come from one set of assessments; where they differ, one was made from other data or by
    other rules of censoring than the plan has.

    ## Smallest fix
    Derive both from the same first event and the same last assessment.
    """
    parameters = data.parameters
    pairs = _by_evaluator(data)
    if not pairs:
        yield NotApplicable("no duration of response with progression-free survival of the same evaluator")
        return
    adt, event, analysed = data.days("ADT"), data.numbers("CNSR") == 0, standing(data)
    for response, progression in pairs:
        other = _partner(data, parameters.among([progression]) & analysed)
        own = parameters.among([response]) & analysed & (other >= 0)
        differs = own & (np.abs(adt - adt[other]) > 0)
        one, another = quoted(data, response), quoted(data, progression)
        message = f"ADT differs from ADT of {another} of the same subject"
        yield Fault(differs, ("ADT", "CNSR"), message, parameter=one)
        mixed = own & (adt == adt[other]) & (event != event[other])
        message = f"an event where {another} is censored on the same day, or the reverse"
        yield Fault(mixed, ("CNSR",), message, Severity.WARNING, parameter=one)


def _by_evaluator(data: Dataset) -> list[tuple[str, str]]:
    """Names of each duration of response with its progression-free survival, where that is one."""
    parameters = data.parameters
    names = np.array(parameters.names, dtype=object)
    present = parameters.count(np.ones(len(data), dtype=np.bool_)) > 0
    responses = list(names[with_role(data, "DOR") & present])
    progressions = list(names[with_role(data, "PFS") & present])
    if len(responses) == len(progressions) == 1:
        evaluators = {parameters.endpoint(name).evaluator for name in (*responses, *progressions)}
        return [] if len(evaluators - {""}) > 1 else [(responses[0], progressions[0])]
    of_evaluator = defaultdict(list)
    for name in progressions:
        of_evaluator[parameters.endpoint(name).evaluator].append(name)
    stated = {name: parameters.endpoint(name).evaluator for name in responses}
    return [
        (response, of_evaluator[evaluator][0])
        for response, evaluator in stated.items()
        if evaluator and len(of_evaluator[evaluator]) == 1
    ]


def _standing(data: Dataset, role: str) -> Mask:
    """Records of an endpoint that stand for their subject."""
    return records_with_role(data, role) & standing(data)


def _partner(data: Dataset, chosen: Mask) -> Codes:
    """For each record the only record of its subject among the chosen ones; -1 where there is none."""
    subject = data.distinct("USUBJID").codes
    having = chosen & (subject >= 0)
    subjects = int(subject.max(initial=-1)) + 1
    position = np.full(subjects + 1, -1, dtype=np.intp)
    position[subject[having]] = np.flatnonzero(having)
    position[:-1][np.bincount(subject[having], minlength=subjects) != 1] = -1
    position[-1] = -1
    return position[subject]
