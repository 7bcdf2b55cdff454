"""Excel workbooks beside openpyxl and XlsxWriter: each reads what the other writes."""

import datetime as dt
import zipfile
from importlib.metadata import version

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_formats import FULL

import adamgate as ag
from adamgate.converters.formats.xlsx.sheet_xml import serials

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "007", "1e5", "TRUE", "2020-01-31", "#N/A", "http://a.b", "{=A1}"]
TRICKY = [" x ", "a\nb\r\n", "<&>\"'", "_x0041_", "_x0041_x0042_", "_xyz", "\x01\x1f\t", "é疼𝔘", "]]>"]


def frame(**columns):
    return ag.Dataset.from_frame(pd.DataFrame(columns), "ADX")


def written(data, tmp_path, name="adx.xlsx"):
    ag.write(data, tmp_path / name)
    return tmp_path / name


def test_no_text_becomes_anything_else(tmp_path):
    data = frame(T=pd.array(HOSTILE + TRICKY, "string[pyarrow]"))
    path = written(data, tmp_path)
    (back,) = ag.read(path)
    assert back["T"].astype(object).tolist() == HOSTILE + TRICKY
    sheet = openpyxl.load_workbook(path)["ADX"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {each.data_type for each in cells} <= {"s", "inlineStr"}
    assert [each.value for each in cells[: len(HOSTILE)]] == HOSTILE
    with zipfile.ZipFile(path) as packed:
        assert b"<f" not in packed.read("xl/worksheets/sheet1.xml").replace(b"<f ", b"")


def test_what_openpyxl_reads(tmp_path):
    day = np.array(["2020-01-31", "NaT", "9999-12-31"], "datetime64[s]")
    moment = np.array(["2020-01-31T10:20:30.250", "1900-03-01", "NaT"], "datetime64[us]")
    data = frame(USUBJID=["1", "2", "3"], AVAL=[0.1, np.nan, -1e300], ADT=day, ADTM=moment)
    sheet = openpyxl.load_workbook(written(data, tmp_path))["ADX"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["USUBJID", "AVAL", "ADT", "ADTM"],
        ["1", 0.1, dt.datetime(2020, 1, 31), dt.datetime(2020, 1, 31, 10, 20, 30, 250_000)],
        ["2", None, None, dt.datetime(1900, 3, 1)],
        ["3", -1e300, dt.datetime(9999, 12, 31), None],
    ]
    assert (sheet["C2"].number_format, sheet["D2"].number_format) == (
        "yyyy\\-mm\\-dd",
        "yyyy\\-mm\\-dd\\ hh:mm:ss",
    )
    assert sheet.freeze_panes == "A2"
    assert pd.read_excel(tmp_path / "adx.xlsx", engine="openpyxl")["USUBJID"].astype(str).tolist() == [
        "1",
        "2",
        "3",
    ]


def test_the_metadata_are_in_sheets_of_their_own(tmp_path):
    data = FULL.replace(special_missing={})
    with pytest.warns(ag.MetadataNotKept, match="Excel cannot hold key order"):
        path = written(data, tmp_path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["ADX", "_variables", "_datasets"]
    assert [cell.value for cell in book["_variables"][2]] == [
        "ADX",
        "USUBJID",
        "Subject",
        "Char",
        "9",
        "$9.",
        "$9.",
    ]
    assert book["_datasets"]["B2"].value == "All of it"
    assert book.properties.created == dt.datetime(2024, 5, 2, 12)


def test_a_workbook_that_excel_saved_again_is_the_same_dataset(tmp_path):
    data = frame(
        USUBJID=["1", "007"], AVAL=[1.5, np.nan], ADT=np.array(["2020-01-31", "NaT"], "datetime64[s]")
    )
    book = openpyxl.load_workbook(written(data, tmp_path))
    book.save(tmp_path / "saved.xlsx")
    (back,) = ag.read(tmp_path / "saved.xlsx")
    assert back.name == "ADX"
    assert back["USUBJID"].tolist() == ["1", "007"]
    assert back["ADT"].equals(data["ADT"])
    book["ADX"]["B3"] = "not done"
    book.save(tmp_path / "edited.xlsx")
    (back,) = ag.read(tmp_path / "edited.xlsx")
    assert back["AVAL"].tolist() == ["1.5", "not done"]
    assert "described as Num, but contains cells of another kind; read as character" in str(back.notes[0])


def made(path, sheets, **properties):
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", **properties}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None:
                        sheet.write(at, column, value)
    return path


def test_a_sheet_of_others(tmp_path):
    day, moment = dt.date(2020, 1, 31), dt.datetime(2020, 1, 31, 10, 20)
    rows = [
        [None, None],
        ["USUBJID", "SUBJID", "AVAL", "ADT", "ADTM", "XDTC", "ATM", "OK", "MIX", "EMPTY", "AVALC"],
        ["S-1", 1001, 1.5, day, moment, day, dt.time(8, 30), True, "x", None, "007"],
        [None] * 11,
        ["S-2", 1002, None, None, day, moment, None, False, 2, None, "1"],
    ]
    (data,) = ag.read(made(tmp_path / "adx.xlsx", {"Sheet1": rows}))
    assert (data.name, len(data), data.carries, data.source.format) == ("ADX", 2, frozenset(), "Excel")
    kinds = {each.name: (each.type, str(data[each.name].dtype)[:14]) for each in data.variables}
    assert kinds["ADT"] == ("Num", "datetime64[s]")
    assert kinds["ADTM"] == kinds["XDTC"] == ("Num", "datetime64[us]")
    for name in ("USUBJID", "SUBJID", "MIX", "EMPTY", "AVALC"):
        assert kinds[name][0] == "Char"
    for name in ("AVAL", "ATM", "OK"):
        assert kinds[name] == ("Num", "float64")
    assert data["SUBJID"].tolist() == ["1001", "1002"]
    assert data["ATM"].tolist()[0] == 30_600.0
    assert data.variable("ATM").format == "TIME8."
    assert data["MIX"].tolist() == ["x", "2"]
    said = {note.variable: note.message for note in data.notes}
    assert "several kinds" in said["MIX"]
    assert "character by its ADaM name" in said["SUBJID"]


def test_several_sheets_are_several_datasets(tmp_path):
    path = made(
        tmp_path / "all.xlsx", {"adsl": [["USUBJID"], ["1"]], "adae": [["USUBJID"], ["1"]], "empty": []}
    )
    assert [each.name for each in ag.read(path)] == ["ADSL", "ADAE"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["A", None], [1, 2]], "column 2 has values but no name"),
        ([["A", "a"], [1, 2]], "two columns have the same name"),
        ([], "the workbook is empty"),
        ([["A"], ["=NA()"]], "1 cell with an error: A2 #N/A"),
    ],
)
def test_sheets_that_are_refused(rows, message, tmp_path):
    path = made(tmp_path / "adx.xlsx", {"S": rows})
    if "#N/A" in message:
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet("S")
        sheet.write("A1", "A")
        sheet.write_formula("A2", "=NA()", None, "#N/A")
        book.close()
    with pytest.raises(ag.UnreadableInput) as caught:
        ag.read(path)
    assert message in str(caught.value)


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"USUBJID\n1\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_not_a_workbook(raw, tmp_path):
    (tmp_path / "adx.xlsx").write_bytes(raw)
    with pytest.raises(ag.UnreadableInput):
        ag.read(tmp_path / "adx.xlsx")


