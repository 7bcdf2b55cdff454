"""Conditions: what they mean, what they refuse, and that nothing in them is ever run."""

import operator
import pickle
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamgate.schemas.conditions.grammar import DEEPEST, LONGEST, compile_expression
from adamgate.schemas.errors import ConfigurationError
from adamgate.schemas.study.dataset import Dataset

FRAME = pd.DataFrame(
    {
        "PARAMCD": pd.Categorical(
            ["OS", "OS ", "PFS", None, "  "], categories=["OS", "OS ", "PFS", "  ", "XX"]
        ),
        "AVALC": ["Y", "N", None, "", "Y  "],
        "AVAL": [1.0, 2.5, np.nan, -3.0, 0.0],
        "ADT": np.array(
            ["2020-01-31", "1959-12-31", "NaT", "9999-12-31", "2020-02-01"], dtype="datetime64[s]"
        ),
        "ADTM": np.array(
            ["2020-01-31T10:00:00.5", "1950-06-01T00:00:01", "NaT", "2020-02-01", "2020-01-31"],
            dtype="datetime64[us]",
        ),
        "TRTSDT": np.array(
            ["2020-01-31", "1960-01-01", "2020-01-01", "NaT", "2020-01-31"], dtype="datetime64[s]"
        ),
        "SEX": ["Y", "M", "Y", "Y", "N"],
        "EMPTY": [None] * 5,
    }
)  # fmt: skip
DATA = Dataset.from_frame(FRAME, "ADTTE")
T, F, U = "T", "F", "-"


def read_as(text: str) -> str:
    truth = compile_expression(text).truth(DATA)
    assert not (truth.true & truth.false).any()
    return "".join(
        T if true else F if false else U for true, false in zip(truth.true, truth.false, strict=True)
    )


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("PARAMCD == 'OS'", "TTF--"),
        ("PARAMCD == 'OS   '", "TTF--"),
        ("PARAMCD == ' OS'", "FFF--"),
        ("PARAMCD != 'OS'", "FFT--"),
        ("contains(PARAMCD, 'S')", "TTT--"),
        ("contains(PARAMCD, 'PF')", "FFT--"),
        ("contains(PARAMCD, 'os')", "FFF--"),
        ("not contains(PARAMCD, 'PF')", "TTF--"),
        ("contains(PARAMCD, 'OS ')", "TTF--"),
        ("contains(EMPTY, 'x')", "-----"),
        ("'OS' == PARAMCD", "TTF--"),
        ("PARAMCD in ('OS', 'PFS')", "TTT--"),
        ("PARAMCD in ['PFS']", "FFT--"),
        ("PARAMCD in ('PFS')", "FFT--"),
        ("PARAMCD not in ('PFS', 'XX')", "TTF--"),
        ("not (AVALC == 'Y')", "FT--F"),
        ("missing(AVALC)", "FFTTF"),
        ("not missing(PARAMCD)", "TTTFF"),
        ("AVAL > 0", "TT-FF"),
        ("0 < AVAL", "TT-FF"),
        ("0 <= AVAL < 2", "TF-FT"),
        ("AVAL == -3", "FF-TF"),
        ("AVAL in (1, -3, 0)", "TF-TT"),
        ("AVAL == 2.5e0", "FT-FF"),
        ("AVALC == 'Y' and AVAL > 0", "TF-FF"),
        ("AVALC == 'Y' or AVAL > 0", "TT--T"),
        ("AVALC == 'N' or (AVAL <= 0 and not missing(ADT))", "FT-TT"),
        ("ADT <= '2020-01-31'", "TT-FF"),
        ("ADT == '9999-12-31'", "FF-TF"),
        ("ADT in ('2020-02-01', '1959-12-31')", "FT-FT"),
        ("ADTM == '2020-01-31'", "TF-FT"),
        ("ADTM <= '2020-01-31'", "TT-FT"),
        ("ADTM == '1950-06-01'", "FT-FF"),
        ("ADTM > '2020-01-31T10:00'", "TF-TF"),
        ("ADTM == '2020-01-31T10:00:00.5'", "TF-FF"),
        ("ADT >= TRTSDT", "TF--T"),
        ("ADTM > TRTSDT", "TF--F"),
        ("AVALC == SEX", "TF--F"),
        ("AVALC != SEX", "FT--T"),
        ("AVAL == AVAL", "TT-TT"),
        ("EMPTY == 'Y'", "-----"),
        ("EMPTY in (1, 2)", "-----"),
        ("EMPTY == AVAL", "-----"),
        ("missing(EMPTY)", "TTTTT"),
        ("(\n  AVAL > 0  # positive\n  or AVAL == 0\n)", "TT-FT"),
        ("AVAL > 0\n  or AVAL == 0", "TT-FT"),
        ("PARAMCD == 'a ) or ( [ b'", "FFF--"),
    ],
)
def test_meaning(text, meaning):
    assert read_as(text) == meaning


