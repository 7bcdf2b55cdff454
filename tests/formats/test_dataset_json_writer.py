"""Dataset-JSON beside the standard's own JSON Schemas and Python's own parsers."""

import gzip
import json
import zlib
from datetime import date, datetime

import jsonschema
import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.errors import UnwritableOutput
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import Variable

pytestmark = pytest.mark.filterwarnings("ignore::adamgate.converters.writing.losses.MetadataNotKept")


@pytest.fixture
def document(tmp_path):
    """Writes a dataset as .json and parses it."""

    def of(dataset):
        ag.write(dataset, tmp_path / "x.json", overwrite=True)
        return json.loads((tmp_path / "x.json").read_bytes())

    return of


def one(values, **described):
    variable = Variable("V", **{"type": "Num", **described})
    return Dataset("ADX", pd.DataFrame({"V": values}), (variable,))


def values_of(document):
    return [row[0] for row in document["rows"]]


@pytest.mark.parametrize("records", [4, 0])
def test_json_keeps_to_the_schema(plain, shared, document, records):
    schema = json.loads((shared / "formats" / "dataset-json-1.1.schema.json").read_bytes())
    dataset = plain.replace(frame=plain.frame.iloc[:records])
    jsonschema.validate(document(dataset), schema)


@pytest.mark.parametrize("records", [4, 0])
def test_ndjson_keeps_to_the_schema(plain, shared, tmp_path, records):
    schema = json.loads((shared / "formats" / "dataset-ndjson-1.1.schema.json").read_bytes())
    # The published file refers to definitions that only the other one has.
    whole = json.loads((shared / "formats" / "dataset-json-1.1.schema.json").read_bytes())
    schema["$defs"] = whole["$defs"] | schema["$defs"]
    ag.write(plain.replace(frame=plain.frame.iloc[:records]), tmp_path / "x.ndjson")
    head, *rows = [json.loads(line) for line in (tmp_path / "x.ndjson").read_text("utf-8").splitlines()]
    jsonschema.validate(head, schema)
    assert len(rows) == head["records"] == records
    assert all(len(row) == len(head["columns"]) for row in rows)


@pytest.mark.parametrize("suffix", [".dsjc", ".ndjson.gz"])
def test_compressed_files_are_ndjson_in_gzip_without_a_time(plain, tmp_path, suffix):
    ag.write(plain, tmp_path / "x.ndjson")
    ag.write(plain, tmp_path / f"x{suffix}")
    content = (tmp_path / f"x{suffix}").read_bytes()
    assert content[:8] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"
    assert gzip.decompress(content) == (tmp_path / "x.ndjson").read_bytes()


def test_both_compressions_are_read(plain, tmp_path):
    ag.write(plain, tmp_path / "x.ndjson")
    lines = (tmp_path / "x.ndjson").read_bytes()
    (tmp_path / "gzip.dsjc").write_bytes(gzip.compress(lines, mtime=0))
    (tmp_path / "zlib.dsjc").write_bytes(zlib.compress(lines))
    for name in ("gzip.dsjc", "zlib.dsjc"):
        pd.testing.assert_frame_equal(
            next(iter(ag.read(tmp_path / name))).frame, next(iter(ag.read(tmp_path / "x.ndjson"))).frame
        )


def test_a_json_document_cannot_be_taken_for_lines(plain, tmp_path):
    ag.write(plain, tmp_path / "x.json")
    first, second, *_ = (tmp_path / "x.json").read_text("utf-8").splitlines()
    assert first == "{"
    assert second.startswith('"datasetJSONCreationDateTime":')


def test_extensions_are_not_written_again(shared, document):
    schema = json.loads((shared / "formats" / "dataset-json-1.1.schema.json").read_bytes())
    source = {"name": "EDC", "version": "2", "systemExtensions": []}
    written = document(one([1.0]).replace(attributes={"sourceSystem": source, "vendor": 1}))
    assert written["sourceSystem"] == {"name": "EDC", "version": "2"}
    jsonschema.validate(written, schema)


