"""The published conformance cases: each rule flags the cases it must, and no clean one."""

import csv

import pytest

from adamgate.converters.reading.read import read
from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.rules import rule_book

pytestmark = pytest.mark.slow

CONFORMANCE = frozenset(rule_id for rule_id in rule_book() if rule_id.startswith("AD"))


@pytest.fixture(scope="module")
def judged(shared):
    """Each case with the report of all conformance rules on it."""
    folder = shared / "conformance" / "cases"
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    return [(case, judge(read(folder / case["folder"]), rules=CONFORMANCE)) for case in cases]


def test_published_cases(judged):
    """All cases of the rules built here; those marked doubtful contradict their own rule."""
    wrong = []
    ours = [pair for pair in judged if pair[0]["rule_id"] in CONFORMANCE and pair[0]["doubtful"] == "no"]
    assert len(ours) > 100
    for case, report in ours:
        broken = any(finding.rule_id == case["rule_id"] for finding in report.findings)
        if broken != (case["expected"] == "flagged"):
            wrong.append((case["folder"], case["expected"]))
    assert wrong == []


def test_no_rule_crashes_on_the_cases(judged):
    crashes = [
        (case["folder"], outcome)
        for case, report in judged
        for outcome in report.outcomes
        if outcome.status is Status.NOT_RUN
    ]
    assert crashes == []


PILOT = {
    ("ADAE", "AD0269"): "65 records have N where the codelist has only Y",
    ("ADAE", "AD0625"): "AEBDSYCD was not delivered; OCCDS 1.1 requires it",
}
"""Every conformance finding on the CDISC pilot study, with the reason why it is right."""


def test_findings_on_the_pilot_study_are_right(shared):
    report = judge(read(shared / "data" / "cdiscpilot" / "adam"), rules=CONFORMANCE)
    assert {(finding.dataset, finding.rule_id) for finding in report.findings} == set(PILOT)
    flags = next(finding for finding in report.findings if finding.rule_id == "AD0269")
    assert flags.records == 65


@pytest.mark.parametrize("rule_id", ["AD0041", "AD0016", "AD0895"])
def test_rules_about_metadata_judge_transport_files(shared, rule_id):
    report = judge(read(shared / "data" / "cdiscpilot" / "adam" / "adtte.xpt"), rules={rule_id})
    assert [outcome.status for outcome in report.outcomes] == [Status.PASSED]
