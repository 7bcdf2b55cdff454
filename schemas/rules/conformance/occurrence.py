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
    title="An occurrence dataset has a variable of the basic data structure",
    grain=Grain.METADATA,
    structures=_OCCURRENCE,
    standards=OCCDS,
)
def basic_variable(data: Dataset, variables: tuple[str, ...]) -> Iterator[Fault]:
    """An occurrence dataset has {variables}, which belong to the basic data structure.

    ## What it checks
    Neither of these variables is there: {variables}.

    ## Why it matters
    Occurrences are counted, not measured; a dataset with analysis values is of another structure, and
    tools that tell structures apart by their variables misjudge it.

    ## Smallest fix
    Drop the variable, or analyse the data as a dataset of the basic data structure.
    """
    for variable in variables:
        if variable in data:
            yield Fault(None, (variable,), f"{variable} does not belong into an occurrence dataset")


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
    title="{variable} is missing from an adverse-event dataset",
    grain=Grain.METADATA,
    structures=(Structure.ADAE,),
    standards=OCCDS[-1:],
)
def no_required_variable(data: Dataset, variable: str) -> Iterator[Fault]:
    """An adverse-event dataset has no {variable}.

    ## What it checks
    {variable} is there. OCCDS 1.1 requires it of adverse events; in 1.0 only AETERM is.

    ## Not a fault
    Another occurrence dataset, of medical history or medications.

    ## Why it matters
    Adverse events are counted by their coded terms and traced to AE by AESEQ; seriousness and treatment
    emergence decide which of them a table shows.

    ## Smallest fix
    Carry {variable} over from SDTM AE; derive TRTEMFL.
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
    On every record where ADURN has a value, ADURU has one.

    ## Why it matters
    A duration of 3 may be hours or weeks.

    ## Smallest fix
    Fill ADURU.
    """
    yield from partner_missing(data, "ADURN", "ADURU")


@conformance(
    {
        "AD0269": {"variable": "TRTEMFL"},
        "AD0270": {"variable": "PREFL"},
        "AD0271": {"variable": "FUPFL"},
    },
    title="{variable} is neither Y nor null",
    grain=Grain.RECORD,
    structures=_OCCURRENCE,
    needs=("{variable}",),
    standards=OCCDS,
)
def occurrence_flag(data: Dataset, variable: str) -> Iterator[Fault]:
    """A flag of occurrences holds something else than Y or null.

    ## What it checks
    {variable} is Y on the records it marks and null on all others.

    ## Why it matters
    A program that asks whether {variable} is filled takes an N for a marked record.

    ## Smallest fix
    Leave {variable} null where it is not Y.
    """
    yield from not_among(data, variable, ("Y",), null=True)


@conformance(
    "AD0279",
    title="AESEVN is none of 1, 2 and 3",
    grain=Grain.RECORD,
    structures=_OCCURRENCE,
    needs=("AESEVN",),
    standards=(*ADAMIG, *OCCDS),
)
def severity_number(data: Dataset) -> Iterator[Fault]:
    """The number of the severity of an adverse event is none of 1, 2 and 3.

    ## What it checks
    AESEVN is 1, 2, 3 or null, for mild, moderate and severe.

    ## Not a fault
    Toxicity grades from 1 to 5, in AETOXGRN.

    ## Why it matters
    The worst severity of a subject is the greatest AESEVN; another scale mixes up the ranks.

    ## Smallest fix
    Derive AESEVN from AESEV again.
    """
    yield from not_among(data, "AESEVN", (1, 2, 3), null=True)


@conformance(
    "AD0364",
    title="A dose stands without its unit DOSEU",
    grain=Grain.METADATA,
    structures=_OCCURRENCE,
    needs_any=(("DOSEON", "DOSCUMA"),),
    standards=OCCDS[-1:],
)
def dose_without_unit(data: Dataset) -> Iterator[Fault]:
    """DOSEON or DOSCUMA is there without the unit of the dose.

    ## What it checks
    Where DOSEON or DOSCUMA is there, DOSEU is there.

    ## Why it matters
    A dose without a unit cannot be compared.

    ## Smallest fix
    Add DOSEU.
    """
    for dose in ("DOSEON", "DOSCUMA"):
        yield from partner_absent(data, dose, "DOSEU")
