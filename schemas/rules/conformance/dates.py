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
    "AD0039", title="A date imputation flag is none of Y, M and D", grain=Grain.RECORD, standards=ADAMIG[-1:]
)
def date_imputation_flag(data: Dataset) -> Iterator[Fault]:
    """A variable that ends in DTF holds something else than Y, M, D or null.

    ## What it checks
    Every variable whose name ends in DTF holds Y (year and all after it imputed), M (month and day), D
    (day) or null (nothing imputed).

    ## Why it matters
    The flag says how much of a date was collected; another value says nothing.

    ## Smallest fix
    Derive the flag from the collected date: the largest part that was imputed.
    """
    for variable in _ending_in(data, "DTF"):
        yield from not_among(data, variable.name, ("Y", "M", "D"), null=True)


@conformance(
    "AD0041",
    title="A numeric date has no date format",
    grain=Grain.METADATA,
    metadata=("format",),
    standards=ADAMIG[-1:],
)
def date_without_format(data: Dataset) -> Iterator[Fault]:
    """A numeric variable that ends in DT has no format that shows it as a date.

    ## What it checks
    Every numeric variable whose name ends in DT has a date format, such as DATE9.; a column of the type
    date needs none. Sources that carry no formats are not judged.

    ## Why it matters
    Without a format the date is a count of days since 1960, or since 1970, and a reader takes one for the
    other.

    ## Smallest fix
    Give the variable a date format.
    """
    for variable in _ending_in(data, "DT"):
        shown_as_date = columns.is_date(data[variable.name]) or _DATE_FORMAT.match(variable.format.upper())
        if variable.type == "Num" and not shown_as_date:
            found = f"the format {variable.format}" if variable.format else "no format"
            yield Fault(None, (variable.name,), f"{variable.name} has {found} instead of a date format")


@conformance("AD0046", title="A study day is 0", grain=Grain.RECORD, standards=ADAMIG)
def day_zero(data: Dataset) -> Iterator[Fault]:
    """A relative day is 0, which does not exist.

    ## What it checks
    No numeric variable whose name ends in DY is 0.

    ## Why it matters
    The day of the reference date is day 1 and the day before it day -1; a 0 is a difference without the
    one day added, and other days of the variable are then off by one as well.

    ## Smallest fix
    Add 1 to the difference from the reference date where it is zero or more.
    """
    for variable in _ending_in(data, "DY"):
        if not columns.is_date(data[variable.name]) and not data.is_character(variable.name):
            zero = np.equal(data.numbers(variable.name), 0)
            yield Fault(zero, (variable.name,), f"{variable.name} is 0")


@conformance(
    {"AD0058": {"suffix": "DT", "what": "date"}, "AD0060": {"suffix": "DTM", "what": "datetime"}},
    title="A variable that ends in {suffix} is not numeric",
    grain=Grain.METADATA,
    standards=ADAMIG,
)
def date_as_text(data: Dataset, suffix: str, what: str) -> Iterator[Fault]:
    """A variable whose name ends in {suffix} is a text instead of a numeric {what}.

    ## What it checks
    Every variable whose name ends in {suffix} is numeric. A column of the type {what} is.

    ## Not a fault
    A variable that ends in DTC, which holds a {what} as text by definition. A column without any value in
    a source that declares no types.

    ## Why it matters
    Texts sort and subtract wrongly, and a duration from them is missing or nonsense.

    ## Smallest fix
    Convert the text to a number with a {what} format.
    """
    for variable in _ending_in(data, suffix):
        declared = bool(data.carries) or bool(data.filled(variable.name).any())
        if variable.type == "Char" and declared:
            yield Fault(None, (variable.name,), f"{variable.name} is a text instead of a numeric {what}")


@conformance(
    {
        "AD0111": {"variable": "ARELTM", "partner": "ARELTMU"},
        "AD0113": {"variable": "ARELTMU", "partner": "ARELTM"},
    },
    title="{variable} stands without {partner}",
    grain=Grain.METADATA,
    structures=_BASIC,
    needs=("{variable}",),
    standards=ADAMIG,
)
def relative_time_without_partner(data: Dataset, variable: str, partner: str) -> Iterator[Fault]:
    """A relative time is there without its unit, or a unit without its time.

    ## What it checks
    Where {variable} is there, {partner} is there.

    ## Why it matters
    A time of 4 may be minutes or days; a unit alone says nothing.

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
    On every record where ARELTM has a value, ARELTMU has one.

    ## Why it matters
    A time of 4 may be minutes or days.

    ## Smallest fix
    Fill ARELTMU.
    """
    yield from partner_missing(data, "ARELTM", "ARELTMU")
