"""Frames that were made elsewhere: each column is normalised or refused by name, and nothing breaks later."""

import datetime as dt
import tempfile
import warnings
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset

STAMP = dt.datetime(2020, 1, 2, 3, 4, 5)
DAY = dt.date(2020, 1, 2)


def arrow(kind, value):
    return pd.Series(pd.array([value, None], dtype=pd.ArrowDtype(kind)))


def undecoded(dtype):
    """Latin-1 in memory that says that it is UTF-8, as a Parquet file may hold it."""
    ends = pa.py_buffer(np.arange(3, dtype=np.int64))
    held = pa.LargeStringArray.from_buffers(2, ends, pa.py_buffer(b"\xe9\xe9"))
    if dtype == "dictionary":
        held = pa.DictionaryArray.from_arrays(pa.array([0, 1]), held)
    if isinstance(dtype, pd.StringDtype):
        return pd.Series(pd.array(pa.chunked_array([held]), dtype=dtype))
    return pd.Series(pd.arrays.ArrowExtensionArray(held))


class Unread:
    """An object whose every comparison fails."""

    def __eq__(self, other):
        raise LookupError("secret")

    __hash__ = None


def objects(*values):
    return pd.Series(list(values), dtype=object)


NORMALISED = {
    "Arrow date": (arrow(pa.date32(), DAY), "datetime64[s]", np.datetime64("2020-01-02")),
    "Arrow date in ms": (arrow(pa.date64(), DAY), "datetime64[s]", np.datetime64("2020-01-02")),
    "Arrow datetime": (arrow(pa.timestamp("ns"), STAMP), "datetime64[us]", np.datetime64(STAMP)),
    "Arrow datetime in a zone": (
        pd.Series(pd.to_datetime([STAMP, None]).tz_localize("Europe/Berlin")).astype(
            pd.ArrowDtype(pa.timestamp("us", "Europe/Berlin"))
        ),
        "datetime64[us]",
        np.datetime64(STAMP),
    ),
    "Arrow time": (arrow(pa.time64("us"), dt.time(1, 2, 3)), "float64", 3723.0),
    "Arrow time in s": (arrow(pa.time32("s"), dt.time(1, 2, 3)), "float64", 3723.0),
    "Arrow decimal": (arrow(pa.decimal128(10, 2), Decimal("1.10")), "float64", 1.1),
    "Arrow integer": (arrow(pa.int32(), 7), "Int64", 7),
    "Arrow float": (arrow(pa.float32(), 1.5), "float64", 1.5),
    "Arrow boolean": (arrow(pa.bool_(), True), "boolean", True),
    "datetime in a zone": (
        pd.Series([pd.Timestamp(STAMP, tz="Asia/Tokyo"), pd.NaT]).astype("datetime64[us, Asia/Tokyo]"),
        "datetime64[us]",
        np.datetime64(STAMP),
    ),
    "datetimes in zones": (
        objects(STAMP.replace(tzinfo=dt.UTC), None),
        "datetime64[us]",
        np.datetime64(STAMP),
    ),
    "dates": (objects(DAY, None), "datetime64[s]", np.datetime64(DAY)),
    "dates and datetimes": (objects(STAMP, DAY), "datetime64[us]", np.datetime64(STAMP)),
    "times": (objects(dt.time(1, 2), None), "float64", 3720.0),
    "decimals": (objects(Decimal("1.5"), None), "float64", 1.5),
    "booleans": (objects(True, None), "boolean", True),
    "integers": (objects(7, None), "Int64", 7),
    "large integers": (objects(2**70, None), "float64", 2.0**70),
    "sparse": (pd.Series(pd.arrays.SparseArray([0.0, 1.0])), "float64", 0.0),
    "half precision": (pd.Series([1.5, np.nan], dtype="float16"), "float64", 1.5),
    "extended precision": (pd.Series(np.array([1.5, 2], dtype=np.longdouble)), "float64", 1.5),
    "nullable integer": (pd.Series([7, None], dtype="Int64"), "Int64", 7),
    "categories of a zone": (
        pd.Series([pd.Timestamp(STAMP, tz="UTC")] * 2).astype("category"),
        None,
        np.datetime64(STAMP),
    ),
}


@pytest.mark.parametrize("kind", NORMALISED)
def test_a_column_becomes_what_a_reader_makes_of_it(kind):
    column, dtype, first = NORMALISED[kind]
    data = Dataset.from_frame(pd.DataFrame({"X": column}), "ADTTE")
    assert dtype is None or str(data.frame["X"].dtype) == dtype
    assert data.frame["X"].iloc[0] == first
    assert data.variables[0].type == "Num"
    assert data.missing("X").tolist() == column.isna().tolist()


