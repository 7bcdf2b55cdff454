"""Rules about numbers that stand for a text: the text must be present."""

from __future__ import annotations

from collections.abc import Iterator

from ...standards.structure import Structure
from ...standards.versions import ADAMIG
from ...study.dataset import Dataset
from ..rule import Fault, Grain
from ..statements import conformance, partner_absent

_BASIC_AND_OCCURRENCE = (Structure.BDS, Structure.OCCDS)


@conformance(
    {
        "AD0522": {"variable": "BTOXGRN", "partner": "BTOXGR"},
        "AD0523": {"variable": "ATOXGRLN", "partner": "ATOXGRL"},
        "AD0524": {"variable": "ATOXGRHN", "partner": "ATOXGRH"},
        "AD0525": {"variable": "ABLFN", "partner": "ABLFL"},
        "AD0529": {"variable": "AESEVN", "partner": "AESEV", "structures": _BASIC_AND_OCCURRENCE},
        "AD0530": {"variable": "ASEVN", "partner": "ASEV", "structures": _BASIC_AND_OCCURRENCE},
    },
    title="{variable} is present without {partner}",
    grain=Grain.METADATA,
    structures=(Structure.BDS,),
    needs=("{variable}",),
    standards=ADAMIG[1:],
)
def number_without_text(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """A numeric variable is present without its character variable.

    ## What it checks
    If {variable} is present, {partner} is present.

    ## Why it matters
    {variable} only repeats {partner} for sorting and counting; without it the meaning of its numbers is
    unknown.

    ## Smallest fix
    Add {partner}, or remove {variable}.
    """
    yield from partner_absent(data, variable, partner)
