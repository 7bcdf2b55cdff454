"""Rules about deaths as SDTM has them, against ADSL: a death that was lost, a status that contradicts it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...evidence.cut_off import day_of_cut_off
from ...evidence.subjects import Deaths, deaths_of
from ...severity import Severity
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.partial_dates import PartialDates
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain

_ALIVE = frozenset({"ALIVE"})
_DEAD = frozenset({"DEAD", "DECEASED", "DIED", "DEATH"})
_DATES = {"DD": "DDDTC", "DM": "DTHDTC", "DS": "DSSTDTC", "SS": "SSDTC"}
_TERMS = {"DS": "DSDECOD", "SS": "SSSTRESC"}
_DEATH = ("ADSL.DTHFL", "ADSL.DTHDT")


@readiness(
    "XD067",
    title="Death in SDTM without a death in ADSL",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    named=tuple(_DATES),
    needs=("USUBJID", "ADSL.USUBJID"),
    needs_any=(_DEATH,),
    consults=("TS",),
)
def death_not_in_adsl(data: Dataset, study: Study) -> Iterator[Fault]:
    """SDTM says that a subject died, and ADSL has no death.

    ## What it checks
    A subject has DTHFL = Y or DTHDT in ADSL if SDTM has a death: DTHFL = Y or DTHDTC in DM, a record in
    DD, DSDECOD = DEATH in DS, SSSTRESC = DEAD in SS.

    ## Not a fault
    A death after the data cut-off. A subject who is not in ADSL.

    ## Why it matters
    The death is lost: the subject is censored in every survival analysis. Or the other source is wrong, as
    with a code list whose terms were exchanged.

    ## Smallest fix
    Derive death from all sources, or correct the source that is wrong.
    """
    deaths = deaths_of(data, study["ADSL"])
    dead = _dead(data)
    if dead is None:
        return
    later = _first_days(data) > day_of_cut_off(data, study)
    yield Fault(
        dead & deaths.known & ~deaths.died & ~later,
        _variables(data),
        f"a death in {data.name}, but the subject has no death in ADSL",
    )


@readiness(
    "XD068",
    title="Survival status contradicts the date of death",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    named=("SS",),
    needs=("USUBJID", "SSSTRESC", "SSDTC", "ADSL.USUBJID", "ADSL.DTHDT"),
)
def status_against_death(data: Dataset, study: Study) -> Iterator[Fault]:
    """A subject was alive after death, or dead before it, by the survival status in SS.

    ## What it checks
    SSDTC of the status ALIVE is on or before DTHDT in ADSL; SSDTC of the status DEAD is on or after it. A
    note if DTHDT was imputed.

    ## Not a fault
    A partial SSDTC that may be on the right side. A status before a death that became known later.

    ## Why it matters
    One of the two is wrong. If it is DTHDT, overall survival is wrong, too.

    ## Smallest fix
    Correct the date or the status that is wrong.
    """
    deaths, status = deaths_of(data, study["ADSL"]), _survival(data)
    dates = PartialDates.of(data, "SSDTC")
    alive = data.matching("SSSTRESC", lambda text: _is(text, _ALIVE)) & (dates.lower > deaths.day)
    dead = data.matching("SSSTRESC", lambda text: _is(text, _DEAD)) & (dates.upper < deaths.day)
    variables = ("SSDTC", "SSSTRESC", "DTHDT")
    for wrong, message in (
        (alive & status, "status ALIVE after DTHDT in ADSL"),
        (dead & status, "status DEAD before DTHDT in ADSL"),
    ):
        yield from _faults(wrong, deaths, variables, message)


def _faults(wrong: Mask, deaths: Deaths, variables: tuple[str, ...], message: str) -> Iterator[Fault]:
    yield Fault(wrong & ~deaths.imputed, variables, message)
    yield Fault(wrong & deaths.imputed, variables, f"{message} (imputed date)", Severity.NOTE)


def _dead(data: Dataset) -> Mask | None:
    """Records that say that their subject died; None where the dataset does not have what says so."""
    if data.name == "DD":
        return np.ones(len(data), dtype=np.bool_)
    if data.name == "DM":
        said = [data.equals("DTHFL", "Y")] if "DTHFL" in data else []
        said += [data.filled("DTHDTC")] if "DTHDTC" in data else []
        return np.any(said, axis=0) if said else None
    term = _TERMS[data.name]
    return data.matching(term, lambda text: _is(text, _DEAD)) & _survival(data) if term in data else None


def _survival(data: Dataset) -> Mask:
    """Records about survival: of SS those of the test SURVSTAT, where it has tests."""
    if "SSTESTCD" not in data:
        return np.ones(len(data), dtype=np.bool_)
    return data.equals("SSTESTCD", "SURVSTAT")


def _is(text: object, terms: frozenset[str]) -> bool:
    return str(text).strip().upper() in terms


def _first_days(data: Dataset) -> Days:
    """The first day that each record may be of; NaN where it has no date."""
    name = _DATES[data.name]
    return PartialDates.of(data, name).lower if name in data else np.full(len(data), np.nan)


def _variables(data: Dataset) -> tuple[str, ...]:
    named = {"DD": ("DDDTC",), "DM": ("DTHFL", "DTHDTC"), "DS": ("DSDECOD",), "SS": ("SSSTRESC",)}
    return tuple(each for each in named[data.name] if each in data) or ("USUBJID",)
