"""What conversions take from define.xml, and what they say of it."""

import json

import numpy as np
import pandas as pd
import pytest
from define_documents import DEFINE_2_1

import adamgate as ag
from adamgate import cli

NAMES = ["EXTRA", "AVAL", "PARAMCD", "USUBJID"]


@pytest.fixture
def xpt(tmp_path):
    """A file of which some labels are missing and one is another; its variables are in another order."""
    frame = pd.DataFrame(
        {
            "EXTRA": ["x", "y"],
            "AVAL": [2.5, np.nan],
            "PARAMCD": ["OS", "OS"],
            "USUBJID": ["01-002-long-one", "01-001"],
        }
    )
    variables = [ag.Variable(name, "My label" if name == "PARAMCD" else "", "Char") for name in NAMES]
    variables[1] = ag.Variable("AVAL", "", "Num")
    path = tmp_path / "data" / "adtte.xpt"
    path.parent.mkdir()
    ag.write(ag.Dataset.from_frame(frame, "ADTTE", variables=variables), path)
    return path


@pytest.fixture
def define(tmp_path):
    path = tmp_path / "of_study.xml"
    path.write_text(DEFINE_2_1, encoding="utf-8")
    return path


def test_labels_and_order_of_a_transport_file_are_completed_and_its_own_kept(xpt, define, tmp_path):
    ag.convert(xpt, tmp_path / "out.xpt", define=define)
    data = ag.read(tmp_path / "out.xpt").datasets
    (made,) = data.values()
    assert [(each.name, each.label) for each in made.variables] == [
        ("USUBJID", "Unique Subject Identifier"),
        ("PARAMCD", "My label"),
        ("AVAL", "Analysis Value"),
        ("EXTRA", ""),
    ]


def test_values_and_the_order_of_records_stay(xpt, define, tmp_path):
    ag.convert(xpt, tmp_path / "out.xpt", define=define)
    (made,) = ag.read(tmp_path / "out.xpt").datasets.values()
    before = ag.read(xpt)["ADTTE"]
    pd.testing.assert_frame_equal(made.frame[NAMES], before.frame[NAMES])
    assert made["USUBJID"].tolist() == ["01-002-long-one", "01-001"]  # 11 characters in define.xml


def test_it_is_told_what_is_taken_and_where_data_and_define_differ(xpt, define, tmp_path, capfd):
    arguments = ["convert", str(xpt), str(tmp_path / "out.xpt"), "--define", str(define)]
    assert cli.run([*arguments, "--manifest", str(tmp_path / "m.json")]) == 0
    told = capfd.readouterr().err
    for note in (
        "labels from define.xml: AVAL, USUBJID",
        "labels unlike those of define.xml, written as in the data: PARAMCD",
        "order of 4 variables from define.xml",
    ):
        assert note in told
        assert note in {each["message"] for each in json.loads((tmp_path / "m.json").read_text())["notes"]}


def test_what_the_format_has_no_place_for_is_not_taken(xpt, define, tmp_path, capfd):
    assert cli.run(["convert", str(xpt), str(tmp_path / "out.sav"), "--define", str(define)]) == 0
    told = capfd.readouterr().err
    assert "labels from define.xml: AVAL, USUBJID" in told
    assert "keys" not in told
    assert "formats from define.xml" not in told
    assert "lengths unlike" not in told
    assert [each.name for each in next(iter(ag.read(tmp_path / "out.sav"))).variables] == [
        "USUBJID",
        "PARAMCD",
        "AVAL",
        "EXTRA",
    ]


def test_keys_are_told(xpt, define, tmp_path, capfd):
    assert cli.run(["convert", str(xpt), str(tmp_path / "out.json"), "--define", str(define)]) == 0
    assert "ADTTE: keys from define.xml: USUBJID, PARAMCD" in capfd.readouterr().err


def test_without_a_definition_the_file_is_as_it_was(xpt, tmp_path):
    ag.convert(xpt, tmp_path / "out.xpt")
    assert [each.name for each in next(iter(ag.read(tmp_path / "out.xpt"))).variables] == NAMES
