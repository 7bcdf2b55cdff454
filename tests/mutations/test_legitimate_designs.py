"""Designs that are unusual and right: a careless rule would fire on them, ours say nothing above a note."""

from collections.abc import Callable

import event_designs  # noqa: F401  (importing adds its designs, as do the others of this name)
import first_designs  # noqa: F401
import follow_up_designs  # noqa: F401
import formula_designs  # noqa: F401
import numpy as np
import pandas as pd
import pytest
import selection_designs  # noqa: F401
import subject_designs  # noqa: F401
import time_designs  # noqa: F401
from delivery import Delivery
from designs import DESIGNS

import adamgate as ag
from adamgate.schemas.severity import Severity
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

ENOUGH = 80


def _plainly(study: Study, change: Callable[[pd.Series], pd.Series]) -> Study:
    """The study from frames of another make, without metadata."""
    frames = {data.name: data.frame.apply(change) for data in study}
    return Study.of(*(Dataset.from_frame(frame, name) for name, frame in frames.items()))


def _objects(column: pd.Series) -> pd.Series:
    return column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column


def _nullable(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype("string")
    return column.astype("Float64") if column.dtype == np.float64 else column


def _blanks(column: pd.Series) -> pd.Series:
    """Nulls as blanks, as SAS has them."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    return column.astype(object).where(column.notna(), "")


def above_a_note(report):
    return [
        (each.rule_id, each.dataset, each.variables, each.sentence, each.records)
        for each in report.findings
        if each.severity >= Severity.WARNING
    ]


def test_there_are_many_designs():
    assert len(DESIGNS) >= ENOUGH


@pytest.mark.parametrize("each", DESIGNS, ids=lambda each: each.name)
def test_a_legitimate_design_raises_nothing(clean, each):
    delivery = Delivery(clean["trial"])
    each.make(delivery)
    report = ag.validate(delivery.study(), declarations=each.declarations)
    assert above_a_note(report) == []
    assert report.not_run == ()


@pytest.mark.parametrize("form", [_objects, _nullable, _blanks], ids=lambda form: form.__name__.strip("_"))
def test_data_of_another_make_raise_nothing(clean, form):
    report = ag.validate(_plainly(clean["trial"], form))
    assert above_a_note(report) == []
    assert report.not_run == ()
