"""CSV: what text becomes, what stays text, and what is refused."""

import csv
import gzip
import io
import string
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.formats.csv import delimited, reader
from adamgate.converters.formats.csv.quotation_marks import scan
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.values.content import HeldBytes
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.dataset import Dataset

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def read(folder: Path, content: str | bytes, name: str = "adtte.csv", **options: object) -> Dataset:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return reader.read_csv(path, ReadOptions(**options))[0]


def texts(dataset: Dataset, variable: str) -> list[str]:
    return dataset[variable].astype(object).tolist()


def described(folder: Path, *lines: str) -> None:
    folder.joinpath("_variables.csv").write_text("\n".join(lines) + "\n")


# What variables become


def test_types_come_from_the_names_adam_knows(tmp_path: Path) -> None:
    data = read(
        tmp_path, "USUBJID,SITEID,AVAL,CNSR,ADT,ADTM\n001,0007,1.5,0,2012-10-15,2012-10-15T10:15:30\n"
    )
    assert data.name == "ADTTE"
    assert texts(data, "USUBJID") == ["001"]
    assert texts(data, "SITEID") == ["0007"]
    assert data["AVAL"].tolist() == [1.5]
    assert data["ADT"].dtype == "datetime64[s]"
    assert data["ADTM"].dtype == "datetime64[us]"
    assert [variable.type for variable in data.variables] == ["Char", "Char", "Num", "Num", "Num", "Num"]
    assert data.carries == frozenset()
    assert data.notes == ()


@pytest.mark.parametrize("word", ["NA", "None", "null", "nan", "NaN", "N/A", "TRUE", "-", "NULL", "inf"])
def test_words_that_others_take_as_missing_stay_text(tmp_path: Path, word: str) -> None:
    data = read(tmp_path, f"USUBJID,AESEV,NEW\n1,{word},{word}\n2,MILD,1\n")
    assert texts(data, "AESEV") == [word, "MILD"]
    assert texts(data, "NEW") == [word, "1"]


