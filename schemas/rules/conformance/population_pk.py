"""Published conformance rules about population pharmacokinetic data (ADPPK).

Modelling tools take numbers only, so that such a dataset holds most facts twice: as a text for people and
as a number for the tool (SITEID and SITEIDN, ROUTE and ROUTEN). Nearly all rules are about such pairs.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...standards.structure import Structure
from ...standards.versions import ADAMIG
from ...study.dataset import Dataset
from ..rule import Fault, Grain
from ..statements import absent, conformance, partner_absent, partner_missing, several_partners

_POPULATION_PK = (Structure.PPK,)
_EVERY_BASIC = (Structure.BDS,)
"""A few statements are published for every dataset of the basic data structure that has the pair."""

_VERSIONS = ADAMIG[3:]


@conformance(
    {
        "AD0885": {"variable": "USUBJIDN"},
        "AD0886": {"variable": "AFRLT"},
        "AD0887": {"variable": "EVID"},
        "AD0888": {"variable": "DV"},
        "AD0889": {"variable": "MDV"},
        "AD0890": {"variable": "AMT"},
    },
    title="{variable} is not present in a population PK dataset",
    grain=Grain.METADATA,
    structures=_POPULATION_PK,
    standards=_VERSIONS,
)
def no_modelling_variable(data: Dataset, variable: str) -> Iterator[Fault]:
    """{variable} is not present in a population pharmacokinetic (PK) dataset.

    ## What it checks
    {variable} is present.

    ## Why it matters
    Modelling software reads doses and observations of a subject in time order: subject (USUBJIDN), time
    (AFRLT), event type (EVID), dose (AMT), observation (DV) and whether it is missing (MDV).

    ## Smallest fix
    Add {variable}.
    """
    yield from absent(data, variable)


@conformance(
    {
        "AD0799": {"variable": "PROJIDN", "partner": "PROJID"},
        "AD0804": {"variable": "STUDYIDN", "partner": "STUDYID", "structures": _EVERY_BASIC},
        "AD0809": {"variable": "SUBJTYPC", "partner": "SUBJTYP", "structures": _EVERY_BASIC},
        "AD0814": {"variable": "USUBJIDN", "partner": "USUBJID"},
        "AD0819": {"variable": "SUBJIDN", "partner": "SUBJID"},
        "AD0824": {"variable": "SITEIDN", "partner": "SITEID"},
        "AD0829": {"variable": "FLGREASC", "partner": "FLGREAS"},
        "AD0834": {"variable": "DVIDN", "partner": "DVID"},
        "AD0839": {"variable": "BLQFN", "partner": "BLQFL"},
        "AD0844": {"variable": "ALQFN", "partner": "ALQFL"},
        "AD0849": {"variable": "FORMN", "partner": "FORM"},
        "AD0854": {"variable": "ROUTEN", "partner": "ROUTE"},
        "AD0859": {"variable": "ACYCLEC", "partner": "ACYCLE"},
        "AD0864": {"variable": "COHORTC", "partner": "COHORT"},
        "AD0869": {"variable": "RACEN", "partner": "RACE"},
        "AD0874": {"variable": "SEXN", "partner": "SEX"},
        "AD0879": {"variable": "COUNTRYN", "partner": "COUNTRY"},
        "AD0884": {"variable": "COUNTRYL", "partner": "COUNTRY"},
    },
    title="{variable} is present without {partner}",
    grain=Grain.METADATA,
    structures=_POPULATION_PK,
    needs=("{variable}",),
    standards=_VERSIONS,
)
def half_of_pair(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """A variable is present without the variable that has the same information in another form.

    ## What it checks
    If {variable} is present, {partner} is present.

    ## Why it matters
    {variable} repeats {partner} for a model or a table; on its own it cannot be traced to its source.

    ## Smallest fix
    Add {partner}, or remove {variable}.
    """
    yield from partner_absent(data, variable, partner)


@conformance(
    {
        "AD0800": {"variable": "STUDYID", "partner": "STUDYIDN", "structures": _EVERY_BASIC},
        "AD0801": {"variable": "STUDYIDN", "partner": "STUDYID"},
        "AD0805": {"variable": "SUBJTYP", "partner": "SUBJTYPC", "structures": _EVERY_BASIC},
        "AD0806": {"variable": "SUBJTYPC", "partner": "SUBJTYP", "structures": _EVERY_BASIC},
        "AD0810": {"variable": "USUBJID", "partner": "USUBJIDN"},
        "AD0811": {"variable": "USUBJIDN", "partner": "USUBJID", "structures": _EVERY_BASIC},
        "AD0815": {"variable": "SUBJID", "partner": "SUBJIDN"},
        "AD0816": {"variable": "SUBJIDN", "partner": "SUBJID"},
        "AD0820": {"variable": "SITEID", "partner": "SITEIDN"},
        "AD0821": {"variable": "SITEIDN", "partner": "SITEID"},
        "AD0825": {"variable": "FLGREASC", "partner": "FLGREAS"},
        "AD0826": {"variable": "FLGREAS", "partner": "FLGREASC"},
        "AD0830": {"variable": "DVID", "partner": "DVIDN"},
        "AD0831": {"variable": "DVIDN", "partner": "DVID"},
        "AD0835": {"variable": "BLQFL", "partner": "BLQFN"},
        "AD0836": {"variable": "BLQFN", "partner": "BLQFL"},
        "AD0840": {"variable": "ALQFL", "partner": "ALQFN"},
        "AD0841": {"variable": "ALQFN", "partner": "ALQFL"},
        "AD0845": {"variable": "FORM", "partner": "FORMN"},
        "AD0846": {"variable": "FORMN", "partner": "FORM"},
        "AD0850": {"variable": "ROUTE", "partner": "ROUTEN"},
        "AD0851": {"variable": "ROUTEN", "partner": "ROUTE"},
        "AD0855": {"variable": "ACYCLE", "partner": "ACYCLEC"},
        "AD0856": {"variable": "ACYCLEC", "partner": "ACYCLE"},
        "AD0860": {"variable": "COHORT", "partner": "COHORTC"},
        "AD0861": {"variable": "COHORTC", "partner": "COHORT"},
        "AD0865": {"variable": "RACE", "partner": "RACEN"},
        "AD0866": {"variable": "RACEN", "partner": "RACE"},
        "AD0870": {"variable": "SEX", "partner": "SEXN"},
        "AD0871": {"variable": "SEXN", "partner": "SEX"},
        "AD0875": {"variable": "COUNTRY", "partner": "COUNTRYN"},
        "AD0876": {"variable": "COUNTRYN", "partner": "COUNTRY"},
        "AD0880": {"variable": "COUNTRY", "partner": "COUNTRYL"},
        "AD0881": {"variable": "COUNTRYL", "partner": "COUNTRY"},
    },
    title="{partner} is missing where {variable} has a value",
    grain=Grain.RECORD,
    structures=_POPULATION_PK,
    needs=("{variable}", "{partner}"),
    standards=_VERSIONS,
)
def pair_half_filled(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """Only one of two variables with the same information has a value on a record.

    ## What it checks
    On every record where {variable} has a value, {partner} has one, too.

    ## Not a fault
    A record where both are missing. A dataset that has only one of the two variables.

    ## Why it matters
    A model uses one variable and a table the other: they are then based on different records.

    ## Smallest fix
    Derive {partner} from {variable}.
    """
    yield from partner_missing(data, variable, partner)


@conformance(
    {
        "AD0802": {"variable": "STUDYID", "partner": "STUDYIDN"},
        "AD0807": {"variable": "SUBJTYP", "partner": "SUBJTYPC", "structures": _EVERY_BASIC},
        "AD0812": {"variable": "USUBJID", "partner": "USUBJIDN", "structures": _EVERY_BASIC},
        "AD0813": {"variable": "USUBJIDN", "partner": "USUBJID"},
        "AD0817": {"variable": "SUBJID", "partner": "SUBJIDN"},
        "AD0818": {"variable": "SUBJIDN", "partner": "SUBJID"},
        "AD0822": {"variable": "SITEID", "partner": "SITEIDN"},
        "AD0823": {"variable": "SITEIDN", "partner": "SITEID"},
        "AD0827": {"variable": "FLGREAS", "partner": "FLGREASC"},
        "AD0828": {"variable": "FLGREASC", "partner": "FLGREAS"},
        "AD0832": {"variable": "DVID", "partner": "DVIDN"},
        "AD0833": {"variable": "DVIDN", "partner": "DVID"},
        "AD0837": {"variable": "BLQFL", "partner": "BLQFN"},
        "AD0838": {"variable": "BLQFN", "partner": "BLQFL"},
        "AD0842": {"variable": "ALQFL", "partner": "ALQFN"},
        "AD0843": {"variable": "ALQFN", "partner": "ALQFL"},
        "AD0847": {"variable": "FORM", "partner": "FORMN"},
        "AD0848": {"variable": "FORMN", "partner": "FORM"},
        "AD0852": {"variable": "ROUTE", "partner": "ROUTEN"},
        "AD0853": {"variable": "ROUTEN", "partner": "ROUTE"},
        "AD0857": {"variable": "ACYCLE", "partner": "ACYCLEC"},
        "AD0858": {"variable": "ACYCLEC", "partner": "ACYCLE"},
        "AD0862": {"variable": "COHORT", "partner": "COHORTC"},
        "AD0863": {"variable": "COHORTC", "partner": "COHORT"},
        "AD0867": {"variable": "RACE", "partner": "RACEN"},
        "AD0868": {"variable": "RACEN", "partner": "RACE"},
        "AD0872": {"variable": "SEX", "partner": "SEXN"},
        "AD0873": {"variable": "SEXN", "partner": "SEX"},
        "AD0877": {"variable": "COUNTRY", "partner": "COUNTRYN"},
        "AD0878": {"variable": "COUNTRYN", "partner": "COUNTRY"},
        "AD0882": {"variable": "COUNTRY", "partner": "COUNTRYL"},
        "AD0883": {"variable": "COUNTRYL", "partner": "COUNTRY"},
    },
    title="{variable} has more than one {partner}",
    grain=Grain.DATASET,
    structures=_POPULATION_PK,
    needs=("{variable}", "{partner}"),
    standards=_VERSIONS,
)
def pair_disagrees(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """Two variables with the same information are inconsistent.

    ## What it checks
    Among records where both have a value, each value of {variable} has one value of {partner} in the
    whole dataset. Letter case counts. All records of a value with more than one are reported.

    ## Not a fault
    More than one value of {variable} for one value of {partner}: another rule checks that direction
    where the standard requires it.

    ## Why it matters
    A model groups by one variable and its tables by the other; if they are inconsistent, so are the
    results.

    ## Smallest fix
    Derive {partner} again, one value for each value of {variable}.
    """
    yield from several_partners(data, variable, partner)
