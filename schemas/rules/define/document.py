"""Rules about a define.xml as a whole: what it refers to and does not define, repeats, or leaves over.

They need no data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from types import MappingProxyType

from ...severity import Severity
from ...study.definition import UNREFERENCED, AnalysisResult, DanglingReference, Definition
from ...study.definition_references import references
from ...study.study import Study
from ...wording import one_line
from ..defined import Statement, about_document, again, called, cited, definition_of
from ..rule import Citation, Fault, NotApplicable, Yield


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
    for dataset in again(definition.datasets, lambda each: each.name.upper()):
        yield Fault(
            None,
            (called(dataset.name),),
            f"dataset {called(dataset.name)} is defined again (line {dataset.line})",
            cause=dataset.name,
            line=dataset.line,
        )
    for dataset in definition.datasets:
        for variable in again(dataset.variables, lambda each: each.name.upper()):
            yield Statement(dataset, variable).fault("is defined again in its dataset")
    for invalid in definition.invalid:
        if invalid.expected == "unique":
            oid = called(invalid.oid)
            message = f"OID {oid} is used again (line {invalid.line})"
            yield Fault(None, (), message, cause=invalid.oid, line=invalid.line)


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