def test_missing_numbers_are_empty_or_a_dot_and_special_ones_are_kept(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AVAL,ADT\n1,,\n2,.,.\n3, 4 ,2012-01-01\n4,.A,.b\n5,._,\n")
    assert np.isnan(data["AVAL"]).tolist() == [True, True, False, True, True]
    assert data["AVAL"][2] == 4
    special = data.special_missing["AVAL"]
    assert special.records.tolist() == [3, 4]
    assert special.tags.tolist() == ["A", "_"]
    assert data.special_missing["ADT"].tags.tolist() == ["B"]


@pytest.mark.parametrize(
    ("values", "is_number"),
    [
        (["1", "2"], True),
        (["1", ""], True),
        (["1", "."], True),
        (["1.50", "-2.25"], True),
        (["0", "10"], True),
        (["123456789012345", "1"], True),
        (["007", "8"], False),
        (["+1", "2"], False),
        (["1e5", "2"], False),
        (["1.1", "1.10"], False),
        (["-0", "1"], False),
        ([" 1", "2"], False),
        (["1234567890123456", "1"], False),
        (["1,5", "2"], False),
        (["", ""], False),
        ([".", "."], False),
        (["0x10", "1"], False),
        (["1_000", "1"], False),
        (["\u0661", "1"], False),
    ],
)
def test_unknown_variables_are_numbers_only_beyond_doubt(
    tmp_path: Path, values: list[str], is_number: bool
) -> None:
    data = read(tmp_path, "UNKNOWN\tOTHER\n" + "".join(f"{value}\tx\n" for value in values))
    assert (data.variable("UNKNOWN").type == "Num") is is_number
    if not is_number:
        assert texts(data, "UNKNOWN") == values


@pytest.mark.parametrize("name", ["BARCODEID", "XXCD", "LABCODE", "ROOMNO", "DICTVER"])
def test_identifiers_stay_text(tmp_path: Path, name: str) -> None:
    assert texts(read(tmp_path, f"{name}\n1\n2\n"), name) == ["1", "2"]


def test_a_numeric_variable_with_other_content_stays_text_and_is_told(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AVAL,CNSR,AGE\n1,1.5,0,40\n2,<5,0,1e999\n3,2,1,50\n")
    assert texts(data, "AVAL") == ["1.5", "<5", "2"]
    assert data.variable("AVAL").type == "Char"
    assert texts(data, "AGE") == ["40", "1e999", "50"]
    assert [str(note) for note in data.notes] == [
        f"ADTTE.{variable} record 2: numeric by its ADaM name, kept as character: "
        f"1 value in the form {form}, not a number (read are 12.5, 1e-3)"
        for variable, form in (("AVAL", "<9"), ("AGE", "9A999"))
    ]


def test_a_word_for_missing_in_a_number_is_named(tmp_path: Path) -> None:
    (note,) = read(tmp_path, "USUBJID,AVAL\n1,1.5\n2,NA\n3,NA\n").notes
    assert str(note) == (
        "ADTTE: NA in 1 variable (AVAL), which R writes for missing values; kept as text, so AVAL stays "
        "character (use --missing NA to read it as missing)"
    )


def test_digits_beyond_a_double_are_told(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AVAL\n1,0.30000000000000004\n2,12345678901234567890\n")
    assert data["AVAL"].tolist() == [0.30000000000000004, 1.2345678901234567e19]
    assert [(note.variable, note.record) for note in data.notes] == [("AVAL", 2)]


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("ADT", "2012-10-15", np.datetime64("2012-10-15", "s")),
        ("ADT", "15OCT2012", np.datetime64("2012-10-15", "s")),
        ("ADT", "5-oct-2012", np.datetime64("2012-10-05", "s")),
        ("ADT", "9999-12-31", np.datetime64("9999-12-31", "s")),
        ("ADT", "2000-02-29", np.datetime64("2000-02-29", "s")),
        ("ADTM", "2012-10-15T10:15", np.datetime64("2012-10-15T10:15", "us")),
        ("ADTM", "2012-10-15 10:15:30.25", np.datetime64("2012-10-15T10:15:30.25", "us")),
        ("ADTM", "15OCT2012:10:15:30", np.datetime64("2012-10-15T10:15:30", "us")),
        ("ATM", "10:15:30.5", 36930.5),
        ("ATM", "7:05", 25500.0),
    ],
)
def test_dates_and_times(tmp_path: Path, variable: str, text: str, expected: object) -> None:
    data = read(tmp_path, f"USUBJID,{variable}\n1,{text}\n")
    assert data[variable].to_numpy()[0] == expected
    assert data.variable(variable).type == "Num"
    assert data.variable(variable).format == ("TIME8." if variable == "ATM" else "")


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("ADT", "2012-10"),
        ("ADT", "2011-02-29"),
        ("ADT", "2012-13-01"),
        ("ADT", "10/09/2012"),
        ("ADT", "10.09.2012"),
        ("ADT", "15OCT12"),
        ("ADT", "15FOO2012"),
        ("ADT", "0000-01-01"),
        ("ADT", "2012-10-15T10:60:00"),
        ("ADTM", "2012-10-15T24:00:00"),
        ("ADTM", "2012-10-15T13:15:30 PM"),
        ("ATM", "25:00"),
        ("ATM", "10:60"),
    ],
)
def test_dates_that_are_none_stay_text(tmp_path: Path, variable: str, text: str) -> None:
    data = read(tmp_path, f"USUBJID,{variable}\n1,\n2,{text}\n")
    assert texts(data, variable) == ["", text]
    (note,) = data.notes
    assert (note.variable, note.record) == (variable, 2)


