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
    """PARAMCD is longer than 8 characters.

    ## What it checks
    PARAMCD has at most 8 characters.

    ## Why it matters
    Parameter codes become variable names when a dataset is transposed, and these have at most 8
    characters.

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
    """PARAMCD starts with a character other than a letter.

    ## What it checks
    PARAMCD starts with a letter from A to Z.

    ## Why it matters
    Parameter codes become variable names when a dataset is transposed.

    ## Smallest fix
    Rename PARAMCD.
    """
    mask = data.matching("PARAMCD", lambda code: re.match("[A-Za-z]", str(code)) is None)
    yield Fault(mask, ("PARAMCD",), "PARAMCD does not start with a letter")


@conformance(
    "AD0145",
    title="PARAMCD has characters other than letters, digits and underscore",
    grain=Grain.RECORD,
    structures=_BASIC,
    needs=("PARAMCD",),
    standards=ADAMIG,
)
def parameter_code_characters(data: Dataset) -> Iterator[Fault]:
    """PARAMCD has a character that is not allowed in a variable name.

    ## What it checks
    PARAMCD has only letters, digits and the underscore.

    ## Why it matters
    Parameter codes become variable names when a dataset is transposed.

    ## Smallest fix
    Rename PARAMCD.
    """
    mask = data.matching("PARAMCD", lambda code: re.fullmatch("[A-Za-z0-9_]+", str(code)) is None)
    yield Fault(mask, ("PARAMCD",), "PARAMCD has characters other than letters, digits and underscore")


@conformance(
    "AD0159",
    title="AWTARGET is missing where AWTDIFF has a value",
    grain=Grain.RECORD,
    structures=_BASIC,
    needs=("AWTDIFF", "AWTARGET"),
    standards=ADAMIG,
)
def window_without_target(data: Dataset) -> Iterator[Fault]:
    """The distance from the target of the analysis window has a value, but the target has none.

    ## What it checks
    On every record where AWTDIFF has a value, AWTARGET has one, too.

    ## Why it matters
    AWTDIFF selects the record closest to AWTARGET; without it the selection cannot be verified.

    ## Smallest fix
    Set AWTARGET to the target day of the window.
    """
    yield from partner_missing(data, "AWTDIFF", "AWTARGET")


@conformance(
    "AD0160",
    title="AWU is present without AWLO and AWHI",
    grain=Grain.METADATA,
    structures=_BASIC,
    needs=("AWU",),
    standards=ADAMIG,
)
def window_unit_without_limits(data: Dataset) -> Iterator[Fault]:
    """The unit of the analysis window is present without both limits of the window.

    ## What it checks
    If AWU is present, AWLO and AWHI are present. The rule was published for ADaMIG 1.0 and 1.1; the
    variables are the same in 1.2 and 1.3, so the rule applies to these, too. A note if AWTARGET,
    AWTDIFF or one of the limits is present, because the unit then belongs to that variable.

    ## Not a fault
    A window that is open at one end, or given only by its target: hence the note.

    ## Why it matters
    A unit has no meaning without the numbers it belongs to.

    ## Smallest fix
    Add AWLO and AWHI, or remove AWU.
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
    title="{variable} is present without {partner}",
    grain=Grain.METADATA,
    structures=_BASIC,
    needs=("{variable}",),
    standards=ADAMIG,
)
def baseline_without_source(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """A baseline variable is present without the variable it is derived from.

    ## What it checks
    If {variable} is present, {partner} is present.

    ## Why it matters
    {variable} repeats the analysis value of the record flagged by ABLFL; it cannot be traced without
    both.

    ## Smallest fix
    Add {partner}, or remove {variable}.
    """
    yield from partner_absent(data, variable, partner)


@conformance(
    {"AD0194": {"variable": "PARAM"}, "AD0195": {"variable": "PARAMCD"}},
    title="{variable} is not present in a BDS dataset",
    grain=Grain.METADATA,
    structures=_BASIC,
    excluded=_OTHER_PARAMETERS,
    standards=ADAMIG,
)
def no_parameter(data: Dataset, variable: str) -> Iterator[Fault]:
    """{variable} is not present in a BDS dataset.

    ## What it checks
    {variable} is present.

    ## Not a fault
    A population pharmacokinetic dataset, which identifies its measurements by DVID.

    ## Why it matters
    Without {variable} the meaning of an analysis value is unknown.

    ## Smallest fix
    Add {variable}.
    """
    yield from absent(data, variable)


@conformance(
    {"AD0196": {"variable": "PARAM"}, "AD0197": {"variable": "PARAMCD"}},
    title="{variable} is missing on a record",
    grain=Grain.RECORD,
    structures=_BASIC,
    excluded=_OTHER_PARAMETERS,
    needs=("{variable}",),
    standards=ADAMIG,
)
def record_without_parameter(data: Dataset, variable: str) -> Iterator[Fault]:
    """{variable} is missing on a record.

    ## What it checks
    {variable} has a value on every record.

    ## Why it matters
    Analyses select records by parameter; a record without one drops out of all of them.

    ## Smallest fix
    Complete {variable}.
    """
    yield Fault(data.missing(variable), (variable,), f"{variable} is missing")


@conformance(
    "AD0198",
    title="Neither AVAL nor AVALC is present in a BDS dataset",
    grain=Grain.METADATA,
    structures=_BASIC,
    excluded=_OTHER_PARAMETERS,
    standards=ADAMIG,
)
def no_analysis_value(data: Dataset) -> Iterator[Fault]:
    """Neither AVAL nor AVALC is present in a BDS dataset.

    ## What it checks
    AVAL or AVALC is present.

    ## Not a fault
    A population pharmacokinetic dataset, whose dependent variable is DV.

    ## Why it matters
    The dataset has no value to analyse.

    ## Smallest fix
    Add AVAL for a numeric result, AVALC for a character result.
    """
    if "AVAL" not in data and "AVALC" not in data:
        yield Fault(None, ("AVAL", "AVALC"), "neither AVAL nor AVALC is present")