ZONES = {
    "Arrow datetime in a zone": ("1 value", "Europe/Berlin"),
    "datetime in a zone": ("1 value", "Asia/Tokyo"),
    "datetimes in zones": ("1 value", "UTC"),
    "categories of a zone": ("2 values", "UTC"),
}


@pytest.mark.parametrize("kind", NORMALISED)
def test_a_time_zone_is_not_dropped_without_a_note(kind):
    data = Dataset.from_frame(pd.DataFrame({"N": 1.0, "X": NORMALISED[kind][0]}), "adtte")
    said = [str(note) for note in data.notes]
    if kind not in ZONES:
        assert said == []
        return
    values, zone = ZONES[kind]
    kept = "the time is kept as shown there, the zone is dropped"
    assert said == [f"ADTTE.X: {values} with a time zone ({zone}); {kept}"]


def test_every_zone_of_a_column_is_named():
    stamps = [STAMP.replace(tzinfo=zone) for zone in (dt.UTC, dt.timezone(dt.timedelta(hours=2)))]
    frame = pd.DataFrame({"X": objects(*stamps), "T": objects(*(each.timetz() for each in stamps))})
    notes = Dataset.from_frame(frame, "ADTTE").notes
    assert [note.variable for note in notes] == ["X", "T"]
    assert all("2 values with a time zone (UTC, UTC+02:00)" in note.message for note in notes)


REFUSED = {
    "lists": arrow(pa.list_(pa.int64()), [1]),
    "structs": arrow(pa.struct([("a", pa.int64())]), {"a": 1}),
    "Arrow durations": arrow(pa.duration("us"), dt.timedelta(1)),
    "Arrow bytes": arrow(pa.binary(), b"secret"),
    "periods": pd.Series(pd.period_range("2020-01", periods=2, freq="M")),
    "categories of periods": pd.Series(pd.period_range("2020-01", periods=2, freq="M")).astype("category"),
    "intervals": pd.Series(pd.interval_range(0, 2)),
    "durations": pd.Series(pd.to_timedelta([1, 2], unit="D")),
    "complex numbers": pd.Series([1 + 2j, 2]),
    "surrogates": objects("secret\ud800", None),
    "categories of surrogates": pd.Series(
        pd.Categorical.from_codes([0, -1], pd.Index(["secret\ud800"], dtype=object))
    ),
    "lists as objects": objects([1], None),
    "dicts": objects({"secret": 1}, 1),
    "bytes": objects(b"secret", None),
    "numbers beyond doubles": objects(10**400, None),
    "integers between doubles": objects(2**70 + 1, None),
    "text among dates": objects(DAY, "secret"),
    "Arrow text of other bytes": undecoded(pd.ArrowDtype(pa.large_string())),
    "strings of other bytes": undecoded(pd.StringDtype("pyarrow")),
    "a dictionary of other bytes": undecoded("dictionary"),
    "decimals that signal": objects(Decimal("sNaN"), Decimal(1)),
    "decimals that signal among text": objects("secret", Decimal("sNaN")),
    "decimals beyond doubles": objects(Decimal("1E+400"), None),
    "records of numpy": pd.DataFrame(index=range(2)).assign(X=np.zeros(2, dtype=[("a", "i4")]))["X"],
    "records as objects": objects(*np.zeros(2, dtype=[("a", "i4")])),
    "numbers beyond doubles among text": objects(10**5000, "secret"),
    "durations among text": objects("secret", np.timedelta64(1, "D")),
    "complex numbers among text": objects("secret", np.complex128(1j)),
    "objects of a class of somebody's own": objects(Unread(), Unread()),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_no_dataset_holds_is_refused_by_name_and_without_a_value(kind):
    with pytest.raises(TypeError, match=r"^ADTTE: ODD contains ") as refused:
        Dataset.from_frame(pd.DataFrame({"USUBJID": ["1", "2"], "ODD": REFUSED[kind]}), "ADTTE")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (pd.MultiIndex.from_tuples([("A", "B"), ("A", "C")]), "multi-level names"),
        (["A", "A"], "the same name"),
        ([1, "1"], "the same name"),
        (["A", None], "name of column 2"),
        (["A", ""], "name of column 2"),
        (["A", ("B",)], "name of column 2"),
        (["A", "\ud800"], "name of column 2"),
        (["A", 10**5000], "name of column 2"),
        (["A", True], "name of column 2"),
        (["aval", "AVAL"], "differ only in case"),
    ],
)
def test_names_that_are_none_are_refused(names, said):
    frame = pd.DataFrame([[1, 2]])
    frame.columns = (
        names if isinstance(names, pd.MultiIndex) else pd.Index(names, dtype=object, tupleize_cols=False)
    )
    with pytest.raises(ValueError, match=said):
        Dataset.from_frame(frame, "ADTTE")


