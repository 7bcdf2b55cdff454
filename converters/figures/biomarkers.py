"""Biomarkers of two groups of subjects: their values, and an exploratory rank test."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...schemas.errors import ConfigurationError, Refused
from ...schemas.evidence.subjects import adsl_record
from ...schemas.study import columns
from ...schemas.study.columns import Mask, Numbers
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean
from ..survival.rank_sum import RankSum, rank_sum
from ..survival.subjects import listed, subjects_of

_AT_BASELINE = "BL"
_MOST = 24
"""Biomarkers that are taken where none is declared."""


def quartiles(values: Numbers) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile, as R's ``quantile`` has them by default (type 7), else NaN."""
    if not len(values):
        return (math.nan, math.nan, math.nan)
    lower, median, upper = (float(each) for each in np.quantile(values, [0.25, 0.5, 0.75]))
    return lower, median, upper


@dataclass(frozen=True, eq=False)
class Biomarker:
    """A biomarker of two groups.

    Attributes
    ----------
    name, label, source : str
        The variable or parameter, what it is, and where it comes from.
    responders, before : ndarray of float
        The values of each group, sorted.
    missing : tuple of int
        Subjects of each group without a value.
    test : RankSum
    """

    name: str
    label: str
    source: str
    responders: Numbers
    before: Numbers
    missing: tuple[int, int]
    test: RankSum


def biomarkers(
    study: Study,
    adsl: Dataset,
    declared: Sequence[str],
    responders: Mask,
    before: Mask,
    *,
    chosen: dict[str, str],
) -> tuple[Biomarker, ...]:
    """The biomarkers that are declared, else numeric variables of ADSL that end in BL.

    Parameters
    ----------
    study : Study
    adsl : Dataset
    declared : sequence of str
        "HGBBL" of ADSL, or "ADLB.HGB", a parameter of another dataset at baseline.
    responders, before : ndarray of bool, shape (n_subjects,)
        The groups.
    chosen : dict
        Is told what was taken, where nothing is declared.

    Raises
    ------
    ConfigurationError
    Refused
    """
    names = declared
    if not names:
        names = [name for name in adsl.names if name.endswith(_AT_BASELINE) and _is_number(adsl, name)][
            :_MOST
        ]
        chosen["biomarkers"] = "numeric variables in ADSL that end in BL"
    return tuple(_compared(values, responders, before) for values in _values(study, adsl, names))


@dataclass(frozen=True, eq=False)
class _Values:
    name: str
    label: str
    source: str
    of_subject: Numbers


def _values(study: Study, adsl: Dataset, names: Sequence[str]) -> Iterator[_Values]:
    for name in names:
        dataset, point, parameter = name.partition(".")
        yield _of_parameter(study, adsl, dataset, parameter) if point else _of_variable(adsl, name)


def _is_number(data: Dataset, name: str) -> bool:
    return not data.is_character(name) and not columns.is_date(data[name])


def _of_variable(adsl: Dataset, name: str) -> _Values:
    if name not in adsl or not _is_number(adsl, name):
        problem = "is not present in" if name not in adsl else "is not a numeric variable in"
        numbers = [each for each in adsl.names if _is_number(adsl, each)]
        raise ConfigurationError(
            f"{name} {problem} ADSL", "responders biomarkers", did_you_mean(name, numbers)
        )
    variable = adsl.variable(name)
    return _Values(variable.name, variable.label or variable.name, "ADSL", adsl.numbers(variable.name))


def _of_parameter(study: Study, adsl: Dataset, dataset: str, parameter: str) -> _Values:
    """AVAL of the baseline record, or of the one record that each subject has."""
    place = "responders biomarkers"
    if dataset not in study:
        known = [each.name for each in study]
        raise ConfigurationError(f"{dataset} is not present", place, did_you_mean(dataset, known))
    data = study[dataset]
    lacking = [name for name in ("USUBJID", "PARAMCD", "AVAL") if name not in data]
    if lacking:
        raise ConfigurationError(f"{lacking[0]} is not present in {dataset}", place, "give another dataset")
    records = data.equals("PARAMCD", parameter)
    if not records.any():
        known = list(map(str, data.distinct("PARAMCD")))
        raise ConfigurationError(
            f"parameter {parameter} is not present in {dataset}", place, did_you_mean(parameter, known)
        )
    label = min(map(str, data["PARAM"].astype(object)[records])) if "PARAM" in data else parameter
    at_baseline = records & data.equals("ABLFL", "Y") if "ABLFL" in data else records & False
    told = "baseline" if at_baseline.any() else "its one record"
    records = at_baseline if at_baseline.any() else records
    record = adsl_record(data, adsl)
    count = np.bincount(record[records & (record >= 0)], minlength=len(adsl))
    several = records & (record >= 0) & (count[record] > 1)
    if several.any():
        raise Refused(
            f"some subjects have several records of {parameter} ({told})",
            f"{dataset}, {listed(subjects_of(data, several))}",
            "give a parameter with one baseline record of each subject (ABLFL = Y)",
        )
    of_subject = np.full(len(adsl), np.nan)
    chosen = records & (record >= 0)
    of_subject[record[chosen]] = data.numbers("AVAL")[chosen]
    return _Values(parameter, label, f"{dataset}, {told}", of_subject)


def _compared(values: _Values, responders: Mask, before: Mask) -> Biomarker:
    known = np.isfinite(values.of_subject)
    first, second = (np.sort(values.of_subject[known & group]) for group in (responders, before))
    missing = (int(np.count_nonzero(responders & ~known)), int(np.count_nonzero(before & ~known)))
    return Biomarker(
        values.name, values.label, values.source, first, second, missing, rank_sum(first, second)
    )
