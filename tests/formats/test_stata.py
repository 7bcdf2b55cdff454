"""Stata's .dta beside pandas, pyreadstat and haven: what they write is read, what is written they read."""

import io
import subprocess

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.formats.stata.display import kind_of_display
from adamgate.converters.formats.stata.long_texts import LongTextColumn
from adamgate.converters.formats.stata.numbers import STORED, StataNumbers, label_code, labelled_value
from adamgate.converters.values.gathering import HeldNumbers
from adamgate.schemas.study.variable import SpecialMissing, Variable

FRAME = pd.DataFrame(
    {
        "ID": ["001", "Ünï", "", " x "],
        "BYTE": np.array([1, -127, 100, 0], np.int8),
        "INT": np.array([1, -32767, 32740, 0], np.int16),
        "LONG": np.array([1, -2147483647, 2147483620, 0], np.int32),
        "FLOAT": np.array([0.1, np.nan, -1e30, 0], np.float32),
        "DOUBLE": [1 / 3, np.nan, 1e307, -0.0],
        "DAY": np.array(["2020-01-31", "NaT", "1959-12-31", "1960-01-01"], "datetime64[ns]"),
        "MOMENT": np.array(
            ["2020-01-31T10:20:30.5", "NaT", "1959-12-31T23:59:59", "1960-01-01"], "datetime64[ns]"
        ),
        "LONGTEXT": ["a" * 3000, "é" * 2000, "", "a" * 3000],
    }
)


def by_pandas(path, frame, version, **options):
    frame.to_stata(
        path,
        write_index=False,
        version=version,
        convert_dates={"DAY": "td", "MOMENT": "tc"},
        convert_strl=["LONGTEXT"] if "LONGTEXT" in frame else None,
        data_label="A label",
        variable_labels={"ID": "Identifier"},
        **options,
    )
    return path


@pytest.mark.parametrize("version", [114, 117, 118, 119])
@pytest.mark.parametrize("byteorder", ["little", "big"])
def test_what_pandas_writes(version, byteorder, tmp_path):
    frame = FRAME if version >= 118 else FRAME.assign(ID=["001", "Uni", "", " x "])
    if version == 117:
        frame = frame.assign(LONGTEXT=["a" * 3000, "b" * 2000, "", "a" * 3000])
    if version == 114 or byteorder == "big":  # long texts of pandas have always the other order of bytes
        frame = frame.drop(columns="LONGTEXT")
    (data,) = ag.read(by_pandas(tmp_path / "a.dta", frame, version, byteorder=byteorder))
    assert (data.name, data.label, data.variable("ID").label) == ("A", "A label", "Identifier")
    assert data.carries == {"label"}
    assert data.source.format == f"Stata, release {version}"
    expected = pd.read_stata(tmp_path / "a.dta")
    assert list(data.frame) == list(expected)
    for name in expected:
        found = data[name]
        if found.dtype.kind == "M":
            assert str(found.dtype) == {"DAY": "datetime64[s]", "MOMENT": "datetime64[us]"}[name]
            assert found.astype("datetime64[us]").equals(expected[name].astype("datetime64[us]")), name
        elif found.dtype.kind == "f":
            assert found.to_numpy().tobytes() == expected[name].astype(float).to_numpy().tobytes(), name
        else:
            assert found.astype(object).tolist() == expected[name].tolist(), name


