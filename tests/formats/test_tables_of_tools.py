"""Tables for SAS and Stata: what pyreadstat and pandas read of them, cell by cell, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamgate.converters.formats import dataset_named
from adamgate.converters.formats.format import Output
from adamgate.converters.formats.stata import stored_columns
from adamgate.converters.formats.stata import tables as stata
from adamgate.converters.formats.table_style import TableStyle
from adamgate.converters.formats.xpt import writer as xpt
from adamgate.converters.formats.xpt.tables import shortened
from adamgate.converters.survival.tool_names import NAMES_OF_SAS, NAMES_OF_STATA, changed
from adamgate.converters.writing.atomic import write_together
from adamgate.schemas.errors import UnwritableOutput
from adamgate.schemas.study.columns import is_character
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import Variable

FRAME = pd.DataFrame(
    {
        "USUBJID": pd.Series(["001", "Ünï-002", "003", "004"], dtype=pd.StringDtype("pyarrow")),
        "TIME": [1 / 3, 0.0, np.nan, 12345678.9],
        "EVENT": [True, False, True, False],
        "CNSR": [0, 1, 0, 2],
        "REASON": pd.Categorical(['say "no"', None, "é" * 100, " two"]),
        "NONE": pd.Series([None] * 4, dtype=object),
        "DATE": np.array(["2020-01-31", "NaT", "9999-12-31", "1950-01-01"], dtype="datetime64[s]"),
        "MOMENT": np.array(
            ["2020-01-31T10:20:30.500", "NaT", "1959-12-31T23:59:59", "2020-01-01"], "datetime64[us]"
        ),
        "ARM": pd.Categorical(["B", "A", None, "B"], ["B", "A"], ordered=True),
    }
)
CODED = TableStyle(coded={"ARM": ("B", "A")})
DAYS = [(pd.Timestamp(each) - pd.Timestamp("1960-01-01")).days for each in ("2020-01-31", "1950-01-01")]


def dataset_of(frame: pd.DataFrame) -> Dataset:
    declared = {"EVENT": "boolean", "CNSR": "integer"}
    variables = [
        Variable(
            name,
            f"Lábel of {name}",
            "Char" if is_character(frame[name]) or name == "NONE" else "Num",
            data_type=declared.get(name, ""),
        )
        for name in frame
    ]
    return Dataset.from_frame(frame, "T", variables=variables)


def written(writer, folder: Path, name: str, frame: pd.DataFrame = FRAME) -> Path:
    output = Output(dataset_of(frame), folder / name)
    assert list(writer.breaches(output)) == []
    (planned,) = writer.plan([output])
    with planned.path.open("wb") as stream:
        planned.write(stream)
    if planned.check is not None:
        planned.check(planned.path)
    return planned.path


def breaches(writer, frame: pd.DataFrame) -> str:
    return "; ".join(map(str, writer.breaches(Output(dataset_of(frame), Path("t")))))


def same(found, expected) -> bool:
    return np.array_equal(np.asarray(found, float), np.asarray(expected, float), equal_nan=True)


def test_sas_cell_by_cell_by_pyreadstat(tmp_path):
    path = written(xpt.TABLES, tmp_path, "t.xpt")
    back, described = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
    assert described.table_name == "TABLE"
    assert described.column_names_to_labels == {name: f"Lábel of {name}" for name in FRAME}
    assert back["USUBJID"].tolist() == FRAME["USUBJID"].tolist()
    assert back["REASON"].tolist() == ['say "no"', "", "é" * 100, " two"]
    assert back["NONE"].tolist() == [""] * 4
    assert back["ARM"].tolist() == ["B", "A", "", "B"]
    for name in ("TIME", "EVENT", "CNSR"):
        assert same(back[name], FRAME[name]), name
    assert same(back["DATE"], [DAYS[0], np.nan, 2936549, DAYS[1]])
    assert same(back["MOMENT"], [1896085230.5, np.nan, -1, 1893456000])
    assert described.original_variable_types["DATE"] == "E8601DA10"
    assert described.original_variable_types["MOMENT"] == "E8601DT26.6"


def test_sas_cell_by_cell_by_pandas(tmp_path):
    back = pd.read_sas(written(xpt.TABLES, tmp_path, "t.xpt"), format="xport", encoding="utf-8")
    assert list(back) == list(FRAME)
    assert back["USUBJID"].tolist() == FRAME["USUBJID"].tolist()
    assert back["ARM"].fillna("").tolist() == ["B", "A", "", "B"]
    for name in ("TIME", "EVENT", "CNSR"):  # pandas reads zero as 5e-79
        found, known = back[name].to_numpy(float), FRAME[name].to_numpy(float)
        assert np.allclose(found, known, rtol=0, atol=1e-70, equal_nan=True), name


def test_stata_cell_by_cell_by_pyreadstat(tmp_path):
    path = written(stata.TABLES.of_tables(CODED), tmp_path, "t.dta")
    back, described = pyreadstat.read_dta(str(path), disable_datetime_conversion=True)
    assert described.column_names_to_labels == {name: f"Lábel of {name}" for name in FRAME}
    assert described.variable_value_labels == {"ARM": {1: "B", 2: "A"}}
    assert back["USUBJID"].tolist() == FRAME["USUBJID"].tolist()
    assert back["REASON"].tolist() == ['say "no"', "", "é" * 100, " two"]
    assert back["NONE"].tolist() == [""] * 4
    for name in ("TIME", "EVENT", "CNSR"):
        assert same(back[name], FRAME[name]), name
    assert same(back["ARM"], [1, 2, np.nan, 1])
    assert same(back["DATE"], [DAYS[0], np.nan, 2936549, DAYS[1]])
    assert same(back["MOMENT"], [1896085230500, np.nan, -1000, 1893456000000])
    assert [described.original_variable_types[name] for name in ("DATE", "MOMENT")] == ["%td", "%tc"]


def test_stata_cell_by_cell_by_pandas(tmp_path):
    path = written(stata.TABLES.of_tables(CODED), tmp_path, "t.dta")
    back = pd.read_stata(path)
    assert list(back) == list(FRAME)
    assert back["USUBJID"].tolist() == FRAME["USUBJID"].tolist()
    assert back["ARM"].astype(object).where(back["ARM"].notna(), None).tolist() == ["B", "A", None, "B"]
    assert list(back["ARM"].cat.categories) == ["B", "A"]
    assert back["TIME"].dtype == np.float64
    for name in ("TIME", "EVENT", "CNSR"):
        assert same(back[name], FRAME[name]), name
    assert [str(each)[:10] for each in back["DATE"]] == ["2020-01-31", "NaT", "9999-12-31", "1950-01-01"]


@pytest.mark.parametrize(("writer", "suffix"), [(xpt.TABLES, ".xpt"), (stata.TABLES, ".dta")])
def test_events_that_a_subject_lacks_are_missing(writer, suffix, tmp_path):
    frame = FRAME.assign(
        EVENT=pd.array([True, None, False, None], "boolean"), CNSR=pd.array([0, None, 1, 2], "Int64")
    )
    path = written(writer, tmp_path, f"t{suffix}", frame)
    reader = pyreadstat.read_xport if suffix == ".xpt" else pyreadstat.read_dta
    back = reader(str(path))[0]
    assert same(back["EVENT"], [1, np.nan, 0, np.nan])
    assert same(back["CNSR"], [0, np.nan, 1, 2])


@pytest.mark.parametrize(("writer", "suffix"), [(xpt.TABLES, ".xpt"), (stata.TABLES, ".dta")])
def test_the_same_table_gives_the_same_bytes(writer, suffix, tmp_path):
    once = written(writer, tmp_path, f"a{suffix}").read_bytes()
    assert written(writer, tmp_path, f"b{suffix}").read_bytes() == once
    assert (b"01JAN60:00:00:00" if suffix == ".xpt" else b"01 Jan 1960 00:00") in once


def test_long_texts_and_labels(tmp_path):
    frame = FRAME.assign(REASON=["x" * 200, "", "y", "z"])
    written(xpt.TABLES, tmp_path, "t.xpt", frame)
    longer = FRAME.assign(REASON=["é" * 101, "", "y", "z"])
    expected = "T.REASON: contains text of 202 bytes; the most are 200 (first in record 1)"
    assert breaches(xpt.TABLES, longer) == expected
    path = written(stata.TABLES, tmp_path, "t.dta", FRAME.assign(REASON=["é" * 2000, "", "y", "z"]))
    assert pd.read_stata(path)["REASON"][0] == "é" * 2000
    assert shortened("é" * 30) == "é" * 20
    assert shortened("a" + "é" * 30) == "a" + "é" * 19
    assert len(stata.shortened("x" * 100)) == 80


@pytest.mark.parametrize(
    ("writer", "value", "message"),
    [
        (xpt.TABLES, 1e300, "contains numbers outside the range of SAS transport files"),
        (xpt.TABLES, 1e-80, "contains numbers outside the range of SAS transport files"),
        (xpt.TABLES, np.inf, "contains numbers outside the range of SAS transport files"),
        (stata.TABLES, 1e308, "contains numbers that Stata takes for missing values"),
        (stata.TABLES, -np.inf, "contains numbers that Stata takes for missing values"),
    ],
)
def test_numbers_that_a_format_cannot_hold(writer, value, message):
    assert breaches(writer, FRAME.assign(TIME=[value, 1.0, 2.0, 3.0])).startswith(f"T.TIME: {message}")


def test_moments_that_stata_cannot_hold():
    finer = np.array(["2020-01-31T10:20:30.123456"] * 4, "datetime64[us]")
    for writer in (stata.TABLES, xpt.TABLES):
        assert breaches(writer, FRAME.assign(MOMENT=finer)) == ""
    far = np.array(["9999-01-31T10:20:30.123456"] * 4, "datetime64[us]")
    assert "more decimals of a second than a double" in breaches(stata.TABLES, FRAME.assign(MOMENT=far))


def test_a_table_that_reads_back_otherwise_is_not_kept(tmp_path, monkeypatch):
    """As when the writer has a fault: here it is made to drop the last digits."""
    right = stored_columns.stored_doubles
    monkeypatch.setattr(stored_columns, "stored_doubles", lambda numbers, *a: right(np.round(numbers, 3), *a))
    with pytest.raises(UnwritableOutput, match="reads back otherwise") as caught:
        write_together(stata.TABLES.plan([Output(dataset_of(FRAME), tmp_path / "t.dta")]), overwrite=False)
    assert "TIME" in caught.value.where
    assert not list(tmp_path.iterdir())


numbers = st.floats(-1e60, 1e60, allow_subnormal=False).map(lambda x: x if abs(x) > 1e-60 else 0.0)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20).map(str.rstrip)


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 40 // 100)
@given(st.lists(st.tuples(numbers | st.just(np.nan), texts), min_size=1, max_size=8))
def test_every_number_and_text_comes_back(tmp_path_factory, rows):
    """The writers themselves read back what they wrote, and refuse where one bit differs."""
    frame = pd.DataFrame({"USUBJID": "x", "N": [a for a, _ in rows], "C": [b for _, b in rows]})
    frame["C"] = frame["C"].astype(object)
    folder = tmp_path_factory.mktemp("t")
    sas = pyreadstat.read_xport(str(written(xpt.TABLES, folder, "t.xpt", frame)))[0]
    dta = pd.read_stata(written(stata.TABLES, folder, "t.dta", frame))
    assert sas["C"].tolist() == dta["C"].tolist() == frame["C"].tolist()
    assert same(dta["N"], frame["N"])
    assert np.allclose(sas["N"], frame["N"], rtol=4e-16, atol=0, equal_nan=True)


def test_the_name_of_a_file_of_theirs():
    assert dataset_named(Path("os.dta")) == dataset_named(Path("os.xpt")) == "OS"


# Names

COLUMNS = [
    "USUBJID",
    "OS_duration",
    "OS_event",
    "PFS_duration",
    "PFS_event",
    "RSPDT_by_landmark",
    "event",
    "EVENT",
]


def test_names_of_sas():
    names = NAMES_OF_SAS.repaired(COLUMNS)
    assert names == {
        "USUBJID": "USUBJID",
        "OS_duration": "OS_DURAT",
        "OS_event": "OS_EVENT",
        "PFS_duration": "PFS_DURA",
        "PFS_event": "PFS_EVEN",
        "RSPDT_by_landmark": "RSPDT_BY",
        "event": "EVENT",
        "EVENT": "EVENT2",
    }
    assert "event" not in changed(names)
    assert changed(names)["EVENT"] == "EVENT2"


def test_names_of_stata():
    assert NAMES_OF_STATA.repaired(["event", "if", "1a", "a.b", "str5", "é", "x" * 40]) == {
        "event": "event", "if": "if2", "1a": "_1a", "a.b": "a_b", "str5": "str52", "é": "_",
        "x" * 40: "x" * 32,
    }  # fmt: skip


any_name = st.text(st.sampled_from("abcABC_19 .é"), min_size=1, max_size=14)


@pytest.mark.parametrize("rules", [NAMES_OF_SAS, NAMES_OF_STATA], ids=["sas", "stata"])
@given(st.lists(any_name, unique=True, max_size=30))
def test_names_are_valid_and_unique(rules, names):
    made = rules.repaired(names)
    assert list(made) == names
    values = [each.upper() if rules.upper else each for each in made.values()]
    assert len(set(values)) == len(names)
    for each in made.values():
        assert len(each) <= rules.most
        assert each.isascii()
        assert each.isidentifier()
    for name in names:
        alone = rules.repaired([name])[name]
        assert rules.repaired([alone])[alone] == alone, "a repaired name stays"
