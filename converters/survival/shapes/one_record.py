"""One record per subject: the table that survival curves and proportional hazards models start from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.errors import ConfigurationError, Refused
from ....schemas.study import columns
from ....schemas.study.columns import Mask, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ..records import AnalysedRecords
from ..subjects import listed, require_one_record_each, subjects_of
from ..time_scale import TimeScale
from .columns import TableColumn, table_of

COLUMNS = (
    TableColumn(Variable("USUBJID", "Unique Subject Identifier", "Char", key_sequence=1)),
    TableColumn(Variable("duration", "Time to event or censoring", "Num"), is_duration=True),
    TableColumn(Variable("event", "Event occurred", "Num", data_type="boolean"), "CNSR == 0"),
    TableColumn(Variable("CNSR", "Censor", "Num", data_type="integer")),
    TableColumn(
        Variable("reason", "Event or censoring description", "Char"),
        "EVNTDESC of events; CNSDTDSC of censorings, else EVNTDESC",
        of=("EVNTDESC", "CNSDTDSC"),
    ),
)
"""What every table has, before arm and covariates."""

MADE = frozenset(each.name.upper() for each in COLUMNS if each.is_made)
"""Those that are no variable of the data, in capitals."""

_EXACT = 2.0**53
"""A double holds whole numbers exactly up to this one."""


def require_analysable(data: Dataset, paramcd: str) -> None:
    """Refuse records that no survival analysis can use, and selections that are not one per subject.

    Raises
    ------
    Refused
        Naming the subjects: AVAL missing, negative or infinite; CNSR missing, no whole number from 0, or so
        great that a double does not hold it exactly; several records for a subject.
    """
    require_one_record_each(data, paramcd)
    for name in ("AVAL", "CNSR"):
        if columns.is_date(data[name]) or (data.is_character(name) and data.filled(name).any()):
            raise Refused(f"{name} does not hold numbers", data.name, "correct its type")
    faults = [(fault, records) for fault, records in _faults(data) if records.any()]
    if faults:
        raise Refused(
            f"{paramcd} cannot be analysed: {'; '.join(fault for fault, _ in faults)}",
            f"{data.name}; "
            + "; ".join(f"{fault} for {listed(subjects_of(data, records))}" for fault, records in faults),
            "correct the data, or leave these subjects out by a condition",
        )


def _faults(data: Dataset) -> Iterator[tuple[str, Mask]]:
    aval, cnsr = data.numbers("AVAL"), data.numbers("CNSR")
    yield "AVAL is missing", np.isnan(aval)
    yield "AVAL is negative", aval < 0
    yield "AVAL is infinite", np.isposinf(aval)
    yield "CNSR is missing", np.isnan(cnsr)
    whole = (cnsr >= 0) & np.isfinite(cnsr) & (cnsr == np.floor(cnsr))
    yield "CNSR is not a whole number from 0", ~np.isnan(cnsr) & ~whole
    yield "CNSR is greater than 2**53, so not exact", whole & (cnsr > _EXACT)


def require_durations(data: Dataset, durations: Numbers) -> None:
    """Refuse negative durations that come from the dates, which AVAL does not show."""
    negative = durations < 0
    if negative.any():
        raise Refused(
            "ADT is before STARTDT: the duration is negative",
            f"{data.name}, {listed(subjects_of(data, negative))}",
            "correct the data, or leave these subjects out by a condition",
        )


def require_other_names(further: Sequence[str]) -> None:
    """Refuse a variable that has the name of a column the table makes; SAS sees no difference in case."""
    for name in further:
        if name.upper() in MADE:
            raise ConfigurationError(
                f"{name} is the name of a column that every table has",
                f"covariates, {name}",
                "leave it out, or give the variable another name in the data",
            )


def one_record_table(records: AnalysedRecords, scale: TimeScale, further: Sequence[str] = ()) -> Dataset:
    """The table of a selection that is analysable.

    Parameters
    ----------
    records : AnalysedRecords
        One for each subject.
    scale : TimeScale
    further : sequence of str
        Arm and covariates.

    Returns
    -------
    Dataset of n_subjects records and 5 + n_further variables
        USUBJID; duration (float); event (bool, True where CNSR is 0, never 1 - CNSR); CNSR (int), 0 for
        an event, each other value a reason for censoring; reason (text); then the further variables.
        Texts have no trailing blanks, blank ones are missing.
    """
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
    for name in further:
        if name not in table:
            table[name] = _covariate(data, name)
    label = f"{data.name} {records.paramcd}, one record per subject"
    return table_of(pd.DataFrame(table), COLUMNS, records, scale, label)


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
