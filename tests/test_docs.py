"""The pages show what the commands print today, and their Python runs."""

import importlib.util
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

MEND = "run make docs, and look at what changed"

PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    "README.md",
    "docs/adverse-events.md",
    "docs/architecture.md",
    "docs/competing-risks.md",
    "docs/configuration.md",
    "docs/adae.md",
    "docs/adrs.md",
    "docs/adsl.md",
    "docs/bds.md",
    "docs/define.md",
    "docs/derive.md",
    "docs/diff.md",
    "docs/forms.md",
    "docs/convert.md",
    "docs/raw.md",
    "docs/report.md",
    "docs/reading.md",
    "docs/verdict.md",
    "docs/xpt.md",
    "docs/survival.md",
    "docs/interval-censoring.md",
    "docs/jobs.md",
    "docs/living-with-rules.md",
    "docs/multi-state.md",
    "docs/partial-dates.md",
    "docs/pipeline.md",
    "docs/qualification.md",
    "docs/rules.md",
    "docs/sources.md",
    "docs/scale.md",
    "docs/speed.md",
]


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def refresh(root):
    return loaded(root / "docs" / "refresh.py")


def test_the_rules_are_those_of_today(root):
    page = (root / "docs" / "rules.md").read_text(encoding="utf-8")
    assert loaded(root / "docs" / "make_rules.py").rules_page() == page, MEND


def test_the_tables_are_those_of_today(root):
    made = loaded(root / "docs" / "make_tables.py")
    for name, table in made.TABLES.items():
        page = (root / "docs" / name).read_text(encoding="utf-8")
        assert table() in page, f"docs/{name}: {MEND}"
        assert made.with_table(name, page) == page, f"docs/{name}: {MEND}"


def test_the_keys_are_those_of_today(root):
    page = (root / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert loaded(root / "docs" / "make_configuration.py").with_keys(page) == page, "run make docs"


def test_every_page_is_looked_at(root, refresh):
    assert sorted(path.relative_to(root).as_posix() for path in refresh.pages()) == sorted(PAGES)


@pytest.mark.one_version
@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_its_commands_print(root, refresh, page):
    text = (root / page).read_text(encoding="utf-8")
    assert _to_12_digits(refresh.refreshed(text)) == _to_12_digits(text), f"{page}: {MEND}"


def _to_12_digits(text):
    """Numbers as every version of numpy has them: its exp and log differ in the last places."""
    return re.sub(r"\d+\.\d{12,}", lambda number: f"{float(number[0]):.12g}", text)


@pytest.mark.parametrize(
    "page",
    [
        *("README.md", "docs/adverse-events.md", "docs/diff.md", "docs/jobs.md", "docs/living-with-rules.md"),
        "docs/partial-dates.md",
    ],
)
def test_the_python_of_a_page_runs(root, page):
    blocks = PYTHON.findall((root / page).read_text(encoding="utf-8"))
    assert blocks
    given = "import adamgate as ag\nframe = ag.read('fixtures/cartitude1/adtte.xpt')['ADTTE'].frame\n"
    code = given + "\n".join(blocks)
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_links_lead_somewhere(root):
    for page in PAGES:
        for target in re.findall(r"\]\((?!http)([^)#]+)", (root / page).read_text(encoding="utf-8")):
            assert (root / page).parent.joinpath(target).exists(), f"{page}: {target}"
