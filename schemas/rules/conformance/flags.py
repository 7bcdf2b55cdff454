"""Rules about flags: Y/N texts and their 1/0 twins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...standards.requirement import index_of
from ...standards.structure import Structure
from ...standards.versions import ADAMIG
from ...study.dataset import Dataset
from ..rule import Fault, Grain
from ..statements import conformance, not_among

_SUBJECT_LEVEL = (Structure.ADSL,)
_BASIC = (Structure.BDS,)


def _flags(data: Dataset) -> Iterator[str]:
    """Names that end in FL."""
    return (each.name for each in data.variables if re.fullmatch(r".+FL", each.name.upper()))


def _flag_numbers(data: Dataset) -> Iterator[tuple[str, str]]:
    """Variables that end in FN, each with the name of its flag.

    A text is one where its flag is present, or where it holds a 1 or a 0; other texts are no twin of a flag.
    """
    for variable in data.variables:
        name = variable.name.upper()
        flag = name[:-1] + "L"
        if not re.fullmatch(r".+FN", name):
            continue
        if variable.type == "Num" or flag in data or data.equals(name, "0", "1").any():
            yield name, flag


@conformance("AD0005", title="Flag (*FL) is not Y, N or null", grain=Grain.RECORD, standards=ADAMIG)
def flag_other_than_yes_no(data: Dataset) -> Iterator[Fault]:
    """A variable ending in FL has a value other than Y, N or null.

    ## What it checks
    Every variable whose name ends in FL is Y, N or null, in upper case.

    ## Not a fault
    Null, unless another rule excludes it: many flags are Y or null by definition.

    ## Why it matters
    A selection by ``= 'Y'`` does not select "y", "YES" or 1, and records drop out of the analysis
    unnoticed.

    ## Smallest fix
    Write Y or N, or set the value to null.
    """
    for name in _flags(data):
        yield from not_among(data, name, ("Y", "N"), null=True)


@conformance("AD0006", title="Numeric flag (*FN) is not 1, 0 or null", grain=Grain.RECORD, standards=ADAMIG)
def flag_number_other_than_one_zero(data: Dataset) -> Iterator[Fault]:
    """A numeric flag ending in FN has a value other than 1, 0 or null.

    ## What it checks
    If a variable ending in FN and the flag with the same root (SAFFN and SAFFL) are both present, the
    number is 1, 0 or null.

    ## Why it matters
    A sum or a selection by the numeric flag counts different subjects from the flag.

    ## Smallest fix
    Derive the number from the flag again: 1 for Y, 0 for N.
    """
    for number, flag in _flag_numbers(data):
        if flag in data:
            yield from not_among(data, number, (1, 0), null=True)


@conformance(
    "AD0007",
    title="Numeric flag (*FN) is present without its character flag (*FL)",
    grain=Grain.DATASET,
    standards=ADAMIG,
)
def flag_number_alone(data: Dataset) -> Iterator[Fault]:
    """A variable ending in FN is present without the flag with the same root.

    ## What it checks
    For every numeric variable ending in FN, the variable with the same root ending in FL is present:
    SAFFL for SAFFN.

    ## Not a fault
    A character variable whose name happens to end in FN and that is never 1 or 0.

    ## Why it matters
    The number repeats the flag for sorting and counting; tables select by the flag.

    ## Smallest fix
    Add the flag, Y for 1 and N or null for 0, or remove the number.
    """
    for number, flag in _flag_numbers(data):
        if flag not in data:
            yield Fault(None, (number, flag), f"{number} is present without {flag}")


@conformance(
    "AD0010",
    title="Flag (*FL) is Y, but its numeric flag (*FN) is not 1",
    grain=Grain.RECORD,
    standards=ADAMIG,
)
def flag_and_number_differ(data: Dataset) -> Iterator[Fault]:
    """A flag is Y on a record where its numeric flag is not 1.

    ## What it checks
    If a flag and the number with the same root are both present (SAFFL and SAFFN), the number is 1 on
    every record where the flag is Y.

    ## Why it matters
    The same population has two sizes: one by the flag and one by its number.

    ## Smallest fix
    Derive the number from the flag again.
    """
    for number, flag in _flag_numbers(data):
        if flag in data:
            mask = data.equals(flag, "Y") & ~data.equals(number, 1)
            yield Fault(mask, (number, flag), f"{number} is not 1 where {flag} is Y")


@conformance(
    {
        "AD0019": {"variable": "COMPLFL"},
        "AD0020": {"variable": "FASFL"},
        "AD0021": {"variable": "ITTFL"},
        "AD0022": {"variable": "PPROTFL"},
        "AD0023": {"variable": "SAFFL"},
        "AD0024": {"variable": "RANDFL"},
        "AD0025": {"variable": "ENRLFL"},
    },
    title="{variable} is not Y or N",
    grain=Grain.RECORD,
    structures=_SUBJECT_LEVEL,
    needs=("{variable}",),
    standards=ADAMIG,
)
def population_flag(data: Dataset, variable: str) -> Iterator[Fault]:
    """A population flag in ADSL is not Y or N for a subject.

    ## What it checks
    {variable} is Y or N for every subject; null is not allowed.

    ## Why it matters
    Every subject is either in the population or not; with a null, each program decides differently.

    ## Smallest fix
    Derive {variable} for every subject: N if the subject is not in the population.
    """
    yield from not_among(data, variable, ("Y", "N"), null=False)


@conformance(
    {
        "AD0026": {"variable": "COMPLFN"},
        "AD0027": {"variable": "FASFN"},
        "AD0028": {"variable": "ITTFN"},
        "AD0029": {"variable": "PPROTFN"},
        "AD0030": {"variable": "SAFFN"},
        "AD0031": {"variable": "RANDFN"},
        "AD0032": {"variable": "ENRLFN"},
    },
    title="{variable} is not 1 or 0",
    grain=Grain.RECORD,
    structures=_SUBJECT_LEVEL,
    needs=("{variable}",),
    standards=ADAMIG,
)
def population_flag_number(data: Dataset, variable: str) -> Iterator[Fault]:
    """A numeric population flag in ADSL is not 1 or 0 for a subject.

    ## What it checks
    {variable} is 1 or 0 for every subject; null is not allowed.

    ## Why it matters
    Every subject is either in the population or not; with a null, each program decides differently.

    ## Smallest fix
    Derive {variable} from its flag for every subject: 1 for Y, 0 for N.
    """
    yield from not_among(data, variable, (1, 0), null=False)


@conformance(
    {
        "AD0176": {"variable": "ABLFL"},
        "AD0363": {"variable": "ONTRTFL"},
        "AD0619": {"variable": "LVOTFL"},
    },
    title="{variable} is not Y or null",
    grain=Grain.RECORD,
    structures=_BASIC,
    needs=("{variable}",),
    standards=ADAMIG,
)
def record_flag(data: Dataset, variable: str) -> Iterator[Fault]:
    """A record-level flag has a value other than Y or null.

    ## What it checks
    {variable} is Y on the flagged records and null on all others. The rule was published for ADaMIG 1.0
    and 1.1; the codelist of the variable is the same in 1.2 and 1.3, so the rule applies to these, too.

    ## Why it matters
    A program that selects records with a non-missing {variable} also selects an N.

    ## Smallest fix
    Set {variable} to null where it is not Y.
    """
    yield from not_among(data, variable, ("Y",), null=True)


@conformance(
    "AD0178",
    title="ANLzzFL is not Y or null",
    grain=Grain.RECORD,
    structures=_BASIC,
    standards=ADAMIG,
)
def analysis_flag(data: Dataset) -> Iterator[Fault]:
    """An analysis flag ANLzzFL has a value other than Y or null.

    ## What it checks
    ANL01FL, ANL02FL, … are Y on the flagged records and null on all others. The rule was published for
    ADaMIG 1.0 and 1.1; the codelist of the variable is the same in 1.2 and 1.3, so the rule applies to
    these, too.

    ## Why it matters
    These flags select the analysed records; a program that selects records with a non-missing flag also
    selects an N.

    ## Smallest fix
    Set the flag to null where it is not Y.
    """
    for variable in data.variables:
        if index_of("ANLzzFL", variable.name.upper()):
            yield from not_among(data, variable.name, ("Y",), null=True)


@conformance(
    "AD0211",
    title="ABLFN is not 1 or null",
    grain=Grain.RECORD,
    structures=_BASIC,
    needs=("ABLFN",),
    standards=ADAMIG,
)
def baseline_flag_number(data: Dataset) -> Iterator[Fault]:
    """The numeric baseline flag has a value other than 1 or null.

    ## What it checks
    ABLFN is 1 on baseline records and null on all others.

    ## Why it matters
    A program that selects records with a non-missing ABLFN takes a 0 for baseline.

    ## Smallest fix
    Set ABLFN to null where ABLFL is null.
    """
    yield from not_among(data, "ABLFN", (1,), null=True)


@conformance(
    "AD0895",
    title="Label of ANLzzFL does not contain the number zz",
    grain=Grain.METADATA,
    excluded=_SUBJECT_LEVEL,
    metadata=("label",),
    standards=ADAMIG,
)
def analysis_flag_label(data: Dataset) -> Iterator[Fault]:
    """The label of an analysis flag ANLzzFL does not contain the number zz.

    ## What it checks
    The label of ANL02FL contains the number 02, as in "Analysis Flag 02", and so on. ADSL is not
    checked.

    ## Why it matters
    Two analysis flags with the same label, or with swapped labels, are easily confused.

    ## Smallest fix
    Add the two digits of the name to the label.
    """
    for variable in data.variables:
        index = index_of("ANLzzFL", variable.name.upper())
        if index and index["zz"] not in re.findall(r"\d+", variable.label):
            message = f"the label of {variable.name} does not contain the number {index['zz']}"
            yield Fault(None, (variable.name,), message)
