"""A run that is killed, wherever, and run again ends in the same bytes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
    pytest.mark.one_version,
]

KILLED = """
import os, signal, sys
from adamgate import cli
from adamgate.converters.pipeline import run
real = getattr(run, sys.argv[1])
def killed(*given, **named):
    if sys.argv[2] == "after":
        real(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(run, sys.argv[1], killed)
cli.run(["run", "-q"])
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_that_is_killed_when_it_writes_its_record(project, finished, moment):
    """Before the first line nothing is written; after it, its outputs are known to be ours."""
    command = [sys.executable, "-c", KILLED, "write_record", moment]
    assert subprocess.run(command, check=False, capture_output=True).returncode == -signal.SIGKILL
    assert Path("run.jsonl").exists() == (moment == "after")
    assert not Path("adam").exists()
    if moment == "after":
        ran = project("verify", "run.jsonl")
        assert (ran.code, "the run has not finished, or was killed" in ran.out) == (1, True)
    assert project("run").code == 0
    for name, content in project.files().items():
        assert (finished / name).read_bytes() == content


@pytest.mark.slow
@pytest.mark.parametrize("given", ["project", "after_run"])
def test_a_run_that_is_killed_at_any_place(request, given, tmp_path):
    """Before each file is written, before it gets its name, and after it has."""
    project = request.getfixturevalue(given)
    project.edit("raw/cm.csv", "2024", "2023")
    settings = Path("adamgate.toml").read_text()
    before, _, after = settings.partition("[step.os]")
    Path("adamgate.toml").write_text(before + after[after.index("[step.pfs]") :])
    script = Path(__file__).with_name("killed_runs.py")
    command = [sys.executable, str(script), str(project.folder), str(tmp_path / "copy")]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout.split()[-1]) >= 30


SLEEPING = """
import sys, time
from adamgate.converters.pipeline.steps.derive import DeriveStep
def run(self, project):
    sys.stdout.write("working\\n")
    sys.stdout.flush()
    time.sleep(60)
DeriveStep.run = run
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_of_a_run_outlives_it(project, tmp_path, number):
    """With --jobs: a process that goes on could write into the next run."""
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(SLEEPING)
    path = os.pathsep.join((str(tmp_path / "slow"), *sys.path))
    command = [sys.executable, "-m", "adamgate", "run", "--jobs", "2"]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"working\n", "in the process of the step"
        running.send_signal(number)
        rest = running.stdout.read()  # ends when the last process that has it has ended
    assert rest == b""
    assert running.returncode in (-signal.SIGKILL, 128 + signal.SIGTERM, 130)
    assert not Path("adam").exists()
    assert '"step"' not in Path("run.jsonl").read_text()
