"""Keep the table of the versions that rules came and last changed in: schemas/rules/rule_versions.py.

    .venv/bin/python workshop/rule_history.py

A rule that differs from what the table knows of it has changed in the present version. What decides its
findings is hashed: severity, title, scope, and the text of its function with all that it uses of rules,
evidence, conditions and standards, without comments, docstrings and layout.
"""

from __future__ import annotations

import ast
import hashlib
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

from adamgate.schemas.gate.selection import full_book
from adamgate.schemas.rules.history import RuleHistory, histories
from adamgate.schemas.rules.rule import Rule

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "schemas" / "rules" / "rule_versions.py"
_ROOMS = ("rules", "gate.waiver_rules", "evidence", "conditions", "standards")
_DECIDING = tuple(f"adamgate.schemas.{room}" for room in _ROOMS)
_MACHINERY = ("adamgate.schemas.rules.rule", "adamgate.schemas.rules.readiness")
"""How rules are declared; what is declared is hashed itself."""
_LENGTH = 12

Part = tuple[str, str]
"""Module, and a name in it."""


def place_of(module: str) -> Path:
    """The file of a module of adamgate, if there is such a module."""
    place = ROOT.joinpath(*module.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def source_of(module: str) -> str:
    """The text of a module of adamgate."""
    return place_of(module).read_text(encoding="utf-8")


@dataclass(frozen=True)
class ModuleText:
    """A module as it is written."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """Its lines without comments and docstrings, which decide nothing."""
        lines = self.text.splitlines()
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                for row in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                    lines[row - 1] = ""
        return lines

    @cached_property
    def definitions(self) -> Mapping[str, ast.stmt]:
        found: dict[str, ast.stmt] = {}
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found |= {each.id: node for each in targets if isinstance(each, ast.Name)}
        return found

    @cached_property
    def imported(self) -> Mapping[str, Part]:
        is_package = place_of(self.name).name == "__init__.py"
        package = self.name if is_package else self.name.rpartition(".")[0]
        return {
            alias.asname or alias.name: (
                resolve_name("." * node.level + (node.module or ""), package),
                alias.name,
            )
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.level
            for alias in node.names
        }

    def written(self, name: str) -> str:
        """A definition without layout."""
        node = self.definitions[name]
        text = "".join(self.lines[node.lineno - 1 : node.end_lineno])
        return re.sub(r",([)\]}])", r"\1", re.sub(r"\s+", "", text))

    def uses(self, name: str) -> Iterator[Part]:
        """What a definition names, here and elsewhere."""
        node = self.definitions[name]
        within = [
            each for each in ast.iter_child_nodes(node) if each not in getattr(node, "decorator_list", ())
        ]
        for each in (inner for part in within for inner in ast.walk(part)):
            if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
                module, imported = self.imported.get(each.value.id, ("", ""))
                yield f"{module}.{imported}", each.attr
            elif isinstance(each, ast.Name):
                if each.id in self.definitions:
                    yield self.name, each.id
                elif each.id in self.imported:
                    yield self.imported[each.id]


class Logic:
    """What decides the findings of rules.

    Parameters
    ----------
    source : callable
        The text of a module by its name.
    """

    def __init__(self, source: Callable[[str], str] = source_of) -> None:
        self._source = source
        self._modules: dict[str, ModuleText] = {}
        self._parts: dict[Part, tuple[Part, ...]] = {}

    def of(self, rule: Rule) -> str:
        """The hash of a rule."""
        facts = [rule.id, rule.title, rule.severity, rule.grain, *_values(rule.scope), rule.arguments]
        parts = sorted(self._reached((rule.function.__module__, rule.function.__name__)))
        texts = [f"{module}.{name}={self._module(module).written(name)}" for module, name in parts]
        written = "\n".join([*map(_canonical, facts), *texts])
        return hashlib.sha256(written.encode()).hexdigest()[:_LENGTH]

    def _reached(self, first: Part) -> set[Part]:
        found, ahead = set[Part](), [first]
        while ahead:
            part = ahead.pop()
            if part not in found:
                found.add(part)
                ahead += self._used(part)
        return found

    def _used(self, part: Part) -> tuple[Part, ...]:
        if part not in self._parts:
            module, name = part
            self._parts[part] = tuple(
                dict.fromkeys(each for each in self._module(module).uses(name) if self._decides(each))
            )
        return self._parts[part]

    def _decides(self, part: Part) -> bool:
        module, name = part
        if not module.startswith(_DECIDING) or module in _MACHINERY or not place_of(module).exists():
            return False
        return name in self._module(module).definitions

    def _module(self, name: str) -> ModuleText:
        if name not in self._modules:
            self._modules[name] = ModuleText(name, self._source(name))
        return self._modules[name]


def _values(record: Any) -> list[Any]:
    return [getattr(record, each.name) for each in fields(record)]


def _canonical(value: Any) -> str:
    """The same text for the same value, whatever the order of a set."""
    if isinstance(value, Mapping):
        return _canonical(sorted(value.items(), key=repr))
    if isinstance(value, set | frozenset):
        return _canonical(sorted(value, key=repr))
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_canonical, value))}]"
    if callable(value):
        return str(getattr(value, "__qualname__", type(value).__name__))
    return str(value) if isinstance(value, str) else repr(value)


def present_version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def brought_up_to_date(
    known: Mapping[str, RuleHistory], logic: Mapping[str, str], version: str
) -> dict[str, RuleHistory]:
    """The table in which rules that are new, or not as they are known, have the present version.

    Rules that are no more keep their line: an id is never used again.
    """
    made = dict(known)
    for rule_id, hashed in logic.items():
        earlier = known.get(rule_id)
        if earlier is None:
            made[rule_id] = RuleHistory(version, version, hashed)
        elif earlier.logic != hashed:
            made[rule_id] = replace(earlier, changed=version, logic=hashed)
    return dict(sorted(made.items()))


def written(table: Mapping[str, RuleHistory]) -> str:
    """The module with the table."""
    rows = "".join(f"{rule_id} {row.since} {row.changed} {row.logic}\n" for rule_id, row in table.items())
    head = (
        "Id of a rule, version that it came in, version of its last change, hash of its logic: `make docs`."
    )
    return f'"""{head}"""\n\nTABLE = """\n{rows}"""\n'


def present(version: str | None = None, logic: Logic | None = None) -> dict[str, RuleHistory]:
    """The table as it must be for the rules as they are."""
    judged = logic or Logic()
    hashes = {rule.id: judged.of(rule) for rule in full_book().values()}
    return brought_up_to_date(histories(), hashes, version or present_version())


if __name__ == "__main__":
    PLACE.write_text(written(present()), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{PLACE}\n")
