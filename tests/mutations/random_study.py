"""Small studies in which any value may be anything: for what must hold whatever the data are.

Seeded, so that a study that breaks something can be made again from its number.
"""

import numpy as np
import pandas as pd
from delivery import Delivery, Rng
from two_arm_trial import two_arm_trial

from adamgate.schemas.study.study import Study

DATASETS = ("ADSL", "ADTTE", "ADAE", "ADRS", "DM", "EX")

MORE_VARIABLES = {
    "ADAE": {
        "ASEQ": 1.0,
        "APERIOD": 1.0,
        "AOCC01FL": None,
        "ANL01FL": "Y",
        "ASEV": "MILD",
        "AENDTF": None,
        "ATOXGR": "GRADE 1",
        "AEPRESP": None,
    },
    "ADTTE": {"ADTF": None, "DTYPE": None, "ANL01FL": "Y", "PARCAT1": "EFFICACY", "DCUTDT": "ADT"},
    "ADSL": {"DTHDTF": None, "PPROTFL": "Y", "RANDFN": 1.0, "TRTSDTM": "TRTSDT"},
    "ADRS": {"RSEVAL": "INVESTIGATOR", "ANL02FL": None},
}
"""Variables that the trial has not got: a value for all records, or another variable to take it from."""

TEXTS = ("", " ", "N", "X", "y", "UNKNOWN", "ADSL", "ADAE", "2024", "2024-02-30", "GRADE 3", "OS", "CENTRAL")
NUMBERS = (np.nan, 0.0, -1.0, 0.5, 1.0, 99.0)
DAYS = (np.timedelta64("NaT", "s"), *(np.timedelta64(day, "D") for day in (-400, -1, 0, 1, 9, 4000)))


def random_study(seed: int) -> Study:
    """A study of a few subjects of the made-up trial, damaged without a plan."""
    delivery, rng = Delivery(two_arm_trial()), np.random.default_rng(seed)
    known = delivery.frame("ADSL").USUBJID
    subjects = rng.choice(known, rng.integers(1, 25), replace=False)
    for name in DATASETS:
        frame = delivery.frame(name)
        frame = frame[frame.USUBJID.isin(subjects)].reset_index(drop=True)
        frame = frame.assign(**_more_variables(name, frame, rng))
        if rng.random() < 0.3:
            frame = _other_records(frame, rng)
        for variable in frame.columns[rng.random(len(frame.columns)) < rng.uniform(0, 0.5)]:
            if len(frame):
                frame[variable] = _damaged(frame, variable, rng)
        gone = [each for each in frame.columns if rng.random() < 0.03]
        delivery.put(name, frame.drop(columns=gone))
        if rng.random() < 0.05:
            delivery.remove(name)
    return delivery.study()


def _more_variables(name: str, frame: pd.DataFrame, rng: Rng) -> dict[str, object]:
    chosen = {key: value for key, value in MORE_VARIABLES.get(name, {}).items() if rng.random() < 0.5}
    return {key: frame.get(value, value) for key, value in chosen.items()}


def _other_records(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Records lost, repeated and out of order."""
    if not len(frame):
        return frame
    return frame.iloc[rng.integers(0, len(frame), rng.integers(0, len(frame) + 5))].reset_index(drop=True)


def _damaged(frame: pd.DataFrame, variable: str, rng: Rng) -> np.ndarray:
    """A column with some values moved, lost, odd or taken from one subject's records only."""
    values = frame[variable].to_numpy().copy()
    some = np.flatnonzero(rng.random(len(values)) < rng.choice([0.1, 0.5, 1.0]))
    if rng.random() < 0.5 and "USUBJID" in frame:
        some = some[frame.USUBJID.to_numpy()[some] == rng.choice(frame.USUBJID.to_numpy())]
    kind = values.dtype.kind
    if rng.random() < 0.3:
        values[some] = rng.permutation(values[some])
    elif kind in "fM" and rng.random() < 0.2:
        values = np.full(len(values), None, dtype=object)
        values[some] = rng.choice(TEXTS, len(some))
    elif kind == "M":
        values[some] = values[some] + rng.choice(np.array(DAYS, dtype="timedelta64[s]"), len(some))
    elif kind == "f":
        values[some] = rng.choice(NUMBERS, len(some))
    else:
        odd = np.array([None, *TEXTS, *rng.choice(values, 3)], dtype=object)
        values[some] = rng.choice(odd[rng.choice(len(odd), rng.integers(1, 4))], len(some))
    return values
