"""Arithmetic over variables: what it gives, against Python's own; what is refused."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.conditions.arithmetic import compile_arithmetic, rounded


def values(text: str, **columns: object) -> list[float]:
    data = ag.Dataset.from_frame(pd.DataFrame(columns), "ADVS")
    return compile_arithmetic(text).values(data).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WEIGHT / (HEIGHT / 100) ** 2", 80 / 1.6**2),
        ("-WEIGHT ** 2", -6400.0),
        ("2 ** -1 + +1", 1.5),
        ("2 ** 3 ** 2", 512.0),
        ("max(WEIGHT, HEIGHT, 3) - min(WEIGHT, 1)", 159.0),
        ("round(HEIGHT / 7, 2)", 22.86),
        ("round(HEIGHT, -2)", 200.0),
        ("floor(-0.5) + ceil(0.5) + abs(-3)", 3.0),
        ("sqrt(HEIGHT - 16) + log10(100) + log(exp(2))", 16.0),
        ("1", 1.0),
    ],
)
def test_an_expression_gives_what_it_says(text: str, expected: float) -> None:
    assert values(text, WEIGHT=[80.0], HEIGHT=[160.0]) == [pytest.approx(expected, rel=1e-15)]


def test_variables_are_listed_once_and_found_in_any_case() -> None:
    assert compile_arithmetic("aval - BASE + aval").variables == ("aval", "BASE")
    assert values("aval - base", AVAL=[3.0], BASE=[1.0]) == [2.0]


@pytest.mark.parametrize(
    "text", ["A + B", "B ** 0", "1 ** B", "max(A, B)", "min(B, A)", "round(B, 1)", "B * 0"]
)
def test_a_missing_operand_makes_the_result_missing(text: str) -> None:
    data = ag.Dataset.from_frame(pd.DataFrame({"A": [1.0], "B": [np.nan]}), "ADVS")
    arithmetic = compile_arithmetic(text)
    assert np.isnan(arithmetic.values(data)).tolist() == [True]
    assert arithmetic.undefined(data).tolist() == [False]


@pytest.mark.parametrize(
    "text",
    ["1 / Z", "Z / Z", "1 / (1 / Z)", "log(Z)", "log10(Z - 1)", "sqrt(Z - 1)", "exp(1000 + Z)",
     "(Z - 8) ** 0.5", "Z ** -1", "9 ** 9 ** 9 ** 9 + Z", "max(1 / Z, 2)"],
)  # fmt: skip
def test_what_is_not_defined_is_missing_and_counted(text: str) -> None:
    data = ag.Dataset.from_frame(pd.DataFrame({"Z": [0.0, np.nan]}), "ADVS")
    arithmetic = compile_arithmetic(text)
    assert np.isnan(arithmetic.values(data)).tolist() == [True, True]
    assert arithmetic.undefined(data).tolist() == [True, False]


def test_study_days_have_no_day_0() -> None:
    days = pd.to_datetime(["2020-02-28", "2020-02-29", "2020-03-01", None])
    found = values("study_day(ADT, TRTSDT)", ADT=days, TRTSDT=pd.to_datetime(["2020-02-29"] * 4))
    assert found[:3] == [-1.0, 1.0, 2.0]
    assert math.isnan(found[3])


def test_a_study_day_is_of_two_dates() -> None:
    with pytest.raises(ag.ConfigurationError) as refused:
        compile_arithmetic("study_day(ADT)")
    assert refused.value.what == "the expression has study_day with 1 value"
    assert refused.value.advice == "study_day takes two values"


def test_dates_and_datetimes_count_as_days() -> None:
    dates = pd.to_datetime(["2020-03-01", None])
    stamps = pd.to_datetime(["2020-02-28 23:00", "2020-02-28 01:00"])
    found = values("ADT - TRTSDTM + 1", ADT=dates, TRTSDTM=stamps)
    assert found[0] == 3.0
    assert math.isnan(found[1])


@pytest.mark.parametrize("text", ["-A", "A * -1", "round(-A - 0.3)"])
def test_there_is_no_negative_zero(text: str) -> None:
    found = values(text, A=np.array([0.0]))
    assert str(found[0]) == "0.0"


def test_no_records_give_no_values() -> None:
    assert values("A + 1", A=np.array([], dtype=float)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("A +", "cannot be parsed"),
        ("A + 'B'", "contains text"),
        ("A ^ 2", "contains ^"),
        ("A // 2", "unsupported syntax: A // 2"),
        ("A % 2", "unsupported syntax"),
        ("A * 1,5", "contains a comma"),
        ("A == 2", "contains a condition"),
        ("A and B", "contains a condition"),
        ("True + 1", "unsupported syntax: True"),
        ("A.__class__", "unsupported syntax"),
        ("__import__('os')", "unknown function __import__"),
        ("A(1)(2)", "unsupported syntax"),
        ("lambda: 1", "unsupported syntax"),
        ("[A for A in B]", "unsupported syntax"),
        ("rund(A)", "unknown function rund"),
        ("min(A)", "min with 1 value"),
        ("sqrt(A, B)", "sqrt with 2 values"),
        ("round(A, B)", "not a whole number"),
        ("round(A, 99)", "more than 15 decimals"),
        ("min(A, key=B)", "unsupported syntax"),
        ("1e999", "out of range"),
        ("9" * 400, "out of range"),
        ("A" * 2001, "the limit is 2,000"),
        ("(" * 41 + "A" + ")" * 41, "nested deeper"),
        ("-" * 300 + "A", "nested deeper"),
        ("+".join("A" * 300), "nested deeper"),
    ],
)
def test_what_is_outside_the_grammar_is_refused(text: str, said: str) -> None:
    with pytest.raises(ag.ConfigurationError) as refused:
        compile_arithmetic(text, "[measurement.BMI] expression")
    assert said in refused.value.what
    assert refused.value.where.startswith("[measurement.BMI] expression")


def test_a_variable_that_cannot_be_an_operand_is_named() -> None:
    with pytest.raises(ag.ConfigurationError, match="WIEGHT in the expression is not present in ADVS"):
        values("WIEGHT * 2", WEIGHT=[1.0])
    with pytest.raises(ag.ConfigurationError, match="AVALC of ADVS is not a number"):
        values("AVALC * 2", AVALC=["high"])


_NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
_TERMS = st.recursive(
    st.sampled_from(["A", "B"])
    | st.integers(0, 50).map(str)
    | st.floats(0, 10).map(lambda each: f"{each:.4f}"),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda each: f"({' '.join(each)})"),
        st.tuples(st.sampled_from(["abs", "-"]), inner).map(lambda each: f"{each[0]}({each[1]})"),
        st.tuples(st.sampled_from(["max", "min"]), inner, inner).map(
            lambda each: f"{each[0]}({each[1]}, {each[2]})"
        ),
    ),
    max_leaves=12,
)


@given(_TERMS, _NUMBERS, _NUMBERS)
def test_it_is_the_arithmetic_of_python(text: str, a: float, b: float) -> None:
    try:
        expected = float(eval(text, {"A": a, "B": b, "abs": abs, "max": max, "min": min}))
    except ZeroDivisionError:
        expected = math.nan
    (found,) = values(text, A=[a], B=[b])
    assert found == expected or (math.isnan(found) and not math.isfinite(expected))


@given(st.decimals(-100_000, 100_000, places=4), st.integers(-2, 4))
def test_half_is_rounded_away_from_zero_as_decimals_are(number: Decimal, decimals: int) -> None:
    step = Decimal(1).scaleb(-decimals)
    expected = float((number / step).quantize(Decimal(1), ROUND_HALF_UP) * step)
    assert rounded(np.array([float(number)]), decimals).tolist() == [expected]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_to_whole_numbers_moves_no_whole_number(number: float) -> None:
    whole = float(math.floor(number))
    assert rounded(np.array([whole])).tolist() == [whole]
