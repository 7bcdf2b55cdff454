"""How the values of one variable are declared and written in Dataset-JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.study.columns import Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values import arrow_columns
from ...values.arrow_columns import Shape
from ...values.lines import Tokens, date_tokens, datetime_tokens, number_tokens, time_tokens
from ...values.sas_formats import FormatKind, datetimes_of, kind_of, sas_days_of, sas_seconds_of

_SECONDS_PER_DAY = 86_400
_BEYOND_INTEGERS = 2.0**63
_ESCAPES = {chr(code): orjson.dumps(chr(code)).decode()[1:-1] for code in range(0x20)}


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a variable.

    Attributes
    ----------
    data_type, target : str
        dataType and targetDataType; the latter empty where there is none.
    tokens : callable
        Values to JSON.
    fits : callable
        Whether all of these numbers (none missing) can be written so.
    otherwise : str
        What is told of a variable whose numbers do not fit.
    shape : Shape
        Of the column whose values are written so.
    """

    data_type: str
    target: str
    tokens: Tokens
    fits: Callable[[Numbers], bool] = lambda _: True
    otherwise: str = ""
    shape: Shape = Shape.NUMBER


def form_of(dataset: Dataset, variable: Variable) -> Form:
    """How a variable is written: as it was declared, where its column is of that kind."""
    declared = variable.data_type
    shape = arrow_columns.shape_of(dataset, variable)
    if shape is Shape.TEXT:
        return Form(declared if declared in _TEXTS else "string", "", _json_text, shape=shape)
    if shape in _OF_NUMBERS:
        form = replace(_NUMBERS.get(declared, _DOUBLE), shape=shape)
    elif declared in _NUMBERS and kind_of(variable.format) is _KINDS[shape]:
        number = _NUMBERS[declared]
        form = replace(number, tokens=lambda stamps: number.tokens(_sas_numbers(stamps)), shape=shape)
    else:
        form = _STAMPS[shape]
    # A decimal is a text in JSON, so it needs its target wherever it came from.
    return (
        replace(form, target=form.target or variable.target_data_type) if form.data_type == declared else form
    )


def fault_of(dataset: Dataset, variable: Variable, form: Form) -> str:
    """Why the values of a variable are not what it was declared as; empty when they are."""
    if form.data_type not in _NUMBERS:
        return ""
    values = arrow_columns.arrow_column(dataset, variable)
    if form.shape in _KINDS:
        stamps, values = values, _sas_numbers(values)
        if not _are_exact(stamps, values):
            return f"is declared {form.data_type}, which cannot hold all of its microseconds"
    numbers = values.drop_null().to_numpy(zero_copy_only=False)
    return "" if form.fits(numbers) else f"is declared {form.data_type}, but contains {form.otherwise}"


def _sas_numbers(stamps: pa.Array) -> pa.Array:
    counted = sas_days_of if pa.types.is_date(stamps.type) else sas_seconds_of
    return pa.array(counted(stamps.to_numpy(zero_copy_only=False)), from_pandas=True)


def _are_exact(stamps: pa.Array, numbers: pa.Array) -> bool:
    """Whether doubles hold the datetimes: they do not hold each microsecond far from 1960."""
    if pa.types.is_date(stamps.type):
        return True
    again = datetimes_of(numbers.to_numpy(zero_copy_only=False))
    return again is not None and pa.array(again, stamps.type).equals(stamps)


def _escaped(texts: pa.Array) -> pa.Array:
    safe = pc.replace_substring(pc.replace_substring(texts, "\\", "\\\\"), '"', '\\"')
    if pc.any(pc.match_substring_regex(safe, r"[\x00-\x1f]")).as_py():
        for control, escape in _ESCAPES.items():
            safe = pc.replace_substring(safe, control, escape)
    return safe


def _in_quotes(texts: pa.Array) -> pa.Array:
    mark, nothing = pa.scalar('"', pa.large_string()), pa.scalar("", pa.large_string())
    return pc.binary_join_element_wise(mark, texts, mark, nothing)


def _quoted(tokens: Tokens) -> Tokens:
    return lambda values: _in_quotes(tokens(values))


def _number(numbers: pa.Array) -> pa.Array:
    tokens = number_tokens(numbers)
    # JSON parsers take "-0" for a whole number, which has no negative zero.
    return pc.if_else(pc.equal(tokens, "-0"), pa.scalar("-0.0", tokens.type), tokens)


def _integer(numbers: pa.Array) -> pa.Array:
    return numbers.cast(pa.int64()).cast(pa.large_string())


def _decimal(numbers: pa.Array) -> pa.Array:
    """Decimals have no exponent (xs:decimal)."""
    tokens = number_tokens(numbers)
    with_exponent = pc.match_substring(tokens, "e")
    if not pc.any(with_exponent).as_py():
        return tokens
    spelt = [np.format_float_positional(n, trim="-") for n in numbers.filter(with_exponent).to_pylist()]
    return pc.replace_with_mask(tokens, with_exponent.fill_null(False), pa.array(spelt, tokens.type))


def _boolean(numbers: pa.Array) -> pa.Array:
    return numbers.cast(pa.bool_()).cast(pa.large_string())


def _are_whole(numbers: Numbers) -> bool:
    whole = (np.trunc(numbers) == numbers) & (np.abs(numbers) < _BEYOND_INTEGERS)
    return bool((whole & ~_negative_zero(numbers)).all())


def _negative_zero(numbers: Numbers) -> NDArray[np.bool_]:
    negative: NDArray[np.bool_] = (numbers == 0) & np.signbit(numbers)
    return negative


def _are_times(numbers: Numbers) -> bool:
    whole = np.floor(numbers)
    micros = np.rint((numbers - whole) * 1e6)
    exact = whole + micros / 1e6 == numbers
    return bool((exact & (micros < 1e6) & ~np.signbit(numbers) & (numbers < _SECONDS_PER_DAY)).all())


_json_text = _quoted(_escaped)
_TEXTS = frozenset({"string", "date", "datetime", "time", "decimal", "URI"})
_OF_NUMBERS = frozenset({Shape.NUMBER, Shape.TRUTH, Shape.WHOLE})
_KINDS = {Shape.DATE: FormatKind.DATE, Shape.DATETIME: FormatKind.DATETIME}
_STAMPS = {
    Shape.DATE: Form("date", "integer", _quoted(date_tokens), shape=Shape.DATE),
    Shape.DATETIME: Form("datetime", "integer", _quoted(datetime_tokens), shape=Shape.DATETIME),
}
_DOUBLE = Form("double", "", _number)
_NUMBERS = {
    form.data_type: form
    for form in (
        _DOUBLE,
        Form("float", "", _number),
        Form("decimal", "decimal", _quoted(_decimal)),
        Form("integer", "", _integer, _are_whole, "non-integers, or a negative zero"),
        Form(
            "boolean",
            "",
            _boolean,
            lambda numbers: bool((np.isin(numbers, (0, 1)) & ~_negative_zero(numbers)).all()),
            "numbers other than 0 and 1, or a negative zero",
        ),
        Form(
            "time",
            "integer",
            _quoted(time_tokens),
            _are_times,
            "values that are not times of day in microseconds",
        ),
    )
}
