"""Differences as text and as JSON with its schema; at a glance."""

import datetime
import json

import jsonschema
import numpy as np
import pandas as pd
import pytest
from object_schemas import objects
from syrupy.assertion import SnapshotAssertion

import adamgate as ag
from adamgate.converters.reports.differences import SCHEMA, render_json, render_text, render_verdict
from adamgate.schemas.glance import LINES

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

SUBJECTS = [f"S{number}" for number in range(1, 9)]
LABELS = {
    "USUBJID": "Subject",
    "AVAL": "Analysis Value",
    "ADT": "Analysis Date",
    "AVALC": "Analysis Value (C)",
}


def dataset(name: str, frame: pd.DataFrame, label: str = "", labels: dict = LABELS) -> ag.Dataset:
    variables = [
        ag.Variable(each, labels.get(each, ""), "Char" if each in ("USUBJID", "AVALC", "NOTE") else "Num")
        for each in frame
    ]
    return ag.Dataset.from_frame(frame, name, label, variables)


def a_and_b() -> tuple[ag.Study, ag.Study]:
    """Two studies with a difference of each kind."""
    days = [datetime.date(2020, 1, day) for day in range(1, 9)]
    frame = pd.DataFrame(
        {
            "USUBJID": SUBJECTS,
            "AVAL": np.arange(8) * 1.5,
            "ADT": days,
            "AVALC": list("abcdefgh"),
            "ONLY": 1.0,
            "KIND": 21915.0,
        }
    )
    other = frame.drop(columns="ONLY").assign(
        AVAL=[0.0, 1.5 + 1e-12, 3.25, np.nan, 6.0, np.inf, 9.0, 10.5],
        ADT=[*days[:7], datetime.date(2021, 1, 8)],
        AVALC=["a", "b", "c ", "D", None, "x", "y", "z"],
        KIND="21915",
        NEW=1.0,
    )[["AVAL", "USUBJID", "ADT", "AVALC", "KIND", "NEW"]]
    other = pd.concat([other.drop(index=[0]), other.iloc[[7]].assign(USUBJID="S9")], ignore_index=True)
    same = pd.DataFrame({"USUBJID": SUBJECTS, "AGE": range(8)})
    tags = ag.SpecialMissing(np.array([2]), np.array(["A"]))
    tagged = dataset("ADTTE", other, "Times", LABELS | {"AVAL": "Value"}).replace(
        special_missing={"AVAL": tags}
    )
    return (
        ag.Study.of(dataset("ADSL", same), dataset("ADTTE", frame, "Time"), dataset("ADLB", same)),
        ag.Study.of(dataset("ADSL", same[::-1]), tagged, dataset("ADVS", same)),
    )


@pytest.fixture(scope="module")
def found() -> ag.Differences:
    return ag.diff(*a_and_b(), rel=1e-9, first=2)


@pytest.fixture(scope="module")
def shown() -> ag.Differences:
    return ag.diff(*a_and_b(), rel=1e-9, first=2, show_values=True)


@pytest.mark.parametrize(
    ("a", "b", "shown"),
    [
        ("a", "b", "a | b"),
        (" a", "a", '" a" | a'),
        ("missing", None, '"missing" | missing'),
        ("a\tb", "a b", "a\\tb | a b"),
        ("e\u0301", "\u00e9", "e\\u0301 | \\xe9"),
        ("5 \u00b5g", "5 \u03bcg", "5 \\xb5g | 5 \\u03bcg"),
        ("a\x1b[31m", "\u202ea", "a\\x1b[31m | \\u202ea"),
        ("x" * 300 + "y", "x" * 300 + "z", f"…{'x' * 20}y | …{'x' * 20}z"),
        ("x" * 300, "y", f"{'x' * 60}… | y"),
        ("x" * 300, None, f"{'x' * 60}… | missing"),
        (0.1, 1e16, "0.1 | 1e+16"),
    ],
)
def test_one_sees_how_values_differ(a: object, b: object, shown: str):
    sides = (dataset("ADX", pd.DataFrame({"USUBJID": ["S1"], "NOTE": [each]})) for each in (a, b))
    found = ag.diff(*sides, by="USUBJID", show_values=True)
    assert render_text(found).splitlines()[-1] == f"    NOTE  1: USUBJID S1  {shown}"
    (value,) = found.to_dict()["datasets"][0]["values"]
    assert (value["first"][0]["a"], value["first"][0]["b"]) == (a, b), "the document has them whole"


def test_labels_that_look_the_same():
    frame = pd.DataFrame({"AVAL": [1.0]})
    sides = (dataset("ADX", frame, labels={"AVAL": each}) for each in ("In \u00b5g", "In \u03bcg"))
    assert '"In \\xb5g" | "In \\u03bcg"' in render_text(ag.diff(*sides))


def test_text(found: ag.Differences, snapshot: SnapshotAssertion):
    assert render_text(found) == snapshot


def test_text_with_values(shown: ag.Differences, snapshot: SnapshotAssertion):
    assert render_text(shown) == snapshot


