"""Known vulnerabilities: found ones fail, and what was not looked up is never called free of them."""

import importlib.util
import json

import pytest


@pytest.fixture(scope="module")
def vulnerabilities(root):
    spec = importlib.util.spec_from_file_location(
        "vulnerabilities", root / "workshop" / "release" / "vulnerabilities.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bill(tmp_path):
    path = tmp_path / "bill.json"
    components = [{"name": "One", "version": "1.0"}, {"name": "two", "version": "2.0"}]
    path.write_text(json.dumps({"components": components}), encoding="utf-8")
    return str(path)


def index(known):
    """An audit as pip-audit reports it, and what it was asked; names that are not known are not found."""
    asked = []

    def audit(pinned):
        asked.append(list(pinned))
        found = []
        for name, version in (each.split("==") for each in pinned):
            vulns = known.get(name)
            found.append(
                {"name": name.lower(), "skip_reason": f"Dependency not found on PyPI: {name} ({version})"}
                if vulns is None
                else {"name": name.lower(), "version": version, "vulns": vulns}
            )
        return {"dependencies": found, "fixes": []}

    return audit, asked


def test_packages_without_any(vulnerabilities, bill, capsys):
    audit, asked = index({"One": [], "two": []})
    assert vulnerabilities.main([bill, "--require"], audit) == 0
    assert capsys.readouterr().out == "2 packages without known vulnerabilities\n"
    assert asked == [["One==1.0"], ["One==1.0", "two==2.0"]]


def test_one_that_is_found_fails(vulnerabilities, bill, capsys):
    audit, _ = index({"One": [], "two": [{"id": "CVE-2026-1", "fix_versions": ["2.1"]}]})
    assert vulnerabilities.main([bill], audit) == 1
    assert capsys.readouterr().err == "two 2.0: CVE-2026-1, fixed in 2.1\n"


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--require"], 1)])
def test_an_index_that_knows_nothing_is_asked_once(vulnerabilities, bill, capsys, arguments, code):
    audit, asked = index({})
    assert vulnerabilities.main([bill, *arguments], audit) == code
    said = capsys.readouterr()
    assert said.err.startswith("NOT CHECKED: known vulnerabilities of 2 of 2 packages")
    assert said.out == ""
    assert asked == [["One==1.0"]]


def test_a_package_that_it_does_not_know_is_counted(vulnerabilities, bill, capsys):
    audit, _ = index({"One": []})
    assert vulnerabilities.main([bill, "--require"], audit) == 1
    assert "1 of 2 packages" in capsys.readouterr().err


def test_no_report_at_all(vulnerabilities, bill, capsys):
    assert vulnerabilities.main([bill, "--require"], lambda pinned: None) == 1
    assert "2 of 2 packages" in capsys.readouterr().err


def test_a_tool_that_fails_has_no_report(vulnerabilities, tmp_path, monkeypatch):
    tool = tmp_path / "pip-audit"
    tool.write_text("#!/bin/sh\necho no network >&2\nexit 1\n", encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setattr(vulnerabilities, "AUDIT", tool)
    assert vulnerabilities.audited(["one==1.0"]) is None
