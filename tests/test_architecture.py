"""The house: its files import each other in no circle, and docs/architecture.md knows its rooms."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from adamgate.cli import COMMANDS, cli
from adamgate.schemas.rules import FAMILIES

pytestmark = pytest.mark.one_version

TOP = ("__init__.pyi", "__main__.py", "cli.py")
"""The stub stands for the root: it names what ``import adamgate`` leads to, and the loader reads it."""
ROOMS = ("schemas", "converters")


def sources(root: Path) -> dict[str, Path]:
    """Every file of the package by the name of its module."""
    files = [root / name for name in TOP] + [file for room in ROOMS for file in (root / room).rglob("*.py")]
    parts = {file: ("adamgate", *file.relative_to(root).with_suffix("").parts) for file in files}
    return {".".join(part for part in parts[file] if part != "__init__"): file for file in files}


@cache
def tree(file: Path) -> ast.Module:
    """What several tests look at is parsed once."""
    return ast.parse(file.read_text(encoding="utf-8"))


def imported(module: str, file: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of the package that a file imports: for type checkers and within functions, too."""
    package = module if file.stem == "__init__" else module.rpartition(".")[0]
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in known)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            for each in node.names:
                inner = f"{source}.{each.name}"
                yield from (name for name in (inner if inner in known else source,) if name in known)


def test_files_import_each_other_in_no_circle(root: Path):
    known = sources(root)
    graph = {module: {*imported(module, file, known)} - {module} for module, file in known.items()}
    assert sum(map(len, graph.values())) > len(graph), "imports were found"
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
    assert order.index("adamgate.schemas.errors") < order.index("adamgate.cli")


def test_no_two_things_have_one_name(root: Path):
    """Classes and aliases; functions have their module beside them."""
    homes: dict[str, list[str]] = {}
    for module, file in sources(root).items():
        for node in tree(file).body:
            named = [node.name] if isinstance(node, ast.ClassDef) else []
            if isinstance(node, ast.Assign):
                named = [each.id for each in node.targets if isinstance(each, ast.Name)]
            for name in named:
                if re.fullmatch(r"[A-Z]\w*[a-z]\w*", name) and not file.name.endswith("i"):
                    homes.setdefault(name, []).append(module)
    assert {name: modules for name, modules in homes.items() if len(modules) > 1} == {}


def test_no_property_has_a_number_of_examples_of_its_own(root: Path):
    """A share of `settings.default.max_examples` is fewer in `make test`."""
    number = re.compile(r"max_examples=\d+\s*[,)]")
    assert number.search("@settings(max_examples=60, deadline=None)")
    tests = {
        file.name for file in (root / "tests").rglob("test_*.py") if number.search(file.read_text("utf-8"))
    }
    assert tests - {Path(__file__).name} == set()


def modules_in(folder: Path) -> set[str]:
    return {each.stem for each in folder.glob("*.py")} - {"__init__"}


def test_every_family_of_rules_is_in_the_rule_book(root: Path):
    """A family that is not listed would judge nothing, and nobody would notice."""
    folders = [each for each in (root / "schemas" / "rules").iterdir() if (each / "__init__.py").exists()]
    assert len(folders) == 5
    found = [name for folder in folders for name in modules_in(folder)]
    listed = [family.__name__.rpartition(".")[2] for family in FAMILIES]
    assert sorted(found) == sorted(listed)


def test_every_command_is_listed(root: Path):
    assert modules_in(root / "converters" / "terminal" / "commands") == set(COMMANDS) == set(cli.commands)


def layers(root: Path) -> dict[str, list[str]]:
    """The rooms as import-linter holds them, from the top."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return {
        each["containers"][0].rpartition(".")[2]: each["layers"] for each in contracts if "containers" in each
    }


@pytest.mark.parametrize("house", ROOMS)
def test_the_page_names_every_room_from_the_bottom(root: Path, house: str):
    page = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = page.split(f"## `{house}/`")[1].split("\n## ")[0]
    named = re.findall(r"^\| `(\w+)/` \|", section, re.MULTILINE)
    rooms = {each.parent.name for each in (root / house).glob("*/__init__.py")}
    assert named == [each for each in reversed(layers(root)[house]) if each in rooms]
    assert set(named) == rooms
