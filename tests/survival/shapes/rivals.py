"""Ten subjects with a progression-free and an overall survival that meet in every way.

Day 1 is STARTDT, 2020-01-01; AVAL counts it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

DAY_1 = np.datetime64("2020-01-01", "s")
PROGRESSION, DEATH, SCAN = "Progression", "Death", "Last scan"
Course = tuple[str, tuple[int, int, str] | None, tuple[int, int] | None]

# subject: arm; day, CNSR and EVNTDESC of PFS; day and CNSR of OS
SUBJECTS: dict[str, Course] = {
    "R-01": ("A", (50, 0, PROGRESSION), (80, 0)),  # the usual course
    "R-02": ("A", (60, 0, DEATH), (60, 0)),  # an event of PFS on the day of death: the own event
    "R-03": ("A", (60, 1, SCAN), (60, 0)),  # death on the day of the censoring: an event
    "R-04": ("A", (60, 1, SCAN), (60, 1)),  # both censored, on the day of the two events
    "R-05": ("B", (40, 1, SCAN), (70, 0)),  # death after the censoring
    "R-06": ("B", (90, 0, PROGRESSION), (30, 0)),  # death before the progression
    "R-07": ("B", (90, 1, SCAN), (30, 0)),  # death before the censoring
    "R-08": ("B", (1, 0, PROGRESSION), (5, 1)),  # an event on day 1
    "R-09": ("B", (0, 1, SCAN), None),  # censored on the day before STARTDT, no record of OS
    "R-10": ("B", None, (10, 0)),  # no record of PFS
}


def day(number: int) -> np.datetime64:
    return DAY_1 + np.timedelta64(number - 1, "D")


def study(subjects: dict[str, Course] = SUBJECTS, **changed: object) -> Study:
    """ADSL and ADTTE; with columns of ADTTE changed."""
    adsl = {
        "STUDYID": "R",
        "USUBJID": list(subjects),
        "TRT01P": [arm for arm, *_ in subjects.values()],
        "TRT01PN": [1.0 + "AB".index(arm) for arm, *_ in subjects.values()],
        "DTHFL": ["Y" if os and os[1] == 0 else None for *_, os in subjects.values()],
        "AGE": [60.0 + number for number in range(len(subjects))],
    }
    records = [
        (usubjid, paramcd, *record)
        for usubjid, (_, pfs, os) in subjects.items()
        for paramcd, record in (("PFS", pfs), ("OS", None if os is None else (*os, DEATH)))
        if record is not None
    ]
    usubjid, paramcd, time, cnsr, described = zip(*records, strict=True)
    adtte = {
        "STUDYID": "R",
        "USUBJID": usubjid,
        "PARAMCD": paramcd,
        "PARAM": [f"{each} (Days)" for each in paramcd],
        "AVAL": [float(each) for each in time],
        "CNSR": [float(each) for each in cnsr],
        "STARTDT": day(1),
        "ADT": [day(each) for each in time],
        "EVNTDESC": described,
    }
    return Study.of(
        Dataset.from_frame(pd.DataFrame(adsl), "ADSL"),
        Dataset.from_frame(pd.DataFrame(adtte | changed), "ADTTE"),
    )
