"""The data cut-off of a study: declared, else in the trial summary, else a variable in ADSL.

Nothing that is analysed happened after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..standards.structure import Structure
from ..study.columns import Mask
from ..study.dataset import Dataset
from ..study.declarations import Declarations
from ..study.study import Study
from .subjects import in_adsl

CUT_OFFS = ("DCUTDT", "CUTOFFDT", "DATACUTDT", "DTCUTDT", "DCODT")
"""Names of a date of the data cut-off."""

NO_CUT_OFF = (
    "no data cut-off is declared, or present in TS (TSPARMCD = DCUTDTC) or ADSL (DCUTDT, CUTOFFDT, …)"
)
"""Why a rule that needs one is not applicable."""

_INTERIM = {
    "PARAM": re.compile(r"\binterim\b", re.IGNORECASE),
    "PARAMCD": re.compile(r"(IA\d?|INT\d?)$", re.IGNORECASE),
}
"""How an interim analysis is named; by PARAMCD only where PARAM is not present."""

_COMPLETE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T|$)")

_ENOUGH = 5
_SHARE = 0.05
"""So many censored records, and such a share of them, on the last day of all look like a cut-off."""


@dataclass(frozen=True, eq=False)
class CutOff:
    """A data cut-off as the records of one dataset see it.

    Attributes
    ----------
    source : str
        Where it is stated: "the declared cut-off", "DCUTDT in ADSL",
        "the data cut-off in TS (TSPARMCD = DCUTDTC)".
    day : ndarray of float, shape (n_records,)
        In days since 1970-01-01; NaN where the record's subject has none.
    declared : bool
    on_record : bool
        A variable of the dataset itself.
    """

    source: str
    day: NDArray[np.float64]
    declared: bool = False
    on_record: bool = False


def declared_cut_off(data: Dataset) -> CutOff | None:
    """What the configuration says; None where it says nothing."""
    declarations: Declarations = data.declarations
    if declarations.cut_off is None:
        return None
    day = float(np.datetime64(declarations.cut_off, "D").astype(np.int64))
    return CutOff("the declared cut-off", np.full(len(data), day), declared=True)


def cut_off_for(data: Dataset, study: Study) -> CutOff | None:
    """The cut-off that the records of a dataset are judged by; None where the study states none.

    The declared one, else DCUTDTC in TS (the last, where there are several; a partial date is none), else
    the first of `CUT_OFFS` that ADSL has, by subject.
    """
    return declared_cut_off(data) or _of_trial_summary(data, study) or _of_subjects(data, study)


def cut_offs_of_records(data: Dataset, study: Study) -> Iterator[CutOff]:
    """The cut-offs that records are judged by; each record has a day in one of them at most, else NaN.

    The one on the record (a variable of `CUT_OFFS`), unless it is later than a declared one; else the one
    of the study, but not for an interim analysis, whose cut-off was an earlier one.
    """
    stated = cut_off_for(data, study)
    judged = np.zeros(len(data), dtype=np.bool_)
    for variable in own_cut_offs(data) if data.structure is not Structure.ADSL else ():
        own = data.days(variable)
        chosen = ~judged & ~np.isnan(own)
        if stated is not None and stated.declared:
            chosen &= own <= stated.day
        yield CutOff(f"{variable} on the record", np.where(chosen, own, np.nan), on_record=True)
        judged |= chosen
    if stated is not None:
        judged |= interim_analysis(data)
        yield CutOff(stated.source, np.where(judged, np.nan, stated.day), stated.declared)


def day_of_cut_off(data: Dataset, study: Study) -> NDArray[np.float64]:
    """The day of the cut-off that each record is judged by, NaN where none is stated."""
    days = [each.day for each in cut_offs_of_records(data, study)]
    return np.fmax.reduce(days) if days else np.full(len(data), np.nan)


def interim_analysis(data: Dataset) -> Mask:
    """Records of a parameter that is named as one of an interim analysis."""
    named = next((name for name in _INTERIM if name in data), None)
    if named is None:
        return np.zeros(len(data), dtype=np.bool_)
    return data.matching(named, lambda text: bool(_INTERIM[named].search(str(text))))


def at_interim(data: Dataset, variable: str, final: NDArray[np.float64]) -> Mask:
    """Records of an interim analysis, with an earlier cut-off on them: so named, or of a parameter of the
    subject that has a record of the final analysis too.

    Parameters
    ----------
    variable : str
        Of `data`; the cut-off on the record.
    final : ndarray of float, shape (n_records,)
        The cut-off of the study.
    """
    own = data.days(variable)
    if "PARAMCD" not in data or "USUBJID" not in data:
        return np.zeros(len(data), dtype=np.bool_)
    group = data.groups("USUBJID", "PARAMCD")
    analysed_again = np.bincount(group[own >= final], minlength=int(group.max(initial=0)) + 1) > 0
    earlier: Mask = (own < final) & (interim_analysis(data) | analysed_again[group])
    return earlier


def of_earlier_cut_off(data: Dataset, study: Study) -> Mask:
    """Records whose own cut-off is before that of the study, or that are of an interim analysis."""
    stated = cut_off_for(data, study)
    earlier = interim_analysis(data)
    if stated is not None:
        earlier |= day_of_cut_off(data, study) < stated.day
    return earlier


def _of_trial_summary(data: Dataset, study: Study) -> CutOff | None:
    if "TS" not in study or not ("TSPARMCD" in study["TS"] and "TSVAL" in study["TS"]):
        return None
    summary = study["TS"]
    values = summary.distinct("TSVAL")
    codes = np.unique(values.codes[summary.equals("TSPARMCD", "DCUTDTC")])
    texts = [str(values[code]) for code in codes if code >= 0]
    dates = sorted(text[:10] for text in texts if _COMPLETE_DATE.match(text))
    if not dates:
        return None
    try:
        last = np.datetime64(dates[-1], "D")
    except ValueError:  # 2024-02-30: what TS means is not known
        return None
    return CutOff(
        "the data cut-off in TS (TSPARMCD = DCUTDTC)", np.full(len(data), float(last.astype(np.int64)))
    )


def _of_subjects(data: Dataset, study: Study) -> CutOff | None:
    if "ADSL" not in study or "USUBJID" not in study["ADSL"] or "USUBJID" not in data:
        return None
    adsl = study["ADSL"]
    variable = next(own_cut_offs(adsl), None)
    if variable is None:
        return None
    return CutOff(f"{variable} in ADSL", in_adsl(data, adsl, variable).days())


def own_cut_offs(data: Dataset) -> Iterator[str]:
    """Variables of a dataset that are a data cut-off."""
    return (variable for variable in CUT_OFFS if variable in data)


def likely_cut_off(day: NDArray[np.float64], censored: Mask) -> tuple[float, int] | None:
    """The last day of all records if many are censored on it, and how many; None otherwise.

    An inference: what is worked out here may be told and may excuse a record, but is no fault.
    """
    there = ~np.isnan(day)
    if not there.any():
        return None
    last = float(day[there].max())
    on_it = int(np.count_nonzero(censored & (day == last)))
    if on_it < _ENOUGH or on_it < _SHARE * np.count_nonzero(censored):
        return None
    return last, on_it


def at_cut_off(data: Dataset, study: Study, adt: NDArray[np.float64], censored: Mask) -> Mask:
    """Records that end on the cut-off, or on what looks like it where none is stated."""
    day = day_of_cut_off(data, study)
    if np.isnan(day).all():
        likely = likely_cut_off(adt[censored], np.ones(int(censored.sum()), dtype=np.bool_))
        day = np.full(len(data), np.nan if likely is None else likely[0])
    on_it: Mask = adt == day
    return on_it
