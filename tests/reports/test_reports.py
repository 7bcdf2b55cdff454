"""A report format is one module and one entry: the command, its files and the pages follow."""

import json
import sys
import types
from pathlib import Path

import openpyxl
import pytest
from counted_forms import sheets

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.reports import REPORTS, ReportFormat, form_in, form_named
from adamgate.converters.reports.marks import SignedAtEnd

SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOY = ReportFormat(
    "toy", "for tests", (".toy", ".toy.html"), "toy_report", SignedAtEnd(rb"<p>[a-z ]+</p>", "<!-- {} -->")
)


@pytest.fixture
def toy(monkeypatch):
    module = types.ModuleType("toy_report")
    module.render = lambda report, shown: f"<p>{report.verdict(shown.threshold)}</p>\n"
    monkeypatch.setitem(sys.modules, "toy_report", module)
    monkeypatch.setitem(REPORTS, "toy", TOY)


@pytest.fixture
def study(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return str(root / "fixtures" / "cartitude1-broken")


def test_suffixes_and_names_have_one_format():
    suffixes = [suffix for each in REPORTS.values() for suffix in each.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert all(name == each.name for name, each in REPORTS.items())
    assert [form_named(Path(f"findings{suffix}")) for suffix in suffixes] == [
        each.name for each in REPORTS.values() for _ in each.suffixes
    ]
    assert form_named(Path("findings.docx")) is None


@pytest.mark.slow
def test_a_new_report_goes_to_stdout_and_into_a_file_by_its_name(toy, study, capsys):
    assert run(["validate", study, "--format", "toy", "-q"]) == 1
    assert capsys.readouterr().out == "<p>refused</p>\n"
    assert run(["validate", study, "-q", "-o", "r.toy.html"]) == 1
    written = Path("r.toy.html").read_text()
    assert written == f"<p>refused</p>\n\n<!-- Report written by adamgate {ag.__version__} -->\n"


@pytest.mark.slow
def test_a_new_report_replaces_its_own_and_nothing_else(toy, study, capsys):
    Path("r.toy").write_text("<p>refused</p>\n\n<!-- mine -->\n")
    assert form_in(Path("r.toy")) is None
    assert run(["validate", study, "-q", "-o", "r.toy"]) == 4
    assert run(["validate", study, "-q", "-o", "r.toy", "--force"]) == 1
    assert form_in(Path("r.toy")) == "toy"
    assert run(["validate", "gone", "-q", "-o", "r.toy"]) == 3
    assert "<p>not judged</p>" in Path("r.toy").read_text(), "no earlier verdict is left"


@pytest.mark.slow
def test_a_new_report_is_offered(toy, study, capsys):
    run(["validate", "--help"])
    offered = "|".join(REPORTS)
    assert offered.endswith("|toy")
    assert f"[{offered}]" in capsys.readouterr().out
    assert run(["validate", study, "-q", "-o", "r.docx"]) == 2
    assert f"--format {offered}" in capsys.readouterr().err
    with pytest.raises(ag.ConfigurationError, match=", ".join(REPORTS)):
        ag.render(ag.validate(ag.read(study)), "docx")


# Reports that are not texts


@pytest.mark.slow
def test_a_workbook_goes_to_a_file_only(study, capsys):
    for output in ((), ("-o", "-")):
        assert run(["validate", study, "--format", "xlsx", *output]) == 2
        assert "give a file: -o report.xlsx" in capsys.readouterr().err
    assert run(["validate", study, "-q", "-o", "r.xlsx"]) == 1
    assert capsys.readouterr().out.startswith("REFUSED  9 errors")
    assert form_in(Path("r.xlsx")) == "xlsx"
    assert run(["validate", "gone", "-q", "-o", "r.xlsx"]) == 3
    about = sheets(Path("r.xlsx").read_bytes())["Conformance Details"]
    assert about[1] == ("Verdict", "NOT JUDGED"), "no earlier verdict is left"


@pytest.mark.slow
def test_another_workbook_is_not_replaced(study, capsys):
    book = openpyxl.Workbook()
    book.properties.description = "Report written by somebody"
    book.save("mine.xlsx")
    Path("damaged.xlsx").write_bytes(Path("mine.xlsx").read_bytes()[:-40])
    Path("text.xlsx").write_text("PK, not a workbook")
    for name in ("mine.xlsx", "damaged.xlsx", "text.xlsx"):
        before = Path(name).read_bytes()
        assert run(["validate", study, "-q", "-o", name]) == 4
        assert Path(name).read_bytes() == before
        assert run(["validate", study, "-q", "-o", name, "--force"]) == 1
        assert form_in(Path(name)) == "xlsx"


def test_a_file_of_another_tool_is_not_replaced(study):
    files = {
        "other.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="pytest" tests="0"/>\n',
        "notes.md": "## adamgate: PASSED\n\nThe gate: my notes\n",
        "other.sarif": json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": [{"results": []}]}),
        "empty.sarif": json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": []}),
    }
    for name, text in files.items():
        Path(name).write_text(text)
        assert form_in(Path(name)) is None
        assert run(["validate", study, "-q", "-o", name]) == 4
        assert Path(name).read_text() == text


# In Python


@pytest.mark.slow
@pytest.mark.parametrize("form", REPORTS)
def test_a_report_is_written_by_the_suffix_or_the_format(study, form):
    report = ag.validate(ag.read(study))
    suffix = (*REPORTS[form].suffixes, None)[0]
    if suffix is not None:
        ag.write_report(report, f"a{suffix}")
        ag.write_report(report, Path(f"a{suffix}"))  # a report replaces a report
        assert form_in(Path(f"a{suffix}")) == form
    ag.write_report(report, "b.out", form)
    assert form_in(Path("b.out")) == form


@pytest.mark.slow
def test_what_is_not_written(study):
    report = ag.validate(ag.read(study))
    Path("mine.md").write_text("mine")
    with pytest.raises(ag.UnwritableOutput, match="is not an adamgate report"):
        ag.write_report(report, "mine.md")
    ag.write_report(report, "mine.md", overwrite=True)
    with pytest.raises(ag.ConfigurationError, match=r"end it with one of \.txt, \.json"):
        ag.write_report(report, "a.docx")
    with pytest.raises(ag.ConfigurationError, match="is not a report format"):
        ag.write_report(report, "a.md", "mark down")
    with pytest.raises(ag.UnwritableOutput):
        ag.write_report(report, f"{study}/adtte.xpt", "json", overwrite=True)
    with pytest.raises(ag.ConfigurationError, match="use write_report"):
        ag.render(report, "xlsx")
    with pytest.raises(TypeError, match="a Report is required"):
        ag.write_report("report", "a.md")
    assert sorted(each.name for each in Path().iterdir()) == ["mine.md"]


@pytest.mark.slow
def test_the_threshold_is_that_of_the_caller(study):
    report = ag.validate(ag.read(study))
    ag.write_report(report, "a.md", fail_on=None)
    ag.write_report(report, "b.md", fail_on=ag.Severity.NOTE)
    assert Path("a.md").read_text().startswith("## adamgate: PASSED")
    assert Path("b.md").read_text().startswith("## adamgate: REFUSED")
