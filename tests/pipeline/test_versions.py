"""Which code made the outputs: versions and hashes of what runs."""

import importlib
import re
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

from adamgate.converters.pipeline import versions as module


@pytest.fixture
def rule_package(tmp_path, monkeypatch):
    """An installed package that adds rules, one module or several."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name: str, files: dict[str, str]) -> None:
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(content)
        importlib.invalidate_caches()
        entry = EntryPoint("acme", name, "adamgate.rules")
        vars(entry).update(dist=SimpleNamespace(name="acme", version="1.0"))
        monkeypatch.setattr(module, "entry_points", lambda group: [entry])
        real = module.version
        monkeypatch.setattr(module, "version", lambda name: "1.0" if name == "acme" else real(name))

    return install


def current() -> dict[str, str]:
    return dict(module.versions.__wrapped__())


def test_adamgate_has_its_version_and_the_hash_of_its_code():
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{12}", current()["adamgate"])
    assert {"numpy", "pandas", "pyarrow", "pyreadstat"} <= {*current()}


def test_every_kind_of_file_that_the_package_ships_counts(root):
    suffixes = {
        path.suffix
        for room in ("converters", "schemas")
        for path in Path(root, room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert suffixes <= {*module._SHIPPED}


@pytest.mark.parametrize(
    ("name", "files", "edited"),
    [
        ("acme_edited", {"acme_edited.py": "A = 1\n"}, "acme_edited.py"),
        (
            "acme_many.late",
            {"acme_many/__init__.py": "", "acme_many/late.py": "A = 1\n"},
            "acme_many/late.py",
        ),
    ],
)
def test_an_edited_package_of_rules_is_another_version(rule_package, tmp_path, name, files, edited):
    rule_package(name, files)
    before = current()["acme"]
    assert re.fullmatch(r"1\.0\+[0-9a-f]{12}", before)
    (tmp_path / "__pycache__").mkdir(exist_ok=True)
    (tmp_path / "__pycache__" / "other.py").write_text("")
    assert current()["acme"] == before
    (tmp_path / edited).write_text("A = 2\n")
    assert current()["acme"] != before


def test_a_package_of_rules_that_is_gone_has_its_version_alone(rule_package):
    rule_package("acme_gone", {})
    assert current()["acme"] == "1.0"
