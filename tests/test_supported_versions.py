"""What is said of versions is what is run: README, `.ci/run`, constraints and pyproject.toml agree."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROW = re.compile(
    r"^\| `make (?P<target>[\w-]+)` \| (?P<python>[\d.]+) \| (?P<pandas>[\d.]+) \| .*\]\((?P<file>\S+)\) \|$"
)


def constrained(path: Path) -> dict[str, Version]:
    """Name to version."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    pairs = [line.split("==") for line in lines[1:]]
    assert lines[1:] == sorted(lines[1:]), "in order"
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def declared(root: Path) -> list[Requirement]:
    """What the package needs, with the extras that tests are run with."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [project["optional-dependencies"][extra] for extra in ("lifelines", "test", "oracles")]
    return [Requirement(each) for part in (project["dependencies"], *extras) for each in part]


def rows(root: Path) -> list[dict[str, str]]:
    lines = (root / "README.md").read_text(encoding="utf-8").splitlines()
    return [found.groupdict() for line in lines if (found := ROW.match(line))]


def test_the_lowest_constraints_are_the_lower_bounds(root: Path):
    pinned = constrained(root / "constraints-lowest.txt")
    for each in declared(root):
        (bound,) = each.specifier
        assert (bound.operator, Version(bound.version)) == (">=", pinned[canonicalize_name(each.name)]), each


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-pandas3.txt"])
def test_the_other_constraints_are_allowed(root: Path, name: str):
    pinned = constrained(root / name)
    for each in declared(root):
        version = pinned.get(canonicalize_name(each.name))
        assert version is None or version in each.specifier, each


def test_the_table_of_versions_is_what_is_run(root: Path):
    run = (root / ".ci" / "run").read_text(encoding="utf-8")
    table = rows(root)
    assert [row["target"] for row in table] == re.findall(r"^make (test\S*)$", run, re.MULTILINE)
    assert "PYTHON=$(find_python 3.11)\nPYTHON313=$(find_python 3.13)\nexport PYTHON PYTHON313\n" in run
    pythons = [row["python"] for row in table]
    assert pythons == ["3.13" if row["target"] == "test-pandas3" else "3.11" for row in table]


def test_the_table_has_the_constraints_of_each_command(root: Path):
    for row in rows(root):
        assert constrained(root / row["file"])["pandas"] == Version(row["pandas"])
        command = ["make", "--dry-run", "--always-make", "PYTHON313=python3.13", row["target"]]
        said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
        assert f"install -c {row['file']} -e " in said
        assert ("python3.13 -m venv" in said) is (row["python"] == "3.13")
        assert ("pytest -n auto" in said) is (row["target"] != "test-hosts")


def test_the_page_about_survival_tables_names_the_versions_of_its_tools(root: Path):
    page = " ".join((root / "docs" / "survival.md").read_text(encoding="utf-8").split())
    for name in ("constraints.txt", "constraints-lowest.txt"):
        pinned = constrained(root / name)
        tools = f"lifelines {pinned['lifelines']} and scikit-survival {pinned['scikit-survival']}"
        (row,) = [row for row in rows(root) if row["file"] == name]
        assert f"{tools} by `make {row['target']}`" in page


# Where .ci/run finds Python


@pytest.fixture
def find_python(root: Path, tmp_path: Path):
    """Runs the function with a PATH and a pyenv of these files: name to exit code."""
    run = (root / ".ci" / "run").read_text(encoding="utf-8")
    found = re.search(r"^find_python\(\) \{\n.*?^\}\n", run, re.MULTILINE | re.DOTALL)
    assert found is not None

    def call(files: dict[str, int]) -> subprocess.CompletedProcess:
        for name, code in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"#!/bin/sh\necho noise >&2\nexit {code}\n", encoding="utf-8")
            path.chmod(0o755)
        environment = {"PATH": f"{tmp_path}/bin", "PYENV_ROOT": f"{tmp_path}/pyenv"}
        command = ["/bin/bash", "-c", f'set -euo pipefail\n{found[0]}\nX=$(find_python 3.13)\necho "$X"']
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return call


OF_PYENV = "pyenv/versions/3.13.0/bin/python3.13"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"bin/python3.13": 0, OF_PYENV: 0}, "python3.13"),
        ({"bin/python3.13": 127, OF_PYENV: 0}, OF_PYENV),
        ({OF_PYENV: 0}, OF_PYENV),
        ({"pyenv/versions/3.13.0/bin/python3.13": 1, "pyenv/versions/3.13.2/bin/python3.13": 0},
         "pyenv/versions/3.13.2/bin/python3.13"),
    ],
    ids=["on PATH", "a shim that does not run", "pyenv", "the second of pyenv"],
)  # fmt: skip
def test_python_is_found(find_python, tmp_path, files, expected):
    done = find_python(files)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() in {expected, f"{tmp_path}/{expected}"}


@pytest.mark.parametrize("files", [{}, {"bin/python3.13": 127}, {"pyenv/versions/3.12.1/bin/python3.12": 0}])
def test_no_python_is_a_failure_that_says_so(find_python, files):
    done = find_python(files)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Python 3.13 is not on PATH and not in pyenv")
