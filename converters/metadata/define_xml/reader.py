"""A define.xml of version 1.0, 2.0 or 2.1 to a `Definition`.

What does not follow the standard does not stop the reading: a value that is not valid is listed in
`Definition.invalid` and read as not stated, a reference that leads nowhere in `Definition.dangling`, and what
is not kept in `Definition.unsupported`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ....schemas.errors import UnreadableInput
from ....schemas.study.definition import (
    COMPARATORS,
    UNREFERENCED,
    AnalysisDataset,
    AnalysisDisplay,
    AnalysisResult,
    CodelistDefinition,
    CodelistItem,
    Comment,
    DanglingReference,
    DatasetDefinition,
    DefineVersion,
    Definition,
    DefinitionSource,
    DocumentIdentity,
    DocumentPages,
    DocumentReference,
    ExternalDictionary,
    FormalExpression,
    InvalidValue,
    Leaf,
    MethodDefinition,
    ProgrammingCode,
    RangeCheck,
    Standard,
    StudyIdentity,
    ValueLevel,
    VariableDefinition,
    VariableOrigin,
    WhereClause,
)
from ....schemas.study.definition_references import dangling
from ....schemas.wording import one_line
from ...values.collector import collector_paused
from ...values.file_kind import seems
from .elements import Element, Parsed, content_of, parse
from .vocabulary import DEF_NAMESPACE, DEF_NAMESPACES, NCI_CODES, Unsupported
from .xml_schema import schema_problems

_BETWEEN_KEYS = re.compile(r"[,;\s]+")
_NUMBER = re.compile(r"\s*[+-]?\d{1,9}\s*\Z", re.ASCII)
_DECIMAL = re.compile(r"\s*[+-]?\d{1,15}(\.\d{0,15})?\s*\Z", re.ASCII)
_NESTED_LISTS = 3
_ADVICE = "give a define.xml of version 1.0, 2.0 or 2.1"


def read_define(path: str | Path, xsd: Path | None = None) -> Definition:
    """Read a define.xml.

    Parameters
    ----------
    path : path
    xsd : path, optional
        XML Schema to check the file against, or a folder with it.

    Returns
    -------
    Definition

    Raises
    ------
    UnreadableInput
        If it cannot be opened, is not XML or not a define.xml, or contains what a hostile file would: a
        document type declaration, nesting without end.
    ConfigurationError
        If there is no usable XML Schema, or lxml is not installed.

    Examples
    --------
    >>> from adamgate.converters.metadata.define_xml.reader import read_define
    >>> try:
    ...     read_define("adam/adsl.csv")
    ... except ag.UnreadableInput as problem:
    ...     print(problem.what)
    the file is not a define.xml
    """
    path = Path(path)
    content = content_of(path)
    _require_xml(content, path)
    with collector_paused():
        definition = _definition(content, path)
    source = DefinitionSource(str(path), hashlib.sha256(content).hexdigest())
    problems = None if xsd is None else schema_problems(content, path, xsd, definition.version)
    return replace(definition, source=source, schema_problems=problems)


def _definition(content: bytes, path: Path) -> Definition:
    reading = _Reading()
    parsed = parse(content, path, reading.unsupported, {"CodeList": reading.take_codelist})
    study, metadata = parsed.root.one("Study"), parsed.root.one("Study", "MetaDataVersion")
    if parsed.root.name != "ODM" or not metadata.name:
        within = "no MetaDataVersion within" if parsed.root.name == "ODM" else "root"
        raise UnreadableInput(
            "the file is not a define.xml", f"{path}: {within} element {one_line(parsed.root.name)}", _ADVICE
        )
    return reading.definition(_version(parsed, metadata.line, path), parsed.root, study, metadata)


def _require_xml(content: bytes, path: Path) -> None:
    start = content[:512]
    without_mark = start.lstrip(b"\xef\xbb\xbf\xff\xfe")
    if (
        not without_mark.replace(b"\0", b"").lstrip().startswith(b"<")
    ):  # a NUL beside each character of UTF-16
        kind = seems(start) or "of an unknown type"
        raise UnreadableInput("the file is not a define.xml", f"{path}: it seems to be {kind}", _ADVICE)


def _version(parsed: Parsed, line: int, path: Path) -> DefineVersion:
    """By the namespace, which decides what names mean; DefineVersion says 2.1.0, or 2.1.7 of a correction."""
    found = [version for uri, version in DEF_NAMESPACES.items() if uri in parsed.namespaces]
    if len(found) == 1:
        return found[0]
    others = sorted(each for each in parsed.namespaces if each.startswith(DEF_NAMESPACE))
    if found:
        what = f"the namespaces of versions {' and '.join(found)} of Define-XML are mixed"
    elif others:
        what = f"the version {one_line(others[0].removeprefix(DEF_NAMESPACE))} of Define-XML is not known"
    else:
        what = "the file is ODM, but not a define.xml: it has no namespace of Define-XML"
    raise UnreadableInput(what, f"{path}, line {line}", _ADVICE)


@dataclass(slots=True)
class _Reading:
    """One document as it becomes a definition, and what is wrong or not kept in it."""

    unsupported: Unsupported = field(default_factory=Unsupported)
    invalid: list[InvalidValue] = field(default_factory=list)
    codelists: dict[str, CodelistDefinition] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    items: dict[str, Element] = field(default_factory=dict)
    value_lists: dict[str, Element] = field(default_factory=dict)
    made_items: dict[str, VariableDefinition] = field(default_factory=dict)
    made_lists: dict[str, tuple[ValueLevel, ...]] = field(default_factory=dict)
    documents: dict[str, Leaf] = field(default_factory=dict)
    depth: int = 0
    lost: list[DanglingReference] = field(default_factory=list)

    def take_codelist(self, element: Element) -> None:
        """A codelist, as soon as it has been read: the items of all of them would take most of the memory."""
        if oid := self._new_oid(element, self.codelists):
            self.codelists[oid] = self._codelist(oid, element)

    def definition(
        self, version: DefineVersion, root: Element, study: Element, metadata: Element
    ) -> Definition:
        groups = metadata.all("ItemGroupDef")
        self.items = self._by_oid(metadata.all("ItemDef"))
        self.value_lists = self._by_oid(metadata.all("def:ValueListDef"))
        self.comments = {
            oid: Comment(oid, _description(each), self._references(each), each.line)
            for oid, each in self._by_oid(metadata.all("def:CommentDef")).items()
        }
        leaves = [*(leaf for group in groups for leaf in group.all("def:leaf")), *metadata.all("def:leaf")]
        self.documents = {
            oid: Leaf(oid, leaf.get("xlink:href"), _text(leaf.one("def:title")))
            for oid, leaf in self._by_oid(leaves, "ID").items()
        }
        datasets = tuple(map(self._dataset, groups))
        made = Definition(
            version=version,
            study=self._study(study),
            document=_identity(root, metadata),
            standards=self._standards(metadata),
            datasets=datasets,
            codelists=self.codelists,
            where_clauses={
                oid: self._where_clause(oid, each)
                for oid, each in self._by_oid(metadata.all("def:WhereClauseDef")).items()
            },
            methods=self._methods(metadata),
            comments=self.comments,
            documents=self.documents,
            annotated_crf=self._references(metadata.one("def:AnnotatedCRF")),
            supplemental=self._references(metadata.one("def:SupplementalDoc")),
            analyses=tuple(
                map(self._display, metadata.one("arm:AnalysisResultDisplays").all("arm:ResultDisplay"))
            ),
        )
        self._unused(metadata)
        return replace(
            made,
            unsupported=self.unsupported.listed(),
            dangling=dangling(made, self.value_lists, self.lost),
            invalid=tuple(sorted(self.invalid, key=lambda each: each.line)),
        )

    def _study(self, study: Element) -> StudyIdentity:
        said = study.one("GlobalVariables")
        return StudyIdentity(
            study.get("OID"),
            _text(said.one("StudyName")),
            _text(said.one("StudyDescription")),
            _text(said.one("ProtocolName")),
        )

    def _standards(self, metadata: Element) -> tuple[Standard, ...]:
        name, version = metadata.get("def:StandardName"), metadata.get("def:StandardVersion")
        named = (Standard("STD.1", name, "IG", version),) if name else ()
        return named + tuple(
            Standard(
                each.get("OID"),
                each.get("Name"),
                each.get("Type"),
                each.get("Version"),
                each.get("Status"),
                each.get("PublishingSet"),
                each.get("def:CommentOID"),
            )
            for each in metadata.one("def:Standards").all("def:Standard")
        )

    # Datasets and variables

    def _dataset(self, group: Element) -> DatasetDefinition:
        oid = self._oid(group)
        variables = tuple(filter(None, (self._referred(each, oid) for each in group.all("ItemRef"))))
        stated = tuple(filter(None, _BETWEEN_KEYS.split(group.get("def:DomainKeys").strip())))
        if stated and all(each.key_sequence is None for each in variables):
            variables = _keyed(variables, stated)
            if not {*stated} <= {each.name for each in variables}:
                self._wrong(group, "def:DomainKeys", "names of variables of the dataset", oid)
        sequence = sorted(
            (each.key_sequence, each.name) for each in variables if each.key_sequence is not None
        )
        leaf = group.get("def:ArchiveLocationID") or group.one("def:leaf").get("ID")
        subclass = group.one("def:Class", "def:SubClass")
        return DatasetDefinition(
            oid=oid,
            name=group.get("Name") or group.get("SASDatasetName"),
            label=group.get("def:Label").strip() or _description(group),
            structure_text=group.get("def:Structure"),
            class_name=group.get("def:Class") or group.one("def:Class").get("Name"),
            subclass=subclass.get("Name"),
            domain=group.get("Domain"),
            purpose=group.get("Purpose"),
            sas_name=group.get("SASDatasetName"),
            repeating=self._yes(group, "Repeating") if group.get("Repeating") else None,
            is_reference_data=self._yes(group, "IsReferenceData"),
            has_no_data=self._yes(group, "def:HasNoData"),
            is_non_standard=self._yes(group, "def:IsNonStandard"),
            comment=self._comment(group, oid),
            standard=group.get("def:StandardOID"),
            leaf=leaf,
            href=self.documents[leaf].href if leaf in self.documents else "",
            keys=tuple(name for _, name in sequence),
            variables=variables,
            aliases=_aliases(group),
            line=group.line,
        )

    def _referred(self, reference: Element, referrer: str) -> VariableDefinition | None:
        """The variable that an ItemRef refers to; None, and a dangling reference, if there is none."""
        oid = reference.get("ItemOID")
        item = self._item(oid)
        if item is None:
            self.lost.append(DanglingReference("variable", oid, referrer, reference.line))
            return None
        return replace(
            item,
            order=self._whole(reference, "OrderNumber", oid),
            mandatory=self._yes(reference, "Mandatory", oid),
            key_sequence=self._whole(reference, "KeySequence", oid),
            method=reference.get("MethodOID") or item.method,
            role=reference.get("Role"),
            role_codelist=reference.get("RoleCodeListOID"),
            is_non_standard=self._yes(reference, "def:IsNonStandard", oid),
            has_no_data=self._yes(reference, "def:HasNoData", oid),
            value_level=self._value_level(item.value_list),
        )

    def _item(self, oid: str) -> VariableDefinition | None:
        if oid not in self.made_items and oid in self.items:
            self.made_items[oid] = self._item_of(oid, self.items[oid])
        return self.made_items.get(oid)

    def _item_of(self, oid: str, item: Element) -> VariableDefinition:
        return VariableDefinition(
            oid=oid,
            name=item.get("Name"),
            label=item.get("def:Label").strip() or _description(item),
            data_type=item.get("DataType"),
            length=self._whole(item, "Length", least=1),
            significant_digits=self._whole(item, "SignificantDigits"),
            display_format=item.get("def:DisplayFormat").strip(),
            codelist=item.one("CodeListRef").get("CodeListOID"),
            origins=self._origins(item),
            method=item.get("def:ComputationMethodOID"),
            comment=self._comment(item, oid),
            value_list=item.one("def:ValueListRef").get("ValueListOID"),
            sas_name=item.get("SASFieldName"),
            aliases=_aliases(item),
            line=item.line,
        )

    def _origins(self, item: Element) -> tuple[VariableOrigin, ...]:
        if item.get("Origin"):
            return (VariableOrigin(item.get("Origin")),)
        return tuple(
            VariableOrigin(each.get("Type"), each.get("Source"), _description(each), self._references(each))
            for each in item.all("def:Origin")
        )

    def _value_level(self, value_list: str) -> tuple[ValueLevel, ...]:
        """One tuple for each list, however many variables share it; version 1.0 nests them."""
        if value_list in self.made_lists or value_list not in self.value_lists:
            return self.made_lists.get(value_list, ())
        element = self.value_lists[value_list]
        self.made_lists[value_list] = ()  # a list within itself ends here
        if self.depth == _NESTED_LISTS:
            self.unsupported.add(f"def:ValueListDef nested more than {_NESTED_LISTS} deep", element.line)
            return ()
        self.depth += 1
        made = []
        for reference in element.all("ItemRef"):
            variable = self._referred(reference, value_list)
            if variable is not None:
                where = tuple(each.get("WhereClauseOID") for each in reference.all("def:WhereClauseRef"))
                made.append(ValueLevel(where, variable))
        self.depth -= 1
        self.made_lists[value_list] = tuple(made)
        return self.made_lists[value_list]

    def _comment(self, element: Element, oid: str) -> str:
        """OID of its comment; version 1.0 has the text at the element itself."""
        text = element.get("Comment").strip()
        if not text:
            return element.get("def:CommentOID")
        made = f"COM.{oid}"
        self.comments.setdefault(made, Comment(made, text, line=element.line))
        return made

    # Codelists, where clauses, methods

    def _codelist(self, oid: str, element: Element) -> CodelistDefinition:
        enumerated, decoded = element.all("EnumeratedItem"), element.all("CodeListItem")
        external = element.one("ExternalCodeList")
        return CodelistDefinition(
            oid=oid,
            name=element.get("Name"),
            data_type=element.get("DataType"),
            format=element.get("SASFormatName"),
            items=tuple(self._codelist_item(each, oid) for each in (*decoded, *enumerated)),
            enumerated=bool(enumerated) and not decoded,
            external=ExternalDictionary(*map(external.get, ("Dictionary", "Version", "href", "ref")))
            if external.name
            else None,
            nci_code=self._nci_code(element),
            standard=element.get("def:StandardOID"),
            comment=element.get("def:CommentOID"),
            description=_description(element),
            is_non_standard=self._yes(element, "def:IsNonStandard"),
            line=element.line,
        )

    def _codelist_item(self, element: Element, codelist: str) -> CodelistItem:
        rank = "Rank" if "Rank" in element.attributes else "def:Rank"
        return CodelistItem(
            coded=element.get("CodedValue"),
            decode=_text(element.one("Decode", "TranslatedText")),
            rank=self._decimal(element, rank, codelist),
            order=self._whole(element, "OrderNumber", codelist),
            extended=self._yes(element, "def:ExtendedValue", codelist),
            nci_code=self._nci_code(element),
            description=_description(element),
        )

    def _nci_code(self, element: Element) -> str:
        if "Alias" not in element.children:
            return ""
        codes = [name for context, name in _aliases(element) if context == NCI_CODES]
        for _ in range(len(element.all("Alias")) - len(codes[:1])):
            self.unsupported.add(f"Alias in {element.name} that is not its NCI code", element.line)
        return codes[0] if codes else ""

    def _where_clause(self, oid: str, element: Element) -> WhereClause:
        checks = tuple(self._check(each, oid) for each in element.all("RangeCheck"))
        return WhereClause(oid, checks, element.get("def:CommentOID"), element.line)

    def _check(self, element: Element, clause: str) -> RangeCheck:
        comparator = element.get("Comparator")
        if comparator not in COMPARATORS:
            self._wrong(element, "Comparator", f"one of {', '.join(COMPARATORS)}", clause)
        return RangeCheck(
            element.get("def:ItemOID"),
            comparator,
            tuple(_text(each) for each in element.all("CheckValue")),
            soft=element.get("SoftHard") != "Hard",
        )

    def _methods(self, metadata: Element) -> dict[str, MethodDefinition]:
        computed = self._by_oid(metadata.all("def:ComputationMethod"))
        found = {
            oid: MethodDefinition(oid, each.get("Name"), "Computation", _text(each), line=each.line)
            for oid, each in computed.items()
        }
        for oid, each in self._by_oid(metadata.all("MethodDef")).items():
            found[oid] = MethodDefinition(
                oid,
                each.get("Name"),
                each.get("Type"),
                _description(each),
                tuple(
                    FormalExpression(code.get("Context"), code.text) for code in each.all("FormalExpression")
                ),
                self._references(each),
                each.line,
            )
        return found

    def _references(self, element: Element) -> tuple[DocumentReference, ...]:
        return tuple(
            DocumentReference(
                each.get("leafID"),
                tuple(
                    DocumentPages(*map(page.get, ("Type", "PageRefs", "FirstPage", "LastPage", "Title")))
                    for page in each.all("def:PDFPageRef")
                ),
            )
            for each in element.all("def:DocumentRef")
        )

    # Analysis results

    def _display(self, element: Element) -> AnalysisDisplay:
        return AnalysisDisplay(
            self._oid(element),
            element.get("Name"),
            _description(element),
            self._references(element),
            tuple(map(self._result, element.all("arm:AnalysisResult"))),
            element.line,
        )

    def _result(self, element: Element) -> AnalysisResult:
        datasets, said = element.one("arm:AnalysisDatasets"), element.one("arm:Documentation")
        code = element.one("arm:ProgrammingCode")
        return AnalysisResult(
            oid=self._oid(element),
            description=_description(element),
            parameter=element.get("ParameterOID"),
            reason=element.get("AnalysisReason"),
            purpose=element.get("AnalysisPurpose"),
            datasets=tuple(
                AnalysisDataset(
                    each.get("ItemGroupOID"),
                    tuple(ref.get("WhereClauseOID") for ref in each.all("def:WhereClauseRef")),
                    tuple(ref.get("ItemOID") for ref in each.all("arm:AnalysisVariable")),
                )
                for each in datasets.all("arm:AnalysisDataset")
            ),
            datasets_comment=datasets.get("def:CommentOID"),
            documentation=Comment("", _description(said), self._references(said)) if said.name else None,
            code=ProgrammingCode(code.get("Context"), code.one("arm:Code").text, self._references(code))
            if code.name
            else None,
            line=element.line,
        )

    # Values

    def _by_oid(self, elements: Iterable[Element], attribute: str = "OID") -> dict[str, Element]:
        """Elements by OID; of several with one OID the first."""
        found: dict[str, Element] = {}
        for element in elements:
            if oid := self._new_oid(element, found, attribute):
                found[oid] = element
        return found

    def _new_oid(self, element: Element, found: Container[str], attribute: str = "OID") -> str:
        """The OID of an element, unless one before it has the same; empty then."""
        oid = self._oid(element, attribute)
        if oid in found:
            self._wrong(element, attribute, "unique", oid)
            return ""
        return oid

    def _oid(self, element: Element, attribute: str = "OID") -> str:
        oid = element.get(attribute)
        if not oid:
            self._wrong(element, attribute, f"an OID for each {element.name}", "")
        return oid

    def _yes(self, element: Element, attribute: str, oid: str = "") -> bool:
        said = element.attributes.get(attribute)
        if said is None:
            return False
        if said not in {"", "Yes", "No"}:
            self._wrong(element, attribute, "Yes or No", oid)
        return said == "Yes"

    def _whole(self, element: Element, attribute: str, oid: str = "", least: int = 0) -> int | None:
        said = element.attributes.get(attribute)
        if said is None:
            return None
        if _NUMBER.match(said) and int(said) >= least:
            return int(said)
        self._wrong(element, attribute, "a positive integer" if least else "a non-negative integer", oid)
        return None

    def _decimal(self, element: Element, attribute: str, oid: str) -> float | None:
        said = element.attributes.get(attribute)
        if said is None:
            return None
        if _DECIMAL.match(said):
            return float(said)
        self._wrong(element, attribute, "a number", oid)
        return None

    def _wrong(self, element: Element, attribute: str, expected: str, oid: str) -> None:
        said = element.get(attribute)
        self.invalid.append(InvalidValue(oid or element.get("OID"), attribute, said, expected, element.line))

    def _unused(self, metadata: Element) -> None:
        """Variables and value lists that nothing refers to are not kept."""
        of_variables, of_lists = UNREFERENCED
        for item in metadata.all("ItemDef"):
            if item.get("OID") not in self.made_items:
                self.unsupported.add(of_variables, item.line)
        for each in metadata.all("def:ValueListDef"):
            if each.get("OID") not in self.made_lists:
                self.unsupported.add(of_lists, each.line)


def _keyed(
    variables: tuple[VariableDefinition, ...], keys: tuple[str, ...]
) -> tuple[VariableDefinition, ...]:
    """Variables with their places among the keys, which version 1.0 states for the dataset as a whole."""
    place = {name: number for number, name in enumerate(keys, start=1)}
    return tuple(replace(each, key_sequence=place.get(each.name)) for each in variables)


def _identity(root: Element, metadata: Element) -> DocumentIdentity:
    return DocumentIdentity(
        file_oid=root.get("FileOID"),
        created=root.get("CreationDateTime"),
        originator=root.get("Originator"),
        source_system=root.get("SourceSystem"),
        source_system_version=root.get("SourceSystemVersion"),
        context=root.get("def:Context"),
        metadata_oid=metadata.get("OID"),
        metadata_name=metadata.get("Name"),
        metadata_description=metadata.get("Description"),
        comment=metadata.get("def:CommentOID"),
    )


def _aliases(element: Element) -> tuple[tuple[str, str], ...]:
    return tuple((each.get("Context"), each.get("Name")) for each in element.all("Alias"))


def _description(element: Element) -> str:
    return _text(element.one("Description", "TranslatedText"))


def _text(element: Element) -> str:
    return element.text.strip()
