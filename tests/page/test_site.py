"""The site of the documentation, as `make site` builds it: what it shows, and that it needs no network.

It needs the environment that `make site` sets up; CI must have it (TESTS_REQUIRE_SITE).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from blocks import blocks
from markdown_it import MarkdownIt

from adamgate.cli import cli
from adamgate.schemas.gate.selection import full_book

pytestmark = [pytest.mark.slow, pytest.mark.one_version]


@pytest.fixture(scope="module")
def build(root):
    """Builds the site in a folder with its pages; gives what was told, and the exit code."""
    tools = root / ".venv-site" / "bin"
    if not (tools / "zensical").exists():
        if os.environ.get("TESTS_REQUIRE_SITE"):
            pytest.fail("the environment of the site is required here and absent: make site")
        pytest.skip("no environment of the site: make site")

    def built(folder: Path) -> tuple[str, int]:
        command = [str(tools / "zensical"), "build", "--strict", "--config-file", str(folder / "mkdocs.yml")]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr, done.returncode

    return built


@pytest.fixture(scope="module")
def gathered(root, build, tmp_path_factory):
    """A folder with the pages of the site, and the site."""
    folder = tmp_path_factory.mktemp("documentation")
    gather(root, folder)
    told, code = build(folder)
    assert code == 0, told
    return folder


@pytest.fixture(scope="module")
def site(gathered):
    return gathered / "site"


def gather(root: Path, folder: Path) -> None:
    command = [sys.executable, str(root / "docs" / "make_site.py"), str(folder)]
    subprocess.run(command, cwd=root, check=True)


def page_of(source: Path, gathered: Path) -> str:
    """The document that a page in Markdown became."""
    path = source.relative_to(gathered / "site-pages")
    name = path.with_name("index.html") if path.name == "README.md" else path.with_suffix(".html")
    return (gathered / "site" / name).read_text(encoding="utf-8")


def test_each_page_shows_what_its_markdown_says(gathered):
    """Another reader of Markdown sees the same blocks: lists, tables and code are not taken for text."""
    markdown = MarkdownIt("commonmark").enable("table")
    sources = sorted((gathered / "site-pages").rglob("*.md"))
    assert len(sources) > 400
    for source in sources:
        expected = blocks(markdown.render(source.read_text(encoding="utf-8")))
        assert blocks(page_of(source, gathered), "article") == expected, source.name


def test_the_same_checkout_gives_the_same_bytes(root, site, build, tmp_path):
    gather(root, tmp_path)
    assert build(tmp_path)[1] == 0
    again = tmp_path / "site"
    files = {each.relative_to(site) for each in site.rglob("*") if each.is_file()}
    assert files == {each.relative_to(again) for each in again.rglob("*") if each.is_file()}
    assert [each for each in files if (site / each).read_bytes() != (again / each).read_bytes()] == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("[a page](nowhere.md)", "page does not exist"),
        ("[a heading](#nowhere)", "anchor does not exist"),
        ("[a heading](second.md#nowhere)", "anchor does not exist"),
    ],
)
def test_a_link_that_leads_nowhere_fails_the_build(build, root, tmp_path, wrong, told):
    settings = (root / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[0]
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    (tmp_path / "site-pages").mkdir()
    (tmp_path / "site-pages" / "second.md").write_text("# Second\n")
    (tmp_path / "site-pages" / "index.md").write_text("# First\n\n[second](second.md#second)\n")
    assert build(tmp_path)[1] == 0
    (tmp_path / "site-pages" / "index.md").write_text(f"# First\n\n{wrong}\n")
    said, code = build(tmp_path)
    assert code != 0
    assert told in re.sub(r"\x1b\[[\d;]*m", "", said)


def test_nothing_is_loaded_from_elsewhere(site):
    """Links may lead elsewhere; styles, scripts, fonts and pictures are on the site."""
    for page in {*site.rglob("*.html")} - {site / "404.html"}:  # a server shows that one, at any address
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe|source)[^>]*\ssrc="([^"]+)"', text)
        loaded += re.findall(r'<link[^>]*\shref="([^"]+)"', text)
        assert loaded, page
        for each in loaded:
            assert (page.parent / each.partition("#")[0]).exists(), f"{page}: {each}"
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?https?:|@import", style.read_text(encoding="utf-8")), style


def test_each_rule_has_a_page(site):
    for rule in full_book().values():
        shown = blocks((site / "rules" / f"{rule.id}.html").read_text(encoding="utf-8"), "article")
        assert shown[0] == ("h1", "".join(f"{rule.id}: {rule.title}".split()))
        cells = [text for kind, text in shown if kind == "cell"]
        assert "".join("; ".join(map(str, rule.citations)).split()) in cells, rule.id
        titles = {"What it checks", "Why it matters", "Smallest fix"}
        assert {("h2", "".join(each.split())) for each in titles} <= set(shown), rule.id


def test_the_example_of_a_rule_shows_the_fault_and_what_is_right(gathered):
    page = (gathered / "site-pages" / "rules" / "AD0020.md").read_text(encoding="utf-8")
    fails, _, passes = page.partition("## An example that fails\n")[2].partition(
        "## An example that passes\n"
    )
    assert "Warning in ADSL: FASFL is not Y or N\n" in fails
    assert "| record | USUBJID | FASFL |\n|---|---|---|\n| **2** | S1-002 | U |" in fails
    assert "| record | USUBJID | FASFL |\n|---|---|---|\n| 2 | S1-002 | N |" in passes


def test_nearly_every_rule_has_an_example_that_passes(gathered):
    pages = {each.stem: each.read_text(encoding="utf-8") for each in gathered.glob("site-pages/rules/*.md")}
    without = [name for name, text in pages.items() if "## An example that passes" not in text]
    assert len(pages) == len(full_book())
    assert len(without) < 5, without
    assert [name for name, text in pages.items() if "## An example that fails" not in text] == []


def test_each_command_has_a_page(site):
    for name in cli.commands:
        assert (site / "commands" / f"{name}.html").exists()


@pytest.fixture
def opened(browser, site):
    """Opens pages of the site from the disk; nothing may be asked for elsewhere, or go wrong."""
    asked, said = [], []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    def open_(name: str):
        page.goto((site / name).as_uri())
        return page

    yield open_
    context.close()
    assert said == []
    assert asked
    assert [url for url in asked if not url.startswith(site.as_uri())] == []


@pytest.mark.parametrize("name", ["index.html", "api/gate.html", "commands/survival.html", "report.html"])
def test_a_page_opens_from_a_disk(opened, name):
    page = opened(name)
    assert page.locator("article h1").is_visible()
    broken = "[...document.images].filter(each => !each.complete || each.naturalWidth === 0).length"
    page.evaluate("document.querySelectorAll('img').forEach(each => each.loading = 'eager')")
    page.wait_for_function(f"{broken} === 0")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("AD0169", "rules/AD0169.html"),
        ("CNSR appears to be inverted", "rules/TTE011.html"),
        ("kaplan_meier", "api/tables.html"),
    ],
)
def test_search_finds_it_first(opened, asked, found):
    from playwright.sync_api import expect

    page = opened("tutorial-gate.html")
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Search").fill(asked)
    first = page.locator("[id$=results] a").first
    expect(first).to_have_attribute("href", re.compile(found), timeout=30_000)
    first.click()
    page.wait_for_url(f"**/{found}*")
    assert page.locator("article h1").is_visible()


def test_no_page_knows_where_it_was_built(gathered, site):
    known = str(gathered).encode()
    assert [each for each in site.rglob("*") if each.is_file() and known in each.read_bytes()] == []
