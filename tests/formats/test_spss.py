"""SPSS's .sav beside pyreadstat and haven: what they write is read, what is written they read."""

import struct
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_round_trip import datasets, is_ordinary

import adamgate as ag
from adamgate.converters.formats.spss import file_contents, reader
from adamgate.converters.formats.spss.display import kind_of_format, numbers_of_stamps, stamps_of_numbers
from adamgate.converters.formats.spss.names import is_name, short_names
from adamgate.converters.formats.spss.stored_columns import HIGHEST, LOWEST, MISSING
from adamgate.converters.formats.spss.value_labels import number_of, value_as_text
from adamgate.converters.values.separate_process import ProcessDied
from adamgate.schemas.study.variable import SpecialMissing, Variable

pytestmark = pytest.mark.filterwarnings("ignore::adamgate.converters.writing.losses.MetadataNotKept")

LONG = [255, 256, 504, 505, 510, 756, 757, 1020, 32_767]


def written(frame, path, **described):
    ag.write(ag.Dataset.from_frame(frame, path.stem.upper()).replace(**described), path)
    return path


def full():
    return pd.DataFrame(
        {
            "USUBJID": ["S-1", "Ünï", " x", None],
            "SEX": pd.Categorical(["M", None, "F", "M"], categories=["unused" * 9, "F", "M"]),
            "A_LONG_NAME.OF@SPSS": [1 / 3, np.nan, 1e307, -0.0],
            "N": np.array([1, 2, -3, 2**53], np.int64),
            "ADT": np.array(["2020-01-31", "NaT", "1582-10-15", "9999-12-31"], "datetime64[s]"),
            "ADTM": np.array(
                ["2020-01-31T10:20:30.25", "NaT", "1959-12-31", "1583-01-01T00:00:01"], "datetime64[us]"
            ),
            **{f"T{width}": ["é" * (width // 2), "a" * width, "", "b c"] for width in LONG},
        }
    )


LABELS = {"N": {"1": "one", "-3": "é" * 60}, "SEX": {"M": "Male", "F": "Female"}}


def same(found, expected):
    if expected.dtype.kind in "fi":
        return found.to_numpy().tobytes() == expected.to_numpy(np.float64).tobytes()
    if expected.dtype.kind == "M":
        return found.dtype == expected.dtype and found.equals(expected)
    plain = expected.astype(object)
    return found.astype(object).where(found.notna(), "").tolist() == plain.where(plain.notna(), "").tolist()


def test_all_of_a_dataset_comes_back(tmp_path):
    frame = full()
    path = written(frame, tmp_path / "adx.sav", label="A läbel", attributes={"value_labels": LABELS})
    (back,) = ag.read(path)
    assert [name for name in frame if not same(back[name], frame[name])] == []
    assert (back.name, back.label, back.carries, back.notes) == ("ADX", "A läbel", {"label"}, ())
    assert back.attributes == {"value_labels": LABELS}
    assert (back.source.format, back.source.encoding) == ("SPSS", "utf-8")


def test_pyreadstat_reads_what_is_written(tmp_path):
    frame = full()
    path = written(frame, tmp_path / "adx.sav", label="A läbel", attributes={"value_labels": LABELS})
    found, told = pyreadstat.read_sav(str(path), disable_datetime_conversion=True, output_format="dict")
    assert told.file_label == "A läbel"
    assert told.variable_value_labels == {"SEX": LABELS["SEX"], "N": {1.0: "one", -3.0: "é" * 60}}
    assert [told.original_variable_types[name] for name in list(frame)[:7]] == [
        "A5", "A1", "F8.2", "F8.2", "DATE11", "DATETIME20", "A255",
    ]  # fmt: skip
    for name in (f"T{width}" for width in LONG):
        assert list(found[name]) == frame[name].tolist()
    day = (np.datetime64("2020-01-31") - np.datetime64("1582-10-14")).astype(int) * 86_400
    assert list(found["ADT"])[:3] == [day, None, 86_400]
    assert list(found["N"]) == [1, 2, -3, 2**53]


@pytest.mark.slow
@pytest.mark.usefixtures("haven")
@pytest.mark.one_version
def test_haven_reads_what_is_written(tmp_path):
    frame = full()[["USUBJID", "SEX", "N", "ADT", "ADTM", "T1020"]]
    path = written(frame, tmp_path / "adx.sav", attributes={"value_labels": LABELS})
    program = f"""
    suppressMessages(library(haven)); d <- read_sav("{path}"); options(digits.secs = 2)
    cat(names(d), d$USUBJID, sprintf("%.0f", d$N), format(d$ADT), format(d$ADTM, tz = "UTC"),
        nchar(d$T1020), names(attr(d$SEX, "labels")), class(d$ADT), sep = "|")
    """
    done = subprocess.run(["Rscript", "-e", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("|") == [
        *frame, "S-1", "Ünï", " x", "", "1", "2", "-3", "9007199254740992",
        "2020-01-31", "NA", "1582-10-15", "9999-12-31",
        "2020-01-31 10:20:30.25", "NA", "1959-12-31 00:00:00.00", "1583-01-01 00:00:01.00",
        "510", "1020", "0", "3", "Male", "Female", "Date",
    ]  # fmt: skip


@pytest.mark.parametrize("how", [{}, {"compress": True}, {"row_compress": True}], ids=str)
def test_what_pyreadstat_writes(how, tmp_path):
    frame = pd.DataFrame(
        {
            "AGE": [34.0, np.nan, 99.0, 150.0],
            "ARM": ["A", "", "ZZ", "é" * 300],
            "DAY": pd.to_datetime(["2020-01-31", None, "1999-12-31", "2020-02-29"]).astype("datetime64[us]"),
            "SEX": ["M", "F", "U", "M"],
        }
    )
    path = tmp_path / ("a.zsav" if how.get("compress") else "a.sav")
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label="A label",
        column_labels=["Age", "Arm", "Day", "Sex"],
        variable_value_labels={"AGE": {99: "unknown"}, "SEX": {"M": "Male"}},
        missing_ranges={"AGE": [99, {"lo": 120, "hi": 200}], "SEX": ["U"]},
        variable_format={"DAY": "DATETIME20"},
        **how,
    )
    (data,) = ag.read(path)
    assert (data.name, data.label) == ("A", "A label")
    assert [each.label for each in data.variables] == ["Age", "Arm", "Day", "Sex"]
    assert data["AGE"].fillna(-1).tolist() == [34, -1, -1, -1]
    assert data["ARM"].fillna("").tolist() == frame["ARM"].tolist()
    assert data["SEX"].astype(object).fillna("").tolist() == ["M", "F", "", "M"]
    assert data["DAY"].equals(frame["DAY"])
    assert data.attributes["value_labels"] == {"AGE": {"99": "unknown"}, "SEX": {"M": "Male"}}
    assert [(each.variable, each.message) for each in data.notes] == [
        ("AGE", "2 values declared missing in SPSS (120 to 200, 99); read as missing"),
        ("SEX", "1 value declared missing in SPSS (U); read as missing"),
    ]


@pytest.mark.parametrize("height", [1, 2, 3, 4, 7, 8])
@pytest.mark.parametrize("how", [None, {}, {"compress": True}, {"row_compress": True}], ids=str)
def test_a_file_is_read_by_blocks_of_records(how, height, tmp_path, monkeypatch):
    frame = pd.DataFrame({"A": [*range(6), np.nan], "T": [*"abcab", "", "é" * 300]})
    path = tmp_path / "a.sav"
    if how is None:
        written(frame, path)
    else:
        pyreadstat.write_sav(frame, str(path), **how)
    monkeypatch.setattr(file_contents, "FIRST_BLOCK", height)
    monkeypatch.setattr(file_contents, "_VALUES", 2 * height)
    contents = file_contents.contents_of(path)
    numbers, texts = (each.values for each in contents.variables)
    assert np.array_equal(numbers, frame["A"], equal_nan=True)
    found = texts.to_pandas().astype(object)
    assert [each.encode("latin1").decode() for each in found] == frame["T"].tolist()
    assert contents.records == 7


def with_formats(path, numbers, formats):
    frame = pd.DataFrame({f"V{n}": numbers for n in range(len(formats))})
    shown = {f"V{n}": each for n, each in enumerate(formats)}
    pyreadstat.write_sav(frame, str(path), variable_format=shown)
    return ag.read(path)["A"]


def test_dates_of_every_format_and_of_every_century(tmp_path):
    """They are not 1970, nor cut to the years that nanoseconds hold."""
    days = np.array(["1582-10-15", "1677-01-01", "2020-01-31", "9999-12-31"], "datetime64[s]")
    data = with_formats(
        tmp_path / "a.sav", numbers_of_stamps(days), ["DATE11", "ADATE10", "EDATE10", "SDATE10", "DATETIME20"]
    )
    for name in ("V0", "V1", "V2", "V3"):
        assert np.array_equal(data[name].to_numpy(), days)
        assert data[name].dtype == "datetime64[s]"
    assert data["V4"].dtype == "datetime64[us]"


def test_values_that_their_format_does_not_fit(tmp_path):
    data = with_formats(tmp_path / "a.sav", [43_200.0, 1e300], ["DATE11", "TIME8"])
    assert data["V0"].tolist() == data["V1"].tolist() == [43_200.0, 1e300]
    assert [each.message for each in data.notes] == [
        "has the SPSS format DATE11, but contains values that are not a date; kept as numbers",
        "has the SPSS format TIME8, but contains values that are not a time of day; kept as seconds",
    ]
    noon = with_formats(tmp_path / "a.sav", [43_200.0, np.nan], ["DATE11", "TIME8"])
    assert str(noon["V0"][0]) == "1582-10-14 12:00:00"
    assert [each.message for each in noon.notes] == [
        "has the SPSS format DATE11, but contains times of day; read as datetimes"
    ]
    assert (noon.variable("V1").format, noon["V1"][0]) == ("TIME8.", 43_200.0)


def test_times_are_shown_as_times(tmp_path):
    variable = Variable("ATM", type="Num", format="TIME8.")
    path = written(pd.DataFrame({"ATM": [0.5, 86_399.0, np.nan]}), tmp_path / "a.sav", variables=(variable,))
    assert pyreadstat.read_sav(str(path), metadataonly=True)[1].original_variable_types == {"ATM": "TIME8"}
    assert ag.read(path)["A"].variable("ATM").format == "TIME8."


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([np.inf, 1.0], r"A: contains infinite numbers \(first in record 1\)"),
        ([1.0, MISSING], "A: contains numbers that mean missing, lowest or highest in SPSS .*record 2"),
        ([LOWEST, 1.0], "mean missing, lowest or highest in SPSS .*record 1"),
        ([HIGHEST, 1.0], "mean missing, lowest or highest in SPSS .*record 1"),
        (["a\0b", "c"], r"A: contains text with a NUL character \(first in record 1\)"),
        (["a", "b "], "A: contains text with trailing blanks, which SPSS does not keep .*record 2"),
        (["a", "é" * 16_384], r"contains text of 32,768 bytes; the most are 32,767 \(first in record 2\)"),
        (np.array(["1582-10-14", "NaT"], "datetime64[s]"), "dates before 1582-10-15 or after 9999-12-31"),
        (np.array(["NaT", "9000-01-01T00:00:00.000001"], "datetime64[us]"), "more decimals .*record 2"),
        (np.array([2**53 + 1, 1], np.int64), r"integers beyond 2\*\*53"),
    ],
)
def test_values_that_are_refused(column, message, tmp_path):
    with pytest.raises(ag.UnwritableOutput, match=message):
        written(pd.DataFrame({"A": column}), tmp_path / "a.sav")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["_A", "1A", "ALL", "with", "A B", "A.", "É", "A" * 65, "$A", "#A", "A-B"])
def test_names_that_are_refused(name, tmp_path):
    assert not is_name(name)
    with pytest.raises(ag.UnwritableOutput, match="is not a name in SPSS: a letter or @ first"):
        written(pd.DataFrame({name: [1.0]}), tmp_path / "a.sav")


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ({"label": "é" * 33}, "A: has a label of 66 bytes; at most 64"),
        ({"label": "a "}, "A: has a label with trailing blanks"),
        ({"variables": (Variable("A", "é" * 128, "Num"),)}, "A.A: has a label of 256 bytes; at most 255"),
        ({"variables": (Variable("A", "a\0", "Num"),)}, "A.A: has a label with a NUL character"),
        (
            {"special_missing": {"A": SpecialMissing(np.array([0]), np.array(["B"]))}},
            r"A.A: contains special missing values: \.B 1 \(first in record 1\)",
        ),
    ],
)
def test_metadata_that_are_refused(described, message, tmp_path):
    with pytest.raises(ag.UnwritableOutput, match=message):
        written(pd.DataFrame({"A": [np.nan]}), tmp_path / "a.sav", **described)