@pytest.mark.parametrize("version", [8, 10, 12, 13, 14, 15])
def test_what_pyreadstat_writes(version, tmp_path):
    frame = pd.DataFrame({"ARM": [1.0, 2.0, np.nan, 1.5], "NAME": ["a", "bc", "", "d"]})
    labels = {"ARM": {1: "Placebo", 2: "Active"}}
    pyreadstat.write_dta(
        frame,
        str(tmp_path / "a.dta"),
        version=version,
        variable_value_labels=labels,
        column_labels=["Arm", "Name"],
    )
    (data,) = ag.read(tmp_path / "a.dta")
    assert np.array_equal(data["ARM"], frame["ARM"], equal_nan=True)
    assert data["NAME"].tolist() == frame["NAME"].tolist()
    assert data.attributes["value_labels"] == {"ARM": {"1": "Placebo", "2": "Active"}}
    assert [each.label for each in data.variables] == ["Arm", "Name"]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("kind", "bits"),
    [
        ("i1", [101, 102, 127, -127, 100]),
        ("i2", [32741, 32742, 32767, -32767, 32740]),
        ("i4", [2147483621, 2147483622, 2147483647, -2147483647, 2147483620]),
        ("f4", [0x7F000000, 0x7F000800, 0x7F00D000, -0x80000000, 0x7EFFFFFF]),
        ("f8", [0x7FE0 << 48, (0x7FE0 << 48) + (1 << 40), (0x7FE0 << 48) + (26 << 40), -(1 << 63), 0]),
    ],
)
def test_missing_values_of_every_type(kind, bits, order):
    """Codes as in the documentation of the format: ``.``, ``.a``, ``.z``, then two numbers."""
    raw = np.array(bits, STORED[kind].bits).astype(order + STORED[kind].bits)
    column = StataNumbers(HeldNumbers(5), STORED[kind], order)
    column.add(raw.view(np.uint8).reshape(5, -1))
    assert np.isnan(column.numbers.whole()).tolist() == [True, True, True, False, False]
    assert column.special_missing.records.tolist() == [1, 2]
    assert column.special_missing.tags.tolist() == ["A", "Z"]


@pytest.mark.parametrize(
    ("order", "raw", "key"),
    [
        ("<", b"\x02\x00\x05\x00\x00\x00\x00\x00", 2 | 5 << 16),
        (">", b"\x00\x02\x00\x00\x00\x00\x00\x05", 2 << 48 | 5),
    ],
)
def test_records_refer_to_long_texts(order, raw, key):
    column = LongTextColumn(order)
    column.add(np.frombuffer(raw + bytes(8), np.uint8).reshape(2, 8))
    texts, undecoded, _ = column.column({0: b"", key: "é".encode()}, None)
    assert (texts.to_pandas().astype(object).tolist(), undecoded) == (["é", ""], None)
    with pytest.raises(KeyError):
        column.column({0: b""}, None)


def described(**changes):
    frame = pd.DataFrame(
        {
            "USUBJID": pd.array(["S-1", "S-2", "S-3"], "string[pyarrow]"),
            "SEX": pd.Categorical(["M", "F", "M"]),
            "AVAL": [1.5, np.nan, np.nan],
            "ARMN": [1.0, 2.0, np.nan],
            "ADT": np.array(["2020-01-31", "NaT", "1959-12-31"], "datetime64[s]"),
            "ADTM": np.array(["2020-01-31T10:20:30.25", "NaT", "1959-12-31"], "datetime64[us]"),
            "NOTE": pd.array(["é" * 3000, "", "x"], "string[pyarrow]"),
        }
    )
    variables = (
        Variable("USUBJID", "Subject", "Char", 20, "$20."),
        Variable("SEX", "Sex", "Char", 1, "$SEX."),
        Variable("AVAL", "Value", "Num", 8, "8.2"),
        Variable("ARMN", "Arm", "Num", 8, "ARM."),
        Variable("ADT", "Date", "Num", 8, "DATE9."),
        Variable("ADTM", "Moment", "Num", 8, "DATETIME20."),
        Variable("NOTE", "Ünïcode", "Char"),
    )
    labels = {"ARMN": {"1": "Plä", "2": "Active", ".A": "None"}, "SEX": {"M": "Male"}}
    special = {"AVAL": SpecialMissing(np.array([1, 2]), np.array(["A", "Z"]))}
    given = {"label": "Lábel", "attributes": {"value_labels": labels}, "special_missing": special, **changes}
    return ag.Dataset("ADX", frame, variables, **given)


def test_what_is_written_pandas_and_pyreadstat_read(tmp_path):
    data = described()
    ag.write(data, tmp_path / "adx.dta")
    read = ["SEX", "AVAL", "NOTE"]
    back = pd.read_stata(tmp_path / "adx.dta", convert_missing=True, columns=read)
    assert [str(each) for each in back["AVAL"]] == ["1.5", ".a", ".z"]
    assert back["NOTE"].tolist() == data["NOTE"].tolist()
    assert back["SEX"].tolist() == ["M", "F", "M"]
    frame, told = pyreadstat.read_dta(str(tmp_path / "adx.dta"), user_missing=True)
    assert frame["AVAL"].tolist() == [1.5, "a", "z"]
    assert told.file_label == "Lábel"
    assert told.column_names_to_labels == {each.name: each.label for each in data.variables}
    assert told.variable_value_labels == {"ARMN": {1: "Plä", 2: "Active", "a": "None"}}
    assert str(frame["ADT"][0]) == "2020-01-31"
    assert frame["ADTM"][0] == pd.Timestamp("2020-01-31T10:20:30.25")


