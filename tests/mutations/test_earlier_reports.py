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
from adamgate.schemas.gate.earlier_messages import earlier_identities
from adamgate.schemas.gate.finding import Standing

LATER = frozenset(ag.rule_book()) - frozenset(earlier_reports.RULES_OF_THEN.read_text().split())
"""Rules that are newer than those reports."""
CHANGED = {"other structure": [("XD014", "ADTTE", ("TRTP",))]}
"""Findings of rules of then about data that they did not look at: XD014 is run on every dataset since."""
WRITTEN = json.loads(earlier_reports.OF_VERSION_1_2.read_text())
BEFORE = {name: report for name, report in WRITTEN.items() if "findings" in report}
STUDIES = {name: each for name, each in earlier_reports.judged() if name in BEFORE}


def baseline_of(name, tmp_path, change=lambda findings: findings):
    file = tmp_path / "old.json"
    file.write_text(json.dumps(BEFORE[name] | {"findings": change(BEFORE[name]["findings"])}))
    return ag.read_baseline(file)


@cache
def report_of(name):
    report = STUDIES[name].report()
    return replace(report, findings=tuple(each for each in report.findings if each.rule_id not in LATER))


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
    new = [each.subject for each in report.findings if each.standing is not Standing.UNCHANGED]
    assert new == CHANGED.get(name, [])
    assert report.comparison.fixed == ()
    assert report.comparison.not_judged == ()
    assert len(report.findings) == len(BEFORE[name]["findings"]) + len(new)


@pytest.mark.parametrize("name", [name for name in STUDIES if name != "own rules"])
def test_it_does_so_whatever_the_words_of_today(name, tmp_path):
    report = report_of(name)
    reworded = tuple(replace(each, message="other words") for each in report.findings)
    beside = compared(replace(report, findings=reworded), baseline_of(name, tmp_path))
    new = [each.subject for each in beside.findings if each.standing is not Standing.UNCHANGED]
    assert new == CHANGED.get(name, [])
    assert beside.comparison.fixed == ()


@pytest.mark.parametrize("name", STUDIES)
def test_each_entry_knows_one_finding_and_no_other(name, tmp_path):
    """Without one entry for a dataset as a whole exactly one finding is new: none hides behind another."""
    before = BEFORE[name]["findings"]
    whole = [number for number, each in enumerate(before) if not each["records"]]
    report = report_of(name)
    for number in whole:
        baseline = baseline_of(name, tmp_path, lambda all_, at=number: all_[:at] + all_[at + 1 :])
        new = [
            each
            for each in compared(report, baseline).findings
            if each.standing is Standing.NEW and each.subject not in CHANGED.get(name, [])
        ]
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


