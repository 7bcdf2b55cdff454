"""Errors name the section that explains them; each section is named by an error, and is there offline."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

import adamgate as ag
from adamgate.converters.terminal.completion import OF_SETTINGS
from adamgate.converters.terminal.error_pages import (
    INTERNAL,
    PAGE,
    SAYING,
    is_section,
    pointer,
    section,
    section_of,
    titles,
)
from adamgate.schemas.errors import UnreadableInputs

ROOT = Path(__file__).parents[2]
PATTERNS = [(anchor, pattern) for anchor, patterns in SAYING.items() for pattern in patterns]


@pytest.fixture(scope="module")
def messages() -> list[str]:
    """Every text in the package that may be a message; what is put into it is a name."""
    files = [each for room in ("schemas", "converters") for each in (ROOT / room).rglob("*.py")]
    return [
        text
        for file in files
        if file.name != "error_pages.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (text := _text(node))
    ]


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "X" for each in node.values)
    return ""


def test_the_page_of_the_package_is_that_of_the_documentation():
    assert PAGE.read_text(encoding="utf-8") == (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), (
        "run make docs"
    )


def test_links_to_sections_of_other_pages_lead_somewhere():
    links = re.findall(r"\]\((\w[\w-]*\.md)#([\w-]+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(links) > 1
    for page, anchor in links:
        headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_each_section_is_named_and_each_name_is_a_section():
    assert {*SAYING, INTERNAL} == set(titles())


@pytest.mark.parametrize(("anchor", "pattern"), PATTERNS, ids=[f"{each[0]}: {each[1]}" for each in PATTERNS])
def test_each_section_is_of_a_message_of_today(messages: list[str], anchor: str, pattern: str):
    """A message that is put in other words would lose its section."""
    fitting = [each for each in messages if re.search(pattern, each)]
    assert fitting
    assert any(section_of(ag.AdamgateError(each)) == anchor for each in fitting), fitting


@pytest.mark.parametrize(
    ("what", "anchor"),
    [
        ("the file or folder does not exist", "file-not-found"),
        ("text is not UTF-8: bytes E9", "text-encoding"),
        ("the file cannot be opened", "file-cannot-be-opened"),
        ("the record cannot be read: Permission denied", "file-cannot-be-opened"),
        ("cannot be listed", "file-cannot-be-opened"),
        ("expected 2 values, found 3 (in 4 records)", "delimited-text"),
        ("1 line above the names of the columns, beginning with # as a comment does", "delimited-text"),
        ("no output format has the suffix '.foo'", "unknown-output-format"),
        ("the ZIP archive is damaged or incomplete", "damaged-file"),
        ("dataset ADSL was found 2 times", "dataset-found-twice"),
        ("define.xml is not well-formed", "unreadable-define-xml"),
        ("matplotlib is not installed", "missing-package"),
        ("unknown setting 'fail_onn'", "unknown-setting"),
        ("'x' is not a value of jobs", "invalid-value"),
        ("AGEE in the condition is not present in ADSL", "invalid-condition"),
        ("parameter OSS is not present", "name-not-present"),
        ("AGEE is not present in ADTTE", "name-not-present"),
        ("some subjects have several OS records", "several-records-per-subject"),
        ("OS has no events: no analysed record has CNSR = 0", "nothing-to-analyse"),
        ("no OS records remain for analysis", "nothing-to-analyse"),
        ("USUBJID is missing in ADTTE", "required-data-not-present"),
        ("the unit of AVAL for OS is unknown", "unit-of-aval"),
        ("the output would replace an input", "output-is-an-input"),
        ("the output already exists", "output-exists"),
        ("the output cannot be written: it is closed", "output-cannot-be-written"),
        ("XPT v5 cannot hold all of the data:", "format-cannot-hold-the-data"),
        ("workers have other versions than this machine", "workers-differ"),
        ("a state is given twice, or is called all", ""),
        ("", ""),
    ],
)
def test_a_message_has_its_section(what: str, anchor: str):
    assert section_of(ag.AdamgateError(what)) == anchor


def test_of_several_inputs_the_first_counts():
    problems = [ag.UnreadableInput("text is not UTF-8: bytes E9"), ag.UnreadableInput("no file matches")]
    assert section_of(UnreadableInputs(problems)) == "text-encoding"


@pytest.mark.slow
def test_a_refused_gate_has_its_section(tmp_path: Path):
    report = ag.validate(ag.read(ROOT / "fixtures" / "cartitude1-broken"))
    with pytest.raises(ag.GateRefused) as refused:
        report.raise_for()
    assert section_of(refused.value) == "gate-failed"


@pytest.mark.parametrize("anchor", [*SAYING, INTERNAL])
def test_a_section_says_what_it_means_and_what_to_do(run, anchor: str):
    ran = run("explain", anchor)
    assert (ran.code, ran.err) == (0, "")
    title, _, text = ran.out.partition("\n\n")
    assert title == titles()[anchor]
    assert "\n\nTo do: " in text
    assert "](" not in text
    assert "```" not in text
    prose = [line for line in text.split("\n$ ")[0].splitlines() if line]
    assert max(map(len, prose)) <= 100


def test_all_sections_are_listed(run):
    ran = run("explain", "errors")
    assert [line.split()[0] for line in ran.out.splitlines()] == list(titles())


def test_an_error_ends_with_its_section(run, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = run("validate", "absent")
    assert ran.code == 3
    assert ran.err.endswith("\n  more: adamgate explain file-not-found\n")


def test_what_has_no_section_ends_as_before(run):
    ran = run("init", "--pipeline", "--derive", "adsl")
    assert ran.code == 2
    assert "more:" not in ran.err
    assert pointer("") == ""


def test_rules_and_variables_are_explained_as_before(run):
    assert not is_section("TTE006")
    assert run("explain", "TTE006").out == ag.explain("TTE006")
    ran = run("explain", "no-such-error")
    assert ran.code == 2
    assert ran.err.endswith("more: adamgate explain unknown-rule\n")


def test_no_setting_is_completed_with_sections():
    assert set(OF_SETTINGS) == {"select", "ignore"}
    assert section("errors").count("\n") == len(titles())


def test_the_package_is_made_by_a_target(tmp_path: Path):
    spec = importlib.util.spec_from_file_location("made", ROOT / "docs" / "make_errors.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert (made.SOURCE, made.PAGE) == (ROOT / "docs" / "errors.md", PAGE)
