"""Rules about the subject-level dataset, ADSL, on its own and against SDTM."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...errors import AdamgateError
from ...evidence.subjects import pools_of
from ...standards.requirement import index_of, with_index
from ...standards.structure import Structure
from ...standards.versions import ADAMIG
from ...study.columns import Distinct, Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import not_present
from ..rule import Fault, Grain, NotApplicable, Yield
from ..statements import absent, conformance

_SUBJECT_LEVEL = (Structure.ADSL,)


@conformance(
    {
        "AD0047": {"variable": "SITEID"},
        "AD0049": {"variable": "AGE"},
        "AD0050": {"variable": "AGEU"},
        "AD0051": {"variable": "SEX"},
        "AD0052": {"variable": "RACE"},
        "AD0055": {"variable": "SUBJID"},
        "AD0071": {"variable": "ARM"},
        "AD0072": {"variable": "TRT01P"},
    },
    title="{variable} is not present in ADSL",
    grain=Grain.METADATA,
    structures=_SUBJECT_LEVEL,
    standards=ADAMIG,
)
def no_required_variable(data: Dataset, variable: str) -> Iterator[Fault]:
    """{variable} is not present in ADSL.

    ## What it checks
    ADSL has {variable}, which is required by the ADaM Implementation Guide.

    ## Why it matters
    Other datasets, tables and reviewers take site, demographics and treatment from ADSL; without the
    variable, they are derived elsewhere, and differently.

    ## Smallest fix
    Add {variable} from SDTM DM, or a treatment variable from the randomization.
    """
    yield from absent(data, variable)


@conformance(
    "AD0053",
    title="ADSL subject is not in DM",
    grain=Grain.SUBJECT,
    structures=_SUBJECT_LEVEL,
    needs=("USUBJID",),
    datasets=("DM",),
    standards=ADAMIG[-1:],
)
def subject_not_in_demographics(data: Dataset, study: Study) -> Iterator[Fault]:
    """A subject in ADSL is not in SDTM DM.

    ## What it checks
    Every USUBJID in ADSL is in SDTM DM. Trailing blanks are ignored; leading zeros and letter case are
    not.

    ## Why it matters
    The subject cannot be traced to collected data.

    ## Smallest fix
    Correct USUBJID, or provide the DM that belongs to this ADSL.
    """
    known = frozenset(_distinct_subjects(study["DM"]).values)
    strangers = data.matching("USUBJID", lambda subject: subject not in known)
    yield Fault(strangers, ("USUBJID",), "USUBJID is not in DM")


@conformance(
    "AD0054",
    title="ADSL has more than one record per subject",
    grain=Grain.SUBJECT,
    structures=_SUBJECT_LEVEL,
    needs=("USUBJID",),
    standards=ADAMIG,
)
def repeated_subject(data: Dataset) -> Iterator[Fault]:
    """ADSL has more than one record for a subject.

    ## What it checks
    STUDYID and USUBJID together are unique. Without STUDYID, USUBJID alone. In IADSL, within each POOLzz.

    ## Why it matters
    Merging by subject duplicates every record of the other dataset, including events.

    ## Smallest fix
    Keep one record per subject; what varies within a subject belongs in another dataset.
    """
    keys = [name for name in ("STUDYID", "USUBJID") if name in data]
    groups = data.groups(*dict.fromkeys((*keys, *pools_of(data))))
    repeated: Mask = pd.Series(groups).duplicated(keep=False).to_numpy(dtype=np.bool_)
    yield Fault(repeated, tuple(keys[::-1]), f"{data.name} has more than one record per {' and '.join(keys)}")


@conformance(
    "AD0061",
    title="Treatment start is not present in ADSL although EX is present",
    grain=Grain.METADATA,
    structures=_SUBJECT_LEVEL,
    datasets=("EX",),
    standards=ADAMIG[-1:],
)
def no_treatment_start(data: Dataset, study: Study) -> Iterator[Fault]:  # noqa: ARG001  (that EX is there is enough)
    """ADSL has neither TRTSDT nor TRTSDTM, although exposure was collected.

    ## What it checks
    If SDTM EX is present, ADSL has TRTSDT or TRTSDTM.

    ## Why it matters
    Study days, treatment emergence and many time-to-event variables start at this date.

    ## Smallest fix
    Derive TRTSDT from the first exposure in EX.
    """
    if "TRTSDT" not in data and "TRTSDTM" not in data:
        yield Fault(None, ("TRTSDT", "TRTSDTM"), "neither TRTSDT nor TRTSDTM is present although EX is")


@conformance(
    {
        "AD0064": {"variable": "TRTxxAN", "partner": "TRTxxA"},
        "AD0070": {"variable": "TRxxAGyN", "partner": "TRxxAGy"},
        "AD0080": {"variable": "TRTxxA", "partner": "TRTxxP"},
    },
    title="{variable} is present without {partner}",
    grain=Grain.METADATA,
    structures=_SUBJECT_LEVEL,
    standards=ADAMIG,
)
def treatment_without_partner(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """ADSL has {variable} without the {partner} of the same index.

    ## What it checks
    For every {variable}, {partner} with the same numbers in place of xx and y, such as 01, is present.

    ## Why it matters
    A number needs its text, and an actual treatment the planned one to compare it with.

    ## Smallest fix
    Add {partner}, or remove {variable}.
    """
    for each in data.variables:
        index = index_of(variable, each.name.upper())
        needed = with_index(partner, index) if index else ""
        if needed and needed not in data:
            yield Fault(None, (each.name, needed), f"{each.name} is present without {needed}")


@conformance(
    "AD0204",
    title="AGE in ADSL differs from AGE in DM",
    grain=Grain.SUBJECT,
    structures=_SUBJECT_LEVEL,
    needs=("USUBJID", "AGE"),
    datasets=("DM",),
    standards=ADAMIG,
)
def age_differs_from_demographics(data: Dataset, study: Study) -> Iterator[Yield]:
    """AGE in ADSL differs from AGE in DM for the same subject.

    ## What it checks
    For subjects in both datasets, ADSL.AGE equals DM.AGE; both may be missing. If DM has no AGE,
    nothing is compared.

    ## Not a fault
    An age derived by another definition for analysis, in AAGE.

    ## Why it matters
    AGE in ADSL is a copy; where it differs, tables and listings contradict each other.

    ## Smallest fix
    Copy AGE from DM, and keep a derived age in AAGE.
    """
    demographics = study["DM"]
    if "AGE" not in demographics:
        yield NotApplicable(not_present("DM.AGE"))
        return
    collected = _age_of_subject(demographics)
    subjects = data.distinct("USUBJID")
    expected = subjects.spread(
        np.array([collected.get(subject, np.nan) for subject in subjects], np.float64), missing=np.nan
    )
    found = data.numbers("AGE")
    equal = (found == expected) | (np.isnan(found) & np.isnan(expected))
    known = subjects.matching(lambda subject: subject in collected)
    yield Fault(known & ~equal, ("AGE",), "AGE differs from AGE in DM")


def _age_of_subject(demographics: Dataset) -> dict[str, float]:
    subjects = _distinct_subjects(demographics)
    filled = subjects.codes >= 0
    return dict(zip(subjects[subjects.codes[filled]], demographics.numbers("AGE")[filled], strict=True))


def _distinct_subjects(data: Dataset) -> Distinct:
    if "USUBJID" not in data:
        raise AdamgateError(f"{data.name}.USUBJID is not present", "", "add USUBJID to the dataset")
    return data.distinct("USUBJID")
