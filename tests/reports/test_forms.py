"""The forms of a report that programs read: the same counts in each, and nothing in them but text."""

import itertools
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import counted_forms
import pytest
from counted_forms import READERS
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.reports import REPORTS, document_of
from adamgate.schemas.gate.finding import Example, Standing
from adamgate.schemas.gate.record_keys import RecordKeys
from adamgate.schemas.gate.report import Comparison, Input, Policy, Waived
from adamgate.schemas.study.variable import ReadingNote

FORMS = tuple(READERS)
HOSTILE = (
    "<script>alert(1)</script>",
    "]]><x/>",
    "\x1b[31mred",
    "line\r\n::error::forged",
    "##[error]forged",
    "\x00\x07\x7f",
    "\u202eevil\u200b",
    "\ud800 lone",
    "\ufffe\uffff",
    "=cmd|'/C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("https://evil.example")',
    "_x0041_",
    "a|b | c",
    "`code` *em* _em_ ~~del~~ **b**",
    "[link](javascript:alert(1))",
    "![image](https://evil.example/x.png)",
    "https://evil.example www.evil.example",
    "&amp; &lt; \\| \\",
    "$x$ # - 1. >",
    "100% %0A %3A,a=b::c",
    "{0} {{1}}",
    "a\u2028b\u0085c",
)
words = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=()), max_size=12),
    st.sampled_from(("AVAL is negative", "OS", "x")),
)
named = words.filter(bool)
DATASETS = ("ADSL", "ADTTE", "(study)")
RULES = ("TTE006", "SL001", "ACME001", "<b>1</b>")


@st.composite
def findings(draw: st.DrawFn) -> ag.Finding:
    records = draw(st.integers(0, 5))
    examples = tuple(
        Example(number, {"USUBJID": draw(words), "ASEQ": 1}, draw(st.sampled_from([{}, {"AVAL": "=1+1"}])))
        for number in range(1, records + 1)
    )
    return ag.Finding(
        draw(st.sampled_from(RULES)),
        draw(st.sampled_from(list(ag.Severity))),
        draw(st.sampled_from(DATASETS)),
        tuple(draw(st.lists(named, max_size=2))),
        draw(named),
        records,
        examples,
        title=draw(words),
        keys=RecordKeys((draw(st.integers(0, 3)), 0)),
        standing=draw(st.sampled_from([None, *Standing])),
        parameter=draw(words),
    )


@st.composite
def reports(draw: st.DrawFn) -> ag.Report:
    found = tuple(draw(st.lists(findings(), max_size=14)))
    pairs = dict.fromkeys((each.rule_id, each.dataset) for each in found)
    failed = [ag.Outcome(rule_id, dataset, ag.Status.FAILED) for rule_id, dataset in pairs]
    others = [pair for pair in itertools.product(RULES, DATASETS) if pair not in pairs]
    judged = draw(st.lists(st.sampled_from(others), unique=True)) if others else []
    statuses = [each for each in ag.Status if each is not ag.Status.FAILED]
    outcomes = [ag.Outcome(*pair, draw(st.sampled_from(statuses)), draw(named)) for pair in judged]
    waived = draw(st.integers(0, 2))
    return ag.Report(
        (*failed, *outcomes),
        found,
        (),
        tuple(Input(name, draw(words), "TTE", 5, 3, draw(words)) for name in DATASETS[:2]),
        (ReadingNote("ADSL", draw(words)),),
        {"ADaMIG": "1.3"},
        {"adamgate": "0.1.0"},
        Policy(
            waived=tuple(
                Waived("TTE006", "ADTTE", ("AVAL",), draw(named), number, draw(named), draw(named),
                       date(2030, 1, 1), "waiver 1", draw(words))
                for number in range(waived)
            )
        ),
        draw(st.sampled_from([None, Comparison("baseline.json", "")])),
    )  # fmt: skip