def test_in_a_folder_only_workbooks_that_describe_their_data_are_read(tmp_path):
    written(frame(USUBJID=["1"]), tmp_path)
    made(tmp_path / "specification.xlsx", {"Variables": [["dataset"], ["ADSL"]]})
    study = ag.read(tmp_path)
    assert [each.name for each in study] == ["ADX"]
    assert "specification.xlsx (Excel)" in str(study.notes[0])
    assert [each.name for each in ag.read(tmp_path / "specification.xlsx")] == ["SPECIFICATION"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"T": ["x" * 32_768]}, "contains text of more than 32,767 characters (first in record 1)"),
        ({"T": ["𝄞" * 16_383, "𝄞" * 16_384]}, "more than 32,767 characters (first in record 2)"),
        (
            {"T": ["a", "b\0"]},
            "contains text with a character that XML does not have (NUL, U+FFFE, U+FFFF) (first in record 2)",
        ),
        ({"N": [1.0, np.inf]}, "contains infinite numbers (first in record 2)"),
        ({"D": np.array(["1900-02-28"], "datetime64[s]")}, "before March 1900 or after 9999"),
        ({"D": np.array(["2020-01-01T00:00:00.0001"], "datetime64[us]")}, "more than 3 decimals of a second"),
    ],
)
def test_what_a_sheet_cannot_hold_is_refused(columns, message, tmp_path):
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(frame(**columns), tmp_path / "adx.xlsx")
    assert message in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["A" * 32, "A:B", "_variables", "A/B", "'A", "A\x01"])
