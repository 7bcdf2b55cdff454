"""A parameter of which a table is made, and the columns that tables of every shape are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import infer_dtype

from ....schemas.errors import Refused
from ....schemas.study import columns
from ....schemas.study.columns import Mask, Numbers
from ....schemas.study.dataset import Dataset
from ..arms import Arms
from ..codebook import POLARITY, CauseEntry, PolicyEntry
from ..judged import Coverage
from ..programs.model import Model
from ..records import AnalysedRecords, LeftOut, SubjectsLeftOut
from ..subjects import listed, subjects_of
from ..time_scale import TimeScale


@dataclass(frozen=True, eq=False)
class TableSource:
    """A dataset whose records a table is made from.

    Attributes
    ----------
    dataset : Dataset
    coverage : Coverage or None
        The rules that must have judged it; None where there are none for such data.
    judged : Dataset or None
        What they judged, if not the dataset itself.
    """

    dataset: Dataset
    coverage: Coverage | None
    judged: Dataset | None = None


@dataclass(frozen=True, eq=False)
class Analysed:
    """The records of one parameter and their durations.

    Attributes
    ----------
    records : AnalysedRecords
        One for each subject.
    scale : TimeScale
    arms : Arms or None
    """

    records: AnalysedRecords
    scale: TimeScale
    arms: Arms | None

    @property
    def data(self) -> Dataset:
        return self.records.data


@dataclass(frozen=True, eq=False)
class Built:
    """A table, and what it was made of, for the codebook.

    Attributes
    ----------
    table : Dataset
    subjects : tuple of DataFrame
        By parameter, the records that are in the table, one for each subject, with the columns of
        one-record. Of events that recur one for each subject, CNSR and reason, with `events`, how many events
        it stands for, and `again`, whether the subject has another record.
    left_out : tuple of LeftOut
        Records that were selected and are not in the table.
    arms : Arms or None
        Of the table.
    duration : str
        What the durations are, in words, if not what the scale says.
    is_dated : bool
        Whether there is no AVAL: the durations are between dates.
    left_out_of : tuple of tuple of LeftOut
        By parameter, records that were selected and are not in a table of several.
    subjects_left_out : tuple of SubjectsLeftOut
        Subjects in ADSL who are not in a table of its subjects.
    polarity : str
        What an event is, in terms of CNSR where the data have it.
    causes : tuple of CauseEntry
    policies : tuple of PolicyEntry
        Rules that were applied to subjects.
    home : str
        Dataset of the variables that are not made, if not that of the first parameter.
    conventions : tuple of str
        What was counted while it was made, in sentences, after those of the shape.
    model : Model or None
        What programs fit, if not what the options alone say.
    """

    table: Dataset
    subjects: tuple[pd.DataFrame, ...] = field(repr=False)
    left_out: tuple[LeftOut, ...] = ()
    arms: Arms | None = None
    duration: str = ""
    is_dated: bool = False
    left_out_of: tuple[tuple[LeftOut, ...], ...] = ()
    subjects_left_out: tuple[SubjectsLeftOut, ...] = ()
    polarity: str = POLARITY
    causes: tuple[CauseEntry, ...] = ()
    policies: tuple[PolicyEntry, ...] = ()
    home: str = ""
    conventions: tuple[str, ...] = ()
    model: Model | None = None


def subjects_of_table(analysed: Analysed, further: Iterable[str]) -> pd.DataFrame:
    """The subjects of a parameter.

    Parameters
    ----------
    analysed : Analysed
    further : iterable of str
        Variables of its data: arm, strata, covariates. The arm is an ordered category where it is text
        and its order is known.

    Returns
    -------
    DataFrame of n_subjects records
        USUBJID; duration (float); event (bool, True where CNSR is 0, never 1 - CNSR); CNSR (int), 0 for
        an event, each other value a reason for censoring; reason (text); then `further`.
        Texts have no trailing blanks, blank ones are missing.

    Raises
    ------
    Refused
        For a negative duration that comes from the dates, which AVAL does not show.
    """
    data, scale = analysed.data, analysed.scale
    _require_durations(data, scale.durations)
    cnsr = data.numbers("CNSR")
    event = cnsr == 0
    table = {
        "USUBJID": text_of(data, "USUBJID"),
        "duration": scale.durations.astype(np.float64, copy=True),
        "event": event,
        "CNSR": cnsr.astype(np.int64),
        "reason": _reasons(data, event),
    }
    return pd.DataFrame(table | further_columns(data, analysed.arms, further, table))


def further_columns(
    data: Dataset, arms: Arms | None, further: Iterable[str], made: Iterable[str]
) -> dict[str, pd.Series | Numbers]:
    """Variables of the data as columns of a table, those that it has already left out."""
    found = {name: _covariate(data, name) for name in further if name not in set(made)}
    if arms is not None and arms.reference is not None and data.is_character(arms.variable):
        found[arms.variable] = _ordered(data, arms)
    return found


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
        return text_of(data, name)
    return data[name].copy() if columns.is_date(data[name]) else data.numbers(name).copy()


def _reasons(data: Dataset, event: Mask) -> pd.Series:
    """EVNTDESC of events; CNSDTDSC of censors, or EVNTDESC where that is missing."""
    values, codes = np.empty(0, dtype=object), np.full(len(data), -1, dtype=np.intp)
    if "EVNTDESC" in data:
        described = data.distinct("EVNTDESC")
        values, codes = described.values, described.codes
    if "CNSDTDSC" in data:
        described = data.distinct("CNSDTDSC")
        better = ~event & (described.codes >= 0)
        codes = np.where(better, described.codes + len(values), codes)
        values = np.concatenate([values, described.values])
    return encoded(values, codes)


def text_of(data: Dataset, name: str) -> pd.Series:
    """A character variable, blank texts missing."""
    described = data.distinct(name)
    return encoded(described.values, described.codes)


def encoded(values: NDArray[np.object_], codes: NDArray[np.intp]) -> pd.Series:
    """Texts as a category where values repeat, else as strings.

    Parameters
    ----------
    values : ndarray, shape (n_values,)
        Texts, or what a frame from elsewhere holds beside texts; some may be equal, some not used.
    codes : ndarray of int, shape (n_records,)
        -1 where missing.
    """
    texts = values if infer_dtype(values, skipna=False) == "string" else np.array([*map(str, values)], object)
    is_used = np.zeros(len(texts) + 1, dtype=np.bool_)
    is_used[codes] = True
    used = np.flatnonzero(is_used[:-1])
    if 2 * len(used) > len(codes):
        or_missing = np.append(texts, np.array([None], dtype=object))
        return pd.Series(or_missing[codes], dtype=pd.StringDtype("pyarrow"))
    kept, place = pd.factorize(texts[used], sort=True)[::-1]
    number = np.full(len(texts) + 1, -1, dtype=np.intp)
    number[used] = place
    return pd.Series(pd.Categorical.from_codes(number[codes], pd.Index(kept, dtype=object)))


def _ordered(data: Dataset, arms: Arms) -> pd.Series:
    values = data.distinct(arms.variable)
    place = {arm: number for number, arm in enumerate(arms.levels)}
    codes = values.spread(np.array([place[str(each)] for each in values], dtype=np.int64), missing=-1)
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(arms.levels, dtype=object), ordered=True))
