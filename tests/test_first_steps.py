"""What a new user does: install the wheel in a new environment, then what README says, word for word."""

import os
import re
import shutil
import site
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.one_version]
SECTION = re.compile(r"^## First steps\n(.*?)^## ", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
MOST_SECONDS = 120
"""From the end of the installation to the tables of Python and R, on a machine that does nothing else."""


def blocks(root: Path) -> list[tuple[str, str]]:
    """The blocks of the section, in order, each with its language."""
    (section,) = SECTION.findall((root / "README.md").read_text(encoding="utf-8"))
    return [(found["kind"], found["text"]) for found in BLOCK.finditer(section)]


@pytest.fixture(scope="module")
def installed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel; what it needs is that of this one."""
    folder = tmp_path_factory.mktemp("new")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheels = folder / "wheels"
    _run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(source)])
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")])
    python = folder / "venv" / "bin" / "python"
    (wheel,) = wheels.glob("adamgate-*.whl")
    _run([*pip, "--python", str(python), "install", "--no-deps", str(wheel)])
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "needed.pth").write_text("".join(f"{each}\n" for each in site.getsitepackages()))
    return folder


@pytest.fixture
def user(installed: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a shell in a folder with the study alone."""
    shutil.copytree(root / "fixtures" / "cartitude1", tmp_path / "fixtures" / "cartitude1")
    monkeypatch.chdir(tmp_path)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ADAMGATE_"))}
    path = f"{installed / 'venv' / 'bin'}{os.pathsep}{kept['PATH']}"
    return {**kept, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def source(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout."""
    copy = tmp_path_factory.mktemp("source") / "adamgate"
    left = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "out", "data")
    shutil.copytree(root, copy, ignore=left)
    return copy


def _run(command: list[str], env: dict[str, str] | None = None) -> str:
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _bash(text: str, env: dict[str, str]) -> str:
    return _run(["bash", "-ec", text], env)


def _has_r() -> bool:
    found = shutil.which("Rscript")
    asked = [str(found), "-e", "library(survival)"]
    return found is not None and subprocess.run(asked, capture_output=True, check=False).returncode == 0


def test_it_is_the_wheel_that_is_tried(installed: Path, user: dict[str, str]):
    place = _run(["python", "-c", "import adamgate; print(adamgate.__file__)"], user)
    assert Path(place.strip()).is_relative_to(installed.resolve())


def test_the_first_steps_of_readme(root: Path, user: dict[str, str], record_property):
    """The verdict, then the same median in a file, in Python and in R."""
    (_, installing), (console, shown), (python, code), (shell, in_r) = blocks(root)
    assert (console, python, shell) == ("console", "python", "sh")
    assert "adamgate init" in installing
    began = time.monotonic()
    used = os.times()
    for command in re.findall(r"^\$ (.*)$", shown, re.MULTILINE):
        printed = _bash(command, user)
        assert printed in shown
    assert "PASSED  no findings" in shown
    table = Path("out/first/os_km_summary.csv").read_text()
    assert re.search(r",60\.71457905544\d*,41\.889117043121\d*,,", table)
    assert re.search(r"97\s+52\s+60\.714579\s+41\.889117\s+NaN", _run(["python", "-c", code], user))
    if _has_r():
        assert re.search(r"97\s+52\s+60\.7\s+41\.9\s+NA\b", _bash(in_r, user))
    else:
        _bash(in_r.partition("\n")[0], user)
        assert Path("out/first/os.R").exists()
    seconds = time.monotonic() - began
    now = os.times()
    processor = now.children_user + now.children_system - used.children_user - used.children_system
    assert min(seconds, processor) < MOST_SECONDS
    record_property("seconds, and those of the processor", f"{seconds:.1f}, {processor:.1f}")


def test_two_commands_for_data_of_ones_own(root: Path, user: dict[str, str]):
    """The file is written for a folder that the user names, and runs at once."""
    commands = [
        line.partition("#")[0] for line in blocks(root)[0][1].splitlines() if line.startswith("adamgate ")
    ]
    asked = "\n".join(commands)
    assert asked.split() == ["adamgate", "init", "path/to/adam", "adamgate", "run"]
    printed = _bash(asked.replace("path/to/adam", "fixtures/cartitude1"), user)
    assert "PASSED  no findings" in printed
    assert {each.name for each in Path("results").iterdir()} >= {"report.html", "os.csv", "os_km.csv"}


def test_what_the_wheel_completes_and_explains(user: dict[str, str]):
    """The words and the sections are in the wheel, too."""
    asked = user | {"COMP_WORDS": "adamgate explain text", "COMP_CWORD": "2"}
    answer = _run(["adamgate"], asked | {"_ADAMGATE_COMPLETE": "bash_complete"})
    assert answer == "plain,text-encoding\n"
    assert _run(["adamgate", "explain", "text-encoding"], user).startswith("Text encoding\n\n")


def test_a_folder_of_wheels_is_enough_without_a_network(
    root: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As docs/install.md says it: adamgate is one of the wheels. What it needs would come from a registry."""
    page = (root / "docs" / "install.md").read_text(encoding="utf-8")
    (made, put) = (line for line in page.splitlines() if line.startswith("pip ") and "wheels" in line)
    python = tmp_path / "venv" / "bin" / "python"
    _run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")])
    monkeypatch.chdir(source)
    # PIP_NO_BUILD_ISOLATION=0 is --no-build-isolation
    alone = {**os.environ, "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    pip = f"'{sys.executable}' -m pip --quiet"
    wheels = str(tmp_path / "wheels")
    _bash(made.replace("wheels", wheels).replace("pip", pip, 1), alone)
    _bash(put.replace("wheels", wheels).replace("pip", f"{pip} --python '{python}'", 1), alone)
    names = [each.name for each in (tmp_path / "venv").glob("lib/*/site-packages/*")]
    assert "adamgate" in names
