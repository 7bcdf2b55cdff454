"""The Markdown form: the summary of a job."""

import re
from dataclasses import replace
from datetime import date

import pytest
from counted_forms import tables
from hostile_reports import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import adamgate as ag
from adamgate.converters.reports import markdown
from adamgate.schemas.gate.finding import Standing
from adamgate.schemas.gate.report import Policy, Waived
from adamgate.schemas.wording import plain


def test_the_document(faulty: ag.Report, snapshot):
    assert ag.render(faulty, "markdown") == snapshot


def test_a_study_that_passes(clean: ag.Report, snapshot):
    assert ag.render(clean, "markdown") == snapshot


def test_what_is_new_and_what_is_waived(faulty: ag.Report):
    waived = Waived("TTE006", "ADTTE", (), "m", 3, "known", "J. Doe", date(2030, 1, 31), "waiver 1")
    new = replace(faulty.findings[0], standing=Standing.NEW)
    report = replace(faulty, findings=(new,), outcomes=(), terms=Policy(waived=(waived,)))
    _, findings, accepted = tables(ag.render(report, "markdown"))
    assert findings[1] == ["error", "ADTTE", "TTE006", "AVAL is negative (new)", "1,204", "1"]
    assert accepted[1] == ["ADTTE TTE006: 3 records: known (J. Doe, until 2030-01-31)"]


@pytest.mark.slow
def test_long_tables_are_cut_and_say_so(faulty: ag.Report):
    report = replace(faulty, findings=faulty.findings[:1] * 501, outcomes=())
    document = ag.render(report, "markdown")
    datasets, findings = tables(document)
    assert len(findings) == 1 + 500
    assert document.endswith("\n\n… 1 more row\n")
    assert datasets[-1][3:] == ["501", "0", "0"]
    assert len(document) < 2**20, "else GitHub shows nothing of it"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_a_cell_and_nothing_else(faulty: ag.Report, text: str):
    found = replace(faulty.findings[0], message=text, dataset=text, rule_id=text)
    document = ag.render(replace(faulty, findings=(found,), outcomes=()), "markdown")
    cells = [plain(text).strip()] * 3
    assert tables(document)[1][1] == ["error", *cells, "1,204", "1"]
    for link in ("://", "www.", *re.findall(r"@\w", document)):
        assert link not in document, "GitHub makes links of addresses and of names"


@given(text=st.text(st.sampled_from("\\`*_[](){}<>&#|~$!-+.:/w@ a1\n"), max_size=12))
def test_any_text_is_shown_as_it_is(text: str):
    document = f"| a |\n|---|\n| x{markdown.text(text)}x |\n"
    assert tables(document) == [[["a"], [f"x{plain(text)}x"]]]


@pytest.mark.parametrize("reason", ["# not a heading", "- no list", "<!-- -->", "```"])
def test_a_reason_is_part_of_a_sentence(reason: str):
    report = ag.Report((), (), (), (), (), {}, {"adamgate": "0.1.0"}, not_judged=reason)
    tokens = MarkdownIt("commonmark").parse(ag.render(report, "markdown"))
    assert [each.tag for each in tokens if each.nesting == 1] == ["h2", "p"]
    (*_, inline, _) = tokens
    assert "".join(each.content for each in inline.children) == f"The gate: {reason}"
