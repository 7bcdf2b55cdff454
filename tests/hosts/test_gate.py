"""What all hosts share: the verdict and the reports are those of the command; what is tried again."""

import ast
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.hosts.gate import GateRequest, is_retried, judged, ran

HOSTS = ("airflow", "dagster", "prefect")
REQUIRED = os.environ.get("TESTS_REQUIRE_HOST")

pytestmark = pytest.mark.one_version


@pytest.mark.slow
@pytest.mark.parametrize("delivery", ["passing", "refused"])
def test_reports_are_those_of_the_command(delivery, request, tmp_path, capsys):
    data = request.getfixturevalue(delivery)
    ours, theirs = [tmp_path / "a.json", tmp_path / "a.html"], [tmp_path / "b.json", tmp_path / "b.html"]
    verdict = judged(GateRequest(data=data, reports=ours))
    code = run(["validate", str(data), *(word for each in theirs for word in ("-o", str(each)))])
    assert code == (0 if verdict.passed else 1)
    assert [each.read_bytes() for each in ours] == [each.read_bytes() for each in theirs]
    assert capsys.readouterr().out.startswith(verdict.line.split()[0])


def test_a_verdict_is_counts_and_files(refused, tmp_path):
    report = tmp_path / "report.json"
    verdict = judged(GateRequest(data=str(refused), reports=str(report)))
    assert verdict.line.startswith("REFUSED  1 error, 1 warning")
    assert verdict.to_dict() == {
        "verdict": "refused",
        "errors": 1,
        "warnings": 1,
        "notes": 0,
        "not_run": 0,
        "reports": [str(report)],
    }
    json.dumps(verdict.to_dict())
    with pytest.raises(ag.Refused, match="gate failed: 1 finding") as refusal:
        verdict.require_passed()
    assert b"S1-" not in pickle.dumps(refusal.value), "no keys of records"
    assert refusal.value.__context__ is None


@pytest.mark.slow
def test_settings_take_precedence_over_the_file(refused, tmp_path):
    config = tmp_path / "adamgate.toml"
    config.write_text('[settings]\nfail_on = "never"\n')
    assert judged(GateRequest(data=refused, config=config)).passed
    assert not judged(GateRequest(data=refused, config=config, settings={"fail_on": "error"})).passed


@pytest.mark.slow
def test_a_baseline_and_custom_rules(refused, tmp_path):
    earlier, rules = tmp_path / "earlier.json", tmp_path / "rules.py"
    judged(GateRequest(data=refused, reports=earlier))
    assert judged(GateRequest(data=refused, baseline=earlier)).passed
    rules.write_text(
        "import adamgate as ag\n"
        "@ag.rule('ACME001', title='OS is short', severity='error', grain='record', needs=('AVAL',))\n"
        "def short(data):\n"
        "    '''OS is short.'''\n"
        "    yield ag.Fault(data.numbers('AVAL') < 40, ('AVAL',), 'OS is short')\n"
    )
    verdict = judged(GateRequest(data=refused, baseline=earlier, rules=rules))
    assert [each.rule_id for each in verdict.report.refusing("error")] == ["ACME001"]


def test_a_report_of_what_cannot_be_read_states_why(unreadable, passing, tmp_path):
    report = tmp_path / "report.json"
    judged(GateRequest(data=passing, reports=report))
    with pytest.raises(ag.UnreadableInput):
        judged(GateRequest(data=unreadable, reports=report))
    document = json.loads(report.read_text())
    assert document["verdict"] == "not judged"
    assert "adae.xpt" in report.read_text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"data": "gone*.csv"},
        {"data": ()},
        {"data": ""},
        {"data": "sftp://host/adam"},
        {"reports": ["report.json", "report.docx"]},
        {"settings": {"fail_on": "wrong"}},
        {"config": "gone.toml"},
        {"config": ""},
        {"rules": "gone.py"},
        {"rules": ["gone.py", ""]},
        {"reports": ["report.json", ""]},
    ],
    ids=str,
)
def test_whatever_is_wrong_no_earlier_verdict_stays(wrong, passing, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = {"data": passing, "reports": "report.json"}
    judged(GateRequest(**asked))
    with pytest.raises(ag.AdamgateError):
        judged(GateRequest(**asked | wrong))
    assert json.loads(Path("report.json").read_text())["verdict"] == "not judged"


def test_a_report_replaces_no_input(passing, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    baseline = tmp_path / "report.json"
    judged(GateRequest(data=passing, reports=baseline))
    before = baseline.read_bytes()
    with pytest.raises(ag.UnwritableOutput, match="would replace an input"):
        judged(GateRequest(data=passing, reports=baseline, baseline=baseline))
    with pytest.raises(ag.ConfigurationError):
        judged(GateRequest(data=(), reports=baseline, baseline=baseline))
    assert baseline.read_bytes() == before


def test_a_work_folder_of_the_settings_is_empty_afterwards(passing, tmp_path):
    assert judged(GateRequest(data=passing, settings={"work_dir": tmp_path, "memory": "1MB"})).passed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "code", "is_tried_again"),
    [
        ({"settings": {"fail_on": "wrong"}}, 2, False),
        ({"settings": {"fail_up": "error"}}, 2, False),
        ({"reports": "report.docx"}, 2, False),
        ({"config": "gone.toml"}, 2, False),
        ({"data": ""}, 2, False),
        ({"data": "gone"}, 3, True),
        ({"reports": "/dev/null/report.json"}, 4, True),
    ],
)
def test_what_is_tried_again(asked, code, is_tried_again, passing, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ag.AdamgateError) as problem:
        judged(GateRequest(**{"data": passing, **asked}))
    assert problem.value.exit_code == code
    assert is_retried(problem.value) is is_tried_again


