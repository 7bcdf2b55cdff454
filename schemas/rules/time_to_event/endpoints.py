"""Rules about consistency between endpoints of a subject: OS, PFS, duration of response."""

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
    title="PFS ends after OS",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "STARTDT"),
)
def progression_after_survival(data: Dataset) -> Iterator[Fault]:
    """ADT of progression-free survival is after ADT of overall survival.

    ## What it checks
    ADT of progression-free survival (PFS) is on or before ADT of overall survival (OS) of the same subject
    with the same STARTDT: an error if either is an event, a warning if both are censored. The parameters are
    identified by declaration, by PARAMCD (OS, PFS) or by the exact text of PARAM.

    ## Not a fault
    Parameters with different origins. Subjects with several OS records are not compared.

    ## Why it matters
    A subject cannot progress after death, and a subject assessed after the OS censoring date was still
    alive.

    ## Smallest fix
    Check the date of the last assessment, and the date last known alive used for OS.
    """
    other = _partner(data, _standing(data, "OS"))
    adt, startdt, event = data.days("ADT"), data.days("STARTDT"), data.numbers("CNSR") == 0
    later = _standing(data, "PFS") & (other >= 0)
    later &= (adt > adt[other]) & (startdt == startdt[other])
    either = event | event[other]
    message = "ADT of PFS is after ADT of OS"
    yield Fault(later & either, ("ADT", "CNSR"), f"{message}, and at least one is an event")
    yield Fault(later & ~either, ("ADT", "CNSR"), f"{message}, both censored", Severity.WARNING)


@readiness(
    "TTE021",
    title="Death in PFS is inconsistent with OS",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT"),
    needs_any=(("EVNTDESC", "SRCVAR"),),
)
def death_of_progression(data: Dataset) -> Iterator[Fault]:
    """A PFS event that is a death is not a death in OS, or has a different date.

    ## What it checks
    If the event of progression-free survival (PFS) is a death by EVNTDESC or SRCVAR, overall survival (OS)
    of the same subject is an event on the same date.

    ## Not a fault
    Event descriptions that also name progression ("Progression or death"): the component is unknown. A
    subject with several OS records, or none. If either date is imputed (ADTF), it is a warning.

    ## Why it matters
    A subject has one date of death: one of the two curves is wrong.

    ## Smallest fix
    Derive the date of death of both parameters from one source.
    """
    other = _partner(data, _standing(data, "OS"))
    cnsr = data.numbers("CNSR")
    event = cnsr == 0
    death = _standing(data, "PFS") & event & _says_death(data) & (other >= 0)
    message = "PFS event is a death, but OS of the subject is censored"
    yield Fault(death & (cnsr[other] >= 1), ("CNSR", "EVNTDESC"), message)
    adt = data.days("ADT")
    differs = death & event[other] & (np.abs(adt - adt[other]) > 0)
    imputed = data.filled("ADTF") if "ADTF" in data else np.zeros(len(data), dtype=np.bool_)
    doubtful = imputed | imputed[other]
    message = "PFS event is a death, but ADT differs from ADT of OS"
    yield Fault(differs & ~doubtful, ("ADT",), message)
    yield Fault(differs & doubtful, ("ADT",), f"{message} (imputed date)", Severity.WARNING)


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
    title="Duration of response and PFS end on different dates",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT"),
)
def response_ends_otherwise(data: Dataset) -> Iterator[Yield]:
    """ADT of duration of response differs from ADT of progression-free survival.

    ## What it checks
    ADT of duration of response equals ADT of progression-free survival (PFS) of the same subject and the
    same evaluator: both end with the same progression, death or last assessment. An event in one that is
    censored in the other on the same date is a warning.

    ## Not a fault
    Parameters of different evaluators. They are matched by the declared `evaluator`; without it the rule is
    applicable only if the dataset has one parameter of each. Different start dates are expected.

    ## Why it matters
    Both endpoints are derived from the same assessments; if they differ, one used other data or other
    censoring rules than the analysis plan.

    ## Smallest fix
    Derive both from the same first event and the same last assessment.
    """
    parameters = data.parameters
    pairs = _by_evaluator(data)
    if not pairs:
        yield NotApplicable("no duration of response and PFS of the same evaluator")
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
        message = f"ADT equals ADT of {another}, but one is an event and the other is censored"
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
