"""A step that writes the page of a study."""

import json
import re
from pathlib import Path

import pytest

STEP = """
[step.page]
kind = "report"
data = ["adam", "raw"]
output = "page.html"
param = ["OS"]
by = "TRTP"
"""
RUN = re.compile(r"  <p>Written by step (\w+) of .*?after step (\w+) .*?</p>\n")
"""What a step adds to its page: the record of the run."""
STEPS = re.compile(r'  <h3 id="run-title">.*?(?=  <p>Standards)', re.DOTALL)
"""The steps of a run: all of a record, or those before the page."""


def declared(project, step=STEP):
    path = project.folder / "adamgate.toml"
    path.write_text(path.read_text(encoding="utf-8") + step, encoding="utf-8")


@pytest.mark.slow
def test_the_page_is_written_once_and_is_that_of_the_command(after_run):
    declared(after_run)
    ran = after_run("run")
    assert (ran.code, ran.states["page"]) == (0, "ran")
    written = Path("page.html").read_text(encoding="utf-8")
    assert "Kaplan-Meier curve of OS" in written
    assert after_run("run").states["page"] == "unchanged"
    options = ("--param", "OS", "--by", "TRTP", "--record", "run.jsonl", "-o", "by_command.html")
    assert after_run("report", "adam", "raw", *options).code == 0
    by_command = Path("by_command.html").read_text(encoding="utf-8")
    step, after = RUN.search(written).groups()
    assert (step, after) == ("page", "adam")
    without_run = STEPS.sub("", RUN.sub("", written))
    assert len(written) - len(without_run) > 1000
    by_command = STEPS.sub("", by_command)
    assert by_command.startswith(without_run)
    assert by_command.count("\n") == without_run.count("\n") + 2, "the command signs its file"


@pytest.mark.slow
def test_the_page_has_the_steps_before_it_with_their_policies(after_run):
    declared(after_run)
    after_run("run")
    page = Path("page.html").read_text(encoding="utf-8")
    steps = STEPS.search(page)[0]
    assert re.findall(r"<summary><strong>(\w+)</strong>", steps) == ["adam"]
    lines = Path("run.jsonl").read_text(encoding="utf-8").splitlines()
    (adam,) = [each for each in map(json.loads, lines) if each.get("step") == "adam"]
    (table,) = re.findall(r'<table class="policies">(.*?)</table>', steps, re.DOTALL)
    assert table.count("<tr>") == len(adam["policies"]) + 1 > 6
    for each in (*adam["inputs"], *adam["outputs"]):
        assert each["sha256"] in steps
    assert after_run("run", "--only", "page", "--force").code == 0
    assert Path("page.html").read_text(encoding="utf-8") == page, "the same bytes"


@pytest.mark.slow
def test_it_is_written_of_data_that_a_gate_refused(after_run):
    declared(after_run)
    after_run.edit("raw/adsl.csv", "Y,Y,Y,2024-02-04", "Y,Y,N,2024-02-04")
    ran = after_run("run")
    assert ran.code == 1
    assert (ran.states["gate"], ran.states["os"], ran.states["page"]) == ("refused", "not run", "ran")
    assert "The data did not pass the gate" in Path("page.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_another_rule_or_waiver_makes_it_again_and_another_derivation_does_not(after_run):
    declared(after_run)
    after_run("run")
    after_run.edit("adamgate.toml", 'param = ["OS"]', 'param = ["OS", "PFS"]')
    assert after_run("run").states["page"] == "ran"
    declared(after_run, '\n[rules]\nignore = ["AD"]\n')
    assert after_run("run").states["page"] == "ran"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("page.html", "page.txt", "page.txt is not the name of an HTML file"),
        ('by = "TRTP"', 'by = ["TRTP"]', "give a name in quotes"),
        ('by = "TRTP"', 'buy = "TRTP"', "did you mean by"),
        ('param = ["OS"]', "param = 5", "param"),
        ('by = "TRTP"', 'conf_type = "logit"', "log-log"),
        ('data = ["adam", "raw"]\noutput = "page', 'output = "page', "data"),
    ],
)
def test_a_wrong_key_is_an_error_before_anything_runs(project, old, new, said):
    declared(project, STEP.replace(old, new))
    ran = project("run")
    assert ran.code == 2
    assert said in ran.err
    assert not Path("page.html").exists() or not_judged("page.html")
    assert not Path("page.txt").exists()


@pytest.mark.slow
def test_a_variable_that_is_not_present_fails_the_step(after_run):
    declared(after_run, STEP.replace("TRTP", "TRTPP"))
    ran = after_run("run")
    assert ran.states["page"] == "failed"
    assert "did you mean TRTP" in ran.out + ran.err


def not_judged(name: str) -> bool:
    return ("NOT JUDGED" if name.endswith("html") else '"not judged"') in Path(name).read_text("utf-8")


REPORTS = ("page.html", "report.json")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "code", "said"),
    [
        ("raw/adsl.csv", "USUBJID", "SUBJECT", 1, "step adam was refused"),
        ("adamgate.toml", "events = [", "eventz = [", 2, "the settings file is not valid"),
    ],
)
def test_no_report_keeps_the_verdict_of_an_earlier_run(after_run, file, old, new, code, said):
    declared(after_run)
    assert after_run("run").code == 0
    first = {name: Path(name).read_bytes() for name in REPORTS}
    content = Path(file).read_bytes()
    after_run.edit(file, old, new)
    ran = after_run("run")
    assert ran.code == code
    assert [not_judged(name) for name in REPORTS] == [True, True]
    assert said in Path("page.html").read_text("utf-8")
    again = {name: Path(name).read_bytes() for name in REPORTS}
    after_run("run")
    assert {name: Path(name).read_bytes() for name in REPORTS} == again, "the same bytes"
    Path(file).write_bytes(content)
    assert after_run("run").code == 0
    assert {name: Path(name).read_bytes() for name in REPORTS} == first


def test_a_page_of_somebody_else_is_not_replaced_by_one_without_a_verdict(project):
    declared(project)
    Path("page.html").write_text("mine")
    project.edit("adamgate.toml", "events = [", "eventz = [")
    assert project("run").code == 2
    assert Path("page.html").read_text() == "mine"
    assert not_judged("report.json")


@pytest.mark.slow
def test_after_a_wrong_settings_file_the_first_run_replaces_its_own_reports(project):
    declared(project)
    content = Path("adamgate.toml").read_bytes()
    project.edit("adamgate.toml", "events = [", "eventz = [")
    assert project("run").code == 2
    Path("adamgate.toml").write_bytes(content)
    assert project("run").code == 0
    assert "PASSED" in Path("page.html").read_text("utf-8")


@pytest.mark.slow
def test_the_page_fails_by_the_severity_that_the_step_declares(after_run):
    after_run.edit("raw/adsl.csv", "Y,Y,Y,2024-02-04", "Y,Y,N,2024-02-04")
    declared(after_run, STEP + 'fail_on = "never"\n')
    after_run("run")
    assert "Only checks that were not run fail the gate" in Path("page.html").read_text("utf-8")
