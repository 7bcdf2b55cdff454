"""Rules about times to a first event: the record of the source dataset that the event is dated by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...evidence.parameters import split, without_declared_events
from ...evidence.subjects import adsl_record, in_adsl
from ...evidence.timelines import first_days
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield
from .traces import Trace, sequence_of

_FLAG = re.compile(r"(TRTEMFL|TREM\d\dFL|ANL\d\dFL|[A-Z]{2}SER|[CS]M?Q\d\dNAM)$")
"""Variables that select records; of the names of queries any that is filled selects."""
_CONDITION = re.compile(
    r"((?!AOCC)\w+FL|A\w+DTF|[CS]M?Q\d\d(NAM|SC)"
    r"|[A-Z]{2}(DECOD|BODSYS|SOC|HLT|HLGT|SEV|TOXGR|REL|ACN|CAT|SCAT|SER|SCONG|SDISAB|SDTH|SHOSP|SLIFE|SMIE))$"
)
"""Variables that a selection of records may use; flags of first occurrences follow from it instead."""

_ENOUGH = 5
"""Events that show what their sources have in common."""
_COMMON = 0.9
"""Share of the sources that have a flag in common: of 10 events one may be the fault sought."""
_UNDERSTOOD = 0.8
"""So many of the subjects with such a record have it as event, or the condition is another one.

