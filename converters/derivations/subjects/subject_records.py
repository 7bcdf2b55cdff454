"""The records that ADSL has: those of its source that meet the condition."""

from __future__ import annotations

import numpy as np

from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.study.columns import Codes, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.study.selected_columns import SelectedColumns
from ..sources import Sources
from ..supplement import supplemented
from ..task import DerivationTask
from .options import SubjectLevel
from .subject_table import SubjectTable


def subject_table(task: DerivationTask, options: SubjectLevel) -> tuple[SubjectTable, DerivationTask, Codes]:
    """The kept records, with nothing derived yet; the task with the qualifiers; which records these are.

    Raises
    ------
    DerivationRefused
        If the source does not fit.
    """
    data = supplemented(task, options, task.adsl)
    task.account.require_none()
    selected = _selected(task, options, data)
    (kept,) = np.nonzero(selected)
    base, left_out = (_records(data, each) for each in (selected, ~selected))
    declared, unknown = task.specification.sources, options.unknown_subjects
    sources = Sources(task.study, declared, base, unknown, task.account, left_out if len(left_out) else None)
    whole = DerivationTask(task.name, task.study, data, task.specification, task.account)
    return SubjectTable(task, options, base, sources), whole, kept


def _records(data: Dataset, mask: Mask) -> Dataset:
    if mask.all():
        return data
    names = {each.name: each.name for each in data.variables}
    return Dataset.of(data.description, SelectedColumns(data.columns, names, np.flatnonzero(mask)))


def _selected(task: DerivationTask, options: SubjectLevel, data: Dataset) -> Mask:
    if not options.where:
        return np.ones(len(data), dtype=np.bool_)
    place = f"[derive.{task.name}] where"
    try:
        selected = compile_expression(options.where, place).where(data)
    except ConfigurationError as wrong:
        task.account.problem(wrong.what, place, wrong.advice)
        task.account.require_none()
        raise
    effect = f"subjects of {data.name} that do not meet the condition are not derived"
    task.account.effect("where", options.where, effect, data, ~selected)
    if not selected.any():
        task.account.problem(f"no record of {data.name} meets the condition", place, "correct it")
    task.account.require_none()
    return selected