def test_numbers_where_a_date_is_expected_are_kept_and_told(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,ADT\n1,19281\n2,\n")
    assert data["ADT"].tolist()[0] == 19281
    assert data.notes[0].message == "contains numbers instead of dates, read as plain numbers"


def test_digits_that_no_sas_count_has_stay_text(tmp_path: Path) -> None:
    described(tmp_path, "dataset,variable,type,format", "ADTTE,ATM,Num,TIME5.")
    data = read(tmp_path, "USUBJID,ATM\n1,0830\n2,0915\n")
    assert texts(data, "ATM") == ["0830", "0915"]
    assert "in the form 9999, not a time" in data.notes[0].message


def test_a_point_between_thousands_is_not_a_decimal_point(tmp_path: Path) -> None:
    lines = "USUBJID;AVAL;BASE;AGE\n01;1.234;12,5;54\n02;2.500;13,5;61\n"
    data = read(tmp_path, lines)
    assert texts(data, "AVAL") == ["1.234", "2.500"]
    assert data["BASE"].tolist() == [12.5, 13.5]
    assert "contradict" in data.notes[0].message + data.notes[1].message
    assert read(tmp_path, lines, decimal=".")["AVAL"].tolist() == [1.234, 2.5]
    assert read(tmp_path, "USUBJID;AVAL;BASE\n01;1.25;12,5\n")["AVAL"].tolist() == [1.25]


def test_decimal_commas_of_names_that_adam_does_not_know_count(tmp_path: Path) -> None:
    lines = "USUBJID;WEIGHTX;PRICE;NOTE\n01;1,5;1.234;1,5 mg\n02;;2.500;\n03;13,75;3.000;\n"
    data = read(tmp_path, lines)
    assert texts(data, "PRICE") == ["1.234", "2.500", "3.000"]
    assert texts(data, "WEIGHTX")[::2] == ["1,5", "13,75"]
    only_a_note = lines.replace("1,5;", "1;").replace("13,75", "2")
    assert read(tmp_path, only_a_note)["PRICE"].tolist() == [1.234, 2.5, 3]


@pytest.mark.parametrize("encoding", ["utf-32", "utf-16"])
def test_a_byte_order_mark_names_the_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "adtte.csv").write_bytes("USUBJID,AETERM\n1,Übelkeit\n".encode(encoding))
    assert texts(ag.read(tmp_path)["ADTTE"], "AETERM") == ["Übelkeit"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_byte_order_mark_is_told(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "adtte.csv").write_bytes("USUBJID,AETERM\n1,Übelkeit\n".encode(encoding))
    with pytest.raises(ag.UnreadableInput, match="UTF-16 without a byte order mark") as caught:
        ag.read(tmp_path)
    assert f"--encoding {encoding} " in caught.value.advice
    assert texts(ag.read(tmp_path, encoding=encoding)["ADTTE"], "AETERM") == ["Übelkeit"]


def test_a_record_that_repeats_the_names_is_noted(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AETERM\n1,a\nUSUBJID,AETERM\n2,b\n")
    assert [str(note) for note in data.notes] == [
        "ADTTE record 2: repeats the variable names, kept as a record"
    ]


# Sidecar


def test_the_sidecar_describes_variables(tmp_path: Path) -> None:
    described(
        tmp_path,
        "Dataset,VARIABLE,Label,Type,Length,Format",
        "adtte.csv,usubjid,Subject,Char,20,",
        "ADTTE,AVAL,Value,text,8,",
        "ADTTE,ADT,Date,Num,8,DATE9.",
        "ADTTE,NEW,New,integer,8,",
        "ADTTE,WHEN,When,date,8,",
        "ADTTE,AESTDTC,Start,date,10,",
        "ADSL,AVAL,Other,Num,8,",
    )
    data = read(tmp_path, "USUBJID,AVAL,ADT,NEW,WHEN,AESTDTC\n1,001,19281,007,2012-01-01,2012-01-01\n")
    assert texts(data, "AVAL") == ["001"]
    assert data["ADT"].to_numpy()[0] == np.datetime64("2012-10-15", "s")
    assert data["NEW"].tolist() == [7]
    assert data["WHEN"].dtype == "datetime64[s]"
    assert texts(data, "AESTDTC") == ["2012-01-01"]
    variable = data.variable("USUBJID")
    assert (variable.label, variable.length, variable.type) == ("Subject", 20, "Char")
    assert data.variable("ADT").format == "DATE9."
    assert data.carries == {"label", "length", "format"}
    (note,) = data.notes
    assert str(note) == ("ADTTE.ADT record 1: 1 value as numbers, read as SAS dates (days since 1960-01-01)")


def test_a_sidecar_without_a_column_carries_less(tmp_path: Path) -> None:
    described(tmp_path, "dataset;variable;label", "ADTTE;AVAL;Value", "ADTTE;GONE;Gone")
    data = read(tmp_path, "USUBJID,AVAL\n1,5\n")
    assert data.carries == {"label"}
    assert [str(note) for note in data.notes] == [
        "ADTTE.GONE: in _variables.csv, but not present in the file"
    ]


def test_a_number_by_its_sidecar_that_is_none_loses_length_and_format(tmp_path: Path) -> None:
    described(tmp_path, "dataset,variable,type,length,format", "ADTTE,ADT,Num,8,DATE9.")
    data = read(tmp_path, "USUBJID,ADT\n1,2012-10\n")
    variable = data.variable("ADT")
    assert (variable.type, variable.length, variable.format) == ("Char", None, "")


# Shapes of files


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
def test_delimiters_line_breaks_and_byte_order_marks(
    tmp_path: Path, delimiter: str, line_break: str, prefix: bytes
) -> None:
    rows = [["USUBJID", "AVAL", "AETERM"], ["01", "1", f'"a{delimiter} ""b"""'], ["02", "2", '"c\nd"']]
    content = line_break.join(delimiter.join(row) for row in rows) + line_break
    data = read(tmp_path, prefix + content.encode())
    assert list(data.frame.columns) == rows[0]
    assert texts(data, "AETERM") == [f'a{delimiter} "b"', "c\nd"]


def test_a_delimiter_within_a_quoted_name_does_not_count(tmp_path: Path) -> None:
    data = read(tmp_path, '"A;;;;B",C\n1,x\n')
    assert list(data.frame.columns) == ["A;;;;B", "C"]


def test_blank_lines_hold_no_record(tmp_path: Path) -> None:
    assert len(read(tmp_path, "\n\nUSUBJID,AVAL\n\n1,2\n\n\n3,4\n\n")) == 2


def test_gzip_by_content(tmp_path: Path) -> None:
    content = gzip.compress(b"USUBJID,AVAL\n1,2\n", mtime=0)
    assert len(read(tmp_path, content, "ADTTE.CSV.GZ")) == 1
    assert read(tmp_path, content, "ADTTE.CSV.GZ").name == "ADTTE"
    assert len(read(tmp_path, content, "adtte.csv")) == 1


def test_a_header_alone_is_an_empty_dataset(tmp_path: Path) -> None:
    for content in ("USUBJID,AVAL,ADT", "USUBJID,AVAL,ADT\n", "USUBJID,AVAL,ADT\r\n\r\n"):
        data = read(tmp_path, content)
        assert len(data) == 0
        assert [str(data[name].dtype) for name in ("AVAL", "ADT")] == ["float64", "datetime64[s]"]


def test_few_distinct_texts_are_categories_and_many_are_strings(tmp_path: Path) -> None:
    lines = "".join(f"S{i:04},{'YN'[i % 2]}\n" for i in range(1000))
    data = read(tmp_path, "USUBJID,SAFFL\n" + lines)
    assert isinstance(data["SAFFL"].dtype, pd.CategoricalDtype)
    assert data["SAFFL"].cat.categories.dtype == object
    assert data["USUBJID"].dtype == pd.StringDtype("pyarrow")
    assert isinstance(data.frame.index, pd.RangeIndex)


def test_files_longer_than_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 4096)
    seen: list[tuple[str, int, int]] = []
    rows = [[f"{i:05}", "Y" if i % 3 else "", f'line "{i}"\n,end'] for i in range(3000)]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["USUBJID", "SAFFL", "AETERM"], *rows])
    data = read(tmp_path, buffer.getvalue(), progress=lambda *step: seen.append(step))
    for position, name in enumerate(data.frame.columns):
        assert texts(data, name) == [row[position] for row in rows]
    assert seen[-1][0] == "adtte.csv"
    assert seen[-1][1] == seen[-1][2]


