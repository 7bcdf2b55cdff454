"""Follow-up between dates in ADSL, and events in a dataset of their own, such as ADAE."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .....schemas.conditions.dates import compile_date, days_of
from .....schemas.conditions.grammar import compile_expression
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.evidence.subjects import adsl_record
from .....schemas.study.columns import Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.study.variable import Variable
from ...records import LeftOut, with_subject_level
from ...subjects import listed, subjects_of
from ..analysed import Analysed
from ..dates import written_days
from . import CountingProcessOptions
from .follow_up import FollowUp, dataset_named, drop, inside, only


def dated_in_adsl(study: Study, options: CountingProcessOptions) -> Dataset:
    """ADSL with the follow-up of its subjects as a time to a censoring: AVAL in days, STARTDT, ADT.

    Raises
    ------
    ConfigurationError
        When a date is not present, or not a date.
    Refused
        When ADSL is not present.
    """
    if "ADSL" not in study or "USUBJID" not in study["ADSL"]:
        raise Refused(
            "ADSL with USUBJID is not present: follow-up comes from its dates",
            ", ".join(each.name for each in study) or "the study is empty",
            "give ADSL, too",
        )
    adsl = study["ADSL"]
    first, last = days_of(adsl, str(options.start)), compile_date(str(options.end)).days(adsl)
    made = {
        "PARAMCD": _constant(options.parameters[0], len(adsl)),
        "PARAM": _constant(events_in_words(options), len(adsl)),
        "AVAL": last - first + 1,
        "AVALU": _constant("days", len(adsl)),
        "CNSR": np.ones(len(adsl)),
        "STARTDT": _dates(first),
        "ADT": _dates(last),
        "EVNTDESC": _constant(f"end of follow-up: {options.end}", len(adsl)),
    }
    _require_not_made(options, adsl, made)
    kept = [each for each in adsl.variables if each.name.upper() not in made]
    variables = tuple(Variable(name, type="Char" if name in _TEXTS else "Num") for name in made)
    frame = pd.concat([adsl.frame[[each.name for each in kept]], pd.DataFrame(made)], axis=1)
    return adsl.replace(frame=frame, variables=(*kept, *variables), special_missing={})


def _require_not_made(options: CountingProcessOptions, adsl: Dataset, made: Collection[str]) -> None:
    """Refuse variables that are made here: those of ADSL with such a name are not in the table."""
    condition = () if options.where is None else compile_expression(options.where).variables
    for name in (*options.further, *condition):
        if name.upper() in made:
            raise ConfigurationError(
                f"{name} has another meaning in a table of events within follow-up",
                f"{adsl.name}, {name}",
                "omit it, or rename the variable in the data",
            )


_TEXTS = ("PARAMCD", "PARAM", "AVALU", "EVNTDESC")


def events_in_words(options: CountingProcessOptions) -> str:
    """ "ADAE where TRTEMFL == 'Y'"."""
    return f"{options.events} where {options.events_where}" if options.events_where else str(options.events)


def _constant(text: str, records: int) -> pd.Categorical:
    return pd.Categorical.from_codes(np.zeros(records, dtype=np.int8), pd.Index([text], dtype=object))


def _dates(days: Numbers) -> NDArray[np.datetime64]:
    seconds = np.where(np.isnan(days), 0, days).astype(np.int64) * 86_400
    return np.where(np.isnan(days), np.datetime64("NaT", "s"), seconds.astype("datetime64[s]"))


def of_dates(one: Analysed, study: Study, options: CountingProcessOptions) -> FollowUp:
    """Follow-up of the subjects in ADSL, and the events of the dataset that is asked for.

    Raises
    ------
    ConfigurationError
        When the dataset, or a variable of it, is not present.
    Refused
        When an event is outside follow-up or without a date, unless the options drop it; when no subject is
        left.
    """
    events = dataset_named(study, str(options.events), "events")
    own_date = written_days(events, options.dated_by)
    start, end = one.data.days("STARTDT"), one.scale.durations
    left_out = list(_without_time(one.data, end, options))
    stays = end > 0
    subject = adsl_record(events, one.data)
    in_table = np.append(stays, False)[subject]
    kept = np.ones(len(events), dtype=np.bool_)
    for reason, passing in _steps(events, study, options, in_table):
        drop(f"{events.name}: {reason}", passing, kept, left_out)
    record = np.flatnonzero(kept)
    subject = subject[record]
    time = (own_date[record] - start[subject] + 1) / one.scale.unit.days
    within = inside(events, record, time, end[subject], options=options, left_out=left_out)
    new_place = np.cumsum(stays) - 1
    subject, time = new_place[subject[within]], time[within]
    return FollowUp(only(one, stays), end[stays], subject, time, tuple(left_out))


def _without_time(data: Dataset, end: Numbers, options: CountingProcessOptions) -> Iterator[LeftOut]:
    """Subjects without follow-up, each under one reason."""
    no_start, no_end = np.isnan(data.days("STARTDT")), np.isnan(data.days("ADT"))
    reasons = {
        f"{options.start} is missing": no_start,
        f"every date of the end is missing: {options.end}": ~no_start & no_end,
        f"the end is before {options.start}": end <= 0,
    }
    for reason, having in reasons.items():
        if having.any():
            yield LeftOut(f"{reason}, {listed(subjects_of(data, having))}", int(np.count_nonzero(having)))


def _steps(
    events: Dataset, study: Study, options: CountingProcessOptions, in_table: Mask
) -> Iterator[tuple[str, Mask]]:
    """Why a record may be no event of the table, and the records that stay."""
    yield "USUBJID is missing", events.filled("USUBJID")
    yield "the subject is not in the table", in_table
    if options.events_where is not None:
        condition = compile_expression(options.events_where)
        joined, _ = with_subject_level(events, study, condition.variables)
        truth = condition.truth(joined)
        yield "the condition is false", ~truth.false
        yield "the condition is undetermined because a value is missing", truth.true
