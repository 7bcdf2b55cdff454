"""Rules about values and what define.xml says of their variable: type, length, codelist, missing values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...severity import Severity
from ...study import columns
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.definition import CodelistDefinition, VariableDefinition
from ...study.study import Study
from ..defined import called, cited, defined, definition_of
from ..described_values import DECIMALS, LENGTH, TYPE, DistinctValues, StatedOfValues, outside
from ..rule import Fault, Grain, NotApplicable, Yield
from ..statements import listed, shown_values
from .datasets import UNDESCRIBED
from .variables import described_variables

_ROOM = 100
"""Characters beyond the longest value that are much, where they are also more than that value has."""


@defined(
    "DF020",
    title="Mandatory value is missing",
    grain=Grain.RECORD,
    citations=cited("ItemRef Mandatory"),
)
def missing(data: Dataset, study: Study) -> Iterator[Yield]:
    """A record has no value of a variable that is mandatory in define.xml.

    ## What it checks
    Mandatory="Yes": each record has a value.

    ## Not a fault
    Missing values of other variables.

    ## Why it matters
    Users of define.xml rely on the value.

    ## Smallest fix
    Fill in the value, or state Mandatory="No".
    """
    pairs = list(described_variables(data, study))
    if not pairs:
        yield UNDESCRIBED
    for variable, described in pairs:
        if described.mandatory:
            message = f"{called(variable.name)} is missing, and mandatory in define.xml"
            yield Fault(data.missing(variable.name), (variable.name.upper(),), message)


@defined(
    "DF021",
    title="Value is not of the type in define.xml",
    grain=Grain.RECORD,
    citations=cited("ItemDef DataType"),
)
def wrong_type(data: Dataset, study: Study) -> Iterator[Yield]:
    """A value is not of the data type that define.xml states.

    ## What it checks
    integer: whole numbers; float: numbers, also in character variables; dates, times and durations of
    character variables: ISO 8601.

    ## Not a fault
    Partial dates, whatever the data type. Dates that are numbers of SAS. Whole numbers of data type float.

    ## Why it matters
    A program that relies on define.xml reads the values as another type.

    ## Smallest fix
    Correct the data type in define.xml, or the values.
    """
    yield from _faults(data, study, TYPE)


@defined(
    "DF022",
    title="Value is longer than define.xml states",
    grain=Grain.RECORD,
    citations=cited("ItemDef Length"),
)
def longer(data: Dataset, study: Study) -> Iterator[Yield]:
    """A value is longer than the length that define.xml states.

    ## What it checks
    Text: number of characters. Whole numbers: number of digits, if the length is below 8.

    ## Not a fault
    Shorter values. A length of 8 for numbers, which in practice is that of SAS in bytes. Characters of
    several bytes.

    ## Why it matters
    A program that takes the length from define.xml cuts the value.

    ## Smallest fix
    Correct the length in define.xml.
    """
    yield from _faults(data, study, LENGTH)


@defined(
    "DF023",
    title="Value is not in the codelist in define.xml",
    grain=Grain.RECORD,
    citations=cited("CodeList", "CodeListItem", "EnumeratedItem"),
)
def outside_codelist(data: Dataset, study: Study) -> Iterator[Yield]:
    """A value is not a coded value of the codelist that define.xml states for its variable.

    ## What it checks
    Values are coded values of the codelist; text is compared as text, numbers as numbers. A decode in place
    of its code has a message of its own. define.xml lists all terms that are used, also those that the
    sponsor added to an extensible codelist.

    ## Not a fault
    Missing values. External dictionaries, and codelists without terms.

    ## Why it matters
    The value has no meaning in define.xml.

    ## Smallest fix
    Add the term to the codelist, or correct the value.
    """
    codelists = definition_of(study).codelists

    def without_code(of: VariableDefinition, values: DistinctValues, character: bool) -> Mask | None:
        codelist = codelists.get(of.codelist)
        if codelist is None:
            return None
        of_codes = outside(values, codelist, character=character)
        return of_codes & ~_decodes(values, codelist) if character else of_codes

    def decoded(of: VariableDefinition, values: DistinctValues, character: bool) -> Mask | None:
        codelist = codelists.get(of.codelist)
        if codelist is None or not character:
            return None
        return outside(values, codelist, character=True) & _decodes(values, codelist)

    yield from _faults(
        data, study, StatedOfValues(without_code, lambda of: f"is not in codelist {called(of.codelist)}")
    )
    what = "is a decode of codelist {}, not its coded value"
    yield from _faults(data, study, StatedOfValues(decoded, lambda of: what.format(called(of.codelist))))


def _decodes(values: DistinctValues, codelist: CodelistDefinition) -> Mask:
    decodes = {each.decode.strip() for each in codelist.items} - {""}
    return np.fromiter((str(value).strip() in decodes for value in values), np.bool_, len(values))


@defined(
    "DF024",
    title="Value has more decimals than define.xml states",
    severity=Severity.NOTE,
    grain=Grain.RECORD,
    citations=cited("ItemDef SignificantDigits"),
)
def decimals(data: Dataset, study: Study) -> Iterator[Yield]:
    """A value has more decimals than SignificantDigits.

    ## What it checks
    Decimals of numbers of data type float, and of numbers in character variables.

    ## Not a fault
    Fewer decimals. Results that were never rounded, such as 1/3. Variables with value level, which states the
    decimals of each parameter.

    ## Why it matters
    What is shown from define.xml is rounded.

    ## Smallest fix
    Correct SignificantDigits, or round the values.
    """

    def of_all(of: VariableDefinition, values: DistinctValues, character: bool) -> Mask | None:
        return None if of.value_level else DECIMALS.wrong(of, values, character)

    yield from _faults(data, study, replace(DECIMALS, wrong=of_all))


@defined(
    "DF025",
    title="Length in define.xml is far above any value",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    citations=cited("ItemDef Length"),
)
def far_longer(data: Dataset, study: Study) -> Iterator[Yield]:
    """The length of a character variable is far above that of its longest value.

    ## What it checks
    The length is more than 100 characters above the longest value, and more than twice that value.

    ## Not a fault
    A variable without a value. Lengths that leave some room.

    ## Why it matters
    Files are larger than needed; regulators ask for lengths that the data need.

    ## Smallest fix
    State the length of the longest value.
    """
    pairs = [
        (variable, described)
        for variable, described in described_variables(data, study)
        if variable.type == "Char" and described.length
    ]
    if not pairs:
        yield NotApplicable("define.xml states no length of a character variable of the dataset")
    for variable, described in pairs:
        longest = max((len(str(value)) for value in data.distinct(variable.name)), default=0)
        length = described.length or 0
        if longest and length > max(longest + _ROOM, 2 * longest):
            name = variable.name.upper()
            message = f"length of {called(name)} is {length} in define.xml, the longest value has {longest}"
            yield Fault(None, (name,), message, cause=name, line=described.line)


def _faults(data: Dataset, study: Study, stated: StatedOfValues) -> Iterator[Yield]:
    """A fault for each variable, with the records whose values are not as stated."""
    pairs = list(described_variables(data, study))
    if not pairs:
        yield UNDESCRIBED
    for variable, described in pairs:
        if columns.is_date(data[variable.name]):
            continue  # numbers of SAS
        values = data.distinct(variable.name)
        wrong = stated.wrong(described, values.values, data.is_character(variable.name))
        if wrong is None or not wrong.any():
            continue
        mask = values.spread(wrong, missing=False)
        message = f"{called(variable.name)} {stated.fault(described)}"
        shown = listed(shown_values(values, mask), "and")
        yield Fault(mask, (variable.name.upper(),), message, values=shown)
