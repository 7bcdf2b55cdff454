"""Subjects in messages, and the check that a selection has one record for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from ...schemas.errors import Refused
from ...schemas.study.columns import Codes, Mask
from ...schemas.study.dataset import Dataset

SHOWN = 10
"""Subjects that a message names; the count is always exact."""

_DISCRIMINATORS = ("ANL", "DTYPE", "BASETYPE", "PARQUAL", "PARCAT", "AVISIT", "APERIOD", "APHASE", "TRT")
"""Starts of the names of variables that are meant to tell records of one parameter apart."""

_OUTCOME = re.compile(
    r"AVALC?$|AVALU$|ADT[MF]?$|ADY$|CNSR$|EVNTDESC$|CNSDTDSC$|SRC(DOM|VAR|SEQ)$|ASEQ$|STARTDT[MF]?$"
)
"""Variables that are what is measured, or where it comes from: to select by them would be to select
by the result."""


def subjects_of(data: Dataset, records: Mask) -> tuple[str, ...]:
    """The subjects of some records, each once, in order; "record 7" for a record without USUBJID."""
    subjects = data.distinct("USUBJID")
    names = []
    for position in np.flatnonzero(records):
        code = subjects.codes[position]
        names.append(str(subjects[code]) if code >= 0 else f"record {position + 1}")
    return tuple(dict.fromkeys(names))


def records_of_subjects(data: Dataset, of_table: Dataset) -> Codes:
    """Of each record, the record of its subject in a table with one for each; -1 where it has none."""
    mine, theirs = of_table.distinct("USUBJID"), data.distinct("USUBJID")
    record_of = np.full(len(mine) + 1, -1, dtype=np.intp)
    record_of[mine.codes] = np.arange(len(of_table))
    return theirs.spread(record_of[theirs.positions_in(mine)], missing=-1)


_NAMED: ContextVar[bool] = ContextVar("named", default=True)


@contextmanager
def naming_subjects(named: bool) -> Iterator[None]:
    """Whether messages name subjects while the block runs; they always count them."""
    token = _NAMED.set(named)
    try:
        yield
    finally:
        _NAMED.reset(token)


def listed(subjects: Sequence[str]) -> str:
    """Subjects for a message: the first of them, and how many more there are."""
    if not _NAMED.get():
        return _counted(len(subjects))
    shown = ", ".join(subjects[:SHOWN])
    more = f" and {len(subjects) - SHOWN} more" if len(subjects) > SHOWN else ""
    return f"{_counted(len(subjects))}: {shown}{more}"


def _counted(subjects: int) -> str:
    return f"{subjects} subject{'' if subjects == 1 else 's'}"


def require_one_record_each(data: Dataset, paramcd: str) -> None:
    """Refuse a selection with several records for a subject, and say what would tell them apart.

    Raises
    ------
    Refused
        Also when a record has no USUBJID.
    """
    unnamed = data.missing("USUBJID")
    if unnamed.any():
        number = np.count_nonzero(unnamed)
        where = f"1 {paramcd} record" if number == 1 else f"{number} {paramcd} records"
        raise Refused(f"USUBJID is missing in {where}", data.name, "correct the data")
    codes = data.distinct("USUBJID").codes
    repeated = np.bincount(codes)[codes] > 1
    if not repeated.any():
        return
    among = data.replace(frame=data.frame.loc[repeated].reset_index(drop=True), special_missing={})
    differing = _differing(among)
    telling = [name for name in differing if not _OUTCOME.match(name)]
    raise Refused(
        f"some subjects have several {paramcd} records",
        f"{data.name}, {listed(subjects_of(data, repeated))}; {_difference(telling, differing)}",
        _advice(data, telling),
    )


def _differing(among: Dataset) -> list[str]:
    """Variables that differ within a subject, those made for it first, complete separations first."""
    subjects = len(np.unique(among.groups("USUBJID")))
    ranked = []
    for place, name in enumerate(among.frame.columns):
        groups = len(np.unique(among.groups("USUBJID", name)))
        if groups > subjects:
            made_for_it = not name.startswith(_DISCRIMINATORS)
            ranked.append((made_for_it, groups < len(among), place, name))
    return [name for *_, name in sorted(ranked)]


def _difference(telling: Sequence[str], differing: Sequence[str]) -> str:
    if telling:
        return f"the records differ in {', '.join(telling)}"
    if differing:
        return f"the records differ only in the result and its source: {', '.join(differing)}"
    return "the records are identical"


def _advice(data: Dataset, telling: Sequence[str]) -> str:
    for condition, chosen in _conditions(data, telling):
        if _leaves_one_each(data, chosen):
            return f"add a condition on one of these, for example {condition}"
    if telling:
        return "add a condition on one of these that keeps one record per subject"
    return "correct the data; no variable identifies the record to analyse"


def _conditions(data: Dataset, telling: Sequence[str]) -> Iterator[tuple[str, Mask]]:
    """Conditions to propose: a flag that is set, a derivation type that is missing; no value of the data."""
    for name in telling:
        if not (name.startswith(_DISCRIMINATORS) and data.is_character(name)):
            continue
        values = data.distinct(name)
        if data.missing(name).any() and "Y" not in values.values:
            yield f"missing({name})", data.missing(name)
        for code, value in enumerate(values):
            shown = value if value == "Y" else "..."
            yield f"{name} == '{shown}'", values.codes == code


def _leaves_one_each(data: Dataset, chosen: Mask) -> bool:
    codes = data.distinct("USUBJID").codes
    left = np.bincount(codes[chosen], minlength=int(codes.max()) + 1)
    return bool((left == 1).all())
