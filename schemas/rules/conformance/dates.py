"""Rules about dates, times, study days and their imputation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ...standards.structure import Structure
from ...standards.versions import ADAMIG
from ...study import columns
from ...study.dataset import Dataset
from ...study.variable import Variable
from ..rule import Fault, Grain
from ..statements import conformance, not_among, partner_absent, partner_missing

_BASIC = (Structure.BDS,)

_DATE_FORMAT = re.compile(
    r"(DATE(?!TIME|AMPM)|DDMMYY|MMDDYY|YYMMDD|YYMON|YYMM|MMYY|MONYY|MONNAME|JULIAN|YYQ|[BEI]S?8601DA|"
    r"NLDATE|WEEKDAT|WORDDAT)"
)
"""SAS formats that show a number as a date."""


def _ending_in(data: Dataset, suffix: str) -> Iterator[Variable]:
    return (
        each for each in data.variables if each.name.upper().endswith(suffix) and len(each.name) > len(suffix)
    )


@conformance(
    "AD0039", title="Date imputation flag (*DTF) is not Y, M or D", grain=Grain.RECORD, standards=ADAMIG[-1:]
)
def date_imputation_flag(data: Dataset) -> Iterator[Fault]:
    """A date imputation flag ending in DTF has a value other than Y, M, D or null.

    ## What it checks
    Every variable whose name ends in DTF is Y (whole date imputed), M (month and day), D (day) or null
    (nothing imputed).

    ## Why it matters
    The flag shows how much of a date was imputed; another value has no defined meaning.

    ## Smallest fix
    Derive the flag from the collected date: the highest level that was imputed.
    """
    for variable in _ending_in(data, "DTF"):
        yield from not_among(data, variable.name, ("Y", "M", "D"), null=True)


@conformance(
    "AD0041",
    title="Numeric date (*DT) has no date format",
    grain=Grain.METADATA,
    metadata=("format",),
    standards=ADAMIG[-1:],
)
def date_without_format(data: Dataset) -> Iterator[Fault]:
    """A numeric variable ending in DT has no date format.

    ## What it checks
    Every numeric variable whose name ends in DT has a date format, such as DATE9.; a column of type
    date needs none. Sources without formats are not checked.

    ## Why it matters
    Without a format the date is a number of days since 1960 or since 1970, and one is easily mistaken
    for the other.

    ## Smallest fix
    Assign a date format to the variable.
    """
    for variable in _ending_in(data, "DT"):
        shown_as_date = columns.is_date(data[variable.name]) or _DATE_FORMAT.match(variable.format.upper())
        if variable.type == "Num" and not shown_as_date:
            other = f"; its format is {variable.format}" if variable.format else ""
            yield Fault(None, (variable.name,), f"{variable.name} has no date format{other}")


@conformance("AD0046", title="Relative day (*DY) is 0", grain=Grain.RECORD, standards=ADAMIG)
def day_zero(data: Dataset) -> Iterator[Fault]:
    """A relative day is 0, which is not a valid study day.

    ## What it checks
    No numeric variable whose name ends in DY is 0.

    ## Why it matters
    The reference date is day 1 and the day before it is day -1. A 0 is a difference to which 1 was not
    added, so other days of the variable are wrong by one as well.

    ## Smallest fix
    Add 1 to the difference from the reference date if it is zero or more.
    """
    for variable in _ending_in(data, "DY"):
        if not columns.is_date(data[variable.name]) and not data.is_character(variable.name):
            zero = np.equal(data.numbers(variable.name), 0)
            yield Fault(zero, (variable.name,), f"{variable.name} is 0")


@conformance(
    {"AD0058": {"suffix": "DT", "what": "date"}, "AD0060": {"suffix": "DTM", "what": "datetime"}},
    title="Variable ending in {suffix} is not numeric",
    grain=Grain.METADATA,
    standards=ADAMIG,
)
def date_as_text(data: Dataset, suffix: str, what: str) -> Iterator[Fault]:
    """A variable ending in {suffix} is character; a numeric {what} is expected.

    ## What it checks
    Every variable whose name ends in {suffix} is numeric. A column of type {what} counts as numeric.

    ## Not a fault
    A variable ending in DTC, which is a character {what} by definition. A column without any value in a
    source that declares no types.

    ## Why it matters
    Character dates and times sort and subtract wrongly; a duration derived from them is missing or
    wrong.

    ## Smallest fix
    Convert the variable to numeric with a {what} format.
    """
    for variable in _ending_in(data, suffix):
        declared = bool(data.carries) or bool(data.filled(variable.name).any())
        if variable.type == "Char" and declared:
            yield Fault(None, (variable.name,), f"{variable.name} is character; a numeric {what} is expected")


@conformance(
    {
        "AD0111": {"variable": "ARELTM", "partner": "ARELTMU"},
        "AD0113": {"variable": "ARELTMU", "partner": "ARELTM"},
    },
    title="{variable} is present without {partner}",
    grain=Grain.METADATA,
    structures=_BASIC,
    needs=("{variable}",),
    standards=ADAMIG,
)
def relative_time_without_partner(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """A relative time is present without its unit, or a unit without its time.

    ## What it checks
    If {variable} is present, {partner} is present.

    ## Why it matters
    A time of 4 may be in minutes or days; a unit alone has no meaning.

    ## Smallest fix
    Add {partner}.
    """
    yield from partner_absent(data, variable, partner)


@conformance(
    "AD0112",
    title="ARELTMU is missing where ARELTM has a value",
    grain=Grain.RECORD,
    structures=_BASIC,
    needs=("ARELTM", "ARELTMU"),
    standards=ADAMIG,
)
def relative_time_without_unit(data: Dataset) -> Iterator[Fault]:
    """A relative time has no unit.

    ## What it checks
    On every record where ARELTM has a value, ARELTMU has one, too.

    ## Why it matters
    A time of 4 may be in minutes or days.

    ## Smallest fix
    Complete ARELTMU.
    """
    yield from partner_missing(data, "ARELTM", "ARELTMU")