def test_a_decimal_has_its_target(document):
    (described,) = document(one([1.5], data_type="decimal"))["columns"]
    assert (described["dataType"], described["targetDataType"]) == ("decimal", "decimal")


# Another tool


@pytest.mark.slow
@pytest.mark.parametrize("records", [None, 0])
@pytest.mark.parametrize("name", ["adsl.xpt", "adtte.xpt", "adae.csv"])
def test_dsjframe_reads_what_is_written(root, tmp_path, name, records):
    dsjframe = pytest.importorskip("dsjframe")
    (dataset,) = ag.read(root / "fixtures" / "cartitude1" / name)
    dataset = dataset.replace(frame=dataset.frame.iloc[:records])
    for suffix in (".json", ".ndjson", ".ndjson.gz", ".dsjc"):
        ag.write(dataset, tmp_path / f"x{suffix}")
        table = dsjframe.read_dataset(tmp_path / f"x{suffix}", empty_to_null=False)
        assert table.column_names == list(dataset.frame.columns)
        assert table.num_rows == len(dataset)
        for column in dataset.frame:
            assert _plain_values(table[column].to_pylist()) == _plain_values(dataset[column].astype(object))
    for suffix in (".json", ".ndjson", ".dsjc"):
        verdict = dsjframe.validate_dataset(tmp_path / f"x{suffix}")
        assert verdict["ok"], verdict


def _plain_values(values):
    """Dates and datetimes as datetimes, numbers as floats, missing as None."""
    return [
        None
        if pd.isna(value)
        else pd.Timestamp(value)
        if isinstance(value, (date, datetime))
        else float(value)
        if isinstance(value, int)
        else value
        for value in values
    ]


def test_everything_value_by_value(plain, document):
    written = document(plain)
    assert written["rows"] == [
        ["001", "M", 'a "b", c', 12, "1959-12-31", "2014-01-02T03:04:05", 0, None],
        ["002", "F", "line\nbreak\r\n", 0.1, "9999-12-31", "1960-01-01T00:00:00.25", 86399.5, None],
        ["003", None, "", None, None, None, None, None],
        ["004", "", "Übelkeit \\ 疼痛", None, "2014-01-02", "1899-12-31T23:59:59.999999", 3600, None],
    ]
    assert [(column["dataType"], column.get("targetDataType")) for column in written["columns"]] == [
        *[("string", None)] * 3,
        ("double", None),
        ("date", "integer"),
        ("datetime", "integer"),
        *[("double", None)] * 2,
    ]
    assert written["columns"][4] == {
        "itemOID": "IT.ADAE.ADT",
        "name": "ADT",
        "label": "Analysis Date",
        "dataType": "date",
        "targetDataType": "integer",
        "length": 8,
        "displayFormat": "DATE9.",
    }
    assert (written["datasetJSONVersion"], written["itemGroupOID"], written["records"]) == (
        "1.1.0",
        "IG.ADAE",
        4,
    )
    assert (written["datasetJSONCreationDateTime"], written["dbLastModifiedDateTime"]) == (
        "2024-05-01T12:00:00",
        "2024-05-02T13:30:00",
    )


def test_a_lean_json_parser_agrees(plain, document, tmp_path):
    document(plain)
    import orjson

    assert orjson.loads((tmp_path / "x.json").read_bytes()) == json.loads((tmp_path / "x.json").read_bytes())


def test_control_characters_are_escaped(document):
    every = "".join(map(chr, range(0x20))) + '"\\/\x7f\u2028'
    assert values_of(document(one(pd.array([every], "string[pyarrow]"), type="Char"))) == [every]


@pytest.mark.parametrize(
    ("declared", "given", "written"),
    [
        ("integer", [3.0, np.nan, -(2.0**60)], [3, None, -(2**60)]),
        ("double", [3.0, 0.5, -0.0], [3, 0.5, -0.0]),
        ("float", [0.25], [0.25]),
        ("boolean", [1.0, 0.0, np.nan], [True, False, None]),
        ("decimal", [0.1, 1e-7, 1e20, np.nan], ["0.1", "0.0000001", "100000000000000000000", None]),
        ("time", [0.0, 3600.5, np.nan], ["00:00:00", "01:00:00.5", None]),
        ("", [1.5], [1.5]),
    ],
)
def test_a_number_is_written_as_it_was_declared(declared, given, written, document):
    found = document(one(given, data_type=declared))
    assert values_of(found) == written
    assert list(map(str, values_of(found))) == list(map(str, written))
    assert found["columns"][0]["dataType"] == (declared or "double")


