"""The program beside each shape runs, or the tool that cannot fit it is refused with those that can."""

import subprocess
import sys

import pytest
from dozen import study

import adamgate as ag

MAKERS = {
    "one-record": lambda trial: ag.survival(trial, "OS", gate=False, arm="TRT01P", strata=["REGION1"]),
    "wide": lambda trial: ag.wide(trial, ["OS", "PFS"], gate=False, arm="TRT01P"),
    "delayed-entry": lambda trial: ag.delayed_entry(trial, "OS", "RSPDT", gate=False, arm="TRT01P"),
    "landmark": lambda trial: ag.landmark(trial, "OS", 60, ["RSPDT"], gate=False, arm="TRT01P"),
    "person-time": lambda trial: ag.person_time(trial, "OS", [60, 120], gate=False, arm="TRT01P"),
}


@pytest.fixture(scope="module")
def trial():
    return study()


@pytest.mark.parametrize("shape", MAKERS)
def test_the_program_in_r_runs(trial, shape, tmp_path, rscript):
    written = MAKERS[shape](trial).write(tmp_path / "os.csv", "r")
    program = next(path for path in written if path.suffix == ".R")
    ended = subprocess.run([rscript, program.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "coef" in ended.stdout
    model = {"delayed-entry": "Surv(entry, duration, event)", "person-time": "Surv(start, stop, event)"}
    assert model.get(shape, "Surv(") in program.read_text(encoding="utf-8")


@pytest.mark.parametrize("shape", ["one-record", "wide", "landmark"])
def test_the_program_in_lifelines_runs(trial, shape, tmp_path):
    pytest.importorskip("lifelines")
    written = MAKERS[shape](trial).write(tmp_path / "os.parquet", "lifelines")
    program = next(path for path in written if path.suffix == ".py")
    command = [sys.executable, "-W", "ignore", program.name]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
@pytest.mark.parametrize("layout", ["sas", "stata"])
@pytest.mark.parametrize("shape", MAKERS)
def test_sas_and_stata_take_every_shape(trial, shape, layout, tmp_path):
    suffix = {"sas": ".xpt", "stata": ".dta"}[layout]
    written = MAKERS[shape](trial).write(tmp_path / f"os{suffix}", layout)
    program = written[-1].read_text(encoding="utf-8").lower()
    assert "efron" in program
    entry = {
        ("sas", "delayed-entry"): "entry",
        ("stata", "delayed-entry"): "enter(",
        ("sas", "person-time"): "start",
    }
    assert entry.get((layout, shape), "") in program


@pytest.mark.parametrize("shape", ["delayed-entry", "person-time"])
def test_a_tool_without_left_truncation_is_refused(trial, shape, tmp_path):
    with pytest.raises(ag.ConfigurationError, match="left truncation") as caught:
        MAKERS[shape](trial).write(tmp_path / "os.parquet", "scikit-survival")
    assert "r" in caught.value.advice.split()
    assert not list(tmp_path.iterdir())
    assert len(MAKERS[shape](trial).write(tmp_path / "os.parquet", "scikit-survival", program=False)) == 2
