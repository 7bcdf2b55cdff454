"""A definition of a study from its data: what the data show, to be completed by those who know the rest.

Nothing is invented: origins are stated where a variable is that of ADSL or a method was found, methods where
settings declare them, or the dates of time-to-event data show how AVAL is made of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import numpy as np

from ....schemas.evidence.duration import MAX_DECIMALS, decimals_of
from ....schemas.evidence.duration_inference import in_use, infer_duration
from ....schemas.standards.structure import Structure
from ....schemas.study.columns import WrongType
from ....schemas.study.dataset import Dataset
from ....schemas.study.definition import (
    CodelistDefinition,
    CodelistItem,
    DatasetDefinition,
    Definition,
    DocumentIdentity,
    Leaf,
    MethodDefinition,
    Standard,
    StudyIdentity,
    VariableDefinition,
    VariableOrigin,
)
from ....schemas.study.study import Study
from ....schemas.study.variable import Variable
from ...values.sas_formats import FormatKind, kind_of

UNKNOWN = "To be stated"
"""Stands where Define-XML requires a text that the data do not have."""
_BDS = "BASIC DATA STRUCTURE"
_CLASSES: Mapping[Structure, tuple[str, str]] = MappingProxyType(
    {
        Structure.ADSL: ("SUBJECT LEVEL ANALYSIS DATASET", ""),
        Structure.BDS: (_BDS, ""),
        Structure.TTE: (_BDS, "TIME-TO-EVENT"),
        Structure.PPK: (_BDS, "POPULATION PHARMACOKINETIC ANALYSIS"),
        Structure.NCA: (_BDS, "NON-COMPARTMENTAL ANALYSIS"),
        Structure.OCCDS: ("OCCURRENCE DATA STRUCTURE", ""),
        Structure.ADAE: ("OCCURRENCE DATA STRUCTURE", "ADVERSE EVENT"),
    }
)
_RECORDS: Mapping[Structure, str] = MappingProxyType(
    {
        Structure.ADSL: "One record per subject",
        Structure.TTE: "One record per subject per parameter",
        Structure.ADAE: "One record per subject per adverse event",
    }
)
_SDTM_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("CO DM SE SM SV".split(), "SPECIAL PURPOSE"),
        **dict.fromkeys("AE BE CE DS DV HO MH".split(), "EVENTS"),
        **dict.fromkeys("AG CM EC EX ML PR SU".split(), "INTERVENTIONS"),
        **dict.fromkeys("TA TD TE TI TM TS TV".split(), "TRIAL DESIGN"),
        **dict.fromkeys("RELREC RELSPEC RELSUB".split(), "RELATIONSHIP"),
    }
)
_NUMBER_LENGTH = 8
_SAS_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,7}")
_FLAG = re.compile(r"\w*FL")
_YES_NO = frozenset("YN")


def skeleton(
    study: Study,
    created: datetime,
    name: str = "",
    declared: Mapping[str, MethodDefinition] = MappingProxyType({}),
) -> Definition:
    """The definition of a study as far as its data show it.

    Parameters
    ----------
    study : Study
    created : datetime
        What the file will say of when it was made.
    name : str
        Of the study; by default STUDYID, if it has one value.
    declared : mapping of str to MethodDefinition
        How variables are derived, by the variable: "ADTTE.AVAL". They are taken before what the data show.

    Examples
    --------
    >>> from datetime import datetime
    >>> from adamgate.converters.metadata.define_xml.skeleton import skeleton
    >>> made = skeleton(ag.read("adam"), datetime(2024, 5, 6))
    >>> [(dataset.name, dataset.class_name, len(dataset.variables)) for dataset in made.datasets][0][:2]
    ('ADSL', 'SUBJECT LEVEL ANALYSIS DATASET')
    """
    called = name or _study_name(study)
    codelists = {each.oid: each for dataset in study for each in _codelists(dataset)}
    shown = (each for dataset in study for each in _methods(dataset))
    methods = {each.oid: each for each in shown if each.oid.removeprefix("MT.") not in declared}
    methods |= {each.oid: each for each in declared.values()}
    adam = any(dataset.is_adam for dataset in study)
    return Definition(
        "2.1",
        study=StudyIdentity(f"ST.{called}", called, called, called),
        document=DocumentIdentity(
            file_oid=f"DEF.{called}",
            created=created.isoformat(timespec="seconds"),
            context="Other",
            metadata_oid=f"MDV.{called}",
            metadata_name=f"{called}, data definitions",
        ),
        standards=(Standard("STD.1", "ADaMIG" if adam else "SDTMIG", "IG", UNKNOWN, "Draft"),),
        datasets=tuple(_dataset(each, _Found(study, codelists, methods, declared)) for each in study),
        codelists=codelists,
        methods=methods,
        documents={each.oid: each for each in map(_leaf, study)},
    )


def _study_name(study: Study) -> str:
    named = {str(value) for dataset in study if "STUDYID" in dataset for value in dataset.distinct("STUDYID")}
    return named.pop().strip() if len(named) == 1 else UNKNOWN


def _leaf(dataset: Dataset) -> Leaf:
    file = dataset.source.path.name if dataset.source else f"{dataset.name.lower()}.xpt"
    return Leaf(f"LF.{dataset.name}", file, file)


@dataclass(frozen=True, slots=True)
class _Found:
    """What variables refer to: codelists and methods by OID."""

    study: Study
    codelists: Mapping[str, CodelistDefinition]
    methods: Mapping[str, MethodDefinition]
    declared: Mapping[str, MethodDefinition]

    def method_of(self, path: str) -> str:
        """The OID of a variable's method; empty if there is none."""
        if path in self.declared:
            return self.declared[path].oid
        return f"MT.{path}" if f"MT.{path}" in self.methods else ""


