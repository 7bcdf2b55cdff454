"""Baselines and waivers that an earlier version wrote or took hold: nothing new, nothing lost."""

import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache

import earlier_reports
import pytest

import adamgate as ag
from adamgate.schemas.gate.baseline import compared
from adamgate.schemas.gate.finding import Standing

LATER = frozenset(ag.rule_book()) - frozenset(earlier_reports.RULES_OF_THEN.read_text().split())
"""Rules that are newer than those reports."""
CHANGED = frozenset(("XD004", "XD014", "XD015"))
"""Rules that since weigh more, choose populations otherwise, or are run on more datasets."""
WRITTEN = json.loads(earlier_reports.OF_VERSION_1_2.read_text())
BEFORE = {
    name: report | {"findings": [each for each in report["findings"] if each["rule_id"] not in CHANGED]}
    for name, report in WRITTEN.items()
    if "findings" in report
}
STUDIES = {name: each for name, each in earlier_reports.judged() if name in BEFORE}


def baseline_of(name, tmp_path, change=lambda findings: findings):
    file = tmp_path / "old.json"
    file.write_text(json.dumps(BEFORE[name] | {"findings": change(BEFORE[name]["findings"])}))
    return ag.read_baseline(file)


@cache
def report_of(name):
    report = STUDIES[name].report()
    return replace(
        report, findings=tuple(each for each in report.findings if each.rule_id not in LATER | CHANGED)
    )


def test_every_rule_with_several_causes_is_among_them():
    from adamgate.schemas.gate import earlier_messages

    every = [each for report in WRITTEN.values() for each in report.get("findings", ())]
    whole = {each["rule_id"] for each in every if not each["records"]}
    known = {*earlier_messages._OF_PARAMETERS, *earlier_messages._OTHERS, "XD021", "AE005", "ACME001"}
    assert known <= whole
    assert len(whole) > 40


@pytest.mark.parametrize("name", STUDIES)
def test_a_baseline_of_then_knows_every_finding(name, tmp_path):
    report = compared(report_of(name), baseline_of(name, tmp_path))
    assert [each for each in report.findings if each.standing is not Standing.UNCHANGED] == []
    assert report.comparison.fixed == ()
    assert report.comparison.not_judged == ()
    assert len(report.findings) == len(BEFORE[name]["findings"])


@pytest.mark.parametrize("name", [name for name in STUDIES if name != "own rules"])
def test_it_does_so_whatever_the_words_of_today(name, tmp_path):
    report = report_of(name)
    reworded = tuple(replace(each, message="other words") for each in report.findings)
    beside = compared(replace(report, findings=reworded), baseline_of(name, tmp_path))
    assert {each.standing for each in beside.findings} <= {Standing.UNCHANGED}
    assert beside.comparison.fixed == ()


@pytest.mark.parametrize("name", STUDIES)
def test_each_entry_knows_one_finding_and_no_other(name, tmp_path):
    """Without one entry for a dataset as a whole exactly one finding is new: none hides behind another."""
    before = BEFORE[name]["findings"]
    whole = [number for number, each in enumerate(before) if not each["records"]]
    report = report_of(name)
    for number in whole:
        baseline = baseline_of(name, tmp_path, lambda all_, at=number: all_[:at] + all_[at + 1 :])
        new = [each for each in compared(report, baseline).findings if each.standing is Standing.NEW]
        assert [each.rule_id for each in new] == [before[number]["rule_id"]]
        assert list(new[0].variables) == before[number]["variables"]


@pytest.mark.parametrize("name", STUDIES)
def test_faults_of_one_rule_have_different_causes(name):
    findings = [each for each in report_of(name).findings if not each.records]
    identities = Counter((*each.subject, each.parameter, each.cause, each.severity) for each in findings)
    assert [identity for identity, times in identities.items() if times > 1] == []


def test_what_grew_is_new(tmp_path):
    def less(findings):
        return [
            each | {"message": re.sub(r"^\d+ further", "2 further", each["message"])} for each in findings
        ]

    name = "many parameters"
    whole = (each for each in BEFORE[name]["findings"] if not each["records"])
    grown = [each for each in whole if "further parameters" in each["message"]]
    assert grown
    report = compared(report_of(name), baseline_of(name, tmp_path, less))
    new = {each.rule_id for each in report.findings if each.standing is Standing.NEW}
    assert new == {each["rule_id"] for each in grown}


def test_a_message_that_was_never_written_knows_nothing(tmp_path):
    def others(findings):
        return [each | {"message": "something else"} for each in findings if each["rule_id"] == "TTE008"]

    report = STUDIES["parameters"].report(baseline=baseline_of("parameters", tmp_path, others))
    assert {each.standing for each in report.findings} == {Standing.NEW}


def test_waivers_of_then_hide_what_they_hid():
    report = earlier_reports.waived().report()
    hidden = [(each.rule_id, each.variables, each.records, each.place) for each in report.terms.waived]
    before = WRITTEN["(waived)"]["waived"]
    assert Counter(hidden) == Counter(
        (each["rule_id"], tuple(each["variables"]), each["records"], each["waiver"]) for each in before
    )
    assert len(report.findings) == len(WRITTEN["(waived)"]["findings"])
