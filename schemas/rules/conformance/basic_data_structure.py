"""Rules about the basic data structure: parameters, analysis values and what they need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ...severity import Severity
from ...standards.structure import Structure
from ...standards.versions import ADAMIG
from ...study.dataset import Dataset
from ..rule import Fault, Grain
from ..statements import absent, conformance, partner_absent, partner_missing

_BASIC = (Structure.BDS,)
_OTHER_PARAMETERS = (Structure.PPK,)
"""Population pharmacokinetic datasets name their measurements by DVID; the rules are written for the rest."""

_CODE_LENGTH = 8
_IN_WINDOW_UNITS = ("AWTARGET", "AWTDIFF", "AWLO", "AWHI")
"""Variables whose unit is AWU."""


@conformance(
    "AD0143",
    title="PARAMCD is longer than 8 characters",
    grain=Grain.RECORD,
    structures=_BASIC,
    needs=("PARAMCD",),
    standards=ADAMIG,
)
def long_parameter_code(data: Dataset) -> Iterator[Fault]:
    """A parameter code has more than 8 characters.

    ## What it checks
    PARAMCD has at most 8 characters.

    ## Why it matters
    Parameter codes become variable names when a dataset is transposed, and those hold 8 characters.

    ## Smallest fix
    Shorten PARAMCD; PARAM describes the parameter.
    """
    mask = data.matching("PARAMCD", lambda code: len(str(code)) > _CODE_LENGTH)
    yield Fault(mask, ("PARAMCD",), f"PARAMCD is longer than {_CODE_LENGTH} characters")


@conformance(
    "AD0144",
    title="PARAMCD does not start with a letter",
    grain=Grain.RECORD,
    needs=("PARAMCD",),
    standards=ADAMIG,
)
def parameter_code_without_letter(data: Dataset) -> Iterator[Fault]:
    """A parameter code starts with something else than a letter.

    ## What it checks
    PARAMCD starts with a letter from A to Z.

    ## Why it matters
    Parameter codes become variable names when a dataset is transposed.

    ## Smallest fix
    Rename the code.
    """
    mask = data.matching("PARAMCD", lambda code: re.match("[A-Za-z]", str(code)) is None)
    yield Fault(mask, ("PARAMCD",), "PARAMCD does not start with a letter")


@conformance(
    "AD0145",
    title="PARAMCD holds other characters than letters, digits and underscore",
    grain=Grain.RECORD,
    structures=_BASIC,
    needs=("PARAMCD",),
    standards=ADAMIG,
)
def parameter_code_characters(data: Dataset) -> Iterator[Fault]:
    """A parameter code holds a character that a variable name cannot have.

    ## What it checks
    PARAMCD holds only letters, digits and the underscore.

    ## Why it matters
    Parameter codes become variable names when a dataset is transposed.

    ## Smallest fix
    Rename the code.
    """
    mask = data.matching("PARAMCD", lambda code: re.fullmatch("[A-Za-z0-9_]+", str(code)) is None)
    yield Fault(mask, ("PARAMCD",), "PARAMCD holds other characters than letters, digits and underscore")


@conformance(
    "AD0159",
    title="AWTARGET is missing where AWTDIFF has a value",
    grain=Grain.RECORD,
    structures=_BASIC,
    needs=("AWTDIFF", "AWTARGET"),
    standards=ADAMIG,
)
def window_without_target(data: Dataset) -> Iterator[Fault]:
    """A distance from the analysis window's target stands without the target.

    ## What it checks
    On every record where AWTDIFF has a value, AWTARGET has one.

    ## Why it matters
    AWTDIFF chooses the record closest to AWTARGET; without it nobody can check the choice.

    ## Smallest fix
    Fill AWTARGET with the target day of the window.
    """
    yield from partner_missing(data, "AWTDIFF", "AWTARGET")


@conformance(
    "AD0160",
    title="AWU stands without AWLO and AWHI",
    grain=Grain.METADATA,
    structures=_BASIC,
    needs=("AWU",),
    standards=ADAMIG,
)
def window_unit_without_limits(data: Dataset) -> Iterator[Fault]:
    """The unit of the analysis window is there without both limits of the window.

    ## What it checks
    Where AWU is there, AWLO and AWHI are there. The rule was published for ADaMIG 1.0 and 1.1; the
    variables are the same in 1.2 and 1.3, so it is judged there too. A note where AWTARGET, AWTDIFF or one
    of the limits is there, since the unit then belongs to that number.

    ## Not a fault
    A window that is open at one side, or one given by its target alone: hence the note.

    ## Why it matters
    A unit says nothing without the numbers it belongs to.

    ## Smallest fix
    Add AWLO and AWHI, or drop AWU.
    """
    severity = Severity.NOTE if any(name in data for name in _IN_WINDOW_UNITS) else None
    for fault in partner_absent(data, "AWU", "AWLO", "AWHI"):
        yield replace(fault, severity=severity)


@conformance(
    {
        "AD0163": {"variable": "BTOXGR", "partner": "ATOXGR"},
        "AD0164": {"variable": "BTOXGR", "partner": "ABLFL"},
        "AD0166": {"variable": "BNRIND", "partner": "ANRIND"},
        "AD0167": {"variable": "BNRIND", "partner": "ABLFL"},
    },
    title="{variable} stands without {partner}",
    grain=Grain.METADATA,
    structures=_BASIC,
    needs=("{variable}",),
    standards=ADAMIG,
)
def baseline_without_source(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """A baseline value is there without the variable it comes from.

    ## What it checks
    Where {variable} is there, {partner} is there.

    ## Why it matters
    {variable} repeats the analysis value of the record that ABLFL marks; without both it cannot be traced.

    ## Smallest fix
    Add {partner}, or drop {variable}.
    """
    yield from partner_absent(data, variable, partner)


@conformance(
    {"AD0194": {"variable": "PARAM"}, "AD0195": {"variable": "PARAMCD"}},
    title="{variable} is missing",
    grain=Grain.METADATA,
    structures=_BASIC,
    excluded=_OTHER_PARAMETERS,
    standards=ADAMIG,
)
def no_parameter(data: Dataset, variable: str) -> Iterator[Fault]:
    """A dataset of the basic data structure has no {variable}.

    ## What it checks
    {variable} is there.

    ## Not a fault
    A population pharmacokinetic dataset, which names its measurements by DVID.

    ## Why it matters
    Without {variable} nobody can tell what an analysis value measures.

    ## Smallest fix
    Add {variable}.
    """
    yield from absent(data, variable)


@conformance(
    {"AD0196": {"variable": "PARAM"}, "AD0197": {"variable": "PARAMCD"}},
    title="{variable} has no value",
    grain=Grain.RECORD,
    structures=_BASIC,
    excluded=_OTHER_PARAMETERS,
    needs=("{variable}",),
    standards=ADAMIG,
)
def record_without_parameter(data: Dataset, variable: str) -> Iterator[Fault]:
    """A record does not say which parameter it belongs to.

    ## What it checks
    {variable} has a value on every record.

    ## Why it matters
    Analyses select records by parameter; such a record belongs to none and drops out.

    ## Smallest fix
    Fill {variable}.
    """
    yield Fault(data.missing(variable), (variable,), f"{variable} has no value")


@conformance(
    "AD0198",
    title="AVAL and AVALC are both missing",
    grain=Grain.METADATA,
    structures=_BASIC,
    excluded=_OTHER_PARAMETERS,
    standards=ADAMIG,
)
def no_analysis_value(data: Dataset) -> Iterator[Fault]:
    """A dataset of the basic data structure has neither AVAL nor AVALC.

    ## What it checks
    AVAL or AVALC is there.

    ## Not a fault
    A population pharmacokinetic dataset, whose dependent variable is DV.

    ## Why it matters
    There is nothing to analyse.

    ## Smallest fix
    Add AVAL for a number, AVALC for a text.
    """
    if "AVAL" not in data and "AVALC" not in data:
        yield Fault(None, ("AVAL", "AVALC"), "neither AVAL nor AVALC is there")
