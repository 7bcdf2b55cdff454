"""An earlier report as a file: read back, or told what is wrong with it."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.gate.finding import Standing, fingerprint_of_whole


@pytest.fixture
def report() -> ag.Report:
    frame = pd.DataFrame({"USUBJID": ["a", "b"], "PARAMCD": ["OS", "OS"], "AVAL": [1.0, -2.0]})
    return ag.validate(ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE")))


@pytest.fixture
def document(report: ag.Report) -> dict:
    return json.loads(ag.render(report, "json"))


def written(tmp_path: Path, document: object) -> Path:
    file = tmp_path / "old.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return file


def test_what_was_written_is_read_back(tmp_path: Path, report: ag.Report, document: dict):
    found = ag.read_baseline(written(tmp_path, document))
    assert found.findings == ag.Baseline.of(report).findings
    assert found.path == str(tmp_path / "old.json")
    assert len(found.sha256) == 64


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_reports_of_earlier_versions_hold(tmp_path: Path, report: ag.Report, document: dict, version: str):
    """They named what is declared otherwise."""
    document["schema_version"] = version
    document["terms"]["declared"] = [
        {"name": "window", "value": "30"},
        {"name": "endpoint OS role", "value": "OS"},
    ]
    found = ag.read_baseline(written(tmp_path, document)).findings
    assert [(each.rule_id, each.dataset, each.records) for each in found] == [
        (each.rule_id, each.dataset, each.records) for each in ag.Baseline.of(report).findings
    ]


@pytest.mark.parametrize("version", ["1.3", "1.4"])
def test_a_waiver_is_known_that_was_named_by_a_word(tmp_path: Path, version: str):
    """Causes of findings about waivers began with "waiver 2, record 1"; they are numbers since."""
    frame = pd.DataFrame({"USUBJID": ["a"], "PARAMCD": ["OS"], "AVAL": [1.0]})
    study = ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))
    waivers = [
        ag.Waiver("TTE006", "ADTTE", "seen", "J. Doe", last, record={"USUBJID": "b"}, place=place)
        for place in ("waiver 1", "waiver 2, record 1", "waiver 2, record 2", "phase 3 waiver")
        for last in (date(2026, 6, 30), date(2026, 12, 31))
    ]
    report = ag.validate(study, waivers=waivers, today=date(2026, 12, 1), select=["TTE006"])
    document = json.loads(ag.render(report, "json")) | {"schema_version": version}
    of_waivers = [each for each in document["findings"] if each["rule_id"] in ("WV001", "WV002")]
    assert {each["cause"].split(" ")[0] for each in of_waivers} == {"1", "2.1", "2.2", "phase"}
    for each in of_waivers:
        numbers, _, others = each["cause"].partition(" ")
        which, _, record = numbers.partition(".")
        if which.isdigit():
            each["cause"] = f"waiver {which}{record and f', record {record}'} {others}"
        each["fingerprint"] = fingerprint_of_whole(each["rule_id"], each["dataset"], (), "", each["cause"])
    again = ag.validate(
        study, waivers=waivers, today=date(2026, 12, 1), select=["TTE006"],
        baseline=ag.read_baseline(written(tmp_path, document)),
    )  # fmt: skip
    assert {each.standing for each in again.findings} == {Standing.UNCHANGED}
    assert again.comparison.fixed == again.comparison.not_judged == ()


def test_a_report_that_was_compared_is_a_baseline_too(tmp_path: Path, report: ag.Report, document: dict):
    from adamgate.schemas.gate.baseline import compared

    again = compared(report, ag.read_baseline(written(tmp_path, document)))
    file = written(tmp_path, ag.render(again, "json"))
    assert ag.read_baseline(file).findings == ag.Baseline.of(report).findings


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is not JSON"),
        ("[" * 200_000, "is not JSON"),
        ("[]", "not an adamgate report"),
        ('{"schema_version": 1.1, "findings": []}', "not an adamgate report"),
        ('{"schema_version": "1.1"}', "not an adamgate report"),
        ('{"schema_version": "1.0", "findings": []}', "a report of unsupported version 1.0"),
        ('{"schema_version": "2.0", "findings": []}', "a report of unsupported version 2.0"),
        ('{"schema_version": "1.1", "findings": [3]}', r"not valid(.|\n)*findings\[0\]"),
    ],
)
def test_what_is_no_baseline(tmp_path: Path, content: str, told: str):
    with pytest.raises(ag.UnreadableInput, match=told):
        ag.read_baseline(written(tmp_path, content))


@pytest.mark.parametrize(
    "change",
    [
        {"records": -1},
        {"records": True},
        {"records": "1"},
        {"fingerprint": "x"},
        {"fingerprint": None},
        {"record_keys": "zz"},
        {"record_keys": "0123456789ab 0123456789ab"},
        {"record_keys": 3},
        {"variables": "AVAL"},
        {"variables": [3]},
        {"rule_id": None},
        {"severity": "fatal"},
        {"dataset": ["ADTTE"]},
        {"message": 1},
    ],
)
def test_a_damaged_finding_is_told(tmp_path: Path, document: dict, change: dict):
    (number,) = [n for n, each in enumerate(document["findings"]) if each["rule_id"] == "TTE006"]
    document["findings"][number] |= change
    with pytest.raises(ag.UnreadableInput) as wrong:
        ag.read_baseline(written(tmp_path, document))
    assert f"findings[{number}]" in wrong.value.where


def test_a_baseline_that_is_not_there(tmp_path: Path):
    with pytest.raises(ag.UnreadableInput, match="No such file"):
        ag.read_baseline(tmp_path / "none.json")
