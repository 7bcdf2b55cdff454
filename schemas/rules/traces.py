"""Rules about SRCDOM, SRCVAR and SRCSEQ: where the date of a time to an event was taken from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..columns import Mask
from ..cut_off import cut_off_for
from ..dataset import Dataset, Study
from ..finding import Severity
from ..rule import Fault, Grain, Inapplicable, Yield
from ..structure import Structure
from .readiness import readiness

Days = NDArray[np.float64]
Keys = NDArray[np.int64]

_SEQUENCE = re.compile(r"[A-Z]{2}SEQ$")
_DATE = re.compile(r"DT(M|C)?$")
_COMPLETE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T|$)")

_PARTIAL, _NONE = -(10.0**7), np.nan
"""Days that stand for a date that is not complete, and for none."""

_SPAN = 1 << 26
"""More than there are days: a key times this, plus a day, is one number for both."""


@readiness(
    "XD008",
    title="A source leads to no record, or to another date",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "SRCDOM"),
    consults=("ADSL", "ADAE", "ADRS", "TS"),
)
def trace_leads_astray(data: Dataset, study: Study) -> Iterator[Yield]:
    """What SRCDOM, SRCVAR and SRCSEQ point to is not there, or has another date than ADT.

    ## What it checks
    SRCDOM names a dataset, SRCVAR a variable of it and SRCSEQ a record of the subject, by ASEQ of an
    analysis dataset, by --SEQ where it has none or is SDTM. If SRCVAR is a date, it equals ADT.

    ## Not a fault
    A dataset that was not delivered. A missing SRCSEQ where the subject has one record, as in ADSL. A
    partial source date, or an imputed ADT (ADTF); an earlier date raised to STARTDT; a later one cut to the
    data cut-off. SRCVAR that is no date.

    ## Why it matters
    A reviewer follows the trace of an event to see that it happened. A trace that ends elsewhere means that
    ADT or the trace is not what was derived.

    ## Smallest fix
    Derive the three from the record that gives ADT, in the same step.
    """
    named = data.distinct("SRCDOM")
    delivered = [(str(value), code) for code, value in enumerate(named.values) if str(value) in study]
    traced = [(name, code) for name, code in delivered if "USUBJID" in study[name]]
    if not traced:
        yield Inapplicable("no dataset that SRCDOM names was delivered")
        return
    cut_off = cut_off_for(data, study)
    limit = np.full(len(data), np.nan) if cut_off is None else cut_off.day
    for name, code in traced:
        yield from _faults(data, study[name], named.codes == code, limit)


def _faults(data: Dataset, source: Dataset, own: Mask, cut_off: Days) -> Iterator[Fault]:
    trace = _Trace.of(data, source)
    if source.structure is Structure.ADSL:
        own = own & (trace.ours >= 0)  # a subject who is not in ADSL has a finding of their own
    lost = own & ~np.isin(trace.ours, trace.theirs)
    vague = own & ~lost & trace.vague
    message = f"the source leads to no record of {source.name}"
    yield Fault(lost, ("SRCDOM", "SRCSEQ") if "SRCSEQ" in data else ("SRCDOM",), message)
    if "SRCSEQ" in data:
        message = f"SRCSEQ is missing, and the subject has several records in {source.name}"
        yield Fault(vague, ("SRCSEQ",), message)
    if "SRCVAR" not in data:
        return
    found = own & ~lost & ~vague
    variables = data.distinct("SRCVAR")
    for code in np.unique(variables.codes[found & data.filled("SRCVAR")]):
        name = str(variables.values[code]).strip().upper()
        these = found & (variables.codes == code)
        if name not in source:
            yield Fault(these, ("SRCVAR",), f"{source.name} has no variable that SRCVAR names")
        elif "ADT" in data and _DATE.search(name):
            another = these & _another_date(data, source, name, trace, cut_off)
            yield Fault(another, ("ADT", "SRCVAR"), f"ADT is not the date of {name} in {source.name}")


@dataclass(frozen=True, eq=False)
class _Trace:
    """Records of a dataset and of its source, as numbers that are equal where one leads to the other.

    Attributes
    ----------
    ours, theirs : ndarray of int
        -1 in `ours` where no subject of the source is meant.
    vague : ndarray of bool
        Records without SRCSEQ whose subject has several records in a source that numbers them.
    """

    ours: Keys
    theirs: Keys
    vague: Mask

    @classmethod
    def of(cls, data: Dataset, source: Dataset) -> _Trace:
        subjects = source.distinct("USUBJID")
        here = data.distinct("USUBJID")
        index = pd.Index(subjects.values, dtype=object)
        found = index.get_indexer(pd.Index(here.values, dtype=object)).astype(np.intp)
        ours = here.spread(found, missing=-1).astype(np.int64)
        theirs = subjects.codes.astype(np.int64)
        theirs = np.where(theirs < 0, -2, theirs)
        variable = _sequence_of(source)
        sequence = data.numbers("SRCSEQ") if "SRCSEQ" in data else np.full(len(data), np.nan)
        if variable is None:
            return cls(ours, theirs, np.zeros(len(data), dtype=np.bool_))
        times = np.append(np.bincount(subjects.codes[subjects.codes >= 0], minlength=len(index)), 0)
        unnumbered = np.isnan(sequence)
        vague = unnumbered & (times[ours] > 1)
        numbers = source.numbers(variable)
        known = np.unique(numbers[~np.isnan(numbers)])
        width = len(known) + 2
        ours = np.where(ours < 0, -1, ours * width + _rank(sequence, known, unknown=len(known) + 1))
        theirs = np.where(theirs < 0, -2, theirs * width + _rank(numbers, known, unknown=len(known)))
        any_of_subject = unnumbered & (ours >= 0)
        only = _only_key(subjects.codes, theirs, len(index))
        ours[any_of_subject] = only[ours[any_of_subject] // width]
        return cls(ours, theirs, vague)


def _sequence_of(source: Dataset) -> str | None:
    """ASEQ of an analysis dataset, else its --SEQ, that of its own domain where it has several."""
    if source.is_adam and "ASEQ" in source:
        return "ASEQ"
    names = [v.name.upper() for v in source.variables if _SEQUENCE.match(v.name.upper())]
    own = f"{source.name.removeprefix('AD')[:2]}SEQ"
    return own if own in names else names[0] if len(names) == 1 else None


def _rank(numbers: Days, known: Days, unknown: int) -> Keys:
    """Position of each number among the known ones."""
    if not len(known):
        return np.full(len(numbers), unknown, dtype=np.int64)
    position = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
    return np.where(known[position] == numbers, position, unknown).astype(np.int64)


def _only_key(codes: NDArray[np.intp], keys: Keys, subjects: int) -> Keys:
    """Per subject the key of a record, the last; where there is one, it is that."""
    found = np.full(subjects, -1, dtype=np.int64)
    found[codes[codes >= 0]] = keys[codes >= 0]
    return found


def _another_date(data: Dataset, source: Dataset, name: str, trace: _Trace, cut_off: Days) -> Mask:
    """Records whose ADT no record that they lead to has, nor can explain."""
    adt = data.days("ADT")
    day = _days(source, name)
    explained = np.isnan(adt) | _is_there(trace, adt, day)
    explained |= _is_there(trace, np.full(len(data), _PARTIAL), day)
    if "ADTF" in data:
        explained |= data.filled("ADTF")
    first = _first(trace, day)
    if "STARTDT" in data:
        startdt = data.days("STARTDT")
        explained |= (adt == startdt) & (first < startdt)
    explained |= (adt == cut_off) & (first > cut_off)
    return ~explained


def _is_there(trace: _Trace, ours: Days, theirs: Days) -> Mask:
    """Records that lead to one with the day asked for."""
    here, there = ~np.isnan(ours), ~np.isnan(theirs)
    wanted = trace.ours * _SPAN + np.where(here, ours, 0).astype(np.int64)
    known = trace.theirs[there] * _SPAN + theirs[there].astype(np.int64)
    return here & np.isin(wanted, known)


def _first(trace: _Trace, theirs: Days) -> Days:
    """The day of the first record that each leads to; NaN where there is none."""
    if not len(trace.theirs):
        return np.full(len(trace.ours), np.nan)
    order = np.argsort(trace.theirs, kind="stable")
    keys = trace.theirs[order]
    position = np.minimum(np.searchsorted(keys, trace.ours), len(keys) - 1)
    return np.where(keys[position] == trace.ours, theirs[order][position], np.nan)


def _days(source: Dataset, name: str) -> Days:
    """Dates as days since 1970-01-01; text as ISO 8601, where a partial date is `_PARTIAL`."""
    if not source.is_character(name):
        return source.days(name)
    distinct = source.distinct(name)
    by_value = np.array([_day(str(value)) for value in distinct.values], dtype=np.float64)
    return distinct.spread(by_value, missing=_NONE)


def _day(text: str) -> float:
    if not _COMPLETE_DATE.match(text):
        return _PARTIAL
    try:
        return float(np.datetime64(text[:10], "D").astype(np.int64))
    except ValueError:  # a day that no month has
        return _PARTIAL
