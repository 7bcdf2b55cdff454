"""Sheets as raw tables: texts as typed, numbers exactly, dates said, and what cells do not show."""

import datetime as dt
import random
import subprocess
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pandas as pd
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from workbooks import changed_part, ods, xlsb, xlsx

from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.xlsx import packed_workbook
from adamgate.converters.formats.xlsx.cell_text import duration_text, number_text
from adamgate.converters.raw_exports.options import RawFile
from adamgate.converters.raw_exports.raw_table import RawTable
from adamgate.converters.raw_exports.reading import read_raw_tables
from adamgate.schemas.errors import ConfigurationError, UnreadableInput


def read(folder: Path, file: str = "export.xlsx", **declared: object) -> RawTable:
    (table,) = read_raw_tables([folder], RawFile(files=(file,), **declared))
    return table


def rows(table: RawTable) -> list[list[str]]:
    columns = [
        ["" if pd.isna(each) else each for each in table.dataset.frame[name]] for name in table.columns
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def notes(table: RawTable) -> list[str]:
    return [note.message for note in table.dataset.notes]


def test_cells_of_every_kind_are_text(tmp_path):
    xlsx(
        tmp_path / "export.xlsx",
        {
            "AE": [
                ["Subject Id", "N", "When", "OK"],
                ["007", 1, dt.date(2024, 1, 31), True],
                [" x ", 1.5, dt.datetime(2024, 1, 31, 10, 30, 5), False],
                ["1e5", -0.1, dt.time(10, 30), None],
                ["a\nb", 12345678901, dt.timedelta(hours=30), "Yes"],
                ["=not", 1e-7, "2024-01", None],
            ]
        },
    )["AE"]
    changed_part(tmp_path / "export.xlsx", "xl/worksheets/sheet1.xml", b"<f>not</f><v />", b"<v>0</v>")
    table = read(tmp_path)
    assert table.columns == ("Subject Id", "N", "When", "OK")
    assert rows(table) == [
        ["007", "1", "2024-01-31", "TRUE"],
        [" x ", "1.5", "2024-01-31T10:30:05", "FALSE"],
        ["1e5", "-0.1", "10:30:00", ""],
        ["a\nb", "12345678901", "30:00:00", "Yes"],
        ["0", "1e-07", "2024-01", ""],
    ]
    assert notes(table) == [
        "When: 1 datetime written as 2024-01-31T10:30:00",
        "When: 1 date written as 2024-01-31",
        "When: 1 time written as 10:30:00",
        "When: 1 duration written as 30:00:00",
        "OK: 2 truth values written as TRUE and FALSE",
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (1 / 3, "0.3333333333333333"),
        (2.0**53, "9007199254740992.0"),
        (1e300, "1e+300"),
    ],
)
def test_numbers_read_back_to_themselves(number, text):
    assert number_text(number) == text
    assert float(text) == number


def test_durations_below_zero():
    assert duration_text(-dt.timedelta(hours=1, seconds=1, milliseconds=500)) == "-01:00:01.5"


def test_rows_and_columns_without_values_are_excluded_and_counted(tmp_path):
    book = xlsx(tmp_path / "export.xlsx", {"AE": []})
    sheet = book["AE"]
    for place, value in {"C4": "A", "E4": "B", "C5": 1, "C8": 2, "E8": "x"}.items():
        sheet[place] = value
    sheet["H20"].font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "export.xlsx")
    table = read(tmp_path)
    assert (table.columns, rows(table), table.line.tolist()) == (("A", "B"), [["1", ""], ["2", "x"]], [5, 8])
    assert notes(table) == ["columns without name or values, excluded: 1", "rows without values, excluded: 2"]


def test_header_lines_are_those_of_a_text_file(tmp_path):
    lines = [["Exported 2024"], ["Subject Id", "Weight"], ["SubjectId", "WT"], [None, "kg"], ["01", 70]]
    xlsx(tmp_path / "export.xlsx", {"DM": lines})
    with pytest.raises(UnreadableInput, match="the second line looks like a line of names"):
        read(tmp_path, skip_lines=1)
    table = read(tmp_path, skip_lines=1, header_lines=("labels", "names", "units"))
    assert (rows(table), table.line.tolist()) == ([["01", "70"]], [5])
    assert (table.labels["SubjectId"], table.units) == ("Subject Id", {"WT": "kg"})


