"""What a define.xml says of a study, whatever the version of Define-XML: no XML, no files.

References are kept as they are written, by OID. Two definitions are equal when they say the same: files and
lines do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

DefineVersion = Literal["1.0", "2.0", "2.1"]
COMPARATORS = ("EQ", "NE", "LT", "LE", "GT", "GE", "IN", "NOTIN")
UNREFERENCED = ("ItemDef that no dataset refers to", "def:ValueListDef that no variable refers to")
"""Variables and value lists that are not kept, as `Definition.unsupported` has them."""


@dataclass(frozen=True, slots=True)
class DocumentPages:
    """Pages of a document.

    Attributes
    ----------
    kind : str
        "PhysicalRef" for numbers of pages, "NamedDestination" for names of places.
    pages : str
        As written, "7 9 12"; empty for a range.
    first, last : str
        The ends of a range.
    title : str
    """

    kind: str = "PhysicalRef"
    pages: str = ""
    first: str = ""
    last: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """A document and the pages of it that are meant; `leaf` is the OID of the document."""

    leaf: str
    pages: tuple[DocumentPages, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A document or file of the delivery, called a leaf in define.xml."""

    oid: str
    href: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard that the study follows: an implementation guide (``IG``) or terminology (``CT``)."""

    oid: str
    name: str
    type: str = ""
    version: str = ""
    status: str = ""
    publishing_set: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class VariableOrigin:
    """Where a variable comes from.

    Attributes
    ----------
    type : str
        "Collected", "Derived", "Predecessor", …; in version 1.0 all that the file says, "CRF Page 7".
    source : str
        "Sponsor", "Investigator", …
    description : str
        The predecessor, "DM.AGE".
    documents : tuple of DocumentReference
        Pages of the annotated CRF.
    """

    type: str
    source: str = ""
    description: str = ""
    documents: tuple[DocumentReference, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, to which datasets, variables, where clauses and codelists refer."""

    oid: str
    text: str = ""
    documents: tuple[DocumentReference, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FormalExpression:
    """A derivation as code; `context` names the language."""

    context: str
    code: str


@dataclass(frozen=True, slots=True)
class MethodDefinition:
    """How a variable is derived.

    Attributes
    ----------
    type : str
        "Computation" or "Imputation".
    """

    oid: str
    name: str = ""
    type: str = ""
    description: str = ""
    expressions: tuple[FormalExpression, ...] = ()
    documents: tuple[DocumentReference, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CodelistItem:
    """A term.

    Attributes
    ----------
    coded : str
        The value in the data.
    decode : str
        Its meaning; empty in an enumeration.
    rank : float or None
    order : int or None
    extended : bool
        Added by the sponsor to a codelist of CDISC.
    nci_code : str
    description : str
    """

    coded: str
    decode: str = ""
    rank: float | None = None
    order: int | None = None
    extended: bool = False
    nci_code: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ExternalDictionary:
    """A dictionary that is not in the file, such as MedDRA."""

    dictionary: str
    version: str = ""
    href: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class CodelistDefinition:
    """The values that a variable may have.

    Attributes
    ----------
    oid, name : str
    data_type : str
        "text", "integer" or "float".
    format : str
        Name of the SAS format.
    items : tuple of CodelistItem
        None of an external dictionary.
    enumerated : bool
        Whether its items have no decodes.
    external : ExternalDictionary or None
    nci_code, standard, comment, description : str
        `standard` and `comment` are OIDs.
    is_non_standard : bool
    line : int
    """

    oid: str
    name: str = ""
    data_type: str = ""
    format: str = ""
    items: tuple[CodelistItem, ...] = ()
    enumerated: bool = False
    external: ExternalDictionary | None = None
    nci_code: str = ""
    standard: str = ""
    comment: str = ""
    description: str = ""
    is_non_standard: bool = False
    line: int = field(default=0, compare=False)

    @property
    def decodes(self) -> Mapping[str, str]:
        """The decode of each coded value.

        Examples
        --------
        >>> from adamgate.schemas.study.definition import CodelistDefinition, CodelistItem
        >>> CodelistDefinition("CL.SEX", items=(CodelistItem("F", "Female"),)).decodes
        {'F': 'Female'}
        """
        return {item.coded: item.decode for item in self.items}


@dataclass(frozen=True, slots=True)
class RangeCheck:
    """One comparison of a where clause.

    Attributes
    ----------
    item : str
        OID of the variable that is compared.
    comparator : str
        One of `COMPARATORS`, or what the file says instead, which is then among what is invalid.
    values : tuple of str
        One, but of IN and NOTIN.
    soft : bool
    """

    item: str
    comparator: str
    values: tuple[str, ...]
    soft: bool = True


@dataclass(frozen=True, slots=True)
class WhereClause:
    """Which records are meant: those for which all `checks` are true."""

    oid: str
    checks: tuple[RangeCheck, ...] = ()
    comment: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class VariableDefinition:
    """A variable of a dataset, or its value level for some records.

    Attributes
    ----------
    oid, name, label : str
    data_type : str
        "text", "integer", "float", "date", "datetime", "time", "partialDate", …
    length, significant_digits : int or None
        Of text, the number of characters; of numbers, the number of digits.
    display_format : str
        A SAS format, "8.3" or "DATE9."; empty if not stated.
    order : int or None
    mandatory : bool
    key_sequence : int or None
        Position among the keys of the dataset, from 1.
    role, role_codelist : str
    codelist, method, comment, value_list : str
        OIDs; empty if not stated.
    origins : tuple of VariableOrigin
    value_level : tuple of ValueLevel
    sas_name : str
    is_non_standard, has_no_data : bool
    aliases : tuple of (context, name)
    line : int
        Of its ItemDef in the file.
    """

    oid: str
    name: str
    label: str = ""
    data_type: str = ""
    length: int | None = None
    significant_digits: int | None = None
    display_format: str = ""
    order: int | None = None
    mandatory: bool = False
    key_sequence: int | None = None
    role: str = ""
    role_codelist: str = ""
    codelist: str = ""
    origins: tuple[VariableOrigin, ...] = ()
    method: str = ""
    comment: str = ""
    value_list: str = ""
    value_level: tuple[ValueLevel, ...] = ()
    sas_name: str = ""
    is_non_standard: bool = False
    has_no_data: bool = False
    aliases: tuple[tuple[str, str], ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ValueLevel:
    """What is said of a variable for some of its records.

    Attributes
    ----------
    where : tuple of str
        OIDs of where clauses: records for which any of them is true. Empty in version 1.0, which does not
        state the records.
    definition : VariableDefinition
    """

    where: tuple[str, ...]
    definition: VariableDefinition


@dataclass(frozen=True)
class DatasetDefinition:
    """A dataset.

    Attributes
    ----------
    oid, name, label : str
    structure_text : str
        "One record per subject".
    class_name, subclass : str
        "BASIC DATA STRUCTURE", "TIME-TO-EVENT".
    domain, purpose, sas_name : str
    repeating : bool or None
        Whether a subject may have several records; None where it is not stated.
    is_reference_data, has_no_data, is_non_standard : bool
    comment, standard, leaf : str
        OIDs.
    href : str
        The file of its leaf, "adsl.xpt".
    keys : tuple of str
        Names of variables in the order of their KeySequence.
    variables : tuple of VariableDefinition
        In the order of the file.
    aliases : tuple of (context, name)
    line : int
    """

    oid: str
    name: str
    label: str = ""
    structure_text: str = ""
    class_name: str = ""
    subclass: str = ""
    domain: str = ""
    purpose: str = ""
    sas_name: str = ""
    repeating: bool | None = None
    is_reference_data: bool = False
    has_no_data: bool = False
    is_non_standard: bool = False
    comment: str = ""
    standard: str = ""
    leaf: str = ""
    href: str = ""
    keys: tuple[str, ...] = ()
    variables: tuple[VariableDefinition, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    line: int = field(default=0, compare=False)

    @cached_property
    def by_name(self) -> Mapping[str, VariableDefinition]:
        """The variables by their names in capitals; the first of a name.

        Examples
        --------
        >>> from adamgate.schemas.study.definition import DatasetDefinition, VariableDefinition
        >>> age = VariableDefinition("IT.AGE", "AGE", "Age")
        >>> adsl = DatasetDefinition("IG.ADSL", "ADSL", variables=(age,))
        >>> adsl.by_name["AGE"].label
        'Age'
        """
        return {each.name.upper(): each for each in reversed(self.variables)}


@dataclass(frozen=True, slots=True)
class AnalysisDataset:
    """A dataset of an analysis: OIDs of the dataset, its where clauses and its analysis variables."""

    dataset: str
    where: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgrammingCode:
    """The code of an analysis; `context` names the language."""

    context: str = ""
    code: str = ""
    documents: tuple[DocumentReference, ...] = ()


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """A result of a display.

    Attributes
    ----------
    parameter : str
        OID of the variable that names the parameter.
    reason, purpose : str
        "SPECIFIED IN SAP", "PRIMARY OUTCOME MEASURE".
    datasets_comment : str
        OID of the comment that says how several datasets are joined.
    documentation : Comment or None
        Its text and documents; without an OID.
    """

    oid: str
    description: str = ""
    parameter: str = ""
    reason: str = ""
    purpose: str = ""
    datasets: tuple[AnalysisDataset, ...] = ()
    datasets_comment: str = ""
    documentation: Comment | None = None
    code: ProgrammingCode | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AnalysisDisplay:
    """A table or figure of analysis results metadata."""

    oid: str
    name: str = ""
    description: str = ""
    documents: tuple[DocumentReference, ...] = ()
    results: tuple[AnalysisResult, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class StudyIdentity:
    """What the file says of the study as a whole."""

    oid: str = ""
    name: str = ""
    description: str = ""
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class DocumentIdentity:
    """What the file says of itself.

    Attributes
    ----------
    file_oid, created, originator, source_system, source_system_version, context : str
        Attributes of ODM; `created` as written, `context` "Submission" or "Other".
    metadata_oid, metadata_name, metadata_description, comment : str
        Attributes of MetaDataVersion; `comment` is an OID.
    """

    file_oid: str = ""
    created: str = ""
    originator: str = ""
    source_system: str = ""
    source_system_version: str = ""
    context: str = ""
    metadata_oid: str = ""
    metadata_name: str = ""
    metadata_description: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionSource:
    """The file: its path as the user gave it or as it was found, and its hash."""

    path: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class DanglingReference:
    """A reference that leads nowhere.

    Attributes
    ----------
    kind : str
        What is missing: "codelist", "where clause", "method", "comment", "document", "standard", "variable",
        "dataset", "value list".
    oid : str
        To which nothing belongs.
    referrer : str
        OID of what refers to it.
    line : int
    """

    kind: str
    oid: str
    referrer: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class InvalidValue:
    """A value that cannot be what the file says; it is read as not stated.

    Attributes
    ----------
    oid : str
        Of the element; empty where that is what is missing.
    attribute, value : str
        As written.
    expected : str
        What would be valid: "a positive integer", "Yes or No", "unique".
    line : int
    """

    oid: str
    attribute: str
    value: str
    expected: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """What is not valid by the XML Schema of Define-XML, in a line of the file."""

    line: int
    message: str


@dataclass(frozen=True)
class Definition:
    """What a define.xml says.

    Attributes
    ----------
    version : {"1.0", "2.0", "2.1"}
    study : StudyIdentity
    document : DocumentIdentity
    standards : tuple of Standard
    datasets : tuple of DatasetDefinition
    codelists, where_clauses, methods, comments, documents : mapping by OID
    annotated_crf, supplemental : tuple of DocumentReference
    analyses : tuple of AnalysisDisplay
    source : DefinitionSource or None
    unsupported : tuple of str
        What is in the file and not kept, each kind once.
    dangling : tuple of DanglingReference
    invalid : tuple of InvalidValue
    schema_problems : tuple of SchemaProblem or None
        None if the file was not checked against an XML Schema.

    Examples
    --------
    >>> from adamgate.schemas.study.definition import DatasetDefinition, Definition
    >>> definition = Definition("2.1", datasets=(DatasetDefinition("IG.ADSL", "ADSL", "Subjects"),))
    >>> definition.by_name["ADSL"].label
    'Subjects'
    """

    version: DefineVersion
    study: StudyIdentity = StudyIdentity()
    document: DocumentIdentity = DocumentIdentity()
    standards: tuple[Standard, ...] = ()
    datasets: tuple[DatasetDefinition, ...] = ()
    codelists: Mapping[str, CodelistDefinition] = field(default_factory=dict)
    where_clauses: Mapping[str, WhereClause] = field(default_factory=dict)
    methods: Mapping[str, MethodDefinition] = field(default_factory=dict)
    comments: Mapping[str, Comment] = field(default_factory=dict)
    documents: Mapping[str, Leaf] = field(default_factory=dict)
    annotated_crf: tuple[DocumentReference, ...] = ()
    supplemental: tuple[DocumentReference, ...] = ()
    analyses: tuple[AnalysisDisplay, ...] = ()
    source: DefinitionSource | None = field(default=None, compare=False)
    unsupported: tuple[str, ...] = field(default=(), compare=False)
    dangling: tuple[DanglingReference, ...] = ()
    invalid: tuple[InvalidValue, ...] = field(default=(), compare=False)
    schema_problems: tuple[SchemaProblem, ...] | None = field(default=None, compare=False)

    @cached_property
    def by_name(self) -> Mapping[str, DatasetDefinition]:
        """The datasets by their names in capitals; the first of a name.

        Examples
        --------
        >>> from adamgate.schemas.study.definition import DatasetDefinition, Definition
        >>> list(Definition("2.1", datasets=(DatasetDefinition("IG.ADSL", "adsl"),)).by_name)
        ['ADSL']
        """
        return {each.name.upper(): each for each in reversed(self.datasets)}

    @cached_property
    def places(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Dataset and variable, in capitals, of each OID of a variable: several where datasets share it.

        Examples
        --------
        >>> from adamgate.schemas.study.definition import DatasetDefinition, Definition, VariableDefinition
        >>> age = VariableDefinition("IT.AGE", "AGE", "Age")
        >>> adsl = DatasetDefinition("IG.ADSL", "ADSL", variables=(age,))
        >>> Definition("2.1", datasets=(adsl,)).places["IT.AGE"]
        (('ADSL', 'AGE'),)
        """
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for dataset in self.datasets:
            for variable in dataset.variables:
                place = (dataset.name.upper(), variable.name.upper())
                found[variable.oid] = (*found.get(variable.oid, ()), place)
        return found

    def variables(self) -> Iterator[tuple[DatasetDefinition, VariableDefinition]]:
        """Each variable with its dataset, in the order of the file; value level not included.

        Examples
        --------
        >>> from adamgate.schemas.study.definition import DatasetDefinition, Definition, VariableDefinition
        >>> age = VariableDefinition("IT.AGE", "AGE", "Age")
        >>> adsl = DatasetDefinition("IG.ADSL", "ADSL", variables=(age,))
        >>> definition = Definition("2.1", datasets=(adsl,))
        >>> [(dataset.name, variable.name) for dataset, variable in definition.variables()]
        [('ADSL', 'AGE')]
        """
        return ((dataset, variable) for dataset in self.datasets for variable in dataset.variables)
