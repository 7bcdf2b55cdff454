"""Rules about the dates of a subject in ADSL: treatment, randomization, death, last contact."""

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
    title="A subject of the safety population has no first treatment",
    severity=Severity.ERROR,
    needs=("SAFFL", "TRTSDT"),
)
def treated_without_date(data: Dataset) -> Iterator[Fault]:
    """SAFFL is Y and TRTSDT is missing.

    ## What it checks
    Subjects with SAFFL = Y have TRTSDT.

    ## Not a fault
    An ADSL without TRTSDT at all: the rule is then not applicable.

    ## Why it matters
    Whoever is in the safety population was treated. Without the first day no study day, no time to event
    and no treatment-emergent event can be derived: the subject silently drops out of all of them.

    ## Smallest fix
    Fill TRTSDT from the first dose, or take the subject out of the safety population.
    """
    fault = data.equals("SAFFL", "Y") & data.missing("TRTSDT")
    yield Fault(fault, ("TRTSDT", "SAFFL"), "SAFFL is Y and TRTSDT is missing")


@_of_subjects(
    "SL003",
    title="Treatment ends before it starts",
    severity=Severity.ERROR,
    needs=("TRTSDT", "TRTEDT"),
)
def treatment_reversed(data: Dataset) -> Iterator[Fault]:
    """TRTEDT is before TRTSDT.

    ## What it checks
    TRTEDT is on or after TRTSDT.

    ## Not a fault
    Treatment of one day. TRTEDT missing, as while treatment goes on.

    ## Why it matters
    Exposure turns negative, and events on treatment are looked for in a time that does not exist.

    ## Smallest fix
    Correct the date that is wrong.
    """
    fault = data.days("TRTEDT") < data.days("TRTSDT")
    yield Fault(fault, ("TRTEDT", "TRTSDT"), "TRTEDT is before TRTSDT")


@_of_subjects(
    "SL004",
    title="Treatment starts after death",
    severity=Severity.ERROR,
    needs=("TRTSDT", "DTHDT"),
)
def treated_after_death(data: Dataset) -> Iterator[Fault]:
    """TRTSDT is after DTHDT.

    ## What it checks
    TRTSDT is on or before DTHDT.

    ## Not a fault
    Death on the first day of treatment; death before treatment of a subject who was never treated.

    ## Why it matters
    Survival from the first treatment becomes negative.

    ## Smallest fix
    Correct the date that is wrong; an imputed death must not lie before the last day the subject was alive.
    """
    fault = data.days("TRTSDT") > data.days("DTHDT")
    yield Fault(fault, ("TRTSDT", "DTHDT"), "TRTSDT is after DTHDT")


@_of_subjects(
    "SL005",
    title="A treated subject is not in the safety population",
    severity=Severity.WARNING,
    needs=("SAFFL", "TRTSDT"),
)
def treated_outside_safety(data: Dataset) -> Iterator[Fault]:
    """TRTSDT is filled and SAFFL is not Y.

    ## What it checks
    Subjects with TRTSDT have SAFFL = Y.

    ## Why it matters
    The safety population usually is whoever received treatment: the subject's adverse events are counted
    nowhere.

    ## Smallest fix
    Set SAFFL to Y, or waive it where the plan leaves the subject out.
    """
    fault = data.filled("TRTSDT") & ~data.equals("SAFFL", "Y")
    yield Fault(fault, ("SAFFL", "TRTSDT"), "TRTSDT is filled and SAFFL is not Y")


@_of_subjects(
    "SL006",
    title="RANDFL and RANDDT contradict each other",
    severity=Severity.WARNING,
    needs=("RANDFL", "RANDDT"),
)
def randomized_without_date(data: Dataset) -> Iterator[Fault]:
    """A randomized subject has no date of randomization, or the reverse.

    ## What it checks
    RANDFL = Y and RANDDT go together.

    ## Why it matters
    Time from randomization cannot be derived, or somebody who was randomized is left out of the
    intention-to-treat analysis.

    ## Smallest fix
    Take both from the randomization records.
    """
    flagged, dated = data.equals("RANDFL", "Y"), data.filled("RANDDT")
    variables = ("RANDFL", "RANDDT")
    yield Fault(flagged & ~dated, variables, "RANDFL is Y and RANDDT is missing")
    yield Fault(dated & ~flagged, variables, "RANDDT is filled and RANDFL is not Y")


@_of_subjects(
    "SL007",
    title="A subject was last known alive before treatment",
    severity=Severity.WARNING,
    needs=("LSTALVDT", "TRTSDT"),
)
def last_alive_before_treatment(data: Dataset) -> Iterator[Fault]:
    """LSTALVDT is before TRTSDT.

    ## What it checks
    LSTALVDT is on or after TRTSDT: whoever was treated was alive on that day.

    ## Not a fault
    Subjects who were not treated; either date missing.

    ## Why it matters
    Survival is censored before it starts, or on the first day, and a subject who was followed counts for
    nothing.

    ## Smallest fix
    Derive LSTALVDT from all dated records, treatment among them.
    """
    fault = data.days("LSTALVDT") < data.days("TRTSDT")
    yield Fault(fault, ("LSTALVDT", "TRTSDT"), "LSTALVDT is before TRTSDT")


@_of_subjects(
    "SL008",
    title="DTHFL and DTHDT contradict each other",
    severity=Severity.WARNING,
    needs=("DTHFL", "DTHDT"),
)
def death_without_date(data: Dataset) -> Iterator[Fault]:
    """Somebody died and has no date of death, or the reverse.

    ## What it checks
    DTHFL = Y and DTHDT go together. Where DTHDTC is there and blank or partial, the date was not known:
    that is a note.

    ## Not a fault
    A death whose date nobody knows, as DTHDTC shows; an ADSL without DTHDT.

    ## Why it matters
    A death without a date is censored in overall survival, which then looks longer than it was.

    ## Smallest fix
    Fill DTHDT, imputed by the plan's rule and flagged in DTHDTF where it is not known in full.
    """
    died, dated = data.equals("DTHFL", "Y"), data.filled("DTHDT")
    variables = ("DTHDT", "DTHFL")
    undated = died & ~dated
    if "DTHDTC" in data and data.is_character("DTHDTC"):
        unknown = undated & ~data.matching("DTHDTC", lambda text: bool(_COMPLETE_DATE.match(str(text))))
        message = "DTHFL is Y and DTHDT is missing; DTHDTC does not have the date either"
        yield Fault(unknown, variables, message, Severity.NOTE)
        undated &= ~unknown
    yield Fault(undated, variables, "DTHFL is Y and DTHDT is missing")
    yield Fault(dated & ~died, variables, "DTHDT is filled and DTHFL is not Y")
