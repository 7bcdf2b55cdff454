"""The records that ADSL has: those of its source that meet the condition."""

from __future__ import annotations

import numpy as np

from ....schemas.study.columns import Codes
from ..domain_records import kept_records, selected_records
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
    data = supplemented(task, options, options.dataset, task.adsl)
    task.account.require_none()
    selected = selected_records(task, options, data, "subject")
    task.account.require_none()
    (kept,) = np.nonzero(selected)
    base, left_out = (kept_records(data, np.flatnonzero(each)) for each in (selected, ~selected))
    declared, unknown = task.specification.sources, options.unknown_subjects
    sources = Sources(task.study, declared, base, unknown, task.account, left_out if len(left_out) else None)
    whole = DerivationTask(task.name, task.study, data, task.specification, task.account)
    return SubjectTable(task, options, base, sources), whole, kept
