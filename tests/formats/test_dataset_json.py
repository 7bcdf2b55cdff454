"""Dataset-JSON 1.1: what columns become, and the standard's own schema as judge of broken documents."""

import copy
import gzip
import json
import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.formats import unpacking
from adamgate.converters.formats.dataset_json import document as split
from adamgate.converters.formats.dataset_json import reader as module
from adamgate.converters.formats.dataset_json.metadata import faults, unknown_attributes
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.xpt.reader import read_xpt
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.dataset import Dataset

Document = dict[str, Any]
SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def document(columns: list[Document] | None = None, rows: list[list[Any]] | None = None) -> Document:
    columns = columns if columns is not None else [{"name": "USUBJID"}]
    rows = rows if rows is not None else [["01"], ["02"]]
    described = [
        {"itemOID": f"IT.{each['name']}", "label": f"Label of {each['name']}", "dataType": "string"} | each
        for each in columns
    ]
    return {
        "datasetJSONCreationDateTime": "2024-05-01T12:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.ADTTE",
        "records": len(rows),
        "name": "adtte",
        "label": "Time to event",
        "columns": described,
        "rows": rows,
    }


def lines(content: Document) -> bytes:
    metadata = {name: value for name, value in content.items() if name != "rows"}
    return "\n".join(json.dumps(part) for part in [metadata, *content["rows"]]).encode()


def read(folder: Path, content: Document | bytes, suffix: str = ".json", **options: object) -> Dataset:
    path = folder / f"adtte{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return module.read_dataset_json(path, ReadOptions(**options))[0]


def column(folder: Path, values: list[Any], **declared: Any) -> Dataset:
    return read(folder, document([{"name": "X", **declared}], [[value] for value in values]))


# What columns become


@pytest.mark.parametrize(
    ("declared", "values", "expected"),
    [
        ({"dataType": "string"}, ["a", "", None], ["a", "", None]),
        ({"dataType": "URI"}, ["http://x"], ["http://x"]),
        ({"dataType": "integer"}, [1, None, 3], [1.0, np.nan, 3.0]),
        ({"dataType": "float"}, [1.5, 2], [1.5, 2.0]),
        ({"dataType": "double"}, [-0.1, 1e300], [-0.1, 1e300]),
        ({"dataType": "decimal", "targetDataType": "decimal"}, ["1.50", None, "-2"], [1.5, np.nan, -2.0]),
        ({"dataType": "decimal"}, [1.25], [1.25]),
        ({"dataType": "boolean"}, [True, False, None], [1.0, 0.0, np.nan]),
        ({"dataType": "date"}, ["2012-10", "2012-10-15"], ["2012-10", "2012-10-15"]),
        (
            {"dataType": "date", "targetDataType": "integer"},
            ["2012-10-15", None, ""],
            [np.datetime64("2012-10-15", "s"), np.datetime64("NaT", "s"), np.datetime64("NaT", "s")],
        ),
        (
            {"dataType": "datetime", "targetDataType": "integer"},
            ["2012-10-15T10:15:30.5"],
            [np.datetime64("2012-10-15T10:15:30.5", "us")],
        ),
        ({"dataType": "time", "targetDataType": "integer"}, ["10:15:30", None], [36930.0, np.nan]),
        (
            {"dataType": "integer", "displayFormat": "DATE9."},
            [19281, None],
            [np.datetime64("2012-10-15", "s"), np.datetime64("NaT", "s")],
        ),
        (
            {"dataType": "double", "displayFormat": "datetime20."},
            [1665915330.5],
            [np.datetime64("2012-10-15T10:15:30.5", "us")],
        ),
        ({"dataType": "integer", "displayFormat": "TIME5."}, [36900], [36900.0]),
    ],
)
def test_columns_by_their_declared_types(
    tmp_path: Path, declared: Document, values: list[Any], expected: list[Any]
) -> None:
    data = column(tmp_path, values, **declared)
    if isinstance(expected[0], str):
        found = data["X"].astype(object)
        assert found.where(found.notna(), None).tolist() == expected
        assert data.variable("X").type == "Char"
    else:
        wanted = np.array(expected)
        assert data["X"].to_numpy().dtype == wanted.dtype
        np.testing.assert_array_equal(data["X"].to_numpy(), wanted)
        assert data.variable("X").type == "Num"
    assert data.notes == ()


