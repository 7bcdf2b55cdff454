"""The public API: names, options, keys, rule ids, exit codes, as docs/versioning.md promises them.

A snapshot that changes is a change for users: docs/versioning.md says in which version it may come.
"""

import ast
import importlib
import inspect
import json
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import click
import pytest
from packaging.version import Version

import adamgate as ag
from adamgate.cli import cli, run
from adamgate.converters.terminal import exit_codes


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
    said = "adamgate.Inapplicable is adamgate.NotApplicable now; it will be removed in 0.4"
    with pytest.warns(DeprecationWarning, match=said):
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


# What is deprecated

DEPRECATED = re.compile(
    r"^\| `adamgate\.([\w.]+)` \| ([\d.]+) \| ([\d.]+) \| `adamgate\.(.+)` \|$", re.MULTILINE
)


def test_the_page_lists_what_is_deprecated(root: Path):
    listed = {name: rest for name, *rest in DEPRECATED.findall((root / "docs" / "versioning.md").read_text())}
    names = {name: [each.since, each.gone, each.now] for name, each in ag._FORMER.items()}
    assert {name: rest for name, rest in listed.items() if "." not in name} == names
    functions = {name: rest for name, rest in listed.items() if "." in name}
    files = [path for path in (root / "schemas").glob("*.py") if "former_schema(" in path.read_text()]
    assert set(functions) == {f"schemas.{path.stem}.schema" for path in files}
    for name, (_, gone, now) in functions.items():
        module, _, function = name.rpartition(".")
        said = f"use adamgate.{now}: this function will be removed in {gone}"
        with pytest.warns(DeprecationWarning, match=re.escape(said)):
            getattr(importlib.import_module(f"adamgate.{module}"), function)()


def test_nothing_is_kept_longer_than_was_said_or_removed_earlier(root: Path):
    rows = DEPRECATED.findall((root / "docs" / "versioning.md").read_text())
    assert rows
    for name, since, gone, _ in rows:
        assert Version(ag.__version__) < Version(gone), f"{name}: remove it now"
        assert Version(gone) >= Version(f"0.{Version(since).minor + 2}"), f"{name}: two minor versions"


# The command line


def commands(command: click.Command = cli, name: str = "adamgate") -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            assert inner is not None
            yield from commands(inner, f"{name} {each}")


def option(parameter: click.Parameter) -> str:
    """As it is written: names, then what it takes."""
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    choices = getattr(parameter.type, "choices", None)
    if isinstance(parameter, click.Argument):
        return f"{names}{' (several)' if parameter.nargs != 1 else ''}"
    if getattr(parameter, "is_flag", False):
        return names
    takes = "|".join(map(str, choices)) if choices else "value"
    return f"{names} [{takes}]{' (repeatable)' if parameter.multiple else ''}"


COMMAND_LINE = dict(commands())


@pytest.mark.one_version
@pytest.mark.parametrize("name", COMMAND_LINE)
def test_options(name: str, snapshot):
    assert snapshot == "\n".join(sorted(map(option, COMMAND_LINE[name].params)))


def test_exit_codes():
    codes = {name: value for name, value in vars(exit_codes).items() if isinstance(value, int)}
    assert codes == {
        "PASSED": 0,
        "EQUAL": 0,
        "REFUSED": 1,
        "DIFFERENT": 1,
        "USAGE": 2,
        "UNREADABLE": 3,
        "UNWRITABLE": 4,
        "FAULT": 70,
        "INTERRUPTED": 130,
        "PIPE_CLOSED": 141,
    }
    raised = (ag.GateRefused, ag.ConfigurationError, ag.UnreadableInput, ag.UnwritableOutput)
    assert [each.exit_code for each in raised] == [1, 2, 3, 4]


def test_rule_ids(snapshot):
    """An id is never given to another rule."""
    ids = sorted(ag.rule_book())
    families = sorted({re.sub(r"\d+$", "", each) for each in ids})
    assert snapshot == "\n".join(
        " ".join(each for each in ids if re.fullmatch(rf"{family}\d+", each)) for family in families
    )


# Documents

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = sorted(path.relative_to(ROOT) for path in ROOT.glob("converters/*/*.schema.json"))


def keys_of_schema(schema: dict, whole: dict, path: str = "") -> Iterator[str]:
    """Every key that a document may have; those with a star it has always."""
    if "$ref" in schema:
        target = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        if path.count(".") < 6:
            yield from keys_of_schema(target, whole, path)
    for name, inner in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here + (" *" if name in schema.get("required", ()) else "")
        yield from keys_of_schema(inner, whole, here)
    if isinstance(schema.get("items"), dict):
        yield from keys_of_schema(schema["items"], whole, f"{path}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from keys_of_schema(schema["additionalProperties"], whole, f"{path}.NAME")
    for several in ("anyOf", "oneOf", "allOf"):
        for inner in schema.get(several, ()):
            yield from keys_of_schema(inner, whole, path)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_keys_of_documents(path: Path, root: Path, snapshot):
    schema = json.loads((root / path).read_text(encoding="utf-8"))
    assert snapshot == "\n".join(sorted(set(keys_of_schema(schema, schema))))


def keys_of_document(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            here = f"{path}.{name}" if path else name
            yield here
            yield from keys_of_document(inner, here)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of_document(inner, f"{path}[]")


CAUSES = ("--cause", "death: EVNTDESC == 'Death'", "--cause", "progression: EVNTDESC != 'Death'")
CODEBOOKS = {
    "survival": ("--param", "OS", "--unit", "months"),
    "km": ("--param", "OS"),
    "cuminc": ("--param", "PFS", *CAUSES),
    "ae": ("--by", "AEBODSYS"),
}


@pytest.mark.slow
@pytest.mark.parametrize("command", CODEBOOKS)
def test_keys_of_codebooks(command: str, root: Path, snapshot, tmp_path: Path):
    study = str(root / "fixtures" / "cartitude1")
    assert run([command, study, *CODEBOOKS[command], "-o", str(tmp_path / "table.csv")]) == 0
    codebook = json.loads((tmp_path / "table.codebook.json").read_text(encoding="utf-8"))
    assert snapshot == "\n".join(sorted(set(keys_of_document(codebook))))
