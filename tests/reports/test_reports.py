"""A report format is one module and one entry: the command, its files and the pages follow."""

import sys
import types
from pathlib import Path

import pytest

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.reports import REPORTS, ReportFormat, form_in, form_named
from adamgate.converters.reports.marks import SignedAtEnd

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


def test_a_new_report_goes_to_stdout_and_into_a_file_by_its_name(toy, study, capsys):
    assert run(["validate", study, "--format", "toy", "-q"]) == 1
    assert capsys.readouterr().out == "<p>refused</p>\n"
    assert run(["validate", study, "-q", "-o", "r.toy.html"]) == 1
    written = Path("r.toy.html").read_text()
    assert written == f"<p>refused</p>\n\n<!-- Report written by adamgate {ag.__version__} -->\n"


def test_a_new_report_replaces_its_own_and_nothing_else(toy, study, capsys):
    Path("r.toy").write_text("<p>refused</p>\n\n<!-- mine -->\n")
    assert form_in(Path("r.toy")) is None
    assert run(["validate", study, "-q", "-o", "r.toy"]) == 4
    assert run(["validate", study, "-q", "-o", "r.toy", "--force"]) == 1
    assert form_in(Path("r.toy")) == "toy"
    assert run(["validate", "gone", "-q", "-o", "r.toy"]) == 3
    assert "<p>not judged</p>" in Path("r.toy").read_text(), "no earlier verdict is left"


def test_a_new_report_is_offered(toy, study, capsys):
    run(["validate", "--help"])
    offered = "|".join(REPORTS)
    assert offered.endswith("|toy")
    assert f"[{offered}]" in capsys.readouterr().out
    assert run(["validate", study, "-q", "-o", "r.docx"]) == 2
    assert f"--format {offered}" in capsys.readouterr().err
    with pytest.raises(ag.ConfigurationError, match=", ".join(REPORTS)):
        ag.render(ag.validate(ag.read(study)), "docx")
