"""A `Definition` to a define.xml of version 2.1, whatever version it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ....schemas.errors import UnwritableOutput
from ....schemas.study.definition import (
    AnalysisDisplay,
    AnalysisResult,
    CodelistDefinition,
    CodelistItem,
    Comment,
    DatasetDefinition,
    Definition,
    DocumentReference,
    Leaf,
    MethodDefinition,
    Standard,
    VariableDefinition,
    VariableOrigin,
    WhereClause,
)
from ....schemas.study.definition_references import each_once
from ....schemas.wording import one_line
from .markup import Node, node, rendered
from .vocabulary import ARM, DEF_NAMESPACE, NCI_CODES, ODM, XLINK

_LANGUAGE = "en"
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def define_xml(definition: Definition) -> bytes:
    """The file of a definition: what is read of it again is equal, but for the version.

    Parameters
    ----------
    definition : Definition

    Returns
    -------
    bytes
        In UTF-8; the same definition gives the same bytes.

    Raises
    ------
    UnwritableOutput
        If a text has a character that XML cannot hold.

    Examples
    --------
    >>> from adamgate.converters.metadata.define_xml.writer import define_xml
    >>> from adamgate.schemas.study.definition import DatasetDefinition, Definition
    >>> text = define_xml(Definition("2.1", datasets=(DatasetDefinition("IG.ADSL", "ADSL"),))).decode()
    >>> '<ItemGroupDef OID="IG.ADSL" Name="ADSL"' in text
    True
    """
    document, study = definition.document, definition.study
    attributes = {
        "xmlns": ODM,
        "xmlns:xlink": XLINK,
        "xmlns:def": f"{DEF_NAMESPACE}2.1",
        **({"xmlns:arm": ARM} if definition.analyses else {}),
        "ODMVersion": "1.3.2",
        "FileType": "Snapshot",
        "FileOID": document.file_oid,
        "CreationDateTime": document.created,
        "Originator": document.originator,
        "SourceSystem": document.source_system,
        "SourceSystemVersion": document.source_system_version,
        "def:Context": document.context,
    }
    names = (
        ("StudyName", study.name),
        ("StudyDescription", study.description),
        ("ProtocolName", study.protocol),
    )
    variables = node("GlobalVariables", {}, (node(name, {}, text=text) for name, text in names))
    within = node("Study", {"OID": study.oid}, (variables, _metadata(definition)))
    text = rendered(node("ODM", attributes, (within,)))
    if wrong := _NOT_IN_XML.search(text):
        line = text[text.rfind("\n", 0, wrong.start()) + 1 :].partition("\n")[0]
        raise UnwritableOutput(
            f"XML cannot hold the character U+{ord(wrong[0]):04X}",
            one_line(line.strip()),
            "remove it from the data, or from what describes them",
        )
    return text.encode()


def _metadata(definition: Definition) -> Node:
    document = definition.document
    items = _items(definition)
    own_leaves = _leaves_of_datasets(definition)
    children: list[Node | None] = [
        _group("def:Standards", map(_standard, definition.standards)),
        _group("def:AnnotatedCRF", _references(definition.annotated_crf)),
        _group("def:SupplementalDoc", _references(definition.supplemental)),
        *_value_lists(items.values()),
        *map(_where_clause, definition.where_clauses.values()),
        *(_dataset(each, own_leaves.get(each.oid)) for each in definition.datasets),
        *map(_item, items.values()),
        *map(_codelist, definition.codelists.values()),
        *map(_method, definition.methods.values()),
        *map(_comment, definition.comments.values()),
        *(_leaf(each) for each in definition.documents.values() if each not in own_leaves.values()),
        _group("arm:AnalysisResultDisplays", map(_display, definition.analyses)),
    ]
    attributes = {
        "OID": document.metadata_oid,
        "Name": document.metadata_name,
        "Description": document.metadata_description,
        "def:DefineVersion": "2.1.0",
        "def:CommentOID": document.comment,
    }
    return node("MetaDataVersion", attributes, children)


def _items(definition: Definition) -> dict[str, VariableDefinition]:
    """Variables and their value level by OID, each once."""
    found: dict[str, VariableDefinition] = {}
    for variable in each_once(definition):
        found.setdefault(variable.oid, variable)
    return found


def _leaves_of_datasets(definition: Definition) -> dict[str, Leaf]:
    """The file of each dataset; one that two have stands at the first."""
    found: dict[str, Leaf] = {}
    for dataset in definition.datasets:
        leaf = definition.documents.get(dataset.leaf)
        if leaf is not None and leaf not in found.values():
            found[dataset.oid] = leaf
    return found


def _standard(standard: Standard) -> Node:
    attributes = {
        "OID": standard.oid,
        "Name": standard.name,
        "Type": standard.type,
        "PublishingSet": standard.publishing_set,
        "Version": standard.version,
        "Status": standard.status,
        "def:CommentOID": standard.comment,
    }
    return node("def:Standard", attributes)


# Datasets and variables


def _dataset(dataset: DatasetDefinition, leaf: Leaf | None) -> Node:
    attributes = {
        "OID": dataset.oid,
        "Domain": dataset.domain,
        "Name": dataset.name,
        "Repeating": "" if dataset.repeating is None else _yes_or_no(dataset.repeating),
        "IsReferenceData": _yes_or_no(dataset.is_reference_data),
        "SASDatasetName": dataset.sas_name,
        "Purpose": dataset.purpose,
        "def:Structure": dataset.structure_text,
        "def:ArchiveLocationID": dataset.leaf,
        "def:StandardOID": dataset.standard,
        "def:IsNonStandard": _if_yes(dataset.is_non_standard),
        "def:HasNoData": _if_yes(dataset.has_no_data),
        "def:CommentOID": dataset.comment,
    }
    subclass = node("def:SubClass", {"Name": dataset.subclass}) if dataset.subclass else None
    children = (
        _description(dataset.label),
        *(_item_reference(each, ()) for each in dataset.variables),
        *(node("Alias", {"Context": context, "Name": name}) for context, name in dataset.aliases),
        node("def:Class", {"Name": dataset.class_name}, (subclass,)) if dataset.class_name else None,
        _leaf(leaf) if leaf else None,
    )
    return node("ItemGroupDef", attributes, children)


def _item_reference(variable: VariableDefinition, where: Iterable[str]) -> Node:
    attributes = {
        "ItemOID": variable.oid,
        "OrderNumber": variable.order,
        "Mandatory": _yes_or_no(variable.mandatory),
        "KeySequence": variable.key_sequence,
        "MethodOID": variable.method,
        "Role": variable.role,
        "RoleCodeListOID": variable.role_codelist,
        "def:IsNonStandard": _if_yes(variable.is_non_standard),
        "def:HasNoData": _if_yes(variable.has_no_data),
    }
    return node("ItemRef", attributes, (_where_reference(each) for each in where))


def _item(variable: VariableDefinition) -> Node:
    attributes = {
        "OID": variable.oid,
        "Name": variable.name,
        "DataType": variable.data_type,
        "Length": variable.length,
        "SignificantDigits": variable.significant_digits,
        "SASFieldName": variable.sas_name,
        "def:DisplayFormat": variable.display_format,
        "def:CommentOID": variable.comment,
    }
    children = (
        _description(variable.label),
        node("CodeListRef", {"CodeListOID": variable.codelist}) if variable.codelist else None,
        *(node("Alias", {"Context": context, "Name": name}) for context, name in variable.aliases),
        *map(_origin, variable.origins),
        node("def:ValueListRef", {"ValueListOID": variable.value_list}) if variable.value_list else None,
    )
    return node("ItemDef", attributes, children)


def _origin(origin: VariableOrigin) -> Node:
    children = (_description(origin.description), *_references(origin.documents))
    return node("def:Origin", {"Type": origin.type, "Source": origin.source}, children)


def _value_lists(variables: Iterable[VariableDefinition]) -> Iterator[Node]:
    """The value lists, each once, however many variables share it."""
    lists = {each.value_list: each.value_level for each in variables if each.value_level}
    for oid, levels in lists.items():
        yield node(
            "def:ValueListDef",
            {"OID": oid},
            (_item_reference(each.definition, each.where) for each in levels),
        )


def _where_reference(oid: str) -> Node:
    return node("def:WhereClauseRef", {"WhereClauseOID": oid})


def _where_clause(clause: WhereClause) -> Node:
    checks = (
        node(
            "RangeCheck",
            {
                "Comparator": each.comparator,
                "SoftHard": "Soft" if each.soft else "Hard",
                "def:ItemOID": each.item,
            },
            (node("CheckValue", {}, text=value) for value in each.values),
        )
        for each in clause.checks
    )
    return node("def:WhereClauseDef", {"OID": clause.oid, "def:CommentOID": clause.comment}, checks)


# Codelists, methods, comments, documents


def _codelist(codelist: CodelistDefinition) -> Node:
    attributes = {
        "OID": codelist.oid,
        "Name": codelist.name,
        "DataType": codelist.data_type,
        "SASFormatName": codelist.format,
        "def:StandardOID": codelist.standard,
        "def:IsNonStandard": _if_yes(codelist.is_non_standard),
        "def:CommentOID": codelist.comment,
    }
    external = codelist.external
    children = (
        _description(codelist.description),
        *(_codelist_item(each, enumerated=codelist.enumerated) for each in codelist.items),
        node(
            "ExternalCodeList",
            {
                "Dictionary": external.dictionary,
                "Version": external.version,
                "href": external.href,
                "ref": external.ref,
            },
        )
        if external
        else None,
        _nci_code(codelist.nci_code),
    )
    return node("CodeList", attributes, children)


def _codelist_item(item: CodelistItem, *, enumerated: bool) -> Node:
    attributes = {
        "Rank": item.rank,
        "OrderNumber": item.order,
        "def:ExtendedValue": _if_yes(item.extended),
    }
    decode = node("Decode", {}, (_translated(item.decode),)) if not enumerated else None
    made = node(
        "EnumeratedItem" if enumerated else "CodeListItem",
        attributes,
        (_description(item.description), decode, _nci_code(item.nci_code)),
    )
    return Node(made.name, {"CodedValue": item.coded, **made.attributes}, made.children)


def _nci_code(code: str) -> Node | None:
    return node("Alias", {"Context": NCI_CODES, "Name": code}) if code else None


def _method(method: MethodDefinition) -> Node:
    attributes = {"OID": method.oid, "Name": method.name, "Type": method.type}
    children = (
        _description(method.description),
        *(node("FormalExpression", {"Context": each.context}, text=each.code) for each in method.expressions),
        *_references(method.documents),
    )
    return node("MethodDef", attributes, children)


def _comment(comment: Comment) -> Node:
    children = (_description(comment.text), *_references(comment.documents))
    return node("def:CommentDef", {"OID": comment.oid}, children)


def _leaf(leaf: Leaf) -> Node:
    title = node("def:title", {}, text=leaf.title)
    return node("def:leaf", {"ID": leaf.oid, "xlink:href": leaf.href}, (title,))


def _references(references: Iterable[DocumentReference]) -> Iterator[Node]:
    for each in references:
        pages = (
            node(
                "def:PDFPageRef",
                {
                    "Type": page.kind,
                    "PageRefs": page.pages,
                    "FirstPage": page.first,
                    "LastPage": page.last,
                    "Title": page.title,
                },
            )
            for page in each.pages
        )
        yield node("def:DocumentRef", {"leafID": each.leaf}, pages)


# Analysis results


def _display(display: AnalysisDisplay) -> Node:
    children = (
        _description(display.description),
        *_references(display.documents),
        *map(_result, display.results),
    )
    return node("arm:ResultDisplay", {"OID": display.oid, "Name": display.name}, children)


def _result(result: AnalysisResult) -> Node:
    attributes = {
        "OID": result.oid,
        "ParameterOID": result.parameter,
        "AnalysisReason": result.reason,
        "AnalysisPurpose": result.purpose,
    }
    said, code = result.documentation, result.code
    children = (
        _description(result.description),
        _analysis_datasets(result),
        node("arm:Documentation", {}, (_description(said.text), *_references(said.documents)))
        if said
        else None,
        node(
            "arm:ProgrammingCode",
            {"Context": code.context},
            (node("arm:Code", {}, text=code.code) if code.code else None, *_references(code.documents)),
        )
        if code
        else None,
    )
    return node("arm:AnalysisResult", attributes, children)


def _analysis_datasets(result: AnalysisResult) -> Node:
    datasets = (
        node(
            "arm:AnalysisDataset",
            {"ItemGroupOID": each.dataset},
            (
                *map(_where_reference, each.where),
                *(node("arm:AnalysisVariable", {"ItemOID": oid}) for oid in each.variables),
            ),
        )
        for each in result.datasets
    )
    return node("arm:AnalysisDatasets", {"def:CommentOID": result.datasets_comment}, datasets)


# Parts that many have


def _group(name: str, children: Iterable[Node]) -> Node | None:
    """An element around others, if there are any."""
    within = tuple(children)
    return node(name, {}, within) if within else None


def _description(text: str) -> Node | None:
    return node("Description", {}, (_translated(text),)) if text else None


def _translated(text: str) -> Node:
    return node("TranslatedText", {"xml:lang": _LANGUAGE}, text=text)


def _yes_or_no(value: bool) -> str:
    return "Yes" if value else "No"


def _if_yes(value: bool) -> str:
    return "Yes" if value else ""
