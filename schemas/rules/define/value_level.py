"""Rules about value level metadata: the records that a where clause of define.xml selects are as it says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from ...conditions.value_levels import ClauseRecords, LeveledVariable, leveled_variables
from ...severity import Severity
from ...study import columns
from ...study.columns import Codes, Mask
from ...study.dataset import Dataset
from ...study.definition import Definition, RangeCheck, ValueLevel, VariableDefinition
from ...study.study import Study
from ...wording import one_line
from ..defined import called, cited, defined, definition_of
from ..described_values import DECIMALS, LENGTH, TYPE, DistinctValues, StatedOfValues, outside
from ..rule import Fault, Grain, NotApplicable, Yield
from ..statements import listed, shown_values

_SOURCES = cited("def:ValueListDef", "def:WhereClauseDef")
_LONGEST = 120


@defined(
    "DF030",
    title="Where clause of define.xml selects no record",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    citations=_SOURCES,
)
def selects_nothing(data: Dataset, study: Study) -> Iterator[Yield]:
    """What is stated of some values of a variable, or analysed, is about no record.

    ## What it checks
    Each where clause of value level and of analysis results that looks at variables of this dataset alone is
    true for a record.

    ## Not a fault
    - A clause that cannot be judged for some records: it looks at another dataset, at a variable that is not
      present or at missing values.
    - A dataset without records.

    ## Why it matters
    A value in the clause, or in the data, may be misspelt. A parameter without records may be intended.

    ## Smallest fix
    Correct the clause, or remove what is stated of no record.
    """
    definition = definition_of(study)
    users = _clauses_used(data, definition)
    if not users:
        yield NotApplicable("no where clause of define.xml is about the dataset")
        return
    if not len(data):
        yield NotApplicable("the dataset has no records")
        return
    records = ClauseRecords.of(data, definition, users)
    for oid, variables in users.items():
        if records.truth([oid]).false.all():
            where = _in_words((oid,), definition)
            yield Fault(None, variables, f"no record has {where} (where clause {called(oid)})", cause=oid)


def _clauses_used(data: Dataset, definition: Definition) -> dict[str, tuple[str, ...]]:
    """The clauses about a dataset that are defined, with the variables whose value level they are of."""
    described = definition.by_name.get(data.name)
    used: dict[str, tuple[str, ...]] = {}
    for variable in described.variables if described else ():
        for level in variable.value_level:
            for oid in level.where:
                used[oid] = tuple(dict.fromkeys((*used.get(oid, ()), variable.name)))
    results = (result for display in definition.analyses for result in display.results)
    for result in results:
        for each in result.datasets:
            if described and each.dataset == described.oid:
                used |= {oid: used.get(oid, ()) for oid in each.where}
    return {oid: names for oid, names in used.items() if oid in definition.where_clauses}


@defined("DF031", title="Value is not of the type of its value level", grain=Grain.RECORD, citations=_SOURCES)
def wrong_type(data: Dataset, study: Study) -> Iterator[Yield]:
    """Records that a where clause selects have values of another type than is stated of them.

    ## What it checks
    integer: whole numbers; float: numbers, also in character variables; dates, times and durations of
    character variables: ISO 8601.

    ## Not a fault
    - Partial dates, whatever the data type.
    - Dates that are numbers of SAS.
    - Whole numbers of data type float.

    ## Why it matters
    A program that relies on define.xml reads the values as another type.

    ## Smallest fix
    Correct the data type of the value level, or the values.
    """
    yield from _faults(data, study, TYPE)


@defined("DF032", title="Value is longer than its value level states", grain=Grain.RECORD, citations=_SOURCES)
def longer(data: Dataset, study: Study) -> Iterator[Yield]:
    """Records that a where clause selects have values longer than the length stated of them.

    ## What it checks
    Text: number of characters. Whole numbers: number of digits, if the length is below 8.

    ## Not a fault
    - Values that are shorter.
    - A length of 8 for numbers, which in practice is that of SAS in bytes.
    - Characters of several bytes.

    ## Why it matters
    A program that takes the length from define.xml cuts the value.

    ## Smallest fix
    Correct the length of the value level.
    """
    yield from _faults(data, study, LENGTH)


@defined(
    "DF033", title="Value is not in the codelist of its value level", grain=Grain.RECORD, citations=_SOURCES
)
def outside_codelist(data: Dataset, study: Study) -> Iterator[Yield]:
    """Records that a where clause selects have values that the codelist stated of them does not have.

    ## What it checks
    Values are coded values of the codelist; text is compared as text, numbers as numbers.

    ## Not a fault
    - Missing values.
    - External dictionaries.
    - Terms that the sponsor added: define.xml lists them.

    ## Why it matters
    The value has no meaning in define.xml.

    ## Smallest fix
    Add the term to the codelist, or correct the value.
    """
    codelists = definition_of(study).codelists

    def without_code(of: VariableDefinition, values: DistinctValues, character: bool) -> Mask | None:
        codelist = codelists.get(of.codelist)
        return None if codelist is None else outside(values, codelist, character=character)

    yield from _faults(
        data, study, StatedOfValues(without_code, lambda of: f"is not in codelist {called(of.codelist)}")
    )


@defined("DF034", title="Mandatory value of a value level is missing", grain=Grain.RECORD, citations=_SOURCES)
def missing(data: Dataset, study: Study) -> Iterator[Yield]:
    """A record that a where clause selects has no value, and its value level is mandatory.

    ## What it checks
    Mandatory="Yes" of a value level: each record that it is about has a value.

    ## Not a fault
    Missing values if it is not mandatory.

    ## Why it matters
    Users of define.xml rely on the value.

    ## Smallest fix
    Fill in the value, or state Mandatory="No".
    """
    definition = definition_of(study)
    leveled = list(leveled_variables(data, definition))
    if not leveled:
        yield NO_VALUE_LEVEL
    for each in leveled:
        name, absent = each.variable.name, data.missing(each.variable.name)
        for level, positions in each.levels():
            if level.definition.mandatory:
                found = positions[absent[positions]]
                yield Fault(_at(found, data), (name,), f"{name} is missing{_where(level, definition)}")


@defined(
    "DF035",
    title="Value has more decimals than its value level states",
    severity=Severity.NOTE,
    grain=Grain.RECORD,
    citations=cited("ItemDef SignificantDigits"),
)
def decimals(data: Dataset, study: Study) -> Iterator[Yield]:
    """Records that a where clause selects have more decimals than SignificantDigits.

    ## What it checks
    Decimals of numbers of data type float, and of numbers in character variables.

    ## Not a fault
    - Fewer decimals.
    - Results that were never rounded, such as 1/3: these are stored in full and shown with fewer decimals.

    ## Why it matters
    What is shown from define.xml is rounded.

    ## Smallest fix
    Correct SignificantDigits, or round the values.
    """
    yield from _faults(data, study, DECIMALS)


@defined(
    "DF036", title="Value levels contradict each other on a record", grain=Grain.RECORD, citations=_SOURCES
)
def contradictory(data: Dataset, study: Study) -> Iterator[Yield]:
    """Two where clauses select one record, and different types or codelists are stated of its value.

    ## What it checks
    Data type, and codelist where both have one, of all value level of a variable that is about one record.

    ## Not a fault
    - Value levels that agree in these.
    - A record that no where clause selects.

    ## Why it matters
    It is open what describes the value.

    ## Smallest fix
    Make the where clauses exclude each other.
    """
    definition = definition_of(study)
    leveled = list(leveled_variables(data, definition))
    if not leveled:
        yield NO_VALUE_LEVEL
    for each in leveled:
        yield from _contradictions(each)


def _contradictions(leveled: LeveledVariable) -> Iterator[Fault]:
    """A fault for each pair of value levels that disagree about records they share."""
    name, records = leveled.variable.name, leveled.records
    true = [(level, records.truth(level.where).true) for level in leveled.variable.value_level]
    several = np.sum([of for _, of in true], axis=0, dtype=np.intp) > 1
    if not several.any():
        return
    shared = [(level.definition, of & several) for level, of in true if (of & several).any()]
    for (one, of_one), (other, of_other) in combinations(shared, 2):
        differing = _differing(one, other)
        if differing and (of_one & of_other).any():
            yield Fault(
                records.mask(of_one & of_other),
                (name,),
                f"{name} has two {differing}: {called(one.oid)} and {called(other.oid)} are about one record",
            )


def _differing(one: VariableDefinition, other: VariableDefinition) -> str:
    if one.data_type != other.data_type:
        return "data types"
    return "codelists" if one.codelist and other.codelist and one.codelist != other.codelist else ""


# What the rules share


NO_VALUE_LEVEL = NotApplicable("define.xml has no value level for variables of the dataset")


def _faults(data: Dataset, study: Study, stated: StatedOfValues) -> Iterator[Yield]:
    """A fault for each value level, with the records whose values are not as it states."""
    definition = definition_of(study)
    leveled = list(leveled_variables(data, definition))
    if not leveled:
        yield NO_VALUE_LEVEL
    for each in leveled:
        name = each.variable.name
        if columns.is_date(data[name]):
            continue  # numbers of SAS
        values, character = data.distinct(name), data.is_character(name)
        for level, positions in each.levels():
            codes = values.codes[positions]
            present = np.unique(codes[codes >= 0])
            wrong = stated.wrong(level.definition, values[present], character)
            if wrong is None or not wrong.any():
                continue
            mask = _at(positions[np.isin(codes, present[wrong])], data)
            message = f"{name} {stated.fault(level.definition)}{_where(level, definition)}"
            yield Fault(mask, (name,), message, values=listed(shown_values(values, mask), "and"))


def _at(positions: Codes, data: Dataset) -> Mask:
    mask = np.zeros(len(data), dtype=np.bool_)
    mask[positions] = True
    return mask


def _where(level: ValueLevel, definition: Definition) -> str:
    return f" where {_in_words(level.where, definition)}"


def _in_words(clauses: tuple[str, ...], definition: Definition) -> str:
    """Where clauses as a message has them: "PARAMCD EQ OS and AVISITN IN (1, 2)"."""
    known = [definition.where_clauses[oid] for oid in clauses if oid in definition.where_clauses]
    each = (" and ".join(_comparison(check, definition) for check in clause.checks) for clause in known)
    return one_line(" or ".join(each), _LONGEST)


def _comparison(check: RangeCheck, definition: Definition) -> str:
    places = definition.places.get(check.item)
    values = ", ".join(value or "a missing value" for value in check.values)
    compared = f"({values})" if len(check.values) != 1 else values
    return f"{places[0][1] if places else check.item} {check.comparator} {compared}"