@pytest.mark.parametrize(
    ("declared", "values", "record"),
    [
        ({"dataType": "date", "targetDataType": "integer"}, ["2012-10-15", "2012-10"], 2),
        ({"dataType": "date", "targetDataType": "integer"}, ["2011-02-29"], 1),
        ({"dataType": "datetime", "targetDataType": "integer"}, ["2012-10-15T25:00:00Z"], 1),
        ({"dataType": "time", "targetDataType": "integer"}, ["10:00", ".A"], 2),
    ],
)
def test_dates_that_are_none_stay_text_and_are_told(
    tmp_path: Path, declared: Document, values: list[str], record: int
) -> None:
    data = column(tmp_path, values, displayFormat="DATE9.", **declared)
    assert data["X"].astype(object).tolist() == values
    variable = data.variable("X")
    assert (variable.type, variable.format, variable.target_data_type) == ("Char", "", "")
    assert [(note.variable, note.record) for note in data.notes] == [("X", record)]


@pytest.mark.parametrize(
    ("declared", "values", "record"),
    [
        ({"dataType": "integer"}, [1, 2.5], 2),
        ({"dataType": "integer"}, [2**53 + 1], 1),
        ({"dataType": "decimal"}, ["0.1", "0.12345678901234567890"], 2),
        ({"dataType": "integer", "displayFormat": "DATE9."}, [10**9], None),
    ],
)
def test_numbers_that_are_more_than_declared_are_told(
    tmp_path: Path, declared: Document, values: list[Any], record: int | None
) -> None:
    data = column(tmp_path, values, **declared)
    assert data["X"].tolist() == [float(value) for value in values]
    assert [note.record for note in data.notes] == [record]


def test_all_metadata_is_kept(tmp_path: Path) -> None:
    content = document([{"name": "ADT", "dataType": "date", "targetDataType": "integer", "length": 8,
                         "displayFormat": "E8601DA.", "keySequence": 2}], [["2012-10-15"]])  # fmt: skip
    content |= {
        "dbLastModifiedDateTime": "2020-08-21T09:14:29.5Z",
        "studyOID": "S",
        "sourceSystem": {"name": "SAS", "version": "9.4"},
    }
    data = read(tmp_path, content)
    assert (data.name, data.label) == ("ADTTE", "Time to event")
    assert (data.created, data.modified) == (
        datetime(2024, 5, 1, 12),
        datetime(2020, 8, 21, 9, 14, 29, 500_000, UTC),
    )
    assert dict(data.attributes) == {
        "itemGroupOID": "IG.ADTTE",
        "studyOID": "S",
        "sourceSystem": {"name": "SAS", "version": "9.4"},
    }
    variable = data.variable("ADT")
    assert (variable.label, variable.length, variable.format) == ("Label of ADT", 8, "E8601DA.")
    assert (variable.key_sequence, variable.item_oid) == (2, "IT.ADT")
    assert (variable.data_type, variable.target_data_type) == ("date", "integer")
    assert data.carries == {"label", "length", "format"}


TEXTS = st.text(st.sampled_from('[],"\\ rows:{}\nä'), max_size=12)


def told(folder: Path, content: bytes, monkeypatch: pytest.MonkeyPatch, *, parts: bool) -> object:
    """What is read of a document, or said of it, in parts of 20 bytes or at once."""
    with monkeypatch.context() as patch:
        patch.setattr(split, "_PART", 20)
        if not parts:
            patch.setattr(module, "SplitDocument", type("", (), {"of": lambda _: None}))
        try:
            data = read(folder, content)
        except UnreadableInput as error:
            return str(error)
        return data.frame.to_dict("list"), data.label, data.notes


@SLOW
@given(
    rows=st.lists(st.lists(TEXTS | st.none(), min_size=2, max_size=2), max_size=12),
    label=TEXTS,
    indent=st.sampled_from([None, 0, 2]),
    cut=st.integers(0, 400) | st.none(),
    put=st.sampled_from([b"", b"]", b",", b"[", b'"', b"\xe4", b'"rows"', b"\\"]),
)
def test_a_document_in_parts_is_the_document(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[list[str | None]],
    label: str,
    indent: int | None,
    cut: int | None,
    put: bytes,
) -> None:
    """Whatever its texts and blanks, and however it is damaged, with the same words."""
    written = document([{"name": "A"}, {"name": "B"}], rows) | {"label": label or "L"}
    written["rows"] = written.pop("rows")
    content = json.dumps(written, indent=indent).encode()
    if cut is not None:
        content = content[:-cut] + put + content[-cut:] if put else content[: -cut or None]
    assert told(tmp_path, content, monkeypatch, parts=True) == told(
        tmp_path, content, monkeypatch, parts=False
    )


