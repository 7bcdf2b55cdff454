"""Rules about the population of adverse events: who may have records, and who should have some."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...errors import ConfigurationError
from ...evidence.arms import ARMS
from ...evidence.combinations import by_kind, by_value, of_kind
from ...evidence.subjects import adsl_record, in_adsl
from ...evidence.timelines import subject_in
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import counted, did_you_mean
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_SAFETY = "SAFFL"
_NEARLY_ALL = 0.95
_HALF = 0.5
_BY_CHANCE = 0.001
_NAMED = 20


def _flag(adsl: Dataset, declared: str) -> str:
    """The flag of the population: as declared, else that of the safety population; empty for none."""
    if declared and declared not in adsl:
        advice = did_you_mean(declared, (name for name in adsl.names if name.endswith("FL")))
        what = f"the declared population {declared} is not a variable in ADSL"
        raise ConfigurationError(what, "[adverse_events] safety_population", advice)
    return declared or (_SAFETY if _SAFETY in adsl else "")


@readiness(
    "AE050",
    title="Adverse events of a subject outside the population",
    severity=Severity.NOTE,
    grain=Grain.TOTALS,
    structures=(Structure.ADAE,),
    needs=("USUBJID", "ADSL.USUBJID"),
)
def event_outside_population(data: Dataset, study: Study) -> Iterator[Yield]:
    """A subject who is not in the population of adverse events has records in ADAE.

    ## What it checks
    If the population is declared (`safety_population` of `[adverse_events]`), records of subjects without Y
    in this flag in ADSL are an error. If it is not, and at least 95% of the subjects with records have
    SAFFL = Y, records of the others are a note.

    ## Not a fault
    ADAE of all enrolled subjects: the population is not inferred. Treatment-emergent events of subjects
    without SAFFL = Y have a finding of their own (AE006). Subjects not in ADSL have one, too.

    ## Why it matters
    The event is counted for a subject who is not in the denominator.

    ## Smallest fix
    Select the records of the population, or correct the flag in ADSL.
    """
    adsl, declared = study["ADSL"], data.declarations.safety_population
    flag = _flag(adsl, declared)
    if not flag:
        yield NotApplicable("no population of adverse events is declared, and SAFFL is not present in ADSL")
        return
    known = adsl_record(data, adsl) >= 0
    outside = known & ~in_adsl(data, adsl, flag).equals("Y")
    message = f"subject with adverse events, but {flag} in ADSL is not Y"
    if declared:
        yield Fault(outside, ("USUBJID", flag), message, Severity.ERROR)
        return
    subjects = data.distinct("USUBJID").codes
    counted = np.array([len(np.unique(subjects[own])) for own in (known, outside)])
    having, without = data.total("subjects", counted)
    if "TRTEMFL" in data:
        outside &= ~data.equals("TRTEMFL", "Y")
    if having - without >= _NEARLY_ALL * having:
        yield Fault(outside, ("USUBJID", flag), message)


@readiness(
    "AE051",
    title="No adverse events of an arm or site",
    severity=Severity.WARNING,
    grain=Grain.TOTALS,
    structures=(Structure.ADAE,),
    needs=("USUBJID", "ADSL.USUBJID"),
    needs_any=(tuple(f"ADSL.{name}" for name in (*ARMS, "SITEID")),),
)
def no_events_of_a_group(data: Dataset, study: Study) -> Iterator[Yield]:
    """No subject of an arm or of a site has an adverse event, although most other subjects have.

    ## What it checks
    The subjects of the population (declared as `safety_population`, else SAFFL = Y) of each arm (TRT01P, else
    ARM) and each site (SITEID) in ADSL. A group without any record in ADAE is reported if more than half of
    the other subjects have one, and the group is too large for chance (less than 1 in 1,000).

    ## Not a fault
    Small sites. A dataset of selected events, which few subjects have.

    ## Why it matters
    The records of the group were lost, or never merged: its rate of adverse events is zero in every table.

    ## Smallest fix
    Check the selection of records, and the merge with ADSL.
    """
    adsl = study["ADSL"]
    flag = _flag(adsl, data.declarations.safety_population)
    if not flag:
        yield NotApplicable("no population of adverse events is declared, and SAFFL is not present in ADSL")
        return
    members, having = adsl.equals(flag, "Y"), _having(adsl, data)
    arm = next((name for name in ARMS if name in adsl), None)
    for name, noun in ((arm, "arm"), ("SITEID", "site")):
        if name is None or name not in adsl:
            continue
        counts = by_kind(all=by_value(adsl, name, members), having=by_value(adsl, name, members & having))
        total = adsl.total(f"subjects of each {noun}", counts)
        size = of_kind(total, "all")
        lost = size[_lost(size, of_kind(total, "having").reindex(size.index))]
        if 0 < len(lost) < len(size):
            subjects = counted(int(lost.sum()), "subject")
            message = f"no adverse events of {counted(len(lost), noun)} ({subjects})"
            which = ", ".join(sorted(map(str, lost.index))[:_NAMED])
            yield Fault(None, (name, "USUBJID"), message, values=which, cause=f"{len(lost)} {noun}")


def _having(adsl: Dataset, data: Dataset) -> Mask:
    """Records in ADSL whose subject has a record in another dataset."""
    return np.asarray(subject_in(adsl, data) >= 0, dtype=np.bool_)


def _lost(size: pd.Series[int], some: pd.Series[int]) -> pd.Series[bool]:
    """Groups none of whose members has a record, where that cannot be chance.

    Parameters
    ----------
    size, some : Series of int, shape (n_groups,)
        Number of members by group, and of those with a record.
    """
    others = size.sum() - size
    share: pd.Series[float] = (some.sum() - some) / np.maximum(others, 1)
    return (size > 0) & (some == 0) & (share > _HALF) & ((1 - share) ** size < _BY_CHANCE)


@readiness(
    "AE052",
    title="Subject with adverse events in AE has none in ADAE",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.ADAE,),
    needs=("USUBJID", "AE.USUBJID", "ADSL.USUBJID"),
)
def subject_lost(data: Dataset, study: Study) -> Iterator[Yield]:
    """A subject of the population has records in AE, but none in ADAE.

    ## What it checks
    Subjects of the population (declared as `safety_population`, else SAFFL = Y) with a record in AE, if at
    least 95% of them have a record in ADAE.

    ## Not a fault
    Subjects outside the population. A dataset of selected events, such as treatment-emergent or serious ones:
    if TRTEMFL is Y on all records, or fewer than 95% of the subjects have a record, nothing is reported.

    ## Why it matters
    All adverse events of the subject are missing from every table.

    ## Smallest fix
    Derive ADAE again from all records of AE.
    """
    adsl, events = study["ADSL"], study["AE"]
    flag = _flag(adsl, data.declarations.safety_population)
    if not flag:
        yield NotApplicable("no population of adverse events is declared, and SAFFL is not present in ADSL")
        return
    if "TRTEMFL" in data and data.equals("TRTEMFL", "Y").all():
        yield NotApplicable("ADAE has treatment-emergent events only")
        return
    expected = adsl.equals(flag, "Y") & _having(adsl, events)
    lost = expected & ~_having(adsl, data)
    total, number = np.count_nonzero(expected), int(np.count_nonzero(lost))
    if number and total - number >= _NEARLY_ALL * total:
        who = ", ".join(sorted(map(str, adsl["USUBJID"].to_numpy()[lost][:_NAMED])))
        has = "has" if number == 1 else "have"
        message = f"{counted(number, 'subject')} with records in AE {has} none in {data.name}"
        yield Fault(None, ("USUBJID",), message, values=who, cause=str(number))