def test_no_variables_are_refused_and_no_records_are_not(tmp_path):
    with pytest.raises(ag.UnwritableOutput, match="has no variables"):
        written(pd.DataFrame(), tmp_path / "a.sav")
    path = written(pd.DataFrame({"A": np.empty(0), "B": pd.array([], "string")}), tmp_path / "a.sav")
    (back,) = ag.read(path)
    assert (len(back), [each.type for each in back.variables]) == (0, ["Num", "Char"])


@pytest.mark.parametrize(
    "labels",
    [
        {"T": {"more than 8": "x"}},
        {"N": {".A": "x"}},
        {"N": {"01": "x"}},
        {"N": {"inf": "x"}},
        {"N": {"1.7976931348623157e+308": "highest"}},
        {"N": {"-1.7976931348623157e+308": "missing"}},
        {"N": {"1": "x" * 121}},
        {"N": {"1": "x "}},
        {"GONE": {"1": "x"}},
        {"N": 5},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("default")
def test_value_labels_that_are_not_written_are_reported(labels, tmp_path):
    frame = pd.DataFrame({"T": ["more than 8"], "N": [1.0]})
    (name,) = labels
    with pytest.warns(ag.MetadataNotKept, match=f"{name}.*value labels are not written"):
        path = written(frame, tmp_path / "a.sav", attributes={"value_labels": labels})
    assert not ag.read(path)["A"].attributes.get("value_labels")


def test_labelled_values_may_be_numbers(tmp_path):
    frame = pd.DataFrame({"N": [1.0]})
    path = written(frame, tmp_path / "a.sav", attributes={"value_labels": {"N": {1: "one", 2.5: "more"}}})
    (back,) = ag.read(path)
    assert back.attributes["value_labels"] == {"N": {"1": "one", "2.5": "more"}}


@pytest.mark.filterwarnings("default")
def test_a_name_that_the_file_does_not_have_is_reported(tmp_path):
    dataset = ag.Dataset.from_frame(pd.DataFrame({"A": [1.0]}), "ADTTE")
    with pytest.warns(ag.MetadataNotKept, match="ADTTE.*is read from this file as OS: SPSS has no dataset"):
        ag.write(dataset, tmp_path / "os.sav")


def in_windows_1252(path):
    """A file whose text is é in one byte, as it declares."""
    raw = written(pd.DataFrame({"A": ["XX", "b"]}), path).read_bytes()
    raw = raw.replace(np.array([65_001], "<i4").tobytes(), np.array([1252], "<i4").tobytes())
    other = np.array([7, 20, 1, 12], "<i4").tobytes() + b"windows-1252"
    return raw.replace(np.array([7, 20, 1, 5], "<i4").tobytes() + b"UTF-8", other).replace(b"XX", b"\xe9 ")


def test_text_in_another_encoding(tmp_path):
    path = tmp_path / "a.sav"
    path.write_bytes(in_windows_1252(path))
    (data,) = ag.read(path)
    assert (data["A"].tolist(), data.source.encoding) == (["é", "b"], "cp1252")


def test_text_that_is_not_in_the_declared_encoding(tmp_path):
    """pyreadstat leaves out a byte that ends a text, and refuses a file with one elsewhere."""
    path = written(pd.DataFrame({"A": ["XX", "XXb", "c"]}), tmp_path / "a.sav")
    path.write_bytes(path.read_bytes().replace(b"XXb", b"\xe9\xe8b").replace(b"XX", b"\xe9 "))
    (data,) = ag.read(path)
    assert data["A"].tolist() == ["é", "éèb", "c"]
    assert [(each.record, each.message) for each in data.notes] == [
        (1, "bytes E9 are not UTF-8, read as cp1252 (and 1 more value)")
    ]
    assert ag.read(path, encoding="latin1")["A"]["A"].tolist() == ["é", "éèb", "c"]
    with pytest.raises(ag.UnreadableInput, match="utf-8"):
        ag.read(path, encoding="utf-8")


def test_names_and_labels_in_another_encoding(tmp_path):
    frame = pd.DataFrame({"QQ": [1.0], "T": ["b"]})
    described = (Variable("QQ", "a XX b", "Num"), Variable("T", "", "Char"))
    path = written(
        frame, tmp_path / "a.sav", variables=described, attributes={"value_labels": {"QQ": {"1": "XX"}}}
    )
    path.write_bytes(path.read_bytes().replace(b"XX", b"\xe9\xe9").replace(b"QQ", b"\xc4\xc4"))
    with pytest.raises(ag.UnreadableInput, match="give it with --encoding NAME"):
        ag.read(path)
    (data,) = ag.read(path, encoding="latin1")
    assert data.variables[0] == Variable("ÄÄ", "a éé b", "Num")
    assert data.attributes["value_labels"] == {"ÄÄ": {"1": "éé"}}


@pytest.mark.parametrize("left", [0, 4, 100, 176, 300, -1, -9])
def test_a_file_that_is_not_whole(left, tmp_path):
    path = written(full(), tmp_path / "a.sav")
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(ag.UnreadableInput, match=r"damaged|empty"):
        ag.read(path)


def raises_index_error(*_, **__):
    [].pop()


def test_an_error_within_the_library_is_a_damaged_file(tmp_path, monkeypatch):
    path = written(pd.DataFrame({"A": [1.0]}), tmp_path / "a.sav")
    monkeypatch.setattr(reader, "call_apart", lambda function, *given, **_: function(*given))
    monkeypatch.setattr(pyreadstat, "read_sav", raises_index_error)
    with pytest.raises(ag.UnreadableInput, match="the SPSS file is damaged"):
        ag.read(path)


HOW = [None, {}, {"compress": True}, {"row_compress": True}]


def labelled_file(path, how):
    """Seven records whose head has labels, declared missing values and a text of several parts."""
    frame = pd.DataFrame({"A": [*range(6), np.nan], "SEX": [*"MFMFM", "", "U"], "T": ["é" * 300] * 7})
    if how is None:
        return written(frame, path, attributes={"value_labels": {"SEX": {"M": "Male"}}})
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels=["An age", "Sex", "Text"],
        note=["a document", "of two lines"],
        variable_value_labels={"A": {1: "one", 2: "two, longer"}, "SEX": {"M": "Male"}},
        missing_ranges={"A": [3, {"lo": 4, "hi": 5}], "SEX": ["U"]},
        **how,
    )
    return path


def with_count(path, count, *, again):
    """The number of records that the file states, first and in its extension."""
    raw = bytearray(path.read_bytes())
    raw[80:84] = struct.pack("<i", count)
    place = raw.index(struct.pack("<4i", 7, 16, 8, 2))
    if again:
        raw[place + 16 : place + 32] = struct.pack("<2q", 1, count)
    path.write_bytes(raw)


@pytest.mark.parametrize("count", [0, 1, 6])
@pytest.mark.parametrize("how", HOW, ids=str)
def test_records_are_not_lost_where_a_count_is_damaged(how, count, tmp_path):
    path = labelled_file(tmp_path / "a.sav", how)
    assert len(ag.read(path)["A"]) == 7
    with_count(path, count, again=False)
    with pytest.raises(ag.UnreadableInput, match=f"it states {count} records, and 7 in another place"):
        ag.read(path)


@pytest.mark.parametrize("how", [None, {}], ids=str)
def test_records_beyond_those_that_are_stated_are_not_lost(how, tmp_path):
    path = labelled_file(tmp_path / "a.sav", how)
    with_count(path, 5, again=True)
    with pytest.raises(ag.UnreadableInput, match="it states 5 records, and holds 7"):
        ag.read(path)


@pytest.mark.parametrize("how", HOW, ids=str)
def test_a_count_that_was_not_known_is_no_damage(how, tmp_path):
    path = labelled_file(tmp_path / "a.sav", how)
    with_count(path, -1, again=True)
    assert len(ag.read(path)["A"]) == 7


@pytest.mark.parametrize(
    ("how", "message"),
    [({}, "in the middle of record 7"), ({"row_compress": True}, "it states 7 records, and holds 6")],
    ids=["plain", "compressed"],
)
def test_the_last_record_is_not_lost_where_the_first_count_was_not_known(how, message, tmp_path):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"A": np.arange(7) + 0.5, "B": np.arange(7) + 0.25}), str(path), **how)
    with_count(path, -1, again=False)
    assert len(ag.read(path)["A"]) == 7
    path.write_bytes(path.read_bytes()[: -16 if how else -8])
    with pytest.raises(ag.UnreadableInput, match=message):
        ag.read(path)


