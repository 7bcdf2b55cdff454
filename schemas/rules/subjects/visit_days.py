"""Rules about the days of visits: a subject whose visits are shifted against those of all others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...evidence.subjects import subject_days
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_SUBJECTS, _VISITS = 10, 3
"""Subjects of a visit, and visits of a subject, from which on days are compared."""
_LEAST, _MIDDLE = 7.0, 14.0
"""Days that each visit, and the middle of them, is apart at least."""
_SPREADS = 5.0
"""Times of what is usual that the middle is apart at least."""


@readiness(
    "XD070",
    title="Visits of a subject are shifted against those of other subjects",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.BDS,),
    excluded=(Structure.TTE,),
    needs=("USUBJID", "AVISIT", "ADT"),
    needs_any=(("TRTSDT", "ADSL.TRTSDT"),),
    consults=("ADSL",),
)
def visits_shifted(data: Dataset, study: Study) -> Iterator[Yield]:
    """The visits of a subject are weeks before, or weeks after, the days on which other subjects have them.

    ## What it checks
    Days from TRTSDT to ADT, for each AVISIT with at least 10 subjects, against the middle of all subjects. A
    subject with at least 3 such visits is reported if all are shifted in one direction, by more than a week
    each, and in the middle by more than 2 weeks and by more than 5 times what is usual.

    ## Not a fault
    Single visits that are late, or all after one that is not. Visits without a usual day, such as unscheduled
    ones. Records on TRTSDT, derived records (DTYPE) and imputed dates (ADTF).

    ## Why it matters
    TRTSDT of the subject is wrong by weeks or months, and with it all study days and times to event.

    ## Smallest fix
    Correct TRTSDT, or the dates of the visits.
    """
    start = subject_days(data, study, "TRTSDT")
    if np.isnan(start).all():
        yield NotApplicable("TRTSDT has no value")
        return
    shifted = _shifted(data, data.days("ADT") - start)
    message = "visits of the subject are weeks before, or weeks after, those of other subjects"
    yield Fault(shifted, ("ADT", "AVISIT", "TRTSDT"), message)


def _shifted(data: Dataset, days: Days) -> Mask:
    """Records of subjects whose visits are all shifted."""
    visit, subject = data.distinct("AVISIT").codes, data.distinct("USUBJID").codes
    judged = ~np.isnan(days) & (days != 0) & (visit >= 0) & (subject >= 0)
    for name in ("DTYPE", "ADTF"):
        if name in data:
            judged &= data.missing(name)
    frame = pd.DataFrame({"visit": visit[judged], "subject": subject[judged], "day": days[judged]})
    middle = frame.groupby(["visit", "subject"], sort=False)["day"].median().reset_index()
    of_visit = middle.groupby("visit")["day"].agg(["size", "median"])
    middle = middle[middle["visit"].map(of_visit["size"]) >= _SUBJECTS]
    middle = middle.assign(apart=middle["day"] - middle["visit"].map(of_visit["median"]))
    spread = 1.4826 * middle["apart"].abs().groupby(middle["visit"]).median()
    middle["usual"] = middle["visit"].map(spread)
    of_subject = middle.groupby("subject").agg(
        visits=("apart", "size"),
        least=("apart", "min"),
        middle=("apart", "median"),
        most=("apart", "max"),
        usual=("usual", "median"),
    )
    one_way = (of_subject["least"] > _LEAST) | (of_subject["most"] < -_LEAST)
    limit = np.maximum(_MIDDLE, _SPREADS * of_subject["usual"])
    found = of_subject.index[
        (of_subject["visits"] >= _VISITS) & one_way & (of_subject["middle"].abs() > limit)
    ]
    shifted: Mask = judged & np.isin(subject, found.to_numpy())
    return shifted
