"""The names of Define-XML: namespaces, and what is kept of which element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ....schemas.study.definition import DefineVersion

DEF_NAMESPACE = "http://www.cdisc.org/ns/def/v"
DEF_NAMESPACES: Mapping[str, DefineVersion] = {
    f"{DEF_NAMESPACE}1.0": "1.0",
    f"{DEF_NAMESPACE}2.0": "2.0",
    f"{DEF_NAMESPACE}2.1": "2.1",
}
ODM = "http://www.cdisc.org/ns/odm/v1.3"
ARM = "http://www.cdisc.org/ns/arm/v1.0"
XLINK = "http://www.w3.org/1999/xlink"
NCI_CODES = "nci:ExtCodeID"
"""The context of an alias that is a code of NCI EVS."""
PREFIXES: Mapping[str, str] = {
    ODM: "",
    "http://www.cdisc.org/ns/odm/v1.2": "",
    **dict.fromkeys(DEF_NAMESPACES, "def:"),
    ARM: "arm:",
    XLINK: "xlink:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
}
"""Namespaces have the same prefix here, whatever a file calls them; ODM has none."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an element: its attributes, child elements and those that may be repeated, its text.

    `plain` are the attributes without a prefix, whose names are the same in every file.
    """

    attributes: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()
    text: bool = False


def _kept(words: str) -> Kept:
    """`@attribute`, `child`, `child*` where it may be repeated, `#` for text."""
    each = words.split()
    attributes = frozenset(word[1:] for word in each if word.startswith("@"))
    return Kept(
        attributes=attributes,
        plain=frozenset(name for name in attributes if ":" not in name),
        children=frozenset(word.rstrip("*") for word in each if word[0] not in "@#"),
        repeated=frozenset(word[:-1] for word in each if word.endswith("*")),
        text="#" in each,
    )


_TABLE = """
ODM                 : @FileOID @FileType @ODMVersion @CreationDateTime @Originator @SourceSystem
                      @SourceSystemVersion @def:Context @xsi:schemaLocation Study
Study               : @OID GlobalVariables MetaDataVersion
GlobalVariables     : StudyName StudyDescription ProtocolName
StudyName           : #
StudyDescription    : #
ProtocolName        : #
MetaDataVersion     : @OID @Name @Description @def:DefineVersion @def:StandardName @def:StandardVersion
                      @def:CommentOID def:Standards def:AnnotatedCRF def:SupplementalDoc
                      def:ComputationMethod* def:ValueListDef* def:WhereClauseDef* ItemGroupDef* ItemDef*
                      CodeList* MethodDef* def:CommentDef* def:leaf* arm:AnalysisResultDisplays
def:Standards       : def:Standard*
def:Standard        : @OID @Name @Type @Version @Status @PublishingSet @def:CommentOID
def:AnnotatedCRF    : def:DocumentRef*
def:SupplementalDoc : def:DocumentRef*
def:DocumentRef     : @leafID def:PDFPageRef*
def:PDFPageRef      : @Type @PageRefs @FirstPage @LastPage @Title
def:leaf            : @ID @xlink:href def:title
def:title           : #
def:ComputationMethod : @OID @Name #
def:ValueListDef    : @OID ItemRef*
def:WhereClauseDef  : @OID @def:CommentOID RangeCheck*
RangeCheck          : @Comparator @SoftHard @def:ItemOID CheckValue*
CheckValue          : #
ItemGroupDef        : @OID @Name @Domain @SASDatasetName @Repeating @IsReferenceData @Purpose @def:Label
                      @def:Structure @def:Class @def:DomainKeys @def:ArchiveLocationID @def:CommentOID
                      @def:StandardOID @def:IsNonStandard @def:HasNoData @Comment
                      Description ItemRef* Alias* def:Class def:leaf
def:Class           : @Name def:SubClass
def:SubClass        : @Name
ItemRef             : @ItemOID @OrderNumber @Mandatory @KeySequence @MethodOID @Role @RoleCodeListOID
                      @def:IsNonStandard @def:HasNoData def:WhereClauseRef*
def:WhereClauseRef  : @WhereClauseOID
ItemDef             : @OID @Name @DataType @Length @SignificantDigits @SASFieldName @Origin @Comment
                      @def:Label @def:DisplayFormat @def:CommentOID @def:ComputationMethodOID
                      Description CodeListRef def:ValueListRef def:Origin* Alias*
CodeListRef         : @CodeListOID
def:ValueListRef    : @ValueListOID
def:Origin          : @Type @Source Description def:DocumentRef*
Alias               : @Context @Name
Description         : TranslatedText
TranslatedText      : @xml:lang #
Decode              : TranslatedText
CodeList            : @OID @Name @DataType @SASFormatName @def:CommentOID @def:StandardOID
                      @def:IsNonStandard Description CodeListItem* EnumeratedItem* ExternalCodeList Alias*
CodeListItem        : @CodedValue @Rank @def:Rank @OrderNumber @def:ExtendedValue Description Decode Alias*
EnumeratedItem      : @CodedValue @Rank @def:Rank @OrderNumber @def:ExtendedValue Description Alias*
ExternalCodeList    : @Dictionary @Version @href @ref
MethodDef           : @OID @Name @Type Description FormalExpression* def:DocumentRef*
FormalExpression    : @Context #
def:CommentDef      : @OID Description def:DocumentRef*
arm:AnalysisResultDisplays : arm:ResultDisplay*
arm:ResultDisplay   : @OID @Name Description def:DocumentRef* arm:AnalysisResult*
arm:AnalysisResult  : @OID @ParameterOID @AnalysisReason @AnalysisPurpose Description arm:AnalysisDatasets
                      arm:Documentation arm:ProgrammingCode
arm:AnalysisDatasets : @def:CommentOID arm:AnalysisDataset*
arm:AnalysisDataset : @ItemGroupOID def:WhereClauseRef* arm:AnalysisVariable*
arm:AnalysisVariable : @ItemOID
arm:Documentation   : Description def:DocumentRef*
arm:ProgrammingCode : @Context arm:Code def:DocumentRef*
arm:Code            : #
"""


def _table(text: str) -> dict[str, Kept]:
    words: dict[str, list[str]] = {}
    element = ""
    for line in text.strip().splitlines():
        name, separator, rest = line.partition(" : ")
        element = name.strip() if separator else element
        words.setdefault(element, []).append(rest if separator else line)
    return {name: _kept(" ".join(said)) for name, said in words.items()}


KEPT: Mapping[str, Kept] = _table(_TABLE)
NOTHING = Kept()


@dataclass(slots=True)
class Unsupported:
    """What is in a file and not kept: each kind with its count and its first line."""

    counts: dict[str, list[int]] = field(default_factory=dict)

    def add(self, what: str, line: int) -> None:
        counted = self.counts.setdefault(what, [0, line])
        counted[0] += 1

    def listed(self) -> tuple[str, ...]:
        return tuple(
            f"{what} ({f'{times} times, first' if times > 1 else 'once,'} in line {line})"
            for what, (times, line) in self.counts.items()
        )
