"""Dates of an end: a small grammar, of which nothing is evaluated."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.schemas.conditions.dates import LONGEST, compile_date, days_of
from adamgate.schemas.errors import ConfigurationError
from adamgate.schemas.study.dataset import Dataset

DATA = Dataset.from_frame(
    pd.DataFrame(
        {
            "TRTEDT": np.array(["1970-01-11", "NaT", "NaT"], dtype="datetime64[s]"),
            "DCUTDT": np.array(["1970-01-21", "1970-01-06", "NaT"], dtype="datetime64[s]"),
            "LSTDTM": np.array(["1970-01-02T23:59:59.5", "NaT", "NaT"], dtype="datetime64[us]"),
            "AGE": [1.0, 2.0, 3.0],
            "NONE": [np.nan, np.nan, np.nan],
            "SEX": ["F", "F", "M"],
        }
    ),
    "ADSL",
)
NAN = float("nan")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TRTEDT", [10, NAN, NAN]),
        ("trtedt", [10, NAN, NAN]),
        (" TRTEDT+30 ", [40, NAN, NAN]),
        ("TRTEDT - 3", [7, NAN, NAN]),
        ("min(TRTEDT + 30, DCUTDT)", [20, 5, NAN]),
        ("min(TRTEDT, min(DCUTDT, TRTEDT))", [10, 5, NAN]),
        ("MIN(TRTEDT)", [10, NAN, NAN]),
        ("LSTDTM + 1", [2, NAN, NAN]),
        ("min(NONE, DCUTDT)", [20, 5, NAN]),
    ],
)
def test_days(text, expected):
    np.testing.assert_array_equal(compile_date(text).days(DATA), expected)


def test_variables():
    assert compile_date("min(TRTEDT + 30, DCUTDT, TRTEDT)").variables == ("TRTEDT", "DCUTDT")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "30",
        "TRTEDT +",
        "TRTEDT + 30 + 1",
        "TRTEDT + AGE",
        "TRTEDT + 1.5",
        "TRTEDT + 1e3",
        "TRTEDT + 1234567",
        "TRTEDT * 2",
        "min()",
        "min(TRTEDT",
        "min(TRTEDT,)",
        "max(TRTEDT, DCUTDT)",
        "TRTEDT DCUTDT",
        "TRTEDT; DCUTDT",
        "__import__('os').system('x')",
        "min(" * 12 + "TRTEDT" + ")" * 12,
        "min(" + "TRTEDT, " * LONGEST + "TRTEDT)",
        "TRTEDT + ٣",
        "\x1b[2J",
    ],
)
def test_what_is_not_understood_is_refused(text):
    with pytest.raises(ConfigurationError) as refused:
        compile_date(text)
    assert str(refused.value).replace("\n", "").isprintable()
    assert "TRTEDT + 30" in refused.value.advice


@pytest.mark.parametrize(
    ("name", "message"),
    [("TRTED", "TRTED is not present in ADSL"), ("AGE", "AGE is not a date"), ("SEX", "SEX is not a date")],
)
def test_a_variable_that_is_not_a_date(name, message):
    with pytest.raises(ConfigurationError, match=message) as refused:
        compile_date(f"min(DCUTDT, {name})").days(DATA)
    assert refused.value.advice
    with pytest.raises(ConfigurationError, match=message):
        days_of(DATA, name)


@given(st.text(alphabet="TRTEDT min(),+-0123456789 \x00é", max_size=60))
def test_any_text_is_understood_or_refused(text):
    try:
        found = compile_date(text)
    except ConfigurationError:
        return
    assert found.variables
    assert all(name.isidentifier() for name in found.variables)