def test_errors_of_others_are_tried_again():
    assert is_retried(MemoryError())
    assert is_retried(None)
    assert not is_retried(ag.AdamgateError("a refusal"))


@pytest.mark.slow
def test_a_pipeline_ends_with_the_error_of_its_exit_code(project, refused_project, tmp_path):
    assert ran(project, {"force": True}) == {"gate": "ran: PASSED  no findings (fails on: error)"}
    with pytest.raises(ag.Refused, match=r"1 refused.*\n.*refused  gate  REFUSED  1 error") as refusal:
        ran(str(refused_project), {"record": tmp_path / "elsewhere.jsonl"})
    assert "S1-" not in str(refusal.value), "no keys of records"
    assert not is_retried(refusal.value)
    gone = tmp_path / "adamgate.toml"
    gone.write_text('[step.gate]\nkind = "validate"\ndata = ["gone"]\n')
    with pytest.raises(ag.UnreadableInput, match=r"1 failed.*\n.*input gone is not present") as unread:
        ran(gone, {})
    assert is_retried(unread.value)


def test_an_internal_error_in_a_step_is_tried_again(project, monkeypatch):
    broken = ag.RunResult(
        (ag.StepState("gate", "validate", "failed", summary="broken", exit_code=70),), "run.jsonl"
    )
    monkeypatch.setattr(ag, "run", lambda _: broken)
    with pytest.raises(ag.AdamgateError, match="1 failed") as problem:
        ran(project, {})
    assert is_retried(problem.value)


@pytest.mark.slow
@pytest.mark.parametrize("module", [each for each in ("gate", REQUIRED) if each])
def test_a_host_needs_no_pandas_until_something_is_judged(module):
    """Schedulers import it each time they parse their files."""
    code = (
        f"import sys, adamgate.converters.hosts.{module}; "
        "print([each for each in ('numpy', 'pandas', 'pandera', 'pyarrow') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def imported(file: Path) -> set[str]:
    """The first part of every module that a file imports, and what it imports of `hosts`."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).split(".")[0])
        elif isinstance(node, ast.ImportFrom) and "hosts" in str(node.module).split("."):
            found.add("hosts")
    return found


@pytest.mark.slow
def test_a_host_is_imported_by_its_own_module_alone(root):
    files = [root / "__init__.py", root / "__init__.pyi", root / "cli.py", root / "__main__.py"]
    files += [*(root / "converters").rglob("*.py"), *(root / "schemas").rglob("*.py")]
    hosts = {"airflow", "dagster", "prefect", "hosts"}
    found = {file.relative_to(root).as_posix(): each for file in files if (each := imported(file) & hosts)}
    assert found == {f"converters/hosts/{host}.py": {host} for host in hosts - {"hosts"}}


@pytest.mark.slow
def test_nothing_of_adamgate_imports_a_host():
    """Of those that are installed: all in `make test-hosts`."""
    code = (
        "import sys, pkgutil, importlib, adamgate, adamgate.converters.terminal.commands as commands\n"
        "for name in adamgate.__all__: getattr(adamgate, name)\n"
        "for each in pkgutil.iter_modules(commands.__path__):\n"
        "    importlib.import_module(f'{commands.__name__}.{each.name}')\n"
        "import adamgate.converters.hosts.gate\n"
        "print(sorted({'airflow', 'dagster', 'prefect'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_page_names_the_versions_that_are_tested(root):
    page = (root / "docs" / "hosts.md").read_text(encoding="utf-8")
    pinned = dict(line.split("==") for line in (root / "constraints-hosts.txt").read_text().splitlines()[1:])
    named = (pinned["apache-airflow"], pinned["dagster"], pinned["prefect"])
    assert "Airflow {}, Dagster {} and Prefect {}".format(*named) in page


@pytest.mark.parametrize("host", HOSTS)
def test_each_host_has_an_example_that_its_tests_run(host, example, tmp_path):
    """That no block of the page is left over: a host's own tests run its block."""
    assert "adamgate.converters.hosts" in example(host, tmp_path / "study1")
    page = (Path(__file__).parents[2] / "docs" / "hosts.md").read_text(encoding="utf-8")
    assert page.count("```python") == len(HOSTS)