def test_names_that_no_sheet_has(name, tmp_path):
    data = frame(A=[1.0]).replace(name=name)
    with pytest.raises(ag.UnwritableOutput, match="its name is not one of a sheet"):
        ag.write(data, tmp_path / "adx.xlsx")


def test_a_name_that_excel_keeps_for_itself(tmp_path):
    data = ag.Dataset.from_frame(pd.DataFrame({"A": [1.0]}), "HISTORY")
    with pytest.raises(ag.UnwritableOutput, match="its name is that of a sheet of Excel's own"):
        ag.write(data, tmp_path / "history.xlsx")


def test_damaged_metadata_sheets_are_refused(tmp_path):
    path = written(frame(A=[1.0]), tmp_path)
    for cell, value, message in (
        ("D2", "number", "is not Char, Num, date or datetime"),
        ("B2", "OTHER", "the columns of the sheet are not the variables that are described"),
    ):
        book = openpyxl.load_workbook(path)
        book["_variables"][cell if cell == "B2" else _place(book, "type")] = value
        book.save(tmp_path / "changed.xlsx")
        with pytest.raises(ag.UnreadableInput, match=message):
            ag.read(tmp_path / "changed.xlsx")


def _place(book, name):
    header = [cell.value for cell in book["_variables"][1]]
    return f"{'ABCDEFG'[header.index(name)]}2"


def test_blank_records_at_the_end_are_records(tmp_path):
    data = frame(A=[1.0, np.nan, np.nan], B=["x", None, ""])
    (back,) = ag.read(written(data, tmp_path))
    assert (len(back), back["A"].tolist()[0]) == (3, 1.0)


stamps = st.integers(-2_203_891_200_000 + 1_000, 253_402_300_799_999)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(stamps, min_size=1, max_size=20))
def test_every_millisecond_from_march_1900_comes_back_from_its_number(ticks):
    moments = np.array(ticks, "datetime64[ms]").astype("datetime64[us]")
    moments = np.maximum(moments, np.datetime64("1900-03-01", "us"))
    back = np.datetime64("1899-12-30", "ms") + np.rint(serials(moments) * 86_400_000).astype(
        "timedelta64[ms]"
    )
    assert (back == moments).all()


@pytest.mark.slow
def test_a_table_for_tools(root, tmp_path):
    table = ag.survival(ag.read(root / "fixtures" / "cartitude1"), "OS", arm="SEX")
    table.write(tmp_path / "os.xlsx")
    shown = pd.read_excel(tmp_path / "os.xlsx", engine="openpyxl")
    assert shown["event"].dtype == bool
    assert shown["duration"].tolist() == table.frame["duration"].tolist()


LABELLED = ag.Dataset.from_frame(
    pd.DataFrame({"USUBJID": ["1", "2"], "AVAL": [1.5, np.nan], "AVALC": ["", ""]}),
    "ADX",
    variables=[
        ag.Variable("USUBJID", "=Subject <1>", "Char"),
        ag.Variable("AVAL", "Value", "Num"),
        ag.Variable("AVALC"),
    ],
)