def test_no_stated_records_before_compressed_ones_are_a_message(tmp_path):
    path = labelled_file(tmp_path / "a.sav", {"row_compress": True})
    with_count(path, 0, again=True)
    with pytest.raises(ag.UnreadableInput, match="the SPSS file is damaged"):
        ag.read(path)


def test_other_files_are_named(tmp_path):
    path = tmp_path / "a.sav"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(ag.UnreadableInput, match="a ZIP archive or an Excel workbook, not an SPSS file"):
        ag.read(path)
    path.write_bytes(b"\1\2\3")
    with pytest.raises(ag.UnreadableInput, match="the file is not an SPSS file"):
        ag.read(path)


def test_a_crash_of_the_library_is_a_message(tmp_path, monkeypatch):
    path = written(pd.DataFrame({"A": [1.0]}), tmp_path / "a.sav")

    def died(*_, **__):
        raise ProcessDied("it crashed (SIGSEGV)")

    monkeypatch.setattr(reader, "call_apart", died)
    with pytest.raises(ag.UnreadableInput, match=r"could not be read: it crashed \(SIGSEGV\)"):
        ag.read(path)


def test_the_file_states_the_time_of_the_dataset_and_nothing_of_today(tmp_path, monkeypatch):
    frame = pd.DataFrame({"A": [1.0]})
    assert written(frame, tmp_path / "a.sav").read_bytes()[92:109] == b"01 Jan 7000:00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert written(frame, tmp_path / "b.sav").read_bytes()[92:109] == b"14 Nov 2322:13:20"
    time = pd.Timestamp("2024-05-01T12:30:59").to_pydatetime()
    assert written(frame, tmp_path / "c.sav", modified=time).read_bytes()[92:109] == b"01 May 2412:30:59"


