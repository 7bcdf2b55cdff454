"""Rules about what a define.xml states of its variables, or does not: types, origins, order, lengths, labels.

They need no data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ...study.definition import Definition, VariableDefinition, VariableOrigin
from ...study.study import Study
from ...wording import one_line
from ..defined import (
    Statement,
    about_document,
    again,
    called,
    cited,
    definition_of,
    levels_of,
    statements_of,
    variables_of,
)
from ..described_values import DATA_TYPES
from ..rule import Fault

__family__ = "document"


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
        if given not in DATA_TYPES:
            yield each.fault(f"has the data type {one_line(given, 20)!r}" if given else "has no data type")


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
        for variable in again(dataset.variables, number):
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
