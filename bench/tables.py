"""Tables of survival analysis of 1,000,000 subjects, beyond reading and the gate."""

from __future__ import annotations

import argparse

from measure import interleaved, typical

SUBJECTS = 1_000_000
SETUP = f"""
import numpy as np, pandas as pd, adamgate as ag
number, rng = np.arange({SUBJECTS}), np.random.default_rng(20240131)
days = rng.integers(1, 1500, len(number))
start = np.datetime64("2020-01-06", "s") + (number % 300) * np.timedelta64(86_400, "s")
one_of = lambda *texts: pd.Categorical.from_codes(number % len(texts), list(texts))
study = ag.Study.of(ag.Dataset.from_frame(pd.DataFrame({{
    "STUDYID": one_of("S"), "PARAMCD": one_of("OS"), "PARAM": one_of("Overall Survival (Days)"),
    "USUBJID": pd.Series([f"S-{{each:07d}}" for each in number], dtype="string[pyarrow]"),
    "TRT01P": one_of("Drug", "Placebo"), "TRT01PN": number % 2 + 1.0, "REGION": one_of("EU", "JP", "US"),
    "AVAL": days.astype(float), "CNSR": (rng.random(len(number)) < 0.5).astype(float),
    "STARTDT": start, "ADT": start + (days - 1) * np.timedelta64(86_400, "s"),
}}), "ADTTE"))
"""
TABLES = {
    "survival": 'ag.survival(study, "OS", arm="TRT01P", covariates=["REGION"], unit="months", gate=False)',
    "km": 'ag.kaplan_meier(study, "OS", by="TRT01P", strata=["REGION"], tau=36, unit="months", gate=False)',
}


def main(runs: int = 3) -> None:
    """Measure each table in turn and print the results."""
    found = interleaved({name: (SETUP, statement) for name, statement in TABLES.items()}, runs)
    print(f"\nTables of {SUBJECTS:,} subjects, beyond reading and gate, median of {runs} runs in turn")
    print(f"{'':36}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}")
    for name, each in found.items():
        run = typical(each)
        print(f"{name:36}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:10.0f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