def _dataset(dataset: Dataset, found: _Found) -> DatasetDefinition:
    class_name, subclass = _class_of(dataset)
    keys = _keys(dataset)
    variables = tuple(
        replace(_variable(dataset, variable, found, keys), order=place)
        for place, variable in enumerate(dataset.variables, start=1)
    )
    return DatasetDefinition(
        oid=f"IG.{dataset.name}",
        name=dataset.name,
        label=dataset.label or UNKNOWN,
        structure_text=_RECORDS.get(dataset.structure, UNKNOWN),
        class_name=class_name,
        subclass=subclass,
        domain="" if dataset.is_adam else dataset.name[:2],
        purpose="Analysis" if dataset.is_adam else "Tabulation",
        sas_name=_sas_name(dataset.name),
        repeating=dataset.structure is not Structure.ADSL and dataset.name != "DM",
        is_reference_data="USUBJID" not in dataset,
        standard="STD.1",
        leaf=f"LF.{dataset.name}",
        href=_leaf(dataset).href,
        keys=keys,
        variables=variables,
    )


def _sas_name(name: str) -> str:
    """A name of SAS transport files; empty if it is none."""
    return name if _SAS_NAME.fullmatch(name) else ""


def _class_of(dataset: Dataset) -> tuple[str, str]:
    if dataset.is_adam:
        return _CLASSES.get(dataset.structure, ("ADAM OTHER", ""))
    if dataset.name.startswith("SUPP"):
        return "RELATIONSHIP", ""
    findings = "FINDINGS" if f"{dataset.name[:2]}TESTCD" in dataset else ""
    return _SDTM_CLASSES.get(dataset.name, findings), ""


def _keys(dataset: Dataset) -> tuple[str, ...]:
    """Those that the data state; of ADSL, a record for each subject."""
    stated = sorted((each.key_sequence, each.name) for each in dataset.variables if each.key_sequence)
    if stated or dataset.structure is not Structure.ADSL or "USUBJID" not in dataset:
        return tuple(name for _, name in stated)
    is_key = len(dataset.distinct("USUBJID")) == len(dataset)
    return (dataset.variable("USUBJID").name,) if is_key else ()


def _variable(
    dataset: Dataset, variable: Variable, found: _Found, keys: tuple[str, ...]
) -> VariableDefinition:
    path = f"{dataset.name}.{variable.name.upper()}"
    data_type, length, digits, shown = _type(dataset, variable)
    method = found.method_of(path)
    return VariableDefinition(
        oid=f"IT.{path}",
        name=variable.name,
        label=variable.label,
        data_type=data_type,
        length=length,
        significant_digits=digits,
        display_format=variable.format or shown,
        mandatory=variable.name in keys,
        key_sequence=keys.index(variable.name) + 1 if variable.name in keys else None,
        codelist=f"CL.{path}" if f"CL.{path}" in found.codelists else "",
        origins=tuple(_origins(dataset, variable, found.study, method)),
        method=method,
        sas_name=_sas_name(variable.name),
    )


