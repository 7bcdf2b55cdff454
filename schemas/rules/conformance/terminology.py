"""Rules about controlled terminology: values that are no terms of the variable's codelist.

Which codelist a variable has is in the tables of the structures; what the codelist holds in the
terminology that the study is judged by: what is built in, and downloads of NCI EVS in its place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache, partial
from itertools import chain
from typing import Any

from ...severity import Severity
from ...standards import adae, adsl, adtte, bds, occds
from ...standards.structure import Structure
from ...standards.terminology import BUILT_IN, UNITS_OF_TIME, Codelist
from ...study.columns import as_written
from ...study.dataset import Dataset
from ...wording import nearest
from ..rule import Citation, Fault, Grain, NotApplicable, rule
from ..statements import listed, shown_values

TERMINOLOGY = Citation("CDISC controlled terminology")

_TABLES = {
    Structure.ADSL: adsl.REQUIREMENTS,
    Structure.BDS: bds.REQUIREMENTS,
    Structure.TTE: adtte.REQUIREMENTS,
    Structure.OCCDS: occds.REQUIREMENTS,
    Structure.ADAE: adae.REQUIREMENTS,
}
_EVERYWHERE = tuple(each for each in bds.REQUIREMENTS if each.variable in {"*DTF", "*TMF"})
"""Imputation flags are told by their suffix in every structure."""

_FROM_SDTM = {
    Structure.ADSL: {"ETHNIC": "ETHNIC", "ARMNRS": "ARMNULRS"},
    Structure.OCCDS: {
        **dict.fromkeys(
            (
                *(
                    "AESER",
                    "AESCAN",
                    "AESCONG",
                    "AESDISAB",
                    "AESDTH",
                    "AESHOSP",
                    "AESLIFE",
                    "AESMIE",
                    "AESOD",
                ),
                *("AECONTRT", "AEPRESP"),
            ),
            "NY",
        ),
        "AESEV": "AESEV",
        "AEOUT": "OUT",
        "AEACN": "ACN",
        "AETOXGR": "TOXGR",
        "ATOXGR": "TOXGR",
        "ADURU": "UNIT",
    },
}
"""Codelists of variables that come from SDTM; more exact than the tables where both name one."""

_PART_OF = {"ADURU": UNITS_OF_TIME}
"""Variables for which a part of their codelist is the whole of what they can hold."""

_LISTS = re.compile(r"\((\w+)\)")
_JUDGED_ELSEWHERE = re.compile(r".*F[LN]|AESEVN")
_FEW = 9
"""So many terms are told in a message; of a longer list the nearest are."""
_QUOTE = "'"


@rule(
    "CT001",
    title="Value is not in a non-extensible codelist",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    citations=(TERMINOLOGY,),
)
def not_in_closed_codelist(data: Dataset) -> Iterator[Fault | NotApplicable]:
    """A value is not a term of a non-extensible codelist.

    ## What it checks
    Each value of a variable with a non-extensible codelist (NY, SEX, AGEU, AESEV, OUT, ACN, DATEFL,
    TIMEFL, PARAMTYP, …) is one of its terms. If only letter case or blanks differ, the message states
    it. Small codelists are built in; downloads from NCI EVS or the CDISC Library (`--ct`) replace them.

    ## Not a fault
    A missing value. A variable whose codelist is neither built in nor provided.

    ## Why it matters
    A program that selects AESEV = "SEVERE" does not select "Severe" and misses an event.

    ## Smallest fix
    Write the term as in the codelist.
    """
    yield from _unknown_terms(data, extensible=False)


@rule(
    "CT002",
    title="Value is not in an extensible codelist",
    severity=Severity.NOTE,
    grain=Grain.RECORD,
    citations=(TERMINOLOGY,),
)
def not_in_extensible_codelist(data: Dataset) -> Iterator[Fault | NotApplicable]:
    """A value is not a published term of an extensible codelist.

    ## What it checks
    Each value of a variable with an extensible codelist (DTYPE, SBJTSTAT, toxicity grades, units, …) is
    one of its published terms. If only letter case or blanks differ, the message states it.

    ## Not a fault
    A term that the sponsor added on purpose and documents in define.xml: hence a note. If only a part
    of a codelist is built in, a value that does not resemble any of its terms.

    ## Why it matters
    A term that exists under another name ("DAY" for "DAYS") is not an extension; pooled studies are
    then inconsistent.

    ## Smallest fix
    Use the published term if one exists; otherwise document the sponsor's term in define.xml.
    """
    yield from _unknown_terms(data, extensible=True)


@rule(
    "CT003",
    title="Value is not one that the ADaM structure allows",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    citations=(Citation("ADaM structures"),),
)
def not_as_the_structure_names(data: Dataset) -> Iterator[Fault | NotApplicable]:
    """A value is not among those that the standard lists for the variable.

    ## What it checks
    Each value of a variable for which the ADaM structure lists values instead of a codelist (SMQzzSC:
    BROAD, NARROW; ASEVN: 1, 2, 3) is one of them.

    ## Not a fault
    A missing value. Flags and AESEVN have rules of their own.

    ## Why it matters
    Programs are written for the values in the standard; records with other values drop out of tables.

    ## Smallest fix
    Write the value as in the standard, or keep another scale in a variable with another name.
    """
    judged = [
        (variable.name, codelist)
        for variable in data.variables
        if (codelist := _named_values(data.structure, variable.name.upper())) is not None
    ]
    if not judged:
        yield NotApplicable("no variable with values listed by the ADaM structure")
    for name, codelist in judged:
        yield from _faults(data, name, codelist, whole=True)


def widened_codelists(data: Dataset) -> Mapping[str, str]:
    """Codelists of its variables that accept more than what is built in: "NY" to "extensible"."""
    given = data.declarations.terminology
    if given == BUILT_IN:
        return {}
    widened: dict[str, str] = {}
    for names in {_codelists(data.structure, variable.name.upper()): None for variable in data.variables}:
        built_in, judged_by = BUILT_IN.codelist(*names), given.codelist(*names)
        if built_in is not None:
            how = "not present" if judged_by is None else judged_by.wider_than(built_in)
            widened |= {" or ".join(names): how} if how else {}
    return widened


def _unknown_terms(data: Dataset, *, extensible: bool) -> Iterator[Fault | NotApplicable]:
    terminology = data.declarations.terminology
    judged: list[tuple[str, Codelist]] = []
    for variable in data.variables:
        codelist = terminology.codelist(*_codelists(data.structure, variable.name.upper()))
        if codelist is not None and codelist.extensible == extensible:
            judged.append((variable.name, codelist))
    if not judged:
        kind = "an extensible" if extensible else "a non-extensible"
        yield NotApplicable(f"no variable with {kind} codelist that is built in or provided")
    for name, codelist in judged:
        whole = codelist.part in {"", _PART_OF.get(name.upper())}
        yield from _faults(data, name, codelist, whole=whole)


def _faults(data: Dataset, variable: str, codelist: Codelist, *, whole: bool) -> Iterator[Fault]:
    """Values that are no terms, apart by what differs; of a part only those that resemble a term."""
    values = as_written(data[variable])
    wrong: dict[str, dict[str, str]] = {}
    for term in map(_text, values):
        if not term.strip() or term in codelist:
            continue
        meant = codelist.meant_by(term)
        if meant or whole:
            wrong.setdefault(_difference(term, meant), {})[term] = meant
    for difference, terms in sorted(wrong.items()):
        mask = values.matching(partial(_is_among, terms))
        yield Fault(
            mask,
            (variable,),
            f"{variable} has values {_verdict(codelist, terms, difference)}",
            values=f"{listed(shown_values(values, mask, quotes=_QUOTE), 'and')}{_near(codelist, terms)}",
        )


def _is_among(terms: Collection[str], value: Any) -> bool:
    return _text(value) in terms


def _difference(term: str, meant: str) -> str:
    if not meant:
        return ""
    if term.upper() == meant.upper():
        return "letter case"
    return "blanks" if " ".join(term.split()) == meant else "letter case and blanks"


def _verdict(codelist: Codelist, terms: Mapping[str, str], difference: str) -> str:
    if difference:
        meant = sorted(set(terms.values()))
        shown = meant if len(meant) <= _FEW else [*meant[:_FEW], "others"]
        return f"that differ only in {difference} from {listed(shown, 'and')} in {_named(codelist)}"
    if len(codelist.terms) > _FEW:
        return f"that are not in {_named(codelist)}"
    what = "terms" if _is_published(codelist) else "values"
    return f"other than {listed(list(codelist.terms), 'and')}, the {what} in {_named(codelist)}"


def _is_published(codelist: Codelist) -> bool:
    """Whether it is a codelist, not the values that the standard names."""
    return bool(codelist.code or codelist.version)


def _named(codelist: Codelist) -> str:
    """Which codelist of which release: "codelist NY (C66742, SDTM CT 2023-12-15)"."""
    return f"codelist {codelist}" if _is_published(codelist) else str(codelist)


def _near(codelist: Codelist, terms: Mapping[str, str]) -> str:
    """The terms nearest to a value that is like none; what they are near to is patient data."""
    if any(terms.values()) or len(codelist.terms) <= _FEW:
        return ""
    near = nearest(next(iter(terms)), codelist.terms)
    return f"; near {listed(list(near), 'and')}" if near else ""


def _text(value: Any) -> str:
    """A value as codelists have it; grades and codes may be numbers."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@cache
def _codelists(structure: Structure, variable: str) -> tuple[str, ...]:
    """Names of the codelists that a variable has in a structure; several are alternatives."""
    for each in structure.lineage:
        name = _FROM_SDTM.get(each, {}).get(variable)
        if name:
            return (name,)
    return tuple(_LISTS.findall(_stated(structure, variable)))


@cache
def _named_values(structure: Structure, variable: str) -> Codelist | None:
    """The values that a structure names for a variable, as "BROAD,NARROW"."""
    if _JUDGED_ELSEWHERE.fullmatch(variable):
        return None
    values = tuple(_stated(structure, variable).split(","))
    return Codelist("the standard", "", extensible=False, terms=values) if len(values) > 1 else None


def _stated(structure: Structure, variable: str) -> str:
    """What the tables of a structure say about a variable's values; an exact name comes before a pattern."""
    rows = chain.from_iterable(_TABLES.get(each, ()) for each in structure.lineage)
    found = [each for each in (*rows, *_EVERYWHERE) if each.codelist and each.matches(variable)]
    found.sort(key=lambda each: each.is_pattern)
    return found[0].codelist if found else ""