def test_where_selects_true_and_require_faults_false():
    condition = compile_expression("AVALC == 'Y'")
    assert condition.where(DATA).tolist() == [True, False, False, False, True]
    assert condition.require(DATA).tolist() == [False, True, False, False, False]
    assert compile_expression("not (AVALC == 'Y')").where(DATA).tolist() == [False, True, False, False, False]


def test_variables_in_order_without_repeats():
    condition = compile_expression("B == 1 and (A == C or not missing(B)) and D in (1, 2)")
    assert condition.variables == ("B", "A", "C", "D")


def test_an_expression_can_be_sent_to_another_process():
    condition = pickle.loads(pickle.dumps(compile_expression("AVAL > 0 and AVALC in ('Y', 'N')")))
    assert condition.where(DATA).tolist() == [True, True, False, False, False]


def test_data_are_not_changed():
    before = FRAME.copy(deep=True)
    read_as("PARAMCD == 'OS' and ADT <= '2020-01-31' and AVAL > 0 and AVALC == SEX")
    pd.testing.assert_frame_equal(FRAME, before)


@pytest.mark.parametrize("dtype", ["object", "category", "string[pyarrow]", "string[python]"])
def test_every_text_type_reads_alike(dtype):
    data = Dataset.from_frame(pd.DataFrame({"A": pd.Series(["Y", "N ", None, ""], dtype=dtype)}), "ADXX")
    truth = compile_expression("A in ('Y', 'N')").truth(data)
    assert truth.true.tolist() == [True, True, False, False]
    assert truth.unknown.tolist() == [False, False, True, True]


# Against a reading of one record at a time, with None for unknown.

COLUMNS = {
    "A": ["x", "y", None, ""],
    "B": ["x", "z", None],
    "N": [0.0, 1.0, np.nan],
    "M": [1.0, -1.0, np.nan],
}


def kleene_not(one):
    return None if one is None else not one


def kleene_and(one, other):
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def compared(symbol, left, right):
    lost = any(value is None or value == "" or value != value for value in (left, right))
    return None if lost else symbol(left, right)


SYMBOLS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

