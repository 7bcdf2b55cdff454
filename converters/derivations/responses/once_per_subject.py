"""Parameters with one record per subject: the first, the last, the best response, whether there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ....schemas.conditions.grammar import compile_expression
from ....schemas.evidence.subjects import adsl_record
from ....schemas.study.columns import Codes, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, did_you_mean
from ..deciding import first_of, order_advice
from ..sources import dataset_called, selected_by
from .derivation import ResponseDerivation
from .options import (
    BestResponse,
    FirstResponse,
    LastResponse,
    RecordPresent,
    ResponseParameter,
)
from .response_records import NONE, Origin, ParameterRecords
from .used_records import course_of, used_records

ANSWERS = ("N", "Y")
_AVAL = (0.0, 1.0)
_NO, _YES = 0, 1


def once_per_subject(
    derivation: ResponseDerivation, paramcd: str, options: ResponseParameter, chosen: Mask
) -> ParameterRecords | None:
    """The records of such a parameter; None where something does not fit the study, which is noted."""
    derived: Callable[..., ParameterRecords | None] = _DERIVED[type(options)]
    found = derived(derivation, paramcd, options, chosen)
    if found is None:
        return None
    return _completed(derivation, found.at(chosen[found.subject]), chosen)


def _first(
    derivation: ResponseDerivation, paramcd: str, options: FirstResponse, chosen: Mask
) -> ParameterRecords | None:
    if options.source:
        return _first_of_source(derivation, paramcd, options, chosen)
    used = used_records(derivation, paramcd, options, chosen)
    if used is None:
        return None
    course = course_of(derivation, paramcd, options, used)
    if course is None:
        return None
    (at,) = np.nonzero(course.counting(options.values, options))
    return _answered(paramcd, options, used.at(at[_first_of_each(used.subject[at])]))


def _first_of_source(
    derivation: ResponseDerivation, paramcd: str, options: FirstResponse, chosen: Mask
) -> ParameterRecords | None:
    records = derivation.sources.records(options.source)
    if records is None:
        return None
    first = first_of(records, derivation.n_subjects)
    source, account, adsl = records.source, derivation.task.account, derivation.task.adsl
    ambiguous = first.ambiguous & chosen
    if source.same_date == "error" and ambiguous.any():
        number = counted(int(ambiguous.sum()), "subject")
        what = f"{number} with several records on the first date of {paramcd}"
        account.problem(what, f"[source.{options.source}] order", order_advice(source), adsl, ambiguous)
    (subject,) = np.nonzero(first.chosen >= 0)
    at = first.chosen[subject]
    return ParameterRecords(
        paramcd,
        options,
        subject,
        records.day[at],
        records.lacks[at],
        ANSWERS,
        _AVAL,
        np.full(len(at), _YES),
        origin=Origin(records.dataset, source.date, source, records.record[at]),
    )


def _last(
    derivation: ResponseDerivation, paramcd: str, options: LastResponse, chosen: Mask
) -> ParameterRecords | None:
    used = used_records(derivation, paramcd, options, chosen)
    if used is None:
        return None
    at = np.arange(len(used))
    if options.values:
        listed = [at for at, each in enumerate(used.values) if each in options.values]
        (at,) = np.nonzero(np.isin(used.code, listed))
    last = at[::-1][_first_of_each(used.subject[at][::-1])][::-1]
    return replace(used.at(last), paramcd=paramcd, options=options)


def _best(
    derivation: ResponseDerivation, paramcd: str, options: BestResponse, chosen: Mask
) -> ParameterRecords | None:
    used = used_records(derivation, paramcd, options, chosen)
    course = None if used is None else course_of(derivation, paramcd, options, used)
    if used is None or course is None:
        return None
    taken = course.taken_for(options)
    best_first = np.lexsort((np.arange(len(taken)), taken, used.subject))
    at = best_first[_first_of_each(used.subject[best_first])]
    best_given = np.full(derivation.n_subjects, len(used.values))
    np.minimum.at(best_given, used.subject, used.code)
    lowered = np.zeros(derivation.n_subjects, dtype=np.bool_)
    lowered[used.subject[at]] = taken[at] > best_given[used.subject[at]]
    derivation.task.account.effect(
        "confirm_after, stable_after",
        f"{_days(options.confirm_after)}, {_days(options.stable_after)}",
        "whose best assessment does not count as such",
        derivation.task.adsl,
        lowered,
        parameter=paramcd,
    )
    return replace(used.at(at), paramcd=paramcd, options=options, code=taken[at])


def _days(days: int | None) -> str:
    return "none" if days is None else str(days)


def _present(
    derivation: ResponseDerivation, paramcd: str, options: RecordPresent, _chosen: Mask
) -> ParameterRecords | None:
    place, account = f"[response.{paramcd}]", derivation.task.account
    data = dataset_called(options.dataset, derivation.task.study)
    if data is None:
        advice = did_you_mean(options.dataset, derivation.task.study.datasets)
        account.problem(f"dataset {options.dataset} is not present", f"{place} dataset", advice)
        return None
    needed = [("dataset", "USUBJID")]
    if options.where:
        variables = compile_expression(options.where, f"{place} where").variables
        needed += [("where", each) for each in variables]
    absent = [(key, each) for key, each in needed if each not in data]
    for key, each in absent:
        account.problem(
            f"{each} is not present in {data.name}", f"{place} {key}", did_you_mean(each, data.names)
        )
    if absent:
        return None
    selected = np.ones(len(data), dtype=np.bool_)
    if options.where:
        selected = selected_by(options.where, data, f"{place} where", account)
    of_adsl = adsl_record(data, derivation.task.adsl)
    _judge_unknown(derivation, paramcd, data, selected & (of_adsl < 0))
    selected &= of_adsl >= 0
    account.used(data, selected)
    subject = np.unique(of_adsl[selected])
    return ParameterRecords(
        paramcd,
        options,
        subject,
        np.full(len(subject), np.nan),
        np.zeros(len(subject), dtype=np.int8),
        ANSWERS,
        _AVAL,
        np.full(len(subject), _YES),
    )


def _judge_unknown(derivation: ResponseDerivation, paramcd: str, data: Dataset, unknown: Mask) -> None:
    account = derivation.task.account
    if derivation.options.unknown_subjects == "exclude":
        effect = f"records of {data.name} whose subject is not in ADSL excluded"
        account.effect("unknown_subjects", "exclude", effect, data, unknown, parameter=paramcd, unit="record")
    elif unknown.any():
        account.problem(
            f"{counted(int(unknown.sum()), 'record')} of {data.name} of a subject who is not in ADSL",
            f"[response.{paramcd}] dataset",
            f'correct ADSL, or declare unknown_subjects = "exclude" in [derive.{derivation.task.name}]',
            data,
            unknown,
        )


_DERIVED: dict[type[ResponseParameter], Callable[..., Any]] = {
    FirstResponse: _first,
    LastResponse: _last,
    BestResponse: _best,
    RecordPresent: _present,
}


def _first_of_each(subject: Codes) -> Codes:
    """Where each subject begins, of records that stand together by subject."""
    return np.flatnonzero(np.append(True, np.diff(subject) != 0)) if len(subject) else subject


def _answered(paramcd: str, options: ResponseParameter, used: ParameterRecords) -> ParameterRecords:
    """Records of another parameter as Y."""
    yes = np.full(len(used), _YES)
    return replace(used, paramcd=paramcd, options=options, values=ANSWERS, aval=_AVAL, code=yes)


def _completed(derivation: ResponseDerivation, found: ParameterRecords, chosen: Mask) -> ParameterRecords:
    """The same with records of subjects who have none, where they are kept; what is done is noted."""
    options: Any = found.options
    without = chosen.copy()
    without[found.subject] = False
    account, adsl, paramcd = derivation.task.account, derivation.task.adsl, found.paramcd
    value = _value_without(found)
    if options.without == "error":
        if without.any():
            number = counted(int(without.sum()), "subject")
            advice = f'declare without = "exclude", or "keep" ({_said(value)})'
            account.problem(
                f"{number} without a record of {paramcd}",
                f"[response.{paramcd}] without",
                advice,
                adsl,
                without,
            )
        return found
    done = "no record" if options.without == "exclude" else _said(value)
    account.effect(
        "without", options.without, f"subjects without one: {done}", adsl, without, parameter=paramcd
    )
    if options.without == "exclude":
        return found
    return _with_others(found, np.flatnonzero(without), value)


def _value_without(found: ParameterRecords) -> str:
    """AVALC of subjects without a record; empty for missing."""
    if isinstance(found.options, BestResponse):
        return found.options.without_value
    return ANSWERS[_NO] if found.values == ANSWERS else ""


def _said(value: str) -> str:
    return f"AVALC is {value}" if value else "AVALC is missing"


def _with_others(found: ParameterRecords, others: Codes, value: str) -> ParameterRecords:
    """Records with those of other subjects, which none dates."""
    both = np.append(found.subject, others)
    order = np.argsort(both, kind="stable")
    code = found.values.index(value) if value else NONE

    def with_others(values: Any, other: Any) -> Any:
        return np.append(values, np.full(len(others), other, dtype=values.dtype))[order]

    origin, row = found.origin, found.row
    return replace(
        found,
        subject=both[order],
        day=with_others(found.day, np.nan),
        lacks=with_others(found.lacks, 0),
        code=with_others(found.code, code),
        row=None if row is None else with_others(row, NONE),
        origin=None if origin is None else replace(origin, record=with_others(origin.record, NONE)),
    )