@given(report=reports(), threshold=st.sampled_from([*ag.Severity, None]))
@settings(max_examples=settings.default.max_examples * 6 // 10)
def test_counts_are_those_of_the_json_report(report: ag.Report, threshold: ag.Severity | None):
    expected = counted_forms.of_json(ag.render(report, "json", threshold))
    outcomes = {**expected.outcomes, "judged": expected.outcomes["passed"] + expected.outcomes["failed"]}
    for form, read in READERS.items():
        found = read(document_of(report, form, threshold))
        if form == "github":
            found.findings["error"] -= outcomes["not run"]
        assert found.findings == expected.findings, form
        assert {name: outcomes[name] for name in found.outcomes or ()} == (found.outcomes or {}), form
        assert found.waived in (None, expected.waived), form


@given(report=reports())
@settings(max_examples=settings.default.max_examples * 3 // 10)
def test_no_text_has_a_character_that_is_not_printed(report: ag.Report):
    for form in REPORTS:
        document = document_of(report, form)
        if isinstance(document, str):
            assert document.replace("\n", "").isprintable(), form
            document.encode()


@given(report=reports())
@settings(max_examples=settings.default.max_examples // 5)
def test_the_same_report_gives_the_same_bytes(report: ag.Report):
    slower = replace(report, outcomes=tuple(replace(each, seconds=9.75) for each in report.outcomes))
    for form in FORMS:
        assert document_of(report, form) == document_of(slower, form)


@pytest.fixture(scope="module")
def broken(root: Path) -> ag.Report:
    return ag.validate(ag.read(root / "fixtures" / "cartitude1-broken"))


@pytest.mark.parametrize("form", FORMS)
def test_a_study_with_faults(broken: ag.Report, form: str):
    counts = READERS[form](document_of(broken, form))
    assert counts.findings == {"error": 9, "warning": 1, "note": 1}


@pytest.mark.parametrize("form", ["sarif", "github", "markdown"])
def test_what_goes_to_a_code_host_names_no_subject(broken: ag.Report, form: str):
    document = ag.render(broken, form)
    keys = [str(each.keys["USUBJID"]) for finding in broken.findings for each in finding.examples]
    assert keys
    assert not [key for key in keys if key in document]
    assert "171" in document, "but the record"


@pytest.mark.parametrize("form", REPORTS)
def test_no_keys_and_no_values_where_the_report_has_none(form: str, root: Path, monkeypatch, tmp_path: Path):
    """Subjects of the study are called SYNTH-…; as text the parts of a workbook are searched."""
    output = tmp_path / f"report{(*REPORTS[form].suffixes, '.log')[0]}"
    study = str(root / "fixtures" / "cartitude1-broken")
    assert run(["validate", study, "-q", "--no-keys", "--format", form, "-o", str(output)]) == 1
    if form == "xlsx":
        said = json.dumps(counted_forms.sheets(output.read_bytes()))
    else:
        said = output.read_text(encoding="utf-8")
    assert "USUBJID is not in ADSL" in said
    assert "SYNTH-CARTITUDE-1-0" not in said


def test_values_are_in_messages_where_the_report_has_them():
    found = ag.Finding(
        "TTE006", ag.Severity.ERROR, "ADTTE", ("AVAL",), "AVAL is odd", 1,
        (Example(1, {}, {"AVAL": 77}),), values="77 days",
    )  # fmt: skip
    report = ag.Report((), (found,), (), (), (), {}, {"adamgate": "0.1.0"})
    for form in FORMS:
        document = document_of(report, form)
        said = json.dumps(counted_forms.sheets(document)) if isinstance(document, bytes) else document
        assert "AVAL is odd: 77 days" in said, form


@pytest.mark.parametrize("form", FORMS)
def test_a_run_without_a_verdict_does_not_look_passed(form: str):
    report = ag.Report((), (), (), (), (), {}, {"adamgate": "0.1.0"}, not_judged="no <memory>")
    document = document_of(report, form)
    match form:
        case "junit":
            assert 'tests="1" failures="0" errors="1"' in document
        case "sarif":
            assert json.loads(document)["runs"][0]["invocations"][0]["executionSuccessful"] is False
        case "github":
            assert document == "::error title=adamgate::NOT JUDGED  no <memory>\n"
        case "markdown":
            assert document == "## adamgate: NOT JUDGED\n\nThe gate: no &lt;memory&gt;\n"
        case "xlsx":
            about = counted_forms.sheets(document)["Conformance Details"]
            assert about[1:3] == [("Verdict", "NOT JUDGED"), ("Reason", "no <memory>")]


def test_a_report_is_claimed_before_libraries_are_loaded():
    """Where memory is too short for them, an earlier verdict must not stay."""
    program = (
        "import sys\n"
        "from adamgate.converters.reports.files import not_judged\n"
        f"for form in {tuple(REPORTS)!r}: not_judged('a reason', form, 'error')\n"
        "print(sorted({'numpy', 'pandas', 'pyarrow'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
