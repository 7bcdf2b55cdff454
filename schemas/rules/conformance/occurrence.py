"""Rules about the occurrence data structure and its adverse-event subclass."""

from __future__ import annotations

from collections.abc import Iterator

from ...standards.structure import Structure
from ...standards.versions import ADAMIG, OCCDS
from ...study.dataset import Dataset
from ..rule import Fault, Grain
from ..statements import absent, conformance, not_among, partner_absent, partner_missing

_OCCURRENCE = (Structure.OCCDS,)


@conformance(
    {"AD0252": {"variables": ("AVAL", "AVALC")}, "AD0254": {"variables": ("PARAM",)}},
    title="{variables} is present in an occurrence dataset",
    grain=Grain.METADATA,
    structures=_OCCURRENCE,
    standards=OCCDS,
)
def basic_variable(data: Dataset, variables: tuple[str, ...]) -> Iterator[Fault]:
    """An occurrence dataset has {variables}, which belong to the basic data structure (BDS).

    ## What it checks
    None of these variables is present: {variables}.

    ## Why it matters
    Occurrences are counted, not measured; a dataset with analysis values has another structure, and
    tools that identify structures by their variables misclassify it.

    ## Smallest fix
    Remove the variable, or restructure the dataset as BDS.
    """
    for variable in variables:
        if variable in data:
            yield Fault(None, (variable,), f"{variable} is present in an occurrence dataset")


@conformance(
    {
        "AD0261": {"variable": "AEDECOD"},
        "AD0262": {"variable": "AEBODSYS"},
        "AD0278": {"variable": "AESER"},
        "AD0620": {"variable": "AETERM", "standards": OCCDS},
        "AD0621": {"variable": "TRTEMFL"},
        "AD0623": {"variable": "AESEQ"},
        "AD0624": {"variable": "AELLT"},
        "AD0625": {"variable": "AEBDSYCD"},
        "AD0626": {"variable": "AELLTCD"},
        "AD0627": {"variable": "AEHLT"},
        "AD0628": {"variable": "AEHLTCD"},
        "AD0629": {"variable": "AEHLGT"},
        "AD0630": {"variable": "AEHLGTCD"},
        "AD0631": {"variable": "AEPTCD"},
        "AD0632": {"variable": "AESOC"},
        "AD0633": {"variable": "AESOCCD"},
    },
    title="{variable} is not present in an adverse event dataset",
    grain=Grain.METADATA,
    structures=(Structure.ADAE,),
    standards=OCCDS[-1:],
)
def no_required_variable(data: Dataset, variable: str) -> Iterator[Fault]:
    """{variable} is not present in an adverse event dataset.

    ## What it checks
    {variable} is present. OCCDS 1.1 requires it for adverse events; OCCDS 1.0 requires only AETERM.

    ## Not a fault
    Another occurrence dataset, such as medical history or medications.

    ## Why it matters
    Adverse events are counted by coded term and traced to AE by AESEQ; seriousness and treatment
    emergence decide which of them a table shows.

    ## Smallest fix
    Copy {variable} from SDTM AE; derive TRTEMFL.
    """
    yield from absent(data, variable)


@conformance(
    "AD0268",
    title="ADURU is missing where ADURN has a value",
    grain=Grain.RECORD,
    structures=_OCCURRENCE,
    needs=("ADURN", "ADURU"),
    standards=OCCDS,
)
def duration_without_unit(data: Dataset) -> Iterator[Fault]:
    """A duration has no unit.

    ## What it checks
    On every record where ADURN has a value, ADURU has one, too.

    ## Why it matters
    A duration of 3 may be in hours or weeks.

    ## Smallest fix
    Complete ADURU.
    """
    yield from partner_missing(data, "ADURN", "ADURU")


@conformance(
    {
        "AD0269": {"variable": "TRTEMFL"},
        "AD0270": {"variable": "PREFL"},
        "AD0271": {"variable": "FUPFL"},
    },
    title="{variable} is not Y or null",
    grain=Grain.RECORD,
    structures=_OCCURRENCE,
    needs=("{variable}",),
    standards=OCCDS,
)
def occurrence_flag(data: Dataset, variable: str) -> Iterator[Fault]:
    """An occurrence flag has a value other than Y or null.

    ## What it checks
    {variable} is Y on the flagged records and null on all others.

    ## Why it matters
    A program that selects records with a non-missing {variable} also selects an N.

    ## Smallest fix
    Set {variable} to null where it is not Y.
    """
    yield from not_among(data, variable, ("Y",), null=True)


@conformance(
    "AD0279",
    title="AESEVN is not 1, 2 or 3",
    grain=Grain.RECORD,
    structures=_OCCURRENCE,
    needs=("AESEVN",),
    standards=(*ADAMIG, *OCCDS),
)
def severity_number(data: Dataset) -> Iterator[Fault]:
    """The number of the severity of an adverse event is not 1, 2 or 3.

    ## What it checks
    AESEVN is 1, 2, 3 or null, for mild, moderate and severe.

    ## Not a fault
    Toxicity grades from 1 to 5, in AETOXGRN.

    ## Why it matters
    The worst severity of a subject is the highest AESEVN; another scale changes the order.

    ## Smallest fix
    Derive AESEVN from AESEV again.
    """
    yield from not_among(data, "AESEVN", (1, 2, 3), null=True)


@conformance(
    "AD0364",
    title="DOSEON or DOSCUMA is present without DOSEU",
    grain=Grain.METADATA,
    structures=_OCCURRENCE,
    needs_any=(("DOSEON", "DOSCUMA"),),
    standards=OCCDS[-1:],
)
def dose_without_unit(data: Dataset) -> Iterator[Fault]:
    """DOSEON or DOSCUMA is present without the dose unit.

    ## What it checks
    If DOSEON or DOSCUMA is present, DOSEU is present.

    ## Why it matters
    A dose without a unit cannot be compared.

    ## Smallest fix
    Add DOSEU.
    """
    for dose in ("DOSEON", "DOSCUMA"):
        yield from partner_absent(data, dose, "DOSEU")
