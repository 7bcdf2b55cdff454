"""Rules about events after missed assessments, counted in scheduled visits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...errors import ConfigurationError
from ...evidence.analysis_flags import standing
from ...evidence.assessments import evaluable
from ...evidence.timelines import Timeline, first_days, subject_in
from ...evidence.visit_schedule import declared_schedule, inferred_schedule
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import counted, one_line
from ..readiness import readiness
from ..rule import Fault, Grain, Inference, NotApplicable, Yield


@readiness(
    "XD037",
    title="Event after more missed visits than declared",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "STARTDT", "ADRS.USUBJID", "ADRS.ADT", "ADRS.AVALC"),
)
def event_after_missed_visits(data: Dataset, study: Study) -> Iterator[Yield]:
    """An event follows more missed visits than the analysis plan allows.

    ## What it checks
    If a number of missed visits is declared for a parameter (`missed_visits`), at most that number of
    scheduled visits is between the last assessment in ADRS before an event (STARTDT if the subject has none)
    and the event. The schedule is declared (`visit_days`), or inferred from ADRS: the median day of each
    AVISIT, or the usual interval between two assessments. An assessment counts for the nearest visit; a visit
    is missed if the event is more than half an interval after it.

    ## Not a fault
    Parameters without such a declaration. Not evaluable assessments (NE) do not count as assessments. Records
    not selected by an analysis flag. An event that is reported because of a declared gap (XD013).

    ## Why it matters
    The event occurred at an unknown time after the last assessment: dating it late overestimates survival in
    subjects who miss visits.

    ## Smallest fix
    Censor at the last assessment before the missed visits.
    """
    adrs, parameters = study["ADRS"], data.parameters
    endpoints = {name: parameters.endpoint(name) for name in parameters.names}
    declared = {
        name: (each, each.missed_visits) for name, each in endpoints.items() if each.missed_visits is not None
    }
    if not declared:
        yield NotApplicable("no number of missed visits is declared")
        return
    adt, start, assessed = data.days("ADT"), data.days("STARTDT"), evaluable(adrs)
    subject = subject_in(data, adrs)
    timeline = Timeline.of(adrs.distinct("USUBJID").codes[assessed], adrs.days("ADT")[assessed])
    last = np.fmax(timeline.last_before(subject, adt), start)
    for name, (endpoint, allowed) in declared.items():
        own = parameters.among([name]) & standing(data)
        event = own & (data.numbers("CNSR") == 0)
        if not event.any():
            continue
        schedule = declared_schedule(endpoint) or inferred_schedule(adrs, assessed, _starts(data, adrs, own))
        if schedule is None:
            raise ConfigurationError(
                f"missed visits of {one_line(name)} cannot be counted: ADRS does not show a schedule",
                f"[endpoint.{one_line(name)}] missed_visits",
                "declare visit_days, such as [56]",
            )
        if not endpoint.visit_days:
            yield Inference("STARTDT", f"assessments in ADRS {schedule} after STARTDT", name)
        late = event & (schedule.missed(last - start, adt - start) > allowed)
        if endpoint.gap is not None:
            late &= ~(adt - last > endpoint.gap)
        message = f"event after more than {counted(allowed, 'missed visit')}"
        yield Fault(late, ("ADT", "CNSR"), message, parameter=name)


def _starts(data: Dataset, adrs: Dataset, own: Mask) -> Days:
    """STARTDT among these records, for each record of ADRS by its subject."""
    subjects = adrs.distinct("USUBJID")
    return first_days(subject_in(data, adrs), data.days("STARTDT"), own, len(subjects))[subjects.codes]