def test_titles_above_the_names_are_not_names(tmp_path):
    lines = [
        ["Adverse Events"],
        [None],
        ["Exported 2024"],
        ["SUBJID", "AETERM", "AESEV"],
        ["01", "x", "MILD"],
    ]
    xlsx(tmp_path / "export.xlsx", {"AE": lines})
    with pytest.raises(UnreadableInput) as caught:
        read(tmp_path)
    assert caught.value.what == "2 lines above the names of the columns, with one value each, as a title has"
    table = read(tmp_path, skip_lines=3)
    assert (table.columns, rows(table)) == (("SUBJID", "AETERM", "AESEV"), [["01", "x", "MILD"]])


@pytest.mark.parametrize("declared", [{"unusable_names": "number"}, {"header_lines": ("ignore", "names")}])
def test_a_line_with_one_value_is_no_title_where_it_is_declared_what_it_is(tmp_path, declared):
    xlsx(tmp_path / "export.xlsx", {"AE": [["A"], ["B", "C", "D"], [1, 2, 3]]})
    assert read(tmp_path, **declared).columns[-1] in ("COLUMN3", "D")


def test_sheets_by_name_and_pattern(tmp_path):
    book = xlsx(
        tmp_path / "export.xlsx", {each: [["A"], [each]] for each in ("AE", "AE site 2", "DM", "Codes")}
    )
    book["Codes"].sheet_state = "hidden"
    book.create_chartsheet("Chart")
    book.save(tmp_path / "export.xlsx")
    tables = read_raw_tables([tmp_path], RawFile(files=("export.xlsx#AE*", "export.xlsx#ae")))
    assert [(each.name, rows(each)) for each in tables] == [
        ("export.xlsx#AE", [["AE"]]),
        ("export.xlsx#AE site 2", [["AE site 2"]]),
    ]
    assert notes(tables[0]) == ["hidden sheets, not read: Codes"]
    assert rows(read(tmp_path, "export.xlsx#Codes")) == [["Codes"]]
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path, "export.xlsx#DMM")
    assert (refusal.value.what, refusal.value.advice) == (
        "the file contains no sheet DMM",
        "did you mean DM?",
    )
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path)
    assert refusal.value.what == "the file contains 3 sheets: AE, AE site 2, DM"


def test_errors_are_refused_with_their_places_unless_declared_missing(tmp_path):
    xlsx(tmp_path / "export.xlsx", {"AE": [["A", "B"], ["1", "#N/A"], ["#REF!", "x"]]})
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path, missing_values=("#REF!",))
    assert refusal.value.what == "1 cell with an error: B2 #N/A"
    table = read(tmp_path, missing_values=("#REF!", "#N/A"))
    assert rows(table) == [["1", ""], ["", "x"]]
    assert notes(table)[0] == "2 cells with an error read as missing, as declared"


def test_formulas_have_the_value_of_the_file(tmp_path):
    xlsx(tmp_path / "export.xlsx", {"AE": [["A"], ["=1+1"]]})
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path)
    assert refusal.value.what == "1 formula without a value: A2"
    changed_part(tmp_path / "export.xlsx", "xl/worksheets/sheet1.xml", b"<v />", b"<v>2</v>")
    assert rows(read(tmp_path)) == [["2"]]


def test_what_excel_shows_otherwise_is_said(tmp_path):
    book = xlsx(
        tmp_path / "export.xlsx", {"AE": [["A", "B"], [7, 12345678901234567], [None, dt.date(1900, 1, 1)]]}
    )
    book["AE"]["A2"].number_format = "000"
    book["AE"].merge_cells("A3:A4")
    book.save(tmp_path / "export.xlsx")
    assert notes(read(tmp_path)) == [
        "1 number shown with leading zeros in Excel, read without them: A2",
        "B: 1 date written as 2024-01-31",
        "1 date before March 1900, which spreadsheets count with one day too many",
        "1 number of more than 15 digits, of which a spreadsheet keeps 15",
        "merged cells, of which only the first has the value: A3:A4",
    ]


