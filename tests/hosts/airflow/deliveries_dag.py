"""Deliveries of every kind, and what follows each of them. Paths come from the environment."""

import json
import os
from datetime import timedelta
from pathlib import Path

from airflow.sdk import DAG, task

from adamgate.converters.hosts.airflow import RunOperator, ValidateOperator

PLACES = {name: Path(place) for name, place in json.loads(os.environ["DELIVERIES"]).items()}
OUT = PLACES["out"]
GATES = {
    "passing": {"data": "{{ params.passing }}"},
    "refused": {"data": str(PLACES["refused"])},
    "skipped": {"data": [PLACES["refused"]], "skip_if_refused": True},
    "accepted": {"data": PLACES["refused"], "settings": {"fail_on": "never"}},
    "unreadable": {"data": PLACES["unreadable"]},
    "misconfigured": {"data": PLACES["passing"], "settings": {"fail_on": "wrong"}},
    "late": {
        "data": OUT / "late",
        "on_retry_callback": lambda _: (OUT / "late").symlink_to(PLACES["passing"]),
    },
}
PROJECTS = {
    "project": {"config": PLACES["project"], "options": {"force": True}},
    "refused_project": {"config": PLACES["refused_project"]},
    "skipped_project": {"config": PLACES["refused_project"], "skip_if_refused": True},
}


@task
def after(name: str, result: object) -> None:
    (OUT / f"{name}.result").write_text(json.dumps(result))


with DAG(
    "deliveries",
    schedule=None,
    params={"passing": str(PLACES["passing"])},
    default_args={"retries": 2, "retry_delay": timedelta(0)},
) as dag:
    for name, asked in GATES.items():
        reports = [f"{OUT}/{name}.json", f"{OUT}/{name}.html"]
        gate = ValidateOperator(task_id=name, reports=reports, **asked)
        after.override(task_id=f"after_{name}")(name, gate.output)
    for name, asked in PROJECTS.items():
        steps = RunOperator(task_id=name, **asked)
        after.override(task_id=f"after_{name}")(name, steps.output)
