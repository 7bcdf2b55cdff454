"""Rules about a text and the number that stands for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ...evidence.arms import OF_RECORDS, periods
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Codes, Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_ARM = re.compile(r"(TRT[PA]|TRT\d\d[PA]|TRTSEQ[PA]|TR\d\d[PA]G\d|TRTGR\d*|ARM|ACTARM)N$")

_OTHERWISE = re.compile(
    r"(\w*VISIT|A?TPT|PARAM|PARAMCD|PARCAT\d*|AVALCA\d+|BASECA\d+|CHGCAT\d+|PCHGCA\w+|BCHGCA\w+|SHIFT\d+|CRIT\d+"
    r"|MCRIT\d+\w*|\w*TOXGR\w*|\w*SEV|SMQ\d\dSC|EPOCH|APHASE|ABLF?L?|USUBJID)N$"
)
"""Numbers that belong to their text within a parameter or a visit, or have a rule of their own."""


@readiness(
    "XD041",
    title="Character variable and its numeric version are not one-to-one",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    excluded=(Structure.NCA, Structure.PPK),
    consults=("ADSL",),
)
def number_of_another_text(data: Dataset, study: Study) -> Iterator[Yield]:
    """A value of a character variable has several values of its numeric version, or the reverse.

    ## What it checks
    Each value of a character variable (TRT01P, AGEGR1, RACE, REGION1, …) has one value of the numeric
    variable with the same name and N at its end, and the reverse. The records reported are those with
    the rarer combination. It is an error for treatments, else a warning. A pair that ADSL has, too, is
    checked in ADSL only.

    ## Not a fault
    A missing number or text. Visits, time points, categories of AVAL and criteria, which are one-to-one
    within a parameter. Severity and grade have a rule of their own.

    ## Why it matters
    Tables select and sort by the number and print the text: subjects are counted in the wrong group.

    ## Smallest fix
    Derive the number from the text.
    """
    numbers = [name for name in data.names if _is_number_of_text(data, name)]
    judged = [name for name in numbers if not _judged_in_adsl(data, study, name)]
    if not judged:
        yield NotApplicable("no character variable with its numeric version (TRT01P and TRT01PN, …) to check")
        return
    for name in judged:
        text = name[:-1]
        severity = Severity.ERROR if _ARM.match(name) else None
        message = f"{text} and {name} are not one-to-one"
        yield Fault(_rarer(data, text, name), (name, text), message, severity)


def _is_number_of_text(data: Dataset, name: str) -> bool:
    """Whether a variable is the numeric version of another one of the dataset."""
    if not name.endswith("N") or _OTHERWISE.match(name) or name[:-1] not in data:
        return False
    return data.variable(name).type == "Num" and data.is_character(name[:-1])


def _judged_in_adsl(data: Dataset, study: Study, name: str) -> bool:
    """Whether a pair is compared with ADSL, subject by subject, by another rule."""
    if "ADSL" not in study or data.name == "ADSL":
        return False
    adsl = study["ADSL"]
    text = name[:-1]
    if name in OF_RECORDS:
        return bool(periods(adsl, name) and periods(adsl, text))
    return name in adsl and text in adsl


def _rarer(data: Dataset, text: str, number: str) -> Mask:
    """Records whose text has another number on more records, or whose number has another text on more;
    all of them where two are equally frequent."""
    pair = data.groups(text, number)
    n_pairs = int(pair.max(initial=-1)) + 1
    sides = [_of_group(pair, n_pairs, data.distinct(name).codes) for name in (text, number)]
    both = np.logical_and.reduce([side >= 0 for side in sides])
    times = np.bincount(pair, minlength=n_pairs) * both
    rarer = np.zeros(n_pairs, dtype=np.bool_)
    for side in sides:
        value, records = side[both], times[both]
        most = np.zeros(int(value.max(initial=-1)) + 1, dtype=np.intp)
        np.maximum.at(most, value, records)
        leading = np.bincount(value[records == most[value]], minlength=len(most))
        rarer[both] |= (records < most[value]) | (leading[value] > 1)
    return rarer[pair] if rarer.any() else np.zeros(len(data), dtype=np.bool_)


def _of_group(group: Codes, n_groups: int, codes: Codes) -> Codes:
    """The code that the records of each group have, shape (n_groups,); -1 for a number that no group has."""
    found = np.full(n_groups, -1, dtype=np.intp)
    found[group] = codes
    return found