text_atom = st.tuples(st.sampled_from("AB"), st.sampled_from(["==", "!="]), st.sampled_from("xyz")).map(
    lambda t: (f"{t[0]} {t[1]} '{t[2]}'", lambda row: compared(SYMBOLS[t[1]], row[t[0]], t[2]))
)
number_atom = st.tuples(
    st.sampled_from("NM"), st.sampled_from(list(SYMBOLS)), st.sampled_from([-1, 0, 1, 0.5])
).map(lambda t: (f"{t[0]} {t[1]} {t[2]}", lambda row: compared(SYMBOLS[t[1]], row[t[0]], t[2])))
pair_atom = st.tuples(st.sampled_from([("A", "B"), ("B", "A")]), st.sampled_from(["==", "!="])).map(
    lambda t: (
        f"{t[0][0]} {t[1]} {t[0][1]}",
        lambda row: compared(SYMBOLS[t[1]], row[t[0][0]], row[t[0][1]]),
    )
)
missing_atom = st.sampled_from("ABNM").map(
    lambda name: (
        f"missing({name})",
        lambda row: row[name] is None or row[name] == "" or row[name] != row[name],
    )
)
list_atom = st.tuples(st.sampled_from("AB"), st.lists(st.sampled_from("xyz"), min_size=1, max_size=3)).map(
    lambda t: (
        f"{t[0]} in {t[1]!r}",
        lambda row: None if row[t[0]] in (None, "") else row[t[0]] in t[1],
    )
)
condition = st.recursive(
    st.one_of(text_atom, number_atom, pair_atom, missing_atom, list_atom),
    lambda inner: st.one_of(
        inner.map(lambda a: (f"not ({a[0]})", lambda row: kleene_not(a[1](row)))),
        st.tuples(inner, inner).map(
            lambda t: (f"({t[0][0]}) and ({t[1][0]})", lambda row: kleene_and(t[0][1](row), t[1][1](row)))
        ),
        st.tuples(inner, inner).map(
            lambda t: (
                f"({t[0][0]} or {t[1][0]})",
                lambda row: kleene_not(kleene_and(kleene_not(t[0][1](row)), kleene_not(t[1][1](row)))),
            )
        ),
    ),
    max_leaves=8,
)
records = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in COLUMNS.items()}), min_size=1
)


@pytest.mark.slow
@settings(max_examples=2 * settings.default.max_examples)
@given(condition, records)
def test_agrees_with_one_record_at_a_time(written, rows):
    text, meaning = written
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"A": "category", "B": "object"})
    truth = compile_expression(text).truth(Dataset.from_frame(frame, "ADXX"))
    expected = [meaning(row) for row in rows]
    assert truth.true.tolist() == [value is True for value in expected]
    assert truth.false.tolist() == [value is False for value in expected]


# What is refused.

