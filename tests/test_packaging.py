"""The wheel holds the package and nothing else; what is declared is what is there."""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

OUTSIDE_THE_PACKAGE = {"tests", "fixtures", "bench", "docs", "build", "dist", "fuzz", "workshop"}


def _package_folders(root: Path) -> set[str]:
    """Every folder with modules, but those of environments: they are large, and may be set up just now."""
    own = [each for each in root.iterdir() if each.is_dir() and not each.name.startswith(".")]
    inits = [
        init for each in own if each.name not in OUTSIDE_THE_PACKAGE for init in each.rglob("__init__.py")
    ]
    return {"adamgate", *(".".join(("adamgate", *init.parent.relative_to(root).parts)) for init in inits)}


def _declared(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def test_declared_packages_are_the_folders_of_the_tree(root):
    declared = _declared(root)["packages"]
    assert declared == sorted(declared)
    assert set(declared) == _package_folders(root), "run make docs, which lists the packages again"


def test_the_list_of_packages_is_made_from_the_folders(root):
    spec = importlib.util.spec_from_file_location("make_packages", root / "docs" / "make_packages.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    shorter = project.replace('    "adamgate.schemas.gate",\n', "")
    assert shorter != project
    assert made.with_packages(project) == made.with_packages(shorter) == project


@pytest.fixture(scope="module")
def wheel_members(root, tmp_path_factory):
    """Names in a wheel built from a copy of the sources, so that no stale build/ leaks in."""
    copy = tmp_path_factory.mktemp("source") / "adamgate"
    made = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "out", "data")
    shutil.copytree(root, copy, ignore=made)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [*command, "--disable-pip-version-check", "-w", str(out), str(copy)], check=True, capture_output=True
    )
    (wheel,) = out.glob("adamgate-*.whl")
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_nothing_else(root, wheel_members):
    expected = set()
    for package in _declared(root)["packages"]:
        folder = Path(*package.split(".")[1:])
        expected |= {
            f"adamgate/{(folder / module.name).as_posix()}" for module in (root / folder).glob("*.py")
        }
    for package, patterns in _declared(root)["package-data"].items():
        folder = Path(*package.split(".")[1:])
        for pattern in patterns:
            found = list((root / folder).glob(pattern))
            assert found, f"{package}: nothing matches {pattern}"
            expected |= {f"adamgate/{data.relative_to(root).as_posix()}" for data in found}
    assert wheel_members == expected


@pytest.mark.slow
def test_the_wheel_has_the_readers_and_the_type_marker(wheel_members):
    assert {"adamgate/__init__.pyi", "adamgate/py.typed"} <= wheel_members
    assert {"adamgate/cli.py", "adamgate/converters/formats/xpt/reader.py"} <= wheel_members