def test_long_texts_in_release_119_of_haven(tmp_path):
    texts = [f"{each}{'x' * 2_500}" for each in range(300)] + ["y" * 2_100]
    pyreadstat.write_dta(pd.DataFrame({"T": texts, "U": texts}), str(tmp_path / "a.dta"), version=15)
    raw = (tmp_path / "a.dta").read_bytes()
    assert raw.startswith(b"<stata_dta><header><release>119</release>")
    before, _, rest = raw.partition(b"<data>")
    data, _, after = rest.partition(b"</data>")
    keys = np.frombuffer(
        data, "<u8"
    )  # three bytes of the variable and five of the record; haven has two and six
    of_haven = (keys & 0xFFFFFF) | (keys >> 24 << 16)
    (tmp_path / "b.dta").write_bytes(before + b"<data>" + of_haven.tobytes() + b"</data>" + after)
    (right,), (wrong,) = ag.read(tmp_path / "a.dta"), ag.read(tmp_path / "b.dta")
    for found in (right, wrong):
        assert found["T"].tolist() == found["U"].tolist() == texts
    assert not right.notes
    note = "refers to its texts as in release 118 of the format, in a file of release 119; read so"
    assert [(each.variable, each.message) for each in wrong.notes] == [("T", note), ("U", note)]


@pytest.mark.slow
@pytest.mark.usefixtures("haven")
def test_what_is_written_haven_reads(tmp_path):
    ag.write(described(), tmp_path / "adx.dta")
    program = """
        x <- haven::read_dta(commandArgs(TRUE))
        cat(attr(x, "label"), attr(x$ARMN, "label"), class(x$ADT), format(x$ADT[1]),
            format(x$ADTM[1], "%H:%M:%OS2", tz = "UTC"), haven::na_tag(x$AVAL)[2:3], nchar(x$NOTE),
            names(attr(x$ARMN, "labels")), sep = "|")
    """
    told = subprocess.run(
        ["Rscript", "-e", program, str(tmp_path / "adx.dta")], capture_output=True, text=True, check=False
    )
    assert told.stdout == "Lábel|Arm|Date|2020-01-31|10:20:30.25|a|z|3000|0|1|Plä|Active|None"


def test_labels_that_stata_has_no_place_for_come_back(tmp_path):
    labels = {"ARMN": {"1": "One", "1.5": "Half"}, "SEX": {"F": "Female"}, "AVAL": {"-3": "Below"}}
    data = described(attributes={"value_labels": labels})
    ag.write(data, tmp_path / "adx.dta")
    (back,) = ag.read(tmp_path / "adx.dta")
    assert back.attributes["value_labels"] == labels
    told = pyreadstat.read_dta(str(tmp_path / "adx.dta"))[1]
    assert told.variable_value_labels == {"AVAL": {-3: "Below"}}


@given(st.integers(-(2**31) + 27, 2**31 - 28) | st.sampled_from([f".{letter}" for letter in "AMZ"]))
def test_labelled_values(value):
    code = label_code(str(value))
    assert code is not None
    assert labelled_value(code) == str(value)


@pytest.mark.parametrize("text", ["", "1.0", "01", "-0", "+1", "._", ".", "2147483621", "x", "\uff11"])
def test_values_that_stata_does_not_label(text):
    assert label_code(text) is None


@pytest.mark.parametrize(
    ("display", "kind"),
    [
        ("%td", "date"),
        ("%d", "date"),
        ("%-tdDD/NN/CCYY", "date"),
        ("%tc", "datetime"),
        ("%tcNN/DD_HH:MM", "datetime"),
        ("%tcHH:MM:SS", "time"),
        ("%tcHh:MM_am", "time"),
        ("%tC", "number"),
        ("%tm", "number"),
        ("%ty", "number"),
        ("%9.0g", "number"),
        ("%8.2f", "number"),
        ("%12s", "number"),
        ("", "number"),
    ],
)
def test_kinds_of_display_formats(display, kind):
    assert str(kind_of_display(display)) == kind


