"""Numbers beyond the limits that are declared of a variable: refused with the first file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ...schemas.study.columns import Distinct, Mask
from ...schemas.wording import did_you_mean, one_line
from .limits import RawLimits
from .raw_part import RawPart
from .raw_records import text_of
from .variable_options import RawVariable

_ADVICE = "correct the data or their unit, or the limits"


def judge_limits(numbers: Distinct, declared: RawVariable, part: RawPart, place: str) -> None:
    """Note numbers of a variable beyond its limits, and names of limits that no record has."""
    for of, (low, high), records in _each(declared, part, place):
        within = np.array([low <= each <= high for each in numbers], dtype=np.bool_)
        beyond = records & numbers.spread(~within, missing=False)
        if beyond.any():
            what = f"numbers{of} not within {low:g} to {high:g}"
            part.account.refuse(what, place, _ADVICE, part.records, beyond)


def _each(declared: RawVariable, part: RawPart, place: str) -> Iterator[tuple[str, RawLimits, Mask]]:
    """The limits, each with the records that they are of."""
    if not isinstance(declared.limits, Mapping):
        yield "", declared.limits, np.ones(len(part.records), dtype=np.bool_)
        return
    names = part.records.columns[declared.limits_by]
    known = {text_of(each): code for code, each in enumerate(names)}
    for name, limits in declared.limits.items():
        if name in known:
            yield f" of {one_line(name, 40)}", limits, names.codes == known[name]
        else:
            what = f"limits of {one_line(name, 40)}, which {one_line(declared.limits_by, 40)} does not have"
            part.account.problem(what, place, did_you_mean(name, known))
