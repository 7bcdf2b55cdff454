"""What a reader looks at before a curve is believed: reasons over time, the cut-off, the inverted curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.evidence.cut_off import cut_off_for
from ...schemas.study.columns import Codes, Mask, Numbers
from ...schemas.study.study import Study
from ...schemas.wording import plain
from ..survival.analysis_table import AnalysisTable
from ..survival.codebook import naming_nobody
from ..survival.conf_type import ConfType
from ..survival.estimators import Curve, quantiles
from ..survival.summaries.kaplan_meier.groups import Group, Grouped
from ..survival.value_text import value_text
from .assessments import AssessmentRow, Gaps, gaps, is_dated, since_assessments
from .curve import CurveFigure, curve_figure

MOST_REASONS = 60
"""Rows of the table of reasons."""
NEAR = 30
"""Days before the cut-off that are near it."""
BARS, BAR_HEIGHT = 300, 26
"""Width and height of the bars of a row."""

Members = Mapping[tuple[int, int, str], NDArray[np.intp]]
"""Places of the subjects of each group, CNSR and reason."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Subjects whose time is in one interval of the axis."""

    left: float
    width: float
    height: float
    subjects: int


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Subjects of one group with one CNSR and reason.

    Attributes
    ----------
    group, reason : str
    cnsr : int
    subjects : int
    median : float
        Of their times.
    bars : tuple of Bar
    told : str
        The bars in words.
    """

    group: str
    cnsr: int
    reason: str
    subjects: int
    median: float
    bars: tuple[Bar, ...]
    told: str


@dataclass(frozen=True, slots=True)
class PileUpRow:
    """Censored subjects of one group by the days from their ADT to the cut-off."""

    group: str
    censored: int
    after: int
    on_the_day: int
    near: int
    earlier: int
    unknown: int


@dataclass(frozen=True, slots=True)
class InvertedRow:
    """The median of one group as it is, and if CNSR were inverted; NaN where it is not reached."""

    group: str
    median: float
    inverted: float


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What the page shows below the curve of a parameter.

    Attributes
    ----------
    reasons : tuple of ReasonRow
    unlisted : int
        Rows that are too many to be shown.
    cut_off : str
        Where the cut-off comes from; empty where the dates are not known.
    pile_up : tuple of PileUpRow
    assessments : tuple of AssessmentRow
        Empty without a dataset of assessments.
    gaps : Gaps or None
        Intervals longer than the schedule; None without assessments, or without dates.
    zero : int
        Subjects with a duration of zero.
    inverted : tuple of InvertedRow
    inverted_figure : CurveFigure
    """

    reasons: tuple[ReasonRow, ...]
    unlisted: int
    cut_off: str
    pile_up: tuple[PileUpRow, ...]
    assessments: tuple[AssessmentRow, ...]
    gaps: Gaps | None
    zero: int
    inverted: tuple[InvertedRow, ...]
    inverted_figure: CurveFigure


def plausibility(
    study: Study,
    table: AnalysisTable,
    subjects: Grouped,
    times: Sequence[float],
    conf_type: ConfType,
    *,
    show_keys: bool,
) -> Plausibility:
    """What is to be looked at in a table with one record per subject.

    Parameters
    ----------
    study : Study
    table : AnalysisTable
        With ADT and STARTDT where the dataset has them.
    subjects : Grouped
        The groups of the table.
    times : sequence of float
        The marks of the axis.
    conf_type : ConfType
    show_keys : bool
        Whether subjects with long gaps are named.
    """
    group = subjects.arm if table.codebook.arm else np.zeros(len(subjects.time), np.intp)
    names = [plain(each) for each in (subjects.arms or ("all",))]
    members = _members(table, group)
    reasons = tuple(_reasons(table, subjects.time, members, names, times))
    cut_off, days = _days_to_cut_off(study, table)
    zero = table.codebook.zero_durations
    return Plausibility(
        reasons,
        len(members) - len(reasons),
        cut_off,
        tuple(_pile_up(days, ~subjects.event, group, names)) if days is not None else (),
        tuple(since_assessments(study, table, ~subjects.event, group, names)),
        gaps(study, table, subjects.event, group, names, show_keys=show_keys),
        zero.subjects if zero else 0,
        tuple(_inverted(each, conf_type) for each in subjects.groups),
        _inverted_figure(subjects, times, conf_type, table),
    )