def test_workbooks_that_count_from_1904(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["A"])
    book.active.append([dt.date(2024, 2, 29)])
    book.save(tmp_path / "export.xlsx")
    assert rows(read(tmp_path)) == [["2024-02-29"]]


def test_open_document_workbooks(tmp_path):
    ods(tmp_path / "lab.ods", {"LB": [["A", "B"], ["007", "x"]]})
    assert rows(read(tmp_path, "lab.ods")) == [["007", "x"]] or rows(read(tmp_path, "lab.ods")) == [
        ["007", " x "]
    ]
    ods(tmp_path / "lab.ods", {"LB": [["A", "B"], ["007", "x"]]}, error=True)
    with pytest.raises(UnreadableInput, match="2 cells with an error: C1, C2"):
        read(tmp_path, "lab.ods")


ERROR = b'<table:table-cell calcext:value-type="error" office:value-type="string"/>'
WITH_TEXT = ERROR.replace(b"/>", b' office:string-value=""><text:p>#N/A</text:p></table:table-cell>')


def test_errors_of_open_document_workbooks_have_places_in_their_sheets(tmp_path):
    sheets = {"AE": [["A", "B"], ["1", "2"]], "L&amp;B": [["A"], ["x"]]}
    ods(tmp_path / "all.ods", sheets, error=True)
    changed_part(tmp_path / "all.ods", "content.xml", ERROR, WITH_TEXT)
    first = b"<table:table-row><table:table-cell office:value-type"
    blank = b'<table:table-row table:number-rows-repeated="3"/>' + first
    changed_part(tmp_path / "all.ods", "content.xml", first, blank)
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path, "all.ods#L&B")
    assert refusal.value.what == "2 cells with an error: B4 #N/A, B8 #N/A"
    assert refusal.value.advice == 'correct them in the workbook, or declare missing_values = ["#N/A"]'