@pytest.mark.parametrize("data", [LABELLED, LABELLED.replace(frame=LABELLED.frame.iloc[:0])])
def test_labels_below_the_names(data, tmp_path):
    plain = written(data, tmp_path, "plain.xlsx").read_bytes()
    path = tmp_path / "adx.xlsx"
    ag.write(data, path, label_row=True)
    sheet = openpyxl.load_workbook(path)["ADX"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)] == [
        ["USUBJID", "AVAL", "AVALC"],
        ["=Subject <1>", "Value", None],
    ]
    assert sheet.freeze_panes == "A3"
    (back,) = ag.read(path)
    assert back.variables == data.variables
    assert len(back) == len(data)
    assert back["USUBJID"].astype(object).tolist() == data["USUBJID"].tolist()
    ag.write(back, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == plain


def test_a_label_that_was_changed_in_one_place_is_refused(tmp_path):
    ag.write(LABELLED, tmp_path / "adx.xlsx", label_row=True)
    book = openpyxl.load_workbook(tmp_path / "adx.xlsx")
    book["ADX"]["B2"] = "Other"
    book.save(tmp_path / "adx.xlsx")
    with pytest.raises(ag.UnreadableInput) as caught:
        ag.read(tmp_path / "adx.xlsx")
    assert str(caught.value).startswith(
        "AVAL has one label in the second row and another in the sheet _variables"
    )
    assert "'Other', 'Value'" in caught.value.where


@pytest.mark.parametrize(
    ("suffix", "option", "message"),
    [
        ("csv", {"label_row": True}, "--label-row: only for Excel files, not for CSV"),
        ("xpt", {"label_row": True}, "--label-row: only for Excel files, not for SAS transport"),
        ("xlsx", {"fix": True}, "--fix: only for SAS transport files, not for Excel"),
    ],
)
def test_options_of_another_format(suffix, option, message, tmp_path):
    with pytest.raises(ag.ConfigurationError, match=message):
        ag.write(LABELLED, tmp_path / f"adx.{suffix}", **option)
    with pytest.raises(TypeError, match="must be True or False"):
        ag.write(LABELLED, tmp_path / f"adx.{suffix}", **dict.fromkeys(option, 1))


def test_a_row_of_labels_is_a_row_of_the_sheet(tmp_path):
    data = frame(A=pd.array([""], "string[pyarrow]").take([0] * 1_048_575))
    with pytest.raises(ag.UnwritableOutput, match="with those of the names and labels"):
        ag.write(data, tmp_path / "adx.xlsx", label_row=True)


@pytest.mark.parametrize("records", [-1, 1_048_576, 10**15])
def test_a_number_of_records_that_no_sheet_has(records, tmp_path):
    book = openpyxl.load_workbook(written(LABELLED, tmp_path))
    book["_datasets"]["G2"] = str(records)
    book.save(tmp_path / "adx.xlsx")
    with pytest.raises(ag.UnreadableInput, match="the sheets of metadata are damaged") as caught:
        ag.read(tmp_path / "adx.xlsx")
    assert "which a sheet does not have" in caught.value.where


def edited(data, tmp_path, change):
    """A workbook of ours that somebody changed."""
    tmp_path.mkdir(exist_ok=True)
    book = openpyxl.load_workbook(written(data, tmp_path))
    change(book)
    book.save(tmp_path / "edited.xlsx")
    (back,) = ag.read(tmp_path / "edited.xlsx")
    return back, [note.message for note in back.notes]


def test_a_record_that_was_deleted_is_not_there(tmp_path):
    data = frame(A=["x", "y", "z"], N=[1.0, 2.0, 3.0])
    back, notes = edited(data, tmp_path, lambda book: book["ADX"].delete_rows(3))
    assert (back["A"].tolist(), back["N"].tolist()) == (["x", "z"], [1.0, 3.0])
    (note,) = notes
    assert note.startswith(
        "the sheet has 2 records, and had 3 when it was written (sheet _datasets): records"
    )
    back, notes = edited(data, tmp_path / "more", lambda book: book["ADX"].append(["w", 4]))
    assert back["N"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert notes[0].startswith("the sheet has 4 records, and had 3")


def test_a_sheet_that_was_added_is_reported(tmp_path):
    def add(book):
        book.create_sheet("empty")
        book.create_sheet("ADAE").append(["USUBJID"])

    back, notes = edited(frame(A=["x"]), tmp_path, add)
    assert back.name == "ADX"
    assert notes == ["not read, since _datasets does not describe them: sheets with values (ADAE)"]


def test_a_number_typed_in_a_character_variable_is_reported(tmp_path):
    def type_(book):
        book["ADX"]["A2"] = 7

    back, notes = edited(frame(A=["x", "y"]), tmp_path, type_)
    assert back["A"].tolist() == ["7", "y"]
    assert notes == ["is described as Char, but contains cells of another kind; read as character"]


def test_names_that_are_numbers(tmp_path):
    (data,) = ag.read(made(tmp_path / "adx.xlsx", {"S": [["USUBJID", 2020, 0.5, True], ["a", 1, 2, 3]]}))
    assert [each.name for each in data.variables] == ["USUBJID", "2020", "0.5", "TRUE"]


def test_blank_rows_of_others_are_counted(tmp_path):
    (data,) = ag.read(made(tmp_path / "adx.xlsx", {"S": [["AVAL"], [1], [None], [None], [3]]}))
    assert data["AVAL"].tolist() == [1.0, 3.0]
    assert [note.message for note in data.notes] == ["rows without values, excluded: 2"]


def test_what_a_spreadsheet_cannot_hold_of_others_is_reported(tmp_path):
    path = tmp_path / "adx.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["USUBJID", "ADT"])
        sheet.write_row(1, 0, [12345678901234567, 59], book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(1, 0, [12345678901234567])
    (data,) = ag.read(path)
    said = {note.variable: note.message for note in data.notes}
    assert said["ADT"] == "1 date before March 1900, which spreadsheets count with one day too many"
    assert said["USUBJID"] == "1 number of more than 15 digits, of which a spreadsheet keeps 15"


IMPOSSIBLE = ["yyyy-mm-dd", "hh:mm", '[$-409]d" day "mmm', 14, 45, "h:mm AM/PM", "Standard"]


@pytest.mark.parametrize("shown", IMPOSSIBLE)
@pytest.mark.parametrize("number", [-0.25, -1, 60, 60.5])
def test_dates_and_times_that_there_are_not_are_refused(shown, number, tmp_path):
    path = tmp_path / "adx.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["ATM"])
        sheet.write(1, 0, number, book.add_format({"num_format": shown}))
    with pytest.raises(ag.UnreadableInput) as refused:
        ag.read(path)
    assert refused.value.what == (
        f"1 cell with an impossible date or time (negative, or 29 February 1900): A2 {number}"
    )


FILLED = "0*d"
"""Filled with a letter that calamine 0.7.0, the lowest version, takes for a day; later ones do not."""


@pytest.mark.parametrize(
    "shown",
    [
        *("[h]:mm", "0.00", "General", '0 "d"', "[Red]0", "0_d", 46),
        pytest.param(FILLED, marks=pytest.mark.skipif(version("python-calamine") == "0.7.0", reason=FILLED)),
    ],
)
def test_numbers_and_durations_may_be_negative(shown, tmp_path):
    path = tmp_path / "adx.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        format_ = book.add_format({"num_format": shown})
        sheet.write_row(0, 0, ["AVAL"])
        sheet.write_column(1, 0, [-0.25, 60], format_)
    (data,) = ag.read(path)
    seconds = 86_400 if shown in ("[h]:mm", 46) else 1
    assert data["AVAL"].tolist() == [-0.25 * seconds, 60.0 * seconds]


def test_the_60th_day_of_1904_is_one(tmp_path):
    path = tmp_path / "adx.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["ADT"])
        sheet.write(1, 0, 60, book.add_format({"num_format": "yyyy-mm-dd"}))
    (data,) = ag.read(path)
    assert data["ADT"].tolist() == [pd.Timestamp("1904-03-01")]


def test_text_whose_number_is_60_is_text(tmp_path):
    path = tmp_path / "adx.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_column(0, 0, [f"T{each}" for each in range(70)], book.add_format({"num_format": "d"}))
    (data,) = ag.read(path)
    assert data["T0"].tolist()[59] == "T60"
