"""Several states: one record per subject and interval in a state, or per interval and transition at risk.

Putter H, Fiocco M, Geskus RB. Tutorial in biostatistics: competing risks and multi-state models.
Stat Med 2007;26:2389-2430. Transitions are numbered as by `transMat` of R's mstate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from .....schemas.errors import Refused
from .....schemas.study.columns import Codes, Days, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.study.variable import Variable
from .....schemas.wording import counted
from ...programs.model import Model
from ...programs.states.fits import StateFits
from ...records import AnalysedRecords, LeftOut
from ...subjects import listed, subjects_of
from ..analysed import Analysed, Built, subjects_of_table
from ..columns import TableColumn, table_of
from ..day_axis import DayAxis
from ..one_record.table import COLUMNS as OF_SUBJECTS
from ..one_record.table import REFUSES, arms, require_usable
from . import TRANSITIONS, MultiStateOptions
from .dated import follow_up_end, require_ends, transition_dates
from .dates_used import DatedMove, account, require_dates, require_inside, uses_of
from .states import NO_TRANSITION, require_states
from .walk import CENSORED, Moves, Stays, Walk, walk

__all__ = [
    "REFUSES",
    "arms",
    "build",
    "columns_of",
    "conventions",
    "model",
    "of_records",
    "require_analysable",
]

_START = TableColumn(
    Variable("start", "Start of interval", "Num", key_sequence=2),
    "0, or entry into the state",
    is_duration=True,
)
_STOP = TableColumn(
    Variable("stop", "End of interval", "Num"), "transition, or end of follow-up", is_duration=True
)
_OF_INTERVALS = (
    OF_SUBJECTS[0],
    _START,
    _STOP,
    TableColumn(Variable("from_state", "State during the interval", "Char"), "states entered before"),
    TableColumn(
        Variable("to_state", "State entered at the end of the interval", "Char"),
        f"{NO_TRANSITION} if no transition is made",
    ),
)
_OF_TRANSITIONS = (
    OF_SUBJECTS[0],
    TableColumn(
        Variable("from", "State during the interval", "Num", data_type="integer"), "number of the state"
    ),
    TableColumn(
        Variable("to", "State that the transition enters", "Num", data_type="integer"), "number of the state"
    ),
    TableColumn(
        Variable("transition", "Transition at risk", "Num", data_type="integer", key_sequence=3),
        "number of from and to, by from, then by to",
    ),
    _START,
    _STOP,
    TableColumn(
        Variable("status", "Transition at the end of the interval", "Num", data_type="integer"),
        "1 where this transition is made, else 0",
    ),
)


def columns_of(options: MultiStateOptions) -> tuple[TableColumn, ...]:
    """Those of the form; before them the states and transitions are checked.

    Raises
    ------
    ConfigurationError
        When states are given twice, or a transition names none of them.
    """
    require_states(options)
    return _OF_TRANSITIONS if options.form == TRANSITIONS else _OF_INTERVALS


def of_records(options: MultiStateOptions, dataset: Dataset, study: Study) -> tuple[str, ...]:
    """Arm, strata and covariates, and dates that end follow-up."""
    given = {options.follow_up_of(options.states[origin]) for origin, _ in options.pairs} - {None}
    ends = [follow_up_end(each, dataset, study) for each in sorted(filter(None, given))]
    return (*options.further, *(name for each in ends for name in each.variables))


def require_analysable(records: AnalysedRecords, _: MultiStateOptions) -> None:
    """Refuse records that do not say when follow-up of each subject ends.

    Raises
    ------
    Refused
    """
    require_usable(records)


def build(analysed: Sequence[Analysed], study: Study, options: MultiStateOptions) -> Built:
    """The table of states.

    Returns
    -------
    Built
        Its table has intervals (start, stop] (float, in the unit of the durations), which follow each other
        from 0; none has length 0. A subject is in one state at a time.

    Raises
    ------
    Refused
        When a date is outside follow-up or missing, or several states are entered on one day, and the options
        do not say what then holds.
    """
    (one,) = analysed
    axis = DayAxis.of(one)
    places: dict[str, Codes] = {}
    dated = [transition_dates(each, one.records, study, places) for each in options.transitions]
    require_dates(dated, options)
    sources = [DatedMove(each, state, options) for each in dated for state in each.transition.from_states]
    ends = _ends(axis, one, study, options)
    found = _walked(sources, ends, axis, options)
    _require_decided(found, one, options)
    uses = uses_of(sources, found.use)
    require_inside(sources, uses, one, options)
    stays = found.stays
    times = (axis.times(stays.start, stays.subject), axis.times(stays.stop, stays.subject))
    _require_ascending(*times, stays, one)
    if not options.allow_no_events and (stays.target == CENSORED).all():
        raise Refused(
            f"no subject with a record of {one.records.paramcd} has a transition",
            f"{one.data.name}; "
            + "; ".join(account(each, use) for each, use in zip(sources, uses, strict=True)),
            "correct the transitions, or use --allow-no-events (allow_no_events=True)",
        )
    frame = subjects_of_table(one, options.further)
    form = _at_risk if options.form == TRANSITIONS else _intervals
    subject, own = form(stays, times, options)
    further = frame.drop(columns=["duration", "event", "CNSR", "reason"]).iloc[subject].reset_index(drop=True)
    table = pd.concat([further[["USUBJID"]], own, further.drop(columns="USUBJID")], axis=1)
    stayed = np.zeros(len(frame), dtype=np.bool_)
    stayed[stays.subject] = True
    label = f"{one.data.name} {one.records.paramcd}, " + (
        "one record per subject, interval and transition at risk"
        if options.form == TRANSITIONS
        else "one record per subject and interval in a state"
    )
    return Built(
        table_of(table, columns_of(options), analysed, label),
        (frame.loc[stayed].reset_index(drop=True),),
        tuple(_left_out(one, ~stayed)),
        one.arms,
        conventions=(
            *(account(each, use) for each, use in zip(sources, uses, strict=True)),
            *_counted(found, axis),
        ),
    )


def _ends(axis: DayAxis, one: Analysed, study: Study, options: MultiStateOptions) -> Days:
    """The last day of each subject in each state that can be left, from the origin."""
    ends = np.zeros((len(one.data), len(options.states)))
    for place in sorted({origin for origin, _ in options.pairs}):
        state = options.states[place]
        given = options.follow_up_of(state)
        if given is None:
            ends[:, place], words = axis.end, f"ADT of {one.records.paramcd}"
        else:
            source = follow_up_end(given, one.data, study)
            ends[:, place], words = source.days(one.records, study) - axis.origin, source.words
        require_ends(ends[:, place], one.data, state, words)
    return ends


def _walked(sources: Sequence[DatedMove], ends: Days, axis: DayAxis, options: MultiStateOptions) -> Walk:
    parts = [each.moves(axis) for each in sources]
    moves = Moves(
        *(
            np.concatenate([getattr(each, name) for each in parts])
            for name in ("subject", "day", "origin", "target")
        )
    )
    can_be_left = np.zeros(len(options.states), dtype=np.bool_)
    can_be_left[[origin for origin, _ in options.pairs]] = True
    return walk(moves, ends, can_be_left, [options.states.index(each) for each in options.same_day])


def _require_decided(found: Walk, one: Analysed, options: MultiStateOptions) -> None:
    """Refuse subjects of whom several states of one day are not ordered, or are not connected."""
    if found.undecided.any():
        order = ", ".join(f'"{each}"' for each in reversed(options.states[1:]))
        raise Refused(
            "several states are entered on one day",
            f"{one.data.name}, {listed(subjects_of(one.data, found.undecided))}",
            f"declare which one wins, the first of them first: same_day = [{order}] (--same-day); "
            "the others are not entered",
        )
    if found.unconnected.any():
        raise Refused(
            "no transition enters the state that wins a day from the state before",
            f"{one.data.name}, {listed(subjects_of(one.data, found.unconnected))}",
            "declare that transition, or another order of same_day (--same-day)",
        )


def _require_ascending(start: Numbers, stop: Numbers, stays: Stays, one: Analysed) -> None:
    """Refuse durations that contradict the order of dates."""
    wrong = ~(start < stop)
    if wrong.any():
        who = np.zeros(len(one.data), dtype=np.bool_)
        who[stays.subject[wrong]] = True
        raise Refused(
            "AVAL contradicts the dates: a transition on an earlier day is not before the end",
            f"{one.data.name}, {listed(subjects_of(one.data, who))}",
            "use --unit days, correct the data, or exclude these subjects with a condition",
        )


def _intervals(
    stays: Stays, times: tuple[Numbers, Numbers], options: MultiStateOptions
) -> tuple[Codes, pd.DataFrame]:
    """The subject of each interval, and its columns."""
    made = {
        "start": times[0],
        "stop": times[1],
        "from_state": _category(stays.state, options.states),
        "to_state": _category(stays.target - CENSORED, (NO_TRANSITION, *options.states)),
    }
    return stays.subject, pd.DataFrame(made)


def _category(codes: Codes, levels: Sequence[str]) -> pd.Series:
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(list(levels), dtype=object)))


def _at_risk(
    stays: Stays, times: tuple[Numbers, Numbers], options: MultiStateOptions
) -> tuple[Codes, pd.DataFrame]:
    """Each interval once for each transition that leads from its state."""
    origin, target = np.array(options.pairs).T
    first, number = np.searchsorted(origin, stays.state), np.bincount(origin, minlength=len(options.states))
    times_at_risk = number[stays.state]
    stay = np.repeat(np.arange(len(stays.subject)), times_at_risk)
    within = np.arange(len(stay)) - np.repeat(np.cumsum(times_at_risk) - times_at_risk, times_at_risk)
    transition = first[stay] + within
    made = {
        "from": origin[transition] + 1,
        "to": target[transition] + 1,
        "transition": transition + 1,
        "start": times[0][stay],
        "stop": times[1][stay],
        "status": (stays.target[stay] == target[transition]).astype(np.int64),
    }
    return stays.subject[stay], pd.DataFrame(made)


def _left_out(one: Analysed, absent: Mask) -> Iterator[LeftOut]:
    if absent.any():
        who = listed(subjects_of(one.data, absent))
        yield LeftOut(f"no time at risk: follow-up ends at time 0, {who}", int(np.count_nonzero(absent)))


def _counted(found: Walk, axis: DayAxis) -> Iterator[str]:
    ended = int(np.count_nonzero(found.ended_before))
    yield f"no interval in the last state, as its follow-up ends before: {counted(ended, 'subject')}"
    yield f"AVAL kept though ADT and STARTDT do not give it: {counted(axis.differing, 'subject')}"


def model(options: MultiStateOptions) -> Model:
    """The transitions from each state."""
    fits = StateFits(options.states, options.pairs, NO_TRANSITION, options.form == TRANSITIONS)
    return Model((), options.strata, "USUBJID", family=fits)


def conventions(analysed: Sequence[Analysed], options: MultiStateOptions) -> Iterator[str]:
    (one,) = analysed
    states = options.states
    yield f"states: {', '.join(f'{number} {state}' for number, state in enumerate(states, 1))}"
    pairs = (f"{number} {states[a]} -> {states[b]}" for number, (a, b) in enumerate(options.pairs, 1))
    yield f"transitions, numbered by from, then by to: {', '.join(pairs)}"
    yield f"time 0 is that of {one.records.paramcd}; every subject is in the state {states[0]} then"
    yield "dates are counted from STARTDT as AVAL counts"
    yield "a subject is in one state at a time: over (start, stop]; no interval has length 0"
    for place in sorted({origin for origin, _ in options.pairs}):
        given = options.follow_up_of(states[place])
        yield f"follow-up in the state {states[place]} ends with {given or one.records.paramcd}"
    yield (
        f"states of one day: {', '.join(options.same_day)}; the first wins, the others are not entered"
        if options.same_day
        else "states of one day: none, such days are an error"
    )
    if options.form == TRANSITIONS:
        yield "an interval has a record for each transition from its state; status is 1 where it is made"
    else:
        yield f"to_state is {NO_TRANSITION} where follow-up ends without a transition"