def test_errors_of_other_sheets_of_an_open_document_workbook_do_not_matter(tmp_path):
    ods(tmp_path / "all.ods", {"AE": [["A"], ["1"]], "LB": [["A"], ["x"]]}, error=True)
    with ZipFile(tmp_path / "all.ods") as packed:
        content = packed.read("content.xml").replace(ERROR, b"", 2)
    changed_part(tmp_path / "all.ods", "content.xml", ERROR, WITH_TEXT)
    with ZipFile(tmp_path / "all.ods") as packed:
        parts = {name: packed.read(name) for name in packed.namelist()} | {"content.xml": content}
    with ZipFile(tmp_path / "all.ods", "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    assert rows(read(tmp_path, "all.ods#AE")) == [["1"]]
    with pytest.raises(UnreadableInput, match="2 cells with an error: B1, B2"):
        read(tmp_path, "all.ods#LB")


def test_declared_errors_of_an_open_document_workbook_are_missing(tmp_path):
    ods(tmp_path / "lab.ods", {"LB": [["A", "B"], ["1", "x"]]})
    cell = b'<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    changed_part(tmp_path / "lab.ods", "content.xml", cell, WITH_TEXT)
    with pytest.raises(UnreadableInput, match="1 cell with an error: B2 #N/A"):
        read(tmp_path, "lab.ods")
    assert rows(read(tmp_path, "lab.ods", missing_values=("#N/A",))) == [["1", ""]]


def test_open_document_sheets_that_would_fill_the_memory_are_refused(tmp_path):
    ods(tmp_path / "lab.ods", {"LB": [["A", "B"], ["007", "x"]]})
    changed_part(
        tmp_path / "lab.ods",
        "content.xml",
        b"<table:table-row>",
        b'<table:table-row table:number-rows-repeated="90000000">',
    )
    with pytest.raises(UnreadableInput, match="the sheet fills 180,000,000 rows and 2 columns"):
        read(tmp_path, "lab.ods")


def test_old_workbooks(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("LB")
    for column, (name, value) in enumerate({"A": "007", "B": 1.5, "C": 3}.items()):
        sheet.write(0, column, name)
        sheet.write(1, column, value)
    book.save(str(tmp_path / "lab.xls"))
    table = read(tmp_path, "lab.xls")
    assert rows(table) == [["007", "1.5", "3"]]
    assert notes(table) == []


def test_errors_of_old_workbooks_are_refused_with_their_places(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Übung")
    for row in range(3000):  # more than the sectors of small streams hold
        sheet.write(row, 0, "A" if row == 0 else f"text {row}")
    sheet.row(7).set_cell_error(1, 42)
    sheet.row(0).write(1, "B")
    book.save(str(tmp_path / "lab.xls"))
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path, "lab.xls")
    assert refusal.value.what == "1 cell with an error: B8 #N/A"
    assert len(read(tmp_path, "lab.xls", missing_values=("#N/A",))) == 2999


@pytest.mark.parametrize("place", range(0, 2048, 61))
def test_damaged_old_workbooks_are_read_or_refused(tmp_path, place):
    """Sectors in a circle, places far away, counts of millions: none may take the memory."""
    book = xlwt.Workbook()
    book.add_sheet("LB").write(0, 0, "A")
    book.save(str(tmp_path / "lab.xls"))
    content = bytearray((tmp_path / "lab.xls").read_bytes())
    for value in (b"\0\0\0\0", b"\x01\0\0\0", b"\xff\xff\xff\x7f"):
        content[place : place + 4] = value
        (tmp_path / "lab.xls").write_bytes(content)
        try:
            outcome = read(tmp_path, "lab.xls").columns
        except UnreadableInput as refusal:
            outcome = refusal.what
        assert outcome


def test_any_cells_come_back(tmp_path):
    """Random sheets, compared with what was written, whatever the place of blank rows."""
    chance = random.Random(20)
    written = [["S", "N", "T"]]
    for number in range(500):
        text = chance.choice(["", "01", " pad ", "Ünï", "NA", f"t{number}"])
        value = chance.choice([None, number, number / 7, float(number)])
        written.append([text or None, value, f"r{number}" if chance.random() < 0.9 else None])
    xlsx(tmp_path / "export.xlsx", {"AE": written})
    table = read(tmp_path)
    expected = [
        [
            "" if each is None else each if isinstance(each, str) else number_text(float(f"{each:.16g}"))
            for each in row
        ]
        for row in written[1:]
        if any(each is not None for each in row)
    ]
    assert rows(table) == expected
    assert [written[line - 1] for line in table.line] == [
        row for row in written[1:] if any(each is not None for each in row)
    ]


def test_a_sheet_that_would_fill_the_memory_is_refused(tmp_path):
    book = xlsx(tmp_path / "export.xlsx", {"AE": [["A"], ["x"]]})
    book["AE"]["XFD1048576"] = "far"
    book.save(tmp_path / "export.xlsx")
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path)
    assert refusal.value.what.startswith("the sheet fills 1,048,576 rows and 16,384 columns")


def test_a_far_cell_without_a_value_is_no_harm(tmp_path):
    book = xlsx(tmp_path / "export.xlsx", {"AE": [["A"], ["x"]]})
    book["AE"]["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(tmp_path / "export.xlsx")
    assert rows(read(tmp_path)) == [["x"]]


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    xlsx(tmp_path / "export.xlsx", {"AE": [["A"], ["x"]]})
    with ZipFile(tmp_path / "export.xlsx", "a", ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/bomb.bin", bytes(70 << 20))
    with pytest.raises(UnreadableInput, match="unpacks to more than"):
        read(tmp_path)
    declared = RawFile(files=("export.xlsx",))
    assert len(read_raw_tables([tmp_path], declared, ReadOptions(max_unpacked=1 << 30))) == 1


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty, not a workbook (.xlsx)"),
        (b"A,B\n1,2\n", "the file is a text file, perhaps CSV, not a workbook (.xlsx)"),
        (b"<html><table></table></html>", "the file is an HTML page, not a workbook (.xlsx)"),
        (b"PK\x03\x04 and no more", "the workbook is damaged or incomplete"),
        (packed_workbook.__doc__.encode(), "the file is a text file, perhaps CSV, not a workbook (.xlsx)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "the file is an old Excel workbook, not .xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "the workbook is encrypted",
        ),
    ],
)
def test_files_that_are_no_workbooks(tmp_path, content, what):
    (tmp_path / "export.xlsx").write_bytes(content)
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path)
    assert refusal.value.what == what


