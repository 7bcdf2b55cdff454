"""The values of records that decide, or that a statistic is of."""

from __future__ import annotations

from ....schemas.conditions.arithmetic import compile_arithmetic
from ....schemas.errors import ConfigurationError
from ....schemas.study.columns import Codes, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted
from .declared import Declared


def values_of(declared: Declared, data: Dataset, record: Codes) -> Numbers | None:
    """What `of` is for some records; None where that is no number, which is noted."""
    place = declared.place("of")
    compiled = compile_arithmetic(declared.variable.of, place)
    try:
        return compiled.values(data)[record]
    except ConfigurationError as wrong:
        declared.table.task.account.problem(wrong.what, place, wrong.advice)
        return None


def judge_missing(declared: Declared, subject: Codes) -> None:
    """Records without a value, by the positions of their subjects: an error, or counted."""
    concerned = declared.table.subjects(subject)
    if declared.variable.without_value == "exclude":
        effect = "with records without a value, which are excluded"
        declared.effect("without_value", "exclude", effect, concerned)
        return
    what = f"{declared.variable.of} is missing in {counted(len(subject), 'record')}"
    advice = 'select records that have it by where of the source, or declare without_value = "exclude"'
    declared.refuse(what, declared.place("of"), advice, concerned)
