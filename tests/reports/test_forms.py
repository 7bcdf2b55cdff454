"""The forms of a report that programs read: the same counts in each, and nothing in them but text."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import counted_forms
import pytest
from counted_forms import READERS
from hostile_reports import reports
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.reports import REPORTS, document_of
from adamgate.schemas.gate.finding import Example

FORMS = tuple(READERS)


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_report_is_claimed_before_libraries_are_loaded():
    """Where memory is too short for them, an earlier verdict must not stay. A page is made of rules."""
    program = (
        "import sys\n"
        "from adamgate.converters.reports.files import not_judged\n"
        f"for form in {('text', 'json', *FORMS)!r}: not_judged('a reason', form, 'error')\n"
        "print(sorted({'numpy', 'pandas', 'pyarrow'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
