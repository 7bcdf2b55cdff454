"""Reports name the define.xml of the study, with its hash; those of a study without one say nothing of it."""

import hashlib
import json

import jsonschema
import pytest
from counted_forms import records, sheets
from define_documents import DEFINE_2_1

import adamgate as ag
from adamgate import cli
from adamgate.converters.reports import document_of
from adamgate.converters.reports.json_document import SCHEMA
from adamgate.schemas.wording import plain

CSV = "USUBJID,PARAMCD,AVAL\n01-001,OS,12.5\n"
FORMS = ["text", "json", "html", "junit", "sarif", "markdown"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "adtte.csv").write_text(CSV)
    return tmp_path


def said(folder, form):
    return document_of(ag.validate(ag.read(folder / "adtte.csv")), form)


@pytest.mark.parametrize("form", FORMS)
def test_a_report_names_it(folder, form):
    path = folder / "define.xml"
    assert "define.xml" not in said(folder, form)
    path.write_text(DEFINE_2_1, encoding="utf-8")
    text = said(folder, form).replace("\\", "")
    assert "define.xml" in text
    assert hashlib.sha256(path.read_bytes()).hexdigest() in text


def test_the_workbook_names_it(folder):
    path = folder / "define.xml"
    path.write_text(DEFINE_2_1, encoding="utf-8")
    rows = records(sheets(said(folder, "xlsx"))["Conformance Details"])
    stated = {each["Property"]: each["Value"] for each in rows}["define.xml"]
    assert stated == f"{path}, Define-XML 2.1, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


def test_the_json_document_follows_its_schema_and_names_the_path(folder):
    path = folder / "define.xml"
    path.write_text(DEFINE_2_1, encoding="utf-8")
    document = json.loads(said(folder, "json"))
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert document["definition"]["path"] == str(path)


def test_sarif_has_it_among_its_artifacts(folder):
    (folder / "define.xml").write_text(DEFINE_2_1, encoding="utf-8")
    artifacts = json.loads(said(folder, "sarif"))["runs"][0]["artifacts"]
    assert [each["location"]["uri"].rpartition("/")[2] for each in artifacts] == ["adtte.csv", "define.xml"]
    assert all(len(each["hashes"]["sha-256"]) == 64 for each in artifacts)


@pytest.mark.parametrize("form", FORMS)
def test_its_path_has_no_effect(folder, form):
    named = folder / "of\x1b[31m<b>.xml"
    named.write_text(DEFINE_2_1, encoding="utf-8")
    text = document_of(ag.validate(ag.read(folder / "adtte.csv", define=named)), form)
    assert "\x1b" not in text
    assert form not in {"html", "junit", "markdown"} or "<b>" not in text
    assert plain(named.name) != named.name


def test_the_record_of_a_pipeline_has_it_among_the_inputs(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "raw").mkdir()
    (folder / "adtte.csv").rename(folder / "raw" / "adtte.csv")
    (folder / "raw" / "define.xml").write_text(DEFINE_2_1, encoding="utf-8")
    step = 'kind = "validate"\ndata = ["raw"]\noutput = "report.json"\nfail_on = "never"'
    (folder / "adamgate.toml").write_text(f"[step.gate]\n{step}\n")
    cli.run(["run", "-q"])
    document = json.loads((folder / "report.json").read_text())
    steps = [json.loads(line) for line in (folder / "run.jsonl").read_text().splitlines()]
    inputs = [file for each in steps if each["line"] == "step" for file in each["inputs"]]
    recorded = next(each for each in inputs if each["path"] == "raw/define.xml")
    assert document["definition"] == {
        "path": recorded["path"],
        "version": "2.1",
        "sha256": recorded["sha256"],
    }
