"""Which files are compared with those of the wheel, and what is said of where they are from."""

import base64
import hashlib
import json
import shutil
import subprocess
from importlib.metadata import Distribution

import pytest

from adamgate.converters.qualification import installation as module
from adamgate.converters.qualification.checked_case import NotRun
from adamgate.converters.qualification.installation import Installation


def installed(package, site, *recorded):
    """An installation of a folder, with the files that its installer recorded."""
    found = Installation(package)
    found.distribution = distribution(site, "adamgate", *recorded)
    return found


def distribution(site, project, *recorded, needs=()):
    """A distribution, with the files that its installer recorded."""
    metadata = site / f"{project}-0.1.0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    needed = "".join(f"Requires-Dist: {each}\n" for each in needs)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project}\nVersion: 0.1.0\n{needed}", encoding="utf-8"
    )
    lines = []
    for name in recorded:
        digest = hashlib.sha256((site / name).read_bytes()).digest()
        lines.append(f"{name},sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')},0\n")
    (metadata / "RECORD").write_text("".join(lines), encoding="utf-8")
    return Distribution.at(metadata)


def test_an_editable_installation_in_an_environment_of_the_checkout_has_no_list_of_files(tmp_path):
    site = tmp_path / ".venv" / "lib" / "site-packages"
    site.mkdir(parents=True)
    (tmp_path / "__init__.py").write_text("", encoding="utf-8")
    (site / "__editable___adamgate_0_1_0_finder.py").write_text("", encoding="utf-8")
    installation = installed(tmp_path, site, "__editable___adamgate_0_1_0_finder.py")
    assert installation.recorded == {}
    first = next(iter(installation.cases()))
    assert isinstance(first, NotRun)
    assert "not installed from a wheel" in first.reason


def test_a_wheel_is_compared_also_where_its_environment_lies_in_a_checkout(tmp_path):
    site = tmp_path / "adamgate" / ".venv" / "lib" / "site-packages"
    package = site / "adamgate"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    assert next(iter(installed(package, site, "adamgate/__init__.py").cases())).equal


def test_a_file_of_the_package_that_is_absent_differs(tmp_path):
    """With every version of Python: those from 3.12 on do not list it."""
    (tmp_path / "adamgate").mkdir()
    for name in ("__init__.py", "py.typed"):
        (tmp_path / "adamgate" / name).write_text("", encoding="utf-8")
    installation = installed(tmp_path / "adamgate", tmp_path, "adamgate/__init__.py", "adamgate/py.typed")
    (tmp_path / "adamgate" / "py.typed").unlink()
    assert next(iter(installation.cases())).observed == ("absent: py.typed",)


def test_a_package_that_is_run_in_place_of_the_installed_one_differs(tmp_path):
    """As one on PYTHONPATH: its code is not that of the wheel, whose version the record would state."""
    for folder in ("site", "other"):
        (tmp_path / folder / "adamgate" / "schemas").mkdir(parents=True)
        (tmp_path / folder / "adamgate" / "schemas" / "wording.py").write_text("", encoding="utf-8")
    first = next(
        iter(
            installed(
                tmp_path / "other" / "adamgate", tmp_path / "site", "adamgate/schemas/wording.py"
            ).cases()
        )
    )
    assert (first.subject, first.equal) == ("installed files", False)
    assert first.expected == (str(tmp_path / "site" / "adamgate"),)
    assert first.observed == (str(tmp_path / "other" / "adamgate"),)


@pytest.fixture
def dependent(tmp_path, monkeypatch):
    """An installation that needs a package with a list of its files, which needs one without."""
    (tmp_path / "tool").mkdir()
    for name in ("kept.py", "changed.py", "absent.py"):
        (tmp_path / "tool" / name).write_text(name, encoding="utf-8")
    held = {
        "tool": distribution(
            tmp_path, "tool", "tool/kept.py", "tool/changed.py", "tool/absent.py", needs=["bare"]
        ),
        "bare": distribution(tmp_path, "bare"),
    }
    monkeypatch.setattr(module, "_distribution", held.get)
    found = Installation(tmp_path / "adamgate")
    found.distribution = distribution(tmp_path, "adamgate", needs=["tool>=0.1"])
    return found


def test_the_version_that_is_installed_is_said(dependent):
    (case,) = (each for each in dependent.cases() if "version" in getattr(each, "case", ""))
    assert (case.case, case.expected) == ("installed version: 0.1.0", ("tool 0.1 or later",))


def test_files_of_dependencies_are_compared_with_their_wheels(dependent, tmp_path):
    def of_files():
        (case,) = (each for each in dependent.cases() if getattr(each, "case", "") == "SHA-256 of each file")
        return case

    assert of_files().equal
    (tmp_path / "tool" / "changed.py").write_text("other", encoding="utf-8")
    (tmp_path / "tool" / "absent.py").unlink()
    assert of_files().expected == ("3 files as in the wheel",)
    assert of_files().observed == ("changed: tool/changed.py", "absent: tool/absent.py")


def test_dependencies_without_a_list_of_files_are_not_run(dependent):
    (absent,) = (each for each in dependent.cases() if each.subject == "files of dependencies")
    assert isinstance(absent, NotRun)
    assert absent.reason == "the installer left no list of the files of bare"


ORIGINS = {
    None: "not recorded, as from a package index",
    "{": "not known",
    "[]": "not known",
    json.dumps({"url": "file:///src", "dir_info": {"editable": True}}): "file:///src",
    json.dumps({"url": "https://me:secret@index.example.org/a.whl"}): "https://index.example.org/a.whl",
    json.dumps({"url": "file:///a.whl", "archive_info": {"hashes": {"sha256": "40e4"}}}): (
        "file:///a.whl, sha256 40e4"
    ),
}


@pytest.mark.parametrize("recorded", ORIGINS)
def test_what_was_installed_is_said(tmp_path, recorded):
    found = installed(tmp_path / "adamgate", tmp_path)
    if recorded is not None:
        (tmp_path / "adamgate-0.1.0.dist-info" / "direct_url.json").write_text(recorded, encoding="utf-8")
    assert found.platform["installed from"] == ORIGINS[recorded]


def test_a_user_without_a_name_is_not_known(monkeypatch):
    """As in a container that runs with a number."""

    def nameless():
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(module.getpass, "getuser", nameless)
    assert Installation().platform["user"] == "not known"


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum")
def test_one_hash_of_all_files_is_that_of_their_list(tmp_path):
    for name in ("cli.py", "__init__.py", "py.typed"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    listed = subprocess.run(
        ["sha256sum", "__init__.py", "cli.py", "py.typed"], cwd=tmp_path, capture_output=True, check=True
    )
    assert Installation(tmp_path).digest == hashlib.sha256(listed.stdout).hexdigest()
