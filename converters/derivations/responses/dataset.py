"""A dataset of tumor response: assessments, and parameters with one record per subject, traced to them."""

from __future__ import annotations

import pandas as pd

from ....schemas.standards import bds
from ....schemas.standards.versions import Standards
from ....schemas.study.dataset import Dataset
from ..assembled import DerivedColumns, StructureLayout, assembled, judge_carried
from ..task import DerivationTask
from .analysis_flags import flagged
from .derivation import ResponseDerivation
from .needed import flag_variable, flags_of, needs, paramcd_of, parameters_of
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
    judge_carried(task, options)
    derivation = ResponseDerivation(task, options, once_per_subject, flagged)
    found = [derivation.parameter(each) for each in parameters_of(options, task.specification)]
    parts = [each for each in found if each is not None]
    columns = ResponseColumns(derivation, parts)
    tables = {name: task.specification.response_flags[name] for name in flags_of(options, task.specification)}
    flags = {flag_variable(name, each): columns.flag(name) for name, each in tables.items()}
    names = {name: paramcd_of(name, each) for name, each in task.specification.responses.items()}
    task.account.call_parameters(names)
    task.account.require_none()
    if not len(columns.subject):
        task.account.problem("no subject has a record", f"[derive.{task.name}]", "check the sources")
        task.account.require_none()
    frame = pd.DataFrame({**columns.derived(), **flags, **columns.trace(), **columns.copied()}, copy=False)
    frame = columns.with_set(frame)
    task.account.require_none()
    keys = ("STUDYID", "USUBJID", "ASEQ")
    layout = StructureLayout(_LABEL, keys, options.number, bds.variables(Standards()))
    described, special, places = columns.described, columns.special, columns.raw_places()
    made = DerivedColumns(frame, columns.subject, described, special, places)
    return assembled(task, options, layout, made)