def with_display(tmp_path, display, values):
    frame = pd.DataFrame({"X": np.array(values, float)})
    pyreadstat.write_dta(frame, str(tmp_path / "a.dta"), variable_format={"X": display})
    (data,) = ag.read(tmp_path / "a.dta")
    return data, [str(note) for note in data.notes]


def test_times_and_other_units(tmp_path):
    data, notes = with_display(tmp_path, "%tcHH:MM:SS", [3_600_000, np.nan, 500])
    assert (data["X"].tolist()[0::2], data.variable("X").format, notes) == ([3600.0, 0.5], "TIME8.", [])
    data, notes = with_display(tmp_path, "%tcHH:MM:SS", [-1])
    assert data["X"].tolist() == [-1]
    assert "values that are not a time; kept as numbers" in notes[0]
    data, notes = with_display(tmp_path, "%tm", [720])
    assert data["X"].tolist() == [720]
    assert notes == ["A.X: counts months since 1960 (Stata format %tm); kept as numbers"]
    data, notes = with_display(tmp_path, "%td", [1.5])
    assert "values that are not a date; kept as numbers" in notes[0]
    data, notes = with_display(tmp_path, "%tc", [1e300])
    assert "values that are not a datetime; kept as numbers" in notes[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "if"}, "is not a name in Stata"),
        ({"name": "A" * 33}, "is not a name in Stata"),
        ({"name": "A-B"}, "is not a name in Stata"),
        ({"label": "x" * 81}, "has a label of 81 characters; at most 80"),
        ({"label": "\0"}, "has a label with a NUL character"),
        ({"informat": "x" * 70_000}, "has metadata of more than 67,784 bytes"),
    ],
)
def test_what_stata_has_no_place_for_is_refused(changes, message, tmp_path):
    variable = Variable(**{"name": "X", "type": "Num", **changes})
    data = ag.Dataset("ADX", pd.DataFrame({variable.name: [1.0]}), (variable,))
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, tmp_path / "adx.dta")
    assert message in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pd.array(["a", "b\0"], "string[pyarrow]"), "contains text with a NUL character (first in record 2)"),
        ([1.0, np.inf], "contains numbers that Stata takes for missing values (first in record 2)"),
        (
            np.array(["9999-12-31T23:59:59.999999"] * 2, "datetime64[us]"),
            "more decimals of a second than a double of milliseconds holds (first in record 1)",
        ),
    ],
)
def test_values_that_stata_cannot_hold_are_refused(values, message, tmp_path):
    data = ag.Dataset.from_frame(pd.DataFrame({"X": values}), "ADX")
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, tmp_path / "adx.dta")
    assert f"ADX.X: {message}" in str(caught.value) or message in str(caught.value)


def test_the_special_missing_value_of_sas_alone(tmp_path):
    data = described(special_missing={"AVAL": SpecialMissing(np.array([1]), np.array(["_"]))})
    with pytest.raises(ag.UnwritableOutput, match=r"special missing value \._, which Stata does not have"):
        ag.write(data, tmp_path / "adx.dta")


def test_records_that_another_tool_took_away_keep_what_is_known(tmp_path):
    ag.write(described(), tmp_path / "adx.dta")
    whole = (tmp_path / "adx.dta").read_bytes()
    renamed = whole.replace(b"<N>\x03", b"<N>\x02")
    cut = renamed.replace(b"</data>", b"</data>")
    start = cut.index(b"<data>") + 6
    width = (cut.index(b"</data>") - start) // 3
    (tmp_path / "cut.dta").write_bytes(cut[: start + 2 * width] + cut[start + 3 * width :])
    (back,) = ag.read(tmp_path / "cut.dta")
    assert (len(back), back.variable("AVAL").format) == (2, "8.2")
    assert back.special_missing["AVAL"].tags.tolist() == ["A"]


