"""Rules about MedDRA terms of adverse events, their codes, and the queries they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...severity import Severity
from ...standards.requirement import index_of, with_index
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...wording import none_present, not_present
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield
from .treatment_emergence import emergent

_ADAE = (Structure.ADAE,)
_QUERY = re.compile(r"(SMQ|CQ)\d\dNAM\Z")
_SCOPES = ("BROAD", "NARROW")


@readiness(
    {
        "AE024": {"term": "AEDECOD", "above": ("AESOC", "AEBODSYS")},
        "AE025": {"term": "AELLT", "above": ("AEDECOD",)},
    },
    title="One {term} stands under several {above}",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=_ADAE,
    needs=("{term}",),
)
def term_under_two(data: Dataset, term: str, above: tuple[str, ...]) -> Iterator[Yield]:
    """One {term} is coded to two terms above it.

    ## What it checks
    All records of one {term} have the same term above it: {above}, each on its own. The records that go
    with fewer others are the ones shown; all, where the parts are equal.

    ## Not a fault
    AEBODSYS that differs from AESOC: an analysis may use another axis than the primary one. A missing
    term above.

    ## Why it matters
    Events of one kind are split over two lines of a table, and each line is too small.

    ## Smallest fix
    Code all records with one version of the dictionary.
    """
    present = [name for name in above if name in data]
    if not present:
        yield NotApplicable(none_present(*above))
    for name in present:
        mask = _exceptions(data, term, name)
        yield Fault(mask, (name, term), f"one {term} stands under several {name}")


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
    title="A MedDRA term and its code are not one to one",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=_ADAE,
)
def term_and_code(data: Dataset, pairs: tuple[tuple[str, str], ...]) -> Iterator[Yield]:
    """A term has two codes, or a code two terms.

    ## What it checks
    Where the code is filled, AEDECOD and AEPTCD, AESOC and AESOCCD, AEBODSYS and AEBDSYCD, AELLT and
    AELLTCD, AEHLT and AEHLTCD, AEHLGT and AEHLGTCD are one to one.

    ## Not a fault
    Codes that were left out, on some or all records.

    ## Why it matters
    Counts by term differ from counts by code, and queries select by code.

    ## Smallest fix
    Take term and code from one version of the dictionary.
    """
    present = [(term, code) for term, code in pairs if term in data and code in data]
    if not any(data.filled(code).any() for _, code in present):
        yield NotApplicable("no code of a term is filled")
        return
    for term, code in present:
        several_codes = _exceptions(data, term, code)
        yield Fault(several_codes, (code, term), f"one {term} has several {code}")
        several_terms = _exceptions(data, code, term) & ~several_codes
        yield Fault(several_terms, (term, code), f"one {code} has several {term}")


def _exceptions(data: Dataset, key: str, value: str) -> Mask:
    """Records whose key has several values, without those of the value that most of them have."""
    keys, values = data.groups(key), data.groups(value)  # not their texts, which may be all different
    both = data.filled(key) & data.filled(value)
    exceptional = np.zeros(len(data), dtype=np.bool_)
    width = int(values.max(initial=0)) + 1
    combined = (keys * width + values)[both]
    pairs, pair_of, times = _counted(combined, (int(keys.max(initial=0)) + 1) * width)
    owner = pairs // width
    several = np.bincount(owner)
    if not (several > 1).any():
        return exceptional
    most = np.zeros(len(several), dtype=np.intp)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))  # pairs are in order of their key
    most[owner[starts]] = np.maximum.reduceat(times, starts)
    commonest = np.bincount(owner[times == most[owner]], minlength=len(several)) == 1
    wrong = (several[owner] > 1) & ~(commonest[owner] & (times == most[owner]))
    exceptional[both] = wrong[pair_of]
    return exceptional


def _counted(
    codes: NDArray[np.intp], bound: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Distinct codes, the position of each record's among them, and how often each occurs."""
    if bound > 4 * len(codes) + 1_000_000:
        return np.unique(codes, return_inverse=True, return_counts=True)
    times = np.bincount(codes, minlength=bound)
    pairs = np.flatnonzero(times)
    place = np.zeros(bound, dtype=np.intp)
    place[pairs] = np.arange(len(pairs))
    return pairs, place[codes], times[pairs]


