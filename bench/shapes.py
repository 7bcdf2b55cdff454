"""Every shape of survival tables from a million subjects, beyond reading and the gate, and their files."""

from __future__ import annotations

import sys

from make_adae import HERE
from measure import measure_python, typical

SUBJECTS = 1_000_000
TARGET_SECONDS, TARGET_MB = 10.0, 4000

SETUP = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
import adamgate as ag
from shapes import study
trial = study({SUBJECTS})
common = {{"gate": False, "unit": "months", "arm": "TRT01P", "strata": ["REGION1"], "covariates": ["AGE"]}}
ag.survival(study(1000), "OS", **common)
"""

SHAPES = {
    "one-record": 'ag.survival(trial, "OS", **common)',
    "wide": 'ag.wide(trial, ["OS", "PFS"], **common)',
    "delayed-entry": 'ag.delayed_entry(trial, "OS", "RSPDT", **common)',
    "delayed-entry, from PFS": 'ag.delayed_entry(trial, "OS", "PFS: EVNTDESC == \'Event\'", **common)',
    "landmark": 'ag.landmark(trial, "OS", 6, ["RSPDT", "PFS"], **common)',
    "person-time": 'ag.person_time(trial, "OS", [6, 12, 24], **common)',
    "competing-risks": (
        'ag.competing_risks(trial, "PFS", competing="OS", competing_after_censoring="event", **common)'
    ),
    "cumulative-incidence": (
        'ag.cumulative_incidence(trial, "PFS", competing="OS", competing_after_censoring="event", '
        'by="TRT01P", unit="months", naive=True, gate=False)'
    ),
    "multi-state": (
        'ag.table(trial, "multi-state", param="OS", states=["alive", "progressed", "dead"], '
        'transitions=["alive -> progressed: PFS", "alive, progressed -> dead: OS"], '
        'same_day=["dead", "progressed"], **common)'
    ),
    "kaplan-meier": (
        'ag.kaplan_meier(trial, "OS", by="TRT01P", strata=["REGION1"], tau=36, unit="months", gate=False)'
    ),
}

FILES = {"stata": "dta", "sas": "xpt", "r": "csv", "lifelines": "parquet"}
TABLE = f"""{SETUP}
import tempfile, warnings
warnings.simplefilter("ignore", ag.MetadataNotKept)
made = ag.survival(trial, "OS", **common)
folder = tempfile.TemporaryDirectory()
"""


def study(subjects: int):  # a Study, whose import is not to be measured
    """A trial of so many subjects with OS and PFS."""
    import numpy as np
    import pandas as pd

    import adamgate as ag

    rng = np.random.default_rng(1)
    day_1 = np.datetime64("2020-01-01", "s")
    names = np.char.add("S-", np.arange(subjects).astype(str))
    progressed, died = (np.ceil(rng.exponential(scale, subjects)) for scale in (400, 800))
    end = np.ceil(rng.uniform(300, 1500, subjects))
    arms = np.array(["Placebo", "Active"])[rng.integers(0, 2, subjects)]
    response = np.where(rng.random(subjects) < 0.5, np.ceil(rng.uniform(20, 200, subjects)), np.nan)
    adsl = pd.DataFrame(
        {
            "USUBJID": names,
            "TRT01P": arms,
            "TRT01PN": np.where(arms == "Placebo", 1.0, 2.0),
            "REGION1": np.array(["EU", "US", "ASIA"])[rng.integers(0, 3, subjects)],
            "AGE": rng.integers(30, 80, subjects).astype(float),
            "RSPDT": day_1 + (response - 1).astype("timedelta64[D]"),
        }
    )
    times = []
    for paramcd, param, event in (
        ("OS", "Overall Survival (Days)", died),
        ("PFS", "Progression-Free Survival (Days)", np.minimum(progressed, died)),
    ):
        aval = np.minimum(event, end)
        times.append(
            pd.DataFrame(
                {
                    "USUBJID": names,
                    "PARAMCD": paramcd,
                    "PARAM": param,
                    "AVAL": aval,
                    "CNSR": (event > end).astype(float),
                    "STARTDT": day_1,
                    "ADT": day_1 + (aval - 1).astype("timedelta64[D]"),
                    "EVNTDESC": np.where(event > end, "Last contact", "Event"),
                }
            )
        )
    adtte = pd.concat(times, ignore_index=True)
    return ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(adtte, "ADTTE"))


def main(runs: int = 3) -> None:
    """Measure every shape and every file, and print the table."""
    print(f"\nSurvival tables of {SUBJECTS:,} subjects, beyond reading and the gate, median of {runs} runs")
    print(f"{'shape':<26}{'seconds':>10}{'cpu s':>10}{'peak MB above data':>22}{'target':>18}")
    measured = [(name, SETUP, statement) for name, statement in SHAPES.items()] + [
        (f"written for {tool}", TABLE, f'made.write(folder.name + "/os.{suffix}", "{tool}")')
        for tool, suffix in FILES.items()
    ]
    for name, setup, statement in measured:
        done = typical([measure_python(setup, statement) for _ in range(runs)])
        target = f"{TARGET_SECONDS:.0f} s, {TARGET_MB} MB"
        figures = f"{done.seconds:>10.2f}{done.cpu_seconds:>10.2f}{done.peak_bytes / 1e6:>22.0f}"
        print(f"{name:<26}{figures}{target:>18}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
