"""The GitHub form: annotations of a step."""

from collections import Counter
from dataclasses import replace

import pytest
from counted_forms import commands
from hostile_reports import HOSTILE

import adamgate as ag
from adamgate.schemas.gate.finding import Standing
from adamgate.schemas.gate.report import Input
from adamgate.schemas.wording import plain

GITHUB_SHOWS = 10


def many(report: ag.Report, severity: ag.Severity, number: int) -> ag.Report:
    first = replace(report.findings[0], severity=severity)
    found = tuple(replace(first, message=f"fault {at}") for at in range(number))
    return replace(report, findings=found, outcomes=())


def test_the_lines(faulty: ag.Report):
    place = "file=data/adtte.xpt,line=1,title=ADTTE"
    names = ("ADT", "AVAL", "CNSR", "PARAM", "PARAMCD")
    assert ag.render(faulty, "github").splitlines() == [
        "::error title=adamgate::REFUSED  1 error, 5 warnings, 1 note, 1 check not run (fails on: error)",
        f"::error {place} TTE006::AVAL is negative [AVAL] (1,204 records)",
        f"::error {place} TTE009 not run::TypeError: a mask must be 1254 booleans",
        *(f"::warning {place} AD0012::the label of {name} is empty [{name}]" for name in names),
        "::notice file=data/adsl.xpt,line=7,title=ADSL SL001::a subject has two records (1 record)",
    ]


def test_a_passed_gate_is_a_notice(clean: ag.Report):
    assert ag.render(clean, "github") == "::notice title=adamgate::PASSED  no findings (fails on: error)\n"


@pytest.mark.parametrize("severity", ag.Severity)
@pytest.mark.parametrize("number", [8, 9, 10, 11, 12, 1500])
def test_no_more_than_github_shows(faulty: ag.Report, severity: ag.Severity, number: int):
    lines = commands(ag.render(many(faulty, severity, number), "github", "error"))
    kinds = Counter(kind for kind, _, _ in lines)
    kind = {"error": "error", "warning": "warning", "note": "notice"}[severity]
    assert max(kinds.values()) <= GITHUB_SHOWS
    with_verdict = number + (lines[0][0] == kind)
    shown = [message for each, _, message in lines[1:] if each == kind]
    if with_verdict <= GITHUB_SHOWS:
        assert shown == [f"fault {at} [AVAL] (1,204 records)" for at in range(number)]
    else:
        rest = number - (len(shown) - 1)
        assert kinds[kind] == GITHUB_SHOWS
        assert shown[-1] == f"{rest:,} more {kind}s in the report"


def test_what_is_new_comes_first(faulty: ag.Report):
    report = many(faulty, ag.Severity.ERROR, 12)
    *known, last = (replace(each, standing=Standing.UNCHANGED) for each in report.findings)
    new = replace(last, standing=Standing.NEW)
    shown = commands(ag.render(replace(report, findings=(*known, new)), "github"))
    assert shown[1][2] == "fault 11 [AVAL] (1,204 records, new)"


def test_a_dataset_without_a_file_has_no_place(faulty: ag.Report):
    inputs = tuple(replace(each, path="") for each in faulty.inputs)
    _, first, *_ = commands(ag.render(replace(faulty, inputs=inputs), "github"))
    assert first[1] == {"title": "ADTTE TTE006"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_in_its_message_and_its_properties(faulty: ag.Report, text: str):
    found = replace(faulty.findings[0], message=text, dataset=text, variables=())
    data = Input(text, "", "TTE", 1, 1, f"data/{text}")
    lines = commands(ag.render(replace(faulty, findings=(found,), inputs=(data,), outcomes=()), "github"))
    assert len(lines) == 2
    kind, properties, message = lines[1]
    assert kind == "error"
    assert message == f"{plain(text)} (1,204 records)"
    assert properties["title"] == f"{plain(text)} TTE006"
    assert properties["line"] == "1"
    assert properties["file"].startswith("data/")
    assert set(properties) == {"file", "line", "title"}
