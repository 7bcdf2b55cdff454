"""The subjects of a table of intervals: how long each is followed, and when its events are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .....schemas.errors import ConfigurationError, Refused
from .....schemas.study.columns import Codes, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import counted, did_you_mean
from ...records import LeftOut
from ...subjects import listed, subjects_of
from ..analysed import Analysed
from ..dates import not_before
from . import CountingProcessOptions


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Subjects at risk from time 0 to an end, and their events.

    Attributes
    ----------
    subjects : Analysed
        A record for each of n subjects.
    end : ndarray of float, shape (n_subjects,)
        In the unit of the durations; greater than 0.
    subject : ndarray of int, shape (n_events,)
        Position of each event's subject.
    time : ndarray of float, shape (n_events,)
        After 0, not after the subject's end.
    left_out : tuple of LeftOut
    records : ndarray of int, shape (n_events,), or None
        Positions of the events among the records of a parameter; None of events in another dataset.
    """

    subjects: Analysed
    end: Numbers
    subject: Codes
    time: Numbers
    left_out: tuple[LeftOut, ...]
    records: Codes | None = None


def inside(
    data: Dataset,
    record: Codes,
    time: Numbers,
    end: Numbers,
    *,
    options: CountingProcessOptions,
    left_out: list[LeftOut],
) -> Mask:
    """Which events are within follow-up; the others are refused, or counted and dropped."""
    undated = ~np.isfinite(time)
    time = np.where(undated, 0.0, time)
    faults = {
        "without a date": undated,
        "at or before time 0": ~undated & (time <= 0),
        "after the end of follow-up": ~undated & (time > 0) & (time > end) & ~not_before(end, time),
    }
    outside: Mask = np.logical_or.reduce(list(faults.values()))
    if outside.any() and not options.drops_outside:
        at = np.zeros(len(data), dtype=np.bool_)
        at[record[outside]] = True
        told = "; ".join(f"{np.count_nonzero(has)} {fault}" for fault, has in faults.items() if has.any())
        raise Refused(
            f"{counted(int(np.count_nonzero(outside)), 'event')} outside follow-up: {told}",
            f"{data.name}, {listed(subjects_of(data, at))}",
            "correct the data, exclude them with a condition, or drop and count them: --outside drop "
            '(outside="drop")',
        )
    if options.drops_outside:  # a policy that was declared is counted, also when it changed nothing
        left_out += [
            LeftOut(f"{data.name}: event {fault}", int(np.count_nonzero(has)))
            for fault, has in faults.items()
        ]
    return np.logical_not(outside)


def drop(reason: str, passing: Mask, kept: Mask, left_out: list[LeftOut]) -> None:
    dropped = int(np.count_nonzero(kept & ~passing))
    if dropped:
        left_out.append(LeftOut(reason, dropped))
    kept &= passing


def only(one: Analysed, records: Mask | Codes) -> Analysed:
    if records.dtype == np.bool_ and records.all():
        return one
    frame = one.data.frame
    some = frame.loc[records] if records.dtype == np.bool_ else frame.iloc[records]
    data = one.data.replace(frame=some.reset_index(drop=True), special_missing={})
    scale = replace(one.scale, durations=one.scale.durations[records])
    return Analysed(replace(one.records, data=data), scale, one.arms)


def dataset_named(study: Study, name: str, option: str) -> Dataset:
    """A dataset of the study, which has USUBJID.

    Raises
    ------
    ConfigurationError
        When it is not present.
    Refused
        When it does not have USUBJID.
    """
    if name not in study:
        raise ConfigurationError(
            f"{name} is not present", option, did_you_mean(name, [each.name for each in study])
        )
    if "USUBJID" not in study[name]:
        raise Refused("USUBJID is not present", name, "correct the data")
    return study[name]
