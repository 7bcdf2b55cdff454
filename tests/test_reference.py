"""The reference that the site has: each command with all of its options, each public name with its page."""

from __future__ import annotations

import importlib.util
import re
import sys
from html import unescape
from itertools import chain

import click
import pytest

import adamgate as ag
from adamgate.cli import cli

pytestmark = pytest.mark.one_version


@pytest.fixture(scope="module")
def make_site(root):
    path = root / "docs" / "make_site.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    kept = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = kept
    return module


@pytest.fixture(scope="module")
def generated(make_site):
    return make_site.generated()


def commands(command: click.Command, name: str):
    """Every command with its path, and those below it."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for each in command.list_commands(context):
            yield from commands(command.get_command(context, each), f"{name} {each}")


def section_of(path: str, generated: dict[str, str]) -> str:
    """What the page of a command says of it, or of a command below it."""
    _, name, *_ = (*path.split(" "), "index")
    return unescape(generated[f"commands/{name}.md"]).partition(f"# `{path}`\n")[2]


@pytest.mark.slow
def test_each_command_is_there_with_its_options(generated):
    for path, command in commands(cli, "adamgate"):
        section = section_of(path, generated)
        assert section, path
        for each in command.params:
            if isinstance(each, click.Option) and not each.hidden:
                lacking = [name for name in (*each.opts, *each.secondary_opts) if name not in section]
                assert not lacking, path
                assert (each.help or "").removesuffix(".").partition(" (default")[0] in section, path


@pytest.mark.slow
def test_no_help_is_cut(generated):
    helps = {name: text for name, text in generated.items() if name.startswith("commands/")}
    assert helps
    assert [name for name, text in helps.items() if re.search(r"[a-z,] ?\.\.\.", text)] == []


@pytest.mark.slow
def test_each_public_name_has_its_section_once(generated):
    pages = [text for name, text in generated.items() if name.startswith("api/") and name != "api/index.md"]
    headings = list(chain.from_iterable(re.findall(r"^## (\w+)$", page, re.MULTILINE) for page in pages))
    assert sorted(headings) == sorted(ag.__all__)
    listed = re.findall(r"^\| \[`(\w+)`\]", generated["api/index.md"], re.MULTILINE)
    assert sorted(listed) == sorted(ag.__all__)


@pytest.mark.slow
def test_a_signature_and_what_it_means(generated):
    page = generated["api/tables.md"]
    section = page.partition("## kaplan_meier\n")[2].partition("\n## ")[0]
    assert "ag.kaplan_meier(\n    study: Study,\n    paramcd: str,\n    *,\n    by: str | None" in section
    assert ") -> KaplanMeierTables\n```" in section
    assert "**Parameters**\n\n- `study`, Study:" in section
    assert "- `GateRefused" in section
    assert "```pycon\n>>> " in section


@pytest.mark.slow
def test_attributes_of_a_class_that_is_not_public_are_with_those_that_have_them(generated):
    assert not hasattr(ag, "DerivedFromDomain")
    section = generated["api/derivations.md"].partition("## AdverseEvents\n")[2].partition("\n## ")[0]
    assert "- `supplement`, " in section
    assert "those of `DerivedFromDomain`" not in section


@pytest.mark.slow
def test_no_page_has_the_address_of_an_object(generated):
    """Else the site would differ from build to build."""
    assert [name for name, text in generated.items() if re.search(r"\bat 0x|frozenset\(", text)] == []


def test_each_page_is_in_the_navigation_once(root):
    """A page of docs/ that is not in mkdocs.yml would be found by search alone."""
    navigation = (root / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    named = re.findall(r"([\w-]+\.md)$", navigation, re.MULTILINE)
    expected = [each.name for each in (root / "docs").glob("*.md")]
    assert sorted(named) == sorted([*expected, "index.md", "CONTRIBUTING.md", "CHANGELOG.md"])


def test_a_link_out_of_docs_leads_to_the_copy_on_the_site(make_site):
    assert "(configuration.md#every-key)" in make_site.moved("docs/pipeline.md")
    assert "](converters/pipeline/record.schema.json)" in make_site.moved("docs/pipeline.md")
    assert "](survival.md#polarity)" in make_site.moved("README.md")
    assert "](fixtures/cartitude1/README.md)" in make_site.moved("README.md")
