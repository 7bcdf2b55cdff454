"""The way of each subject through the states, from the dates of transitions.

All subjects take their next step together. A subject is in one state at a time: on a day on which several
states are reached one of them is entered, and of the states reached from there on that day none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from .....schemas.study.columns import Codes, Days, Mask

CENSORED = -1
"""The state after an interval at whose end there is no transition."""


class Use(IntEnum):
    """What became of a date of a transition."""

    TRANSITION = 0
    ANOTHER_STATE = 1
    SAME_DAY = 2
    REPEATED = 3
    TOO_EARLY = 4
    TOO_LATE = 5
    NO_DATE = 6
    NO_SUBJECT = 7


@dataclass(frozen=True, eq=False)
class Moves:
    """Dates on which a subject may go from a state to another; one for each record of a source.

    Attributes
    ----------
    subject : ndarray of int, shape (n_dates,)
    day : ndarray of float, shape (n_dates,)
        0 is time 0; none is missing.
    origin, target : ndarray of int, shape (n_dates,)
        States.
    """

    subject: Codes
    day: Days
    origin: Codes
    target: Codes

    def __len__(self) -> int:
        return len(self.subject)


@dataclass(frozen=True, eq=False)
class Stays:
    """Intervals (start, stop] of subjects in a state, sorted by subject and start.

    Attributes
    ----------
    subject : ndarray of int, shape (n_intervals,)
    start, stop : ndarray of float, shape (n_intervals,)
        Days; every interval has a length.
    state : ndarray of int, shape (n_intervals,)
    target : ndarray of int, shape (n_intervals,)
        The state that is entered at the end, or `CENSORED`.
    """

    subject: Codes
    start: Days
    stop: Days
    state: Codes
    target: Codes


@dataclass(frozen=True, eq=False)
class Walk:
    """The ways of all subjects.

    Attributes
    ----------
    stays : Stays
    use : ndarray of int, shape (n_dates,)
        What became of each date.
    undecided : ndarray of bool, shape (n_subjects,)
        Several states are reached on one day, and the order does not say which is entered.
    unconnected : ndarray of bool, shape (n_subjects,)
        No transition leads from the state to the one that wins the day.
    ended_before : ndarray of bool, shape (n_subjects,)
        The end of follow-up of the last state is before it is entered.
    """

    stays: Stays
    use: NDArray[np.int8]
    undecided: Mask
    unconnected: Mask
    ended_before: Mask


def walk(moves: Moves, ends: Days, can_be_left: Mask, same_day: Sequence[int]) -> Walk:
    """Take every subject from state 0 to the end of its follow-up.

    Parameters
    ----------
    moves : Moves
    ends : ndarray of float, shape (n_subjects, n_states)
        Last day of follow-up in each state that can be left.
    can_be_left : ndarray of bool, shape (n_states,)
    same_day : sequence of int
        States in the order in which they win a day.

    Returns
    -------
    Walk
    """
    order = np.lexsort((moves.target, moves.origin, moves.day, moves.subject))
    in_order = Moves(moves.subject[order], moves.day[order], moves.origin[order], moves.target[order])
    walking = _Walking(in_order, ends, same_day)
    intervals = [*walking.steps(), walking.last(can_be_left)]
    use = np.empty(len(moves), dtype=np.int8)
    use[order] = walking.use
    subject, start, stop, state, target = (np.concatenate(parts) for parts in zip(*intervals, strict=True))
    by_subject = np.lexsort((start, subject))
    by_subject = by_subject[(stop > start)[by_subject]]
    stays = Stays(*(each[by_subject] for each in (subject, start, stop, state, target)))
    ended_before = can_be_left[walking.state] & (walking.ends_of_states < walking.since)
    return Walk(stays, use, walking.undecided, walking.unconnected, ended_before)


IntervalColumns = tuple[Codes, Days, Days, Codes, Codes]


class _Walking:
    """The subjects on their way; moves are in the order of subject and day."""

    def __init__(self, moves: Moves, ends: Days, same_day: Sequence[int]) -> None:
        n_subjects, self._n_states = ends.shape
        self._moves, self._ends = moves, ends
        self._rank = np.full(self._n_states, self._n_states)
        self._rank[list(same_day)] = np.arange(len(same_day))
        self.state = np.zeros(n_subjects, dtype=np.intp)
        self.since, self._settled = np.zeros(n_subjects), np.zeros(n_subjects)
        self.undecided, self.unconnected = (np.zeros(n_subjects, dtype=np.bool_) for _ in range(2))
        is_repeated, is_early = _repeats(moves), moves.day <= 0
        self.use = np.full(len(moves), Use.ANOTHER_STATE, dtype=np.int8)
        self.use[is_early & (moves.origin == 0)] = Use.TOO_EARLY
        self.use[is_repeated] = Use.REPEATED
        self._open = np.flatnonzero(~is_repeated & ~is_early)

    @property
    def ends_of_states(self) -> Days:
        """The end of follow-up of each subject in the state it is in."""
        return self._ends[np.arange(len(self.state)), self.state]

    def steps(self) -> Iterator[IntervalColumns]:
        """The intervals that end with each step."""
        moves = self._moves
        while len(self._open):
            subject, day = moves.subject[self._open], moves.day[self._open]
            leads = moves.origin[self._open] == self.state[subject]
            in_time = day <= self.ends_of_states[subject]
            possible = np.flatnonzero(leads & in_time)
            if not len(possible):
                self.use[self._open[leads]] = Use.TOO_LATE
                return
            who, first = np.unique(subject[possible], return_index=True)
            next_day = np.full(len(self.state), np.nan)
            next_day[who] = day[possible[first]]
            yield self._taken(self._open[day == next_day[subject]], who, next_day[who])
            self._settled[who] = next_day[who]
            self._open = self._open[day > self._settled[subject]]

    def _taken(self, on_day: Codes, who: Codes, day: Days) -> IntervalColumns:
        """The step of some subjects on their next day, on which they have some moves."""
        state, row = self.state[who], np.searchsorted(who, self._moves.subject[on_day])
        origin, target = self._moves.origin[on_day], self._moves.target[on_day]
        reached, is_reached = self._reached(row, origin, target, state)
        ranks = np.where(reached, self._rank, self._n_states + 1)
        entered = ranks.argmin(axis=1)
        self.undecided[who[(reached.sum(axis=1) > 1) & (ranks.min(axis=1) == self._n_states)]] = True
        is_taken = (origin == state[row]) & (target == entered[row])
        self.use[on_day[is_reached]] = Use.SAME_DAY
        self.use[on_day[is_taken]] = Use.TRANSITION
        leaves = entered != state  # who is back on the same day has not left
        connected = np.zeros(len(who), dtype=np.bool_)
        connected[row[is_taken]] = True
        self.unconnected[who[leaves & ~connected]] = True
        gone = who[leaves]
        taken = (gone, self.since[gone], day[leaves], state[leaves], entered[leaves])
        self.state[gone], self.since[gone] = entered[leaves], day[leaves]
        return taken

    def _reached(self, row: Codes, origin: Codes, target: Codes, state: Codes) -> tuple[Mask, Mask]:
        """States that each subject reaches on a day, and the moves that lead there.

        Returns
        -------
        reached : ndarray of bool, shape (n_subjects, n_states)
            The state that it is in is among them where a move leads back.
        leads : ndarray of bool, shape (n_moves,)
        """
        reached = np.zeros((len(state), self._n_states), dtype=np.bool_)
        there = reached.copy()
        there[np.arange(len(state)), state] = True
        while True:
            leads = there[row, origin]
            reached[row[leads], target[leads]] = True
            if (there | reached == there).all():
                return reached, leads
            there |= reached

    def last(self, can_be_left: Mask) -> IntervalColumns:
        """The interval of each subject in its last state, if that can be left."""
        who = np.flatnonzero(can_be_left[self.state])
        censored = np.full(len(who), CENSORED, dtype=np.intp)
        return who, self.since[who], self.ends_of_states[who], self.state[who], censored


def _repeats(moves: Moves) -> Mask:
    """Moves that are the same as the one before."""
    repeats = np.zeros(len(moves), dtype=np.bool_)
    columns = (moves.subject, moves.day, moves.origin, moves.target)
    repeats[1:] = np.logical_and.reduce([each[1:] == each[:-1] for each in columns])
    return repeats