Of those who have not, some may be the faults sought, and some are out of scope, such as after a window.
"""


@dataclass(frozen=True, eq=False)
class _Sources:
    """Events of a parameter and the records of the dataset that they are traced to.

    Attributes
    ----------
    data, source : Dataset
    own : ndarray of int, shape (n_own,)
        Records of the parameter.
    events, records : ndarray of int, shape (n_events,)
        Those that are events traced to `source`, and the records there.
    date : str
        The date of `source` that they are dated by.
    """

    data: Dataset
    source: Dataset
    own: NDArray[np.intp]
    events: NDArray[np.intp]
    records: NDArray[np.intp]
    date: str


@readiness(
    "XD034",
    title="Time to first event is not dated at the first event",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT", "STARTDT", "SRCDOM", "SRCVAR", "SRCSEQ"),
    consults=("ADAE", "ADCM", "ADCE"),
)
def not_first_event(data: Dataset, study: Study) -> Iterator[Yield]:
    """An event is not at the first matching record of its source, or a subject with one is censored.

    ## What it checks
    Parameters whose events come from an occurrence dataset (SRCDOM, SRCVAR, SRCSEQ), such as time to first
    adverse event. A record matches if each of its flags (TRTEMFL, AESER, ANLzzFL, …), queries, term, body
    system, severity, grade and causality has a value that the source of some event has, too. The first
    matching record on or after STARTDT is the event. An event at a later one, and a censored subject with one
    on or before ADT, are reported. So is a source without a flag or query (TRTEMFL = Y, AESER = Y, CQzzNAM,
    …) that at least 90% of the sources have, if other records without it are not events or PARAM names it.

    ## Not a fault
    Records after ADT: after the risk window, the data cut-off or new therapy. Several records of a subject,
    as in recurrent events. If more than one in five subjects with such a record differ, the events follow
    another condition, and the parameter is not checked. Parameters whose event sources are declared (XD036).

    ## Why it matters
    A later event, or one that is not counted, overestimates the time to the first.

    ## Smallest fix
    Select the first of the records that meet the condition, for all subjects in the same step.
    """
    found = [*_sources(data, study)]
    if not found:
        yield NotApplicable("no parameter has its events from an occurrence dataset")
        return
    for each in found:
        yield from _faults(each)


def _sources(data: Dataset, study: Study) -> Iterator[_Sources]:
    """The parameters with most events from one date of an occurrence dataset, and one record per subject."""
    parameters, event = data.parameters, data.numbers("CNSR") == 0
    subject, dated = data.distinct("USUBJID").codes, ~np.isnan(data.days("STARTDT"))
    domains, variables = data.distinct("SRCDOM"), data.distinct("SRCVAR")
    for code, domain in enumerate(domains):
        name = str(domain)
        if name not in study or "USUBJID" not in study[name]:
            continue
        source = study[name]
        if Structure.OCCDS not in source.structure.lineage or sequence_of(source) is None:
            continue
        traced = np.flatnonzero(event & (domains.codes == code) & dated)
        trace = Trace.of(data, source, adsl_record(data, source), traced)
        one = trace.last - trace.first == 1
        records = np.full(len(data), -1, dtype=np.intp)
        records[traced[one]] = trace.order[trace.first[one]]
        for _, own in parameters.each(parameters.durations & without_declared_events(data) & (subject >= 0)):
            events = own[records[own] >= 0]
            alone = len(np.unique(subject[own])) == len(own)
            if not alone or len(events) < _ENOUGH or 2 * len(events) < np.count_nonzero(event[own]):
                continue
            named = variables.codes[events]
            if (named < 0).all():
                continue
            usual = np.bincount(named[named >= 0]).argmax()
            date = str(variables[usual]).strip().upper()
            events = events[named == usual]
            if date in source and not source.is_character(date) and len(events) >= _ENOUGH:
                yield _Sources(data, source, own, events, records[events], date)


def _faults(of: _Sources) -> Iterator[Fault]:
    data, source = of.data, of.source
    mask = np.zeros(len(data), dtype=np.bool_)
    mask[of.own] = True
    shown = next((each.parameter for each, _ in split(data, mask)), "")
    day = source.days(of.date)
    common, lacking = _common_flags(of, day)
    for words, without in lacking.items():
        message = f"source record in {source.name} does not have {words}, as the other sources do"
        yield Fault(_mask(data, of.events[without]), ("SRCSEQ", "ADT"), message, parameter=shown)
    exceptional = np.logical_or.reduce([*lacking.values(), np.zeros(len(of.events), dtype=np.bool_)])
    like = _like(source, of.records[~exceptional])
    first = _first_on_record(of, like, day)
    adt, cnsr = data.days("ADT"), data.numbers("CNSR")
    dated = np.full(len(data), np.nan)
    dated[of.events[~exceptional]] = day[of.records[~exceptional]]
    later = (first < adt) & (first < dated)
    censored = (cnsr >= 1) & (first <= adt)
    having = np.count_nonzero(first <= adt)
    if np.count_nonzero(later | censored) > (1 - _UNDERSTOOD) * having:
        return
    words = f" ({', '.join(common)})" if common else ""
    message = f"event is later than the first matching record in {source.name}{words}"
    yield Fault(later, ("ADT", "SRCSEQ"), message, parameter=shown)
    message = f"censored, although {source.name} has a matching record{words} on or before ADT"
    yield Fault(censored, ("CNSR", "ADT"), message, parameter=shown)


def _common_flags(of: _Sources, day: Days) -> tuple[list[str], dict[str, Mask]]:
    """Flags and queries that the sources have in common, in words, and the events whose source lacks one."""
    common, lacking = [], {}
    for name in filter(_FLAG.match, of.source.names):
        selects = of.source.filled(name) if name.endswith("NAM") else of.source.equals(name, "Y")
        without = ~selects[of.records]
        share = 1 - np.count_nonzero(without) / len(without)
        words = f"{name} (a query)" if name.endswith("NAM") else f"{name} = Y"
        if share < _COMMON or selects.all():
            continue
        common.append(words)
        if without.any() and _is_required(of, name, selects, without, day):
            lacking[words] = without
    return common, lacking


def _is_required(of: _Sources, name: str, selects: Mask, without: Mask, day: Days) -> bool:
    """Whether events need a flag: PARAM names it, or twice as many subjects have a record without it that is
    passed over, before STARTDT if the exceptions are, else after it."""
    word = re.compile("serious" if name.endswith("SER") else r"emergent|\bTEAE", re.IGNORECASE)
    if name.startswith("TR") or name.endswith("SER"):
        number = of.data.parameters.codes[of.own[0]]
        if any(word.search(text) for text in of.data.parameters.texts("PARAM")[number]):
            return True
    start, adt = (_by_subject(of, of.data.days(each)) for each in ("STARTDT", "ADT"))
    codes = of.source.distinct("USUBJID").codes
    before = day < start[codes]
    passed = ~selects & (day < adt[codes])
    of_sources = np.zeros(len(of.source), dtype=np.bool_)
    of_sources[of.records] = True
    passed &= ~of_sources
    for side in (before, ~before):
        exceptions = np.count_nonzero(without & side[of.records])
        if exceptions and len(np.unique(codes[passed & side & (codes >= 0)])) < 2 * exceptions:
            return False
    return True


def _like(source: Dataset, records: NDArray[np.intp]) -> Mask:
    """Records that have, in each variable a selection may use, a value that one of these has."""
    like = np.ones(len(source), dtype=np.bool_)
    for name in filter(_CONDITION.match, source.names):
        distinct = source.distinct(name)
        known = np.zeros(len(distinct) + 1, dtype=np.bool_)
        known[distinct.codes[records]] = True
        like &= known[distinct.codes]
    return like


def _by_subject(of: _Sources, day: Days) -> Days:
    """A date of the parameter for each subject of the source, by code of USUBJID; NaN for others."""
    ours = in_adsl(of.data, of.source, "USUBJID").codes()[of.own]
    found = np.full(len(of.source.distinct("USUBJID")) + 1, np.nan)
    found[ours] = day[of.own]
    found[-1] = np.nan
    return found


def _first_on_record(of: _Sources, like: Mask, day: Days) -> Days:
    """The first day of these records on or after STARTDT, for each record of the parameter."""
    codes = of.source.distinct("USUBJID").codes
    start = _by_subject(of, of.data.days("STARTDT"))
    first = first_days(codes, day, like & (day >= start[codes]), len(start) - 1)
    found = np.full(len(of.data), np.nan)
    found[of.own] = first[in_adsl(of.data, of.source, "USUBJID").codes()[of.own]]
    return found


def _mask(data: Dataset, positions: NDArray[np.intp]) -> Mask:
    mask = np.zeros(len(data), dtype=np.bool_)
    mask[positions] = True
    return mask
