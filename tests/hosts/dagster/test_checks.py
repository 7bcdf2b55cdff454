"""Dagster itself: assets with a check that passes, fails and blocks, and cannot read; retries counted."""

import json

import dagster as dg
import pytest

from adamgate.converters.hosts.dagster import run_asset, validate_check
from adamgate.converters.hosts.gate import GateRequest

RETRIES = dg.RetryPolicy(max_retries=2, delay=0.01)


@pytest.fixture
def instance(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def materialized(instance, asked, **check):
    """A run of a delivery, its check, and what depends on it."""

    @dg.asset
    def adam() -> None:
        """The delivery."""

    @dg.asset(deps=[adam])
    def tables() -> None:
        """What is made of it."""

    definitions = [adam, tables, validate_check(adam, asked, retry_policy=RETRIES, **check)]
    return dg.materialize(definitions, instance=instance, raise_on_error=False)


def made(run):
    return [each.step_key for each in run.get_asset_materialization_events()]


def restarts(run):
    return len([each for each in run.all_events if each.event_type is dg.DagsterEventType.STEP_RESTARTED])


def test_a_delivery_that_passes(instance, passing, tmp_path):
    report = tmp_path / "report.html"
    run = materialized(instance, GateRequest(data=passing, reports=report))
    (evaluation,) = run.get_asset_check_evaluations()
    assert run.success
    assert evaluation.passed
    assert evaluation.description == "PASSED  no findings (fails on: error)"
    assert made(run) == ["adam", "tables"]
    assert report.read_text().startswith("<!doctype html>")


def test_a_delivery_that_is_refused_blocks_what_depends_on_it(instance, refused, tmp_path):
    report = tmp_path / "report.json"
    run = materialized(instance, GateRequest(data=refused, reports=report))
    (evaluation,) = run.get_asset_check_evaluations()
    assert not run.success
    assert not evaluation.passed
    assert evaluation.severity is dg.AssetCheckSeverity.ERROR
    assert made(run) == ["adam"]
    assert restarts(run) == 0
    assert json.loads(report.read_text())["verdict"] == "refused"
    shown = {name: each.value for name, each in evaluation.metadata.items() if name != "findings"}
    assert shown == {
        "verdict": "refused",
        "errors": 1,
        "warnings": 1,
        "notes": 0,
        "not_run": 0,
        "reports": [str(report)],
    }


def test_each_finding_is_metadata(instance, refused):
    run = materialized(instance, GateRequest(data=refused))
    (evaluation,) = run.get_asset_check_evaluations()
    table = evaluation.metadata["findings"]
    assert [each.data["rule"] for each in table.records] == ["TTE006", "TTE007"]
    assert table.records[0].data == {
        "rule": "TTE006",
        "severity": "error",
        "dataset": "ADTTE",
        "variables": "AVAL",
        "parameter": "",
        "message": "AVAL is negative",
        "records": 1,
    }
    assert [each.name for each in table.schema.columns] == list(table.records[0].data)


def test_a_check_that_does_not_block(instance, refused):
    run = materialized(instance, GateRequest(data=refused), blocking=False)
    (evaluation,) = run.get_asset_check_evaluations()
    assert run.success
    assert not evaluation.passed
    assert made(run) == ["adam", "tables"]


def test_what_cannot_be_read_is_tried_again(instance, unreadable, tmp_path):
    report = tmp_path / "report.json"
    run = materialized(instance, GateRequest(data=unreadable, reports=report))
    assert not run.success
    assert run.get_asset_check_evaluations() == []
    assert made(run) == ["adam"]
    assert restarts(run) == RETRIES.max_retries
    assert json.loads(report.read_text())["verdict"] == "not judged"


def test_wrong_settings_are_not_tried_again(instance, passing):
    run = materialized(instance, GateRequest(data=passing, settings={"fail_on": "wrong"}))
    assert not run.success
    assert restarts(run) == 0
    (failure,) = [each for each in run.all_events if each.is_step_failure]
    assert "'wrong' is not a value of fail_on" in failure.event_specific_data.error_display_string


def test_the_delivery_that_is_complete_the_second_time(instance, passing, tmp_path, monkeypatch):
    """The retries are of use."""
    from adamgate.converters.hosts import dagster as module

    place = tmp_path / "delivery"
    judge = module.judged

    def judged(asked):
        try:
            return judge(asked)
        finally:
            if not place.exists():
                place.symlink_to(passing)

    monkeypatch.setattr(module, "judged", judged)
    run = materialized(instance, GateRequest(data=place))
    assert run.success
    assert restarts(run) == 1
    assert made(run) == ["adam", "tables"]


def test_a_project_is_an_asset(instance, project):
    tables = run_asset("tables", project, {"force": True}, retry_policy=RETRIES)
    run = dg.materialize([tables], instance=instance)
    (made_,) = run.asset_materializations_for_node("tables")
    assert made_.metadata["gate"].value == "ran: PASSED  no findings (fails on: error)"


def test_a_project_that_is_refused_is_not_tried_again(instance, refused_project):
    tables = run_asset("tables", refused_project, retry_policy=RETRIES)

    @dg.asset(deps=[tables])
    def figures() -> None:
        """What is made of them."""

    run = dg.materialize([tables, figures], instance=instance, raise_on_error=False)
    assert not run.success
    assert restarts(run) == 0
    assert made(run) == []


def test_the_example_of_the_page(instance, example, tmp_path):
    names = {}
    exec(example("dagster", tmp_path / "study1"), names)
    job = names["defs"].resolve_implicit_global_asset_job_def()
    run = job.execute_in_process(instance=instance)
    assert run.success
    assert [each.step_key for each in run.get_asset_materialization_events()] == ["adam", "tables"]
    assert "PASSED" in (tmp_path / "study1" / "report.html").read_text()
