"""Rules about the dates of a subject in ADSL: treatment, randomization, death, date last known alive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from ...severity import Severity
from ...standards.structure import Structure
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain

_COMPLETE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T|$)")

_of_subjects = partial(readiness, grain=Grain.RECORD, structures=(Structure.ADSL,))


@_of_subjects(
    "SL002",
    title="SAFFL is Y, but TRTSDT is missing",
    severity=Severity.ERROR,
    needs=("SAFFL", "TRTSDT"),
)
def treated_without_date(data: Dataset) -> Iterator[Fault]:
    """A subject of the safety population has no date of first treatment.

    ## What it checks
    TRTSDT has a value for subjects with SAFFL = Y.

    ## Not a fault
    TRTSDT not present in ADSL: the rule is then not applicable.

    ## Why it matters
    Subjects of the safety population were treated. Without TRTSDT, study days, times to event and
    treatment-emergent events cannot be derived: the subject is silently excluded from all of them.

    ## Smallest fix
    Derive TRTSDT from the first dose, or correct SAFFL.
    """
    fault = data.equals("SAFFL", "Y") & data.missing("TRTSDT")
    yield Fault(fault, ("TRTSDT", "SAFFL"), "SAFFL is Y, but TRTSDT is missing")


@_of_subjects(
    "SL003",
    title="TRTEDT is before TRTSDT",
    severity=Severity.ERROR,
    needs=("TRTSDT", "TRTEDT"),
)
def treatment_reversed(data: Dataset) -> Iterator[Fault]:
    """The date of last treatment is before the date of first treatment.

    ## What it checks
    TRTEDT is on or after TRTSDT.

    ## Not a fault
    Treatment on one day only. A missing TRTEDT, for example for ongoing treatment.

    ## Why it matters
    Duration of exposure is negative, and no event is on treatment.

    ## Smallest fix
    Correct the wrong date.
    """
    fault = data.days("TRTEDT") < data.days("TRTSDT")
    yield Fault(fault, ("TRTEDT", "TRTSDT"), "TRTEDT is before TRTSDT")


@_of_subjects(
    "SL004",
    title="TRTSDT is after DTHDT",
    severity=Severity.ERROR,
    needs=("TRTSDT", "DTHDT"),
)
def treated_after_death(data: Dataset) -> Iterator[Fault]:
    """The date of first treatment is after the date of death.

    ## What it checks
    TRTSDT is on or before DTHDT.

    ## Not a fault
    Death on the first day of treatment; death of a subject who was never treated.

    ## Why it matters
    Survival from first treatment is negative.

    ## Smallest fix
    Correct the wrong date; an imputed date of death must not be before the date last known alive.
    """
    fault = data.days("TRTSDT") > data.days("DTHDT")
    yield Fault(fault, ("TRTSDT", "DTHDT"), "TRTSDT is after DTHDT")


@_of_subjects(
    "SL005",
    title="TRTSDT has a value, but SAFFL is not Y",
    severity=Severity.WARNING,
    needs=("SAFFL", "TRTSDT"),
)
def treated_outside_safety(data: Dataset) -> Iterator[Fault]:
    """A treated subject is not in the safety population.

    ## What it checks
    Subjects with TRTSDT have SAFFL = Y.

    ## Why it matters
    The safety population usually includes all treated subjects: the adverse events of this subject are not
    counted.

    ## Smallest fix
    Set SAFFL to Y, or waive the finding if the analysis plan excludes the subject.
    """
    fault = data.filled("TRTSDT") & ~data.equals("SAFFL", "Y")
    yield Fault(fault, ("SAFFL", "TRTSDT"), "TRTSDT has a value, but SAFFL is not Y")


@_of_subjects(
    "SL006",
    title="RANDFL and RANDDT are inconsistent",
    severity=Severity.WARNING,
    needs=("RANDFL", "RANDDT"),
)
def randomized_without_date(data: Dataset) -> Iterator[Fault]:
    """A randomized subject has no date of randomization, or the reverse.

    ## What it checks
    RANDDT has a value if and only if RANDFL = Y.

    ## Why it matters
    Time from randomization cannot be derived, or a randomized subject is excluded from the
    intention-to-treat analysis.

    ## Smallest fix
    Derive both from the randomization records.
    """
    flagged, dated = data.equals("RANDFL", "Y"), data.filled("RANDDT")
    variables = ("RANDFL", "RANDDT")
    yield Fault(flagged & ~dated, variables, "RANDFL is Y, but RANDDT is missing")
    yield Fault(dated & ~flagged, variables, "RANDDT has a value, but RANDFL is not Y")


@_of_subjects(
    "SL007",
    title="LSTALVDT is before TRTSDT",
    severity=Severity.WARNING,
    needs=("LSTALVDT", "TRTSDT"),
)
def last_alive_before_treatment(data: Dataset) -> Iterator[Fault]:
    """The date last known alive is before the date of first treatment.

    ## What it checks
    LSTALVDT is on or after TRTSDT: a treated subject was alive on that day.

    ## Not a fault
    Subjects who were not treated; either date missing.

    ## Why it matters
    Survival is censored before or at its start, and the follow-up of the subject is lost.

    ## Smallest fix
    Derive LSTALVDT from all dated records, including treatment.
    """
    fault = data.days("LSTALVDT") < data.days("TRTSDT")
    yield Fault(fault, ("LSTALVDT", "TRTSDT"), "LSTALVDT is before TRTSDT")


@_of_subjects(
    "SL008",
    title="DTHFL and DTHDT are inconsistent",
    severity=Severity.WARNING,
    needs=("DTHFL", "DTHDT"),
)
def death_without_date(data: Dataset) -> Iterator[Fault]:
    """A subject who died has no date of death, or the reverse.

    ## What it checks
    DTHDT has a value if and only if DTHFL = Y. If DTHDTC is present and missing or partial, the date of
    death is unknown: this is a note.

    ## Not a fault
    A death with an unknown date, as DTHDTC shows; DTHDT not present in ADSL.

    ## Why it matters
    A death without a date is censored in overall survival, which is then overestimated.

    ## Smallest fix
    Populate DTHDT; impute a partial date as the analysis plan specifies, and flag it in DTHDTF.
    """
    died, dated = data.equals("DTHFL", "Y"), data.filled("DTHDT")
    variables = ("DTHDT", "DTHFL")
    undated = died & ~dated
    if "DTHDTC" in data and data.is_character("DTHDTC"):
        unknown = undated & ~data.matching("DTHDTC", lambda text: bool(_COMPLETE_DATE.match(str(text))))
        message = "DTHFL is Y, but DTHDT is missing, and DTHDTC is missing or partial"
        yield Fault(unknown, variables, message, Severity.NOTE)
        undated &= ~unknown
    yield Fault(undated, variables, "DTHFL is Y, but DTHDT is missing")
    yield Fault(dated & ~died, variables, "DTHDT has a value, but DTHFL is not Y")