def test_short_names_are_all_different():
    names = ["V1", "v2", "USUBJID", "A_LONG_NAME", "ANOTHER_LONG"]
    short = [name for each in short_names(names, [1, 1, 1, 2, 1]) for name in each]
    assert short == ["V1", "V2", "USUBJID", "V3", "V4", "V5"]


@given(st.integers(-11_000_000_000_000_000, 250_000_000_000_000_000))
def test_datetimes_and_their_numbers(ticks):
    """A double of seconds holds sixteenths of a second in all years that SAS has."""
    stamp = np.array([ticks // 62_500 * 62_500], "datetime64[us]")
    assert stamps_of_numbers(numbers_of_stamps(stamp)) == stamp


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_labelled_numbers_come_back(number):
    assert number_of(value_as_text(number)) == number


def test_formats_that_are_not_of_dates():
    assert {str(kind_of_format(each)) for each in ("F8.2", "WKDAY9", "MONTH9", "DTIME10", "", "?")} == {
        "number"
    }


def is_held(dataset):
    """Whether SPSS must hold an ordinary dataset: near dates, ordinary names, no blanks at the end."""
    near = np.array(["1600-01-01", "1700-01-01"], "datetime64[us]")
    stamps = [dataset[name].dropna() for name in dataset.frame if dataset[name].dtype.kind == "M"]
    words = [dataset.label, *(each.label for each in dataset.variables)]
    texts = [dataset[each.name].dropna() for each in dataset.variables if each.type == "Char"]
    numbers = [dataset[name].dropna() for name in dataset.frame if dataset[name].dtype.kind == "f"]
    return (
        all(((each > near[0]) & (each < near[1])).all() for each in stamps)
        and all(is_name(each.name) for each in dataset.variables)
        and not any(word.endswith(" ") or "\0" in word for word in words)
        and not any(text.endswith(" ") and text.strip(" ") for column in texts for text in column)
        and not any((each.abs() > 1e300).any() for each in numbers)
    )


@pytest.mark.slow
@given(data=st.data())
@settings(
    max_examples=settings.default.max_examples * 60 // 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_dataset_comes_back_or_is_refused(data, assert_same):
    dataset = data.draw(datasets(special_missing=False))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "adx.sav"
        try:
            ag.write(dataset, path)
        except ag.UnwritableOutput:
            assert not is_ordinary(dataset, "sav") or not is_held(dataset)
            return
        (back,) = ag.read(path)
        found, _ = pyreadstat.read_sav(str(path), disable_datetime_conversion=True, output_format="dict")
    bare = tuple(Variable(each.name, each.label, each.type) for each in dataset.variables)
    held = back.replace(
        variables=tuple(Variable(each.name, each.label, each.type) for each in back.variables)
    )
    assert_same(dataset.replace(variables=bare, carries=held.carries), held, null_is_blank=True)
    assert list(found) == [each.name for each in dataset.variables]
    for each in dataset.variables:
        if each.type == "Char":
            assert (
                list(found[each.name])
                == dataset[each.name].astype(object).fillna("").str.rstrip(" ").tolist()
            )
