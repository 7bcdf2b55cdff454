"""Rules about variables that a dataset shares with ADSL."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ...evidence.agreement import agreement
from ...evidence.cut_off import CUT_OFFS, at_interim
from ...evidence.subjects import adsl_record, of_each
from ...severity import Severity
from ...standards.structure import Structure
from ...study.dataset import Dataset
from ...study.study import Study
from ...study.variable import Variable
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_OF_THE_RECORD = re.compile(
    r"(USUBJID|DOMAIN|[A-Z]{2}SEQ|ASEQ|ADT|ADTM|ADY|ASTDTM?|AENDTM?|ASTDY|AENDY|A?VISIT(N|NUM|DY)?|EPOCH|APERIOD\w*"
    r"|APHASE\w*|PARAM\w*|AVAL\w*|BASE\w*|ANL\d\dFL|DTYPE|SRC(DOM|VAR|SEQ)|TRT[PA]N?|CNSR|STARTDT)$"
)
"""Names that speak of the record even where ADSL happens to have them."""


@readiness(
    "XD016",
    title="Value differs from ADSL",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    needs=("USUBJID", "ADSL.USUBJID"),
)
def another_value(data: Dataset, study: Study) -> Iterator[Yield]:
    """The value of a variable differs from the variable of the same name in ADSL.

    ## What it checks
    Variables with the same name as in ADSL have the value of the subject in ADSL. A different value, a value
    that is missing in ADSL, or a missing flag (…FL) that has a value in ADSL is an error; another missing
    value is a warning.

    ## Not a fault
    Variables of the record (ADT, VISIT, DOMAIN, --SEQ, …); trailing blanks; numbers that differ beyond the
    ninth digit; an earlier cut-off on the records of an interim analysis. Subjects not in ADSL have a
    separate finding.

    ## Why it matters
    If one table uses the flag in ADSL and another its copy, their denominators differ. A dataset not
    derived again after ADSL changed may be the cause.

    ## Smallest fix
    Derive the dataset again from the delivered ADSL.
    """
    adsl = study["ADSL"]
    shared = list(_shared(data, adsl)) if data.structure is not Structure.ADSL else []  # IADSL has pools
    if not shared:
        yield NotApplicable("no variable is shared with ADSL")
        return
    record = adsl_record(data, adsl)
    for name in shared:
        found = agreement(data, name, adsl, name, record)
        differs = found.differs
        if name in CUT_OFFS and differs.any() and not data.is_character(name):
            differs = differs & ~at_interim(data, name, of_each(adsl.days(name), record, unknown=np.nan))
        yield Fault(differs, (name,), f"{name} differs from {name} in ADSL")
        yield Fault(found.absent_there, (name,), f"{name} has a value, but is missing in ADSL")
        severity = None if name.endswith("FL") else Severity.WARNING
        yield Fault(found.absent_here, (name,), f"{name} is missing, but has a value in ADSL", severity)


@readiness(
    "XD065",
    title="Sex, race, ethnicity or country differs from DM",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs=("USUBJID", "DM.USUBJID"),
)
def another_person_in_dm(data: Dataset, study: Study) -> Iterator[Yield]:
    """A characteristic of a subject in ADSL is not the one in SDTM DM.

    ## What it checks
    SEX, RACE, ETHNIC and COUNTRY are those of the subject in DM. If most subjects have another value it is a
    note, as the values may be written in other words. AGE has a rule of its own, AD0204.

    ## Not a fault
    A value that is missing in one of the two. Trailing blanks. A DM with several records of a subject.

    ## Why it matters
    What is not the same in ADSL and DM may be of another subject: subgroups and covariates are then of other
    people.

    ## Smallest fix
    Copy the variable from DM again; a value in other words has a variable with a name of its own.
    """
    collected = study["DM"]
    if len(collected.distinct("USUBJID").values) < len(collected):
        yield NotApplicable("DM has several records of a subject")
        return
    record = adsl_record(data, collected)
    for name in ("SEX", "RACE", "ETHNIC", "COUNTRY"):
        if name in data and name in collected:
            differs = agreement(data, name, collected, name, record).differs
            in_other_words = 2 * np.count_nonzero(differs) > np.count_nonzero(data.filled(name))
            severity = Severity.NOTE if in_other_words else None
            yield Fault(differs, (name,), f"{name} differs from {name} in DM", severity)


@readiness(
    "XD017",
    title="Variable type or label differs from ADSL",
    severity=Severity.WARNING,
    grain=Grain.METADATA,
    datasets=("ADSL",),
)
def another_type_or_label(data: Dataset, study: Study) -> Iterator[Yield]:
    """The type or label of a variable differs from the variable of the same name in ADSL.

    ## What it checks
    Variables with the same name as in ADSL have the same type and label. A label that differs only in case
    or blanks is a note.

    ## Not a fault
    File formats without labels.

    ## Why it matters
    A merge by a variable that is character in one dataset and numeric in the other fails, or matches no
    records; a different label often means a different derivation.

    ## Smallest fix
    Define the variable once, in the same way for all datasets.
    """
    adsl = study["ADSL"]
    pairs = [(data.variable(name), adsl.variable(name)) for name in _shared(data, adsl)]
    if not pairs:
        yield NotApplicable("no variable is shared with ADSL")
        return
    other_type = tuple(
        ours.name for ours, theirs in pairs if ours.type != theirs.type and _told(data, adsl, ours.name)
    )
    if other_type:
        message = f"{', '.join(other_type)}: type differs from ADSL"
        yield Fault(None, other_type, message, cause="type")
    if "label" not in data.carries or "label" not in adsl.carries:
        return
    labelled = [(ours, theirs) for ours, theirs in pairs if ours.label and theirs.label]
    other = tuple(ours.name for ours, theirs in labelled if _plain(ours) != _plain(theirs))
    if other:
        yield Fault(None, other, f"{', '.join(other)}: label differs from ADSL", cause="label")
    spelled = tuple(ours.name for ours, theirs in labelled if ours.label.strip() != theirs.label.strip())
    spelled = tuple(name for name in spelled if name not in other)
    if spelled:
        message = f"{', '.join(spelled)}: label differs from ADSL in case or blanks"
        yield Fault(None, spelled, message, Severity.NOTE, cause="spelling")


def _shared(data: Dataset, adsl: Dataset) -> Iterator[str]:
    for variable in data.variables:
        name = variable.name.upper()
        if name in adsl and not _OF_THE_RECORD.match(name):
            yield name


def _told(data: Dataset, adsl: Dataset, name: str) -> bool:
    """Whether the type is known: a column without any value has none, unless metadata say so."""
    return all("format" in each.carries or bool(each.filled(name).any()) for each in (data, adsl))


def _plain(variable: Variable) -> str:
    return " ".join(variable.label.split()).casefold()
