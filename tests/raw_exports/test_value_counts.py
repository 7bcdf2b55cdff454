"""What maps, code lists and cases did is counted by value: an exchange leaves a trace."""

import json

import pytest
from raw_mapping import mapped

from adamgate.cli import run
from adamgate.converters.reports.derivation import render_text

DM = """[raw.DM]
files = ["dm.csv"]
[raw.DM.variables]
USUBJID = "ID"
SEX = { column = "SEX", map = { 1 = "M", 2 = "F", 3 = "U", "" = "U", 9 = "" } }
"""
FILES = {"dm.csv": "ID,SEX\n1,1\n2,2\n3,1\n4,\n5,9\n"}


def values_of(study, policy):
    (found,) = [each for each in study.record.effects if each.policy == policy]
    return [(each.value, each.became, each.count) for each in found.values]


def test_a_map_is_counted_by_value_in_its_order(tmp_path):
    study = mapped(tmp_path, FILES, DM)
    assert values_of(study, "variables.SEX.map") == [
        ("1", "M", 2),
        ("2", "F", 1),
        ("3", "U", 0),
        (None, "U", 1),
        ("9", None, 1),
    ]
    assert (
        "variables.SEX.map = 5 values 5 records "
        "values mapped: 1 -> M (2), 2 -> F (1), missing -> U (1), 9 -> missing (1)"
    ) in " ".join(render_text(study.record).split())


def test_values_that_a_map_does_not_have_are_not_shown(tmp_path):
    declared = DM.replace('9 = "" }', '9 = "" }, otherwise = "keep"')
    study = mapped(tmp_path, {"dm.csv": "ID,SEX\n1,secret\n2,1\n"}, declared)
    assert "secret" not in render_text(study.record)
    assert study["DM"]["SEX"].tolist() == ["secret", "M"]


def test_an_exchanged_map_has_other_counts(tmp_path):
    exchanged = DM.replace('1 = "M", 2 = "F"', '1 = "F", 2 = "M"')
    straight, turned = mapped(tmp_path, FILES, DM), mapped(tmp_path, FILES, exchanged)
    assert render_text(straight.record) != render_text(turned.record)
    assert values_of(turned, "variables.SEX.map")[:2] == [("1", "F", 2), ("2", "M", 1)]


CODED = """[codes.SEV]
files = ["codes.csv"]
code = "C"
text = "T"
[raw.AE]
files = ["ae.csv"]
[raw.AE.variables]
USUBJID = "ID"
AESEV = { column = "SEV", codes = "SEV", case = "upper" }
"""


def test_a_code_list_is_counted_by_the_codes_of_records(tmp_path):
    files = {"codes.csv": "C,T\n1,Mild\n2,SEVERE\n3,Worst\n", "ae.csv": "ID,SEV\n1,2\n2,1\n3,2\n4,\n"}
    study = mapped(tmp_path, files, CODED)
    assert values_of(study, "variables.AESEV.codes") == [("2", "SEVERE", 2), ("1", "Mild", 1)]
    (case,) = [each for each in study.record.effects if each.policy == "variables.AESEV.case"]
    assert (case.value, case.count, case.values) == ("upper", 1, ())


def test_the_order_of_records_does_not_change_the_counts(tmp_path):
    files = {"codes.csv": "C,T\n1,Mild\n2,SEVERE\n", "ae.csv": "ID,SEV\n1,2\n2,1\n3,2\n4,1\n"}
    other = {**files, "ae.csv": "ID,SEV\n4,1\n3,2\n2,1\n1,2\n"}
    one, two = mapped(tmp_path, files, CODED), mapped(tmp_path, other, CODED)
    assert one.record.effects == two.record.effects


def test_many_values_are_bounded_in_the_text_and_all_in_the_record(tmp_path):
    codes = "".join(f"{each},T{each}\n" for each in range(20))
    records = "".join(f"{each},{each % 20}\n" for each in range(30))
    study = mapped(tmp_path, {"codes.csv": f"C,T\n{codes}", "ae.csv": f"ID,SEV\n{records}"}, CODED)
    assert len(values_of(study, "variables.AESEV.codes")) == 20
    text = " ".join(render_text(study.record).split())
    assert "0 -> T0 (2), 1 -> T1 (2)," in text
    assert text.count(" -> ") == 8
    assert "and 12 more" in text


def test_a_policy_with_an_effect_is_not_listed_as_without_one(tmp_path):
    declared = """[raw.LB]
files = ["lb.csv"]
[raw.LB.variables]
USUBJID = "ID"
LBSTRESN = { column = "V", split = "-", part = 1, number = true, otherwise = "missing" }
LBSPID = { column = "ID", split = "-", part = 1, number = true, otherwise = "missing" }
"""
    study = mapped(tmp_path, {"lb.csv": "ID,V\n1,x\n2,5\n"}, declared)
    text = render_text(study.record)
    felt, _, idle = text.partition("without effect:")
    assert "variables.LBSTRESN.otherwise = missing  1 record" in felt
    assert "LBSTRESN" not in idle
    assert idle.count("variables.LBSPID.otherwise = missing") == 1


def test_values_that_become_missing_are_shown_by_what_they_look_like(tmp_path):
    declared = """[raw.LB]
files = ["lb.csv"]
[raw.LB.variables]
USUBJID = "ID"
LBSTRESN = { column = "V", number = true, otherwise = "missing" }
LBFAST = { column = "F", map = { Yes = "Y" }, otherwise = "missing" }
LBNAM = { column = "F", map = { Yes = "Y" }, otherwise = "keep" }
"""
    lines = 'ID,V,F\n1,<3,Yes\n2,5,maybe\n3,13,No\n4,"4,5",No\n5,<2,\n'
    study = mapped(tmp_path, {"lb.csv": lines}, declared)
    assert values_of(study, "variables.LBSTRESN.otherwise") == [("<9", None, 2), ("9,9", None, 1)]
    assert values_of(study, "variables.LBFAST.otherwise") == [("AA", None, 2), ("AAAAA", None, 1)]
    assert values_of(study, "variables.LBNAM.otherwise") == [("AA", "AA", 2), ("AAAAA", "AAAAA", 1)]
    text = " ".join(render_text(study.record).split())
    assert "values that are not numbers: <9 -> missing (2), 9,9 -> missing (1)" in text


@pytest.mark.parametrize("limit", [1000, 2])
def test_the_record_has_the_values(tmp_path, limit, monkeypatch):
    monkeypatch.setattr("adamgate.converters.reports.derivation_document._VALUES", limit)
    (tmp_path / "dm.csv").write_text(FILES["dm.csv"], encoding="utf-8")
    (tmp_path / "spec.toml").write_text(DM, encoding="utf-8")
    record = tmp_path / "record.json"
    monkeypatch.chdir(tmp_path)
    assert run(["derive", "spec.toml", "--source", ".", "--to", "out", "--record", "record.json"]) == 0
    (dataset,) = json.loads(record.read_text(encoding="utf-8"))["datasets"]
    (found,) = [each for each in dataset["policies"] if each["policy"] == "variables.SEX.map"]
    every = [
        {"value": "1", "became": "M", "count": 2},
        {"value": "2", "became": "F", "count": 1},
        {"value": "3", "became": "U", "count": 0},
        {"value": None, "became": "U", "count": 1},
        {"value": "9", "became": None, "count": 1},
    ]
    assert found["values"] == every[:limit]
    assert found["other_values"] == max(5 - limit, 0)
