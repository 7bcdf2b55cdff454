"""The record: every rule, format and shape is in it, it says what differs, and shows no text as markup."""

import hashlib
import html
import json
import re
import socket
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

import adamgate as ag
from adamgate import cli
from adamgate.converters.formats import FORMATS, FORMATS_OF_DATABASES
from adamgate.converters.qualification import qualify as qualify_module
from adamgate.converters.qualification.checked_case import CheckedCase, CheckedPart, NotRun
from adamgate.converters.qualification.html_record import html_record
from adamgate.converters.qualification.installation import Installation
from adamgate.converters.qualification.qualify import qualify, write_record
from adamgate.converters.qualification.record import QualificationRecord
from adamgate.converters.qualification.stored_answers import FOLDER, stored
from adamgate.converters.survival.shapes import SHAPES
from adamgate.converters.survival.summaries import SUMMARIES
from adamgate.schemas.gate.selection import full_book

MOST_BYTES = 1_000_000
SCHEMA = Draft202012Validator(json.loads((FOLDER / "qualification.schema.json").read_text(encoding="utf-8")))


def cases(record, part):
    (found,) = (each.cases for each in record.parts if each.name == part)
    return found


def made(*parts, at=datetime(2024, 5, 1, 12, tzinfo=UTC)):
    return QualificationRecord(at, Installation(), ag.rule_book(), parts)


SAME = CheckedCase("TTE006", "a case", ("ADTTE: failed",), ("ADTTE: failed",))
OTHER = CheckedCase("TTE007", "another case", ("ADTTE: failed",), ("ADTTE: passed",))


def test_examples_and_answers_are_small():
    assert sum(each.stat().st_size for each in FOLDER.glob("*.json")) <= MOST_BYTES


def test_every_rule_has_an_example_that_breaks_it_and_one_that_does_not():
    found = {True: set(), False: set()}
    judged = set()
    for case in stored("rules.json")["cases"]:
        found[any(each.endswith(": failed") for each in case["expected"])].add(case["rule"])
        if any(each.endswith(": passed") for each in case["expected"]):
            judged.add(case["rule"])
    assert found[True] == set(full_book())
    assert found[False] == set(full_book())
    assert set(full_book()) - judged == {"TTE029"}, "which finds a fault wherever it applies"


@pytest.mark.slow
class TestRecord:
    def test_everything_is_as_expected(self, record):
        assert [f"{each.subject}: {each.case}" for each in record.different] == []
        assert record.equal

    def test_every_rule_format_and_shape_is_in_it(self, record):
        assert {each.subject for each in cases(record, "rules")} == set(full_book())
        assert {each.subject for each in cases(record, "tables")} == {*SHAPES, *SUMMARIES}
        tried = {each.subject.partition(" (")[0] for each in cases(record, "formats")}
        not_run = {each.subject.partition(" (")[0] for each in record.not_run}
        assert {each.name for each in (*FORMATS, *FORMATS_OF_DATABASES.values())} <= tried | not_run

    def test_rule_citation_cases_and_result(self, record):
        entry = next(each for each in record.document()["rules"] if each["id"] == "TTE006")
        assert entry["citations"] == ["adamgate, survival analysis readiness"]
        assert (entry["since"], entry["result"]) == ("0.1.0", "equal")
        assert entry["cases"] >= 2

    def test_the_files_are_hashed(self, record):
        document = record.document()
        assert {"__init__.py", "cli.py", "schemas/rules/rule.py"} <= set(document["files"])
        assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in document["files"].values())
        assert not any("tests/" in each or "__pycache__" in each for each in document["files"])
        assert {"numpy", "pandas", "pandera", "pyarrow"} <= set(document["dependencies"])

    def test_it_is_as_its_schema_says(self, record):
        SCHEMA.validate(record.document())


def test_no_case_is_no_qualification():
    assert not made(CheckedPart("rules", ())).equal
    assert made(CheckedPart("rules", (SAME,))).equal
    assert not made(CheckedPart("rules", (SAME, OTHER))).equal


def test_a_record_that_differs_is_as_its_schema_says():
    document = made(CheckedPart("rules", (SAME, OTHER), (NotRun("Excel", "no extra"),))).document()
    SCHEMA.validate(document)
    assert not SCHEMA.is_valid(document | {"result": "passed"})
    assert not SCHEMA.is_valid(document | {"other": ""})


