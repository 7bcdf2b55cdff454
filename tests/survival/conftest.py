"""A small study whose every number can be checked by hand."""

import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import Variable

START = np.array(["2020-01-01"] * 6, dtype="datetime64[s]")
DAYS = [10.0, 41.0, 72.0, 100.0, 150.0, 366.0]

ADTTE: dict[str, Any] = {
    "STUDYID": ["S"] * 6,
    "USUBJID": ["S-01", "S-02", "S-03", "S-04", "S-05", "S-06"],
    "PARAMCD": ["OS"] * 6,
    "PARAM": ["Overall Survival (Days)"] * 6,
    "AVAL": DAYS,
    "STARTDT": START,
    "ADT": START + np.array([int(days) - 1 for days in DAYS], dtype="timedelta64[D]"),
    "CNSR": [0.0, 1.0, 2.0, 3.0, 0.0, 1.0],
    "EVNTDESC": ["Death", "Alive", "Alive", "Withdrawn  ", "Death ", None],
    "CNSDTDSC": [None, "Last contact", "  ", None, "ignored for events", "Last contact"],
    "SAFFL": ["Y", "Y", "Y", "Y", "N", "Y"],
}
ADSL: dict[str, Any] = {
    "STUDYID": ["S"] * 7,
    "USUBJID": ["S-07", "S-06", "S-05", "S-04", "S-03", "S-02", "S-01"],
    "SUBJID": ["07", "06", "05", "04", "03", "02", "01"],
    "SITEID": ["007", "006", "006", "007", "007", "006", "006"],
    "AGE": [70.0, 66.0, 65.0, np.nan, 63.0, 62.0, 61.0],
    "AGEU": ["YEARS"] * 7,
    "SEX": ["F"] * 7,
    "RACE": ["WHITE"] * 7,
    "ARM": ["B", "B", "A", "B", "A", "B", "A"],
    "TRT01P": ["B", "B", "A", "B", "A", "B", "A"],
    "SAFFL": ["Y", "Y", "N", "Y", "Y", "Y", "Y"],
    "ITTFL": ["Y", "Y", "Y", "Y", "Y", "N", None],
    "TRTSDT": np.array(["2020-01-01"] * 7, dtype="datetime64[s]"),
}

Make = Callable[..., Study]


def dataset(name: str, columns: dict[str, Any], changes: dict[str, Any]) -> Dataset:
    """A dataset of these columns, some changed, some (None) left out."""
    kept = {column: values for column, values in {**columns, **changes}.items() if values is not None}
    return Dataset.from_frame(
        pd.DataFrame(kept),
        name,
        variables=[
            Variable(column, label=f"Label of {column}", type="Num" if _is_num(values) else "Char")
            for column, values in kept.items()
        ],
    )


def _is_num(values: Any) -> bool:
    return isinstance(values, np.ndarray) or any(isinstance(value, float) for value in values)


@pytest.fixture
def make() -> Make:
    """Makes the study; keywords replace columns of ADTTE, ``adsl`` those in ADSL (False: no ADSL)."""

    def study(adsl: dict[str, Any] | bool = True, **adtte: Any) -> Study:
        tables = [dataset("ADTTE", ADTTE, adtte)]
        if adsl is not False:
            tables.append(dataset("ADSL", ADSL, adsl if isinstance(adsl, dict) else {}))
        return Study.of(*tables)

    return study


@pytest.fixture(scope="session")
def rscript() -> str:
    """R with its packages for survival; CI must have it, a desk need not."""
    found = shutil.which("Rscript")
    works = found and subprocess.run(
        [found, "-e", "library(survival); library(cmprsk); library(etm)"], capture_output=True, check=False
    )
    if works and works.returncode == 0:
        return found
    if os.environ.get("TESTS_REQUIRE_R"):
        pytest.fail("R with the packages survival, cmprsk and etm is required here and absent")
    pytest.skip("no R with the packages survival, cmprsk and etm")
