"""What docs/convert.md says about formats is what they do."""

import json
import re
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

SUFFIXES = {"SAS transport": ".xpt", "CSV": ".csv", "Parquet": ".parquet", "Dataset-JSON": ".json"}


def rows(root: Path, heading: str) -> dict[str, dict[str, str]]:
    """The table under a heading: cells by the format and the first cell of their row."""
    page = (root / "docs" / "convert.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\|.*\|$", page.split(f"## {heading}\n")[1].split("\n## ")[0], re.MULTILINE)
    head, _, *cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in cells}


def frame(values: object, **described: object) -> ag.Dataset:
    """A dataset with one variable beside the subject, as no reader would make it."""
    variable = ag.Variable(**{"name": "X", "type": "Num", **described})
    columns = pd.DataFrame({"USUBJID": ["1", "2"], variable.name: values})
    return ag.Dataset("ADX", columns, (ag.Variable("USUBJID"), variable))


def special() -> ag.Dataset:
    return frame([1.0, np.nan]).replace(
        special_missing={"X": ag.SpecialMissing(np.array([1]), np.array(["A"]))}
    )


def stamps(text: str) -> pd.Series:
    return pd.Series(np.array([text, "NaT"], "datetime64[s]"))


STOPPING = {
    "special missing values": [special()],
    "infinite numbers": [frame([np.inf, 1.0])],
    "years outside 1 to 9999": [frame(stamps("10000-01-01")), frame(stamps("0000-01-01"))],
    "text with a NUL character": [frame(["a\0", "b"], type="Char")],
    "no variables": [ag.Dataset("ADX", pd.DataFrame(), ())],
    "blanks around the name or format of a variable": [
        frame([1.0, 2.0], name=" X"),
        frame([1.0, 2.0], format="8. "),
    ],
    "datetimes finer than a microsecond": [frame(pd.to_datetime(["2020-01-01T00:00:00.123456789", None]))],
    "integers beyond 2**53": [frame([2**53 + 1, 0])],
    "text that is not valid Unicode": [frame(pd.Series(["\ud800", "b"], dtype=object), type="Char")],
    "text with characters beyond ASCII": [frame(["caf\u00e9", "b"], type="Char")],
    "text of more than 200 bytes": [frame(["a" * 201, "b"], type="Char")],
    "lower-case names": [frame([1.0, 2.0], name="x")],
    "-0.0": [frame([-0.0, 1.0])],
    "dates before 1582": [frame(stamps("1581-12-31"))],
    "values that contradict the data type declared in Dataset-JSON": [
        frame([1.5, 2.0], data_type="integer"),
    ],
}


@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
@pytest.mark.parametrize("what", STOPPING)
def test_what_stops_a_conversion(root, tmp_path, what):
    page = rows(root, "What stops a conversion")
    (stated,) = (cells for row, cells in page.items() if what in row.split(", "))
    for data in STOPPING[what]:
        for form, suffix in SUFFIXES.items():
            stops = pytest.raises(ag.UnwritableOutput, match="cannot hold") if stated[form] else nullcontext()
            with stops:
                ag.write(data, tmp_path / f"adx{suffix}", overwrite=True)


def test_every_row_is_tried(root):
    named = {each for row in rows(root, "What stops a conversion") for each in row.split(", ")}
    assert named - {"a record of more than 4 MB of text"} == set(STOPPING)


def test_dates_and_times_are_written_as_stated(root, tmp_path):
    page = rows(root, "Dates, times and numbers")
    columns = pd.DataFrame(
        {
            "date": stamps("2020-01-31"),
            "datetime": stamps("2020-01-31T08:30:00").astype("datetime64[us]"),
            "time": [30600.0, np.nan],
            "number": [0.1 + 0.2, np.nan],
            "text": ["x", ""],
        }
    )
    formats = {"date": "DATE9.", "datetime": "DATETIME20.", "time": "TIME8."}
    described = [
        ag.Variable(name, "", "Char" if name == "text" else "Num", format=formats.get(name, ""))
        for name in columns
    ]
    data = ag.Dataset.from_frame(columns, "ADX", "", described)
    ag.write(data, tmp_path / "adx.csv")
    ag.write(data, tmp_path / "adx.json")
    ag.write(data, tmp_path / "adx.parquet")
    _, first, second = (tmp_path / "adx.csv").read_text().splitlines()
    assert first == "2020-01-31,2020-01-31T08:30:00,30600,0.30000000000000004,x"
    assert second == ",,,,"
    assert {"`2020-01-31`", "`2020-01-31T08:30:00`"} == {page["date"]["CSV"], page["datetime"]["CSV"]}
    assert page["missing"]["CSV"] == page["blank text"]["CSV"] == "empty field"
    document = json.loads((tmp_path / "adx.json").read_bytes())
    assert document["rows"][0] == ["2020-01-31", "2020-01-31T08:30:00", 30600, 0.1 + 0.2, "x"]
    assert document["rows"][1] == [None, None, None, None, ""]
    assert [(each["dataType"], each.get("targetDataType")) for each in document["columns"][:3]] == [
        ("date", "integer"),
        ("datetime", "integer"),
        ("double", None),
    ]
    import pyarrow.parquet as pq

    assert [str(each.type) for each in pq.read_schema(tmp_path / "adx.parquet")][:4] == [
        "date32[day]",
        "timestamp[us]",
        "double",
        "double",
    ]


def test_dates_and_times_are_written_to_sas_as_stated(root, tmp_path):
    page = rows(root, "Dates, times and numbers")
    columns = pd.DataFrame(
        {
            "ADT": stamps("2020-01-31"),
            "ADTM": stamps("2020-01-31T08:30:00").astype("datetime64[us]"),
            "AVAL": [0.1 + 0.2, np.nan],
            "AVALC": ["x", ""],
        }
    )
    ag.write(ag.Dataset.from_frame(columns, "ADX"), tmp_path / "adx.xpt")
    stored = pd.read_sas(tmp_path / "adx.xpt", encoding="ascii")  # it knows no formats of dates
    days = (np.datetime64("2020-01-31") - np.datetime64("1960-01-01")).astype(int)
    assert stored.iloc[0].tolist() == [days, days * 86_400 + 30_600, 0.1 + 0.2, "x"]
    assert stored.iloc[1, :3].isna().all()
    (back,) = ag.read(tmp_path / "adx.xpt")
    formats = {each.name: each.format for each in back.variables}
    assert f"`{formats['ADT']}`" in page["date"]["SAS transport"]
    assert f"`{formats['ADTM']}`" in page["datetime"]["SAS transport"]