def _members(table: AnalysisTable, group: Codes) -> Members:
    frame = pd.DataFrame({"group": group, "cnsr": table.frame["CNSR"].to_numpy()})
    frame["reason"] = table.frame["reason"].astype(object).fillna("").to_numpy()
    indices = cast("Members", frame.groupby(["group", "cnsr", "reason"]).indices)
    return {key: found for key, found in indices.items() if key[0] >= 0}


def _reasons(
    table: AnalysisTable, time: Numbers, members: Members, names: Sequence[str], times: Sequence[float]
) -> Iterator[ReasonRow]:
    """By group, events first, then censored records by CNSR; within them by reason."""
    shown = sorted(members)[:MOST_REASONS]
    counts = [np.histogram(time[members[key]], bins=times)[0] for key in shown]
    highest = max((int(each.max()) for each in counts), default=1)
    for (arm, cnsr, reason), count in zip(shown, counts, strict=True):
        of_reason = time[members[arm, cnsr, reason]]
        yield ReasonRow(
            names[arm],
            int(cnsr),
            plain(naming_nobody(table.dataset, value_text(reason))) if reason else "",
            len(of_reason),
            float(np.median(of_reason)),
            tuple(_bars(count, highest)),
            "; ".join(
                f"{begin:g} to {end:g}: {number}"
                for begin, end, number in zip(times, times[1:], count, strict=False)
                if number
            ),
        )


def _bars(counts: Numbers, highest: int) -> Iterator[Bar]:
    width = BARS / len(counts)
    for place, count in enumerate(counts.tolist()):
        if count:
            height = max(round(count / highest * BAR_HEIGHT, 1), 1)
            yield Bar(round(place * width + 0.5, 1), round(width - 1, 1), height, count)


def _days_to_cut_off(study: Study, table: AnalysisTable) -> tuple[str, Numbers | None]:
    """Where the cut-off comes from, and the days from the ADT of each subject to it."""
    if not is_dated(table.dataset, "ADT"):
        return "", None
    day = table.dataset.days("ADT")
    data = study[table.codebook.dataset]
    stated = cut_off_for(data, study)
    if stated is None:
        latest = np.max(day, initial=-np.inf, where=~np.isnan(day))
        return "the latest ADT (no cut-off is stated)", latest - day
    of_parameter = data.equals("PARAMCD", table.codebook.paramcd)
    of_subject = pd.Series(
        stated.day[of_parameter], index=data["USUBJID"].astype(object).to_numpy()[of_parameter]
    )
    of_subject = of_subject[~of_subject.index.duplicated()]
    return stated.source, of_subject.reindex(table.frame["USUBJID"].astype(object)).to_numpy() - day


def _pile_up(days: Numbers, censored: Mask, group: Codes, names: Sequence[str]) -> Iterator[PileUpRow]:
    for number, name in enumerate(names):
        some = days[censored & (group == number)]
        yield PileUpRow(
            name,
            len(some),
            int(np.sum(some < 0)),
            int(np.sum(some == 0)),
            int(np.sum((some > 0) & (some <= NEAR))),
            int(np.sum(some > NEAR)),
            int(np.sum(np.isnan(some))),
        )


def _inverted(group: Group, conf_type: ConfType) -> InvertedRow:
    found = (float(quantiles(each, [0.5], conf_type)[0][0]) for each in (group.curve, group.follow_up))
    return InvertedRow(plain(group.name), *found)


def _inverted_figure(
    subjects: Grouped, times: Sequence[float], conf_type: ConfType, table: AnalysisTable
) -> CurveFigure:
    """Censoring taken for the event: the curve that 1 - CNSR would give."""
    steps = pd.concat([_steps(each.name, each.follow_up, conf_type) for each in subjects.groups])
    unit = table.codebook.time.unit if table.codebook.time else ""
    return curve_figure(steps.reset_index(drop=True), None, times, unit)


def _steps(name: str, curve: Curve, conf_type: ConfType) -> pd.DataFrame:
    lower, upper = curve.steps.limits(conf_type)
    return pd.DataFrame(
        {
            "group": name,
            "time": curve.steps.time,
            "events": curve.steps.events,
            "censored": curve.steps.censored,
            "survival": curve.steps.survival,
            "lower": lower,
            "upper": upper,
        }
    )
