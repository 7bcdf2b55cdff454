"""The Excel form: the sheets that reviewers read, in which nothing is computed."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from counted_forms import records, sheets
from hostile_reports import HOSTILE
from python_calamine import CalamineWorkbook

import adamgate as ag
from adamgate.converters.reports import document_of, workbook
from adamgate.converters.reports.workbook import Sheet
from adamgate.schemas.gate.finding import Example
from adamgate.schemas.gate.report import Policy, Waived
from adamgate.schemas.wording import plain

SHEETS = [
    "Conformance Details",
    "Dataset Details",
    "Issue Summary",
    "Issue Details",
    "Rules Report",
    "Waived",
]


def found(report: ag.Report) -> dict[str, list[dict]]:
    return {name: records(rows) for name, rows in sheets(document_of(report, "xlsx")).items()}


def cell(given: str) -> openpyxl.cell.Cell:
    """A text as the workbook holds it."""
    made = workbook.workbook([Sheet("A", (("Text", 10),), [(given,)])], "title", "described")
    return openpyxl.load_workbook(io.BytesIO(made))["A"]["A2"]


def test_the_sheets(faulty: ag.Report):
    assert [*found(faulty)] == SHEETS


def test_the_study(faulty: ag.Report):
    about = {each["Property"]: each["Value"] for each in found(faulty)["Conformance Details"]}
    assert about == {
        "Verdict": "REFUSED",
        "Fails on": "error",
        "Datasets": 2,
        "Findings: error": 1,
        "Findings: warning": 5,
        "Findings: note": 1,
        "Checks: passed": 0,
        "Checks: failed": 2,
        "Checks: not applicable": 1,
        "Checks: not run": 1,
        "Checks: deselected": 0,
        "Records waived": 0,
        "Standard: ADaMIG": "1.3 (default)",
        "Standard: OCCDS": "1.1 (adamgate.toml)",
        "Note from reading": "ADSL.SITENAME record 12: read as cp1252: bytes 92",
        "Version: adamgate": "0.1.0",
        "Version: pandas": "2.3.3",
        "Version: python": "3.12.1",
    }


def test_the_datasets(faulty: ag.Report):
    _, adtte = found(faulty)["Dataset Details"]
    assert adtte == {
        "Dataset": "ADTTE",
        "Label": "ADTTE label",
        "Structure": "TTE",
        "Records": 1254,
        "Variables": 26,
        "File": str(Path("data/adtte.xpt")),
        "Format": "XPT v5",
        "Encoding": "utf-8",
        "SHA-256": "a1" * 32,
        "Errors": 1,
        "Warnings": 5,
        "Notes": 0,
    }


def test_issues_in_short(faulty: ag.Report):
    rows = [tuple(each.values()) for each in found(faulty)["Issue Summary"]]
    assert [(*row[:3], *row[4:]) for row in rows] == [
        ("ADTTE", "TTE006", "error", 1, 1204),
        ("ADTTE", "AD0012", "warning", 5, 0),
        ("ADSL", "SL001", "note", 1, 1),
    ]
    assert rows[0][3] == "AVAL is negative or infinite"


def test_issues_record_by_record(faulty: ag.Report):
    details = found(faulty)["Issue Details"]
    assert [each["Finding"] for each in details] == [1] * 10 + [2, 3, 4, 5, 6, 7]
    assert details[2] == {
        "Finding": 1,
        "Severity": "error",
        "Dataset": "ADTTE",
        "Rule": "TTE006",
        "Parameter": None,
        "Variables": "AVAL",
        "Message": "AVAL is negative",
        "Records": 1204,
        "Since baseline": None,
        "Record": 3,
        "Raw record": None,
        "Keys": "USUBJID = 01-003, PARAMCD = OS",
        "Values": "AVAL = -4",
        "Fingerprint": faulty.findings[0].fingerprint,
    }
    assert (details[10]["Record"], details[10]["Keys"]) == (None, None)


def test_checks_with_their_reasons(faulty: ag.Report):
    rows = {each["Rule"]: (each["Outcome"], each["Reason"]) for each in found(faulty)["Rules Report"]}
    assert rows["TTE007"] == ("not applicable", "no STARTDT")
    assert rows["TTE009"] == ("not run", "TypeError: a mask must be 1254 booleans")
    assert rows["AD0012"] == ("failed", None)


def test_waivers(faulty: ag.Report):
    waived = Waived(
        "TTE006", "ADTTE", ("AVAL",), "AVAL is odd", 3, "known", "J. Doe", date(2030, 1, 31), "waiver 1", "OS"
    )  # fmt: skip
    assert found(replace(faulty, terms=Policy(waived=(waived,))))["Waived"] == [
        {
            "Dataset": "ADTTE",
            "Rule": "TTE006",
            "Parameter": "OS",
            "Variables": "AVAL",
            "Message": "AVAL is odd",
            "Records": 3,
            "Reason": "known",
            "Owner": "J. Doe",
            "Expires": "2030-01-31",
            "Waiver": "waiver 1",
        }
    ]


@pytest.mark.parametrize(
    "text", [*HOSTILE, "{=1+1}", "{1,2}", "http://x.example", "mailto:a@b.example", "007"]
)
def test_a_text_stays_a_text(text: str):
    made = workbook.workbook([Sheet("A", (("Text", 10),), [(text,)])], "title", "described")
    held = openpyxl.load_workbook(io.BytesIO(made))["A"]["A2"]
    assert (held.data_type, held.hyperlink) == ("s", None)
    seen = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("A")
    assert seen.to_python()[1] == [plain(text)]


def test_other_readers_see_the_same(faulty: ag.Report):
    made = document_of(faulty, "xlsx")
    other = CalamineWorkbook.from_filelike(io.BytesIO(made))
    for name, rows in sheets(made).items():
        seen = other.get_sheet_by_name(name).to_python()
        assert [tuple(None if each == "" else each for each in row) for row in seen] == rows


def test_nothing_in_it_runs_or_is_fetched(faulty: ag.Report):
    """No formulas, no links, no macros, no connections: neither a part for them nor an element."""
    values = {"AVAL": '=HYPERLINK("https://evil.example")'}
    evil = replace(faulty.findings[0], message="=1+1", examples=(Example(1, {}, values),))
    with zipfile.ZipFile(io.BytesIO(document_of(replace(faulty, findings=(evil,)), "xlsx"))) as parts:
        for name in parts.namelist():
            assert not any(word in name for word in ("vba", "external", "connection", "macro", "calcChain"))
            part = parts.read(name)
            assert b"<f>" not in part
            assert b"<hyperlink" not in part
            assert b'TargetMode="External"' not in part


@pytest.mark.parametrize("character", ["a", "é", "𝄞"])
def test_a_long_text_is_cut_and_says_so(character: str):
    room = 32_767 // (len(character.encode("utf-16-le")) // 2)
    assert cell(character * room).value == character * room
    held = cell(character * (room + 1)).value
    assert held.endswith("… (cut)")
    assert len(held.encode("utf-16-le")) // 2 <= 32_767
    assert held.removesuffix("… (cut)") == character * (len(held) - 7)


def test_more_rows_than_a_sheet_has_are_counted(monkeypatch: pytest.MonkeyPatch):
    assert workbook.ROWS == 1_048_576
    monkeypatch.setattr(workbook, "ROWS", 5)
    for number in range(3, 8):
        sheet = Sheet("A", (("N", 10),), [(at,) for at in range(number)])
        (rows,) = sheets(workbook.workbook([sheet], "", "")).values()
        assert len(rows) <= 5
        if number < 5:
            assert rows[1:] == [(at,) for at in range(number)]
        else:
            assert rows[1:] == [(0,), (1,), (2,), (f"… {number - 3:,} more rows, in the JSON report",)]


def test_each_part_is_well_formed_and_has_its_type(faulty: ag.Report):
    with zipfile.ZipFile(io.BytesIO(document_of(faulty, "xlsx"))) as parts:
        trees = {name: ElementTree.fromstring(parts.read(name)) for name in parts.namelist()}
        assert parts.testzip() is None
    types = trees["[Content_Types].xml"]
    stated = {each.get("PartName") for each in types if each.tag.endswith("}Override")}
    assert stated == {f"/{name}" for name in trees if not name.endswith(".rels")} - {"/[Content_Types].xml"}
    for name, tree in trees.items():
        for each in tree.iter():
            if name.endswith(".rels") and each.get("Target"):
                folder = name.partition("_rels/")[0]
                assert f"{folder}{each.get('Target')}" in trees


def test_heads_stay_in_view_and_columns_can_be_filtered(faulty: ag.Report):
    for sheet in openpyxl.load_workbook(io.BytesIO(document_of(faulty, "xlsx"))):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == (sheet.dimensions if sheet.max_row > 1 else None)
        assert sheet["A1"].font.bold
        if sheet.max_row > 1:
            assert sheet["A2"].alignment.wrap_text
            assert not sheet["A2"].font.bold
    assert sheet.column_dimensions["G"].width > 40
