"""The examples of docs/programs.md, run by R, make and Snakemake; of SAS the commands."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.one_version]


# R


@pytest.fixture
def rscript() -> str:
    found = shutil.which("Rscript")
    command = [found or "", "-e", "library(jsonlite)"]
    if found and subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return found
    if os.environ.get("TESTS_REQUIRE_R"):
        pytest.fail("R and its package jsonlite are required here")
    pytest.skip("R or its package jsonlite is not installed")


def test_r(block, rscript, study, state, environment):
    folder = study(state)
    (folder / "gate.R").write_text(block("programs.md", "gate.R"), encoding="utf-8")
    done = subprocess.run(
        [rscript, "gate.R"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is (state == "passed"), done.stderr
    assert (folder / "os.csv").exists() is (state == "passed")
    said = {
        "passed": "time in months",
        "refused": "adamgate refused the data: its report is above",
        "unreadable": "adamgate ended with exit code 3",
    }
    assert said[state] in done.stdout + done.stderr
    if state == "passed":
        assert re.search(r"\b97\s+52\s+60\.7\b", done.stdout), "subjects, events, median"


# make and Snakemake


def _make(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(["make"], cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def snakemake(tool, environment, tmp_path):
    program = tool("snakemake", ".venv-snakemake")
    # Its shell has the environment of adamgate alone; Snakemake's own is not on PATH.
    given = {**environment, "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    given = {name: value for name, value in given.items() if name != "PYTHONPATH"}
    python_path = environment.get("PYTHONPATH")

    def run(folder: Path) -> subprocess.CompletedProcess:
        snakefile = folder / "Snakefile"
        if python_path and not snakefile.read_text(encoding="utf-8").startswith("shell.prefix"):
            text = snakefile.read_text(encoding="utf-8")
            prefix = f"export PYTHONPATH={shlex.quote(python_path)}; "
            snakefile.write_text(f"shell.prefix({prefix!r})\n{text}", encoding="utf-8")
        command = [program, "--cores", "1", "--nocolor"]
        return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(params=["Makefile", "Snakefile"])
def engine(request, block, environment):
    """Puts the file of the page into a folder, and runs its program there."""
    text = block("programs.md", request.param)
    run = request.getfixturevalue("snakemake") if request.param == "Snakefile" else None

    def called(folder: Path) -> subprocess.CompletedProcess:
        if not (folder / request.param).exists():
            (folder / request.param).write_text(text, encoding="utf-8")
        return run(folder) if run else _make(folder, environment)

    return called


def test_nothing_is_done_twice_and_a_change_is_judged_again(engine, study, root):
    folder = study("passed")
    done = engine(folder)
    assert done.returncode == 0, done.stderr
    made = {path: path.stat().st_mtime_ns for path in (folder / "os.csv", folder / "gate.passed")}

    assert engine(folder).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in made} == made

    shutil.copyfile(root / "fixtures" / "cartitude1-broken" / "adtte.xpt", folder / "adam" / "adtte.xpt")
    assert engine(folder).returncode != 0
    report = json.loads((folder / "study1.json").read_text(encoding="utf-8"))
    assert report["verdict"] == "refused"


def test_a_change_of_the_settings_is_judged_again(engine, study):
    folder = study("passed")
    assert engine(folder).returncode == 0
    (folder / "adamgate.toml").write_text('[settings]\nfail_on = "sometimes"\n', encoding="utf-8")
    assert engine(folder).returncode != 0


def test_a_file_that_is_removed_or_added_is_judged_again_by_make(block, study, environment):
    folder = study("passed")
    (folder / "Makefile").write_text(block("programs.md", "Makefile"), encoding="utf-8")
    adae, apart = folder / "adam" / "adae.csv", folder / "adae.csv"

    def judged() -> bool:
        """Whether the verdict is one on a study with ADAE."""
        assert _make(folder, environment).returncode == 0
        return "adae.csv" in (folder / "study1.json").read_text(encoding="utf-8")

    assert judged()
    adae.rename(apart)
    assert not judged()
    apart.rename(adae)
    assert judged()


def test_a_study_that_is_refused_has_no_table_and_keeps_its_report(engine, study):
    folder = study("refused")
    for _ in range(2):  # the second time, too: a report is no verdict that was passed
        assert engine(folder).returncode != 0
        assert not (folder / "os.csv").exists()
        report = json.loads((folder / "study1.json").read_text(encoding="utf-8"))
        assert report["verdict"] == "refused"


# SAS, which cannot be run here


@pytest.fixture(scope="module")
def sas(block) -> str:
    return block("programs.md", "adamgate.sas")


def test_the_blocks_of_the_macro_are_balanced(sas):
    opened = re.findall(r"%macro (\w+)", sas)
    assert opened == re.findall(r"%mend (\w+)", sas) == ["adamgate"]
    assert len(re.findall(r"^\s*data ", sas, re.MULTILINE)) == len(re.findall(r"^\s*run;", sas, re.MULTILINE))
    assert sas.count("(") == sas.count(")")
    assert sas.count('"') % 2 == 0
    statements = [line for line in sas.splitlines() if line and not line.startswith(("/*", "%adamgate"))]
    assert [line for line in statements if not line.endswith(";")] == []


def test_the_calls_of_the_macro(sas, study, state, code, environment):
    """Their arguments, as the operating system gets them; then the program that is included is there."""
    folder = study(state)
    calls = re.findall(r"^%adamgate\((.*)\)$", sas, re.MULTILINE)
    assert len(calls) == 2
    codes = []
    for call in calls:
        assert not set(call) & set("=,%&"), "signs of the macro language"
        command = ["adamgate", *shlex.split(call)]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        codes.append(done.returncode)
    assert codes == [code, code]
    (included,) = re.findall(r'^%include "(.*)";$', sas, re.MULTILINE)
    assert (folder / included).exists() is (state == "passed")
