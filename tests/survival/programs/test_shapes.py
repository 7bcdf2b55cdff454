"""Every shape, made from a study, has a program in every tool that can fit it."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.errors import ConfigurationError

SUFFIXES = {"lifelines": "parquet", "scikit-survival": "parquet", "r": "csv", "sas": "xpt", "stata": "dta"}
MAKE = {
    "one-record": lambda study, **more: ag.survival(study, "OS", **more),
    "wide": lambda study, **more: ag.wide(study, ["OS", "PFS"], **more),
    "delayed-entry": lambda study, **more: ag.delayed_entry(study, "OS", entry="RSPDT", **more),
    "landmark": lambda study, **more: ag.landmark(study, "OS", landmark=20, **more),
    "person-time": lambda study, **more: ag.person_time(study, "OS", cut=[20, 50], **more),
}
RESPONSES = {
    "one-record": "Surv(duration, event)",
    "wide": "Surv(PFS_duration, PFS_event)",
    "delayed-entry": "Surv(entry, duration, event)",
    "landmark": "Surv(duration, event)",
    "person-time": "Surv(start, stop, event)",
}


@pytest.fixture(scope="module")
def study():
    random, n = np.random.default_rng(1), 120
    subjects = np.array([f"S1-{number:03d}" for number in range(n)])
    arm, start = random.integers(1, 3, n), np.datetime64("2020-01-01", "s")
    adsl = pd.DataFrame(
        {
            "STUDYID": "S1",
            "USUBJID": subjects,
            "TRT01P": np.where(arm == 1, "Placebo", "Drug"),
            "TRT01PN": arm.astype(float),
            "REGION": random.choice(["EU", "NA"], n),
            "RSPDT": start + random.integers(-5, 40, n) * np.timedelta64(86400, "s"),
        }
    )
    death = np.ceil(random.exponential(60, n)).clip(2, 150)
    parts = []
    for paramcd, days in (("OS", death), ("PFS", np.ceil(death * random.random(n)).clip(1))):
        records = pd.DataFrame(
            {
                "STUDYID": "S1",
                "USUBJID": subjects,
                "PARAMCD": paramcd,
                "PARAM": f"{paramcd} (Days)",
                "AVAL": days,
                "CNSR": (random.random(n) < 0.3).astype(float),
                "STARTDT": start,
                "ADT": start + (days - 1) * np.timedelta64(86400, "s"),
            }
        )
        parts.append(records if paramcd == "OS" else records[np.arange(n) % 11 > 0])
    adtte = pd.concat(parts, ignore_index=True)
    return ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(adtte, "ADTTE"))


def made(shape, study, strata=()):
    return MAKE[shape](study, arm="TRT01P", strata=list(strata), gate=False)


@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
@pytest.mark.parametrize("tool", SUFFIXES)
@pytest.mark.parametrize("shape", MAKE)
def test_a_shape_and_its_programs(shape, tool, study, tmp_path):
    for strata in ((), ("REGION",)):
        table = made(shape, study, strata)
        if tool == "scikit-survival" and (strata or shape in ("delayed-entry", "person-time")):
            with pytest.raises(ConfigurationError, match="does not have"):
                table.write(tmp_path / f"os.{SUFFIXES[tool]}", tool)
            continue
        *_, program = table.write(tmp_path / f"os.{SUFFIXES[tool]}", tool)
        text = program.read_text(encoding="utf-8")
        assert "TRT01P" in text
        assert text.count("REGION") > text.count('REGION = "character"') or not strata
        if tool == "r":
            assert f"{RESPONSES[shape]} ~ TRT01P" in text


@pytest.mark.slow
@pytest.mark.parametrize("shape", MAKE)
def test_r_runs_them(shape, study, tmp_path, run_r):
    *_, program = made(shape, study, ["REGION"]).write(tmp_path / "os.csv", "r")
    assert "TRT01PDrug" in run_r(tmp_path, program.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("shape", MAKE)
def test_lifelines_runs_them(shape, study, tmp_path, run_python):
    pytest.importorskip("lifelines")
    *_, program = made(shape, study, ["REGION"]).write(tmp_path / "os.parquet", "lifelines")
    assert "TRT01P=Drug" in run_python(tmp_path, program.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def few():
    """An arm without a record of PFS, and a stratum that an arm has alone."""
    time = [5.0, 9.0, 7.0, 3.0, 8.0, 6.0, 4.0, 2.0, 10.0]
    subjects, start = [f"S-{number}" for number in range(9)], np.datetime64("2020-01-01", "s")
    arms = ["A", "B", "C"] * 3
    adsl = pd.DataFrame(
        {"STUDYID": "S", "USUBJID": subjects, "TRT01P": arms, "TRT01PN": [1.0, 2.0, 3.0] * 3}
        | {"REGION": ["1", "2", "2"] * 3}
    )
    os = pd.DataFrame(
        {"STUDYID": "S", "USUBJID": subjects, "PARAMCD": "OS", "PARAM": "OS (Days)", "AVAL": time}
        | {"CNSR": [1.0, 0.0, 0.0] * 3, "STARTDT": start}
    )
    pfs = os.assign(PARAMCD="PFS", PARAM="PFS (Days)", CNSR=0.0)[[arm != "C" for arm in arms]]
    adtte = pd.concat([os, pfs], ignore_index=True)
    return ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(adtte, "ADTTE"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
@pytest.mark.parametrize(("tool", "module"), [("lifelines", "lifelines"), ("scikit-survival", "sksurv")])
def test_an_arm_without_a_record_of_a_parameter_is_in_no_model_of_it(few, tool, module, tmp_path, run_python):
    pytest.importorskip(module)
    table = ag.wide(few, ["OS", "PFS"], arm="TRT01P", reference="B", gate=False)
    *_, program = table.write(tmp_path / "wide.parquet", tool)
    said = run_python(tmp_path, program.read_text(encoding="utf-8") + "print('COLUMNS', *arms.columns)\n")
    assert said.splitlines()[-1] == "COLUMNS TRT01P=A"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
def test_a_cox_model_that_lifelines_cannot_fit_is_reported(few, tmp_path, run_python):
    pytest.importorskip("lifelines")
    # The reference is alone in its stratum: within the other one arm is what the other is not.
    table = ag.survival(few, "OS", arm="TRT01P", strata=["REGION"], gate=False)
    *_, program = table.write(tmp_path / "os.parquet", "lifelines")
    said = run_python(tmp_path, program.read_text(encoding="utf-8") + "print('COMPLETE')\n")
    assert "Convergence halted" in said
    assert said.splitlines()[-1] == "COMPLETE"
