"""A study that several processes judge gets the report of one, byte for byte, however it is judged."""

import datetime
import gc
import json
import os
import re
import signal
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from bases import BASES, base
from damages import DAMAGES
from delivery import Delivery
from random_study import random_study
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate import cli
from adamgate.converters.engines import engine_of
from adamgate.converters.engines.engine import WorkerLost
from adamgate.converters.engines.judging import checks_on
from adamgate.converters.reports import document_of
from adamgate.schemas.gate import elsewhere
from adamgate.schemas.gate.validate import judge

pytestmark = pytest.mark.slow

RANDOM_STUDIES = int(os.environ.get("RANDOM_STUDIES", "8"))


@pytest.fixture(scope="module")
def engine():
    made = engine_of("processes", 2)
    yield made
    made.close()


def json_of(report):
    return document_of(report, "json", ag.Severity.ERROR)


NOT_OF_RECORDS = re.compile("deliver|a name|a label|format|as text|a type|AVAL in ADAE")
"""Names of the defects that change variables: they would keep others from being done."""


def damaged():
    """A study with every fifth of the defects of records."""
    delivery, rng = Delivery(two_arm_trial()), np.random.default_rng(3)
    of_trial = [each for each in DAMAGES if each.study == "trial" and not NOT_OF_RECORDS.search(each.name)]
    for damage in of_trial[::5]:
        with suppress(AssertionError):  # an earlier defect left nothing to damage
            damage.change(delivery, rng)
    return delivery.study()


@pytest.mark.parametrize("name", BASES)
def test_of_studies(engine, name):
    study = base(name)
    if study is None:
        pytest.skip("no shared data beside this checkout")
    for options in ({}, {"show_values": True, "complete": True}, {"show_keys": False}):
        assert json_of(judge(study, executor=checks_on(engine), **options)) == json_of(
            judge(study, **options)
        )


@pytest.mark.parametrize("seed", range(RANDOM_STUDIES))
def test_whatever_the_data(engine, seed):
    study = random_study(seed)
    assert json_of(judge(study, executor=checks_on(engine))) == json_of(judge(study))


def test_of_a_study_with_waivers_own_rules_declarations_and_a_baseline(engine):
    @ag.rule(
        "ACME001",
        title="AGE is above 70",
        severity=ag.Severity.WARNING,
        grain=ag.Grain.RECORD,
        needs=("AGE",),
    )
    def old(data):
        """Of a function that no other process can load."""
        yield ag.Fault(data.numbers("AGE") > 70, ("AGE",), "AGE is above 70")

    study, clean = damaged(), two_arm_trial()
    first = judge(study)
    keyed = next(each for each in first.findings if each.examples and each.dataset == "ADTTE")
    waiver = ag.Waiver(
        keyed.rule_id, "ADTTE", "known", "J. Doe", datetime.date(2024, 6, 30),
        record={"USUBJID": keyed.examples[0].keys["USUBJID"]},
    )  # fmt: skip
    options = {
        "waivers": [waiver],
        "today": datetime.date(2024, 6, 1),
        "extra_rules": [old],
        "severities": {"ACME": "error", "TTE": "note"},
        "ignore": "AD02",
        "declarations": ag.Declarations(population="ITTFL"),
        "baseline": ag.Baseline.of(judge(clean)),
        "show_values": True,
    }
    alone, together = judge(study, **options), judge(study, executor=checks_on(engine), **options)
    assert alone.terms.waived
    assert "ACME001" in {each.rule_id for each in alone.findings}
    assert json_of(together) == json_of(alone)


def test_of_columns_that_no_reader_makes(engine):
    frame = pd.DataFrame({"USUBJID": ["1", "2", None], "AVAL": [1.0, -2.0, None], "CNSR": [0.0, 3.0, 1.0]})
    frame["PARAMCD"] = pd.Categorical([1.5, 2.5, 1.5], ordered=True)
    frame["ADT"] = pd.Series([datetime.date(2024, 1, 1), None, "x"], dtype=object)
    variables = tuple(ag.Variable(name) for name in frame.columns)
    study = ag.Study.of(ag.Dataset("ADTTE", frame, variables))
    assert json_of(judge(study, executor=checks_on(engine))) == json_of(judge(study))


