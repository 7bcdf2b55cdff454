"""A dozen subjects, chosen for what goes wrong: OS and PFS in days, and a response.

Day 1 is STARTDT, 2020-01-01; AVAL counts it. RSPDT is the date of response.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

DAY_1 = np.datetime64("2020-01-01", "s")

# subject: arm, day of response, day and CNSR of PFS, day and CNSR of OS
SUBJECTS: dict[str, tuple[str, int | None, tuple[int, int] | None, tuple[int, int] | None]] = {
    "S-01": ("A", 31, (61, 0), (91, 0)),  # the usual course
    "S-02": ("A", 60, (60, 1), (60, 1)),  # response on the day of censoring
    "S-03": ("A", 60, (60, 0), (60, 0)),  # response, progression and death on one day
    "S-04": ("A", 1, (30, 0), (31, 1)),  # response on day 1
    "S-05": ("A", None, (1, 0), (1, 0)),  # death on day 1
    "S-06": ("A", -5, (90, 1), (120, 1)),  # a response before STARTDT
    "S-07": ("B", 61, (120, 0), (121, 0)),  # response a day after the landmark
    "S-08": ("B", 60, (120, 1), (120, 1)),  # response on the landmark
    "S-09": ("B", 200, (60, 1), (61, 1)),  # response after the end of follow-up
    "S-10": ("B", None, None, (61, 0)),  # no record of PFS
    "S-11": ("B", 90, (181, 1), (366, 1)),  # censored late
    "S-12": ("B", None, None, None),  # never treated: no record at all
}


def day(number: float | None) -> np.datetime64:
    return np.datetime64("NaT", "s") if number is None else DAY_1 + np.timedelta64(int(number) - 1, "D")


def study() -> Study:
    adsl = {
        "STUDYID": "S",
        "USUBJID": list(SUBJECTS),
        "AGE": [60.0 + number for number in range(len(SUBJECTS))],
        "REGION1": ["EU", "US"] * 6,
        "TRT01P": [arm for arm, *_ in SUBJECTS.values()],
        "ITTFL": ["Y"] * 11 + ["N"],
        "TRTSDT": [day(1)] * 11 + [day(None)],
        "RSPDT": [day(response) for _, response, _, _ in SUBJECTS.values()],
    }
    records = [
        (usubjid, paramcd, *time)
        for (usubjid, (_, _, pfs, os)), (paramcd, time) in (
            (item, pair) for item in SUBJECTS.items() for pair in (("PFS", item[1][2]), ("OS", item[1][3]))
        )
        if time is not None
    ]
    names = {"PFS": "Progression-Free Survival (Days)", "OS": "Overall Survival (Days)"}
    adtte = {
        "STUDYID": "S",
        "USUBJID": [each[0] for each in records],
        "PARAMCD": [each[1] for each in records],
        "PARAM": [names[each[1]] for each in records],
        "AVAL": [float(each[2]) for each in records],
        "CNSR": [float(each[3]) for each in records],
        "STARTDT": [day(1)] * len(records),
        "ADT": [day(each[2]) for each in records],
        "EVNTDESC": ["Event" if each[3] == 0 else "Last contact" for each in records],
    }
    return Study.of(
        Dataset.from_frame(pd.DataFrame(adsl), "ADSL"), Dataset.from_frame(pd.DataFrame(adtte), "ADTTE")
    )
