"""Run every DAG in the folder of DAGs; of each task write its state, and how often it was tried."""

import json
import runpy
import sys
from pathlib import Path

from airflow.configuration import conf
from airflow.sdk import DAG


def outcome(dag: DAG) -> dict[str, list[object]]:
    run = dag.test()
    return {each.task_id: [str(each.state), each.try_number] for each in run.get_task_instances()}


if __name__ == "__main__":
    files = sorted(Path(conf.get("core", "dags_folder")).glob("*.py"))
    dags = [each for file in files for each in runpy.run_path(str(file)).values() if isinstance(each, DAG)]
    Path(sys.argv[1]).write_text(json.dumps({each.dag_id: outcome(each) for each in dags}))