# Encodings


def test_stray_bytes_are_read_as_cp1252_and_told(tmp_path: Path) -> None:
    lines = b"USUBJID,AETERM\n1,caf\xc3\xa9\n2,plain\n3,caf\xe9 \x80\n"
    data = read(tmp_path, lines)
    assert texts(data, "AETERM") == ["café", "plain", "café €"]
    assert [str(note) for note in data.notes] == [
        "ADTTE.AETERM record 3: bytes 61 66 E9 20 80 are not UTF-8, read as cp1252"
    ]


def test_two_spellings_of_one_text_in_bytes_are_one_category(tmp_path: Path) -> None:
    data = read(tmp_path, b"USUBJID,RACE\n" + b"1,\xe9\n2,\xc3\xa9\n" * 5)
    assert data["RACE"].cat.categories.tolist() == ["é"]
    assert texts(data, "RACE") == ["é"] * 10


def test_the_users_encoding_overrides(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AETERM\n1,頭痛\n".encode("shift_jis"), encoding="shift_jis")
    assert texts(data, "AETERM") == ["頭痛"]
    assert data.source is not None
    assert data.source.encoding == "shift_jis"


def test_utf_16_is_known_by_its_mark(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID\tAETERM\n1\tÜbel\n".encode("utf-16"))
    assert texts(data, "AETERM") == ["Übel"]


# Refusals

BROKEN: dict[str, bytes] = {
    "zero bytes": b"",
    "only blanks": b" \n\n",
    "HTML": b"<!DOCTYPE html><html></html>",
    "Excel": b"PK\x03\x04" + bytes(40),
    "parquet": b"PAR1" + bytes(40),
    "binary": b"USUBJID,A\n1,\x00\x00\n",
    "cut gzip": gzip.compress(b"USUBJID,AVAL\n1,2\n" * 50, mtime=0)[:-12],
    "too few values": b"USUBJID,AVAL\n1,2\n3\n4,5\n6\n",
    "too many values": b"USUBJID,AVAL\n1,2\n3,4,5\n",
    "values beyond a lonely name": b"USUBJID\n1,2\n",
    "name twice": b"USUBJID,AVAL,aval\n1,2,3\n",
    "row index": b",USUBJID,AVAL\n0,1,2\n",
    "unclosed quote": b'USUBJID,AETERM\n1,"a\n2,b\n',
    "unclosed quote in the names": b'USUBJID,"AETERM\n1,a\n2,b\n',
    "stray quote": b'USUBJID,AETERM\n1,a\n2,5" nail\n3,"b"\n',
    "text after a quote": b'USUBJID,AETERM\n1,"a"b\n',
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_refused_in_three_lines(tmp_path: Path, snapshot: object, case: str) -> None:
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path, BROKEN[case])
    message = str(refusal.value).replace(str(tmp_path), "FOLDER")
    assert message.count("\n") == 2
    assert message == snapshot


def test_a_wrong_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"text is not ascii: bytes C3 A9 0A(?s:.)*line 3") as refusal:
        read(tmp_path, "USUBJID,AETERM\n1,x\n2,caf\u00e9\n", encoding="ascii")
    assert "--encoding" in refusal.value.advice


def test_a_record_longer_than_a_block_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 1024)
    with pytest.raises(UnreadableInput, match="a record is longer than"):
        read(tmp_path, 'USUBJID,AETERM\n1,"' + "\n" * 5000 + '"\n')


