"""Events of OpenLineage."""

import json
import os
import re
import uuid
from pathlib import Path

import pytest


def events() -> list[dict]:
    return [json.loads(line) for line in Path("lineage.jsonl").read_text().splitlines()]


def test_events_of_each_step(after_run):
    ran = after_run("run", "--lineage", "lineage.jsonl")
    assert ran.code == 0
    first = Path("lineage.jsonl").read_bytes()
    found = events()
    assert [(each["job"]["name"], each["eventType"]) for each in found] == [
        (f"project.{step}", kind) for step in ("adam", "gate", "os", "pfs") for kind in ("START", "COMPLETE")
    ]
    started, completed = found[:2]
    assert started["run"]["runId"] == completed["run"]["runId"]
    assert len({each["run"]["runId"] for each in found}) == 4
    assert len({each["run"]["facets"]["parent"]["run"]["runId"] for each in found}) == 1
    here = os.getcwd()
    names = [f"{here}/raw/{each}.csv" for each in ("adsl", "cm", "rs")]
    assert [each["name"] for each in completed["inputs"]] == names
    assert [each["name"] for each in completed["outputs"]] == [f"{here}/adam/adtte.xpt"]
    assert started["outputs"] == []
    assert started["eventTime"] < completed["eventTime"]
    after_run("run", "--lineage", "lineage.jsonl")
    assert Path("lineage.jsonl").read_bytes() == first, "the times of unchanged steps are those of their run"


def test_a_step_that_runs_again_is_another_run(after_run):
    after_run("run", "--lineage", "lineage.jsonl")
    before = {each["job"]["name"]: each["run"]["runId"] for each in events()}
    after_run("run", "--only", "pfs", "--force", "--lineage", "lineage.jsonl")
    now = {each["job"]["name"]: each["run"]["runId"] for each in events()}
    assert [name for name in before if before[name] != now[name]] == ["project.pfs"]


def test_a_refused_step_fails(project, monkeypatch):
    project.edit("adamgate.toml", 'impute = "first"                   # a partial', "# a partial")
    monkeypatch.setenv("OPENLINEAGE_NAMESPACE", "trials")
    assert project("run", "--lineage", "lineage.jsonl").code == 1
    started, failed = events()
    assert (started["eventType"], failed["eventType"]) == ("START", "FAIL")
    assert failed["job"]["namespace"] == "trials"
    assert failed["run"]["facets"]["errorMessage"]["message"].startswith("The sources do not fit")
    assert "errorMessage" not in started["run"]["facets"]


def test_steps_whose_times_are_lost_have_no_events_and_are_named(after_run):
    Path("run.times.jsonl").write_text("lost")
    ran = after_run("run", "--lineage", "lineage.jsonl")
    assert (ran.code, events()) == (0, [])
    assert "note: no events of 4 steps whose times are not known (adam, gate, os, pfs); --force" in ran.err


def test_a_step_that_could_not_begin_has_no_events(after_run):
    Path("raw/rs.csv").unlink()
    Path("raw/rs.csv").symlink_to("nowhere")
    ran = after_run("run", "--lineage", "lineage.jsonl")
    assert (ran.code, ran.states["adam"], ran.err) == (3, "failed", "")
    assert events() == []
    assert Path("run.times.jsonl").read_text() == ""


@pytest.mark.slow
@pytest.mark.one_version
@pytest.mark.parametrize("refused", [False, True])
def test_events_are_those_of_the_published_model(project, refused):
    """The client of the OpenLineage project, whose classes are made from its JSON Schema, writes the same."""
    pytest.importorskip("openlineage.client")
    from openlineage.client import event_v2, facet_v2
    from openlineage.client.serde import Serde

    if refused:
        project.edit("adamgate.toml", 'impute = "first"                   # a partial', "# a partial")
    project("run", "--lineage", "lineage.jsonl")
    kinds = {
        "parent": facet_v2.parent_run.ParentRunFacet,
        "processing_engine": facet_v2.processing_engine_run.ProcessingEngineRunFacet,
        "errorMessage": facet_v2.error_message_run.ErrorMessageRunFacet,
        "version": facet_v2.dataset_version_dataset.DatasetVersionDatasetFacet,
    }

    def facets(given):
        return {
            name: kinds[name](
                **{
                    key: (
                        facet_v2.parent_run.Run(**value)
                        if key == "run"
                        else facet_v2.parent_run.Job(**value)
                        if key == "job"
                        else value
                    )
                    for key, value in each.items()
                    if not key.startswith("_")
                },
                producer=each["_producer"],
            )
            for name, each in given.items()
        }

    def dataset(kind, each):
        assert each["name"].startswith("/")
        return kind("file", each["name"], facets=facets(each["facets"]))

    found = events()
    assert len(found) == (2 if refused else 8)
    for each in found:
        run = each["run"]
        event = event_v2.RunEvent(
            eventType=event_v2.RunState[each["eventType"]],
            eventTime=each["eventTime"],
            producer=each["producer"],
            run=event_v2.Run(run["runId"], facets(run["facets"])),
            job=event_v2.Job(each["job"]["namespace"], each["job"]["name"]),
            inputs=[dataset(event_v2.InputDataset, one) for one in each["inputs"]],
            outputs=[dataset(event_v2.OutputDataset, one) for one in each["outputs"]],
        )
        assert uuid.UUID(run["runId"]).version == 5
        assert comparable(Serde.to_dict(event)) == comparable(each)


def comparable(part):
    """Without what is empty; of the schema of a facet only its name and its first number count."""
    if isinstance(part, dict):
        found = {key: comparable(each) for key, each in part.items()}
        return {key: each for key, each in found.items() if each is not None and each != {}}
    if isinstance(part, list):
        return [comparable(each) for each in part]
    return re.sub(r"(?<=/facets/)(\d+)-\d+-\d+", r"\1", part) if isinstance(part, str) else part
