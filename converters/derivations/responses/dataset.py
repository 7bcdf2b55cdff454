"""A dataset of tumor response: assessments, and parameters with one record per subject, traced to them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....schemas.standards import bds
from ....schemas.standards.versions import Standards
from ....schemas.study.columns import Codes
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, did_you_mean
from ..assembled import DerivedColumns, StructureLayout, assembled, ordered
from ..task import DerivationTask
from .analysis_flags import flagged
from .derivation import ResponseDerivation
from .needed import flags_of, needs, parameters_of
from .once_per_subject import once_per_subject
from .options import Responses
from .requirements import check
from .response_columns import ResponseColumns

__all__ = ["check", "derive", "needs"]

_LABEL = "Response Analysis Dataset"


def derive(task: DerivationTask, options: Responses) -> Dataset:
    """The dataset.

    Raises
    ------
    DerivationRefused
    """
    derivation = ResponseDerivation(task, options, once_per_subject, flagged)
    found = [derivation.parameter(each) for each in parameters_of(options, task.specification)]
    parts = [each for each in found if each is not None]
    columns = ResponseColumns(derivation, parts)
    flags = {name: columns.flag(name) for name in flags_of(options, task.specification)}
    task.account.require_none()
    if not len(columns.subject):
        task.account.problem("no subject has a record", f"[derive.{task.name}]", "check the sources")
        task.account.require_none()
    frame = pd.DataFrame({**columns.derived(), **flags, **columns.trace(), **columns.copied()}, copy=False)
    frame = columns.with_set(frame)
    task.account.require_none()
    _require_numbered(task, options, frame, columns.subject)
    keys = ("STUDYID", "USUBJID", "ASEQ")
    layout = StructureLayout(_LABEL, keys, options.number, bds.variables(Standards()))
    made = DerivedColumns(frame, columns.subject, columns.described, columns.special)
    return assembled(task, options, layout, made)


def _require_numbered(task: DerivationTask, options: Responses, frame: pd.DataFrame, subject: Codes) -> None:
    """Refuse records that the variables of ASEQ do not distinguish: chance would number them."""
    place = f"[derive.{task.name}] number"
    for name in options.number:
        if name not in frame:
            advice = f"{did_you_mean(name, frame.columns)}; a variable of the assessments is to be copied"
            task.account.problem(f"{name} is not derived, nor copied", place, advice)
    task.account.require_none()
    keys = [subject, *(ordered(frame[name]) for name in options.number)]
    order = np.lexsort(keys[::-1])
    same = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    if same.any():
        concerned = np.zeros(len(task.adsl), dtype=np.bool_)
        concerned[subject[order][1:][same]] = True
        number = counted(int(same.sum()), "record")
        what = f"{number} with the same {', '.join(options.number)} as another of the subject"
        task.account.problem(what, place, "add a variable that distinguishes them", task.adsl, concerned)
        task.account.require_none()