@pytest.mark.slow
def test_a_document_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody parses it at once, unless its rows are not last or its encoding is given."""
    asked: list[Path] = []
    whole = module._parsed
    monkeypatch.setattr(module, "_parsed", lambda *given: asked.append(tmp_path) or whole(*given))
    content = document(rows=[[str(number)] for number in range(200_000)])
    assert read(tmp_path, content)["USUBJID"].tolist()[-1] == "199999"
    assert not asked
    columns = content.pop("columns")
    read(tmp_path, {**content, "columns": columns})
    assert len(asked) == 1


@pytest.mark.parametrize("name", ["a" * 400, "../adtte", "a/b", ".."])
def test_a_name_in_a_file_leads_to_no_other_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "adtte.json").write_text(json.dumps(document() | {"name": name}))
    study = ag.read(tmp_path)
    assert [len(dataset) for dataset in study] == [2]


@pytest.mark.parametrize("records", [0, 1])
def test_no_records_or_no_columns(tmp_path: Path, records: int) -> None:
    data = read(tmp_path, document([], [[]] * records))
    assert data.frame.shape == (records, 0)
    declared = [{"name": "A"}, {"name": "B", "dataType": "date", "targetDataType": "integer"}]
    empty = read(tmp_path, document(declared, []))
    assert empty.frame.shape == (0, 2)
    assert str(empty["B"].dtype) == "datetime64[s]"


# Its three forms


def test_the_three_forms_hold_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_BLOCK", 7)
    monkeypatch.setattr(module, "_CHUNK", 64)
    monkeypatch.setattr(unpacking, "_CHUNK", 64)
    monkeypatch.setattr(unpacking, "_INFLATED", 50)
    columns = [{"name": "USUBJID"}, {"name": "SAFFL"}, {"name": "AVAL", "dataType": "double"}]
    rows = [[f"S{i}", "YN"[i % 2], None if i % 5 == 0 else i / 3] for i in range(50)]
    content = document(columns, rows)
    text = lines(content)
    seen: list[tuple[str, int, int]] = []
    forms = [
        read(tmp_path, content),
        read(tmp_path, b"\xef\xbb\xbf" + text, ".ndjson", progress=lambda *step: seen.append(step)),
        read(tmp_path, text.replace(b"\n", b"\r\n") + b"\r\n\r\n", ".ndjson"),
        read(tmp_path, text.replace(b"\n", b"\n\n", 3) + b"\n\n", ".ndjson"),
        read(tmp_path, zlib.compress(text), ".dsjc"),
        read(tmp_path, gzip.compress(text, mtime=0), ".DSJC"),
        read(tmp_path, gzip.compress(text[:300], mtime=0) + gzip.compress(text[300:], mtime=0), ".dsjc"),
    ]
    for data in forms:
        pd.testing.assert_frame_equal(data.frame, forms[0].frame)
        assert data.variables == forms[0].variables
        assert data["AVAL"].tolist()[1] == 1 / 3
    assert isinstance(forms[0]["SAFFL"].dtype, pd.CategoricalDtype)
    assert seen[-1] == ("adtte.ndjson", 50, 50)


@pytest.mark.parametrize("name", ["dm", "ds"])
def test_real_files_agree_with_their_transport_file(shared: Path, name: str) -> None:
    folder = shared / "data/datasetjson"
    reference = read_xpt(folder / f"{name}.xpt", ReadOptions())[0]
    for suffix in (".json", ".ndjson", ".dsjc"):
        data = module.read_dataset_json(folder / f"{name}{suffix}", ReadOptions())[0]
        assert data.notes == ()
        assert list(data.frame.columns) == list(reference.frame.columns)
        assert [each.label for each in data.variables] == [each.label for each in reference.variables]
        for variable in reference.variables:
            found, wanted = data[variable.name], reference[variable.name]
            if variable.type == "Char":
                assert found.astype(object).fillna("").tolist() == wanted.astype(object).tolist()
            else:
                np.testing.assert_array_equal(found.to_numpy(), wanted.to_numpy())


# Encodings


@pytest.mark.parametrize("suffix", [".json", ".ndjson"])
def test_stray_bytes_are_read_as_cp1252_and_told(tmp_path: Path, suffix: str) -> None:
    content = document([{"name": "USUBJID"}, {"name": "AETERM"}], [["1", "café"], ["2", "caf?"], ["3", "x"]])
    raw = json.dumps(content, ensure_ascii=False).encode() if suffix == ".json" else lines(content)
    data = read(tmp_path, raw.replace(b"caf?", b"caf\xe9"), suffix)
    assert data["AETERM"].astype(object).tolist() == ["café", "café", "x"]
    assert [str(note) for note in data.notes] == [
        "ADTTE.AETERM record 2: bytes 61 66 E9 are not UTF-8, read as cp1252"
    ]


def test_stray_bytes_in_a_label(tmp_path: Path) -> None:
    raw = json.dumps(document()).encode().replace(b"Time to event", b"caf\xe9")
    assert read(tmp_path, raw).label == "café"


def test_the_users_encoding_overrides(tmp_path: Path) -> None:
    raw = json.dumps(document(rows=[["頭痛"]]), ensure_ascii=False).encode("shift_jis")
    assert read(tmp_path, raw, encoding="shift_jis")["USUBJID"].tolist() == ["頭痛"]
    with pytest.raises(UnreadableInput, match="text is not ascii"):
        read(tmp_path, raw, encoding="ascii")


# Refusals


def changed(**changes: Any) -> bytes:
    return json.dumps(document() | changes).encode()


BROKEN: dict[str, tuple[str, bytes]] = {
    "zero bytes": (".json", b""),
    "HTML": (".json", b"<html></html>"),
    "no object": (".json", b"[1, 2]"),
    "other JSON": (".json", b'{"findings": []}'),
    "version 1.0": (".json", changed(datasetJSONVersion="1.0.0")),
    "cut short": (".json", changed()[:-10]),
    "not a number": (".json", changed(records=2).replace(b'"01"', b"NaN")),
    "half a surrogate pair": (".json", changed().replace(b'"01"', b'"\\ud800"')),
    "half a surrogate pair beside a stray byte": (
        ".json",
        changed().replace(b'"01"', b'"\\ud800"').replace(b'"02"', b'"\xe9"'),
    ),
    "rows are no list": (".json", changed(rows={})),
    "a record is no list": (".json", changed(rows=[["01"], {"USUBJID": "02"}])),
    "too many values": (".json", changed(rows=[["01"], ["02", "03"]])),
    "too few records": (".json", changed(records=5)),
    "column twice": (".json", json.dumps(document([{"name": "A"}, {"name": "a"}], [])).encode()),
    "no name": (".json", changed(name=" ")),
    "label absent": (".json", changed(columns=[{"itemOID": "I", "name": "A", "dataType": "text"}])),
    "number as text": (
        ".json",
        json.dumps(document([{"name": "AVAL", "dataType": "integer"}], [[1], [None], ["3"]])).encode(),
    ),
    "text as number": (".json", changed(rows=[["01"], [2]])),
    "true as number": (
        ".json",
        json.dumps(document([{"name": "AVAL", "dataType": "double"}], [[True]])).encode(),
    ),
    "decimal that is none": (
        ".json",
        json.dumps(document([{"name": "AVAL", "dataType": "decimal"}], [["1"], ["one"]])).encode(),
    ),
    "lines: first is no object": (".ndjson", b"[1]\n[2]\n"),
    "lines: only one bracket": (".ndjson", json.dumps(document(), indent=1).encode()),
    "lines: cut short": (".ndjson", lines(document())[:-2]),
    "lines: last record lost": (".ndjson", lines(document())[:-7]),
    "compressed: neither": (".dsjc", lines(document())),
    "compressed: cut short": (".dsjc", zlib.compress(lines(document()))[:-8]),
    "compressed: checksum": (".dsjc", gzip.compress(lines(document()), mtime=0)[:-8] + bytes(8)),
    "compressed: more behind": (".dsjc", zlib.compress(lines(document())) + b"more"),
}


# At which character orjson meets a fault differs between its versions.
CHARACTER = re.compile(r"(?<=column )\d+(?=\))")


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_refused_in_three_lines(tmp_path: Path, snapshot: object, case: str) -> None:
    suffix, content = BROKEN[case]
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path, content, suffix)
    message = str(refusal.value).replace(str(tmp_path), "FOLDER")
    assert message.count("\n") == 2
    assert CHARACTER.sub("N", message) == snapshot


# The standard's schema as judge


@pytest.fixture(scope="session")
def judge(shared: Path) -> Callable[[Document], bool]:
    schema = json.loads((shared / "formats/dataset-json-1.1.schema.json").read_text())
    return jsonschema.Draft201909Validator(schema).is_valid


FULL = document(
    [
        {"name": "A", "length": 5, "displayFormat": "$5.", "keySequence": 1},
        {"name": "B", "dataType": "date", "targetDataType": "integer"},
    ],
    [],
) | {
    "fileOID": "F",
    "dbLastModifiedDateTime": "2020-08-21T09:14:29+02:00",
    "originator": "O",
    "sourceSystem": {"name": "SAS", "version": "9.4"},
    "studyOID": "S",
    "metaDataVersionOID": "M",
    "metaDataRef": "define.xml",
}
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 5, 5.0, 5.5, "", "text", "1.1", "1.1.0", "1.1.7", "1.2.0", "1.1.01", "1.1.",
    [], {}, ["a"], [{}], [1], {"name": "x"}, {"name": "x", "version": "y"}, {"name": 1, "version": "y"},
    {"name": "x", "version": "y", "more": 1}, "string", "integer", "decimal", "float", "double", "boolean",
    "datetime", "date", "time", "URI", "uri", "num", "2024-05-01T12:00:00", "2024-05-01", "2024-05-01T12:00",
    "2024-13-01T12:00:00", "2024-02-30T12:00:00", "2024-05-01T24:00:00", "2024-05-01T12:00:00Z",
    "2024-05-01T12:00:00.123+01:00", "2024-05-01T12:00:00+25:00", "2024-05-01 12:00:00",
    "x2024-05-01T12:00:00",
]  # fmt: skip


def parts(content: Document) -> list[Document]:
    return [content, content["sourceSystem"], *content["columns"]]


def variants() -> list[Document]:
    """FULL with each attribute taken away, each set to each value, and unknown ones added."""
    found = []
    for position, part in enumerate(parts(FULL)):
        for name in [*part, "unknown"]:
            if name == "rows":
                continue
            for value in ["take away", *VALUES]:
                variant = copy.deepcopy(FULL)
                target = parts(variant)[position]
                if value == "take away":
                    target.pop(name, None)
                else:
                    target[name] = value
                found.append(variant)
    return found


@pytest.mark.slow
def test_our_verdict_on_metadata_is_the_schemas(judge: Callable[[Document], bool]) -> None:
    assert judge(FULL)
    cases = variants()
    assert len(cases) > 1000
    for case in cases:
        metadata = {name: value for name, value in case.items() if name != "rows"}
        found = [*faults(metadata), *unknown_attributes(metadata)]
        assert (found == []) is judge(case), (case, found)


@pytest.mark.parametrize("suffix", [".json", ".ndjson"])
def test_attributes_beyond_the_standard_are_named(tmp_path: Path, suffix: str) -> None:
    content = document(
        [{"name": "A", "codelist": "CL.A"}, {"name": "B", "codelist": "CL.B", "origin": 1}], []
    )
    content |= {
        "sourceSystem": {"name": "EDC", "version": "1", "systemExtensions": [{"namespace": "x"}]},
        "vendor": {"a": 1},
    }
    data = read(tmp_path, content if suffix == ".json" else lines(content), suffix)
    (note,) = data.notes
    assert str(note) == (
        "ADTTE: attributes that are not part of Dataset-JSON 1.1: vendor, sourceSystem.systemExtensions, "
        "columns[].codelist, columns[].origin; not used, and not written to Dataset-JSON"
    )
    assert data.attributes["vendor"] == {"a": 1}


def test_a_long_list_of_such_attributes_is_cut(tmp_path: Path) -> None:
    data = read(tmp_path, document() | {f"x{number}": 1 for number in range(12)})
    assert "x8, x9 and 2 more; not used" in str(data.notes[0])


# The standard's notes on values and records


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234.50", 1234.5), ("-1,234,567", -1234567.0), ("+12,345.", 12345.0), (" 1,000 ", 1000.0)],
)
def test_decimals_may_have_thousands_separators(tmp_path: Path, text: str, number: float) -> None:
    data = column(tmp_path, [None, "7", text, text], dataType="decimal", targetDataType="decimal")
    np.testing.assert_array_equal(data["X"], [np.nan, 7.0, number, number])
    assert [str(note) for note in data.notes] == [
        "ADTTE.X record 3: 2 values with commas as thousands separators"
    ]


def test_separators_and_rounding_are_both_told(tmp_path: Path) -> None:
    data = column(tmp_path, ["1,234.12345678901234567890"], dataType="decimal")
    assert len(data.notes) == 2


@pytest.mark.parametrize(
    "text", ["1,5", "1234,567", "1,23,456", "1.234,5", ",123", "1,234,", "1,234.5,678", "1,234e5", "1 234"]
)
def test_other_commas_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableInput, match="a string that is not a number"):
        column(tmp_path, [text], dataType="decimal")


@pytest.mark.parametrize("suffix", [".ndjson", ".dsjc"])
def test_a_record_may_be_an_object_on_its_line(tmp_path: Path, suffix: str) -> None:
    content = document([{"name": "A"}, {"name": "N", "dataType": "integer"}], [])
    metadata = {name: value for name, value in content.items() if name != "rows"} | {"records": 3}
    records: list[Any] = [{"N": 1, "A": "x"}, ["y", 2], {"A": "z"}]
    raw = "\n".join(map(json.dumps, [metadata, *records])).encode()
    data = read(tmp_path, raw if suffix == ".ndjson" else zlib.compress(raw), suffix)
    assert data["A"].astype(object).tolist() == ["x", "y", "z"]
    np.testing.assert_array_equal(data["N"], [1, 2, np.nan])
    with pytest.raises(UnreadableInput, match="a value for B, which is not a column") as refusal:
        read(tmp_path, raw.replace(b'{"A": "z"}', b'{"B": "z"}'), ".ndjson")
    assert refusal.value.where.endswith("line 4")


# Why a file is not JSON, and where


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("NaN", "NaN is not JSON"),
        ("-Infinity", "-Infinity is not JSON"),
        ("nan", "nan is not JSON"),
        ("None", "None is not JSON"),
        ("True", "True is not JSON"),
        ("NA", "NA is not JSON"),
        (".", ". is not JSON"),
        ("'7'", "not valid JSON: a string in single quotes"),
        ("NANCY", "not valid JSON: unexpected character"),  # newer versions of orjson say more
    ],
)
@pytest.mark.parametrize("suffix", [".json", ".ndjson", "beside a stray byte"])
def test_values_that_json_does_not_have_are_named(
    tmp_path: Path, written: str, what: str, suffix: str
) -> None:
    content = document(
        [{"name": "USUBJID"}, {"name": "AVAL", "dataType": "double"}], [["1], [", 0.5], ["2", 9]]
    )
    raw = json.dumps(content).encode() if suffix != ".ndjson" else lines(content)
    raw = raw.replace(b"9]", written.encode() + b"]")
    if suffix == "beside a stray byte":
        raw = raw.replace(b"Time to event", b"caf\xe9")
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path, raw, suffix if suffix.startswith(".") else ".json")
    if suffix.startswith(".") or written in ("NaN", "-Infinity"):
        assert refusal.value.what.removesuffix(", expected a JSON value") == what
    place = ", ".join(refusal.value.where.split(", ")[1:])
    assert place.startswith(
        "variable AVAL (line 3," if suffix == ".ndjson" else "record 2, variable AVAL (line 1,"
    )
    assert "NANCY" not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "what", "place"),
    [
        (json.dumps(document()).encode()[:-10], "truncated", "record 2"),
        (json.dumps(document()).encode()[:40], "truncated", "metadata (line 1"),
        (json.dumps(document()).encode() + b"\n[1]", "more than one JSON document", "line 2, column 1"),
        (json.dumps(document()).encode().replace(b'"02"]', b'"02",]'), "comma before", "record 2"),
        (
            json.dumps(document()).encode().replace(b'"02"', b'"a\nb"'),
            "control character",
            "record 2 (line 1",
        ),
        (json.dumps(document()).encode().replace(b'"02"', b"[" * 2000), "not valid JSON", ""),
    ],
)
def test_the_true_reason_and_place_of_a_fault(tmp_path: Path, content: bytes, what: str, place: str) -> None:
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path, content)
    assert what in refusal.value.what
    assert place in refusal.value.where


@pytest.mark.parametrize(
    ("case", "expected"), [("json_decimal_thousands", [1234.5, 7.0]), ("json_nan", None)]
)
def test_the_cases_of_dataset_json(shared: Path, case: str, expected: list[float] | None) -> None:
    path = shared / "cases/formats" / case / "adtte.json"
    if expected is not None:
        assert module.read_dataset_json(path, ReadOptions())[0]["AVAL"].tolist() == expected
        return
    with pytest.raises(UnreadableInput, match="NaN is not JSON") as refusal:
        module.read_dataset_json(path, ReadOptions())
    assert refusal.value.where == f"{path}, record 1, variable AVAL (line 1, column 698)"
    assert "write null" in refusal.value.advice


# Invariants


TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=10))
NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))


@SLOW
@given(st.lists(st.tuples(TEXTS, NUMBERS), max_size=12), st.sampled_from([".json", ".ndjson", ".dsjc"]))
def test_any_values_come_back(tmp_path: Path, records: list[tuple[Any, Any]], suffix: str) -> None:
    columns = [{"name": "C"}, {"name": "N", "dataType": "double"}]
    content = document(columns, [list(record) for record in records])
    raw = {
        ".json": json.dumps(content).encode(),
        ".ndjson": lines(content),
        ".dsjc": zlib.compress(lines(content)),
    }
    data = read(tmp_path, raw[suffix], suffix)
    found = data["C"].astype(object)
    assert found.where(found.notna(), None).tolist() == [text for text, _ in records]
    wanted = np.array([number for _, number in records], dtype=float)
    np.testing.assert_array_equal(data["N"].to_numpy(), wanted)


SAMPLE = document(
    [
        {"name": "A"},
        {"name": "B", "dataType": "date", "targetDataType": "integer"},
        {"name": "C", "dataType": "double"},
    ],
    [["x", "2012-10-15", 1.5], [None, None, None]],
)


@SLOW
@given(st.data(), st.sampled_from([".json", ".ndjson", ".dsjc"]))
def test_damaged_files_are_read_or_refused(tmp_path: Path, data: st.DataObject, suffix: str) -> None:
    content = {
        ".json": json.dumps(SAMPLE).encode(),
        ".ndjson": lines(SAMPLE),
        ".dsjc": zlib.compress(lines(SAMPLE)),
    }[suffix]
    damaged = bytearray(content)
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=4)
    ):
        damaged[place] = byte
    end = data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
    try:
        result: Dataset | UnreadableInput = read(tmp_path, bytes(damaged[:end]), suffix)
    except UnreadableInput as refusal:
        result = refusal
    assert isinstance(result, Dataset) or all((result.what, result.where, result.advice))


def test_a_document_by_the_name_of_lines(tmp_path):
    with pytest.raises(UnreadableInput, match="the file is one JSON document, not one line per record"):
        read(tmp_path, json.dumps(document()).encode(), ".ndjson")


def test_stray_bytes_in_the_metadata_are_told(tmp_path):
    content = json.dumps(document() | {"label": "Größe"}, ensure_ascii=False).encode("cp1252")
    dataset = read(tmp_path, content, ".json")
    assert dataset.label == "Größe"
    assert any(note.message.startswith("metadata: bytes ") for note in dataset.notes)


def test_rows_that_stand_twice_are_refused(tmp_path: Path) -> None:
    raw = json.dumps(document()).encode()
    twice = raw[:-1] + b', "rows": [["X", "2"]]}'
    with pytest.raises(UnreadableInput, match="rows twice"):
        read(tmp_path, twice)
    quoted = raw.replace(b'"02"', rb'"\"rows\": ["')
    assert len(read(tmp_path, quoted)) == len(document()["rows"])
