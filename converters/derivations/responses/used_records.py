"""The records of another parameter that one is made of, and the course of disease that they are."""

from __future__ import annotations

import numpy as np

from ....schemas.study.columns import Mask
from ....schemas.wording import counted
from .course import Course
from .derivation import ResponseDerivation
from .options import Counting, OncePerSubject
from .response_records import ParameterRecords


def used_records(
    derivation: ResponseDerivation, paramcd: str, options: OncePerSubject, chosen: Mask
) -> ParameterRecords | None:
    """The records that a parameter is made of: of some subjects, with a date, a response, and the flags.

    None where something does not fit the study, or a subject has two on one date, which is noted.
    """
    other = derivation.parameter(options.of)
    if other is None:
        return None
    kept = chosen[other.subject] & ~np.isnan(other.day) & (other.code >= 0) & (other.code < _n_terms(other))
    for name in options.flags:
        of_assessments = flag_of(derivation, name, other)
        if of_assessments is None:
            return None
        kept &= of_assessments
    used = other.at(kept)
    same = (np.diff(used.subject) == 0) & (np.diff(used.day) == 0)
    again = np.append(same, False) | np.append(False, same)
    if again.any():
        subjects = np.zeros(derivation.n_subjects, dtype=np.bool_)
        subjects[used.subject[again]] = True
        number = counted(int(again.sum()), "record")
        derivation.task.account.problem(
            f"{number} of {options.of} on the date of another of the subject",
            f"[response.{paramcd}] flags",
            'name a flag that has one_per_date = "worst"',
            derivation.task.adsl,
            subjects,
        )
        return None
    return used


def _n_terms(records: ParameterRecords) -> int:
    found = records.assessed
    return (
        len(found.terms.order)
        if found is not None and records.values is found.values
        else len(records.values)
    )


def flag_of(derivation: ResponseDerivation, name: str, records: ParameterRecords) -> Mask | None:
    """Records whose assessment has a flag."""
    if records.assessed is None or records.row is None:
        return np.zeros(len(records), dtype=np.bool_)
    flags = derivation.flag(name, records.assessed)
    return None if flags is None else np.append(flags, False)[records.row]


def course_of(
    derivation: ResponseDerivation, paramcd: str, options: Counting, used: ParameterRecords
) -> Course | None:
    """The records as a course of disease; None where the date that stable disease counts from is missing."""
    assessed, place = used.assessed, f"[response.{paramcd}]"
    if assessed is None:
        raise AssertionError  # required of a specification
    counts_from = np.full(derivation.n_subjects, -np.inf)
    if options.stable_from:
        since = derivation.date(options.stable_from, f"{place} stable_from")
        if since is None:
            return None
        counts_from = since + (options.stable_after or 0)
    course = Course(assessed.terms, used.subject, used.day, used.code, counts_from[used.subject])
    _judge_undated(derivation, course, options, f"{place} stable_from")
    values = getattr(options, "values", assessed.terms.order)
    if options.confirm_after is not None and not {*values} <= {*assessed.terms.progression}:
        _judge_lesser(derivation, course, options, paramcd)
        _note_unconfirmed(derivation, course, options, paramcd)
    return course


def _judge_undated(derivation: ResponseDerivation, course: Course, options: Counting, place: str) -> None:
    """Refuse stable disease of subjects of whom nobody knows from when it counts."""
    undated = np.isnan(course.counts_from) & course.are("responses", "stable")
    if undated.any():
        subjects = _subjects(derivation, course, undated)
        number = counted(int(subjects.sum()), "subject")
        what = f"{options.stable_from} is missing for {number} with stable disease or a response"
        advice = "correct ADSL, or name a flag with on_or_after"
        derivation.task.account.problem(what, place, advice, derivation.task.adsl, subjects)


def _judge_lesser(derivation: ResponseDerivation, course: Course, options: Counting, paramcd: str) -> None:
    account, adsl, value = derivation.task.account, derivation.task.adsl, options.lesser_after_better
    fallen = _subjects(derivation, course, course.falls)
    if value != "error" or not fallen.any():
        effect = "with a response, and then a lesser one"
        account.effect("lesser_after_better", value, effect, adsl, fallen, parameter=paramcd)
        return
    what = f"{counted(int(fallen.sum()), 'subject')} with a response, and then a lesser one"
    advice = 'correct the data, or declare lesser_after_better = "stable" or "lesser"'
    account.problem(what, f"[response.{paramcd}] lesser_after_better", advice, adsl, fallen)


def _note_unconfirmed(
    derivation: ResponseDerivation, course: Course, options: Counting, paramcd: str
) -> None:
    unconfirmed = course.are("responses") & (course.responses(options) == len(course.terms.order))
    derivation.task.account.effect(
        "confirm_after",
        str(options.confirm_after),
        "with a response that is not confirmed",
        derivation.task.adsl,
        _subjects(derivation, course, unconfirmed),
        parameter=paramcd,
    )


def _subjects(derivation: ResponseDerivation, course: Course, which: Mask) -> Mask:
    """Subjects of ADSL with one of some assessments."""
    found = np.zeros(derivation.n_subjects, dtype=np.bool_)
    found[course.subject[which]] = True
    return found
