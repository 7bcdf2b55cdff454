"""Flags of assessments that are analysed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....schemas.conditions.grammar import compile_expression
from ....schemas.study.columns import Codes, Days, Mask
from ....schemas.wording import counted, did_you_mean
from ..deciding import first_of, order_advice
from ..sources import selected_by
from .derivation import ResponseDerivation
from .options import ResponseFlag
from .response_records import Assessed


def flagged(derivation: ResponseDerivation, name: str, found: Assessed) -> Mask | None:
    """Assessments that have a flag; None where something does not fit the study, which is noted."""
    flag, place = derivation.task.specification.response_flags[name], f"[response_flag.{name}]"
    if flag.of and found.paramcd not in flag.of:
        return np.zeros(len(found), dtype=np.bool_)
    chosen = found.usable
    for key, chosen_by in _CHOICES.items():
        if getattr(flag, key):
            kept = chosen_by(derivation, flag, found, f"{place} {key}")
            if kept is None:
                return None
            chosen &= kept
    if flag.one_per_date:
        chosen = _one_per_date(derivation, name, flag, found, chosen)
    _note(derivation, name, found, chosen)
    return chosen


def _among(derivation: ResponseDerivation, flag: ResponseFlag, found: Assessed, _place: str) -> Mask | None:
    others = [derivation.flag(each, found) for each in flag.among]
    known = [each for each in others if each is not None]
    return np.logical_and.reduce(known) if len(known) == len(others) else None


def _where(derivation: ResponseDerivation, flag: ResponseFlag, found: Assessed, place: str) -> Mask | None:
    data = found.records.dataset
    absent = [each for each in compile_expression(flag.where, place).variables if each not in data]
    for each in absent:
        advice = did_you_mean(each, data.names)
        derivation.task.account.problem(f"{each} is not present in {data.name}", place, advice)
    if absent:
        return None
    return selected_by(flag.where, data, place, derivation.task.account)[found.records.record]


def _values(_derivation: ResponseDerivation, flag: ResponseFlag, found: Assessed, _place: str) -> Mask:
    return found.among(flag.values)


def _on_or_after(
    derivation: ResponseDerivation, flag: ResponseFlag, found: Assessed, place: str
) -> Mask | None:
    since = derivation.date(flag.on_or_after, place)
    return None if since is None else found.records.day >= since[found.records.subject]


def _before(derivation: ResponseDerivation, flag: ResponseFlag, found: Assessed, _place: str) -> Mask | None:
    records = derivation.sources.records(flag.before)
    if records is None:
        return None
    return _until(first_of(records, derivation.n_subjects).day, found, included=flag.same_day == "counts")


def _to_cut_off(derivation: ResponseDerivation, _flag: ResponseFlag, found: Assessed, _place: str) -> Mask:
    day = np.datetime64(derivation.task.specification.cut_off, "D").astype(np.int64)
    return found.records.day <= day


def _to_first(
    derivation: ResponseDerivation, flag: ResponseFlag, found: Assessed, _place: str
) -> Mask | None:
    parameter = derivation.parameter(flag.to_first)
    if parameter is None:
        return None
    last = np.full(derivation.n_subjects, np.nan)
    last[parameter.subject] = parameter.day
    return _until(last, found, included=True)


_CHOICES: dict[str, Callable[[ResponseDerivation, ResponseFlag, Assessed, str], Mask | None]] = {
    "among": _among,
    "where": _where,
    "values": _values,
    "on_or_after": _on_or_after,
    "before": _before,
    "to_cut_off": _to_cut_off,
    "to_first": _to_first,
}
"""What chooses records, by the key of a flag."""


def _until(last: Days, found: Assessed, *, included: bool) -> Mask:
    """Assessments up to the last day of their subject; all of subjects without one."""
    of_subject = last[found.records.subject]
    in_time = found.records.day <= of_subject if included else found.records.day < of_subject
    chosen: Mask = in_time | np.isnan(of_subject)
    return chosen


def _one_per_date(
    derivation: ResponseDerivation, name: str, flag: ResponseFlag, found: Assessed, chosen: Mask
) -> Mask:
    """Of several on one date the worst or the best; of equal ones the last in the order of the source."""
    (at,) = np.nonzero(chosen)
    if not len(at):
        return chosen
    date = _numbered(found.records.subject[at], found.records.day[at])
    evaluable = ~found.meaning("not_evaluable")[at]
    code = found.code[at].astype(np.float64)
    score = np.where(evaluable, code if flag.one_per_date == "worst" else -code, -np.inf)
    highest = np.maximum.reduceat(score, np.flatnonzero(np.diff(date, prepend=-1)))
    left = np.flatnonzero(score == highest[date])
    alike = found.alike[at[left]]
    last = np.append(np.diff(date[left]) != 0, True)  # ascending: the last of each date
    as_last = alike == alike[last][date[left]]
    several = np.bincount(date[left[as_last]])[date[left]] > 1
    ambiguous = np.zeros(len(found), dtype=np.bool_)
    ambiguous[at[left[as_last & several]]] = True
    _judge_ambiguous(derivation, name, found, ambiguous)
    if found.records.source.same_date == "first":
        left, dates_left = left[as_last], date[left[as_last]]
        picked = left[np.flatnonzero(np.diff(dates_left, prepend=-1))]
    else:
        picked = left[last]
    one = np.zeros(len(found), dtype=np.bool_)
    one[at[picked]] = True
    of_source = _in_source(found, chosen & ~one)
    effect = f"on one date with a {_OTHER[flag.one_per_date]} or equal one: no {name}"
    derivation.task.account.effect(
        f"response_flag.{name}: one_per_date",
        flag.one_per_date,
        effect,
        found.records.dataset,
        of_source,
        parameter=found.paramcd,
        unit="record",
    )
    return one


_OTHER = {"worst": "worse", "best": "better"}


def _numbered(subject: Codes, day: Days) -> Codes:
    """Numbers of subjects and dates, from 0, of records that are sorted by them."""
    new = (np.diff(subject) != 0) | (np.diff(day) != 0)
    found: Codes = np.append(0, np.cumsum(new))
    return found


def _judge_ambiguous(derivation: ResponseDerivation, name: str, found: Assessed, ambiguous: Mask) -> None:
    source, account, data = found.records.source, derivation.task.account, found.records.dataset
    of_source = _in_source(found, ambiguous)
    if source.same_date != "error":
        effect = "equal assessments on one date that order does not distinguish"
        key = f"source.{found.records.name}: same_date"
        account.effect(key, source.same_date, effect, data, of_source, parameter=found.paramcd, unit="record")
    elif ambiguous.any():
        number = counted(int(ambiguous.sum()), "record")
        account.problem(
            f"order does not distinguish {number} of {data.name}, of which {name} is one per date",
            f"[source.{found.records.name}] order",
            order_advice(source),
            data,
            of_source,
        )


def _in_source(found: Assessed, which: Mask) -> Mask:
    """Assessments as records of their source."""
    records = np.zeros(len(found.records.dataset), dtype=np.bool_)
    records[found.records.record[which]] = True
    return records


def _note(derivation: ResponseDerivation, name: str, found: Assessed, chosen: Mask) -> None:
    derivation.task.account.effect(
        f"response_flag.{name}",
        "Y",
        f"assessments without {name}",
        found.records.dataset,
        _in_source(found, ~chosen),
        parameter=found.paramcd,
        unit="record",
    )
