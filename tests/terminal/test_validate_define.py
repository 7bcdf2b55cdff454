"""`adamgate validate --define define.xml` without data."""

import hashlib
import json

import jsonschema
import pytest
from define_documents import DEFINE_2_1

from adamgate.converters.reports.json_document import SCHEMA

FAULTY = DEFINE_2_1.replace('CodeListOID="CL.PARAMCD"', 'CodeListOID="CL.X"')


@pytest.fixture
def document(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "define.xml"
    path.write_text(DEFINE_2_1, encoding="utf-8")
    return path


def test_the_document_is_judged_by_itself(run, document):
    assert run("validate", "--define", "define.xml").code == 0
    document.write_text(FAULTY, encoding="utf-8")
    done = run("validate", "--define", "define.xml")
    assert done.code == 1
    said = " ".join(done.out.split())
    assert "codelist CL.X is not defined; ADTTE.PARAMCD refers to it" in said
    assert "Datasets" not in said
    assert done.err == ""


def test_rules_and_the_threshold_are_those_of_validate(run, document):
    document.write_text(FAULTY, encoding="utf-8")
    assert run("validate", "--define", "define.xml", "--ignore", "DF040").code == 0
    assert run("validate", "--define", "define.xml", "--fail-on", "never").code == 0


@pytest.mark.parametrize("form", ["json", "html", "junit", "sarif", "github", "markdown"])
def test_every_report(run, document, form):
    document.write_text(FAULTY, encoding="utf-8")
    done = run("validate", "--define", "define.xml", "--format", form)
    assert done.code == 1
    assert "CL.X" in done.out


def test_reports_name_the_document_and_its_lines(run, document):
    document.write_text(FAULTY, encoding="utf-8")
    line = 1 + FAULTY[: FAULTY.index("CL.X")].count("\n") - 2  # of the ItemDef
    text = run("validate", "--define", "define.xml")
    assert "define.xml: define.xml, Define-XML 2.1" in text.out
    told = json.loads(run("validate", "--define", "define.xml", "--format", "json").out)
    assert told["definition"]["path"] == "define.xml"
    assert told["definition"]["version"] == "2.1"
    assert told["definition"]["sha256"] == hashlib.sha256(FAULTY.encode()).hexdigest()
    assert [each["define_line"] for each in told["findings"] if each["rule_id"] == "DF040"] == [line]
    log = json.loads(run("validate", "--define", "define.xml", "--format", "sarif").out)
    (place,) = [each["locations"][0] for each in log["runs"][0]["results"] if each["ruleId"] == "DF040"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "define.xml"},
        "region": {"startLine": line},
    }
    github = run("validate", "--define", "define.xml", "--format", "github").out
    assert f"file=define.xml,line={line}" in github


def test_json_of_a_document_follows_its_schema(run, document):
    document.write_text(FAULTY, encoding="utf-8")
    told = json.loads(run("validate", "--define", "define.xml", "--format", "json").out)
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_without_a_definition_no_report_speaks_of_one(run, document):
    document.unlink()
    (document.parent / "adsl.csv").write_text("USUBJID\n1\n")
    told = json.loads(run("validate", "adsl.csv", "--format", "json").out)
    assert "definition" not in told
    assert not [each for each in told["outcomes"] if each["rule_id"].startswith("DF")]
    assert "Definition" not in run("validate", "adsl.csv").out


@pytest.mark.slow
def test_other_processes_have_the_definition(run, document):
    document.write_text(FAULTY, encoding="utf-8")
    (document.parent / "adtte.csv").write_text("USUBJID,PARAMCD,AVAL\n01-001,OS,12.5\n")
    for paths in ((), ("adtte.csv",)):
        arguments = ("validate", *paths, "--define", "define.xml", "--format", "json")
        here, elsewhere = run(*arguments), run(*arguments, "--jobs", "2")
        assert elsewhere == here
        assert '"DF040"' in here.out


def test_a_workbook(run, document):
    done = run("validate", "--define", "define.xml", "-o", "report.xlsx")
    assert done.code == 0
    assert (document.parent / "report.xlsx").stat().st_size > 0


def test_the_report_counts_no_datasets(run, document):
    counts = json.loads(run("validate", "--define", "define.xml", "--format", "json").out)["counts"]
    assert counts["datasets"] == 0
    assert counts["outcomes"]["passed"] > 10


def test_without_paths_and_define_the_usage_is_wrong(run, document):
    done = run("validate")
    assert done.code == 2
    assert "give --define FILE to judge" in done.err


def test_a_document_that_cannot_be_read(run, document):
    document.write_text(DEFINE_2_1[:400], encoding="utf-8")
    assert run("validate", "--define", "define.xml").code == 3
    assert run("validate", "--define", "absent.xml").code == 3


@pytest.mark.parametrize("arguments", [("-o", "define.xml"), ("-o", "define.xml", "--overwrite")])
def test_the_document_is_never_replaced(run, document, arguments):
    done = run("validate", "--define", "define.xml", "--format", "json", *arguments)
    assert done.code == 4
    assert document.read_text(encoding="utf-8") == DEFINE_2_1


def test_a_schema_that_is_not_there_is_wrong_configuration(run, document):
    done = run("validate", "--define", "define.xml", "--xsd", "absent")
    assert done.code == 2
    assert "the folder of the XML Schema does not exist" in done.err
