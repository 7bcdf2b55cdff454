"""Events of OpenLineage."""

import json
from pathlib import Path


def test_events_of_each_step(after_run):
    ran = after_run("run", "--lineage", "lineage.jsonl")
    assert ran.code == 0
    first = Path("lineage.jsonl").read_bytes()
    events = [json.loads(line) for line in first.splitlines()]
    assert [(each["job"]["name"], each["eventType"]) for each in events] == [
        (step, kind) for step in ("adam", "gate", "os", "pfs") for kind in ("START", "COMPLETE")
    ]
    started, completed = events[:2]
    assert started["run"]["runId"] == completed["run"]["runId"]
    assert len({each["run"]["runId"] for each in events}) == 4
    assert len({each["run"]["facets"]["parent"]["run"]["runId"] for each in events}) == 1
    assert completed["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
    assert [each["name"] for each in completed["inputs"]] == ["raw/adsl.csv", "raw/cm.csv", "raw/rs.csv"]
    assert [each["name"] for each in completed["outputs"]] == ["adam/adtte.xpt"]
    assert started["eventTime"] < completed["eventTime"]
    after_run("run", "--lineage", "lineage.jsonl")
    assert Path("lineage.jsonl").read_bytes() == first, "the times of unchanged steps are those of their run"


def test_a_refused_step_fails(project):
    project.edit("adamgate.toml", 'impute = "first"                   # a partial', "# a partial")
    assert project("run", "--lineage", "lineage.jsonl").code == 1
    events = [json.loads(line) for line in Path("lineage.jsonl").read_text().splitlines()]
    assert [each["eventType"] for each in events] == ["START", "FAIL"]
