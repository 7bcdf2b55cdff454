"""References of a definition, and those of them that lead nowhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping

from .definition import (
    AnalysisDisplay,
    DanglingReference,
    DatasetDefinition,
    Definition,
    DocumentReference,
    VariableDefinition,
)

OidReference = tuple[str, str, str, int]
"""What is referred to, its OID, the OID of what refers to it, and the line of that."""


def dangling(
    definition: Definition, value_lists: Container[str], lost: Iterable[DanglingReference]
) -> tuple[DanglingReference, ...]:
    """The references of a definition that lead nowhere, each once, by line.

    Parameters
    ----------
    definition : Definition
    value_lists : container of str
        The OIDs of value lists, which a definition keeps with their variables only.
    lost : iterable of DanglingReference
        References to variables that are not in the definition because of it.
    """
    known: Mapping[str, Container[str]] = {
        "codelist": definition.codelists,
        "where clause": definition.where_clauses,
        "method": definition.methods,
        "comment": definition.comments,
        "document": definition.documents,
        "standard": {each.oid for each in definition.standards},
        "variable": {each.oid for each in each_once(definition)},
        "dataset": {each.oid for each in definition.datasets},
        "value list": value_lists,
    }
    found = {
        (kind, oid, referrer): line
        for kind, oid, referrer, line in references(definition)
        if oid and oid not in known[kind]
    }
    made = (DanglingReference(*reference, line) for reference, line in found.items())
    return tuple(sorted((*lost, *made), key=lambda each: each.line))


def references(definition: Definition) -> Iterator[OidReference]:
    """All references of a definition, those to nothing, with an empty OID, among them."""
    yield "comment", definition.document.comment, definition.document.metadata_oid, 0
    for standard in definition.standards:
        yield "comment", standard.comment, standard.oid, 0
    yield from _to_documents((*definition.annotated_crf, *definition.supplemental), "", 0)
    for dataset in definition.datasets:
        yield from _of_dataset(dataset)
    for variable in each_once(definition):
        yield from _of_variable(variable)
    for codelist in definition.codelists.values():
        yield "standard", codelist.standard, codelist.oid, codelist.line
        yield "comment", codelist.comment, codelist.oid, codelist.line
    for clause in definition.where_clauses.values():
        yield "comment", clause.comment, clause.oid, clause.line
        for check in clause.checks:
            yield "variable", check.item, clause.oid, clause.line
    for method in definition.methods.values():
        yield from _to_documents(method.documents, method.oid, method.line)
    for comment in definition.comments.values():
        yield from _to_documents(comment.documents, comment.oid, comment.line)
    for display in definition.analyses:
        yield from _of_display(display)


def _of_dataset(dataset: DatasetDefinition) -> Iterator[OidReference]:
    yield "comment", dataset.comment, dataset.oid, dataset.line
    yield "standard", dataset.standard, dataset.oid, dataset.line
    yield "document", dataset.leaf, dataset.oid, dataset.line


def each_once(definition: Definition) -> Iterator[VariableDefinition]:
    """Variables, and the value level of each value list once, however many variables share it."""
    lists: set[str] = set()
    waiting = deque(variable for _, variable in definition.variables())
    while waiting:
        variable = waiting.popleft()
        yield variable
        if variable.value_level and variable.value_list not in lists:
            lists.add(variable.value_list)
            waiting.extend(each.definition for each in variable.value_level)


def _of_variable(variable: VariableDefinition) -> Iterator[OidReference]:
    yield "codelist", variable.codelist, variable.oid, variable.line
    yield "codelist", variable.role_codelist, variable.oid, variable.line
    yield "method", variable.method, variable.oid, variable.line
    yield "comment", variable.comment, variable.oid, variable.line
    yield "value list", variable.value_list, variable.oid, variable.line
    for each in variable.value_level:
        for clause in each.where:
            yield "where clause", clause, each.definition.oid, each.definition.line
    for origin in variable.origins:
        yield from _to_documents(origin.documents, variable.oid, variable.line)


def _of_display(display: AnalysisDisplay) -> Iterator[OidReference]:
    yield from _to_documents(display.documents, display.oid, display.line)
    for result in display.results:
        yield "variable", result.parameter, result.oid, result.line
        yield "comment", result.datasets_comment, result.oid, result.line
        for dataset in result.datasets:
            yield "dataset", dataset.dataset, result.oid, result.line
            yield from (("where clause", clause, result.oid, result.line) for clause in dataset.where)
            yield from (("variable", item, result.oid, result.line) for item in dataset.variables)
        if result.documentation:
            yield from _to_documents(result.documentation.documents, result.oid, result.line)
        if result.code:
            yield from _to_documents(result.code.documents, result.oid, result.line)


def _to_documents(
    references: tuple[DocumentReference, ...], referrer: str, line: int
) -> Iterator[OidReference]:
    return (("document", each.leaf, referrer, line) for each in references)
