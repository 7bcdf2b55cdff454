"""Rules about the values that a define.xml names: terms of codelists, and the where clauses of value level.

They need no data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...study.definition import CodelistDefinition, RangeCheck
from ...study.study import Study
from ...wording import one_line
from ..defined import (
    Statement,
    about_document,
    called,
    cited,
    definition_of,
    levels_of,
    statements_of,
    variables_of,
)
from ..described_values import DATA_TYPES, NUMERIC_TYPES
from ..rule import Fault, NotApplicable, Yield

__family__ = "document"


@about_document("DF047", title="Codelist with empty or repeated terms", citations=cited("CodeList"))
def codelist_terms(study: Study) -> Iterator[Fault]:
    """A codelist has no terms, a term without a value, or one value twice.

    ## What it checks
    Each codelist has terms or is an external dictionary, and each coded value occurs once and is not blank.

    ## Not a fault
    - Codes with the same decode.
    - Codes that differ in case.

    ## Why it matters
    With one code twice it is open which decode is meant.

    ## Smallest fix
    Remove the term, or correct its CodedValue.
    """
    for codelist in definition_of(study).codelists.values():
        codes = Counter(each.coded for each in codelist.items)
        if not codelist.items and codelist.external is None:
            yield _of_codelist(codelist, "has no terms", "no terms")
        if any(not code.strip() for code in codes):
            yield _of_codelist(codelist, "has a term without a value", "blank")
        for code in (code for code, times in codes.items() if times > 1 and code.strip()):
            yield _of_codelist(codelist, f"has the term {one_line(code, 40)!r} {codes[code]} times", code)


def _of_codelist(codelist: CodelistDefinition, what: str, cause: str) -> Fault:
    message = f"codelist {called(codelist.oid)} {what} (line {codelist.line})"
    return Fault(None, (), message, cause=f"{codelist.oid} {cause}", line=codelist.line)


@about_document(
    "DF048",
    title="Codelist and its variable are of different types",
    citations=cited("CodeList DataType", "ItemDef DataType"),
)
def codelist_types(study: Study) -> Iterator[Fault]:
    """A character variable has a codelist of numbers, or the reverse.

    ## What it checks
    DataType of each codelist against that of the variables, and value level, that refer to it.

    ## Not a fault
    - A codelist of integers for a variable of type float, and the reverse.
    - External dictionaries.

    ## Why it matters
    Codes and values are compared as text or as numbers, and do not match as the other.

    ## Smallest fix
    Correct one of the two data types.
    """
    definition = definition_of(study)
    for each in statements_of(definition):
        codelist = definition.codelists.get(each.definition.codelist)
        if codelist is None or codelist.external is not None:
            continue
        types = (each.definition.data_type, codelist.data_type)
        if DATA_TYPES.issuperset(types) and (types[0] in NUMERIC_TYPES) != (types[1] in NUMERIC_TYPES):
            yield each.fault(f"is {types[0]}, but its codelist {called(codelist.oid)} is {types[1]}")


@about_document(
    "DF054",
    title="Where clause compares with a value outside the codelist",
    citations=cited("def:WhereClauseDef", "CheckValue"),
)
def checked_values(study: Study) -> Iterator[Fault]:
    """A where clause compares a variable with a value that its codelist does not have.

    ## What it checks
    The values of EQ, NE, IN and NOTIN are terms of the codelist of the variable; numbers are compared as
    numbers.

    ## Not a fault
    - External dictionaries, and variables without a codelist.
    - A blank value, which means a missing one.

    ## Why it matters
    The clause selects no record with that value: it is misspelt there or in the codelist.

    ## Smallest fix
    Correct the value, or add the term to the codelist.
    """
    definition = definition_of(study)
    by_oid = {each.variable.oid: each for each in reversed([*variables_of(definition)])}
    for clause in definition.where_clauses.values():
        for check in clause.checks:
            whose = by_oid.get(check.item)
            if whose is None:
                continue
            codelist = definition.codelists.get(whose.variable.codelist)
            for value in _outside(check, codelist):
                said = f"{one_line(value, 40)!r}, which its codelist does not have"
                where = f"in where clause {called(clause.oid)} (line {clause.line})"
                yield whose.fault(f"is compared with {said}, {where}", cause=f"{clause.oid} {value}")


_OF_MEMBERS = frozenset(("EQ", "NE", "IN", "NOTIN"))


def _outside(check: RangeCheck, codelist: CodelistDefinition | None) -> Iterator[str]:
    if codelist is None or not codelist.items or check.comparator not in _OF_MEMBERS:
        return
    form = _number if codelist.data_type in NUMERIC_TYPES else str.rstrip
    known = {form(each.coded) for each in codelist.items}
    yield from (each for each in dict.fromkeys(check.values) if each.strip() and form(each) not in known)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


@about_document(
    "DF055",
    title="Value level without a where clause",
    citations=cited("def:ValueListDef", "def:WhereClauseRef"),
)
def no_where_clause(study: Study) -> Iterator[Yield]:
    """Something is stated of some values of a variable, but not of which.

    ## What it checks
    Each ItemRef of a value list has a where clause.

    ## Not a fault
    Version 1.0, which has no where clauses.

    ## Why it matters
    Nothing can be checked against it.

    ## Smallest fix
    Refer to a where clause with def:WhereClauseRef.
    """
    definition = definition_of(study)
    if definition.version == "1.0":
        yield NotApplicable("version 1.0 has no where clauses")
        return
    for each in variables_of(definition):
        for level in levels_of(each.variable.value_level):
            if not level.where:
                yield Statement(each.dataset, each.variable, level.definition).fault("has no where clause")
