"""`ag.run` and `ag.verify`: what the commands do, from Python."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import adamgate as ag


@pytest.mark.slow
def test_it_does_what_the_command_does(project, finished):
    result = ag.run("adamgate.toml")
    assert {each.step: each.state for each in result.steps} == dict.fromkeys(
        ("adam", "gate", "pfs", "os"), "ran"
    )
    assert (result.passed, result.exit_code, result.record) == (True, 0, Path("run.jsonl"))
    assert result["adam"].summary == "ADTTE: 189 records"
    for name, content in project.files().items():
        assert (finished / name).read_bytes() == content
    said = json.loads(project("run", "--format", "json").out)
    assert said == ag.run().to_dict()
    assert ag.run()["pfs"].state == "unchanged"


@pytest.mark.slow
def test_the_record_is_named_from_the_working_directory(after_run, monkeypatch):
    monkeypatch.chdir(after_run.folder.parent)
    result = ag.run("project")
    assert result.record == Path("project/run.jsonl")
    assert Path.cwd() == after_run.folder.parent
    assert ag.verify(result.record, "project/tables/pfs.csv").equal
    assert ag.run("project/adamgate.toml", record="elsewhere.jsonl", overwrite=True).passed
    assert ag.verify("elsewhere.jsonl").equal
    assert after_run("run", "project").out.endswith("; record: project/run.jsonl\n")


def test_what_has_failed_is_in_the_result(project):
    Path("raw/rs.csv").write_bytes(b"\x00\x01")
    result = ag.run()
    assert (result.passed, result.exit_code) == (False, 3)
    assert result["adam"].state == "failed"
    assert "rs.csv" in result["adam"].details
    assert result["gate"].reasons == ("step adam failed",)
    assert repr(result).startswith("RunResult: 4 steps: 1 failed, 3 not run\n  adam  failed")


def test_faults_of_the_configuration_are_raised(project):
    here = Path.cwd()
    with pytest.raises(ag.ConfigurationError, match="pfz is not a step") as fault:
        ag.run(only="pfz")
    assert (fault.value.advice, fault.value.exit_code) == ("did you mean pfs?", 2)
    with pytest.raises(ag.ConfigurationError, match="0 is not a number of processes"):
        ag.run(jobs=0)
    for gone in ("gone.toml", "gone/adamgate.toml", ""):
        with pytest.raises(ag.ConfigurationError):
            ag.run(gone or here.parent)
    project.edit("adamgate.toml", 'kind = "derive"', 'kind = "drive"')
    with pytest.raises(ag.ConfigurationError, match="drive"):
        ag.run()
    assert Path.cwd() == here
    assert not Path("run.jsonl").exists()
    with pytest.raises(ag.UnreadableInput):
        ag.verify("run.jsonl")


def test_a_step_of_no_run(after_run):
    result = ag.run(only=["pfs"], dry_run=True)
    assert [each.step for each in result.steps] == ["pfs"]
    with pytest.raises(ag.ConfigurationError, match="adam is not a step of this run"):
        _ = result["adam"]


@pytest.mark.slow
def test_a_script_with_jobs_is_not_run_again_by_each_process(project):
    """It has no `if __name__ == "__main__"`, which processes would need otherwise."""
    Path("script.py").write_text(
        "import adamgate as ag\nprint('begun')\nprint(ag.run(jobs=2).exit_code)\n", encoding="utf-8"
    )
    ran = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == (f"begun{os.linesep}0{os.linesep}", "")
