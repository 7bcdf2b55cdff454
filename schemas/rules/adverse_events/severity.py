"""Rules about severity and toxicity grade: text and number, and events without either."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield
from .treatment_emergence import emergent

_ADAE = (Structure.ADAE,)
_SEVERITIES = {
    "MILD": 1,
    "MODERATE": 2,
    "SEVERE": 3,
    "LIFE THREATENING": 4,
    "LIFE-THREATENING": 4,
    "FATAL": 5,
    "DEATH": 5,
}
_GRADE = re.compile(r"(?:GRADE|GR\.?|G)?\s*([0-5])\Z", re.IGNORECASE)
_GRADES = ("AETOXGR", "ATOXGR")
RANKS = ("ASEV", "AESEV", "ATOXGR", "AETOXGR")
"""Texts that say how bad an event was."""
_ANY_GRADE = re.compile(r".*(TOXGR|ASTCT).*")
FATAL_GRADE = 5
_NUMBER = re.compile(r"(?:GRADE|GR\.?|G)?\s*(-?\d+(?:\.\d+)?)\Z", re.IGNORECASE)
_SAME_SCALE = (("AETOXGR", "AESEV"), ("ATOXGR", "ASEV"))
_SEVERE = 3
_AGREE = 0.9
"""Share of records on which grade and severity must agree before the others are reported."""


def rank_of(scale: str, text: object) -> float:
    """Number that a severity ("MODERATE") or a grade ("GRADE 3", "3") stands for; NaN if unknown."""
    plain = str(text).strip().upper()
    if scale in _GRADES:
        grade = _GRADE.match(plain)
        return float(grade[1]) if grade else np.nan
    return float(_SEVERITIES.get(plain, np.nan))


def ranks(data: Dataset, scale: str) -> NDArray[np.float64]:
    """What the texts of a scale stand for, per record; NaN where missing or unknown."""
    texts = data.distinct(scale)
    known = np.array([rank_of(scale, text) for text in texts], dtype=np.float64)
    return texts.spread(known, missing=np.nan)


def grades(data: Dataset, variable: str) -> NDArray[np.float64]:
    """Grades of a variable that may hold texts ("GRADE 3") or numbers."""
    return ranks(data, variable) if data.is_character(variable) else data.numbers(variable)


@readiness(
    {
        "AE028": {"text": "AESEV", "number": "AESEVN"},
        "AE029": {"text": "ASEV", "number": "ASEVN"},
        "AE030": {"text": "AETOXGR", "number": "AETOXGRN"},
        "AE031": {"text": "ATOXGR", "number": "ATOXGRN"},
    },
    title="{number} is inconsistent with {text}",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=_ADAE,
    needs=("{text}", "{number}"),
)
def number_of_severity(data: Dataset, text: str, number: str) -> Iterator[Yield]:
    """A severity or toxicity grade and its number are inconsistent.

    ## What it checks
    {number} is the number of {text}: 1, 2, 3 for mild, moderate and severe; the grade itself for a
    toxicity grade, written as 3 or GRADE 3. Other texts and their numbers are one-to-one. Both have a
    value or both are missing.

    ## Not a fault
    A text that has no number on any record (NOT GRADED). {number} missing on every record.
    {text} against another scale: collected and analysed, CTCAE and ASTCT are never compared; grade and
    severity are compared by another rule.

    ## Why it matters
    The worst event of a subject is selected by number and displayed by text.

    ## Smallest fix
    Derive {number} from {text} again.
    """
    numbers = data.numbers(number)
    if not data.filled(number).any():
        yield NotApplicable(f"{number} is missing on every record")
        return
    if not data.is_character(text):
        yield Fault(np.abs(data.numbers(text) - numbers) > 0, (number, text), f"{number} differs from {text}")
        return
    expected = ranks(data, text)
    paired = data.filled(text) & ~np.isnan(numbers)
    wrong = paired & (np.abs(numbers - expected) > 0)
    yield Fault(wrong, (number, text), f"{number} does not correspond to {text}")
    yield Fault(
        _ambiguous(data, text, number, paired), (number, text), f"{number} and {text} are not one-to-one"
    )
    texts = data.distinct(text)
    numbered = np.zeros(len(texts) + 1, dtype=np.bool_)
    numbered[texts.codes[paired]] = True
    lacking = data.filled(text) & np.isnan(numbers) & (numbered[texts.codes] | ~np.isnan(expected))
    yield Fault(lacking, (number, text), f"{number} is missing where {text} has a value")
    alone = data.missing(text) & ~np.isnan(numbers)
    yield Fault(alone, (text, number), f"{text} is missing where {number} has a value")


def _ambiguous(data: Dataset, text: str, number: str, paired: Mask) -> Mask:
    """Records whose text is of no known rank, and has several numbers or shares one with another text."""
    unknown = paired & np.isnan(ranks(data, text))
    if not unknown.any():
        return unknown
    texts, numbers = data.distinct(text), data.distinct(number)
    pairs = np.unique(np.stack([texts.codes[paired], numbers.codes[paired]]), axis=1)
    of_text = np.bincount(pairs[0], minlength=len(texts) + 1)
    of_number = np.bincount(pairs[1], minlength=len(numbers) + 1)
    ambiguous: Mask = unknown & ((of_text[texts.codes] > 1) | (of_number[numbers.codes] > 1))
    return ambiguous


@readiness(
    "AE027",
    title="Treatment-emergent event without a toxicity grade",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=_ADAE,
    needs=("TRTEMFL",),
    needs_any=(("AETOXGR", "ATOXGR", "AETOXGRN", "ATOXGRN"),),
)
def emergent_without_grade(data: Dataset) -> Iterator[Yield]:
    """A treatment-emergent event has no toxicity grade in a study that grades events.

    ## What it checks
    Where TRTEMFL is Y, a toxicity grade has a value: AETOXGR, ATOXGR, their numbers, or a variable of
    another grading system (ASTCT).

    ## Not a fault
    Grades that are missing on every record: the study collects severity. Events graded only on another
    scale.

    ## Why it matters
    Tables of events of grade 3 and higher do not include the event.

    ## Smallest fix
    Query the grade, or derive it in ATOXGR.
    """
    variables = [each.name for each in data.variables if _ANY_GRADE.match(each.name.upper())]
    graded = np.logical_or.reduce([data.filled(variable) for variable in variables])
    if not graded.any():
        yield NotApplicable("no event has a toxicity grade")
        return
    lacking = emergent(data) & ~graded
    usual = [name for name in ("ATOXGR", "AETOXGR", "ATOXGRN", "AETOXGRN") if name in data]
    yield Fault(lacking, (*usual[:1], "TRTEMFL"), "toxicity grade is missing on a treatment-emergent event")


@readiness(
    "AE046",
    title="Severity is inconsistent with toxicity grade",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=_ADAE,
    needs_any=(("AETOXGR", "ATOXGR"), ("AESEV", "ASEV")),
)
def severity_against_grade(data: Dataset) -> Iterator[Yield]:
    """Severity and toxicity grade of an event disagree, although they agree on the other events.

    ## What it checks
    AESEV against AETOXGR, and ASEV against ATOXGR: mild is grade 1, moderate grade 2, severe grade 3 or
    more. The exceptions are reported if at least 90% of the records agree.

    ## Not a fault
    A study in which the two are independent assessments: they then agree on fewer records. Grade 4 or 5
    with SEVERE. A grade 0, or a text that is neither.

    ## Why it matters
    The tables by severity and by grade have different numbers of severe events.

    ## Smallest fix
    Query the severity or the grade.
    """
    pairs = [pair for pair in _SAME_SCALE if pair[0] in data and pair[1] in data]
    if not pairs:
        yield NotApplicable("no grade is present with its severity (AETOXGR and AESEV, ATOXGR and ASEV)")
        return
    for grade, severity in pairs:
        if not data.is_character(severity):
            continue
        found, expected = grades(data, grade), ranks(data, severity)
        judged = (found >= 1) & (found <= FATAL_GRADE) & ~np.isnan(expected)
        differs = judged & (np.minimum(found, _SEVERE) != np.minimum(expected, _SEVERE))
        if np.count_nonzero(differs) <= (1 - _AGREE) * np.count_nonzero(judged):
            message = f"{severity} is inconsistent with {grade}, with which it agrees on other records"
            yield Fault(differs, (severity, grade), message)


@readiness(
    "AE047",
    title="Toxicity grade is not 0, 1, 2, 3, 4 or 5",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    structures=_ADAE,
    needs_any=(("AETOXGR", "ATOXGR", "AETOXGRN", "ATOXGRN"),),
)
def grade_out_of_range(data: Dataset) -> Iterator[Fault]:
    """A toxicity grade is a number that no grading scale has.

    ## What it checks
    A grade in AETOXGR, ATOXGR and their numbers, written as 3 or GRADE 3, is 0, 1, 2, 3, 4 or 5.

    ## Not a fault
    Texts without a number (NOT GRADED).

    ## Why it matters
    The event is in no row of a table by grade, or counts as the worst one of its subject.

    ## Smallest fix
    Correct the grade.
    """
    for name in (*_GRADES, *(f"{grade}N" for grade in _GRADES)):
        if name in data:
            found = _numbers_in(data, name)
            known = np.isnan(found) | np.isin(found, range(FATAL_GRADE + 1))
            yield Fault(~known, (name,), f"{name} is not 0, 1, 2, 3, 4 or 5")


def _numbers_in(data: Dataset, variable: str) -> NDArray[np.float64]:
    """Numbers, also those in texts, per record; NaN where there is none."""
    if not data.is_character(variable):
        return data.numbers(variable)
    texts = data.distinct(variable)
    matches = [_NUMBER.match(str(text).strip()) for text in texts]
    numbers = [float(found[1]) if found else np.nan for found in matches]
    return texts.spread(np.array(numbers, dtype=np.float64), missing=np.nan)