def test_text_of_equal_datasets(snapshot: SnapshotAssertion):
    first, _ = a_and_b()
    text = render_text(ag.diff(first["ADTTE"], first["ADTTE"]))
    assert text == snapshot
    assert text.startswith(render_verdict(ag.diff(first["ADTTE"], first["ADTTE"])))


def test_text_of_duplicates_and_of_equal_within_a_tolerance(snapshot: SnapshotAssertion):
    frame = pd.DataFrame({"USUBJID": ["a", "a", "b"], "AVAL": [1.0, 2.0, 3.0]})
    other = frame.assign(AVAL=[1.0, 2.1, 3.0])
    a, b = (ag.Dataset.from_frame(each, "ADX") for each in (frame, other))
    assert render_text(ag.diff(a, b, by="USUBJID", abs=0.5)) == snapshot


def test_json(shown: ag.Differences, snapshot: SnapshotAssertion):
    document = json.loads(render_json(shown))
    VALIDATOR.validate(document)
    assert document == shown.to_dict()
    assert document == snapshot


def test_json_without_values(found: ag.Differences):
    document = found.to_dict()
    VALIDATOR.validate(document)
    values = document["datasets"][1]["values"]
    assert all(set(cell) == {"record_a", "record_b"} for each in values for cell in each["first"])
    assert document["datasets"][1]["b"]["records_only_here"] == {"count": 1, "first": [8], "keys": None}


def test_the_same_differences_give_the_same_text(found: ag.Differences):
    again = ag.diff(*a_and_b(), rel=1e-9, first=2)
    assert render_json(again) == render_json(found)
    assert render_text(again) == render_text(found)


def test_the_schema_is_a_schema_and_strict():
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    found = list(objects(VALIDATOR.schema))
    assert len(found) > 6
    assert all("additionalProperties" in each for each in found)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("equal"),
        lambda document: document.update(extra=1),
        lambda document: document["datasets"][0]["keys"].update(origin="guessed"),
        lambda document: document["datasets"][1]["values"][0]["first"][0].update(a=1),
    ],
)
def test_the_schema_finds_what_is_wrong(found: ag.Differences, change):
    document = json.loads(render_json(found))
    change(document)
    assert not VALIDATOR.is_valid(document)


def test_at_a_glance(found: ag.Differences, snapshot: SnapshotAssertion):
    assert f"{found!r}\n{found.datasets['ADTTE']!r}" == snapshot
    assert "<table>" in found._repr_html_()
    many = ag.Study.of(*(dataset(f"AD{number}", pd.DataFrame({"X": [1]})) for number in range(40)))
    assert len(repr(ag.diff(many, many)).splitlines()) == LINES


def test_the_frame_of_all_cells(found: ag.Differences, snapshot: SnapshotAssertion):
    assert found.frame.to_dict("records") == snapshot
    assert next(iter(found.datasets["ADTTE"].frame)) == "USUBJID"
    same = ag.diff(a_and_b()[0], a_and_b()[0]).frame
    assert list(same) == list(found.frame)
    assert len(same) == 0


def test_names_from_files_cannot_move_a_cursor():
    frame = pd.DataFrame({"USUBJID": ["a"], "X\x1b[2J": ["\x1b[31mred"]})
    a = ag.Dataset.from_frame(frame, "ADX", "\x1b[1m")
    b = ag.Dataset.from_frame(frame.assign(**{"X\x1b[2J": "\x07"}), "ADX", "\x9b")
    found = ag.diff(a, b, show_values=True, by="USUBJID")
    assert found.datasets["ADX"].cells == 1
    for text in (render_text(found), render_json(found)):
        assert text.replace("\n", "").isprintable()


def wide(name: str, value: float) -> ag.Dataset:
    names = [f"V{number:03}" for number in range(60)]
    described = [ag.Variable(each, f"Label {name}", "Num") for each in names]
    return ag.Dataset.from_frame(
        pd.DataFrame({**{each: [value] for each in names}, name: [1.0]}), "ADX", "", described
    )


def test_the_text_lists_some_variables_and_counts_the_others():
    found = ag.diff(wide("A1", 1.0), wide("B1", 2.0), show_values=True)
    lines = render_text(found).splitlines()
    assert lines.count("    … 10 more") == 2, "variables and labels"
    assert sum(line.startswith("    V0") for line in lines) == 2 * 50, "in the tables of cells and of values"
    assert len(found.to_dict()["datasets"][0]["values"]) == 60
    assert len(json.loads(render_json(found))["datasets"][0]["metadata"]) == 60
    fewer = render_text(found, 2).splitlines()
    assert fewer.count("    … 58 more") == 2
    assert not any("more" in line for line in render_text(found, 60).splitlines())


def test_variables_of_one_dataset_only_are_listed_and_counted():
    other = ag.Dataset.from_frame(pd.DataFrame({"A1": [1.0]}), "ADX")
    assert "  variables only in A: V000, V001, … 58 more" in render_text(ag.diff(wide("A1", 1.0), other), 2)
