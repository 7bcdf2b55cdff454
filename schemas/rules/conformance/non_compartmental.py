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
        "AD0891": {"variable": "COHORT", "partner": "COHORTN", "structures": (Structure.BDS,)},
        "AD0892": {"variable": "COHORTN", "partner": "COHORT"},
        "AD0893": {"variable": "ACYCLE", "partner": "ACYCLEC"},
        "AD0894": {"variable": "ACYCLEC", "partner": "ACYCLE"},
    },
    title="A value of {variable} goes with several of {partner}",
    grain=Grain.DATASET,
    structures=(Structure.NCA,),
    needs=("{variable}", "{partner}"),
    standards=ADAMIG,
)
def cohort_or_cycle_disagrees(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """The text and the number of a cohort or of a cycle do not always go together.

    ## What it checks
    Among records where both have a value, each value of {variable} goes with one value of {partner} in the
    whole dataset. Letter case counts. All records of a value that goes with several are marked.

    ## Not a fault
    Several values of {variable} that share one of {partner}: a rule of its own asks for the other direction.

    ## Why it matters
    Exposure is summarised by cohort and cycle; where text and number disagree, so do tables and figures.

    ## Smallest fix
    Derive {partner} again, one value for each of {variable}.
    """
    yield from several_partners(data, variable, partner)
