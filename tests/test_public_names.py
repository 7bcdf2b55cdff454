"""The public API: every name has one home, is there, and is documented."""

import ast
import inspect
from pathlib import Path

import pytest

import adamgate as ag


def imports_for_type_checkers(root: Path) -> dict[str, str]:
    """Name to module of the imports under ``if TYPE_CHECKING``."""
    tree = ast.parse((root / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    found = {}
    for each in block.body:
        assert isinstance(each, ast.ImportFrom)
        for alias in each.names:
            assert alias.asname == alias.name, "else a type checker takes it for private"
            found[alias.name] = f".{each.module}"
    return found


def test_type_checkers_see_the_same_names(root: Path):
    assert imports_for_type_checkers(root) == ag._HOME


def test_all_names_once_and_in_dir():
    assert len(set(ag.__all__)) == len(ag.__all__)
    assert {*ag.__all__, "__version__"} == set(dir(ag))


@pytest.mark.parametrize("name", sorted(ag.__all__))
def test_each_name_is_there_and_documented(name: str):
    assert inspect.getdoc(getattr(ag, name))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'adamgate' has no attribute 'validat'"):
        _ = ag.validat
