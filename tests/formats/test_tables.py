"""Tables for tools: what each format's writer makes of one, beside what it makes of every dataset."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.formats import FORMATS
from adamgate.converters.formats.format import Output
from adamgate.converters.formats.table_style import TableStyle
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import Variable

FRAME = pd.DataFrame(
    {
        "USUBJID": pd.array(["001", 'say "no", or', "NA"], "string[pyarrow]"),
        "duration": [1 / 3, 1e-300, 12345678.9],
        "event": [True, False, True],
        "CNSR": [0, 2, 0],
        "SEX": pd.Categorical(["F", None, "F"]),
        "TRTSDT": np.array(["2020-01-31", "NaT", "1959-12-31"], dtype="datetime64[s]"),
        "TRTSDTM": np.array(["2020-01-31T10:20:30.5", "NaT", "1950-01-01"], dtype="datetime64[us]"),
    }
)
VARIABLES = (
    Variable("USUBJID", "Unique Subject Identifier", "Char", 20, key_sequence=1),
    Variable("duration", "Time to event or censoring, months", "Num"),
    Variable("event", "Event occurred", "Num", data_type="boolean"),
    Variable("CNSR", "Censor", "Num", data_type="integer"),
    Variable("SEX", "Sex", "Char", 1, "$SEX."),
    Variable("TRTSDT", "Date of First Exposure", "Num", 8, "DATE9."),
    Variable("TRTSDTM", "Datetime of First Exposure", "Num", 8),
)
TABLE = Dataset("OS", FRAME, VARIABLES, "ADTTE OS")
PLAIN = TableStyle()
OF_TOOLS = {".xpt", ".dta", ".rds"}
"""Tables for SAS and Stata are in test_tables_of_tools, those for R in test_rds."""
WRITTEN = sorted((suffix, each.name) for each in FORMATS for suffix in each.written if suffix not in OF_TOOLS)


def written(folder, suffix, style=PLAIN):
    form = next(each for each in FORMATS if suffix in each.written)
    output = Output(TABLE, folder / f"os{suffix}")
    writer = form.load_writer().of_tables(style)
    assert not list(writer.breaches(output))
    (planned,) = writer.plan([output])
    with planned.path.open("wb") as stream:
        planned.write(stream)
    return planned.path


@pytest.mark.parametrize(("suffix", "name"), WRITTEN)
def test_a_table_is_one_file_and_reads_back(tmp_path, suffix, name):
    path = written(tmp_path, suffix)
    assert list(tmp_path.iterdir()) == [path]
    (back,) = ag.read(path)
    assert list(map(float, back["duration"])) == FRAME["duration"].tolist()
    if name != "CSV":  # which says nothing of types and labels without the tables beside it
        assert back["event"].tolist() == [1.0, 0.0, 1.0]
        assert [each.label for each in back.variables] == [each.label for each in VARIABLES]
        if name != "SPSS":  # which has no lengths
            assert [each.length for each in back.variables] == [each.length for each in VARIABLES]
        assert back["TRTSDT"].tolist()[0] == pd.Timestamp("2020-01-31")
        assert back["TRTSDT"].dtype == "datetime64[s]"
        assert back["TRTSDTM"].dtype == "datetime64[us]"
        assert back.label == "ADTTE OS"


def test_pandas_gives_the_frame_back_from_parquet(tmp_path):
    back = pd.read_parquet(written(tmp_path, ".parquet"))
    assert [each.name for each in back.dtypes.drop("TRTSDT")] == [
        each.name for each in FRAME.dtypes.drop("TRTSDT")
    ]
    assert back["TRTSDT"].dtype == "datetime64[ms]"
    for name in FRAME:
        assert back[name].isna().tolist() == FRAME[name].isna().tolist()
        assert back[name].dropna().tolist() == FRAME[name].dropna().tolist()


def test_parquet_has_types_that_every_tool_knows(tmp_path):
    schema = pq.read_schema(written(tmp_path, ".parquet"))
    assert schema.field("event").type == pa.bool_()
    assert schema.field("CNSR").type == pa.int64()
    assert schema.field("duration").metadata[b"label"] == b"Time to event or censoring, months"


def test_a_time_of_day_that_another_tool_put_in_is_kept(tmp_path):
    path = written(tmp_path, ".parquet")
    table = pq.read_table(path)
    at = table.schema.get_field_index("TRTSDT")
    later = pa.array([1_000_000_123, None, 0], pa.timestamp("ms"))
    pq.write_table(table.set_column(at, table.schema.field(at), later), path)
    (back,) = ag.read(path)
    assert back["TRTSDT"][0] == pd.Timestamp("1970-01-12T13:46:40.123")


R = TableStyle("TRUE", "FALSE", "NA", quotes_all_text=True)


def test_csv_is_in_the_words_of_the_tool(tmp_path):
    assert written(tmp_path, ".csv", R).read_text().splitlines() == [
        '"USUBJID","duration","event","CNSR","SEX","TRTSDT","TRTSDTM"',
        '"001",0.3333333333333333,TRUE,0,"F",2020-01-31,2020-01-31 10:20:30.500000',
        '"say ""no"", or",1e-300,FALSE,2,NA,NA,NA',
        '"NA",12345678.9,TRUE,0,"F",1959-12-31,1950-01-01 00:00:00.000000',
    ]
    assert written(tmp_path, ".csv").read_text().splitlines()[1] == (
        "001,0.3333333333333333,1,0,F,2020-01-31,2020-01-31 10:20:30.500000"
    )


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1),
            st.floats(allow_nan=False),
            st.booleans(),
        ),
        min_size=1,
    )
)
def test_csv_read_by_pandas_is_the_table(rows):
    frame = pd.DataFrame(rows, columns=["USUBJID", "duration", "event"])
    variables = (VARIABLES[0], VARIABLES[1], VARIABLES[2])
    form = next(each for each in FORMATS if each.name == "CSV")
    table = Dataset("OS", frame, variables)
    (planned,) = form.load_writer().of_tables(R).plan([Output(table, None)])
    stream = io.BytesIO()
    planned.write(stream)
    back = pd.read_csv(
        io.BytesIO(stream.getvalue()), dtype={"USUBJID": "str"}, keep_default_na=False,
        converters={"duration": float}, lineterminator="\n",
    )  # fmt: skip
    assert back["USUBJID"].tolist() == frame["USUBJID"].tolist()
    assert back["duration"].tolist() == frame["duration"].tolist()
    assert back["event"].tolist() == frame["event"].tolist()
    assert back["event"].dtype == np.bool_
