"""The job of GitLab: valid, and its script gives the JUnit report that it names."""

import subprocess
from xml.etree import ElementTree

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.one_version]


@pytest.fixture(scope="module")
def text(block):
    return block("checks.md", ".gitlab-ci.yml")


def test_it_is_valid(text, tool, tmp_path):
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(text, encoding="utf-8")
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_schema_sees_what_is_wrong(text, tool, tmp_path):
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(text.replace("when: always", "when: now and then"), encoding="utf-8")
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", path]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_its_script_writes_what_it_keeps(text, from_yaml, study, state, code, environment):
    job = from_yaml(text)["validate-study"]
    folder = study(state)
    (folder / "data").mkdir()
    (folder / "adam").rename(folder / "data" / "adam")
    (script,) = job["script"]
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=environment, check=False)
    assert done.returncode == code
    report = ElementTree.parse(folder / job["artifacts"]["reports"]["junit"]).getroot()
    broken = report.findall(".//failure") + report.findall(".//error")
    assert bool(broken) is (state != "passed")
    assert all((folder / path).is_file() for path in job["artifacts"]["paths"])
    retried = code in [int(each) for each in job["retry"]["exit_codes"]]
    assert retried is (state == "unreadable")