def test_text_behind_a_nul_is_not_text(tmp_path):
    frame = pd.DataFrame({"T": ["abcdef"] * 5 + ["ghijkl"], "U": [f"u{n}cdef" for n in range(6)]})
    frame.to_stata(tmp_path / "a.dta", write_index=False, version=118)
    raw = (tmp_path / "a.dta").read_bytes()
    (tmp_path / "a.dta").write_bytes(raw.replace(b"abcdef", b"ab\0\xffef").replace(b"u3cdef", b"u3\0def"))
    (data,) = ag.read(tmp_path / "a.dta")
    assert data["T"].tolist() == ["ab"] * 5 + ["ghijkl"]
    assert data["U"].tolist() == ["u0cdef", "u1cdef", "u2cdef", "u3", "u4cdef", "u5cdef"]
    assert data.notes == ()


@pytest.mark.slow
def test_a_file_that_ends_early_is_refused_wherever_it_ends(tmp_path):
    ag.write(described(), tmp_path / "adx.dta")
    whole = (tmp_path / "adx.dta").read_bytes()
    for end in [*range(0, len(whole), 97), len(whole) - 1]:
        (tmp_path / "cut.dta").write_bytes(whole[:end])
        with pytest.raises(ag.UnreadableInput):
            ag.read(tmp_path / "cut.dta")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the file is empty"),
        (b"USUBJID,AVAL\n1,2\n", "not a Stata dataset"),
        (bytes([105, 2, 1, 0]) + bytes(100), "release 105 of the .dta format is not read"),
        (b"<stata_dta><header><release>120</release>", "release 120 of the .dta format is not read"),
        (b"<stata_dta><header><release>118</release><byteorder>XXX", "does not state the order of bytes"),
    ],
)
def test_what_is_not_a_stata_file(raw, message, tmp_path):
    (tmp_path / "a.dta").write_bytes(raw)
    with pytest.raises(ag.UnreadableInput) as caught:
        ag.read(tmp_path / "a.dta")
    assert message in str(caught.value)


def test_more_records_than_the_file_has(tmp_path):
    buffer = io.BytesIO()
    pd.DataFrame({"X": [1.0]}).to_stata(buffer, write_index=False, version=118)
    raw = buffer.getvalue().replace(b"<N>\x01", b"<N>\xff")
    (tmp_path / "a.dta").write_bytes(raw)
    with pytest.raises(ag.UnreadableInput, match="states 255 records, and is too short for them"):
        ag.read(tmp_path / "a.dta")


def test_text_of_older_releases(tmp_path):
    frame = pd.DataFrame({"T": ["caf\xe9", "x"]})
    frame.to_stata(tmp_path / "a.dta", write_index=False, version=114)
    (data,) = ag.read(tmp_path / "a.dta")
    assert data["T"].tolist() == ["café", "x"]
    assert "read as cp1252" in str(data.notes[0])
    (data,) = ag.read(tmp_path / "a.dta", encoding="latin1")
    assert data.notes == ()
    with pytest.raises(ag.UnreadableInput, match="text is not utf-8"):
        ag.read(tmp_path / "a.dta", encoding="utf-8")


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 40 // 100)
@given(
    rows=st.lists(st.tuples(texts, st.floats(-8e307, 8e307) | st.just(float("nan"))), max_size=9),
    long=st.sampled_from([1, 2046]),
)
def test_pandas_reads_every_text_and_number(rows, long, tmp_path_factory):
    path = tmp_path_factory.mktemp("t") / "adx.dta"
    text = [each * long for each, _ in rows]
    numbers = np.array([each for _, each in rows], float)
    ag.write(ag.Dataset.from_frame(pd.DataFrame({"T": pd.array(text, "string"), "N": numbers}), "ADX"), path)
    back = pd.read_stata(path)
    assert back["T"].tolist() == text
    assert back["N"].to_numpy(float).tobytes() == numbers.tobytes() or np.isnan(numbers).any()
    assert np.array_equal(back["N"].to_numpy(float), numbers, equal_nan=True)


def test_names_of_one_spelling_are_listed(tmp_path):
    pd.DataFrame({"aval": [1.0], "B": [1.0], "AVAL": [2.0]}).to_stata(tmp_path / "a.dta", write_index=False)
    with pytest.raises(ag.UnreadableInput) as refused:
        ag.read(tmp_path / "a.dta")
    assert refused.value.what == "two variables have the same name"
    assert refused.value.where == f"{tmp_path / 'a.dta'}: aval, AVAL"
