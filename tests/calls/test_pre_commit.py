"""The hook of pre-commit, installed and run by pre-commit in a repository with a study."""

import os
import re
import subprocess

import pytest

from adamgate.converters.formats import FORMATS
from adamgate.converters.sources import CARRIERS

pytestmark = [pytest.mark.slow, pytest.mark.one_version]


@pytest.fixture(scope="module")
def hook(root, from_yaml):
    (found,) = from_yaml((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return found


def test_it_runs_for_every_file_that_decides_the_verdict(hook):
    suffixes = {suffix for each in FORMATS for suffix in (*each.suffixes, *each.packed)}
    suffixes |= {each.suffix for each in CARRIERS if each.suffix} | {".sas7bcat"}
    decisive = [f"data/adtte{suffix}" for suffix in suffixes] + [
        "data/ADTTE.XPT",
        "define.xml",
        "adamgate.toml",
    ]
    assert [name for name in decisive if not re.search(hook["files"], name)] == []


@pytest.mark.parametrize("name", ["README.md", "program.sas", "data/notes.txt", "tables.xpt.md", "study.xml"])
def test_it_does_not_run_for_others(hook, name):
    assert not re.search(hook["files"], name)


def test_it_is_valid(root, tool):
    command = [tool("pre-commit"), "validate-manifest", root / ".pre-commit-hooks.yaml"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_configuration_of_the_page_is_valid(block, tool, tmp_path):
    path = tmp_path / ".pre-commit-config.yaml"
    path.write_text(block("checks.md", ".pre-commit-config.yaml"), encoding="utf-8")
    assert subprocess.run([tool("pre-commit"), "validate-config", path], check=False).returncode == 0


def test_pre_commit_installs_and_runs_it(root, tool, study, block, from_yaml, tmp_path):
    """From the last commit, as users get it: a study that passes is committed, one that is refused is not."""
    if not (root / ".git").exists():
        pytest.skip("needs git: pre-commit installs a commit")
    (declared,) = from_yaml(block("checks.md", ".pre-commit-config.yaml"))["repos"]

    repository = tmp_path / "repository"
    (repository / "data").mkdir(parents=True)
    (study("passed") / "adam").rename(repository / "data" / "adam")
    head = _git(root, "rev-parse", "HEAD").strip()
    (repository / ".pre-commit-config.yaml").write_text(
        block("checks.md", ".pre-commit-config.yaml")
        .replace(declared["repo"], root.as_uri())
        .replace(declared["rev"], head),
        encoding="utf-8",
    )
    _git(repository, "init", "-q")
    _git(repository, "add", ".")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "PIP_CONSTRAINT": str(root / "constraints.txt"),
    }

    def run():
        return subprocess.run(
            [tool("pre-commit"), "run", "--all-files", "--color", "never"],
            cwd=repository,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    passed = run()
    assert (passed.returncode, passed.stderr) == (0, "")
    assert re.search(r"validate a study \(adamgate\)\.+Passed", passed.stdout)

    (study("refused") / "adam" / "adtte.xpt").replace(repository / "data" / "adam" / "adtte.xpt")
    _git(repository, "add", ".")
    refused = run()
    assert refused.returncode == 1
    assert "- exit code: 1" in refused.stdout
    assert "REFUSED" in refused.stdout


def _git(folder, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
