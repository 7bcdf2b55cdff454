"""Rules about responders: who should have a duration of response."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...evidence.arms import ARMS
from ...evidence.assessments import RESPONSES, terms
from ...evidence.parameters import records_with_role, split
from ...evidence.subjects import adsl_record, in_adsl, of_each
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_MOSTLY, _NEARLY_ALL = 0.5, 0.9
_OF_AN_ARM = 3
"""So many responders of an arm are not lost by chance."""


@readiness(
    "XD033",
    title="Responder without a duration of response",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR"),
    consults=("ADRS", "ADSL"),
)
def responder_without_duration(data: Dataset, study: Study) -> Iterator[Yield]:
    """A subject with a response has no duration of response record.

    ## What it checks
    The responders are those of the source that matches the subjects of the duration of response best: a
    response date, flag or best response in ADSL, or a parameter in ADRS (all responses, or two or more). If
    more than half of them have a record, or nearly all but those of an arm, the others are reported on their
    records of other parameters.

    ## Not a fault
    Responses that no record follows, if duration of response needs a confirmed response. A dataset without
    duration of response. Subjects without any record in the dataset.

    ## Why it matters
    Responders lost from the duration of response change its median and are not visible in the dataset.

    ## Smallest fix
    Derive the duration of response from the same responders as the response rate.
    """
    role = records_with_role(data, "DOR")
    if not role.any():
        yield NotApplicable("no duration of response")
        return
    subject = data.distinct("USUBJID").codes
    codes = data.parameters.codes
    for number in np.unique(codes[role]):
        own = role & (codes == number)
        having = _of_subjects(data, own)
        sources = [mask & (subject >= 0) for mask in _responders(data, study)]
        best, score = None, 0.0
        for source in sources:
            both = np.count_nonzero(_distinct(subject, source & having))
            either = np.count_nonzero(_distinct(subject, source | having))
            if either and both / either > score:
                best, score = source, both / either
        if best is None or score <= _MOSTLY:
            best = _but_for_an_arm(data, study, sources, having)
        if best is None:
            continue
        lost = best & ~having & (subject >= 0)
        first = np.zeros(len(data), dtype=np.bool_)
        first[np.unique(np.where(lost, subject, -1), return_index=True)[1]] = True
        message = "subject with a response has no duration of response"
        shown = next((of.parameter for of, _ in split(data, own)), data.parameters.names[int(number)])
        yield Fault(lost & first, ("USUBJID", "PARAMCD"), message, cause=shown)


def _but_for_an_arm(data: Dataset, study: Study, sources: list[Mask], having: Mask) -> Mask | None:
    """The first source whose responders have a record, but for all those of an arm; None if there is none."""
    name = next((each for each in ARMS if "ADSL" in study and each in study["ADSL"]), None)
    if name is None or "USUBJID" not in study["ADSL"]:
        return None
    subject, arm = data.distinct("USUBJID").codes, in_adsl(data, study["ADSL"], name).codes()
    for source in sources:
        first = np.unique(np.where(source & (arm >= 0), subject, -1), return_index=True)[1]
        first = first[(source & (arm >= 0))[first]]
        responders = np.bincount(arm[first], minlength=1)
        followed = np.bincount(arm[first][having[first]], minlength=len(responders))
        lost = (responders >= _OF_AN_ARM) & (followed == 0)
        others = (arm >= 0) & ~np.append(lost, False)[np.minimum(arm, len(lost))]
        both = np.count_nonzero(_distinct(subject, source & having & others))
        either = np.count_nonzero(_distinct(subject, (source | having) & others & (subject >= 0)))
        if lost.any() and both > _NEARLY_ALL * either:
            return source
    return None


def _distinct(subject: NDArray[np.intp], chosen: Mask) -> Mask:
    found = np.zeros(int(subject.max(initial=-1)) + 2, dtype=np.bool_)
    found[subject[chosen]] = True
    return found


def _of_subjects(data: Dataset, own: Mask) -> Mask:
    """All records of the subjects who have one of these."""
    subject = data.distinct("USUBJID").codes
    found: Mask = _distinct(subject, own & (subject >= 0))[subject] & (subject >= 0)
    return found


def _responders(data: Dataset, study: Study) -> Iterator[Mask]:
    """Records of responders, by each source that tells."""
    if "ADSL" in study and "USUBJID" in study["ADSL"]:
        adsl = study["ADSL"]
        record = adsl_record(data, adsl)
        for name in adsl.names:
            if re.match(r"C?(RSP|RESP|ORR|RESPON|OBJRSP)FL$", name):
                yield of_each(adsl.equals(name, "Y"), record, unknown=False)
            elif re.match(r"(F|C)?(RSP|RESP)S?DT$", name):
                yield of_each(adsl.filled(name), record, unknown=False)
            elif re.match(r"C?(BOR|BESTRSP|BESTRESP|BSTRESP|OVRESP)[IC]?$", name):
                yield of_each(terms(adsl, name, RESPONSES), record, unknown=False)
    if "ADRS" in study and all(name in study["ADRS"] for name in ("USUBJID", "AVALC")):
        adrs = study["ADRS"]
        ours, theirs = in_adsl(data, adrs, "USUBJID").codes(), adrs.distinct("USUBJID").codes
        yes = terms(adrs, "AVALC", RESPONSES)
        if "PARAMCD" in adrs:
            about = adrs.matching(
                "PARAMCD", lambda code: bool(re.match(r"C?(RSP|RESP|ORR)", str(code).upper()))
            )
            yes = yes | (about & terms(adrs, "AVALC", frozenset({"Y", "YES"})))
        group = adrs.groups("PARAMCD") if "PARAMCD" in adrs else np.zeros(len(adrs), dtype=np.intp)
        subjects = len(adrs.distinct("USUBJID")) + 1
        for number in np.unique(group[yes]):
            times = np.bincount(theirs[yes & (group == number) & (theirs >= 0)], minlength=subjects)
            for least in (1, 2):
                yield (times >= least)[ours] & (ours >= 0)
