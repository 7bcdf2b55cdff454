"""What became of every date of the transitions: in words, and as errors where the options do not allow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .....schemas.errors import Refused
from .....schemas.study.columns import Mask
from .....schemas.wording import counted
from ...subjects import listed, subjects_of
from ..analysed import Analysed
from ..day_axis import DayAxis
from . import MultiStateOptions
from .dated import TransitionDates
from .walk import Moves, Use


@dataclass(frozen=True, eq=False)
class DatedMove:
    """The dates of a transition from one state."""

    dates: TransitionDates
    from_state: str
    options: MultiStateOptions

    @property
    def words(self) -> str:
        return f"{self.from_state} -> {self.dates.transition.to_state} ({self.dates.transition.source})"

    @property
    def usable(self) -> Mask:
        """Dates that are known, of subjects of the table."""
        usable: Mask = (self.dates.subject >= 0) & ~np.isnan(self.dates.day)
        return usable

    def moves(self, axis: DayAxis) -> Moves:
        usable, states = self.usable, self.options.states
        subject = self.dates.subject[usable]
        origin, target = states.index(self.from_state), states.index(self.dates.transition.to_state)
        return Moves(
            subject,
            self.dates.day[usable] - axis.origin[subject],
            np.full(len(subject), origin),
            np.full(len(subject), target),
        )


def uses_of(sources: Sequence[DatedMove], use: NDArray[np.int8]) -> list[NDArray[np.int8]]:
    """What became of each date of each source."""
    found, first = [], 0
    for each in sources:
        usable = each.usable
        own = np.where(each.dates.subject < 0, Use.NO_SUBJECT, Use.NO_DATE).astype(np.int8)
        number = int(np.count_nonzero(usable))
        own[usable] = use[first : first + number]
        found.append(own)
        first += number
    return found


def require_dates(dated: Sequence[TransitionDates], options: MultiStateOptions) -> None:
    """Refuse a transition that no record dates, as by a condition with a misspelt value."""
    lacking = [each for each in dated if not len(each.record)]
    if lacking and not options.allow_no_events:
        raise Refused(
            "transitions without a record that dates them",
            "; ".join(f"{each.transition.words}: {each.transition.source}" for each in lacking),
            "correct the condition, omit the transition, or use --allow-no-events (allow_no_events=True)",
        )


_OUTSIDE = {
    Use.TOO_EARLY: "at or before time 0",
    Use.TOO_LATE: "after the end of follow-up",
    Use.NO_DATE: "without a date",
}


def require_inside(
    sources: Sequence[DatedMove], uses: Sequence[NDArray[np.int8]], one: Analysed, options: MultiStateOptions
) -> None:
    """Refuse dates outside follow-up, and records without one, unless they are to be dropped."""
    if options.outside == "drop":
        return
    places = []
    for each, use in zip(sources, uses, strict=True):
        for reason, words in _OUTSIDE.items():
            which = use == reason
            if which.any():
                having = np.zeros(len(each.dates.dataset), dtype=np.bool_)
                having[each.dates.record[which]] = True
                who = listed(subjects_of(each.dates.dataset, having))
                places.append(f"{each.words}: {counted(int(which.sum()), 'record')} {words}, {who}")
    if places:
        raise Refused(
            "dates of transitions are missing or outside follow-up",
            f"{one.data.name}; {'; '.join(places)}",
            'correct the data or the end of follow-up, or exclude these dates with outside = "drop" '
            "(--outside drop), which counts them",
        )


_USES = {
    Use.TRANSITION: "made",
    Use.ANOTHER_STATE: "in another state",
    Use.SAME_DAY: "on a day that another state wins",
    Use.REPEATED: "repeated",
    **_OUTSIDE,
    Use.NO_SUBJECT: "of other subjects",
}


def account(each: DatedMove, use: NDArray[np.int8]) -> str:
    """What became of every date: the parts add up to the whole."""
    numbers = np.bincount(use, minlength=len(Use))
    parts = ", ".join(f"{numbers[use]} {words}" for use, words in _USES.items())
    dates, selected = each.dates, ""
    if dates.transition.where:
        selected = f"; {dates.undetermined} not selected because a value of the condition is missing"
        if dates.transition.parameter:
            selected += f"; {dates.censored} have CNSR of 1 or more"
    return f"{each.words}: {counted(len(use), 'record')}: {parts}{selected}"
