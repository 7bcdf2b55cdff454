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