HOSTILE = [
    "__import__('os').system('true')",
    "AVAL.__class__ == 'x'",
    "().__class__.__bases__[0].__subclasses__()",
    "(lambda: 1)() == AVAL",
    "[x for x in AVAL] == 1",
    "any(x for x in AVAL)",
    "(AVAL := 3) == 3",
    "PARAMCD == f'{AVAL}'",
    "PARAMCD == b'OS'",
    "AVAL == 10**10**10",
    "AVAL + 1 == 2",
    "AVAL == 1j",
    "AVAL == 1e999",
    "AVAL == " + "9" * 400,
    "AVAL == ...",
    "AVAL == -(-1)",
    "AVAL == +1",
    "AVAL == ~1",
    "AVAL[0] == 1",
    "AVAL is None",
    "AVAL == None",
    "FL == True",
    "PARAMCD == ''",
    "PARAMCD in ('A', '  ')",
    "PARAMCD in ()",
    "PARAMCD in {'A'}",
    "PARAMCD in OTHER",
    "'A' in PARAMCD",
    "1 == 1",
    "'a' < 'b'",
    "AVAL",
    "1",
    "'text'",
    "AVAL == 1, AVAL == 2",
    "AVAL == 1; AVAL == 2",
    "AVAL == 1 if FL == 'Y' else AVAL == 2",
    "(AVAL == 1) & (AVAL == 2)",
    "AVAL = 1",
    "AVAL = 1 AND FL = 'Y'",
    "missing()",
    "missing('AVAL')",
    "missing(AVAL, CNSR)",
    "missing(AVAL=1)",
    "missing(*AVAL)",
    "max(AVAL) == 1",
    "await AVAL",
    "yield",
    "import os",
    "AVAL == 1) or (AVAL == 2",
    "AVAL == (1",
    "AVAL == 1\x00",
    "PARAMCD == '\\d'",
    "PARAMCD == '\ud800'",
    "`A\udcff` == 1",
    "PARAMCD in ('\udcff', `B`)",
    "",
    "   \n ",
    "(" * 5000 + "AVAL == 1" + ")" * 5000,
    "(" * 100 + "AVAL == 1" + ")" * 100,
    "not " * 300 + "AVAL == 1",
    "AVAL == " + "-" * 1500 + "1",
    "{" * 900,
    "AVAL" + ".a" * 700 + " == 1",
    "AVAL" + "[0" * 30 + "]" * 30 + " == 1",
    "AVAL == 1 or " * 20_000 + "AVAL == 2",
    "lambda:" * 250 + "1",
    "print('\x1b[31mred\x1b[0m')",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_refused_fast_in_three_short_lines(text):
    start = time.perf_counter()
    with pytest.raises(ConfigurationError) as caught:
        compile_expression(text)
    assert time.perf_counter() - start < 1
    lines = str(caught.value).splitlines()
    assert len(lines) == (3 if text.strip() else 2)
    assert all(line.isprintable() and len(line) < 200 for line in lines)
    assert caught.value.__cause__ is None


@pytest.mark.slow
@settings(max_examples=3 * settings.default.max_examples)
@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(text):
    try:
        understood = compile_expression(text)
    except ConfigurationError:
        return
    assert understood.variables


@pytest.mark.parametrize("dtype", ["object", "category", "string[pyarrow]"])
@pytest.mark.parametrize("text", [r"A == '\ud800'", r"A in ('\ud800', 'x')", r"contains(A, '\ud800')"])
def test_half_a_surrogate_pair_is_found_nowhere(text, dtype):
    data = Dataset.from_frame(pd.DataFrame({"A": pd.Series(["a", "b", None], dtype=dtype)}), "ADTTE")
    assert not compile_expression(text).where(data).any()


def test_caps_are_exact():
    inside = "AVAL == 1" + " " * (LONGEST - 9)
    assert compile_expression(inside).variables == ("AVAL",)
    with pytest.raises(ConfigurationError, match="2,001 characters"):
        compile_expression(inside + " ")
    nested = "(" * DEEPEST + "AVAL == 1" + ")" * DEEPEST
    assert compile_expression(nested).variables == ("AVAL",)
    with pytest.raises(ConfigurationError, match="deeper than 40"):
        compile_expression(f"({nested})")


@pytest.mark.parametrize(
    "text",
    [
        "AVALC == 1",
        "AVALC in (1, 2)",
        "AVAL == 'Y'",
        "AVAL in ('1', 2)",
        "AVALC > 'A'",
        "ADT == 'soon'",
        "ADT <= '2020-01'",
        "ADT <= '2020-02-30'",
        "ADT == '20200131'",
        "ADT == 22000",
        "ADT == AVAL",
        "PARAMC == 'OS'",
        "PARAMDC == 'OS'",
        "ZZZZZZ == 'OS'",
        "AVAL = 1",
        "AVAL == 1 AND AVAL == 2",
        "AVAL ^= 1",
        "AVAL eq 1",
        "AVAL ==",
        "PARAMCD == ''",
        "AVAL + 1 == 2",
        "FL == True",
    ],
)
def test_messages(text, snapshot):
    with pytest.raises(ConfigurationError) as caught:
        compile_expression(text).truth(DATA)
    assert str(caught.value) == snapshot


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("contains(AVAL, '1')", "AVAL is numeric"),
        ("contains(ADT, '2020')", "ADT is a date"),
        ("contains(PARAMCD, 1)", "looks for a number"),
        ("contains(PARAMCD, SEX)", "in place of a constant"),
        ("contains(PARAMCD)", "a function"),
    ],
)
def test_contains_is_of_a_text_and_a_constant(text, words):
    with pytest.raises(ConfigurationError, match=words):
        compile_expression(text).truth(DATA)


@given(
    values=st.lists(st.text("aAb ", max_size=4), min_size=1, max_size=5),
    part=st.text("aAb ", min_size=1, max_size=2).filter(str.strip),
)
def test_contains_finds_what_python_finds(values, part):
    data = Dataset.from_frame(pd.DataFrame({"X": [*values, "filled"]}), "ADX")
    found = compile_expression(f"contains(X, {part!r})").where(data)
    assert found.tolist() == [part.rstrip() in value.rstrip() for value in [*values, "filled"]]
