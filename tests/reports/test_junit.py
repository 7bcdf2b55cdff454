"""The JUnit form: what CI servers make of a report."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hostile_reports import HOSTILE, reports
from hypothesis import given, settings
from lxml import etree

import adamgate as ag
from adamgate.converters.reports import Detail, Presentation
from adamgate.schemas.gate.finding import Standing
from adamgate.schemas.gate.report import Report
from adamgate.schemas.wording import plain


def cases(report: Report, threshold: str | None = "error", **shown) -> dict[str, ElementTree.Element]:
    """The test cases by dataset and rule."""
    presentation = Presentation(None, **shown) if shown else None
    root = ElementTree.fromstring(ag.render(report, "junit", threshold, presentation))
    return {
        f"{suite.get('name')} {case.get('name').split()[0]}": case
        for suite in root
        for case in suite.findall("testcase")
    }


def tags(report: Report, threshold: str | None = "error") -> dict[str, list[str]]:
    return {name: [child.tag for child in case] for name, case in cases(report, threshold).items()}


@pytest.fixture(scope="module")
def jenkins(shared: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared / "formats" / "junit-10.xsd"))


def test_outcomes(faulty: ag.Report):
    assert tags(faulty) == {
        "ADSL SL001": ["system-out"],
        "ADTTE TTE006": ["failure"],
        "ADTTE TTE007": ["skipped"],
        "ADTTE TTE009": ["error"],
        "ADTTE AD0012": ["system-out"],
    }
    assert tags(faulty, "warning")["ADTTE AD0012"] == ["failure"]
    assert tags(faulty, None)["ADTTE TTE006"] == ["system-out"]
    found = cases(faulty)
    assert found["ADTTE TTE007"].find("skipped").get("message") == "no STARTDT"
    assert found["ADTTE TTE009"].find("error").get("message").startswith("TypeError: a mask must be")
    assert found["ADTTE TTE006"].get("classname") == "adamgate.ADTTE"
    assert found["ADTTE TTE006"].get("name") == "TTE006 AVAL is negative or infinite"


def test_a_failure_has_the_words_of_the_text_report(faulty: ag.Report):
    failure = cases(faulty)["ADTTE TTE006"].find("failure")
    assert (failure.get("type"), failure.get("message")) == ("error", "AVAL is negative")
    assert failure.text == (
        "error: AVAL is negative [AVAL]: 1,204 records by USUBJID, PARAMCD, AVAL: 01-001, OS, -4 (record 1); "
        "01-002, OS, -4 (record 2); 01-003, OS, -4 (record 3); … 1,201 more"
    )
    everything = cases(faulty, detail=Detail.EVERYTHING)["ADTTE TTE006"].find("failure").text
    assert "(record 10); … 1,194 more" in everything


def test_several_findings_of_a_check_are_one_failure(faulty: ag.Report):
    failure = cases(faulty, "warning")["ADTTE AD0012"].find("failure")
    assert failure.get("message") == "the label of ADT is empty (and 4 more findings)"
    assert len(failure.text.splitlines()) == 5


def test_what_the_baseline_has_does_not_fail(faulty: ag.Report):
    known = tuple(replace(each, standing=Standing.UNCHANGED) for each in faulty.findings)
    case = cases(replace(faulty, findings=known))["ADTTE TTE006"]
    assert case.find("failure") is None
    assert case.findtext("system-out").startswith("error: AVAL is negative [AVAL] (unchanged): 1,204 records")


def test_each_suite_states_the_verdict_and_its_own_counts(faulty: ag.Report):
    root = ElementTree.fromstring(ag.render(faulty, "junit"))
    suite = root.find("testsuite[@name='ADTTE']")
    assert [(each.get("name"), each.get("value")) for each in suite.iter("property")] == [
        ("verdict", "REFUSED  1 error, 5 warnings, 1 note, 1 check not run (fails on: error)"),
        ("findings.error", "1"),
        ("findings.warning", "5"),
        ("findings.note", "0"),
    ]


def test_a_dataset_without_checks_is_a_suite(clean: ag.Report):
    root = ElementTree.fromstring(ag.render(replace(clean, outcomes=()), "junit"))
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [("ADSL", "0"), ("ADTTE", "0")]


@given(report=reports())
@settings(max_examples=settings.default.max_examples * 3 // 10)
def test_it_keeps_to_the_schema_of_jenkins(jenkins: etree.XMLSchema, report: ag.Report):
    jenkins.assertValid(etree.fromstring(ag.render(report, "junit").encode()))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_comes_back_as_it_is_printed(faulty: ag.Report, text: str):
    finding = replace(faulty.findings[0], message=text, title=text, variables=(text,))
    case = cases(replace(faulty, findings=(finding,)))["ADTTE TTE006"]
    assert case.get("name") == f"TTE006 {plain(text)}".rstrip()
    assert case.find("failure").get("message") == plain(text)
    assert f"{plain(text)} [{plain(text)}]" in case.findtext("failure")


@pytest.mark.parametrize("threshold", ["error", "warning", "note", None])
def test_red_where_the_gate_fails_and_only_there(faulty: ag.Report, clean: ag.Report, threshold: str | None):
    judged = tuple(each for each in faulty.outcomes if each.status is not ag.Status.NOT_RUN)
    for report in (clean, faulty, replace(faulty, outcomes=judged)):
        red = any({"failure", "error"} & {*found} for found in tags(report, threshold).values())
        assert red is report.refuses(threshold)