@readiness(
    "AE032",
    title="A treatment-emergent event is not coded",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=_ADAE,
    needs=("TRTEMFL",),
    needs_any=(("AEDECOD", "AESOC", "AEBODSYS"),),
)
def emergent_without_term(data: Dataset) -> Iterator[Fault]:
    """A treatment-emergent event has no preferred term or no organ class.

    ## What it checks
    Where TRTEMFL is Y, AEDECOD is there, and AESOC, or AEBODSYS in a dataset whose AESOC is empty
    throughout.

    ## Not a fault
    Events that are not treatment-emergent.

    ## Why it matters
    The event is missing from every table by term.

    ## Smallest fix
    Code the event.
    """
    uses_soc = "AESOC" in data and (data.filled("AESOC").any() or "AEBODSYS" not in data)
    organ_class = "AESOC" if uses_soc else "AEBODSYS"
    for variable in ("AEDECOD", organ_class):
        if variable in data:
            mask = emergent(data) & data.missing(variable)
            yield Fault(mask, (variable, "TRTEMFL"), f"a treatment-emergent event has no {variable}")


@readiness(
    "AE033",
    title="A standardised query has no scope",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=_ADAE,
)
def query_without_scope(data: Dataset) -> Iterator[Yield]:
    """An event belongs to a standardised MedDRA query, and its scope is neither BROAD nor NARROW.

    ## What it checks
    Where SMQzzNAM is filled, SMQzzSC of the same number is BROAD or NARROW. A scope without a name is a
    warning.

    ## Not a fault
    A dataset without SMQzzSC. A customised query: CQzzNAM has no scope. A missing SMQzzCD.

    ## Why it matters
    A narrow search passes over the event, a broad one may too.

    ## Smallest fix
    Take the scope from the query's list of terms.
    """
    named = list(_with_partner(data, "SMQzzNAM", "SMQzzSC"))
    if not named:
        yield NotApplicable(not_present("SMQzzNAM with SMQzzSC"))
    for name, scope in named:
        inside, known = data.filled(name), data.equals(scope, *_SCOPES)
        yield Fault(
            inside & ~known, (scope, name), f"{scope} is neither BROAD nor NARROW where {name} is filled"
        )
        alone = data.filled(scope) & ~inside
        yield Fault(alone, (name, scope), f"{scope} has a value where {name} has none", Severity.WARNING)


@readiness(
    "AE034",
    title="The scope of a query and its number are not one to one",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=_ADAE,
)
def scope_and_number(data: Dataset) -> Iterator[Yield]:
    """The scope of a standardised query and its number do not belong together.

    ## What it checks
    SMQzzSC and SMQzzSCN are one to one, and filled together. A SMQzzSCN that is empty throughout is passed
    over.

    ## Why it matters
    A selection by number finds other events than one by text.

    ## Smallest fix
    Derive SMQzzSCN from SMQzzSC again.
    """
    pairs = [
        (text, number)
        for text, number in _with_partner(data, "SMQzzSC", "SMQzzSCN")
        if data.filled(number).any()
    ]
    if not pairs:
        yield NotApplicable("no SMQzzSC with a filled SMQzzSCN")
    for text, number in pairs:
        broken = _exceptions(data, text, number) | _exceptions(data, number, text)
        yield Fault(broken, (number, text), f"{number} and {text} are not one to one")
        one_missing = data.filled(text) != data.filled(number)
        yield Fault(one_missing, (number, text), f"only one of {number} and {text} is filled")


def _with_partner(data: Dataset, pattern: str, partner: str) -> Iterator[tuple[str, str]]:
    for each in data.variables:
        index = index_of(pattern, each.name.upper())
        other = with_index(partner, index) if index else ""
        if other and other in data:
            yield each.name, data.variable(other).name


@readiness(
    "AE035",
    title="A term belongs to a query only sometimes",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=_ADAE,
    needs=("AEDECOD",),
)
def term_sometimes_in_query(data: Dataset) -> Iterator[Yield]:
    """A preferred term is in a query on some records and not on others.

    ## What it checks
    For every SMQzzNAM and CQzzNAM, records of one AEDECOD are all in the query or all outside.

    ## Not a fault
    A query that also selects by lowest level term, organ class, severity or date: hence a note.

    ## Why it matters
    The first event of the query, and the time to it, may be missed.

    ## Smallest fix
    Apply the list of terms to all records.
    """
    queries = [each.name for each in data.variables if _QUERY.match(each.name.upper())]
    if not queries:
        yield NotApplicable(none_present("SMQzzNAM", "CQzzNAM"))
    terms = data.distinct("AEDECOD")
    total = np.bincount(terms.codes + 1, minlength=len(terms) + 1)
    for query in queries:
        inside = data.filled(query)
        times = np.bincount(terms.codes + 1, weights=inside, minlength=len(terms) + 1)
        partly = (times > 0) & (times < total)
        partly[0] = False
        outside = ~inside & partly[terms.codes + 1]
        message = f"events outside {query} have an AEDECOD that is in it on other records"
        yield Fault(outside, (query, "AEDECOD"), message)
