"""The container: what it is made of, and that what it runs needs no root and writes nowhere else."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

SECRET = re.compile(r"TOKEN|PASSW|SECRET|CREDENTIAL|(?<!PGP_)KEY|netrc|\.pem\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def instructions(root) -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with what follows it."""
    text = (root / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines if line]


@pytest.fixture(scope="module")
def last_stage(instructions) -> dict[str, str]:
    begins = max(place for place, (name, _) in enumerate(instructions) if name == "FROM")
    return dict(instructions[begins:])


def test_hadolint_has_no_remark(root, tool):
    done = subprocess.run(
        [tool("hadolint"), root / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_sees_what_is_wrong(root, tool, tmp_path):
    text = (root / "Dockerfile").read_text(encoding="utf-8")
    wrong = tmp_path / "Dockerfile"
    wrong.write_text(re.sub(r"python:\S+", "python", text), encoding="utf-8")
    done = subprocess.run([tool("hadolint"), wrong], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "DL3006" in done.stdout


def test_its_python_is_a_version_that_the_constraints_are_tested_with(root, instructions):
    bases = {rest.split()[0] for name, rest in instructions if name == "FROM"}
    (base,) = bases
    found = re.fullmatch(r"python:(\d+\.\d+)\.\d+-slim-[a-z]+", base)
    assert found is not None
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert f"| {found[1]} | 2.3.3 | [constraints.txt](constraints.txt) |" in readme
    (install,) = (rest for name, rest in instructions if name == "RUN")
    assert "-c constraints.txt" in install


def test_it_is_not_root_and_runs_the_command(last_stage):
    assert last_stage["USER"] == "65534:65534"
    assert json.loads(last_stage["ENTRYPOINT"]) == ["adamgate"]
    assert json.loads(last_stage["CMD"]) == ["--help"]
    assert "RUN" not in last_stage, "nothing is downloaded into what is shipped"


def test_it_holds_no_secret_and_fetches_nothing_by_itself(instructions):
    named = [rest for name, rest in instructions if name in {"ARG", "ENV", "COPY", "RUN"}]
    assert [each for each in named if SECRET.search(each)] == []
    assert "ADD" not in dict(instructions)


def test_its_extras_are_those_of_the_page(root, instructions):
    extras = dict(instructions)["ARG"].removeprefix("EXTRAS=").split(",")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras) <= set(project["optional-dependencies"])
    page = " ".join((root / "docs" / "schedulers.md").read_text(encoding="utf-8").split())
    assert f"the extras {', '.join(f'`{extra}`' for extra in extras)} (" in page


def test_what_is_copied_builds_the_whole_package(root, tmp_path):
    """And nothing else is copied: no data, no tests, no history."""
    ignored = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    kept = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    source = tmp_path / "source"
    source.mkdir()
    for name in kept:
        if (root / name).is_dir():
            shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", ".", str(source)], cwd=tmp_path, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = [path for folder in ("converters", "schemas") for path in (root / folder).rglob("*")]
    files += [root / name for name in ("__init__.py", "__init__.pyi", "__main__.py", "cli.py", "py.typed")]
    expected = {path for path in files if path.is_file() and "__pycache__" not in path.parts}
    assert names == {f"adamgate/{path.relative_to(root).as_posix()}" for path in expected}


# What it runs


@pytest.fixture
def contained(root, study, last_stage, tmp_path) -> Callable[..., subprocess.CompletedProcess]:
    """Runs a command as the container does, on a study of a state; `/srv/out` is the folder `out`."""
    can = shutil.which("unshare") and shutil.which("setpriv") and os.geteuid() == 0
    if not can or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("needs root, unshare and setpriv")
    out = tmp_path / "out"
    out.mkdir()
    os.chown(out, 65534, 65534)
    variables = dict(each.split("=", 1) for each in shlex.split(last_stage["ENV"]))

    def run(state: str, *command: str) -> subprocess.CompletedProcess:
        folder = study(state)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        places = [root, sys.base_prefix, sysconfig.get_path("purelib"), folder, out]
        environment = {
            **variables,
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": "/srv/site:/srv/packages",
            "LD_LIBRARY_PATH": "/srv/python/lib",  # of this Python, not of another one of the machine
        }
        return subprocess.run(
            ["unshare", "--mount", Path(__file__).with_name("read_only.sh"), *places, *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


PYTHON = f"/srv/python/bin/python{sys.version_info.major}.{sys.version_info.minor}"
ADAMGATE = (PYTHON, "-m", "adamgate")


def test_the_walls_hold(contained):
    """Else the other tests show nothing."""
    script = "id -u; for each in / /usr /srv /srv/site/adamgate /srv/work /var/tmp /tmp /srv/out; do"
    done = contained("passed", "sh", "-c", f"{script} touch $each/new 2>/dev/null && echo $each; done; true")
    assert done.stdout.split() == ["65534", "/tmp", "/srv/out"], done.stderr


def test_the_command_of_the_page(root, contained, state, code, tmp_path):
    page = (root / "docs" / "schedulers.md").read_text(encoding="utf-8")
    found = re.search(r"^docker run (.*?)(?<!\\)$", page, re.MULTILINE | re.DOTALL)
    words = shlex.split(found[1].replace("\\\n", " "))
    assert {"--read-only", "--network", "none"} <= set(words)
    (place,) = (index for index, word in enumerate(words) if word.startswith("adamgate:"))
    arguments = [word.replace("/out/", "/srv/out/") for word in words[place + 1 :]]
    done = contained(state, *ADAMGATE, *arguments)
    assert done.returncode == code, done.stderr
    assert "warning" not in done.stderr.lower()
    report = json.loads((tmp_path / "out" / "study1.json").read_text(encoding="utf-8"))
    assert report["verdict"] == {"passed": "passed", "refused": "refused", "unreadable": "not judged"}[state]
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"study1.json", "study1.html"}


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (
            (*"survival adam --param OS --unit months --for r".split(), "-o", "/srv/out/os.csv"),
            "os.R",
        ),
        (("swimmer", "adam", "-o", "/srv/out/lanes.png"), "lanes.png"),
        (("convert", "adam/adtte.xpt", "/srv/out/adtte.parquet", "--memory", "1MB"), "adtte.parquet"),
        (("report", "adam", "--jobs", "2", "-o", "/srv/out/page.html"), "page.html"),
    ],
    ids=["a table", "a figure", "data on disk", "processes"],
)
def test_other_commands(contained, tmp_path, arguments, written):
    done = contained("passed", *ADAMGATE, *arguments)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / written).stat().st_uid == 65534


def test_a_folder_that_is_read_only_is_an_output_that_cannot_be_written(contained):
    done = contained("passed", *ADAMGATE, "validate", "adam", "-o", "report.json")
    assert done.returncode == 4
    assert "report.json" in done.stderr
