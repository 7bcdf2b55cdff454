"""Follow-up and events that are records of a parameter: each event one, and a censored one that ends it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .....schemas.errors import Refused
from .....schemas.study.columns import Codes, Mask
from .....schemas.study.dataset import Dataset
from ...records import LeftOut
from ...subjects import listed, subjects_of
from ..analysed import Analysed
from . import CountingProcessOptions
from .follow_up import FollowUp, inside, only


def is_recurrent(data: Dataset, paramcd: str) -> bool:
    """Whether a parameter is declared to have several records for a subject."""
    return data.parameters.endpoint(paramcd).recurrent


def of_records_of(one: Analysed, options: CountingProcessOptions) -> FollowUp:
    """Follow-up to the censored record of each subject, and the events before it.

    A parameter that is not declared recurrent has one record for each subject, which ends its follow-up.

    Raises
    ------
    Refused
        When a subject has several censored records, or none, unless the options end its follow-up with its
        last event; when an event is outside follow-up or without AVAL, unless the options drop it; when no
        subject is left.
    """
    data, times = one.data, one.scale.durations
    event = data.numbers("CNSR") == 0
    subject, _ = pd.factorize(data.distinct("USUBJID").codes)
    n_subjects = int(subject.max(initial=-1)) + 1
    last = _last_records(one, subject, n_subjects, event, options)
    end = np.where(np.isfinite(times[last]), times[last], np.nan)
    record, left_out = np.flatnonzero(event), list[LeftOut]()
    if is_recurrent(data, one.records.paramcd):
        within = inside(data, record, times[record], end[subject[record]], options=options, left_out=left_out)
        record = record[within]
    stays = end > 0
    for reason, without in (
        ("duration is 0: no time at risk", end <= 0),
        ("no event with a time: no time at risk", np.isnan(end)),
    ):
        if without.any():
            named = listed(subjects_of(data, without[subject]))
            left_out.append(LeftOut(f"{reason}, {named}", int(np.count_nonzero(without))))
    record = record[stays[subject[record]]]
    new_place = np.cumsum(stays) - 1
    return FollowUp(
        only(one, last[stays]),
        end[stays],
        new_place[subject[record]],
        times[record],
        tuple(left_out),
        record,
    )


def _last_records(
    one: Analysed, subject: Codes, n_subjects: int, event: Mask, options: CountingProcessOptions
) -> Codes:
    """The record that ends each subject's follow-up."""
    data, times, paramcd = one.data, one.scale.durations, one.records.paramcd
    censored = np.bincount(subject[~event], minlength=n_subjects)
    if (censored > 1).any():
        raise Refused(
            f"some subjects have several censored records of {paramcd}",
            f"{data.name}, {listed(subjects_of(data, censored[subject] > 1))}",
            "keep the one that ends follow-up, with a condition (--where)",
        )
    if (censored == 0).any() and is_recurrent(data, paramcd) and not options.ends_with_event:
        raise Refused(
            f"some subjects have no censored record of {paramcd}, which ends follow-up",
            f"{data.name}, {listed(subjects_of(data, censored[subject] == 0))}",
            "add it; or end their follow-up at the last event: --no-censoring last-event "
            '(no_censoring="last-event")',
        )
    # The censored record, else the latest event; one without AVAL is before all others.
    order = np.lexsort((np.where(np.isfinite(times), times, -np.inf), ~event, subject))
    return order[np.searchsorted(subject[order], np.arange(n_subjects), side="right") - 1]


def require_constant(one: Analysed, names: tuple[str, ...]) -> None:
    """Refuse variables that differ between the records of a subject: a table has one value of each.

    Raises
    ------
    Refused
    """
    data = one.data
    for name in dict.fromkeys(names):
        if name not in data:
            continue
        first = ~pd.Series(data.groups("USUBJID")).duplicated().to_numpy()
        group = data.groups("USUBJID", name)
        if len(pd.unique(group)) > np.count_nonzero(first):
            pairs = pd.DataFrame({"subject": data.groups("USUBJID"), "group": group}).drop_duplicates()
            several = pairs["subject"].value_counts()
            differing = np.isin(data.groups("USUBJID"), several[several > 1].index.to_numpy())
            raise Refused(
                f"{name} differs between the records of a subject",
                f"{data.name}, {listed(subjects_of(data, differing))}",
                "correct the data; a value that changes over time is a time-varying covariate "
                "([[table.NAME.time_varying]])",
            )
