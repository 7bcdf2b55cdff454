"""About a dozen subjects, chosen for what goes wrong: OS and PFS in days, and a response.

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
    "S-04": ("C", 1, (30, 0), (31, 1)),  # response on day 1; C is an arm without deaths
    "S-05": ("A", None, (1, 0), (1, 0)),  # death on day 1
    "S-06": ("A", -5, (90, 1), (120, 1)),  # a response before STARTDT
    "S-07": ("B", 61, (120, 0), (121, 0)),  # response a day after the landmark, on the day of a death
    "S-08": ("B", 60, (120, 1), (120, 1)),  # response on the landmark
    "S-09": ("B", 200, (60, 1), (61, 1)),  # response after the end of follow-up
    "S-10": ("B", 40, None, (61, 0)),  # no record of PFS
    "S-11": ("B", 90, (181, 1), (366, 1)),  # censored late
    "S-12": ("B", None, None, None),  # never treated: no record at all
    "S-13": ("C", 20, (45, 1), (61, 1)),  # censored on the day of a death and of a response
    "S-14": ("A", None, (0, 0), (0, 0)),  # death on the day before STARTDT: a time of 0
}
# subject: last day of treatment; S-12 and S-14 were never treated. Adverse events count for 30 days after it.
TREATED = {
    "S-01": 61, "S-02": 30, "S-03": 60, "S-04": 1, "S-05": 1, "S-06": 90, "S-07": 60,
    "S-08": 90, "S-09": 31, "S-10": 61, "S-11": 181, "S-13": 31,
}  # fmt: skip
HEAD, GUT = ("Nervous system", "Headache"), ("Gastrointestinal", "Nausea")
# subject, class and term, day, whether treatment-emergent
EVENTS = [
    ("S-01", *HEAD, 5, "Y"),
    ("S-01", *HEAD, 20, "Y"),  # again, and
    ("S-01", *GUT, 20, "Y"),  # two on one day
    ("S-03", "Infections", "Sepsis", 60, "Y"),  # on the day of death
    ("S-05", "Cardiac", "Cardiac arrest", 1, "Y"),  # on day 1, the day of death
    ("S-06", *HEAD, -3, "N"),  # before treatment
    ("S-07", *GUT, 100, "Y"),  # later than 30 days after treatment
    ("S-08", *HEAD, 10, "Y"),
    ("S-09", *GUT, 61, "Y"),  # on the last day at risk
    ("S-12", *HEAD, 2, "Y"),  # never treated
]  # none in arm C


def day(number: float | None) -> np.datetime64:
    return np.datetime64("NaT", "s") if number is None else DAY_1 + np.timedelta64(int(number) - 1, "D")


def study() -> Study:
    """ADSL and ADTTE."""
    adsl = {
        "STUDYID": "S",
        "USUBJID": list(SUBJECTS),
        "AGE": [60.0 + number for number in range(len(SUBJECTS))],
        "REGION1": ["EU", "US"] * 7,
        "TRT01P": [arm for arm, *_ in SUBJECTS.values()],
        "TRT01A": [arm for arm, *_ in SUBJECTS.values()],
        "ITTFL": ["N" if os is None else "Y" for *_, os in SUBJECTS.values()],
        "SAFFL": ["Y" if each in TREATED else "N" for each in SUBJECTS],
        "TRTSDT": [day(1 if each in TREATED else None) for each in SUBJECTS],
        "TRTEDT": [day(TREATED.get(each)) for each in SUBJECTS],
        "DTHDT": [day(os[0] if os and os[1] == 0 else None) for *_, os in SUBJECTS.values()],
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


def with_adverse_events() -> Study:
    """ADSL, ADTTE and ADAE."""
    both = study()
    adae = {
        "STUDYID": "S",
        "USUBJID": [each[0] for each in EVENTS],
        "TRTA": [SUBJECTS[each[0]][0] for each in EVENTS],
        "AEBODSYS": [each[1] for each in EVENTS],
        "AEDECOD": [each[2] for each in EVENTS],
        "ASTDT": [day(each[3]) for each in EVENTS],
        "TRTEMFL": [each[4] for each in EVENTS],
    }
    return Study.of(*both, Dataset.from_frame(pd.DataFrame(adae), "ADAE"))