# Invariants

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8)
)


@SLOW
@given(
    TABLES,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]),
)
def test_any_text_comes_back(
    tmp_path: Path, rows: list[list[str]], delimiter: str, style: tuple[str, int]
) -> None:
    width = len(rows[0]) if rows else 1
    if width == 1:
        delimiter = ","  # a lonely name does not tell the delimiter
    names = [f"COL{position}FL" for position in range(width)]  # a name of ADaM's for text
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=style[0], quoting=style[1])
    writer.writerows([names, *rows])
    data = read(tmp_path, buffer.getvalue())
    assert len(data) == len(rows)
    for position, name in enumerate(names):
        assert texts(data, name) == [row[position] for row in rows]


def first_misplaced(body: str) -> str | None:
    """RFC 4180 character by character: "inside" or "unclosed", None when all is well."""
    state = "start"
    for character in body:
        if character == '"':
            if state in {"unquoted", "misplaced"}:
                return "inside"
            state = "quoted" if state in {"start", "closed"} else "closed"
        elif state == "quoted":
            continue
        elif character in ",\n\r":
            state = "start"
        elif state == "closed":
            return "inside"
        else:
            state = "unquoted"
    return "unclosed" if state == "quoted" else None


@SLOW
@given(st.text('",\nab \r', max_size=24))
@example('a"')
@example('"a""')
def test_misplaced_quotes_are_found_as_a_strict_parser_does(body: str) -> None:
    for block in (1, 3, 1 << 20):
        scanned = scan(HeldBytes(body.encode()), b",", 0, 0, block)
        place = scanned.misplaced
        found = None if place is None else "inside" if scanned.closed else "unclosed"
        assert found == first_misplaced(body)
        assert place is None or body[place] == '"'


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@SLOW
@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_any_number_comes_back(tmp_path: Path, values: list[float]) -> None:
    data = read(tmp_path, "USUBJID,AVAL\n" + "".join(f"1,{value!r}\n" for value in values))
    np.testing.assert_array_equal(data["AVAL"].to_numpy(), values)