class TestRulesThatJudgeOtherwiseSince:
    """Of the same data; what the data have besides is new."""

    def standings(self, name, tmp_path, rule_id, change=lambda finding: finding):
        def changed(findings):
            return [change(each) if each["rule_id"] == rule_id else each for each in findings]

        report = compared(report_of(name), baseline_of(name, tmp_path, changed))
        return [
            (each.parameter, each.severity, each.standing)
            for each in report.findings
            if each.rule_id == rule_id
        ]

    def test_a_lost_arm_weighs_more(self, tmp_path):
        before = {each["severity"] for each in BEFORE["parameters"]["findings"] if each["rule_id"] == "XD015"}
        assert before == {"note"}
        assert self.standings("parameters", tmp_path, "XD015") == [
            ("PFS", ag.Severity.ERROR, Standing.UNCHANGED),
            ("TTR", ag.Severity.WARNING, Standing.UNCHANGED),
        ]

    def test_another_lost_arm_is_new(self, tmp_path):
        def another(finding):
            return finding | {"message": finding["message"].replace("no record of 1", "no record of 2")}

        standings = self.standings("parameters", tmp_path, "XD015", another)
        assert {standing for *_, standing in standings} == {Standing.NEW}

    @pytest.mark.parametrize("population", ["SAFFL = Y", "RANDFL = Y", "FASFL = Y", "PPROTFL = Y"])
    def test_lost_subjects_are_known_whichever_population_they_were_of(self, tmp_path, population):
        def of_it(finding):
            return finding | {"message": re.sub(r"\w+ = Y", population, finding["message"])}

        standings = self.standings("many parameters", tmp_path, "XD004", of_it)
        assert {standing for *_, standing in standings} == {Standing.UNCHANGED}

    def test_so_are_those_of_all_of_adsl(self, tmp_path):
        def of_adsl(finding):
            return finding | {
                "message": re.sub(r"subjects with \w+ = Y", "subjects of ADSL", finding["message"])
            }

        standings = self.standings("many parameters", tmp_path, "XD004", of_adsl)
        assert {standing for *_, standing in standings} == {Standing.UNCHANGED}

    @pytest.mark.parametrize("then", [3, 40, 99])
    def test_an_arm_without_records_no_longer_counts_among_lost_subjects(self, tmp_path, then):
        def with_arm(finding):
            return finding | {"message": re.sub(r": \d+ of", f": {then} of", finding["message"])}

        standings = self.standings("parameters", tmp_path, "XD004", with_arm)
        assert [parameter for parameter, *_ in standings] == ["EFS", "PFS"]
        assert {standing for *_, standing in standings} == {Standing.UNCHANGED}

    def test_many_lost_subjects_are_known_by_their_number(self, tmp_path):
        def many(finding):
            return finding | {"message": re.sub(r": \d+ of", ": 9999999999999 of", finding["message"])}

        assert {each[2] for each in self.standings("parameters", tmp_path, "XD004", many)} == {Standing.NEW}

    def test_more_lost_subjects_are_new(self, tmp_path):
        def fewer(finding):
            return finding | {"message": re.sub(r": 2 of", ": 1 of", finding["message"])}

        standings = self.standings("many parameters", tmp_path, "XD004", fewer)
        two = {
            each.parameter
            for each in report_of("many parameters").findings
            if each.rule_id == "XD004" and each.cause.startswith("2 ") and each.parameter
        }
        assert two
        assert {parameter for parameter, _, standing in standings if standing is Standing.NEW} == two

    def test_lost_subjects_of_another_parameter_are_new(self, tmp_path):
        def of_another(finding):
            return finding | {"message": finding["message"].replace("PFS", "DFS")}

        standings = self.standings("parameters", tmp_path, "XD004", of_another)
        assert [parameter for parameter, _, standing in standings if standing is Standing.NEW] == ["PFS"]

    def test_a_rule_that_weighs_as_before_is_new_if_it_weighs_more(self, tmp_path):
        def lighter(finding):
            return finding | {"severity": "note"}

        standings = self.standings("parameters", tmp_path, "TTE008", lighter)
        assert {standing for _, severity, standing in standings if severity is not ag.Severity.NOTE} == {
            Standing.NEW
        }


@pytest.mark.parametrize(
    "code", ["3 further parameters: X", "1 parameter with a subject's identifier as PARAMCD: X"]
)
def test_a_parameter_that_is_named_like_several(code):
    message = f"{code}: 2 of 60 subjects with SAFFL = Y have no record"
    assert (code, "2 SAFFL") in earlier_identities("XD004", message)
    several = f"{code.removesuffix('X')}subjects have no record"
    number, kind = code.split()[0], "further" if "further" in code else "withheld"
    assert earlier_identities("XD004", several)[0] == ("", f"{number} {kind}")


def test_waivers_of_then_hide_what_they_hid():
    report = earlier_reports.waived().report()
    hidden = [(each.rule_id, each.variables, each.records, each.place) for each in report.terms.waived]
    before = WRITTEN["(waived)"]["waived"]
    assert Counter(hidden) == Counter(
        (each["rule_id"], tuple(each["variables"]), each["records"], each["waiver"]) for each in before
    )
    assert len(report.findings) == len(WRITTEN["(waived)"]["findings"])
