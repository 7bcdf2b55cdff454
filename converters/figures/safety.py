"""Adverse events as the page shows them: by class and term, the most frequent first, with the worst grades.

Every number is one of `adverse_events`; here it is only put in the order in which such tables are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.errors import ConfigurationError
from ...schemas.options import require_valid
from ...schemas.study.columns import Codes
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean
from ..survival.summaries.adverse_events import AdverseEventOptions, Measure
from ..survival.summaries.adverse_events.events import require_adverse_events, require_variable
from ..survival.summaries.adverse_events.grades import USUAL
from ..survival.summaries.adverse_events.summary import adverse_events
from ..survival.summaries.adverse_events.terms import MISSING
from ..survival.summaries.adverse_events.written import AdverseEventTable
from .options import SafetyOptions

SEVERE = 3
"""Grades from this one on are counted together."""
_CLASSES = ("AEBODSYS", "AESOC")
_TERM = "AEDECOD"
_ARMS = ("TRTA", "TRTP")
_OF_QUERY = re.compile(r"(SMQ|CQ)\d\dNAM\Z", re.IGNORECASE)
_CATEGORY = "ACAT1"
_NUMBERED = re.compile(r"(?:GRADE\s*)?([0-5])\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SafetyCell:
    """A term in one arm.

    Attributes
    ----------
    subjects, events : int
    percent : float
    by_grade : tuple of int
        Subjects by their worst grade.
    severe : int or None
        Subjects whose worst grade is 3 or more; None where grades are not numbers.
    severe_percent : float
    """

    subjects: int
    events: int
    percent: float
    by_grade: tuple[int, ...]
    severe: int | None
    severe_percent: float


@dataclass(frozen=True, slots=True)
class SafetyRow:
    """A term: its level (0 for any event), its name, and a cell for each arm."""

    level: int
    label: str
    cells: tuple[SafetyCell, ...]


@dataclass(frozen=True, slots=True)
class SafetyTable:
    """A table of adverse events.

    Attributes
    ----------
    arms : tuple of (str, int)
        Each with its subjects.
    grades : tuple of str
    grade : str
        Their variable; empty without one.
    rows : tuple of SafetyRow
    unlisted : int
        Terms that are too many to be shown: the least frequent ones.
    options : AdverseEventOptions
        With which `adverse_events` gives the same numbers.
    """

    arms: tuple[tuple[str, int], ...]
    grades: tuple[str, ...]
    grade: str
    rows: tuple[SafetyRow, ...]
    unlisted: int
    options: AdverseEventOptions


@dataclass(frozen=True, slots=True)
class Safety:
    """Adverse events by class and term, and those of special interest."""

    terms: SafetyTable
    groups: tuple[SafetyTable, ...]


def safety(study: Study, options: SafetyOptions | None = None) -> Safety:
    """The tables of adverse events.

    Parameters
    ----------
    study : Study
        With ADAE and ADSL.
    options : SafetyOptions, optional
        What is not declared is taken as the data have it.

    Raises
    ------
    ConfigurationError
        For a variable that is not present.
    Refused
        If there are no adverse events, or they cannot be counted.
    """
    options = options or SafetyOptions()
    require_valid(options, "safety")
    data = require_adverse_events(study)
    wanted = _wanted(study, data, options)
    groups = (
        _table(study, _of_group(wanted, name, options), options.most)
        for name in group_variables(data, options)
    )
    return Safety(_table(study, wanted, options.most), tuple(each for each in groups if each is not None))


def group_variables(data: Dataset, options: SafetyOptions) -> tuple[str, ...]:
    """Variables with the events of special interest: as declared, else queries, else the first category."""
    if options.groups:
        return tuple(require_variable(data, name, "safety groups") for name in options.groups)
    found = [name for name in data.names if _OF_QUERY.match(name) and data.filled(name).any()]
    if not found and _CATEGORY in data and data.filled(_CATEGORY).any():
        found = [_CATEGORY]
    return tuple(found)


def _wanted(study: Study, data: Dataset, options: SafetyOptions) -> AdverseEventOptions:
    """What is to be counted, as declared or as the data have it."""
    by = options.by or tuple(_levels(data))
    arm = options.arm or next((name for name in _ARMS if name in data), None)
    safe = "ADSL" in study and "SAFFL" in study["ADSL"]
    emergent = "TRTEMFL == 'Y'" if "TRTEMFL" in data else None
    grade = options.grade or next((name for name in USUAL if name in data), None)
    return AdverseEventOptions(
        by=by,
        arm=arm,
        population=options.population or ("SAFFL" if safe else None),
        where=options.where or emergent,
        grade=grade,
        total=arm is not None,
    )


def _levels(data: Dataset) -> Iterator[str]:
    yield from [name for name in _CLASSES if name in data][:1]
    if _TERM not in data:
        raise ConfigurationError(f"{_TERM} is not present", data.name, did_you_mean(_TERM, data.names))
    yield _TERM


def _of_group(wanted: AdverseEventOptions, group: str, options: SafetyOptions) -> AdverseEventOptions:
    condition = options.groups_where or wanted.where
    named = f"not missing({group})"
    return replace(
        wanted,
        by=(group, wanted.by[-1]),
        where=f"({condition}) and {named}" if condition else named,
        allow_no_events=True,
    )


def _table(study: Study, wanted: AdverseEventOptions, most: int) -> SafetyTable:
    counted = replace(wanted, grade=None)
    incidence = _of(study, counted)
    n_arms = len(incidence.codebook.arms)
    rows = incidence.frame.iloc[::n_arms]
    subjects, events, percent = (
        incidence.frame[name].to_numpy().reshape(-1, n_arms) for name in ("subjects", "events", "percent")
    )
    grades, by_grade = _grades(study, wanted, n_arms, len(rows))
    arms = [(each.arm, each.subjects) for each in incidence.codebook.arms]
    shown = list(
        range(n_arms - 1 if n_arms == 2 and wanted.arm else n_arms)
    )  # all beside one arm says nothing
    texts = rows[list(wanted.by)].astype(object).to_numpy()
    level, label = _labels(texts)
    order, unlisted = _order(texts, level, subjects[:, -1], most)
    denominators = np.array([each[1] for each in arms], dtype=np.float64)
    numbers = {place: int(found[1]) for place, name in enumerate(grades) if (found := _NUMBERED.match(name))}
    severe = [place for place, number in numbers.items() if number >= SEVERE]

    def cell(row: int, arm: int) -> SafetyCell:
        serious = int(by_grade[row, severe, arm].sum()) if numbers else None
        share = 100 * serious / denominators[arm] if serious is not None and denominators[arm] else np.nan
        return SafetyCell(
            int(subjects[row, arm]),
            int(events[row, arm]),
            float(percent[row, arm]),
            tuple(map(int, by_grade[row, :, arm])),
            serious,
            float(share),
        )

    return SafetyTable(
        tuple(arms[place] for place in shown),
        grades,
        wanted.grade or "",
        tuple(
            SafetyRow(int(level[row]), label[row], tuple(cell(row, arm) for arm in shown))
            for row in order.tolist()
        ),
        unlisted,
        wanted if len(shown) == n_arms else replace(wanted, total=False),
    )


def _of(study: Study, options: AdverseEventOptions) -> AdverseEventTable:
    given: dict[str, Any] = {
        name: getattr(options, name)
        for name in ("arm", "population", "where", "grade", "total", "measure", "allow_no_events")
    }
    return adverse_events(study, options.by, **given, gate=False)


def _grades(
    study: Study, wanted: AdverseEventOptions, n_arms: int, n_rows: int
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The grades, and subjects by row, worst grade and arm."""
    if wanted.grade is None:
        return (), np.zeros((n_rows, 0, n_arms), dtype=np.int64)
    worst = _of(study, replace(wanted, measure=str(Measure.WORST_GRADE))).frame
    names = tuple(map(str, worst["grade"].iloc[: len(worst) // n_rows : n_arms])) if n_rows else ()
    return names, worst["subjects"].to_numpy(np.int64).reshape(n_rows, len(names), n_arms)


def _labels(texts: NDArray[np.object_]) -> tuple[Codes, list[str]]:
    """The level of each row, and its name: of the lowest variable that it has. The first is of any event."""
    level: Codes = pd.notna(texts).sum(axis=1).astype(np.intp)
    level[:1] = 0
    named = (str(row[depth - 1]) for row, depth in zip(texts, level, strict=True))
    return level, ["Any adverse event", *islice(named, 1, None)]


def _order(texts: NDArray[np.object_], level: Codes, subjects: Codes, most: int) -> tuple[Codes, int]:
    """Rows in the order of the table: within each parent by subjects, then by name; a missing term last.

    Of too many terms of the lowest level the most frequent ones are kept, with the classes that have one. The
    second value is how many were not.
    """
    counts = {_path(texts, level, row): int(subjects[row]) for row in range(len(texts))}

    def place(row: int) -> list[tuple[bool, int, str]]:
        path = _path(texts, level, row)
        parents = [path[: depth + 1] for depth in range(len(path))]
        return [(each[-1] == MISSING, -counts[each], each[-1]) for each in parents]

    order = sorted(range(len(texts)), key=place)
    terms = [row for row in order if level[row] == texts.shape[1]]
    kept = sorted(terms, key=lambda row: -int(subjects[row]))[:most]
    shown = {
        path[:depth] for path in (_path(texts, level, row) for row in kept) for depth in range(len(path) + 1)
    }
    listed = [row for row in order if _path(texts, level, row) in shown]
    return np.array(listed, dtype=np.intp), len(terms) - len(kept)


def _path(texts: NDArray[np.object_], level: Codes, row: int) -> tuple[str, ...]:
    """The term of a row below its parents; empty for any event."""
    return tuple(map(str, texts[row, : level[row]]))