@SLOW
@given(st.lists(st.text(string.digits + "+-.e", min_size=1, max_size=8), min_size=1, max_size=6))
def test_no_guess_merges_two_texts(tmp_path: Path, values: list[str]) -> None:
    data = read(tmp_path, "UNKNOWN,OTHER\n" + "".join(f"{value},x\n" for value in values))
    filled = {value for value in values if value != "."}
    if data.variable("UNKNOWN").type == "Num":
        assert data["UNKNOWN"].nunique() == len(filled)
        assert {float(value) for value in filled} == set(data["UNKNOWN"].dropna())
    else:
        assert texts(data, "UNKNOWN") == values


SAMPLE = b'USUBJID,AVAL,ADT,AETERM\n001,1.5,2012-10-15,"a, ""b"""\n002,.A,15OCT2012,"c\nd"\n'


@SLOW
@given(
    st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), max_size=4),
    st.integers(0, len(SAMPLE)),
    st.sampled_from(["adtte.csv", "adtte.tsv"]),
)
def test_damaged_files_are_read_or_refused(
    tmp_path: Path, changes: list[tuple[int, int]], end: int, name: str
) -> None:
    content = bytearray(SAMPLE)
    for place, byte in changes:
        content[place] = byte
    try:
        data = read(tmp_path, bytes(content[:end]), name)
    except UnreadableInput as refusal:
        data = refusal
    assert isinstance(data, Dataset) or all((data.what, data.where, data.advice))


def test_real_tables_as_text_come_back(tmp_path: Path, shared: Path) -> None:
    frame = pd.read_parquet(shared / "data/cdiscpilot/parquet/adae.parquet")
    frame.to_csv(tmp_path / "adae.csv", index=False)
    data = reader.read_csv(tmp_path / "adae.csv", ReadOptions())[0]
    expected = pd.read_csv(tmp_path / "adae.csv", dtype=str, keep_default_na=False)
    assert list(data.frame.columns) == list(expected.columns)
    for name in expected.columns:
        if data.variable(name).type == "Char":
            assert texts(data, name) == expected[name].tolist(), name
        elif str(data[name].dtype) == "float64":
            wanted = pd.to_numeric(expected[name].replace("", None)).to_numpy(dtype=float, na_value=np.nan)
            np.testing.assert_array_equal(data[name].to_numpy(), wanted)
        else:
            wanted_dates = expected[name].replace("", "NaT").to_numpy(dtype="datetime64[s]")
            np.testing.assert_array_equal(data[name].to_numpy(), wanted_dates)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_a_blank_line_within_an_only_column_is_a_missing_value(tmp_path: Path, line_break: str) -> None:
    for lines, values, blank in (
        (["USUBJID", "001", "", "002"], ["001", "", "002"], 0),
        (["USUBJID", "001", "", "002", ""], ["001", "", "002"], 0),
        (["USUBJID", "", "001", '""', "", "", ""], ["", "001", ""], 2),
        (["USUBJID", "", ""], [], 1),
        (["USUBJID", ""], [], 0),
        (["USUBJID"], [], 0),
        (["", "USUBJID", "001", ""], ["001"], 0),
    ):
        dataset = read(tmp_path, line_break.join(lines).encode())
        assert dataset["USUBJID"].astype(object).tolist() == values
        told = [f"blank lines at the end, excluded: {blank}"] if blank else []
        assert [note.message for note in dataset.notes] == told


def test_a_blank_line_of_several_columns_is_no_record(tmp_path: Path) -> None:
    dataset = read(tmp_path, "USUBJID,SEX\n1,F\n\n2,M\n\n\n")
    assert (len(dataset), dataset.notes) == (2, ())


def test_an_identifier_that_is_called_a_number_keeps_its_zeros(tmp_path):
    (tmp_path / "adsl.csv").write_text("USUBJID,SITEID,SUBJID,AGE\nA-001,007,1,61\n", encoding="utf-8")
    (tmp_path / "_variables.csv").write_text(
        "dataset,variable,type\nadsl,SITEID,Num\nadsl,SUBJID,integer\nadsl,AGE,Num\n", encoding="utf-8"
    )
    data = ag.read(tmp_path / "adsl.csv")["ADSL"]
    assert (data["SITEID"][0], data["SUBJID"][0], data["AGE"][0]) == ("007", 1.0, 61.0)
    (note,) = data.notes
    assert (note.variable, note.record) == ("SITEID", 1)
    assert "leading zeros" in note.message
