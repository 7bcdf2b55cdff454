"""Counting process: follow-up in intervals, an event at the end of some, covariates that change between them.

Andersen PK, Gill RD. Cox's regression model for counting processes. Ann Stat 1982;10:1100-1120. Prentice RL,
Williams BJ, Peterson AV. On the regression analysis of multivariate failure time data. Biometrika
1981;68:373-379.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from .....schemas.errors import Refused
from .....schemas.study.columns import Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import counted
from ...codebook import POLARITY
from ...judged import ADVERSE_EVENTS, TIME_TO_EVENT
from ...programs.model import EndpointColumns, Model
from ...programs.recurrent_events.fits import Recurrence, RecurrentFits
from ...records import LeftOut, dataset_with
from ...subjects import listed, subjects_of
from ..analysed import Analysed, Built, TableSource, encoded, further_columns
from ..columns import table_of
from ..one_record.table import arms
from . import REFUSE, CountingProcessOptions
from .adsl_dates import dated_in_adsl, of_dates
from .analysable import REFUSES, require_analysable
from .changes import Changes, changes
from .follow_up import FollowUp, dataset_named
from .interval_columns import COLUMNS, changing, columns_of
from .intervals import Axis, Intervals, Marks
from .outcomes import outcomes_of
from .parameter import is_recurrent, of_records_of, require_constant
from .time_varying import measured

__all__ = [
    "REFUSES",
    "arms",
    "build",
    "columns_of",
    "conventions",
    "model",
    "of_records",
    "require_analysable",
    "sources",
]


def sources(options: CountingProcessOptions, study: Study) -> list[TableSource]:
    """The dataset with the parameter; or ADSL with follow-up from its dates, and the dataset of events.

    Raises
    ------
    ConfigurationError
        When the options contradict each other, or name what is not present.
    """
    options.require_complete()
    if options.param is not None:
        return [TableSource(dataset_with(study, options.param), TIME_TO_EVENT)]
    events = dataset_named(study, str(options.events), "events")
    coverage = ADVERSE_EVENTS if ADVERSE_EVENTS.structure in events.structure.lineage else None
    return [TableSource(dated_in_adsl(study, options), coverage, judged=events)]


def of_records(options: CountingProcessOptions, _dataset: Dataset, _study: Study) -> tuple[str, ...]:
    """Arm, strata and covariates."""
    return options.further


def build(analysed: Sequence[Analysed], study: Study, options: CountingProcessOptions) -> Built:
    """The table of intervals.

    Returns
    -------
    Built
        Its table has the columns of `columns_of`, then arm, strata and covariates: a record for each interval
        that a subject is at risk in, (start, stop]; none has length 0.

    Raises
    ------
    Refused
        When events are outside follow-up, a covariate has several values on a day, unless the options say
        what to do; when no subject, or no event, is left.
    """
    (one,) = analysed
    if options.param is None:
        follow_up = of_dates(one, study, options)
    else:
        dated = ("STARTDT",) if options.time_varying else ()
        require_constant(one, (*options.further, *dated))
        follow_up = of_records_of(one, options)
    _require_some(follow_up, one, options)
    values = [measured(each, follow_up, study) for each in options.time_varying]
    axis = Axis.of([follow_up.end, follow_up.time], [each.time for each in values])
    end_place = axis.places(follow_up.end)
    events = Marks.of(
        follow_up.subject,
        np.clip(axis.places(follow_up.time), 1, end_place[follow_up.subject]),
        len(axis),
    )
    _require_days_of_one(events, follow_up, options, len(axis))
    covariates = [changes(each, axis, follow_up.end) for each in values]
    intervals = Intervals.of(axis, follow_up.end, events, [each.key for each in covariates])
    frame, entry, kept_out = _frame(intervals, covariates, options, follow_up, len(axis))
    counted_out = [each for value in values for each in value.left_out]
    counted_out += [each for value in covariates for each in value.left_out]
    label = f"{_about(one, options)}, intervals at risk"
    described = (*COLUMNS, *(changing(each, frame) for each in options.time_varying))
    table = table_of(frame, described, analysed, label, follow_up.subjects.data)
    return Built(
        table,
        (outcomes_of(follow_up, one, entry, options),),
        (*follow_up.left_out, *counted_out, *kept_out),
        one.arms,
        duration=_between_dates(one, options) if options.param is None else "",
        is_dated=options.param is None,
        polarity=_OF_EVENTS if options.param is None else POLARITY,
        model=model(options) if _recurs(one, options) else _of_one_event(options),
        conventions=(
            *(_together(events, options) if _recurs(one, options) else ()),
            *(each for value in covariates for each in value.said),
        ),
        home=one.data.name,
    )


_OF_EVENTS = "event is true where the interval ends with an event, else false"


def _between_dates(one: Analysed, options: CountingProcessOptions) -> str:
    days, made_from = f"{options.end} - {options.start} + 1", one.scale.made_from
    return days if made_from == "AVAL" else made_from.replace("AVAL", f"({days})")


def _recurs(one: Analysed, options: CountingProcessOptions) -> bool:
    return options.param is None or is_recurrent(one.data, one.records.paramcd)


def _about(one: Analysed, options: CountingProcessOptions) -> str:
    return f"{options.events}" if options.param is None else f"{one.data.name} {one.records.paramcd}"


def _require_some(follow_up: FollowUp, one: Analysed, options: CountingProcessOptions) -> None:
    reasons = "; ".join(
        f"{each.records} excluded ({each.reason})" for each in follow_up.left_out if each.records
    )
    if not len(follow_up.end):
        raise Refused(
            f"no {one.records.paramcd} records remain: no subject is at risk", reasons, "correct the data"
        )
    if not len(follow_up.time) and not options.allow_no_events:
        raise Refused(
            f"no event of {one.records.paramcd} remains within follow-up",
            reasons or one.data.name,
            "widen the condition, or use --allow-no-events (allow_no_events=True)",
        )


def _require_days_of_one(
    events: Marks, follow_up: FollowUp, options: CountingProcessOptions, n_places: int
) -> None:
    several = events.count > 1
    if options.same_day == REFUSE and several.any():
        data = follow_up.subjects.data
        having = np.zeros(len(data), dtype=np.bool_)
        having[events.key[several] // n_places] = True
        raise Refused(
            f"several events on one day: {counted(int(np.count_nonzero(several)), 'day')}",
            f"{data.name}, {listed(subjects_of(data, having))}",
            'correct the data, or take them as one event: --same-day one (same_day="one")',
        )


def _together(events: Marks, options: CountingProcessOptions) -> Iterator[str]:
    """How many days have several events; said also where there are none."""
    if options.same_day == REFUSE:
        return
    several = events.count > 1
    days, number = int(np.count_nonzero(several)), int(events.count[several].sum())
    yield f"several events on one day are one event: {counted(days, 'day')} with {counted(number, 'event')}"


def _frame(
    intervals: Intervals,
    covariates: Sequence[Changes],
    options: CountingProcessOptions,
    follow_up: FollowUp,
    n_places: int,
) -> tuple[pd.DataFrame, Numbers, tuple[LeftOut, ...]]:
    """The columns of the table, when each subject comes in, and what is dropped because it comes later."""
    since = intervals.since_event()
    made: dict[str, pd.Series | np.ndarray] = {
        "start": intervals.start,
        "stop": intervals.stop,
        "event": intervals.events > 0,
        "events": intervals.events,
        "event_number": intervals.event_number,
        "interval": intervals.number(),
        "gap_start": intervals.start - since,
        "gap_stop": intervals.stop - since,
    }
    kept, left_out = np.ones(len(intervals), dtype=np.bool_), []
    for change, covariate in zip(covariates, options.time_varying, strict=True):
        made[change.name], known = change.during(intervals, n_places)
        if covariate.before_first == "drop":
            lost = kept & ~known
            number = int(np.count_nonzero(lost))
            reason = f"intervals before the first value of {change.name}"
            events = counted(int(intervals.events[lost].sum()), "event")
            left_out.append(LeftOut(f"{reason}, with {events}", number))
            kept &= known
    if not kept.any():
        raise Refused(
            "no interval remains", "; ".join(each.reason for each in left_out), "use another before_first"
        )
    if not kept.all():
        intervals = intervals.only(kept)
        made = {name: column[kept] for name, column in made.items()} | {"interval": intervals.number()}
    subjects = follow_up.subjects
    further = further_columns(subjects.data, subjects.arms, options.further, made)
    names = subjects.data.distinct("USUBJID")
    columns_of_table = {
        "USUBJID": encoded(names.values, names.codes[intervals.subject]),
        **{name: _numbered(column) for name, column in made.items()},
        **{name: _numbered(pd.Series(column).take(intervals.subject)) for name, column in further.items()},
    }
    table = pd.DataFrame(columns_of_table, copy=False)  # a copy would take as long as all before it
    return table, intervals.entry(len(follow_up.end)), tuple(left_out)


def _numbered(column: pd.Series | np.ndarray) -> pd.Series | np.ndarray:
    return column.reset_index(drop=True) if isinstance(column, pd.Series) else column


def model(options: CountingProcessOptions) -> Model:
    """Intervals of one endpoint; Andersen-Gill and PWP where events recur."""
    return _of_intervals(options, RecurrentFits(_changing(options), Recurrence()))


def _of_one_event(options: CountingProcessOptions) -> Model:
    """Without covariates that change a table of intervals is analysed as person-time is."""
    names = _changing(options)
    return _of_intervals(options, RecurrentFits(names) if names else None)


def _of_intervals(options: CountingProcessOptions, family: RecurrentFits | None) -> Model:
    return Model((EndpointColumns(end="stop", begin="start"),), options.strata, "USUBJID", family=family)


def _changing(options: CountingProcessOptions) -> tuple[str, ...]:
    return tuple(each.name for each in options.time_varying)


def conventions(analysed: Sequence[Analysed], options: CountingProcessOptions) -> Iterator[str]:
    (one,) = analysed
    yield "a subject is at risk over (start, stop]; no interval follows an event at the end of follow-up"
    if options.param is None:
        yield f"time 0 is the start of {options.start}: {options.dated_by} on {options.start} is day 1"
    yield "event_number is 1 + the subject's earlier days with an event; gap times count from the last event"
    if options.param is not None and _recurs(one, options):
        yield from _ends_said(one, options)
    for each in options.time_varying:
        yield f"{each.name}: a value of day t holds after t; one from before day 1 holds from time 0"
        yield f"{each.name} before its first value: {_BEFORE_FIRST[each.before_first]}"


_BEFORE_FIRST = {
    "missing": "missing",
    "drop": "that time is not in the table",
    "baseline": "missing; a value of day 1 with ABLFL = Y holds from time 0",
}


def _ends_said(one: Analysed, options: CountingProcessOptions) -> Iterator[str]:
    """Whose follow-up an event ends."""
    if options.ends_with_event:
        codes = one.data.distinct("USUBJID").codes
        censored = np.bincount(codes[one.data.numbers("CNSR") > 0], minlength=int(codes.max()) + 1)
        number = int(np.count_nonzero(censored[np.unique(codes)] == 0))
        yield f"follow-up without a censored record ends at the last event: {counted(number, 'subject')}"