FRAME = pd.DataFrame({"USUBJID": ["1"]})


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Dataset.from_frame(FRAME, None), "the name of a dataset must be a string, not NoneType"),
        (lambda: Dataset.from_frame(FRAME, 1), "the name of a dataset must be a string, not int"),
        (lambda: Dataset.from_frame(FRAME, b"x"), "the name of a dataset must be a string, not bytes"),
        (
            lambda: Dataset.from_frame(FRAME, "X", None),
            "the label of a dataset must be a string, not NoneType",
        ),
        (lambda: Dataset.from_frame(FRAME, "X", variables=1), "described with Variable, not int"),
        (lambda: Dataset.from_frame(FRAME, "X", variables="x"), "described with Variable, not str"),
        (lambda: ag.write(FRAME, "x.csv"), "a Study is required, not DataFrame"),
        (lambda: ag.write(Dataset.from_frame(FRAME, "X"), "x", to=1), "a format must be a string, not int"),
        (lambda: ag.describe(FRAME), "a Dataset is required, not DataFrame"),
        (lambda: ag.render(FRAME), "a Report is required, not DataFrame"),
        (lambda: ag.explain(1), "rule_id must be a string, not int"),
        (lambda: ag.survival(ag.Study.of(), None), "paramcd must be a string, not None"),
        (lambda: ag.survival(ag.Study.of(), 1), "paramcd must be a string, not int"),
        (
            lambda: ag.survival(ag.Study.of(), "OS", covariates=1),
            "covariates must be a list of texts, not int",
        ),
    ],
)
def test_what_is_handed_over_is_of_its_kind(made, said):
    with pytest.raises(TypeError, match=said):
        made()


VALUES = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.characters(categories=["Cs"]),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.binary(max_size=3),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.times(),
    st.timedeltas(),
    st.decimals(),
    st.complex_numbers(),
    st.lists(st.integers(), max_size=2),
    st.just(pd.NA),
    st.just(pd.NaT),
)
KINDS = [
    *(pd.ArrowDtype(kind) for kind in (pa.date32(), pa.timestamp("ms"), pa.time64("us"), pa.string())),
    *(pd.ArrowDtype(kind) for kind in (pa.int64(), pa.uint8(), pa.float64(), pa.bool_(), pa.duration("us"))),
    pd.ArrowDtype(pa.decimal128(38, 10)),
    pd.ArrowDtype(pa.list_(pa.int64())),
    *("object", "category", "Int64", "Float64", "boolean", "string[python]", "string[pyarrow]"),
    *("datetime64[s]", "datetime64[ns]", "datetime64[ns, UTC]", "timedelta64[ns]", "complex128"),
]


@st.composite
def columns(draw):
    """A column of few kinds of values, in whatever pandas can hold them."""
    value = draw(st.sampled_from(VALUES.original_strategies)) if draw(st.booleans()) else VALUES
    column = pd.Series(draw(st.lists(value, min_size=4, max_size=4)), dtype=object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return column.astype(draw(st.sampled_from(KINDS)))
        except Exception:  # not every value is of every kind
            return column


@pytest.mark.slow
@settings(deadline=None, max_examples=settings.default.max_examples * 150 // 100)
@given(column=columns(), name=st.sampled_from(["ADT", "AVAL", "CNSR", "EVNTDESC", "AGE", "PARAMCD"]))
def test_what_passes_the_door_breaks_nothing_behind_it(column, name):
    frame = pd.DataFrame(
        {
            "USUBJID": list("1234"),
            "PARAMCD": "OS",
            "PARAM": "Overall Survival (Days)",
            "AVAL": [1.0, 2.0, 3.0, 4.0],
            "CNSR": [0.0, 1.0, 0.0, 1.0],
        }
    ).assign(**{name: column})
    try:
        data = Dataset.from_frame(frame, "ADTTE")
    except (TypeError, ValueError) as refused:
        assert name in str(refused)  # noqa: PT017
        return
    report = ag.validate(data)
    assert not [each for each in report.not_run if " in " in each.reason], "no rule breaks"
    ag.describe(data)
    for suffix in ("parquet", "csv", "json"):
        with tempfile.TemporaryDirectory() as folder:
            _or_our_error(lambda to=Path(folder) / f"a.{suffix}": ag.write(data, to))
    _or_our_error(lambda: ag.survival(data, paramcd="OS", gate=False))


def _or_our_error(work):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # losses of metadata
        try:
            work()
        except ag.AdamgateError as told:
            assert told.what  # noqa: PT017
