"""Rules about MedDRA terms of adverse events, their codes, and the queries they belong to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import partial

import numpy as np
import pandas as pd

from ...evidence.combinations import by_kind, combinations, of_kind
from ...severity import Severity
from ...standards.requirement import index_of, with_index
from ...standards.structure import Structure
from ...study.columns import Distinct, Mask
from ...study.dataset import Dataset
from ...wording import none_present, not_present
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield
from .treatment_emergence import emergent

_ADAE = (Structure.ADAE,)
_QUERY = re.compile(r"(SMQ|CQ)\d\dNAM\Z")
_SCOPES = ("BROAD", "NARROW")
_NO_CODE = re.compile(r"COD(E|ED|ING)\b|UNKNOWN|MISSING|PENDING|\AN\.?/?A\.?\Z|\A\W*\Z")


@readiness(
    {
        "AE024": {"term": "AEDECOD", "above": ("AESOC", "AEBODSYS")},
        "AE025": {"term": "AELLT", "above": ("AEDECOD",)},
    },
    title="{term} has more than one {above}",
    severity=Severity.ERROR,
    grain=Grain.TOTALS,
    structures=_ADAE,
    needs=("{term}",),
)
def term_under_two(data: Dataset, term: str, above: tuple[str, ...]) -> Iterator[Yield]:
    """One {term} is coded to more than one higher-level term.

    ## What it checks
    All records of one {term} have the same higher-level term ({above}, each separately). The records in
    the minority are reported; if the numbers are equal, all of them.

    ## Not a fault
    AEBODSYS that differs from AESOC: an analysis may use a secondary path. A missing higher-level term.

    ## Why it matters
    Events of one kind are split over two rows of a table, and both counts are too low.

    ## Smallest fix
    Code all records with one MedDRA version.
    """
    present = [name for name in above if name in data]
    if not present:
        yield NotApplicable(none_present(*above))
    for name in present:
        mask = _exceptions(data, term, name)
        yield Fault(mask, (name, term), f"{term} has more than one {name}")


@readiness(
    {
        "AE026": {
            "pairs": (
                ("AEDECOD", "AEPTCD"),
                ("AESOC", "AESOCCD"),
                ("AEBODSYS", "AEBDSYCD"),
                ("AELLT", "AELLTCD"),
                ("AEHLT", "AEHLTCD"),
                ("AEHLGT", "AEHLGTCD"),
            )
        }
    },
    title="MedDRA term and code are not one-to-one",
    severity=Severity.ERROR,
    grain=Grain.TOTALS,
    structures=_ADAE,
)
def term_and_code(data: Dataset, pairs: tuple[tuple[str, str], ...]) -> Iterator[Yield]:
    """A term has more than one code, or a code more than one term.

    ## What it checks
    Where the code has a value, AEDECOD and AEPTCD, AESOC and AESOCCD, AEBODSYS and AEBDSYCD, AELLT and
    AELLTCD, AEHLT and AEHLTCD, AEHLGT and AEHLGTCD are one-to-one.

    ## Not a fault
    Codes that are missing on some or all records.

    ## Why it matters
    Counts by term differ from counts by code, and queries select by code.

    ## Smallest fix
    Take term and code from one MedDRA version.
    """
    present = [(term, code) for term, code in pairs if term in data and code in data]
    if not any(data.filled(code).any() for _, code in present):
        yield NotApplicable("no MedDRA code has a value")
        return
    for term, code in present:
        several_codes = _exceptions(data, term, code)
        yield Fault(several_codes, (code, term), f"{term} has more than one {code}")
        several_terms = _exceptions(data, code, term) & ~several_codes
        yield Fault(several_terms, (term, code), f"{code} has more than one {term}")


@readiness(
    "AE048",
    title="System organ class and preferred term are at the wrong level",
    severity=Severity.WARNING,
    grain=Grain.TOTALS,
    structures=_ADAE,
    needs=("AEDECOD",),
    needs_any=(("AESOC", "AEBODSYS"),),
)
def term_at_another_level(data: Dataset) -> Iterator[Fault]:
    """A preferred term is in AESOC or AEBODSYS, or a system organ class in AEDECOD.

    ## What it checks
    No text is both a preferred term and a system organ class, whatever the letter case. The records on
    the level where the text is less frequent are reported; if the numbers are equal, all of them.

    ## Not a fault
    UNCODED, NOT CODED, UNKNOWN and the like, on all levels of an event that is not coded yet.

    ## Why it matters
    The event is in a row of its own in tables by system organ class and preferred term.

    ## Smallest fix
    Take AEDECOD, AESOC and AEBODSYS from the coded data again.
    """
    for name in ("AESOC", "AEBODSYS"):
        if name not in data:
            continue
        counts = by_kind(**_texts(data, classes=name, terms="AEDECOD"))
        total = data.total(f"records of each text of {name} and AEDECOD", counts)
        classes, terms = of_kind(total, "classes"), of_kind(total, "terms")
        shared = [text for text in classes.index.intersection(terms.index) if not _NO_CODE.search(text)]
        wrong_classes = {text for text in shared if classes[text] <= terms[text]}
        wrong_terms = {text for text in shared if terms[text] <= classes[text]}
        mask = data.matching(name, partial(_among, wrong_classes))
        yield Fault(mask, (name, "AEDECOD"), f"{name} is a preferred term on other records")
        mask = data.matching("AEDECOD", partial(_among, wrong_terms)) & ~mask
        yield Fault(mask, ("AEDECOD", name), f"AEDECOD is a system organ class ({name}) on other records")


def _texts(data: Dataset, **variables: str) -> dict[str, pd.Series[int]]:
    """Number of records of each text of some variables, in capital letters.

    Of a whole dataset only of texts that the variable with the fewest values has, as there may be many.
    """
    found: dict[str, pd.Series[int]] = {}
    for kind, variable in sorted(variables.items(), key=lambda each: len(data.distinct(each[1]))):
        first = next(iter(found.values()), None)
        shared = None if first is None or data.totals is not None else frozenset(first.index)
        found[kind] = _counted(data.distinct(variable), shared)
    return found


def _counted(distinct: Distinct, shared: Collection[str] | None) -> pd.Series[int]:
    times = np.bincount(distinct.codes[distinct.codes >= 0], minlength=len(distinct))
    counted: dict[str, int] = {}
    for value, records in zip(distinct, times, strict=True):
        text = _plain(value)
        if shared is None or text in shared:
            counted[text] = counted.get(text, 0) + int(records)
    return pd.Series(counted, index=pd.Index(list(counted), dtype=object), dtype=np.intp)


def _among(texts: Collection[str], text: object) -> bool:
    return _plain(text) in texts


def _plain(text: object) -> str:
    return str(text).strip().upper()


def _exceptions(data: Dataset, key: str, value: str) -> Mask:
    """Records whose key has several values, without those of the value that most of them have."""
    own = combinations(data, key, value)
    times = data.total(f"records of each {key} and {value}", own.times)
    number, keys = times.to_numpy(), pd.factorize(times.index.get_level_values(0))[0]
    several = np.bincount(keys)
    most = np.zeros(len(several), dtype=number.dtype)
    np.maximum.at(most, keys, number)
    is_most = number == most[keys]
    commonest = np.bincount(keys[is_most], minlength=len(several)) == 1
    wrong = (several[keys] > 1) & ~(commonest[keys] & is_most)
    return own.spread(pd.Series(wrong, index=times.index))


@readiness(
    "AE032",
    title="Treatment-emergent event is not coded",
    severity=Severity.WARNING,
    grain=Grain.TOTALS,
    structures=_ADAE,
    needs=("TRTEMFL",),
    needs_any=(("AEDECOD", "AESOC", "AEBODSYS"),),
)
def emergent_without_term(data: Dataset) -> Iterator[Fault]:
    """A treatment-emergent event has no preferred term or no system organ class.

    ## What it checks
    Where TRTEMFL is Y, AEDECOD has a value, and so has AESOC, or AEBODSYS if AESOC is missing on every
    record.

    ## Not a fault
    Events that are not treatment-emergent.

    ## Why it matters
    The event is not counted in any table by system organ class and preferred term.

    ## Smallest fix
    Code the event.
    """
    uses_soc = "AESOC" in data and (
        "AEBODSYS" not in data or data.total("AESOC", int(np.count_nonzero(data.filled("AESOC")))) > 0
    )
    organ_class = "AESOC" if uses_soc else "AEBODSYS"
    for variable in ("AEDECOD", organ_class):
        if variable in data:
            mask = emergent(data) & data.missing(variable)
            yield Fault(mask, (variable, "TRTEMFL"), f"{variable} is missing on a treatment-emergent event")


@readiness(
    "AE033",
    title="SMQzzSC is not BROAD or NARROW",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=_ADAE,
)
def query_without_scope(data: Dataset) -> Iterator[Yield]:
    """An event is in a Standardised MedDRA Query (SMQ), but its scope is not BROAD or NARROW.

    ## What it checks
    Where SMQzzNAM has a value, SMQzzSC with the same number is BROAD or NARROW. A scope without a query
    name is a warning.

    ## Not a fault
    A dataset without SMQzzSC. A customized query: CQzzNAM has no scope. A missing SMQzzCD.

    ## Why it matters
    A narrow search misses the event, and a broad search may miss it, too.

    ## Smallest fix
    Take the scope from the term list of the SMQ.
    """
    named = list(_with_partner(data, "SMQzzNAM", "SMQzzSC"))
    if not named:
        yield NotApplicable(not_present("SMQzzNAM with SMQzzSC"))
    for name, scope in named:
        inside, known = data.filled(name), data.equals(scope, *_SCOPES)
        yield Fault(
            inside & ~known, (scope, name), f"{scope} is not BROAD or NARROW where {name} has a value"
        )
        alone = data.filled(scope) & ~inside
        yield Fault(alone, (name, scope), f"{scope} has a value where {name} is missing", Severity.WARNING)


@readiness(
    "AE034",
    title="SMQzzSC and SMQzzSCN are not one-to-one",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=_ADAE,
)
def scope_and_number(data: Dataset) -> Iterator[Yield]:
    """The scope of an SMQ and its number are inconsistent.

    ## What it checks
    SMQzzSC and SMQzzSCN are one-to-one, and both have a value or both are missing. An SMQzzSCN that is
    missing on every record is not checked.

    ## Why it matters
    A selection by number finds different events from a selection by text.

    ## Smallest fix
    Derive SMQzzSCN from SMQzzSC again.
    """
    pairs = [
        (text, number)
        for text, number in _with_partner(data, "SMQzzSC", "SMQzzSCN")
        if data.filled(number).any()
    ]
    if not pairs:
        yield NotApplicable("SMQzzSC and SMQzzSCN are not both present with values")
    for text, number in pairs:
        broken = _exceptions(data, text, number) | _exceptions(data, number, text)
        yield Fault(broken, (number, text), f"{number} and {text} are not one-to-one")
        one_missing = data.filled(text) != data.filled(number)
        yield Fault(one_missing, (number, text), f"only one of {number} and {text} has a value")


def _with_partner(data: Dataset, pattern: str, partner: str) -> Iterator[tuple[str, str]]:
    for each in data.variables:
        index = index_of(pattern, each.name.upper())
        other = with_index(partner, index) if index else ""
        if other and other in data:
            yield each.name, data.variable(other).name


@readiness(
    "AE035",
    title="Query membership of an AEDECOD is inconsistent",
    severity=Severity.NOTE,
    grain=Grain.TOTALS,
    structures=_ADAE,
    needs=("AEDECOD",),
)
def term_sometimes_in_query(data: Dataset) -> Iterator[Yield]:
    """A preferred term is in a query on some records but not on others.

    ## What it checks
    For each SMQzzNAM and CQzzNAM, the records of one AEDECOD are either all in the query or all outside
    it.

    ## Not a fault
    A query that also selects by lowest level term, system organ class, severity or date: hence a note.

    ## Why it matters
    The first event of the query, and so the time to it, may be missed.

    ## Smallest fix
    Apply the term list of the query to all records.
    """
    queries = [each.name for each in data.variables if _QUERY.match(each.name.upper())]
    if not queries:
        yield NotApplicable(none_present("SMQzzNAM", "CQzzNAM"))
    terms = combinations(data, "AEDECOD")
    counts = {query: terms.among(data.filled(query)) for query in queries}
    total = data.total("records of each AEDECOD and query", by_kind(all=terms.times, **counts))
    records = of_kind(total, "all")
    for query in queries:
        times = of_kind(total, query).reindex(records.index)
        outside = ~data.filled(query) & terms.spread((times > 0) & (times < records))
        message = f"{query} is missing, but has a value on other records with the same AEDECOD"
        yield Fault(outside, (query, "AEDECOD"), message)
