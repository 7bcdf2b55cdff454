"""The records of a domain that are derived: those that meet the condition."""

from __future__ import annotations

import numpy as np

from ...schemas.conditions.absent_texts import correction
from ...schemas.errors import ConfigurationError
from ...schemas.study.columns import Codes, Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.selected_columns import SelectedColumns
from ...schemas.study.truth import Truth
from .domain_options import DerivedFromDomain
from .sources import truth_of
from .task import DerivationTask


def selected_records(
    task: DerivationTask, options: DerivedFromDomain, data: Dataset, unit: str = "record"
) -> Mask:
    """Records of the source that meet the condition; the others are counted, as records or as subjects.

    Raises
    ------
    DerivationRefused
        If the condition does not fit the source.
    """
    if not options.where:
        return np.ones(len(data), dtype=np.bool_)
    place = f"[derive.{task.name}] where"
    truth = _truth(task, options.where, data, place)
    effect = f"{unit}s of {data.name} that do not meet the condition are not derived"
    task.account.effect("where", options.where, effect, data, truth.false, unit=unit)
    unknown = ~(truth.true | truth.false)
    if unknown.any():
        effect = f"{unit}s of {data.name} not derived: the condition is unknown, since a value is missing"
        task.account.effect("where", options.where, effect, data, unknown, unit=unit)
    if not truth.true.any():
        advice = correction(options.where, data)
        task.account.problem(f"no record of {data.name} meets the condition", place, advice)
    return truth.true


def meeting(task: DerivationTask, where: str, data: Dataset, place: str) -> Mask:
    """Records that meet a condition.

    Raises
    ------
    DerivationRefused
        If the condition does not fit the dataset.
    """
    return _truth(task, where, data, place).true


def _truth(task: DerivationTask, where: str, data: Dataset, place: str) -> Truth:
    try:
        return truth_of(where, data, place, task.account)
    except ConfigurationError as wrong:
        task.account.problem(wrong.what, place, wrong.advice)
        task.account.require_none()
        raise


def kept_records(data: Dataset, kept: Codes) -> Dataset:
    """Records at some positions; the dataset itself if these are all."""
    if len(kept) == len(data):
        return data
    names = {each.name: each.name for each in data.variables}
    places = None if data.raw_places is None else data.raw_places.load().take(kept)
    return Dataset.of(data.description, SelectedColumns(data.columns, names, kept), raw_places=places)