def test_rules_are_announced_in_the_same_order(engine):
    alone, together = [], []
    study = two_arm_trial()
    judge(study, progress=lambda *each: alone.append(each))
    judge(study, executor=checks_on(engine), progress=lambda *each: together.append(each))
    assert together == alone


@pytest.mark.parametrize("memory", [None, "1MB"])
def test_the_command(root, tmp_path, capfd, memory):
    data = str(root / "fixtures" / "cartitude1-broken")
    bound = [] if memory is None else ["--memory", memory, "--work-dir", str(tmp_path)]
    said = []
    for jobs in ("1", "2"):
        code = cli.run(["validate", data, "--format", "json", "--jobs", jobs, "--show-values", *bound])
        said.append((code, json.loads(capfd.readouterr().out)))
    assert said[0] == said[1]
    assert said[0][0] == 1
    gc.collect()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("jobs", ["0", "257", "two", "-1", "1.5", "²"])
def test_a_number_of_jobs_that_is_none(root, capfd, jobs):
    assert cli.run(["validate", str(root / "fixtures" / "cartitude1"), "--jobs", jobs]) == 2
    told = capfd.readouterr().err
    assert "--jobs" in told
    assert "a positive integer up to 256" in told


def end_this_process(_):
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def test_a_process_that_is_ended_each_time_is_told_with_its_checks(engine, monkeypatch):
    monkeypatch.setattr(elsewhere, "run_bundle", end_this_process)
    with pytest.raises(WorkerLost, match="ended 3 times") as lost:
        judge(two_arm_trial(), executor=checks_on(engine))
    assert lost.value.where.startswith("ADSL: AD")


@pytest.mark.parametrize("command", ["survival", "km", "ae"])
def test_tables_are_those_of_one_process(root, tmp_path, command):
    options = {
        "survival": ["--param", "OS", "--unit", "months"],
        "km": ["--param", "OS"],
        "ae": ["--by", "AEBODSYS,AEDECOD"],
    }[command]
    written = []
    for jobs in ("1", "2"):
        folder = tmp_path / jobs
        folder.mkdir()
        data = str(root / "fixtures" / "cartitude1")
        assert cli.run([command, data, *options, "--jobs", jobs, "-q", "-o", str(folder / "made.csv")]) == 0
        written.append({each.name: each.read_bytes() for each in folder.iterdir()})
    assert written[0] == written[1]


def test_a_table_of_a_study_that_is_refused(root, tmp_path, capfd):
    data, told = str(root / "fixtures" / "cartitude1-broken"), []
    for jobs in ("1", "2"):
        output = tmp_path / f"{jobs}.csv"
        code = cli.run(["km", data, "--param", "OS", "--jobs", jobs, "-o", str(output)])
        told.append((code, capfd.readouterr(), output.exists()))
    assert told[0] == told[1]
    assert told[0][0] == 1


def test_the_log_names_the_process_of_each_task(root, tmp_path):
    log = tmp_path / "tasks.jsonl"
    data = str(root / "fixtures" / "cartitude1")
    for runs in (1, 2):
        assert cli.run(["validate", data, "--jobs", "2", "--task-log", str(log), "-q"]) == 0
        lines = [json.loads(each) for each in log.read_text().splitlines()]
        assert [each.get("log") for each in lines].count("adamgate tasks") == runs
    tasks = [each for each in lines if "task" in each]
    assert len({each["worker"] for each in tasks}) == 4
    assert {"task", "worker", "began", "seconds", "peak_mb"} == set(tasks[0])
    assert any(each["task"].startswith("ADTTE: ") for each in tasks)


def test_a_log_replaces_nothing(root, tmp_path, capfd):
    data, other = str(root / "fixtures" / "cartitude1"), tmp_path / "adsl.csv"
    other.write_text("USUBJID\n1\n")
    assert cli.run(["validate", data, "--jobs", "2", "--task-log", str(other)]) == 4
    assert "the file is not a log of adamgate" in capfd.readouterr().err
    assert other.read_text() == "USUBJID\n1\n"
    assert cli.run(["validate", data, "--jobs", "2", "--task-log", str(tmp_path / "none" / "a")]) == 4
    assert "the log cannot be written" in capfd.readouterr().err
    assert cli.run(["validate", data, "--task-log", str(other)]) == 2
    assert "--task-log is of --jobs N" in capfd.readouterr().err
