"""Rules about SRCDOM, SRCVAR and SRCSEQ: the source of ADT in time-to-event data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...evidence.cut_off import day_of_cut_off
from ...evidence.subjects import adsl_record, of_each
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

Keys = NDArray[np.int64]

_SEQUENCE = re.compile(r"[A-Z]{2}SEQ$")
_DATE = re.compile(r"DT(M|C)?$")
_COMPLETE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T|$)")

_PARTIAL, _NONE = -(10.0**7), np.nan
"""Days that stand for a date that is not complete, and for none."""


@readiness(
    "XD008",
    title="SRCDOM/SRCVAR/SRCSEQ match no record, or a different date",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "SRCDOM"),
    consults=("ADSL", "ADAE", "ADRS", "TS"),
)
def trace_leads_astray(data: Dataset, study: Study) -> Iterator[Yield]:
    """The record that SRCDOM, SRCVAR and SRCSEQ refer to does not exist, or its date differs from ADT.

    ## What it checks
    SRCDOM is a dataset, SRCVAR a variable in it and SRCSEQ a record of the subject in it: ASEQ in an
    analysis dataset, --SEQ in SDTM or if ASEQ is not present. If SRCVAR is a date, it equals ADT.

    ## Not a fault
    A source dataset that is not present. A missing SRCSEQ if the subject has one record, as in ADSL. A
    partial source date, or an imputed ADT (ADTF); ADT equal to STARTDT if the source date is earlier; ADT
    equal to the data cut-off if the source date is later. A SRCVAR that is not a date.

    ## Why it matters
    Traceability: a reviewer follows these variables to the source of an event. If they do not lead there,
    ADT or the source variables are wrong.

    ## Smallest fix
    Derive the three variables from the record that gives ADT, in the same step.
    """
    named = data.distinct("SRCDOM")
    traced: dict[str, list[int]] = defaultdict(list)
    for code, value in enumerate(named):
        if str(value) in study and "USUBJID" in study[str(value)]:
            traced[study[str(value)].name].append(code)
    if not traced:
        yield NotApplicable("no dataset named in SRCDOM is present")
        return
    limit = day_of_cut_off(data, study)
    for name, codes in traced.items():
        yield from _faults(data, study[name], np.isin(named.codes, codes), limit)


def _faults(data: Dataset, source: Dataset, own: Mask, cut_off: Days) -> Iterator[Fault]:
    record = adsl_record(data, source)
    if source.structure is Structure.ADSL:
        own = own & (record >= 0)  # a subject who is not in ADSL has a finding of their own
    trace = Trace.of(data, source, record, np.flatnonzero(own))
    message = f"SRCDOM/SRCSEQ match no record in {source.name}"
    variables = ("SRCDOM", "SRCSEQ") if "SRCSEQ" in data else ("SRCDOM",)
    yield Fault(_mask(data, trace.positions[trace.lost]), variables, message)
    message = f"SRCSEQ is missing, but the subject has several records in {source.name}"
    yield Fault(_mask(data, trace.positions[trace.vague]), ("SRCSEQ", "SRCDOM"), message)
    if "SRCVAR" not in data:
        return
    found = trace.only(~trace.lost & ~trace.vague)
    named = data.distinct("SRCVAR")
    codes = named.codes[found.positions]
    present = np.unique(codes[codes >= 0])
    by_name = defaultdict(list)
    for code in present:
        by_name[str(named[code]).strip().upper()].append(code)
    absent = [code for name, same in by_name.items() if name not in source for code in same]
    nowhere = found.positions[np.isin(codes, absent)]
    yield Fault(_mask(data, nowhere), ("SRCVAR",), f"SRCVAR is not a variable in {source.name}")
    for name, same in by_name.items():
        if name in source and "ADT" in data and _DATE.search(name):
            these = found.only(np.isin(codes, same))
            another = these.positions[_another_date(data, source, name, these, cut_off)]
            message = f"ADT differs from {name} in {source.name}"
            yield Fault(_mask(data, another), ("ADT", "SRCVAR"), message)


def _mask(data: Dataset, positions: NDArray[np.intp]) -> Mask:
    mask = np.zeros(len(data), dtype=np.bool_)
    mask[positions] = True
    return mask


@dataclass(frozen=True, eq=False)
class Trace:
    """Records that name a source, and the records of the source that they lead to.

    Attributes
    ----------
    positions : ndarray of int, shape (n_traced,)
        The records that name the source.
    first, last : ndarray of int, shape (n_traced,)
        They lead to ``order[first:last]``; to none where both are equal.
    order : ndarray of int, shape (n_source_records,)
        Records of the source, those that are led to together side by side.
    vague : ndarray of bool, shape (n_traced,)
        Without SRCSEQ, although the subject has several records in a source that numbers them.
    """

    positions: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    order: NDArray[np.intp]
    vague: Mask

    @classmethod
    def of(
        cls, data: Dataset, source: Dataset, record: NDArray[np.intp], positions: NDArray[np.intp]
    ) -> Trace:
        """Follow the records at `positions`; `record` leads each to a record of its subject."""
        subject = source.distinct("USUBJID").codes
        ours = of_each(subject, record[positions], unknown=-1).astype(np.int64)
        subjects = int(subject.max(initial=-1)) + 1
        variable = sequence_of(source)
        if variable is None:
            return cls._matched(
                positions, ours, subject.astype(np.int64), np.zeros(len(ours), dtype=np.bool_)
            )
        sequence = data.numbers("SRCSEQ") if "SRCSEQ" in data else np.full(len(data), np.nan)
        own, numbers = sequence[positions], source.numbers(variable)
        times = np.append(np.bincount(subject[subject >= 0], minlength=subjects), 0)
        known = np.unique(numbers[~np.isnan(numbers)])
        width = len(known) + 2
        unnumbered = np.isnan(own) & (ours >= 0)
        vague = unnumbered & (times[ours] > 1)
        theirs = np.where(subject < 0, -1, subject * width + _rank(numbers, known, unknown=len(known)))
        keys = np.where(ours < 0, -1, ours * width + _rank(own, known, unknown=len(known) + 1))
        keys[unnumbered] = theirs[record[positions[unnumbered]]]
        return cls._matched(positions, keys, theirs, vague)

    @classmethod
    def _matched(cls, positions: NDArray[np.intp], ours: Keys, theirs: Keys, vague: Mask) -> Trace:
        order = np.argsort(theirs, kind="stable")
        keys = theirs[order]
        first = np.searchsorted(keys, ours, side="left")
        last = np.searchsorted(keys, ours, side="right")
        return cls(positions, first, np.where(ours < 0, first, last), order, vague)

    @property
    def lost(self) -> Mask:
        """Those that lead to no record."""
        lost: Mask = self.first == self.last
        return lost

    def only(self, chosen: Mask) -> Trace:
        """The chosen ones of the traced records."""
        return Trace(
            self.positions[chosen], self.first[chosen], self.last[chosen], self.order, self.vague[chosen]
        )


def sequence_of(source: Dataset) -> str | None:
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
    rank: Keys = np.where(known[position] == numbers, position, unknown).astype(np.int64)
    return rank


def _another_date(data: Dataset, source: Dataset, name: str, trace: Trace, cut_off: Days) -> Mask:
    """Traced records whose ADT no record that they lead to has, nor can explain."""
    adt, limit = data.days("ADT")[trace.positions], cut_off[trace.positions]
    day = _days(source, name)[trace.order]
    first = day[trace.first]
    explained = np.isnan(adt) | (first == adt) | (first == _PARTIAL)
    if "ADTF" in data:
        explained |= data.filled("ADTF")[trace.positions]
    if "STARTDT" in data:
        startdt = data.days("STARTDT")[trace.positions]
        explained |= (adt == startdt) & (first < startdt)
    explained |= (adt == limit) & (first > limit)
    unexplained = np.flatnonzero(~explained & (trace.last - trace.first > 1))
    explained[unexplained] = _is_there(trace, unexplained, adt, day)
    another: Mask = ~explained
    return another


def _is_there(trace: Trace, chosen: NDArray[np.intp], adt: Days, day: Days) -> Mask:
    """Whether one of several records that each leads to has the day asked for, or a partial one."""
    lengths = trace.last[chosen] - trace.first[chosen]
    owner = np.repeat(np.arange(len(chosen)), lengths)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    theirs = day[trace.first[chosen][owner] + offset]
    hit = (theirs == adt[chosen][owner]) | (theirs == _PARTIAL)
    found: Mask = np.bincount(owner[hit], minlength=len(chosen)) > 0
    return found


def _days(source: Dataset, name: str) -> Days:
    """Dates as days since 1970-01-01; text as ISO 8601, where a partial date is `_PARTIAL`."""
    if not source.is_character(name):
        return source.days(name)
    distinct = source.distinct(name)
    by_value = np.array([_day(str(value)) for value in distinct], dtype=np.float64)
    return distinct.spread(by_value, missing=_NONE)


def _day(text: str) -> float:
    if not _COMPLETE_DATE.match(text):
        return _PARTIAL
    try:
        return float(np.datetime64(text[:10], "D").astype(np.int64))
    except ValueError:  # a day that no month has
        return _PARTIAL