@pytest.mark.parametrize(
    ("declared", "given", "told"),
    [
        ("integer", [1.5], "non-integers"),
        ("integer", [1e300], "non-integers"),
        ("boolean", [2.0], "numbers other than 0 and 1"),
        ("time", [90_000.0], "not times of day"),
        ("time", [1e-9], "not times of day"),
    ],
)
def test_numbers_that_are_not_what_was_declared_are_refused(declared, given, told, tmp_path):
    with pytest.raises(UnwritableOutput, match=told) as caught:
        ag.write(one(given, data_type=declared), tmp_path / "x.json")
    assert "ADX.V" in str(caught.value)


def test_dates_declared_as_numbers_stay_numbers(document):
    days = np.array(["1960-01-11", "NaT"], "datetime64[s]")
    found = document(one(days, data_type="integer", format="DATE9."))
    assert values_of(found) == [10, None]
    assert found["columns"][0]["dataType"] == "integer"
    seconds = np.array(["1960-01-01T00:01:00.5"], "datetime64[us]")
    assert values_of(document(one(seconds, data_type="double", format="DATETIME20."))) == [60.5]
    assert values_of(document(one(days, data_type="integer"))) == ["1960-01-11", None]


def test_character_dates_keep_their_declaration(document):
    found = document(one(pd.array(["2014", "2014-01-02"], "string[pyarrow]"), type="Char", data_type="date"))
    assert values_of(found) == ["2014", "2014-01-02"]
    assert found["columns"][0]["dataType"] == "date"
    assert "targetDataType" not in found["columns"][0]


def test_special_missing_values_are_refused_by_name_and_count(everything, tmp_path):
    with pytest.raises(UnwritableOutput) as caught:
        ag.write(everything, tmp_path / "adae.json")
    assert "ADAE.AVAL: contains special missing values: .A 1 (first in record 3)\n" in str(caught.value)
    assert "ADAE.ADT: contains special missing values: ._ 1 (first in record 3)\n" in str(caught.value)
    assert "Parquet" in caught.value.advice
    assert list(tmp_path.iterdir()) == []


def test_metadata_that_are_no_json_are_refused(tmp_path):
    for changed in ({"attributes": {"studyOID": object()}}, {"label": "\ud800"}):
        with pytest.raises(UnwritableOutput, match="metadata"):
            ag.write(one([1.0]).replace(**changed), tmp_path / "x.json")
        with pytest.raises(UnwritableOutput, match="metadata"):
            ag.write(one([1.0]).replace(**changed), tmp_path / "x.parquet")


@pytest.mark.parametrize(
    ("dataset", "epoch", "creation"),
    [
        (one([1.0]).replace(modified=datetime(2024, 5, 2)), "0", "2024-05-02T00:00:00"),
        (one([1.0]), "86400", "1970-01-02T00:00:00+00:00"),
        (one([1.0]), "", "1960-01-01T00:00:00"),
    ],
)
def test_time_of_creation_is_no_clock(dataset, epoch, creation, document, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert document(dataset)["datasetJSONCreationDateTime"] == creation


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ("1764115200000", "a time out of range"),
        ("1e9", "not a number of seconds"),
        ("-1", "not a number of seconds"),
        ("yesterday", "not a number of seconds"),
    ],
)
def test_a_time_that_is_not_one_is_a_wrong_setting(stated, message, monkeypatch, tmp_path):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", stated)
    dated = Dataset.from_frame(pd.DataFrame({"USUBJID": ["a"]}), "ADX")
    with pytest.raises(ag.ConfigurationError, match=message):
        ag.write(dated, tmp_path / "adx.json")
    assert ag.write(dated.replace(created=datetime(2020, 1, 1)), tmp_path / "adx.json")