@pytest.mark.parametrize("lost", [1, 100, 1000, 3000])
def test_a_workbook_that_is_cut_short(tmp_path, lost):
    xlsx(tmp_path / "export.xlsx", {"AE": [["A"], ["x"]]})
    content = (tmp_path / "export.xlsx").read_bytes()
    (tmp_path / "export.xlsx").write_bytes(content[:-lost])
    with pytest.raises(UnreadableInput):
        read(tmp_path)


def test_a_damaged_part_is_refused(tmp_path):
    xlsx(tmp_path / "export.xlsx", {"AE": [["A"], ["x"]]})
    changed_part(tmp_path / "export.xlsx", "xl/worksheets/sheet1.xml", b"</row>", b"<row")
    with pytest.raises(UnreadableInput, match="the workbook is damaged"):
        read(tmp_path)


def test_a_zip_archive_that_is_no_workbook(tmp_path):
    with ZipFile(tmp_path / "export.xlsx", "w") as packed:
        packed.writestr("ae.csv", "A\n1\n")
    with pytest.raises(UnreadableInput, match="cannot be read"):
        read(tmp_path)


def test_an_empty_sheet(tmp_path):
    xlsx(tmp_path / "export.xlsx", {"AE": []})
    with pytest.raises(UnreadableInput, match="the sheet is empty"):
        read(tmp_path)


def test_a_last_column_without_a_name(tmp_path):
    xlsx(tmp_path / "export.xlsx", {"AE": [["A", None], ["x", "y"]]})
    with pytest.raises(UnreadableInput, match="column 2 has no name"):
        read(tmp_path)
    assert read(tmp_path, unusable_names="number").columns == ("A", "COLUMN2")


def test_options_of_text_files_mean_nothing(tmp_path):
    xlsx(tmp_path / "export.xlsx", {"AE": [["A"], ["x"]]})
    with pytest.raises(ConfigurationError, match="encoding is declared"):
        read(tmp_path, encoding="utf-8")


@pytest.mark.slow
def test_without_the_library_the_message_says_what_to_install(tmp_path):
    xlsx(tmp_path / "export.xlsx", {"AE": [["A"], ["x"]]})
    program = (
        "import sys; sys.modules['python_calamine'] = None\n"
        "from pathlib import Path\n"
        "from adamgate.converters.raw_exports.reading import read_raw_tables\n"
        "from adamgate.converters.raw_exports.options import RawFile\n"
        f"read_raw_tables([Path({str(tmp_path)!r})], RawFile(files=('export.xlsx',)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "pip install 'adamgate[excel]'" in ran.stderr


def test_binary_workbooks(tmp_path):
    path = tmp_path / "lab.xlsb"
    xlsb(
        path,
        {"LB": [["A", "B", "Größe"], ["007", 1.5, " x "], ["1e5", 12.0, "y" * 300]], "AE": [["A"], ["z"]]},
    )
    table = read(tmp_path, "lab.xlsb#LB")
    assert table.columns == ("A", "B", "Größe")
    assert rows(table) == [["007", "1.5", " x "], ["1e5", "12", "y" * 300]]
    assert notes(table) == [".xlsb does not distinguish errors such as #N/A from empty cells; .xlsx does"]
    with pytest.raises(UnreadableInput, match="the file contains 2 sheets: LB, AE"):
        read(tmp_path, "lab.xlsb")
