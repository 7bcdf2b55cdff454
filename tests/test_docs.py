"""The pages show what the commands print today, and their Python runs."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

pytestmark = pytest.mark.slow

MEND = "run make docs, and look at what changed"

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    "README.md",
    "docs/adverse-events.md",
    "docs/architecture.md",
    "docs/checks.md",
    "docs/competing-risks.md",
    "docs/configuration.md",
    "docs/adae.md",
    "docs/adrs.md",
    "docs/adsl.md",
    "docs/bds.md",
    "docs/define.md",
    "docs/derive.md",
    "docs/diff.md",
    "docs/errors.md",
    "docs/forms.md",
    "docs/hosts.md",
    "docs/convert.md",
    "docs/raw.md",
    "docs/report.md",
    "docs/reading.md",
    "docs/verdict.md",
    "docs/xpt.md",
    "docs/survival.md",
    "docs/install.md",
    "docs/interval-censoring.md",
    "docs/jobs.md",
    "docs/living-with-rules.md",
    "docs/multi-state.md",
    "docs/partial-dates.md",
    "docs/pipeline.md",
    "docs/programs.md",
    "docs/qualification.md",
    "docs/rules.md",
    "docs/sources.md",
    "docs/scale.md",
    "docs/schedulers.md",
    "docs/speed.md",
    "docs/tutorial-gate.md",
    "docs/tutorial-kaplan-meier.md",
    "docs/versioning.md",
]

JOB = """
mkdir -p data/sdtm && cp fixtures/cartitude1/adsl.xpt data/sdtm
cat > adtte.toml <<'END'
[derive.ADTTE]
[endpoint.OS]
param = "Overall Survival (Days)"
origin = "TRTSDT"
events = ["DEATH"]
censors = ["ALIVE"]
[source.DEATH]
dataset = "ADSL"
where = "DTHFL == 'Y'"
date = "DTHDT"
set = { EVNTDESC = "Death" }
[source.ALIVE]
dataset = "ADSL"
date = "LSTALVDT"
set = { EVNTDESC = "Alive" }
END
printf '[step.gate]\\nkind = "validate"\\ndata = ["data/adam"]\\noutput = "report.json"\\n' > adamgate.toml
adamgate derive adtte.toml --source data/sdtm --to data/adam -q
cp data/sdtm/adsl.xpt data/adam
cp -r data/adam data/adam-2024-05
"""
STUDY = "mkdir -p data && cp -r fixtures/cartitude1 data/adam"
PIPELINE = "mkdir raw && cp fixtures/cartitude1-project/* . && cp fixtures/cartitude1-raw/* raw"
BEFORE = {
    "docs/configuration.md": "touch adamgate.toml",
    "docs/define.md": "mkdir out/define && adamgate define fixtures/cartitude1 -o out/define/define.xml -q",
    "docs/forms.md": STUDY,
    "docs/jobs.md": JOB,
    "docs/pipeline.md": f"mkdir study && ln -s ../fixtures study && cd study && {PIPELINE}",
    "docs/scale.md": STUDY,
    "docs/tutorial-kaplan-meier.md": "mkdir out/tutorial && cp -r fixtures/cartitude1 out/tutorial/adam "
    "&& adamgate survival out/tutorial/adam --param OS --unit months --covariates AGE,SEX "
    "-o out/tutorial/os.parquet -q",
}
"""What the blocks of a page find where they are run, beside the fixtures."""

GIVEN = {
    "docs/derive.md": "import adamgate as ag",
    "docs/adverse-events.md": "import adamgate as ag",
    "docs/partial-dates.md": "import adamgate as ag",
    "docs/jobs.md": "import adamgate as ag\nframe = ag.read('fixtures/cartitude1/adtte.xpt')['ADTTE'].frame",
    "docs/scale.md": "import adamgate as ag\nstudy = ag.read('fixtures/cartitude1')",
}
"""What the Python of a page has from before."""

RUN = ("console", "python", "sh")
"""Kinds of blocks that are run here, the output of `console` compared."""
SHOWN = ("", "toml", "yaml")
"""Kinds of blocks without commands; TOML is checked against the schema."""

NOT_RUN = {
    ("README.md", "python3 -m venv"): "run by tests/test_first_steps.py",
    ("README.md", "adamgate survival fixtures/cartitude1"): "run by tests/test_first_steps.py, needs R",
    ("README.md", "make demo"): "sets up environments; .ci/run makes what these targets make",
    ("docs/hosts.md", ""): "run by tests/hosts, needs Airflow, Dagster, Prefect",
    (
        "docs/install.md",
        "python3 -m venv",
    ): "installs from a registry; tests/test_first_steps.py does from a wheel",
    ("docs/install.md", "pip wheel"): "run by tests/test_first_steps.py",
    ("docs/install.md", "make dist"): "run by .ci/run",
    ("docs/programs.md", ""): "run by tests/calls/test_programs.py",
    (
        "docs/scale.md",
        "pip install 'adamgate[dask]'",
    ): "needs several machines; tests/engines run a cluster of one",
    ("docs/scale.md", "#!/bin/sh"): "needs Slurm",
    ("docs/schedulers.md", ""): "run by tests/calls/test_schedulers.py, test_container.py",
}
"""Blocks that are not run here, by how they begin: the reason, or what runs them."""


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


def blocks_of(root: Path, page: str) -> list[tuple[str, str]]:
    """Kind and text of each block of a page that a reader may run; `run` lines of a workflow are commands."""
    found = []
    for kind, text in BLOCK.findall((root / page).read_text(encoding="utf-8")):
        if any(page == name and text.startswith(start) for name, start in NOT_RUN):
            continue
        steps = re.findall(r"^- run: (.*)", text, re.MULTILINE) if kind == "yaml" else []
        found += [("sh", step) for step in steps] or [(kind, text)]
    return found


def with_blocks(kind: str) -> list[str]:
    root = Path(__file__).resolve().parent.parent
    return [page for page in PAGES if any(each == kind for each, _ in blocks_of(root, page))]


@pytest.fixture
def run_here(root, tmp_path):
    """Runs commands in a folder with the fixtures; fails with what they told."""
    (tmp_path / "fixtures").symlink_to(root / "fixtures")
    (tmp_path / "out" / "docs").mkdir(parents=True)
    (tmp_path / "out" / "passed").mkdir()
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }

    def run(*command: str) -> None:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout}{done.stderr}"

    return run


@pytest.mark.parametrize("page", with_blocks("python"))
def test_the_python_of_a_page_runs(root, run_here, page):
    code = [GIVEN.get(page, ""), *(text for kind, text in blocks_of(root, page) if kind == "python")]
    run_here("bash", "-ec", BEFORE.get(page, ""))
    run_here(sys.executable, "-W", "error", "-c", "\n".join(code))


@pytest.mark.one_version
@pytest.mark.parametrize("page", with_blocks("sh"))
def test_the_commands_of_a_page_run(root, run_here, page):
    """The folder of a job is the one that they are run in."""
    run_here("bash", "-ec", BEFORE.get(page, ""))
    for kind, text in blocks_of(root, page):
        if kind == "sh":
            run_here("bash", "-ec", text.replace("cd /srv/jobs/study1", "cd ."))


@pytest.mark.one_version
def test_commands_are_in_blocks_that_are_run(root):
    """A block of another kind holds no commands: nobody would see that they fail."""
    for page in PAGES:
        for kind, text in blocks_of(root, page):
            assert kind in (*RUN, *SHOWN), f"{page}: {text}"
            assert kind in RUN or not re.search(r"^(\$|>>>) ", text, re.MULTILINE), f"{page}: {text}"


@pytest.mark.one_version
def test_what_is_not_run_is_still_there(root):
    for page, start in NOT_RUN:
        blocks = BLOCK.findall((root / page).read_text(encoding="utf-8"))
        assert any(kind not in SHOWN and text.startswith(start) for kind, text in blocks), (page, start)


@pytest.mark.one_version
def test_settings_in_pages_have_keys_that_there_are(root):
    """Each is a part of adamgate.toml; dates are text in JSON."""
    command = [sys.executable, "-m", "adamgate", "config", "schema"]
    schema = json.loads(subprocess.run(command, cwd=root, capture_output=True, check=True).stdout)
    validator = jsonschema.Draft202012Validator(schema)
    seen = 0
    for page in PAGES:
        for kind, text in blocks_of(root, page):
            if kind == "toml":
                settings = json.loads(json.dumps(tomllib.loads(text), default=str))
                assert [f"{page}: {each.message}" for each in validator.iter_errors(settings)] == []
                seen += 1
    assert seen > 20


def test_links_lead_somewhere(root):
    for page in PAGES:
        for target in re.findall(r"\]\((?!http)([^)#]+)", (root / page).read_text(encoding="utf-8")):
            assert (root / page).parent.joinpath(target).exists(), f"{page}: {target}"
