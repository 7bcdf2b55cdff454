"""Responses and progressions in the words of assessments (ADRS) and of ADSL."""

from __future__ import annotations

from ..study.columns import Mask
from ..study.dataset import Dataset

RESPONSES = frozenset(
    {
        *("CR", "PR", "SCR", "VGPR", "CRI", "CRU", "CRH", "NCR", "NPR", "ICR", "IPR", "CMR", "PMR", "CBR"),
        *("COMPLETE RESPONSE", "PARTIAL RESPONSE", "STRINGENT COMPLETE RESPONSE"),
        *("VERY GOOD PARTIAL RESPONSE", "COMPLETE REMISSION", "PARTIAL REMISSION"),
        *("COMPLETE METABOLIC RESPONSE", "PARTIAL METABOLIC RESPONSE", "RESPONDER"),
    }
)
PROGRESSIONS = frozenset(
    {"PD", "ICPD", "PROGRESSIVE DISEASE", "DISEASE PROGRESSION", "PROGRESSION", "PROGRESSED DISEASE"}
)
_NOT_EVALUABLE = frozenset({"NE", "NOT EVALUABLE", "MISSING"})


def terms(data: Dataset, variable: str, terms: frozenset[str]) -> Mask:
    """Records in which a variable is one of some terms, in any case."""
    return data.matching(variable, lambda value: str(value).strip().upper() in terms)


def evaluable(adrs: Dataset) -> Mask:
    """Assessments with a result."""
    found: Mask = adrs.filled("AVALC") & ~terms(adrs, "AVALC", _NOT_EVALUABLE)
    return found