def _origins(dataset: Dataset, variable: Variable, study: Study, method: str) -> Iterator[VariableOrigin]:
    if method:
        yield VariableOrigin("Derived", "Sponsor")
    elif dataset.is_adam and dataset.name != "ADSL" and "ADSL" in study and variable.name in study["ADSL"]:
        yield VariableOrigin("Predecessor", description=f"ADSL.{variable.name.upper()}")


def _type(dataset: Dataset, variable: Variable) -> tuple[str, int, int | None, str]:
    """Data type, length, significant digits, and the format of what has none but is a date."""
    if variable.type == "Char":
        longest = max((len(str(value)) for value in dataset.distinct(variable.name)), default=0)
        own = (variable.length or 0) if "length" in dataset.carries else 0
        return "text", max(longest, own, 1), None, ""
    column = dataset[variable.name]
    kind = column.dtype.kind
    if kind == "M":
        stamps = column.dropna()
        is_date = bool((stamps == stamps.dt.normalize()).all())
        return "integer", _NUMBER_LENGTH, None, "DATE9." if is_date else "DATETIME20."
    if kind == "m" or kind_of(variable.format) is FormatKind.TIME:
        return "integer", _NUMBER_LENGTH, None, ""
    values = dataset.numbers(variable.name)
    decimals = int(decimals_of(values[np.isfinite(values)]).max(initial=0))
    if decimals == 0:
        return "integer", _NUMBER_LENGTH, None, ""
    return "float", _NUMBER_LENGTH, min(decimals, MAX_DECIMALS), ""


def _codelists(dataset: Dataset) -> Iterator[CodelistDefinition]:
    """The parameters with their names, and the flags that are Y or N."""
    if "PARAMCD" in dataset and dataset.is_character("PARAMCD"):
        texts = dataset.parameters.texts("PARAM")
        decodes = dict(zip(dataset.parameters.names, texts, strict=True))
        codes = sorted(filter(None, decodes))
        items = tuple(
            CodelistItem(code, next(iter(decodes[code]), UNKNOWN), order=place)
            for place, code in enumerate(codes, start=1)
        )
        if items:
            yield CodelistDefinition(
                f"CL.{dataset.name}.PARAMCD", f"Parameters of {dataset.name}", "text", items=items
            )
    for variable in dataset.variables:
        name = variable.name.upper()
        if variable.type != "Char" or not _FLAG.fullmatch(name):
            continue
        found = sorted({str(each) for each in dataset.distinct(variable.name)})
        if found and _YES_NO.issuperset(found):
            yes_no = tuple(CodelistItem(value, order=place) for place, value in enumerate(found, start=1))
            yield CodelistDefinition(
                f"CL.{dataset.name}.{name}",
                f"{name} of {dataset.name}",
                "text",
                items=yes_no,
                enumerated=True,
            )


def _methods(dataset: Dataset) -> Iterator[MethodDefinition]:
    """How AVAL of time-to-event data is made, where the dates of every parameter show it."""
    needed = ("AVAL", "ADT", "STARTDT")
    if dataset.structure is not Structure.TTE or not all(each in dataset for each in needed):
        return
    try:
        aval, adt, startdt = dataset.numbers("AVAL"), dataset.days("ADT"), dataset.days("STARTDT")
    except WrongType:
        return
    found = []
    for name, own in dataset.parameters.each(dataset.parameters.durations):
        inferred = infer_duration(aval[own], adt[own], startdt[own])
        formula = next(filter(in_use, inferred.fits), None)
        if formula is not None:
            found.append(f"{name}: {formula}" if name else str(formula))
    if found:
        yield MethodDefinition(
            f"MT.{dataset.name}.AVAL",
            f"AVAL of {dataset.name}",
            "Computation",
            f"As the dates show: {'; '.join(found)}",
        )
