"""Descriptions as text and JSON."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from adamgate.converters.reports.contents import RENDERERS, render_json, render_text
from adamgate.converters.reports.describe import Description, VariableDescription
from adamgate.schemas.standards.structure import Structure
from adamgate.schemas.study.variable import ReadingNote


@pytest.fixture
def described() -> Description:
    def variable(number: int, name: str, **more: object) -> VariableDescription:
        plain = {
            "type": "Char", "length": 20, "format": "", "informat": "", "label": f"Label of {name}",
            "missing": 0, "special_missing": {}, "distinct": 1204,
        }  # fmt: skip
        return VariableDescription(number=number, name=name, **{**plain, **more})

    return Description(
        name="ADTTE",
        label="Time to Event",
        structure=Structure.TTE,
        records=1204,
        created=datetime(2026, 1, 2, 3, 4, 5),
        modified=None,
        source_path=Path("data/adtte.xpt"),
        source_format="XPT v5",
        encoding="cp1252",
        variables=(
            variable(1, "USUBJID"),
            variable(2, "ADT", type="Num", length=8, format="DATE9.", missing=3, distinct=40),
            variable(3, "AVAL", type="Num", length=None, missing=2, special_missing={"._": 1, ".A": 1}),
        ),
        notes=(ReadingNote("ADTTE", "read as cp1252: bytes 92", "PARAM", 12),),
    )


def test_text(described: Description, snapshot: SnapshotAssertion):
    assert render_text([described]) == snapshot


def test_ranges_are_shown_where_they_were_asked_for(described: Description):
    ranged = replace(
        described,
        ranges=True,
        variables=(
            replace(described.variables[1], kind="date", first="2014-01-02", last="2014-01-03"),
            replace(described.variables[2], first=0.5, last=float("inf")),
        ),
    )
    lines = render_text([ranged]).splitlines()
    assert [line.split()[-5:-3] for line in lines[-2:]] == [["2014-01-02", "2014-01-03"], ["0.5", "inf"]]
    assert "date" in lines[-2]
    first, second = json.loads(render_json([ranged]))["datasets"][0]["variables"]
    assert (first["kind"], first["first"], first["last"]) == ("date", "2014-01-02", "2014-01-03")
    assert (second["kind"], second["first"], second["last"]) == (None, 0.5, "inf")
    assert "first" not in json.loads(render_json([described]))["datasets"][0]["variables"][0]


def test_two_datasets_have_a_blank_line_between_them(described: Description):
    one = render_text([described])
    assert render_text([described, described]) == f"{one}\n{one}"
    assert render_text([]) == ""


def test_an_empty_dataset_has_headings():
    shown = render_text([Description("ADX", "", Structure.OTHER, 0)])
    assert "  size:      0 records, 0 variables\n" in shown
    assert shown.endswith("  #  Variable  Type  Missing  Distinct\n")


def test_labels_cannot_command_the_terminal():
    shown = render_text([Description("ADX", "\x1b[31m\nred", Structure.OTHER, 0)])
    assert "\\x1b[31m\\nred" in shown
    assert "\x1b" not in shown


def test_json_says_the_same(described: Description):
    (found,) = json.loads(render_json([described]))["datasets"]
    assert found["created"] == "2026-01-02T03:04:05"
    assert found["modified"] is None
    assert (found["path"], found["format"], found["encoding"]) == ("data/adtte.xpt", "XPT v5", "cp1252")
    assert [each["name"] for each in found["variables"]] == ["USUBJID", "ADT", "AVAL"]
    assert found["variables"][1]["format"] == "DATE9."
    assert found["variables"][2]["special_missing"] == {"._": 1, ".A": 1}
    assert found["notes"] == ["ADTTE.PARAM record 12: read as cp1252: bytes 92"]
    assert set(RENDERERS) == {"text", "json"}
