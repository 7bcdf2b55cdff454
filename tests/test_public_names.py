"""The public API: every name has one home, is there, and is documented."""

import ast
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest

import adamgate as ag


def imports_of_the_stub(root: Path) -> dict[str, str]:
    """Name to module of what type checkers are shown."""
    found = {}
    for each in ast.parse((root / "__init__.pyi").read_text(encoding="utf-8")).body:
        if isinstance(each, ast.ImportFrom):
            for alias in each.names:
                assert alias.asname == alias.name, "else a type checker takes it for private"
                found[alias.name] = f".{each.module}"
    return found


def test_type_checkers_see_the_same_names(root: Path):
    assert imports_of_the_stub(root) == ag._HOME


def test_all_names_once_and_in_dir():
    assert len(set(ag.__all__)) == len(ag.__all__)
    assert {*ag.__all__, "__version__"} == set(dir(ag))


@pytest.mark.parametrize("name", sorted(ag.__all__))
def test_each_name_is_there_and_documented(name: str):
    assert inspect.getdoc(getattr(ag, name))


def test_a_former_name_says_what_it_is_called_now():
    with pytest.warns(DeprecationWarning, match="adamgate.Inapplicable is adamgate.NotApplicable now"):
        assert ag.Inapplicable is ag.NotApplicable


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'adamgate' has no attribute 'validat'"):
        _ = ag.validat


def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith("adamgate.")


def members(kind: type) -> Iterator[str]:
    """The public attributes of a class of ours, each with its signature or its type."""
    for name in sorted(set(dir(kind)) | set(getattr(kind, "__annotations__", ()))):
        homes = [
            each for each in kind.__mro__ if name in {*vars(each), *vars(each).get("__annotations__", ())}
        ]
        if name.startswith("_") or not _is_ours(homes[0]):
            continue
        value = inspect.getattr_static(kind, name, None)
        function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        yield f"{name}{inspect.signature(function)}" if inspect.isfunction(function) else name


def described(name: str) -> list[str]:
    """A public name as its users know it: its signature; of a class its attributes, too."""
    value = getattr(ag, name)
    if inspect.ismodule(value):
        return [f"{name}.{each}{inspect.signature(getattr(value, each))}" for each in value.__all__]
    if not inspect.isclass(value):
        return [f"{name}{inspect.signature(value)}"]
    bases = ", ".join(each.__name__ for each in value.__bases__)
    if issubclass(value, Enum):
        head = [
            f"{name}({bases}): {', '.join(each if isinstance(each, str) else each.name for each in value)}"
        ]
    else:
        own = "__init__" in {part for each in value.__mro__[:-1] if _is_ours(each) for part in vars(each)}
        head = [f"{name}({bases}): {inspect.signature(value) if own else 'made as its base'}"]
    return [*head, *(f"    .{each}" for each in members(value))]


def test_signatures(snapshot):
    lines = (line for name in sorted(ag.__all__) for line in described(name))
    # An address and the order of a set differ from run to run.
    assert snapshot == re.sub(r" at 0x[0-9a-f]+|(?<=frozenset)\(\{[^}]*\}\)", "", "\n".join(lines))
