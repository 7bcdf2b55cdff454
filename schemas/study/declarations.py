"""What a study says of itself where data cannot tell: cut-off, population, roles of endpoints, policies.

A declaration turns the notes and warnings that come of inference into errors: what was said must hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal

from ..standards.terminology import BUILT_IN, Terminology

Role = Literal["OS", "PFS", "DOR", "TTP", "EFS", "DFS", "TTR"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One parameter, by PARAMCD.

    Attributes
    ----------
    role : str
        Type of endpoint: "OS", "PFS", "DOR", "TTP", …; empty if not declared.
    origin : str
        ADSL variable that STARTDT equals, such as "TRTSDT" or "RANDDT"; empty if not declared.
    evaluator : str
        Evaluator ("INVESTIGATOR", "IRC"); only parameters of the same evaluator are compared.
    population : str
        ADSL flag; each of its subjects must have a record. Empty if not declared.
    recurrent : bool
        A subject may have several records.
    new_therapy : str
        ADSL date of the start of a new therapy; later events are not counted.
    gap : int or None
        Days without an assessment after which an event is not counted, as after two missed visits.
    """

    role: str = ""
    origin: str = ""
    evaluator: str = ""
    population: str = ""
    recurrent: bool = False
    new_therapy: str = ""
    gap: int | None = None


@dataclass(frozen=True, slots=True)
class Declarations:
    """Declarations of a study; all are optional.

    Attributes
    ----------
    cut_off : date or None
        Data cut-off date; no analysed record is later.
    population : str
        ADSL flag of the analysis population, such as "SAFFL".
    nested : tuple of tuple of str
        Population flags, each within the next: ``(("PPROTFL", "ITTFL"),)``.
    endpoints : mapping of PARAMCD to Endpoint
    window : int or None
        Days after the last dose in which an adverse event counts as treatment-emergent.
    worsening : bool
        Events that began before treatment and worsened count as treatment-emergent.
    terminology : Terminology
        Codelists to check terms against.
    """

    cut_off: date | None = None
    population: str = ""
    nested: tuple[tuple[str, ...], ...] = ()
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    window: int | None = None
    worsening: bool = False
    terminology: Terminology = BUILT_IN


UNDECLARED = Endpoint()
NOTHING_DECLARED = Declarations()


def stated_of(several: Iterable[Declarations]) -> Mapping[str, str]:
    """What is declared of datasets, name by name: "cut_off" to "2024-01-31", "endpoint OS role" to "OS".

    What differs between datasets is listed: "2024-01-31, 2024-02-29".
    """
    found: dict[str, dict[str, None]] = {}
    for declared in {id(each): each for each in several}.values():
        for name, value in _stated(declared, ""):
            found.setdefault(name, {})[value] = None
    return {name: ", ".join(values) for name, values in found.items()}


def _stated(declared: Declarations | Endpoint, prefix: str) -> Iterator[tuple[str, str]]:
    for each in fields(declared):
        value = getattr(declared, each.name)
        if value == BUILT_IN:  # also where it was sent between processes
            continue
        if each.name == "endpoints":
            for parameter, endpoint in value.items():
                yield from _stated(endpoint, f"endpoint {parameter} ")
        elif value is not None and value is not False and value not in ("", ()):
            yield f"{prefix}{each.name}", _words(value)


def _words(value: Any) -> str:
    if value is True:
        return "yes"
    if isinstance(value, Terminology):
        return ", ".join(value.versions)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(" within ".join(each) if isinstance(each, tuple) else str(each) for each in value)
    return str(value)
