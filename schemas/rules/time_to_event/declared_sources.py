"""Rules about events whose sources are declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...conditions.sources import records_of
from ...errors import ConfigurationError
from ...evidence.analysis_flags import standing
from ...evidence.parameters import records_with_role
from ...evidence.subjects import in_adsl
from ...evidence.timelines import Timeline, subject_in
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.declarations import DateSource
from ...study.study import Study
from ...wording import did_you_mean, one_line
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield
from .responses import reason_stated

_DEATHS = ("ADSL", "DTHDT")


@dataclass(frozen=True, eq=False)
class _Candidates:
    """What the sources of a parameter have for the subject of each of its records.

    Attributes
    ----------
    first : ndarray of float, shape (n_records,)
        The first day on or after STARTDT; NaN where there is none.
    earlier, undated : ndarray of bool, shape (n_records,)
        The subject has a record before STARTDT; one without a complete date.
    """

    first: Days
    earlier: Mask
    undated: Mask


@readiness(
    "XD036",
    title="Event is not the first record of its declared sources",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT"),
    consults=("ADSL", "ADAE", "ADRS"),
)
def not_from_declared_sources(data: Dataset, study: Study) -> Iterator[Yield]:
    """An event is not the first record of its declared sources, or a subject with such a record is censored.

    ## What it checks
    If the sources of the event are declared (`events` of `[endpoint.X]`, `[source.NAME]`), the event is at
    the first of their records on or after STARTDT: an event at a later date, or at the date of no record, and
    a subject censored on or after the date of a record are errors. A warning if ADT is imputed, or a reason
    for censoring is given (new therapy, missed assessments, no baseline).

    ## Not a fault
    Records before STARTDT, or after ADT of a censored subject: after the risk window, the data cut-off or new
    therapy. ADT equal to STARTDT if the record is earlier. Records after a new therapy, if its date is
    declared. Partial source dates. Recurrent events. Records not selected by an analysis flag. Deaths in
    overall survival, if DTHDT in ADSL is its source: these have findings of their own (XD002, XD003).

    ## Why it matters
    A later event, or one that is not counted, overestimates the time to the event.

    ## Smallest fix
    Derive the event from the first record of the declared sources, or correct the declaration.
    """
    parameters = data.parameters
    declared = {name: parameters.endpoint(name) for name in parameters.names}
    declared = {name: each for name, each in declared.items() if each.events and not each.recurrent}
    if not declared:
        yield NotApplicable("no sources of events are declared")
        return
    of_survival, judged = records_with_role(data, "OS"), standing(data)
    adt, cnsr = data.days("ADT"), data.numbers("CNSR")
    start = data.days("STARTDT") if "STARTDT" in data else np.full(len(data), -np.inf)
    imputed = data.filled("ADTF") if "ADTF" in data else np.zeros(len(data), dtype=np.bool_)
    for name, endpoint in declared.items():
        own = parameters.among([name]) & judged
        sources = {each: _declared(data, each, name) for each in endpoint.events}
        if all((each.dataset, each.date) == _DEATHS for each in sources.values()):
            own &= ~of_survival
        found = _candidates(data, study, sources, start)
        first, counted = found.first, own
        if endpoint.new_therapy:
            begun = _new_therapy(data, study, endpoint.new_therapy)
            first, counted = np.where(first > begun, np.nan, first), own & ~(adt > begun)
        named = f"its declared source{'s' if len(sources) > 1 else ''} ({', '.join(map(one_line, sources))})"
        late = own & (cnsr == 0) & (first < adt)
        nowhere = counted & (cnsr == 0) & ~np.isnan(adt) & ~(first <= adt) & ~found.undated
        nowhere &= ~((adt == start) & found.earlier)
        missed = own & (cnsr >= 1) & (first <= adt)
        for mask, variables, message, doubtful in (
            (late, ("ADT", "CNSR"), f"event after the first record of {named}", imputed),
            (nowhere, ("ADT", "CNSR"), f"event at the date of no record of {named}", imputed),
            (missed, ("CNSR", "ADT"), f"censored on or after a record of {named}", reason_stated(data)),
        ):
            yield Fault(mask & ~doubtful, variables, message, parameter=name)
            yield Fault(mask & doubtful, variables, message, Severity.WARNING, parameter=name)


def _declared(data: Dataset, source: str, parameter: str) -> DateSource:
    sources = data.declarations.sources
    if source not in sources:
        raise ConfigurationError(
            f"{one_line(source)} is not a declared source",
            f"[endpoint.{one_line(parameter)}] events",
            did_you_mean(source, sources),
        )
    return sources[source]


def _candidates(data: Dataset, study: Study, sources: dict[str, DateSource], start: Days) -> _Candidates:
    first = np.full(len(data), np.nan)
    earlier, undated = (np.zeros(len(data), dtype=np.bool_) for _ in range(2))
    for name, source in sources.items():
        records = records_of(name, source, study)
        ours, theirs = subject_in(data, records.dataset), records.dataset.distinct("USUBJID").codes
        timeline = Timeline.of(theirs, records.day)
        first = np.fmin(first, timeline.first_from(ours, start))
        earlier |= ~np.isnan(timeline.last_before(ours, start))
        without = np.zeros(int(theirs.max(initial=-1)) + 2, dtype=np.bool_)
        without[theirs[records.undated]] = True
        without[-1] = False
        undated |= without[ours]
    return _Candidates(first, earlier, undated)


def _new_therapy(data: Dataset, study: Study, variable: str) -> Days:
    if "ADSL" not in study or "USUBJID" not in study["ADSL"] or variable not in study["ADSL"]:
        return np.full(len(data), np.inf)
    begun = in_adsl(data, study["ADSL"], variable).days()
    return np.where(np.isnan(begun), np.inf, begun)
