"""Tables of the counting process, beyond reading and the gate, and what other tools need for a part of it."""

from __future__ import annotations

SUBJECTS, EVENTS, VALUES = 1_000_000, 10_000_000, 10_000_000
TARGET_SECONDS, TARGET_MB = 20.0, 6000

OPTIONS = """
common = {"events": "ADAE", "start": "TRTSDT", "end": "EOSDT", "outside": "drop", "gate": False}
changing = {"name": "ALT", "dataset": "ADLB", "before_first": "baseline", "same_day": "last"}
"""
SETUP = """
import sys
sys.path.insert(0, {here!r})
import adamgate as ag
from intervals import study
{options}
ag.counting_process(study(1000, 5000, 5000), **common, time_varying=[changing])
trial = study({subjects}, {events}, {values})
"""
TABLES = {
    "recurrent events": (SUBJECTS, EVENTS, 0, ""),
    "covariate changes": (SUBJECTS, 1_000_000, VALUES, ", time_varying=[changing]"),
}


def study(subjects: int, events: int, values: int):  # a Study, whose import is not to be measured
    """A trial of so many subjects, adverse events and values of a laboratory test."""
    import numpy as np
    import pandas as pd

    import adamgate as ag

    rng = np.random.default_rng(1)
    day_1 = np.datetime64("2020-01-01", "s")
    names = np.char.add("S-", np.arange(subjects).astype(str)).astype(object)

    def days(numbers):
        return day_1 + numbers.astype("timedelta64[D]")

    def of_subjects(records):
        codes = np.sort(rng.integers(0, subjects, records))
        return pd.Categorical.from_codes(codes, pd.Index(names, dtype=object))

    adsl = pd.DataFrame(
        {
            "USUBJID": names,
            "TRT01P": np.array(["Placebo", "Active"])[rng.integers(0, 2, subjects)],
            "TRTSDT": day_1,
            "EOSDT": days(rng.integers(200, 700, subjects)),
        }
    )
    adae = pd.DataFrame({"USUBJID": of_subjects(events), "ASTDT": days(rng.integers(0, 700, events))})
    adlb = pd.DataFrame(
        {
            "USUBJID": of_subjects(values),
            "ADT": days(rng.integers(-14, 700, values)),
            "AVAL": rng.integers(10, 90, values).astype(float),
            "ABLFL": np.where(rng.random(values) < 0.05, "Y", ""),
            "ASEQ": np.arange(values, dtype=float),
        }
    ).astype({"ABLFL": "category"})
    frames = {"ADSL": adsl, "ADAE": adae, "ADLB": adlb}
    return ag.Study.of(*(ag.Dataset.from_frame(frame, name) for name, frame in frames.items()))
