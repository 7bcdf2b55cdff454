"""Rules about a define.xml itself: what it refers to, what it leaves open, what contradicts itself.

They need no data, and judge the document as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import PurePath
from types import MappingProxyType
from typing import TypeVar

from ...severity import Severity
from ...study.definition import (
    UNREFERENCED,
    AnalysisResult,
    CodelistDefinition,
    DanglingReference,
    DatasetDefinition,
    Definition,
    RangeCheck,
    VariableDefinition,
    VariableOrigin,
)
from ...study.definition_references import references
from ...study.study import Study
from ...wording import one_line
from ..defined import Statement, called, cited, defined, definition_of, levels_of, statements_of, variables_of
from ..rule import Citation, Fault, Grain, NotApplicable, Yield

about_document = partial(defined, grain=Grain.STUDY)
"""`rule` for a fault of a define.xml that needs no data."""


# References and names


@about_document(
    "DF040",
    title="define.xml refers to what it does not define",
    severity=Severity.ERROR,
    citations=cited("ODM, OID references"),
)
def dangling(study: Study) -> Iterator[Fault]:
    """An OID is referred to, but nothing in the file has it.

    ## What it checks
    Every reference to a codelist, where clause, method, comment, document, standard, variable, dataset or
    value list leads to one. References of analysis results are those of DF057.

    ## Not a fault
    External dictionaries and files named by `href`, which are not in define.xml.

    ## Why it matters
    A style sheet shows nothing in its place: the reviewer misses the codelist or method that was meant, and
    rules about it cannot be checked.

    ## Smallest fix
    Define it, or correct or remove the reference.
    """
    definition = definition_of(study)
    of_analyses = _analysis_oids(definition)
    for each in definition.dangling:
        if each.referrer not in of_analyses:
            yield _dangling(each, definition)


def _dangling(each: DanglingReference, definition: Definition) -> Fault:
    paths = tuple(".".join(place) for place in definition.places.get(each.referrer, ()))
    referrer = ", ".join(paths[:3]) or called(each.referrer, "the document")
    where = f"; {referrer} refers to it" + (f" (line {each.line})" if each.line else "")
    return Fault(
        None,
        paths,
        f"{each.kind} {called(each.oid)} is not defined{where}",
        cause=f"{each.kind} {each.oid} {each.referrer}",
        line=each.line,
    )


@about_document(
    "DF041",
    title="Name or OID is repeated in define.xml",
    severity=Severity.ERROR,
    citations=cited("ItemGroupDef Name", "ItemDef Name", "OID uniqueness"),
)
def repeated_names(study: Study) -> Iterator[Fault]:
    """Two datasets, two variables of a dataset or two elements of a kind have one name or OID.

    ## What it checks
    Names of datasets, names of the variables of each dataset (in any case), and OIDs of elements of a kind.

    ## Not a fault
    - One ItemDef to which several datasets refer.
    - Value level items with the name of their variable.

    ## Why it matters
    It is open which of them describes the data; programs take one of them silently.

    ## Smallest fix
    Rename or remove one of them.
    """
    definition = definition_of(study)
    for dataset in _again(definition.datasets, lambda each: each.name.upper()):
        yield Fault(
            None,
            (called(dataset.name),),
            f"dataset {called(dataset.name)} is defined again (line {dataset.line})",
            cause=dataset.name,
            line=dataset.line,
        )
    for dataset in definition.datasets:
        for variable in _again(dataset.variables, lambda each: each.name.upper()):
            yield Statement(dataset, variable).fault("is defined again in its dataset")
    for invalid in definition.invalid:
        if invalid.expected == "unique":
            oid = called(invalid.oid)
            message = f"OID {oid} is used again (line {invalid.line})"
            yield Fault(None, (), message, cause=invalid.oid, line=invalid.line)


Repeatable = TypeVar("Repeatable", DatasetDefinition, VariableDefinition)


def _again(all_of_them: Iterable[Repeatable], name: Callable[[Repeatable], Hashable]) -> Iterator[Repeatable]:
    """Those with the name of an earlier one, once for each name; an empty name is none."""
    times: Counter[Hashable] = Counter()
    for each in all_of_them:
        named = name(each)
        times[named] += 1
        if named not in ("", None) and times[named] == 2:
            yield each


@about_document("DF042", title="Value in define.xml is invalid", citations=cited("ODM, data formats"))
def invalid_values(study: Study) -> Iterator[Fault]:
    """An attribute has a value that it cannot have; it is read as not stated.

    ## What it checks
    Yes or No where that is asked for; positive integers of lengths, order and keys; comparators of where
    clauses; OIDs where one is needed; the keys that version 1.0 lists by name.

    ## Not a fault
    Attributes that are not stated.

    ## Why it matters
    What was meant is not known, and not checked.

    ## Smallest fix
    Correct the value in the line that the message names.
    """
    for each in definition_of(study).invalid:
        if each.expected == "unique":
            continue
        given = f"{one_line(each.attribute, 40)}={one_line(repr(each.value), 60)}"
        whose = f" of {called(each.oid)}" if each.oid else ""
        yield Fault(
            None,
            (),
            f"{given}{whose} is not valid, expected {each.expected} (line {each.line})",
            cause=f"{each.oid} {each.attribute}",
            line=each.line,
        )


_NUMBERS = frozenset(("integer", "float", "double"))
_DATA_TYPES = _NUMBERS | frozenset(
    "text string datetime date time partialDate partialTime partialDatetime incompleteDatetime"
    " durationDatetime intervalDatetime boolean URI hexBinary base64Binary hexFloat base64Float".split()
)


@about_document(
    "DF043",
    title="DataType is not one of Define-XML",
    citations=cited("ItemDef DataType", "CodeList DataType"),
)
def unknown_data_types(study: Study) -> Iterator[Fault]:
    """The data type of a variable is missing, or none that Define-XML or ODM has.

    ## What it checks
    DataType of variables and of their value level.

    ## Not a fault
    Data types of ODM that Define-XML does not use, such as `double`.

    ## Why it matters
    Values are not checked against a type that is not known.

    ## Smallest fix
    Use one of text, integer, float, date, datetime, time, partialDate, partialTime, partialDatetime,
    incompleteDatetime, durationDatetime.
    """
    for each in statements_of(definition_of(study)):
        given = each.definition.data_type
        if given not in _DATA_TYPES:
            yield each.fault(f"has the data type {one_line(given, 20)!r}" if given else "has no data type")


# Origins, methods, predecessors


@about_document("DF044", title="Variable without origin in define.xml", citations=cited("def:Origin"))
def no_origin(study: Study) -> Iterator[Fault]:
    """Nothing says where a variable comes from.

    ## What it checks
    Each variable has an origin, or each of its value level has one.

    ## Not a fault
    - A document that is not for submission: `def:Context="Other"` in version 2.1.
    - Version 1.0 without any origins.
    - Variables and datasets without data (`def:HasNoData`).

    ## Why it matters
    Reviewers trace results to their sources by origins.

    ## Smallest fix
    State `def:Origin`: Collected, Derived, Assigned, Protocol or Predecessor.
    """
    definition = definition_of(study)
    if not _is_for_submission(definition):
        return
    if definition.version == "1.0" and not any(each.origins for _, each in definition.variables()):
        return
    for each in _delivered(definition):
        if not _everywhere(each.variable, lambda stated: bool(stated.origins)):
            yield each.fault("has no origin")


def _is_for_submission(definition: Definition) -> bool:
    """Whether all that a submission needs is asked for; before version 2.1 no document says otherwise."""
    return definition.version != "2.1" or definition.document.context != "Other"


def _delivered(definition: Definition) -> Iterator[Statement]:
    """Variables that have data."""
    return (
        each
        for each in variables_of(definition)
        if not (each.dataset.has_no_data or each.variable.has_no_data)
    )


def _everywhere(variable: VariableDefinition, holds: Callable[[VariableDefinition], bool]) -> bool:
    """Whether something is stated of a variable, or of all its value level."""
    levels = [each.definition for each in variable.value_level]
    return holds(variable) or (bool(levels) and all(_everywhere(each, holds) for each in levels))


@about_document(
    "DF045",
    title="Derived variable without method in define.xml",
    citations=cited("MethodDef", "def:Origin"),
)
def no_method(study: Study) -> Iterator[Fault]:
    """A variable is derived, and nothing says how.

    ## What it checks
    A variable with the origin Derived, or a value level with it, has a method.

    ## Not a fault
    - A comment in place of a method, which is how version 1.0 and many sponsors explain it.
    - An origin with a description, or with a document that explains it.
    - A method of each value level instead of one of the variable.

    ## Why it matters
    The derivation can be neither reviewed nor repeated.

    ## Smallest fix
    Write a MethodDef, and refer to it with MethodOID.
    """
    for each in variables_of(definition_of(study)):
        if _is_derived(each.variable) and not _everywhere(each.variable, _is_explained):
            yield each.fault("is derived, and has neither a method nor a comment")
            continue
        for level in levels_of(each.variable.value_level):
            stated = Statement(each.dataset, each.variable, level.definition)
            if _is_derived(level.definition) and not (
                _is_explained(each.variable) or _everywhere(level.definition, _is_explained)
            ):
                yield stated.fault("is derived, and has neither a method nor a comment")


def _is_derived(variable: VariableDefinition) -> bool:
    return any(origin.type.strip().upper() == "DERIVED" for origin in variable.origins)


def _is_explained(variable: VariableDefinition) -> bool:
    by_origin = any(origin.description or origin.documents for origin in variable.origins)
    return bool(variable.method or variable.comment) or by_origin


_PATH = re.compile(r"(?<![\w.])([A-Z][A-Z0-9]{1,31})\.([A-Z_][A-Z0-9_]{0,31})(?![\w.])")


@about_document(
    "DF046", title="Predecessor of a variable is not defined", citations=cited("def:Origin, Predecessor")
)
def no_predecessor(study: Study) -> Iterator[Fault]:
    """The variable that another one copies is not named, or its dataset has no such variable.

    ## What it checks
    An origin of Predecessor names it in its description, or a comment or document does. Where it is written
    as DATASET.VARIABLE and this define.xml defines the dataset, the dataset has that variable.

    ## Not a fault
    - A dataset that another define.xml describes, such as the DM of an ADaM define.xml.
    - QNAMs written as variables of a supplemental dataset: SUPPDM.RACEOTH.

    ## Why it matters
    A value cannot be traced to a variable that does not exist.

    ## Smallest fix
    Correct the name in the description of the origin.
    """
    definition = definition_of(study)
    for each in statements_of(definition):
        for origin in each.definition.origins:
            if origin.type.strip().upper() == "PREDECESSOR":
                yield from _of_predecessor(each, origin, definition)


def _of_predecessor(each: Statement, origin: VariableOrigin, definition: Definition) -> Iterator[Fault]:
    if not (origin.description or origin.documents or each.definition.comment or each.definition.method):
        yield each.fault("has a predecessor, but nothing names it")
    for name, variable in dict.fromkeys(_PATH.findall(origin.description)):
        dataset = definition.by_name.get(name)
        if dataset is not None and "QNAM" not in dataset.by_name and variable not in dataset.by_name:
            path = called(f"{name}.{variable}")
            yield each.fault(f"has the predecessor {path}, which is not defined", cause=path)


# Codelists


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
        if _DATA_TYPES.issuperset(types) and (types[0] in _NUMBERS) != (types[1] in _NUMBERS):
            yield each.fault(f"is {types[0]}, but its codelist {called(codelist.oid)} is {types[1]}")


# Order, keys, length, labels


@about_document(
    "DF049", title="OrderNumber is repeated in define.xml", citations=cited("ItemRef OrderNumber")
)
def repeated_order(study: Study) -> Iterator[Fault]:
    """Two variables of a dataset have one place.

    ## What it checks
    OrderNumber is unique among the variables of a dataset.

    ## Not a fault
    Gaps, and variables without OrderNumber.

    ## Why it matters
    The order of the variables is open.

    ## Smallest fix
    Number them again, in the order of the dataset.
    """
    yield from _repeated_numbers(study, "order number", lambda each: each.order)


@about_document(
    "DF050", title="KeySequence is repeated in define.xml", citations=cited("ItemRef KeySequence")
)
def repeated_keys(study: Study) -> Iterator[Fault]:
    """Two key variables of a dataset have one place.

    ## What it checks
    KeySequence is unique among the variables of a dataset.

    ## Not a fault
    Datasets without keys.

    ## Why it matters
    The order in which keys sort the records is open.

    ## Smallest fix
    Number the keys 1, 2, 3, …
    """
    yield from _repeated_numbers(study, "key sequence", lambda each: each.key_sequence)


def _repeated_numbers(
    study: Study, kind: str, number: Callable[[VariableDefinition], int | None]
) -> Iterator[Fault]:
    for dataset in definition_of(study).datasets:
        for variable in _again(dataset.variables, number):
            first = next(each for each in dataset.variables if number(each) == number(variable))
            yield Statement(dataset, variable).fault(
                f"has the {kind} {number(variable)}, as {called(first.name)}"
            )


@about_document(
    "DF051", title="Text variable without length in define.xml", citations=cited("ItemDef Length")
)
def no_length(study: Study) -> Iterator[Fault]:
    """A character variable has no Length.

    ## What it checks
    Variables of data type text have a Length, or each of their value level has one.

    ## Not a fault
    - Dates, times, durations and other text with a type of its own.
    - Variables and datasets without data (`def:HasNoData`).

    ## Why it matters
    Length is required, and texts are checked against it.

    ## Smallest fix
    State the length of the variable in the dataset.
    """
    for each in _delivered(definition_of(study)):
        is_text = each.variable.data_type in ("text", "string")
        if is_text and not _everywhere(each.variable, lambda stated: stated.length is not None):
            yield each.fault("is text, and has no length")


@about_document(
    "DF052", title="Dataset or variable without label in define.xml", citations=cited("Description")
)
def no_label(study: Study) -> Iterator[Fault]:
    """A dataset or a variable has no label.

    ## What it checks
    Datasets and variables have a description, or a label in version 1.0.

    ## Not a fault
    - A document that is not for submission: `def:Context="Other"` in version 2.1.
    - Value level without a label of its own.

    ## Why it matters
    Reviewers read labels.

    ## Smallest fix
    State the label that the dataset has.
    """
    definition = definition_of(study)
    if not _is_for_submission(definition):
        return
    for dataset in definition.datasets:
        if not dataset.label:
            name = called(dataset.name, dataset.oid)
            yield Fault(None, (name,), f"{name} has no label", cause=name, line=dataset.line)
    for each in variables_of(definition):
        if not each.variable.label:
            yield each.fault("has no label")


_PAGES = re.compile(r"\bCRF\b.*\bpages?\b", re.IGNORECASE | re.DOTALL)


@about_document(
    "DF053", title="Pages of no document in define.xml", citations=cited("def:DocumentRef", "def:PDFPageRef")
)
def pages_without_document(study: Study) -> Iterator[Fault]:
    """The origin of a variable names pages, but no document.

    ## What it checks
    Pages of an origin are those of a document; in version 1.0, which writes an origin as CRF Page 7,
    the file refers to an annotated CRF.

    ## Not a fault
    A document without pages.

    ## Why it matters
    The pages cannot be opened.

    ## Smallest fix
    Refer to the document with leafID, or with def:AnnotatedCRF.
    """
    definition = definition_of(study)
    for each in statements_of(definition):
        if any(_has_loose_pages(origin, definition) for origin in each.definition.origins):
            yield each.fault("is collected on pages of no document")


def _has_loose_pages(origin: VariableOrigin, definition: Definition) -> bool:
    said = origin.type if definition.version == "1.0" else origin.description
    is_collected = definition.version == "1.0" or origin.type in ("Collected", "CRF")
    in_words = is_collected and bool(_PAGES.search(said)) and not origin.documents
    by_reference = any(each.pages and not each.leaf for each in origin.documents)
    return by_reference or (in_words and not definition.annotated_crf)


# Value level and where clauses


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
    form = _number if codelist.data_type in _NUMBERS else str.rstrip
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


# What nothing refers to, and analysis results


@about_document(
    "DF056", title="Nothing refers to a definition", severity=Severity.NOTE, citations=cited("OID")
)
def orphans(study: Study) -> Iterator[Yield]:
    """A codelist, where clause, method, comment, document or variable is defined, and nothing refers to it.

    ## What it checks
    Something in the file refers to each of them.

    ## Not a fault
    - Standards.
    - Documents, comments and the like in a file with parts that are not read, such as the analysis results
      of version 1.0: these may refer to them.

    ## Why it matters
    A reference was forgotten, or the definition is left over.

    ## Smallest fix
    Refer to it, or remove it.
    """
    definition = definition_of(study)
    not_kept = [each for each in definition.unsupported if not each.startswith(UNREFERENCED)]
    for each in definition.unsupported:
        if each.startswith(UNREFERENCED):
            yield Fault(None, (), one_line(each, 120), cause=each.partition(" (")[0])
    if not_kept:
        return
    used = {(kind, oid) for kind, oid, _, _ in references(definition)}
    kinds: Mapping[str, Mapping[str, object]] = MappingProxyType(
        {
            "codelist": definition.codelists,
            "where clause": definition.where_clauses,
            "method": definition.methods,
            "comment": definition.comments,
            "document": definition.documents,
        }
    )
    for kind, known in kinds.items():
        for oid in known:
            if (kind, oid) not in used:
                yield Fault(None, (), f"nothing refers to {kind} {called(oid)}", cause=f"{kind} {oid}")


@about_document(
    "DF057",
    title="Analysis results refer to what is not defined",
    severity=Severity.ERROR,
    citations=(Citation("Analysis Results Metadata 1.0", "arm:AnalysisResult"),),
)
def analysis_results(study: Study) -> Iterator[Yield]:
    """The parameter, a dataset, a variable or a where clause of an analysis result is not defined.

    ## What it checks
    All references of displays and results lead to a definition, and each analysis variable, and the
    parameter, is one of the datasets of its result; the latter is a warning.

    ## Not a fault
    A result without a parameter.

    ## Why it matters
    The result cannot be repeated from its metadata.

    ## Smallest fix
    Correct the reference.
    """
    definition = definition_of(study)
    if not definition.analyses:
        yield NotApplicable("define.xml has no analysis results")
        return
    of_analyses = _analysis_oids(definition)
    for each in definition.dangling:
        if each.referrer in of_analyses:
            yield _dangling(each, definition)
    for display in definition.analyses:
        for result in display.results:
            yield from _of_other_datasets(result, definition)


def _analysis_oids(definition: Definition) -> frozenset[str]:
    """OIDs of displays and their results."""
    displays = definition.analyses
    results = (result.oid for display in displays for result in display.results)
    return frozenset((*(display.oid for display in displays), *results))


def _of_other_datasets(result: AnalysisResult, definition: Definition) -> Iterator[Fault]:
    """Variables that are defined, but not in the dataset of an analysis."""
    own = {each.oid: frozenset(variable.oid for variable in each.variables) for each in definition.datasets}
    used = [(item, own.get(each.dataset)) for each in result.datasets for item in each.variables]
    known = [own[each.dataset] for each in result.datasets if each.dataset in own]
    if result.parameter and known:
        used.append((result.parameter, frozenset().union(*known)))
    for item, variables in used:
        if variables is not None and item not in variables and item in definition.places:
            path = ".".join(definition.places[item][0])
            whose = f"analysis result {called(result.oid)} (line {result.line})"
            yield Fault(
                None,
                (path,),
                f"{path} is not in the analysis dataset of {whose}",
                severity=Severity.WARNING,
                cause=f"{result.oid} {item}",
                line=result.line,
            )


@about_document(
    "DF058",
    title="define.xml is not valid by its XML Schema",
    severity=Severity.ERROR,
    citations=cited("XML Schema"),
)
def not_valid(study: Study) -> Iterator[Yield]:
    """The file breaks the XML Schema that CDISC publishes.

    ## What it checks
    Elements, their order and attributes, and the values of these, with the XML Schema given as `xsd`; without
    it the rule is not applicable. The first 1,000 problems are reported.

    ## Not a fault
    Extensions of vendors in a namespace of their own, where the XML Schema allows them.

    ## Why it matters
    A receiving system may reject the file, or read it in another way.

    ## Smallest fix
    Correct the line that the message names.
    """
    definition = definition_of(study)
    if definition.schema_problems is None:
        yield NotApplicable("not checked against an XML Schema")
        return
    file = PurePath(definition.source.path).name if definition.source else "define.xml"
    for number, each in enumerate(definition.schema_problems, start=1):
        place = f"{called(file)}:{each.line}"
        cause = f"{number} {each.message}"
        yield Fault(None, (), f"{place}: {each.message}", cause=cause, line=each.line)
