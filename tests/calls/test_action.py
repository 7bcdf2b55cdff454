"""The GitHub Action: valid, and its steps do in bash what its inputs ask for."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""As a runner starts `shell: bash`."""


@pytest.fixture(scope="module")
def action(root, from_yaml):
    return from_yaml((root / "action.yml").read_text(encoding="utf-8"))


@pytest.fixture
def runner(tmp_path, root, action, environment):
    """Runs the step with this name; inputs that are not given have their defaults."""
    (tmp_path / "runner").mkdir()
    for name in ("output", "summary"):
        (tmp_path / name).touch()

    def run(name: str, folder: Path, *, python: Path = Path(sys.executable), **inputs: str):
        (step,) = (each for each in action["runs"]["steps"] if each["name"] == name)
        given = {key: each.get("default", "") for key, each in action["inputs"].items()} | inputs
        known = {f"inputs.{key}": value for key, value in given.items()} | {
            "steps.python.outputs.python-path": str(python),
            "github.action_path": str(root),
        }
        values = {
            key: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], value)
            for key, value in step["env"].items()
        }
        given_by_runner = {
            "RUNNER_TEMP": str(tmp_path / "runner"),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        }
        script = tmp_path / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        return subprocess.run(
            [*BASH, script],
            cwd=folder,
            env={**environment, **given_by_runner, **values},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def installed(tmp_path):
    """An environment where the first step puts it."""
    folder = tmp_path / "runner" / "adamgate" / "bin"
    folder.mkdir(parents=True)
    (folder / "adamgate").symlink_to(Path(sys.executable).with_name("adamgate"))


def test_it_is_valid(root, tool):
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-actions", root / "action.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_schema_sees_what_is_wrong(root, tool, tmp_path):
    text = (root / "action.yml").read_text(encoding="utf-8")
    wrong = tmp_path / "action.yml"
    wrong.write_text(text.replace("      shell: bash\n", "", 1), encoding="utf-8")
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-actions", wrong]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_the_workflow_of_the_page_is_valid_and_uses_its_inputs(block, tool, action, from_yaml, tmp_path):
    path = tmp_path / "study.yml"
    path.write_text(block("checks.md", "study.yml"), encoding="utf-8")
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    steps = from_yaml(path.read_text(encoding="utf-8"))["jobs"]["validate"]["steps"]
    (ours,) = (each for each in steps if each.get("id") == "adamgate")
    assert set(ours["with"]) <= set(action["inputs"])
    assert set(re.findall(r"steps\.adamgate\.outputs\.([\w-]+)", path.read_text())) <= set(action["outputs"])


def test_the_page_has_every_input(root, action):
    page = (root / "docs" / "checks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (?:`([^`]*)`|([^|]*)) \|", page, re.MULTILINE)
    assert {name for name, _, _ in rows} == set(action["inputs"])
    defaults = {name: default for name, default, _ in rows if default}
    assert defaults == {key: each["default"] for key, each in action["inputs"].items() if each.get("default")}


def test_no_input_becomes_a_part_of_a_script(action):
    """An input in a script would be run: it reaches a step as a variable."""
    assert [each["run"] for each in action["runs"]["steps"] if "${{" in each.get("run", "")] == []


def test_what_it_uses_is_pinned_to_a_commit(action):
    used = [each["uses"] for each in action["runs"]["steps"] if "uses" in each]
    assert used
    assert [each for each in used if not re.search(r"@[0-9a-f]{40}$", each)] == []


def test_shellcheck_has_no_remark(action, tool, tmp_path):
    for step in action["runs"]["steps"]:
        if "run" in step:
            script = tmp_path / "step.sh"
            script.write_text("#!/bin/bash\nset -eo pipefail\n" + step["run"], encoding="utf-8")
            done = subprocess.run([tool("shellcheck"), script], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout


def test_a_study(runner, installed, study, state, code, tmp_path):
    folder = study(state)
    done = runner("Validate", folder, paths="\n  \nadam\n", sarif="found.sarif")
    assert done.returncode == code, done.stderr
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert outputs == {"exit-code": str(code), "sarif": "found.sarif"}
    sarif = json.loads((folder / "found.sarif").read_text(encoding="utf-8"))
    assert bool(sarif["runs"][0]["results"]) is (state == "refused")
    assert ("::error" in done.stdout) is (state == "refused")
    assert (tmp_path / "summary").stat().st_size


def test_the_severity_that_fails(runner, installed, study):
    done = runner("Validate", study("refused"), paths="adam", **{"fail-on": "never"})
    assert done.returncode == 0


def test_a_path_is_never_an_option_or_a_command(runner, installed, study, tmp_path):
    folder = study("passed")
    (folder / "adam").rename(folder / "adam; touch hacked")
    assert runner("Validate", folder, paths="adam; touch hacked").returncode == 0
    assert runner("Validate", folder, paths="--fail-on=never\n$(touch hacked)").returncode == 3
    assert not (folder / "hacked").exists()


@pytest.mark.parametrize(
    ("inputs", "installs"),
    [
        ({}, "-c {root}/constraints.txt {root}"),
        ({"version": "0.1.0"}, "adamgate==0.1.0"),
        ({"extras": "excel,define"}, "-c {root}/constraints.txt {root}[excel,define]"),
        ({"version": "0.1.0", "extras": "excel"}, "adamgate[excel]==0.1.0"),
    ],
    ids=["its own", "a version", "its own with extras", "a version with extras"],
)
def test_what_is_installed(runner, root, tmp_path, inputs, installs):
    """With a Python that writes down what it is asked."""
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\necho "$*" >>"$RUNNER_TEMP/asked"\n'
        'if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; fi\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    done = runner("Install adamgate", tmp_path, python=python, **inputs)
    assert done.returncode == 0, done.stderr
    made, asked = (tmp_path / "runner" / "asked").read_text(encoding="utf-8").splitlines()
    assert made == f"-m venv {tmp_path / 'runner' / 'adamgate'}"
    assert asked == f"-m pip --disable-pip-version-check --quiet install {installs.format(root=root)}"
