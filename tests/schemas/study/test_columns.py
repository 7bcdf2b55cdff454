"""Columns answer the same whatever pandas holds them in."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adamgate.schemas.study import columns
from adamgate.schemas.study.dataset import Dataset

TEXTS = st.lists(st.one_of(st.none(), st.sampled_from(["", " ", "Y", "Y ", "N", " N", "YES"])), max_size=12)
HOLDERS = ["object", "category", "string[pyarrow]", "string[python]"]


@pytest.mark.parametrize("holder", HOLDERS)
@given(texts=TEXTS)
def test_blank_and_null_text_is_missing_and_trailing_blanks_do_not_count(holder, texts):
    column = pd.Series(texts, dtype=object).astype(holder)
    expected_missing = [text is None or not text.strip() for text in texts]
    expected_yes = [text is not None and text.rstrip() == "Y" for text in texts]

    found = columns.distinct(column)

    assert columns.missing(column).tolist() == expected_missing
    assert (found.codes == -1).tolist() == expected_missing
    assert found.matching(lambda text: text == "Y").tolist() == expected_yes
    assert set(found.values) == {text.rstrip() for text in texts if text is not None and text.strip()}
    assert columns.is_character(column)


@pytest.fixture(params=["hashes that differ", "one hash of all texts"])
def hashed(request, monkeypatch):
    if request.param == "one hash of all texts":
        monkeypatch.setattr(columns, "_hashes", lambda values: np.array([0 for _ in values], np.int64))


@pytest.mark.slow
@pytest.mark.usefixtures("hashed")
@pytest.mark.parametrize("block", [2, 10_000])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.one_of(st.none(), st.text("ab é", max_size=3)), max_size=20), cut=st.integers(0, 20))
def test_text_of_arrow_has_the_distinct_values_that_python_text_has_in_the_same_order(block, texts, cut):
    plain = pd.Series(texts, dtype=object)
    parts = [pd.Series(each, dtype="string[pyarrow]") for each in (texts[:cut], texts[cut:])]
    column = pd.concat(parts, ignore_index=True)  # in two chunks
    before = columns._BLOCK, columns._COMPARED
    columns._BLOCK = columns._COMPARED = block
    try:
        for asked in (columns.distinct, columns.as_written):
            expected, found = asked(plain), asked(column)
            assert found.values.tolist() == expected.values.tolist() == list(found)
            assert found.codes.tolist() == expected.codes.tolist()
            assert found.alike(str.upper).tolist() == expected.alike(str.upper).tolist()
            assert found.positions_in(expected).tolist() == list(range(len(expected)))
            assert found[np.arange(len(found))].tolist() == [found[code] for code in range(len(found))]
        assert columns.missing(column).tolist() == columns.missing(plain).tolist()
    finally:
        columns._BLOCK, columns._COMPARED = before


def test_values_of_one_form_are_alike():
    column = pd.Series(["a", "B", None, "A", "b", "c"], dtype="string[pyarrow]")
    assert columns.distinct(column).alike(str.upper).tolist() == [0, 1, -1, 0, 1, 2]


def test_a_category_that_no_record_has_is_not_among_the_distinct_values():
    column = pd.Series(pd.Categorical(["Y", None, "Y"], categories=["N", "Y", "U"]))

    found = columns.distinct(column)

    assert found.values.tolist() == ["Y"]
    assert found.codes.tolist() == [0, -1, 0]


@pytest.mark.parametrize("dtype", ["float64", "Float64", "Int64", "int32"])
def test_numbers_are_doubles_with_nan_for_missing(dtype):
    values = [1, 2] if dtype == "int32" else [1, None]
    result = columns.numbers(pd.Series(values, dtype=dtype))
    assert result.dtype == np.float64
    assert result[0] == 1.0
    assert np.isnan(result[1]) == (dtype != "int32")


def test_text_is_no_number_and_an_empty_text_column_is_missing_throughout():
    with pytest.raises(columns.WrongType, match="AVAL is not numeric"):
        columns.numbers(pd.Series(["1"], name="AVAL"))
    assert np.isnan(columns.numbers(pd.Series(["", None], dtype=object))).all()


def test_days_count_from_1970_for_dates_datetimes_and_sas_numbers():
    dates = pd.Series(np.array(["1970-01-02", "NaT", "9999-12-31"], dtype="datetime64[s]"))
    stamps = pd.Series(np.array(["1970-01-02T23:59:59.5"], dtype="datetime64[us]"))
    assert columns.days(dates)[[0, 2]].tolist() == [1.0, 2932896.0]
    assert np.isnan(columns.days(dates)[1])
    assert columns.days(stamps).tolist() == [1.0]
    assert columns.days(pd.Series([3654.0])).tolist() == [1.0]  # 02JAN1970 in SAS
    assert np.isnan(columns.days(pd.Series([np.inf, -np.inf]))).all()


def test_a_frame_of_python_dates_is_taken_as_dates():
    frame = pd.DataFrame(
        {"ADT": [datetime.date(2020, 1, 2), None], "ADTM": [datetime.datetime(2020, 1, 2, 3), None]}
    )
    data = Dataset.from_frame(frame, "ADTTE")
    assert [variable.type for variable in data.variables] == ["Num", "Num"]
    assert data.days("ADT")[0] == 18263.0
    assert data.missing("ADTM").tolist() == [False, True]
    assert frame["ADT"].dtype == object  # the caller's frame is left alone


def test_groups_number_the_combinations_and_missing_is_one_of_them():
    data = Dataset.from_frame(
        pd.DataFrame({"A": ["x", "x", "y", None, None, ""], "B": [1.0, 1.0, 1.0, None, 2.0, None]}), "ADXX"
    )
    groups = data.groups("A", "B")
    assert groups[0] == groups[1]
    assert groups[3] == groups[5]
    assert len(set(groups.tolist())) == 4


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two columns have the same name"):
        Dataset.from_frame(pd.DataFrame([[1, 2]], columns=["A", "A"]), "ADXX")


@pytest.mark.parametrize(
    ("column", "numbers"),
    [
        (pd.Series([1, 0, None], dtype="category"), [1.0, 0.0, np.nan]),
        (pd.Series([True, None], dtype=object), [1.0, np.nan]),
        (pd.Series([pd.NaT, pd.NaT]), [np.nan, np.nan]),
        (pd.Series([None, None], dtype="category"), [np.nan, np.nan]),
    ],
    ids=["categories", "booleans", "dates, all missing", "nothing"],
)
def test_numbers_however_a_frame_holds_them(column, numbers):
    data = Dataset.from_frame(pd.DataFrame({"CNSR": column}), "ADTTE")
    np.testing.assert_array_equal(data.numbers("CNSR"), numbers)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, "secret", None], dtype=object),
        pd.Series([1, "secret"], dtype="category"),
        pd.Series(pd.to_datetime(["2020-01-01"])),
    ],
    ids=["mixed", "mixed categories", "date"],
)
def test_what_is_no_number_is_said_without_its_value(column):
    data = Dataset.from_frame(pd.DataFrame({"AVAL": column}), "ADTTE")
    with pytest.raises(columns.WrongType, match=r"^AVAL is not numeric$"):
        data.numbers("AVAL")


def test_a_frame_of_another_tool_is_taken_as_a_reader_would_have_made_it():
    day = pd.Timestamp("2024-03-01")
    table = pa.table({"SAFFL": pa.array(["Y", None, "N"]).dictionary_encode(), "X": pa.nulls(3)})
    frame = table.to_pandas(types_mapper=pd.ArrowDtype).assign(
        TRTSDT=pd.Series([day, pd.NaT, day], dtype="category"),
        TRTSDTM=pd.Series([day, pd.NaT, day]).dt.tz_localize("Asia/Tokyo"),
    )
    data = Dataset.from_frame(frame, "ADSL")
    assert [variable.type for variable in data.variables] == ["Char", "Num", "Num", "Num"]
    assert set(data.distinct("SAFFL").values) == {"Y", "N"}
    assert data.missing("X").all()
    assert not len(data.distinct("X").values)
    for variable in ("TRTSDT", "TRTSDTM"):
        np.testing.assert_array_equal(data.days(variable), [19783.0, np.nan, 19783.0])


def test_variables_that_differ_only_in_case_are_refused():
    with pytest.raises(ValueError, match="differ only in case"):
        Dataset.from_frame(pd.DataFrame({"AVAL": [1.0], "aval": [-1.0]}), "ADTTE")
