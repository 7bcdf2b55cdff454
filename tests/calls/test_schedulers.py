"""The examples of docs/schedulers.md: valid, and what they run gives what the page says."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

BIN = str(Path(sys.executable).parent)


def moved(text: str, folder: Path) -> str:
    """With the places of a test instead of those of the page."""
    for place, here in {
        "/srv/study1": folder,
        "/srv/reports": folder,
        "/tmp/study1": folder / "study1",
        "/opt/adamgate/bin": BIN,
    }.items():
        text = text.replace(place, str(here))
    return text


# Kubernetes


@pytest.fixture(scope="module")
def cronjob(block) -> str:
    return block("schedulers.md", "cronjob.yaml")


def _validated(tool, path: Path) -> subprocess.CompletedProcess:
    command = [tool("kubernetes-validate"), "--strict", "-k", "1.37", path]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_job_of_kubernetes_is_valid(cronjob, tool, tmp_path):
    path = tmp_path / "cronjob.yaml"
    path.write_text(cronjob, encoding="utf-8")
    done = _validated(tool, path)
    assert done.returncode == 0, done.stdout + done.stderr
    path.write_text(cronjob.replace("readOnlyRootFilesystem", "readOnlyFileSystem"), encoding="utf-8")
    assert _validated(tool, path).returncode == 1


def test_the_job_of_kubernetes_is_what_the_image_allows(cronjob, from_yaml, root):
    pod = from_yaml(cronjob)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    dockerfile = (root / "Dockerfile").read_text(encoding="utf-8")
    assert f"USER {pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}" in dockerfile
    assert container["securityContext"]["readOnlyRootFilesystem"] == "true"
    mounts = {each["name"]: each for each in container["volumeMounts"]}
    assert set(mounts) == {each["name"] for each in pod["volumes"]}
    assert mounts["study"]["readOnly"] == "true"
    assert {mounts["tmp"]["mountPath"], container["workingDir"]} == {"/tmp", mounts["study"]["mountPath"]}


def test_the_job_of_kubernetes_is_run_again_if_that_may_help(
    cronjob, from_yaml, study, state, code, environment
):
    spec = from_yaml(cronjob)["spec"]["jobTemplate"]["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    folder = study(state)
    arguments = [each.replace("/out", str(folder)) for each in container["args"]]
    done = subprocess.run(["adamgate", *arguments], cwd=folder, env=environment, check=False)
    assert done.returncode == code
    assert (folder / "study1.json").is_file()
    (rule,) = spec["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["containerName"] == container["name"]
    given_up = str(code) in rule["onExitCodes"]["values"]
    assert given_up is (state == "refused")


# cron


def test_the_line_of_cron(block, study, state, code):
    """By /bin/sh, with what cron gives: the home and the variables of the crontab."""
    folder = study(state)
    _, mail, path, line = moved(block("schedulers.md", "crontab -e"), folder).splitlines()
    assert mail.startswith("MAILTO=")
    *times, command = line.split(maxsplit=5)
    assert len(times) == 5
    assert all(re.fullmatch(r"[\d*/,-]+", each) for each in times)
    assert "%" not in command, "cron ends the command there"
    environment = {"HOME": "/", "LOGNAME": "root", "SHELL": "/bin/sh", "PATH": path.removeprefix("PATH=")}
    if python_path := os.environ.get("PYTHONPATH"):
        environment["PYTHONPATH"] = python_path
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd="/", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert (folder / "study1.json").is_file()
    mailed = done.stdout + done.stderr
    said = {"passed": "", "refused": "REFUSED", "unreadable": "adtte.xpt"}[state]
    assert (mailed == "") if state == "passed" else (said in mailed)


def test_a_second_run_of_cron_is_skipped(block, study):
    folder = study("passed")
    line = moved(block("schedulers.md", "crontab -e"), folder).splitlines()[-1]
    command = line.split(maxsplit=5)[5]
    (folder / "study1.log").write_text("of the run that goes on\n", encoding="utf-8")
    held = f"exec 9>{folder}/study1.lock; flock 9; {command}"
    done = subprocess.run(
        ["/bin/sh", "-c", held], env={"PATH": f"{BIN}:/usr/bin:/bin"}, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), "no mail"
    assert not (folder / "study1.json").exists()
    assert (folder / "study1.log").read_text(encoding="utf-8") == "of the run that goes on\n"


# systemd


@pytest.fixture
def units(block, tmp_path) -> dict[str, str]:
    names = ("study1-gate.service", "study1-gate.timer")
    return {name: moved(block("schedulers.md", name), tmp_path) for name in names}


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if not found:
        pytest.skip("systemd-analyze is not installed")
    return found


def _verified(analyze: str, folder: Path, units: dict[str, str]) -> str:
    folder.mkdir()
    for name, text in units.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "study1-alert@.service").write_text("[Service]\nType=oneshot\nExecStart=/bin/true\n")
    command = [analyze, "verify", "--man=no", *(folder / name for name in units)]
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stderr


def test_systemd_has_no_remark(analyze, units, tmp_path):
    said = _verified(analyze, tmp_path / "right", units)
    assert [line for line in said.splitlines() if "study1" in line] == []
    wrong = {name: text.replace("Restart=on-failure", "Restart=now") for name, text in units.items()}
    assert "study1-gate.service" in _verified(analyze, tmp_path / "wrong", wrong)


def test_the_time_of_the_timer(analyze, units):
    (times,) = re.findall(r"^OnCalendar=(.*)$", units["study1-gate.timer"], re.MULTILINE)
    done = subprocess.run([analyze, "calendar", times], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Normalized form: Mon..Fri *-*-* 04:15:00" in done.stdout


def test_the_command_of_the_service(block, study, state, code, environment):
    folder = study(state)
    unit = moved(block("schedulers.md", "study1-gate.service"), folder)
    (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    words = [word.replace("${STATE_DIRECTORY}", str(folder)) for word in shlex.split(command)]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == code
    report = json.loads((folder / "study1.json").read_text(encoding="utf-8"))
    assert report["verdict"] == {0: "passed", 1: "refused", 3: "not judged"}[code]
    (given_up,) = re.findall(r"^RestartPreventExitStatus=(.*)$", unit, re.MULTILINE)
    assert (str(code) in given_up.split()) is (state == "refused")


# Slurm


@pytest.fixture
def batch(block, tmp_path) -> Path:
    path = tmp_path / "gate.sbatch"
    path.write_text(block("schedulers.md", "gate.sbatch"), encoding="utf-8")
    return path


def test_shellcheck_has_no_remark_about_the_script_of_slurm(batch, tool):
    done = subprocess.run([tool("shellcheck"), batch], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    text = batch.read_text(encoding="utf-8")
    head = text[: text.index("set -euo")].splitlines()
    assert all(line.startswith("#") for line in head), "sbatch reads no option after the first command"


def test_the_script_of_slurm(batch, study, state, code, environment, tmp_path):
    folder = study(state)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    given = {**environment, "SLURM_CPUS_PER_TASK": "2", "SLURM_TMPDIR": str(scratch)}
    done = subprocess.run(["bash", batch], cwd=folder, env=given, capture_output=True, check=False)
    assert done.returncode == code
    assert (folder / "study1.json").is_file()
    assert list(scratch.iterdir()) == [], "what is kept on disk is removed"
