"""Prefect itself runs flows of deliveries that pass, are refused and cannot be read; runs are counted."""

import base64
import json
import os
import runpy
from pathlib import Path

import pytest
from prefect import flow, get_client, task
from prefect.client.schemas.filters import FlowRunFilter
from prefect.testing.utilities import prefect_test_harness

import adamgate as ag
from adamgate.converters.hosts.gate import GateRequest
from adamgate.converters.hosts.prefect import run, validate

pytestmark = pytest.mark.filterwarnings("default")
RETRIES = 2


@pytest.fixture(scope="module", autouse=True)
def server():
    """A server with a database of its own, for as long as these tests take."""
    with prefect_test_harness(server_startup_timeout=300):
        yield


@task
def tables(verdict: dict) -> str:
    return verdict["verdict"]


@flow
def delivery(asked):
    return tables(validate.with_options(retries=RETRIES)(asked))


@flow
def pipeline(config, **options):
    return run.with_options(retries=RETRIES)(config, **options)


def task_runs(state):
    """The state of each task run, and how often it was run."""
    with get_client(sync_client=True) as client:
        of_flow = FlowRunFilter(id={"any_": [state.state_details.flow_run_id]})
        found = client.read_task_runs(flow_run_filter=of_flow)
    return sorted((each.name.rpartition("-")[0], each.state_type.value, each.run_count) for each in found)


def test_a_delivery_that_passes(passing, tmp_path):
    report = tmp_path / "report.html"
    state = delivery(GateRequest(data=passing, reports=report), return_state=True)
    assert state.result() == "passed"
    assert task_runs(state) == [("adamgate validate", "COMPLETED", 1), ("tables", "COMPLETED", 1)]
    assert report.read_text().startswith("<!doctype html>")


def test_a_delivery_that_is_refused_is_not_tried_again(refused, tmp_path):
    report = tmp_path / "report.json"
    state = delivery(GateRequest(data=refused, reports=report), return_state=True)
    assert task_runs(state) == [("adamgate validate", "FAILED", 1)]
    with pytest.raises(ag.Refused, match="gate failed: 1 finding"):
        state.result()
    assert json.loads(report.read_text())["verdict"] == "refused"


def test_what_cannot_be_read_is_tried_again(unreadable, tmp_path):
    report = tmp_path / "report.json"
    state = delivery(GateRequest(data=unreadable, reports=report), return_state=True)
    assert task_runs(state) == [("adamgate validate", "FAILED", 1 + RETRIES)]
    with pytest.raises(ag.UnreadableInput):
        state.result()
    assert json.loads(report.read_text())["verdict"] == "not judged"


def test_wrong_settings_are_not_tried_again(passing):
    state = delivery(GateRequest(data=passing, settings={"fail_on": "wrong"}), return_state=True)
    assert task_runs(state) == [("adamgate validate", "FAILED", 1)]


def test_a_delivery_that_is_complete_the_second_time(passing, tmp_path, monkeypatch):
    from adamgate.converters.hosts import prefect as module

    place, judge = tmp_path / "delivery", module.judged

    def judged(asked):
        try:
            return judge(asked)
        finally:
            if not place.exists():
                place.symlink_to(passing)

    monkeypatch.setattr(module, "judged", judged)
    state = delivery(GateRequest(data=place), return_state=True)
    assert task_runs(state) == [("adamgate validate", "COMPLETED", 2), ("tables", "COMPLETED", 1)]


def test_a_gate_judges_again_what_has_changed(passing, refused, tmp_path):
    """The same request in the same flow is not answered from memory."""
    place = tmp_path / "delivery"
    place.symlink_to(passing)
    asked = GateRequest(data=place)

    @flow(persist_result=True)
    def twice():
        validate(asked)
        place.unlink()
        place.symlink_to(refused)
        validate(asked)

    state = twice(return_state=True)
    assert task_runs(state) == [("adamgate validate", "COMPLETED", 1), ("adamgate validate", "FAILED", 1)]


def test_what_is_kept_has_no_keys_of_records(refused):
    """Errors that Prefect stores, and messages of states."""

    @flow(persist_result=True)
    def kept():
        validate(GateRequest(data=refused))

    state = kept(return_state=True)
    stored = [each.read_text() for each in (Path(os.environ["PREFECT_HOME"]) / "storage").iterdir()]
    encoded = [json.loads(each)["result"] if each.startswith("{") else each for each in stored]
    errors = [base64.b64decode(each) for each in encoded]
    assert any(b"gate failed" in each for each in errors)
    assert not any(b"S1-" in each for each in [*errors, str(state).encode()])


def test_gates_at_once(passing, refused):
    """Tasks that are submitted run in threads."""

    @flow
    def several():
        asked = [GateRequest(data=each) for each in (passing, refused, passing)]
        return [each.state.type.value for each in validate.map(asked) if each.wait() or True]

    assert several() == ["COMPLETED", "FAILED", "COMPLETED"]


def test_a_project_that_passes(project):
    assert pipeline(project, force=True) == {"gate": "ran: PASSED  no findings (fails on: error)"}


def test_a_project_that_is_refused_is_not_tried_again(refused_project):
    state = pipeline(str(refused_project), return_state=True)
    assert task_runs(state) == [("adamgate run", "FAILED", 1)]
    with pytest.raises(ag.Refused, match="1 refused"):
        state.result()


def test_the_example_of_the_page(example, tmp_path):
    study, module = tmp_path / "study1", tmp_path / "example.py"
    module.write_text(example("prefect", study))
    delivery = runpy.run_path(str(module))["delivery"]
    assert delivery(str(study), str(study / "2024-05"))["verdict"] == "passed"
    assert json.loads((study / "report.json").read_text())["verdict"] == "passed"
    assert (study / "run.jsonl").exists()
