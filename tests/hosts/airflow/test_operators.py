"""Airflow itself runs a DAG of deliveries that pass, are refused and cannot be read; tries are counted."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def environment(home: Path) -> dict[str, str]:
    """Airflow in a folder of its own: a database of SQLite, no examples, nothing that is sent anywhere."""
    return os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "DO_NOT_TRACK": "1",
    }


@pytest.fixture(scope="session")
def out(tmp_path_factory):
    """Where reports and results are written."""
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="session")
def dags(out, example, passing, refused, unreadable, project, refused_project, tmp_path_factory):
    """Of each DAG the state of each task, and how often it was tried."""
    home = tmp_path_factory.mktemp("airflow")
    (home / "dags").mkdir()
    shutil.copy(HERE / "deliveries_dag.py", home / "dags")
    (home / "dags" / "example.py").write_text(example("airflow", out / "study1"))
    places = {
        "out": out,
        "passing": passing,
        "refused": refused,
        "unreadable": unreadable,
        "project": project,
        "refused_project": refused_project,
    }
    given = environment(home) | {"DELIVERIES": json.dumps(places, default=str)}
    for command in (["-m", "airflow", "db", "migrate"], [HERE / "run_dags.py", home / "became.json"]):
        done = subprocess.run(
            [sys.executable, *command], env=given, cwd=out, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return json.loads((home / "became.json").read_text())


@pytest.mark.parametrize(
    ("name", "gate", "after"),
    [
        ("passing", ["success", 1], ["success", 1]),
        ("refused", ["failed", 1], ["upstream_failed", 0]),
        ("skipped", ["skipped", 1], ["skipped", 0]),
        ("accepted", ["success", 1], ["success", 1]),
        ("unreadable", ["failed", 3], ["upstream_failed", 0]),
        ("misconfigured", ["failed", 1], ["upstream_failed", 0]),
        ("late", ["success", 2], ["success", 1]),
        ("project", ["success", 1], ["success", 1]),
        ("refused_project", ["failed", 1], ["upstream_failed", 0]),
        ("skipped_project", ["skipped", 1], ["skipped", 0]),
    ],
)
def test_what_becomes_of_a_delivery_and_of_what_follows(name, gate, after, dags):
    assert dags["deliveries"][name] == gate
    assert dags["deliveries"][f"after_{name}"] == after


@pytest.mark.usefixtures("dags")
@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("passing", "passed"),
        ("refused", "refused"),
        ("skipped", "refused"),
        ("accepted", "passed"),
        ("unreadable", "not judged"),
        ("late", "passed"),
    ],
)
def test_reports_are_written_whatever_the_verdict(name, verdict, out):
    assert json.loads((out / f"{name}.json").read_text())["verdict"] == verdict
    assert verdict.upper() in (out / f"{name}.html").read_text()


@pytest.mark.usefixtures("dags")
def test_results_are_passed_on(out):
    assert json.loads((out / "passing.result").read_text()) == {
        "verdict": "passed",
        "errors": 0,
        "warnings": 0,
        "notes": 0,
        "not_run": 0,
        "reports": [str(out / "passing.json"), str(out / "passing.html")],
    }
    assert json.loads((out / "project.result").read_text()) == {
        "gate": "ran: PASSED  no findings (fails on: error)"
    }


def test_the_example_of_the_page(dags, out):
    assert dags["delivery"] == {each: ["success", 1] for each in ("gate", "tables", "announce")}
    assert json.loads((out / "study1" / "report.json").read_text())["verdict"] == "passed"
    assert (out / "study1" / "run.jsonl").exists()
