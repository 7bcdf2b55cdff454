"""One record per subject: the table that survival curves and proportional hazards models start from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .....schemas.errors import Refused
from .....schemas.study import columns
from .....schemas.study.columns import Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.variable import Variable
from ...arms import Arms
from ...codebook import (
    ArmEntry,
    ArmOrderEntry,
    CodebookSection,
    Counts,
    ReasonEntry,
    ZeroDurations,
    naming_nobody,
)
from ...records import AnalysedRecords
from ...subjects import listed, require_one_record_each, subjects_of
from ...time_scale import TimeScale
from ..columns import TableColumn, table_of
from . import OneRecordOptions

COLUMNS = (
    TableColumn(Variable("USUBJID", "Unique Subject Identifier", "Char", key_sequence=1)),
    TableColumn(Variable("duration", "Time to event or censoring", "Num"), is_duration=True),
    TableColumn(Variable("event", "Event occurred", "Num", data_type="boolean"), "CNSR == 0"),
    TableColumn(Variable("CNSR", "Censor", "Num", data_type="integer")),
    TableColumn(
        Variable("reason", "Event or censoring description", "Char"),
        "EVNTDESC for events; CNSDTDSC for censored records, else EVNTDESC",
        of=("EVNTDESC", "CNSDTDSC"),
    ),
)
"""What every table has, before arm and covariates."""

_CODES_SHOWN = 10
_EXACT = 2.0**53
"""A double holds whole numbers exactly up to this one."""


def _is_whole(cnsr: Numbers) -> Mask:
    whole: Mask = (cnsr >= 0) & np.isfinite(cnsr) & (cnsr == np.floor(cnsr))
    return whole


REFUSES: Mapping[str, Callable[[Numbers, Numbers], Mask]] = {
    "AVAL is missing": lambda aval, _: np.isnan(aval),
    "AVAL is negative": lambda aval, _: aval < 0,
    "AVAL is infinite": lambda aval, _: np.isposinf(aval),
    "CNSR is missing": lambda _, cnsr: np.isnan(cnsr),
    "CNSR is not a non-negative integer": lambda _, cnsr: ~np.isnan(cnsr) & ~_is_whole(cnsr),
    "CNSR is greater than 2**53 and not exact": lambda _, cnsr: _is_whole(cnsr) & (cnsr > _EXACT),
}


def require_analysable(records: AnalysedRecords, options: OneRecordOptions) -> None:
    """Refuse records that no survival analysis can use, and selections that are not one per subject.

    Raises
    ------
    Refused
        Naming the subjects: what `REFUSES` names, or several records for a subject. Also where no record is
        an event, unless the options allow it.
    """
    data = records.data
    require_one_record_each(data, records.paramcd)
    for name in ("AVAL", "CNSR"):
        if columns.is_date(data[name]) or (data.is_character(name) and data.filled(name).any()):
            raise Refused(f"{name} is not numeric", data.name, "correct its type")
    aval, cnsr = data.numbers("AVAL"), data.numbers("CNSR")
    found = ((fault, has_it(aval, cnsr)) for fault, has_it in REFUSES.items())
    faults = [(fault, having) for fault, having in found if having.any()]
    if faults:
        raise Refused(
            f"{records.paramcd} cannot be analysed: {'; '.join(fault for fault, _ in faults)}",
            f"{data.name}; "
            + "; ".join(f"{fault} for {listed(subjects_of(data, having))}" for fault, having in faults),
            "correct the data, or exclude these subjects with a condition",
        )
    if not options.allow_no_events and not (cnsr == 0).any():
        raise Refused(
            f"{records.paramcd} has no events: no analysed record has CNSR = 0",
            f"{data.name}, CNSR is {named_numbers(cnsr)}",
            "correct CNSR if it is coded another way (0 is an event), or use --allow-no-events "
            "(allow_no_events=True)",
        )


def named_numbers(values: Numbers) -> str:
    """ "1, 2, 3"; the first ones where there are many."""
    distinct = np.unique(values)
    shown = ", ".join(f"{each:.15g}" for each in distinct[:_CODES_SHOWN])
    return shown + (", …" if len(distinct) > _CODES_SHOWN else "")


def build(
    records: AnalysedRecords, scale: TimeScale, options: OneRecordOptions, arms: Arms | None
) -> Dataset:
    """The table of records that are analysable.

    Parameters
    ----------
    records : AnalysedRecords
        One for each subject.
    scale : TimeScale
    options : OneRecordOptions
        Arm and covariates as the data spell them.
    arms : Arms or None
        Of the arm. Where it is text and its order is known, its column is an ordered category.

    Returns
    -------
    Dataset of n_subjects records and 5 + n_further variables
        USUBJID; duration (float); event (bool, True where CNSR is 0, never 1 - CNSR); CNSR (int), 0 for
        an event, each other value a reason for censoring; reason (text); then arm and covariates.
        Texts have no trailing blanks, blank ones are missing.

    Raises
    ------
    Refused
        For a negative duration that comes from the dates, which AVAL does not show.
    """
    _require_durations(records.data, scale.durations)
    data = records.data
    cnsr = data.numbers("CNSR")
    event = cnsr == 0
    table = {
        "USUBJID": _text(data, "USUBJID"),
        "duration": scale.durations.astype(np.float64, copy=True),
        "event": event,
        "CNSR": cnsr.astype(np.int64),
        "reason": _reasons(data, event),
    }
    for name in (*filter(None, [options.arm]), *options.covariates):
        if name not in table:
            table[name] = _covariate(data, name)
    if arms is not None and arms.reference is not None and data.is_character(arms.variable):
        table[arms.variable] = _ordered(data, arms)
    label = f"{data.name} {records.paramcd}, one record per subject"
    return table_of(pd.DataFrame(table), COLUMNS, records, scale, label)


def section(
    table: Dataset, records: AnalysedRecords, options: OneRecordOptions, arms: Arms | None
) -> CodebookSection:
    """Subjects by event, reason and arm."""
    frame, arm = table.frame, options.arm
    return CodebookSection(
        counts=_counts(frame),
        reasons=tuple(_reason_entries(records.data, frame)),
        arm=arm,
        arm_order=_order(arms) if arms else None,
        arms=tuple(_arms(frame, arms)) if arms else (),
        zero_durations=ZeroDurations(int(np.count_nonzero(frame["duration"] == 0))),
    )


def _require_durations(data: Dataset, durations: Numbers) -> None:
    negative = durations < 0
    if negative.any():
        raise Refused(
            "ADT is before STARTDT: the duration is negative",
            f"{data.name}, {listed(subjects_of(data, negative))}",
            "correct the data, or exclude these subjects with a condition",
        )


def _covariate(data: Dataset, name: str) -> pd.Series | Numbers:
    if data.is_character(name):
        return _text(data, name)
    return data[name].copy() if columns.is_date(data[name]) else data.numbers(name).copy()


def _reasons(data: Dataset, event: Mask) -> pd.Series:
    """EVNTDESC of events; CNSDTDSC of censorings, or EVNTDESC where that is missing."""
    reasons = np.full(len(data), None, dtype=object)
    if "EVNTDESC" in data:
        described = data.distinct("EVNTDESC")
        reasons = described.spread(_texts(described.values), missing=None)
    if "CNSDTDSC" in data:
        described = data.distinct("CNSDTDSC")
        better = ~event & (described.codes >= 0)
        reasons = np.where(better, described.spread(_texts(described.values), missing=None), reasons)
    return _encoded(reasons)


def _text(data: Dataset, name: str) -> pd.Series:
    described = data.distinct(name)
    return _encoded(described.spread(_texts(described.values), missing=None))


def _texts(values: NDArray[np.object_]) -> NDArray[np.object_]:
    """Values of a character variable, of which a frame from elsewhere may hold numbers beside texts."""
    return np.array([each if isinstance(each, str) else str(each) for each in values], dtype=object)


def _encoded(texts: np.ndarray[tuple[int], np.dtype[np.object_]]) -> pd.Series:
    """Texts as a category where values repeat, else as strings."""
    codes, values = pd.factorize(texts, use_na_sentinel=True, sort=True)
    if 2 * len(values) > len(texts):
        return pd.Series(texts, dtype=pd.StringDtype("pyarrow"))
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(values, dtype=object)))


def _counts(frame: pd.DataFrame) -> Counts:
    events = int(frame["event"].sum())
    return Counts(len(frame), events, len(frame) - events)


def _reason_entries(data: Dataset, frame: pd.DataFrame) -> Iterator[ReasonEntry]:
    said = {each: naming_nobody(data, each) for each in frame["reason"].dropna().unique()}
    pairs = zip(frame["CNSR"].tolist(), map(said.get, frame["reason"]), strict=True)
    counted = Counter(pairs)
    for cnsr, reason in sorted(counted, key=lambda pair: (pair[0], pair[1] is None, pair[1] or "")):
        yield ReasonEntry(cnsr, reason, cnsr == 0, counted[cnsr, reason])


def _ordered(data: Dataset, arms: Arms) -> pd.Series:
    values = data.distinct(arms.variable)
    place = {arm: number for number, arm in enumerate(arms.levels)}
    codes = values.spread(np.array([place[str(each)] for each in values], dtype=np.int64), missing=-1)
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(arms.levels, dtype=object), ordered=True))


def _order(arms: Arms) -> ArmOrderEntry:
    return ArmOrderEntry(arms.levels, arms.reference, arms.found_by or None, arms.lacking or None)


def _arms(frame: pd.DataFrame, arms: Arms) -> Iterator[ArmEntry]:
    """Arms in their order, then subjects without one."""
    column = frame[arms.variable].astype(object)
    by_arm = {_text_or_none(name): _counts(records) for name, records in frame.groupby(column, dropna=False)}
    for arm in (*arms.levels, None):
        if arm in by_arm:
            yield ArmEntry(arm, by_arm[arm])


def _text_or_none(value: Any) -> str | None:
    if pd.isna(value):
        return None
    return f"{value:.15g}" if isinstance(value, float) else str(value)
