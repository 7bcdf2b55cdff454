"""Rules about variables and what define.xml says of them: which there are, their metadata and order."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from ...severity import Severity
from ...study.dataset import Dataset
from ...study.definition import VariableDefinition
from ...study.study import Study
from ...study.variable import Variable
from ..defined import called, cited, defined
from ..described_values import NUMERIC_TYPES
from ..rule import Fault, Grain, NotApplicable, Yield
from .datasets import UNDESCRIBED, description_of, differing

_TEXTS = frozenset({"text", "string"})
_SAME_AS = {"F": "", "$CHAR": "$", "$F": "$"}
_FORMAT = re.compile(r"(\$?(?:\w*[A-Z_])?)(\d*)(?:\.(\d*))?\Z")


def described_variables(data: Dataset, study: Study) -> Iterator[tuple[Variable, VariableDefinition]]:
    """The variables that are both in a dataset and in define.xml."""
    described = description_of(data, study)
    for variable in data.variables if described is not None else ():
        found = described.by_name.get(variable.name.upper()) if described is not None else None
        if found is not None:
            yield variable, found


@defined(
    "DF010",
    title="Variable is not in define.xml",
    grain=Grain.METADATA,
    citations=cited("ItemRef", "ItemDef"),
)
def undescribed(data: Dataset, study: Study) -> Iterator[Yield]:
    """A dataset has a variable that define.xml does not describe.

    ## What it checks
    Each variable has an ItemRef in the ItemGroupDef of its dataset.

    ## Not a fault
    Letter case of names.

    ## Why it matters
    The reviewer does not know what it is or where it comes from.

    ## Smallest fix
    Describe it, or remove it from the dataset.
    """
    described = description_of(data, study)
    if described is None:
        yield UNDESCRIBED
        return
    for variable in data.variables:
        name = variable.name.upper()
        if name not in described.by_name:
            yield Fault(None, (name,), f"{called(name)} is not described in define.xml", cause=name)


@defined(
    "DF011",
    title="Variable of define.xml is not in the dataset",
    grain=Grain.METADATA,
    citations=cited("ItemRef", "def:HasNoData"),
)
def absent(data: Dataset, study: Study) -> Iterator[Yield]:
    """define.xml describes a variable that the dataset does not have.

    ## What it checks
    Each ItemRef of an ItemGroupDef names a variable of the dataset. A mandatory one is an error.

    ## Not a fault
    A variable with HasNoData.

    ## Why it matters
    Programs written from define.xml fail; or the variable has another name in the data.

    ## Smallest fix
    Deliver the variable, or remove it from define.xml.
    """
    described = description_of(data, study)
    if described is None:
        yield UNDESCRIBED
        return
    for name, each in described.by_name.items():
        if name and name not in data and not each.has_no_data:
            severity = Severity.ERROR if each.mandatory and not described.has_no_data else None
            message = f"{called(name)} is described in define.xml, and is not present"
            yield Fault(None, (name,), message, severity, cause=name, line=each.line)


@defined(
    "DF012",
    title="Type of the variable differs from define.xml",
    grain=Grain.DATASET,
    citations=cited("ItemDef DataType"),
)
def another_type(data: Dataset, study: Study) -> Iterator[Yield]:
    """A variable is character and described as a number, or the reverse.

    ## What it checks
    A variable of data type integer or float is numeric, and one of data type text is character.

    ## Not a fault
    Dates and times, which may be texts or numbers of SAS. A variable without a value. A whole number of data
    type float.

    ## Why it matters
    Programs written from define.xml compare or compute with the wrong type.

    ## Smallest fix
    Correct the data type in define.xml, or the variable.
    """
    pairs = list(described_variables(data, study))
    if not pairs:
        yield UNDESCRIBED
    for variable, described in pairs:
        expected = "Char" if described.data_type in _TEXTS else "Num"
        judged = described.data_type in _TEXTS | NUMERIC_TYPES
        if judged and variable.type != expected and data.filled(variable.name).any():
            kind = "character" if variable.type == "Char" else "numeric"
            message = f"{called(variable.name)} is {kind}, and {described.data_type} in define.xml"
            yield Fault(None, (variable.name.upper(),), message, cause=variable.name, line=described.line)


@defined(
    "DF013",
    title="Label of the variable differs from define.xml",
    grain=Grain.METADATA,
    metadata=("label",),
    citations=cited("ItemDef Description"),
)
def another_label(data: Dataset, study: Study) -> Iterator[Yield]:
    """The label of a variable is not the one in define.xml.

    ## What it checks
    Both labels are equal. One that differs in letter case alone, or that was cut after 40 characters, is a
    note.

    ## Not a fault
    A label that one of them does not have, or that the file format cannot hold; blanks at its ends.

    ## Why it matters
    Reviewers know variables by their labels: define.xml seems to be of another version of the data.

    ## Smallest fix
    Correct the label of the variable, or that in define.xml.
    """
    pairs = list(described_variables(data, study))
    if not pairs:
        yield UNDESCRIBED
    for variable, described in pairs:
        severity = differing(variable.label, described.label)
        if severity is not None:
            message = f"label of {called(variable.name)} differs from define.xml"
            shown = f"{called(variable.label)} and {called(described.label)}"
            yield Fault(
                None,
                (variable.name.upper(),),
                message,
                severity,
                values=shown,
                cause=variable.name,
                line=described.line,
            )


@defined(
    "DF014",
    title="Format of the variable differs from define.xml",
    severity=Severity.NOTE,
    grain=Grain.METADATA,
    metadata=("format",),
    citations=cited("ItemDef def:DisplayFormat"),
)
def another_format(data: Dataset, study: Study) -> Iterator[Yield]:
    """The format of a variable is not the display format in define.xml.

    ## What it checks
    Name, width and decimals of both formats are equal.

    ## Not a fault
    A format that one of them does not state; a width that one of them omits, as in DATE and DATE9; F8.2 for
    8.2, and $CHAR10. for $10.

    ## Why it matters
    Values look different in listings and in the description: a date as a number, or other decimals.

    ## Smallest fix
    Correct the format of the variable, or the display format.
    """
    pairs = list(described_variables(data, study))
    if not pairs:
        yield UNDESCRIBED
    for variable, described in pairs:
        if not _same_format(variable.format, described.display_format):
            message = f"format of {called(variable.name)} differs from the display format in define.xml"
            shown = f"{called(variable.format)} and {called(described.display_format)}"
            name = variable.name.upper()
            yield Fault(None, (name,), message, values=shown, cause=name, line=described.line)


def _same_format(one: str, other: str) -> bool:
    """Whether two formats are one, as far as both are stated."""
    parts = [_FORMAT.match(each.strip().upper()) for each in (one, other)]
    if not one.strip() or not other.strip() or parts[0] is None or parts[1] is None:
        return not one.strip() or not other.strip() or one.strip().upper() == other.strip().upper()
    first, second = (each.groups(default="") for each in parts if each is not None)
    return _SAME_AS.get(first[0], first[0]) == _SAME_AS.get(second[0], second[0]) and all(
        not here or not there or here == there for here, there in zip(first[1:], second[1:], strict=True)
    )


@defined(
    "DF015",
    title="Variables are in another order than in define.xml",
    severity=Severity.NOTE,
    grain=Grain.METADATA,
    citations=cited("ItemRef OrderNumber"),
)
def another_order(data: Dataset, study: Study) -> Iterator[Yield]:
    """Variables of a dataset are in another order than define.xml states.

    ## What it checks
    The fewest variables that must be moved, so that the dataset has the order of the OrderNumbers; that of
    the ItemRefs, if one has no OrderNumber.

    ## Not a fault
    Variables that are missing in one of them.

    ## Why it matters
    Reviewers read data and description side by side.

    ## Smallest fix
    Write the variables in the order of define.xml.
    """
    described = description_of(data, study)
    if described is None:
        yield UNDESCRIBED
        return
    stated = described.variables
    if all(each.order is not None for each in stated):
        stated = tuple(sorted(stated, key=lambda each: each.order or 0))
    place = {each.name.upper(): number for number, each in enumerate(stated)}
    names = [name for name in data.names if name in place]
    moved = _outside_longest_run([place[name] for name in names])
    if moved:
        which = tuple(names[number] for number in moved)
        yield Fault(None, which, f"{', '.join(which[:5])}: another place than in define.xml")


def _outside_longest_run(places: Sequence[int]) -> list[int]:
    """Positions outside the longest run of places that increase."""
    ends: list[int] = []
    length: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
        length.append(at + 1)
    wanted, limit = len(ends), float("inf")
    kept = set()
    for number in reversed(range(len(places))):
        if length[number] == wanted and places[number] < limit:
            kept.add(number)
            wanted, limit = wanted - 1, places[number]
    return [number for number in range(len(places)) if number not in kept]


@defined(
    "DF016",
    title="Variable is longer than define.xml states",
    severity=Severity.NOTE,
    grain=Grain.METADATA,
    metadata=("length",),
    citations=cited("ItemDef Length"),
)
def longer_than_stated(data: Dataset, study: Study) -> Iterator[Yield]:
    """The length of a character variable is above the one that define.xml states.

    ## What it checks
    Length of character variables of data type text.

    ## Not a fault
    A shorter variable, which has the length that its values need. Numbers, whose length is digits in
    define.xml and bytes in SAS. A length that one of them does not state.

    ## Why it matters
    A program that takes the length from define.xml may cut values.

    ## Smallest fix
    Correct the length of the variable, or that in define.xml.
    """
    pairs = [
        (variable, described)
        for variable, described in described_variables(data, study)
        if variable.type == "Char" and described.data_type in _TEXTS
    ]
    if not pairs:
        yield NotApplicable("define.xml describes no character variable of the dataset")
    for variable, described in pairs:
        if described.length and (variable.length or 0) > described.length:
            name = variable.name.upper()
            message = f"length of {called(name)} is {variable.length}, and {described.length} in define.xml"
            yield Fault(None, (name,), message, cause=name, line=described.line)
