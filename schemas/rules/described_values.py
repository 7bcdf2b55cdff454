"""Whether values are as define.xml describes them: each question is one to the distinct values of a variable.

An answer marks the values that are wrong. What define.xml leaves open is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..evidence.duration import MAX_DECIMALS, decimals_of
from ..study.columns import Distinct, Mask
from ..study.date_parts import DatePrecision
from ..study.date_texts import read_texts
from ..study.definition import CodelistDefinition, VariableDefinition

DistinctValues = NDArray[np.object_]
"""Distinct values of a variable, none of them missing: texts if it is character, else numbers."""

NUMERIC_TYPES = frozenset(("integer", "float", "double"))
DATE_TYPES = frozenset(("date", "datetime", "partialDate", "partialDatetime", "incompleteDatetime"))
TIME_TYPES = frozenset(("time", "partialTime"))
_OTHER_TYPES = frozenset(
    "text string durationDatetime intervalDatetime boolean URI"
    " hexBinary base64Binary hexFloat base64Float".split()
)
DATA_TYPES = NUMERIC_TYPES | DATE_TYPES | TIME_TYPES | _OTHER_TYPES
"""All data types of Define-XML and ODM."""

_TOLERANCE = 1e-9
"""Relative; what arithmetic leaves of 0.1 + 0.2 is 0.3."""
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_DECIMAL = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_TIME = re.compile(
    r"T?([01]\d|2[0-3]|24|-)(:?([0-5]\d|-)(:?([0-5]\d|60|-)([.,]\d+)?)?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII
)
_DURATION = re.compile(
    r"[+-]?P(?=.)(\d+([.,]\d+)?Y)?(\d+([.,]\d+)?M)?(\d+([.,]\d+)?W)?(\d+([.,]\d+)?D)?"
    r"(T(?=.)(\d+([.,]\d+)?H)?(\d+([.,]\d+)?M)?(\d+([.,]\d+)?S)?)?",
    re.ASCII,
)

TYPES_IN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "integer": "a whole number",
        "float": "a number",
        "double": "a number",
        **dict.fromkeys(DATE_TYPES, "an ISO 8601 date"),
        **dict.fromkeys(TIME_TYPES, "an ISO 8601 time"),
        "durationDatetime": "an ISO 8601 duration",
    }
)
"""What a value is to be by its data type, as a message has it."""


def of_wrong_type(values: DistinctValues, data_type: str, *, character: bool) -> Mask:
    """Values that their data type does not have.

    Numbers are judged by whether they are whole; numeric variables with a type of text or dates are not
    judged by their values.

    Examples
    --------
    >>> from adamgate.schemas.rules.described_values import of_wrong_type
    >>> of_wrong_type(np.array(["2024-02", "02/2024"], dtype=object), "date", character=True).tolist()
    [False, True]
    >>> of_wrong_type(np.array([1.0, 1.5], dtype=object), "integer", character=False).tolist()
    [False, True]
    """
    if not character:
        return _fractional(values) if data_type == "integer" else _none(values)
    if data_type in DATE_TYPES:
        return _unreadable(values) & ~_each(values, _is_interval)
    form = _FORMS.get(data_type)
    return _none(values) if form is None else _each(values, lambda text: not form.fullmatch(text))


_FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "integer": _INTEGER,
        "float": _DECIMAL,
        "double": _DECIMAL,
        **dict.fromkeys(TIME_TYPES, _TIME),
        "durationDatetime": _DURATION,
    }
)


def too_long(values: DistinctValues, length: int) -> Mask:
    """Texts of more characters than a length.

    Examples
    --------
    >>> from adamgate.schemas.rules.described_values import too_long
    >>> too_long(np.array(["é" * 8, "ABCDEFGHI"], dtype=object), 8).tolist()
    [False, True]
    """
    return _each(values, lambda text: len(text) > length)


def with_more_digits(values: DistinctValues, length: int) -> Mask:
    """Whole numbers of more digits than a length.

    Examples
    --------
    >>> from adamgate.schemas.rules.described_values import with_more_digits
    >>> with_more_digits(np.array([99.0, -100.0], dtype=object), 2).tolist()
    [False, True]
    """
    found: Mask = np.abs(values.astype(np.float64)) >= 10.0**length
    return found


def with_more_decimals(values: DistinctValues, digits: int, *, character: bool) -> Mask:
    """Values with more decimals than stated; numbers that were never rounded are not among them.

    Examples
    --------
    >>> from adamgate.schemas.rules.described_values import with_more_decimals
    >>> with_more_decimals(np.array([1.5, 1.25, 1 / 3], dtype=object), 1, character=False).tolist()
    [False, True, False]
    """
    if character:
        return _each(
            values, lambda text: len(re.split("[eE]", text.partition(".")[2])[0].rstrip(" ")) > digits
        )
    decimals = decimals_of(values.astype(np.float64))
    found: Mask = (decimals > digits) & (decimals <= MAX_DECIMALS)
    return found


def outside(values: DistinctValues, codelist: CodelistDefinition, *, character: bool) -> Mask:
    """Values that are not a code of a codelist; none where it has no terms, as an external dictionary.

    Text is compared as text, without blanks at its ends, also those that do not break a line; numbers as
    numbers.

    Examples
    --------
    >>> from adamgate.schemas.rules.described_values import outside
    >>> from adamgate.schemas.study.definition import CodelistDefinition, CodelistItem
    >>> codes = CodelistDefinition("CL", items=(CodelistItem("1"), CodelistItem("2")))
    >>> outside(np.array([1.0, 3.0], dtype=object), codes, character=False).tolist()
    [False, True]
    """
    if not codelist.items or codelist.external is not None:
        return _none(values)
    if character:
        texts = frozenset(each.coded.strip() for each in codelist.items)
        return _each(values, lambda text: text.strip() not in texts)
    numbers = [float(each.coded) for each in codelist.items if _DECIMAL.fullmatch(each.coded)]
    return ~_near(values.astype(np.float64), np.sort(numbers))


def _near(numbers: NDArray[np.float64], codes: NDArray[np.float64]) -> Mask:
    """Numbers that are one of some ascending codes, but for what arithmetic leaves."""
    if not len(codes):
        return np.zeros(len(numbers), dtype=np.bool_)
    above = np.searchsorted(codes, numbers)
    beside = (codes[np.minimum(above, len(codes) - 1)], codes[np.maximum(above - 1, 0)])
    near: Mask = np.logical_or.reduce([np.isclose(numbers, each, rtol=_TOLERANCE, atol=0) for each in beside])
    return near


def states_digits(variable: VariableDefinition) -> bool:
    """Whether the length of a numeric variable states digits: 8 is the bytes of SAS, whatever is stored."""
    return variable.data_type == "integer" and variable.length is not None and variable.length < 8


def _unreadable(values: DistinctValues) -> Mask:
    """Texts that are not ISO 8601 dates, complete or partial."""
    dates = read_texts(Distinct(values, np.arange(len(values))))
    found: Mask = dates.precision == DatePrecision.UNREADABLE
    return found


def _is_interval(text: str) -> bool:
    """Whether a text is two dates, or a date and a duration, as ``2024-01-15/2024-01-17``."""
    parts = text.split("/")
    dates = [each for each in parts if not _DURATION.fullmatch(each)]
    return len(parts) == 2 and bool(dates) and not _unreadable(np.array(dates, dtype=object)).any()


def _fractional(values: DistinctValues) -> Mask:
    numbers = values.astype(np.float64)
    apart = np.abs(numbers - np.rint(numbers)) > _TOLERANCE * np.maximum(np.abs(numbers), 1)
    found: Mask = np.isfinite(numbers) & apart
    return found


def _each(values: DistinctValues, wrong: Callable[[str], Any]) -> Mask:
    return np.fromiter((bool(wrong(str(value))) for value in values), np.bool_, len(values))


def _none(values: DistinctValues) -> Mask:
    return np.zeros(len(values), dtype=np.bool_)


NotAsStated = Callable[[VariableDefinition, DistinctValues, bool], Mask | None]
"""Which of the values, of a character variable or not, are not as stated; None if nothing is."""


@dataclass(frozen=True, slots=True)
class StatedOfValues:
    """Something that define.xml states of values: of all of a variable, or of those of a value level.

    Attributes
    ----------
    wrong : callable
    fault : callable
        What is wrong with them, as a message has it.
    """

    wrong: NotAsStated
    fault: Callable[[VariableDefinition], str]


def _of_another_type(of: VariableDefinition, values: DistinctValues, character: bool) -> Mask | None:
    if of.data_type not in TYPES_IN_WORDS:
        return None
    return of_wrong_type(values, of.data_type, character=character)


def _longer(of: VariableDefinition, values: DistinctValues, character: bool) -> Mask | None:
    if of.length is None:
        return None
    if character:
        return too_long(values, of.length)
    return with_more_digits(values, of.length) if states_digits(of) else None


def _more_decimals(of: VariableDefinition, values: DistinctValues, character: bool) -> Mask | None:
    if of.significant_digits is None or of.data_type not in NUMERIC_TYPES:
        return None
    return with_more_decimals(values, of.significant_digits, character=character)


TYPE = StatedOfValues(_of_another_type, lambda of: f"is not {TYPES_IN_WORDS[of.data_type]}")
LENGTH = StatedOfValues(_longer, lambda of: f"is longer than {of.length}")
DECIMALS = StatedOfValues(_more_decimals, lambda of: f"has more than {of.significant_digits} decimals")
