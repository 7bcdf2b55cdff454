"""A small clean trial that readiness rules pass, and a way to ask one rule about a changed copy."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.declarations import Declarations
from adamgate.schemas.study.study import Study

SUBJECTS = 40
START = np.datetime64("2024-01-15", "s")


@cache
def _adsl():
    subjects = [f"S1-{number:03d}" for number in range(1, SUBJECTS + 1)]
    died = np.arange(SUBJECTS) % 4 == 0
    last = _days(np.arange(SUBJECTS) * 7 + 99)
    return pd.DataFrame(
        {
            "USUBJID": subjects,
            "SAFFL": "Y",
            "RANDFL": "Y",
            "TRT01P": _arms(),
            "TRT01A": _arms(),
            "TRTSDT": START,
            "TRTEDT": _days(np.arange(SUBJECTS) + 50),
            "LSTALVDT": last,
            "DTHFL": np.where(died, "Y", None),
            "DTHDT": np.where(died, last, np.datetime64("NaT", "s")),
        }
    )


def _arms():
    return np.where(np.arange(SUBJECTS) // 4 % 2 == 0, "Active", "Placebo")


@cache
def _adtte():
    """OS in days and PFS in months, a subject each; every fourth subject died."""
    number = np.arange(SUBJECTS)
    died = number % 4 == 0
    days = number * 7 + 99
    survival = pd.DataFrame(
        {
            "USUBJID": _adsl().USUBJID,
            "TRTP": _arms(),
            "PARAMCD": "OS",
            "PARAM": "Overall Survival (Days)",
            "AVAL": days + 1.0,
            "STARTDT": START,
            "ADT": _days(days),
            "CNSR": np.where(died, 0.0, 1.0),
            "EVNTDESC": np.where(died, "Death", "Alive"),
            "CNSDTDSC": np.where(died, None, "Alive at last contact"),
            "SRCDOM": "ADSL",
            "SRCVAR": np.where(died, "DTHDT", "LSTALVDT"),
        }
    )
    progressed = number % 3 == 0
    free = survival.assign(
        PARAMCD="PFS",
        PARAM="Progression-Free Survival (Months)",
        ADT=_days(days - 30),
        AVAL=(days - 29) / 30.4375,
        CNSR=np.where(progressed, 0.0, 1.0),
        EVNTDESC=np.where(progressed, "Disease Progression", "Last Tumor Assessment"),
        CNSDTDSC=np.where(progressed, None, "Last Tumor Assessment"),
        SRCDOM="ADRS",
        SRCVAR="ADT",
    )
    return pd.concat([survival, free], ignore_index=True)


@cache
def _adae():
    number = np.arange(12)
    return pd.DataFrame(
        {
            "USUBJID": [f"S1-{each // 3 + 1:03d}" for each in number],
            "AESEQ": number % 3 + 1.0,
            "AETERM": "headache",
            "ASTDT": _days(number),
            "AENDT": _days(number + 2),
            "ASTDTF": None,
        }
    )


def _days(number):
    return START + number.astype("timedelta64[D]")


CLEAN = {"adsl": _adsl, "adtte": _adtte, "adae": _adae}


@cache
def _clean(name):
    return Dataset.from_frame(CLEAN[name](), name.upper())


class Trial:
    """ADSL, ADTTE and ADAE as frames to change, and the findings of a rule about them."""

    def __init__(self):
        self.others = {}
        self.declarations = None

    def __getattr__(self, name):
        """A frame is copied when a test first asks for it; all other datasets are made once."""
        if name not in CLEAN:
            raise AttributeError(name)
        setattr(self, name, CLEAN[name]().copy())
        return getattr(self, name)

    def study(self):
        own = [
            Dataset.from_frame(getattr(self, each), each.upper()) if each in vars(self) else _clean(each)
            for each in CLEAN
        ]
        others = [Dataset.from_frame(frame, name) for name, frame in self.others.items()]
        return Study.of(*own, *others)

    def report(self, *rules):
        report = judge(self.study(), declarations=self.declarations, rules=set(rules))
        assert not report.count(Status.NOT_RUN), report.not_run
        return report

    def findings(self, rule_id):
        return list(self.report(rule_id).findings)

    def finding(self, rule_id):
        """The one finding of a rule."""
        (found,) = self.findings(rule_id)
        return found

    def told(self, rule_id):
        """Severity and number of records of each finding."""
        return [(str(each.severity), each.records) for each in self.findings(rule_id)]

    def declare(self, **declared):
        self.declarations = Declarations(**declared)

    def reason(self, rule_id):
        """Why a rule does not apply to any dataset, the last of its reasons."""
        report = self.report(rule_id)
        assert {each.status for each in report.outcomes} == {Status.NOT_APPLICABLE}
        return report.outcomes[-1].reason

    def of(self, parameter):
        """Index of the records of a parameter."""
        return self.adtte.index[self.adtte.PARAMCD.eq(parameter)]


@pytest.fixture
def trial():
    return Trial()