def test_what_differs_and_what_was_not_run_is_said():
    parts = (
        CheckedPart("rules", (SAME, OTHER)),
        CheckedPart("formats", (SAME,), (NotRun("Excel", "no extra"),)),
    )
    assert list(made(*parts).lines()) == [
        "rules: 2 cases of 2 subjects, 1 different",
        "formats: 1 case of 1 subject, 1 not run",
        "not run: Excel: no extra",
        "different: TTE007: another case",
        "DIFFERENT: 1 case of 3 not as expected",
    ]


def test_a_part_that_ends_in_an_error_differs_and_others_run(monkeypatch):
    def broken():
        yield SAME
        raise ImportError("no module named adamgate.schemas")

    found = qualify(parts={"rules": broken, "tables": lambda: [SAME]})
    (case,) = (each for each in found.different if each.subject == "all cases")
    assert case.observed == ("ImportError: no module named adamgate.schemas",)
    assert cases(found, "tables") == (SAME,)


def test_a_page_on_paper_says_which_file_it_is_of(tmp_path):
    page, document = write_record(made(CheckedPart("rules", (SAME,))), tmp_path)
    assert hashlib.sha256(document.read_bytes()).hexdigest() in page.read_text(encoding="utf-8")
    assert json.loads(document.read_bytes())["files_sha256"] in page.read_text(encoding="utf-8")


def test_an_existing_record_is_found_before_anything_is_run(tmp_path, capfd):
    (tmp_path / "qualification.json").write_text("filed", encoding="utf-8")
    assert cli.run(["qualify", "-o", str(tmp_path)]) == 4
    said = capfd.readouterr()
    assert "running" not in said.err
    assert "qualification.json" in said.err
    assert (tmp_path / "qualification.json").read_text(encoding="utf-8") == "filed"


@pytest.mark.slow
def test_no_text_is_markup():
    hostile = "<script>alert(1)</script>&\u202e\x1b[31m"
    part = CheckedPart(
        "rules", (CheckedCase(hostile, hostile, (hostile,), ("other",)),), (NotRun(hostile, hostile),)
    )
    page = html_record(made(part).document(), "0" * 64)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.slow
def test_the_page_loads_nothing_and_has_places_for_signatures():
    page = html_record(made(CheckedPart("rules", (SAME, OTHER))).document(), "0" * 64)
    assert not re.search(r"""(src|href)=["'](?!data:,)""", page)
    assert "default-src 'none'" in html.unescape(page)
    assert "@media print" in page
    for role in ("Executed by", "Reviewed by", "Approved by"):
        assert role in page
    assert 'class="result different"' in page
    assert "ADTTE: passed" in page, "what was observed in place of what was expected"


@pytest.fixture
def parts(monkeypatch):
    """Makes the command run these cases in place of all."""

    def put(*found):
        monkeypatch.setattr(
            qualify_module.qualify, "__defaults__", (lambda _: None, {"rules": lambda: found})
        )

    return put


class TestCommand:
    @pytest.mark.slow
    def test_all_as_expected(self, parts, tmp_path, capfd, monkeypatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1714564800")
        parts(SAME)
        assert cli.run(["qualify", "-o", str(tmp_path / "q"), "-q"]) == 0
        assert capfd.readouterr().out.startswith("EQUAL: adamgate ")
        document = json.loads((tmp_path / "q" / "qualification.json").read_text())
        assert (document["made"], document["result"]) == ("2024-05-01T12:00:00+00:00", "equal")

    @pytest.mark.slow
    def test_a_difference(self, parts, tmp_path, capfd):
        parts(SAME, OTHER)
        assert cli.run(["qualify", "-o", str(tmp_path)]) == 1
        said = capfd.readouterr()
        assert "different: TTE007: another case\n" in said.out
        assert f"written: {tmp_path / 'qualification.html'}" in said.err
        assert json.loads((tmp_path / "qualification.json").read_text())["result"] == "different"

    @pytest.mark.slow
    def test_an_existing_record_stays(self, parts, tmp_path, capfd):
        parts(SAME)
        (tmp_path / "qualification.json").write_text("signed")
        assert cli.run(["qualify", "-o", str(tmp_path)]) == 4
        assert (tmp_path / "qualification.json").read_text() == "signed"
        assert not (tmp_path / "qualification.html").exists()
        assert "--overwrite" in capfd.readouterr().err
        assert cli.run(["qualify", "-o", str(tmp_path), "--overwrite"]) == 0

    def test_a_folder_is_needed(self, capfd):
        assert cli.run(["qualify"]) == 2
        assert "--output" in capfd.readouterr().err

    @pytest.mark.slow
    def test_no_network_is_used(self, parts, tmp_path, monkeypatch):
        monkeypatch.setattr(socket, "socket", None)
        parts(SAME)
        assert cli.run(["qualify", "-o", str(tmp_path), "-q"]) == 0
