"""What a codebook counts of a table of intervals: the subjects by event and reason."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .....schemas.study.columns import Codes, Mask, Numbers
from ..analysed import Analysed, subjects_of_table
from . import CountingProcessOptions
from .adsl_dates import events_in_words
from .follow_up import FollowUp, only


def outcomes_of(
    follow_up: FollowUp, one: Analysed, entry: Numbers, options: CountingProcessOptions
) -> pd.DataFrame:
    """The subjects that are in a table, and their events.

    Parameters
    ----------
    follow_up : FollowUp
    one : Analysed
        The records that it is of.
    entry : ndarray of float, shape (n_subjects,)
        When each subject comes into the table; infinite where it does not.

    Returns
    -------
    DataFrame
        With the columns of one-record, a record for each subject, CNSR and reason; `events`, how many events
        it stands for; `again`, whether the subject has another record before it.
    """
    happened = follow_up.time > entry[follow_up.subject]
    if follow_up.records is None:
        return _of_dates(follow_up, happened, np.isfinite(entry), options)
    return _of_records(follow_up, one, follow_up.records[happened], np.isfinite(entry), options)


def _of_dates(
    follow_up: FollowUp, happened: Mask, stays: Mask, options: CountingProcessOptions
) -> pd.DataFrame:
    """A censored record for each subject, and another for each with events."""
    censored = subjects_of_table(follow_up.subjects, options.further).astype({"reason": object})
    events = np.bincount(follow_up.subject[happened], minlength=len(censored))
    having = np.flatnonzero(events)
    with_events = censored.iloc[having].assign(
        event=True, CNSR=0, reason=events_in_words(options), events=events[having], again=True
    )
    censored = censored.assign(events=0, again=False).loc[stays]
    together = pd.concat([censored, with_events], ignore_index=True)
    return together.astype({"reason": "category"})


def _of_records(
    follow_up: FollowUp, one: Analysed, events: Codes, stays: Mask, options: CountingProcessOptions
) -> pd.DataFrame:
    """Events and censored records, those of a subject with one CNSR and reason together."""
    known, own = one.data.distinct("USUBJID"), follow_up.subjects.data.distinct("USUBJID")
    in_table = np.zeros(len(known), dtype=np.bool_)
    in_table[own.positions_in(known)[own.codes[stays]]] = True
    kept = in_table[known.codes] & (one.data.numbers("CNSR") > 0)
    kept[events] = True
    frame = subjects_of_table(only(one, kept), options.further)
    keys = frame[["USUBJID", "CNSR", "reason"]].apply(lambda column: pd.factorize(column)[0])
    group = keys.groupby(list(keys), sort=False).ngroup().to_numpy()
    first = np.flatnonzero(~pd.Series(group).duplicated().to_numpy())
    found = frame.iloc[first].reset_index(drop=True)
    number = np.bincount(group, weights=frame["event"].to_numpy(float)).astype(np.intp)
    return found.assign(events=number, again=found["USUBJID"].duplicated().to_numpy())
