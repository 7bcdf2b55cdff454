"""Published conformance rules about data for non-compartmental analysis (ADNCA)."""

from __future__ import annotations

from collections.abc import Iterator

from ...standards.structure import Structure
from ...standards.versions import ADAMIG
from ...study.dataset import Dataset
from ..rule import Fault, Grain
from ..statements import conformance, several_partners


@conformance(
    {
        "AD0891": {
            "title": "{variable} has more than one {partner}",
            "variable": "COHORT",
            "partner": "COHORTN",
            "structures": (Structure.BDS,),
        },
        "AD0892": {"variable": "COHORTN", "partner": "COHORT"},
        "AD0893": {"variable": "ACYCLE", "partner": "ACYCLEC"},
        "AD0894": {"variable": "ACYCLEC", "partner": "ACYCLE"},
    },
    title="{variable} has more than one {partner} (NCA)",
    grain=Grain.DATASET,
    structures=(Structure.NCA,),
    needs=("{variable}", "{partner}"),
    standards=ADAMIG,
)
def cohort_or_cycle_disagrees(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """The text and the number of a cohort or a cycle are inconsistent.

    ## What it checks
    Among records where both have a value, each value of {variable} has one value of {partner} in the
    whole dataset. Letter case counts. All records of a value with more than one are reported.

    ## Not a fault
    More than one value of {variable} for one value of {partner}: another rule checks that direction.

    ## Why it matters
    Exposure is summarized by cohort and cycle; if text and number are inconsistent, so are tables and
    figures.

    ## Smallest fix
    Derive {partner} again, one value for each value of {variable}.
    """
    yield from several_partners(data, variable, partner)
