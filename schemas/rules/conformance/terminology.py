"""Rules about controlled terminology: values that are no terms of the variable's codelist.

Which codelist a variable has stands in the tables of the structures; what the codelist holds in the
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
    title="A value is not in its closed codelist",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    citations=(TERMINOLOGY,),
)
def not_in_closed_codelist(data: Dataset) -> Iterator[Fault | NotApplicable]:
    """A value is no term of a codelist that nobody may extend.

    ## What it checks
    Each value of a variable with a non-extensible codelist (NY, SEX, AGEU, AESEV, OUT, ACN, DATEFL, TIMEFL,
    PARAMTYP, …) is one of its terms. Where letter case or blanks are all that differs, the message says so.
    Small codelists are built in; downloads of NCI EVS or the CDISC Library (`--ct`) take their place.

    ## Not a fault
    A null. A variable whose codelist is neither built in nor given.

    ## Why it matters
    A program that asks for AESEV = "SEVERE" passes over "Severe" and counts an event too few.

    ## Smallest fix
    Write the term as the codelist has it.
    """
    yield from _unknown_terms(data, extensible=False)


@rule(
    "CT002",
    title="A value is not in its codelist, which may be extended",
    severity=Severity.NOTE,
    grain=Grain.RECORD,
    citations=(TERMINOLOGY,),
)
def not_in_extensible_codelist(data: Dataset) -> Iterator[Fault | NotApplicable]:
    """A value is no published term of a codelist that a sponsor may extend.

    ## What it checks
    Each value of a variable with an extensible codelist (DTYPE, SBJTSTAT, toxicity grades, units, …) is one
    of its published terms. Where letter case or blanks are all that differs, the message says so.

    ## Not a fault
    A term that the sponsor added on purpose and documents in define.xml: hence a note. Of a codelist of
    which only a part is built in, a value that has no likeness among its terms.

    ## Why it matters
    A term that exists under another name ("DAY" for "DAYS") extends nothing; pooled studies then disagree.

    ## Smallest fix
    Use the published term where there is one; document the added term where there is none.
    """
    yield from _unknown_terms(data, extensible=True)


@rule(
    "CT003",
    title="A value is none of those that the structure names",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    citations=(Citation("ADaM structures"),),
)
def not_as_the_structure_names(data: Dataset) -> Iterator[Fault | NotApplicable]:
    """A value is none of the few that the standard itself names for the variable.

    ## What it checks
    Each value of a variable for which the structure names the values instead of a codelist (SMQzzSC: BROAD,
    NARROW; ASEVN: 1, 2, 3) is one of them.

    ## Not a fault
    A null. Flags and AESEVN are left to rules of their own.

    ## Why it matters
    Programs are written for the values that the standard names; records with others drop out of tables.

    ## Smallest fix
    Write the value as the standard has it, or put another scale into a variable of another name.
    """
    judged = [
        (variable.name, codelist)
        for variable in data.variables
        if (codelist := _named_values(data.structure, variable.name.upper())) is not None
    ]
    if not judged:
        yield NotApplicable("no variable whose values the structure names")
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
        kind = "an extensible" if extensible else "a closed"
        yield NotApplicable(f"no variable with {kind} codelist that is known")
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
            f"{variable} holds values{_verdict(codelist, terms, difference)}",
            values=f"{listed(shown_values(values, mask, quotes=_QUOTE), 'and')}{_near(codelist, terms)}",
        )


def _is_among(terms: Collection[str], value: Any) -> bool:
    return _text(value) in terms


def _difference(term: str, meant: str) -> str:
    if not meant:
        return ""
    if term.upper() == meant.upper():
        return "letter case differs"
    return "blanks differ" if " ".join(term.split()) == meant else "letter case and blanks differ"


def _verdict(codelist: Codelist, terms: Mapping[str, str], difference: str) -> str:
    if difference:
        meant = sorted(set(terms.values()))
        shown = meant if len(meant) <= _FEW else [*meant[:_FEW], "others"]
        return f" that {codelist} has as {listed(shown, 'and')}: {difference}"
    has = f" ({listed(list(codelist.terms), 'and')})" if len(codelist.terms) <= _FEW else ""
    return f" that {codelist} does not have{has}"


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
