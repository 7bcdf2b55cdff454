# ruff: noqa: E501  (a row is a line)
"""Time-to-event analysis dataset (TTE): the basic data structure with an origin and censoring.

One record per subject and parameter. ADaMIG 1.3 is taken to have the variables of 1.2.
"""

from __future__ import annotations

from . import bds
from .requirement import Requirement, in_force
from .versions import ADAMIG, Standards

KEYS = ("STUDYID", "USUBJID", "PARAMCD")
"""What identifies a record; recurrent events need more."""

SINCE_1_1 = ADAMIG[1:]
ONLY_1_0 = ADAMIG[:1]

# fmt: off
REQUIREMENTS: tuple[Requirement, ...] = (
    # Time to event
    Requirement("STARTDT", "Time to Event Origin Date for Subject", "Num", "Perm", versions=ONLY_1_0),
    Requirement("STARTDT", "Time-to-Event Origin Date for Subject", "Num", "Perm", versions=SINCE_1_1),
    Requirement("STARTDTM", "Time-to-Event Origin Datetime", "Num", "Perm", versions=SINCE_1_1),
    Requirement("STARTDTF", "Origin Date Imputation Flag", "Char", "Cond", codelist="(DATEFL)", condition="STARTDT or date part of STARTDTM was imputed", needs=("STARTDT|STARTDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("STARTTMF", "Origin Time Imputation Flag", "Char", "Cond", codelist="(TIMEFL)", condition="Time in STARTDTM was imputed", needs=("STARTDTM",), versions=SINCE_1_1, doubts=("needs",)),
    Requirement("CNSR", "Censor", "Num", "Cond", condition="Dataset holds a time-to-event parameter", needs=("BDS.AVAL",), doubts=("needs",)),
    Requirement("EVNTDESC", "Event or Censoring Description", "Char", "Perm", needs=("CNSR",), doubts=("needs",)),
    Requirement("CNSDTDSC", "Censor Date Description", "Char", "Perm", needs=("CNSR",), versions=SINCE_1_1, doubts=("needs",)),
)
# fmt: on


def variables(standards: Standards) -> dict[str, Requirement]:
    """Variables of the basic data structure and of time to event, in these versions."""
    return {**bds.variables(standards), **in_force(REQUIREMENTS, standards)}
