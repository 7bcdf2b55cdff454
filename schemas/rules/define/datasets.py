"""Rules about datasets and what define.xml says of them: which there are, their labels, keys and records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...severity import Severity
from ...study.dataset import Dataset
from ...study.definition import DatasetDefinition
from ...study.study import Study
from ..defined import called, cited, defined, definition_of
from ..rule import Fault, Grain, NotApplicable, Yield

UNDESCRIBED = NotApplicable("define.xml does not describe the dataset")
_SUBJECT = "USUBJID"
_LABEL_OF_SAS = 40
"""Characters of a label in SAS transport files: what is longer is cut."""
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})


def description_of(data: Dataset, study: Study) -> DatasetDefinition | None:
    """What define.xml says of a dataset."""
    return definition_of(study).by_name.get(data.name)


@defined(
    "DF001",
    title="Dataset is not present in define.xml",
    grain=Grain.METADATA,
    citations=cited("ItemGroupDef"),
)
def undescribed(data: Dataset, study: Study) -> Iterator[Fault]:
    """A dataset is delivered, but define.xml does not describe it.

    ## What it checks
    Each dataset has an ItemGroupDef with its name, in any case.

    ## Not a fault
    Other files in the folder, which are not datasets.

    ## Why it matters
    The reviewer has data without a description, and none of the other rules about define.xml judges them.

    ## Smallest fix
    Describe the dataset in define.xml, or do not deliver it.
    """
    if description_of(data, study) is None:
        yield Fault(None, (), f"{data.name} is not in define.xml")


@defined(
    "DF002",
    title="Dataset in define.xml is not present",
    severity=Severity.NOTE,
    grain=Grain.STUDY,
    citations=cited("ItemGroupDef", "def:HasNoData"),
)
def undelivered(study: Study) -> Iterator[Yield]:
    """define.xml describes a dataset that was not read.

    ## What it checks
    Each ItemGroupDef names a dataset that was read.

    ## Not a fault
    A dataset with HasNoData. A part of a delivery that is judged alone: hence a note.

    ## Why it matters
    The dataset may have been forgotten, or its file has another name.

    ## Smallest fix
    Deliver the dataset, remove it from define.xml, or state HasNoData="Yes".
    """
    if not study.datasets:
        yield NotApplicable("no data are present")
        return
    for each in definition_of(study).datasets:
        if each.name and each.name.upper() not in study and not each.has_no_data:
            message = f"{called(each.name)} is described in define.xml, and was not read"
            yield Fault(None, (called(each.name),), message, cause=each.name, line=each.line)


@defined(
    "DF003",
    title="Dataset with HasNoData has records",
    grain=Grain.DATASET,
    citations=cited("def:HasNoData"),
)
def has_data(data: Dataset, study: Study) -> Iterator[Yield]:
    """define.xml states HasNoData, and the data have records or values.

    ## What it checks
    A dataset with HasNoData="Yes" has no records, and a variable with it has no value.

    ## Not a fault
    A dataset or variable that is present and empty.

    ## Why it matters
    The reviewer does not look for data that exist.

    ## Smallest fix
    Remove HasNoData from define.xml.
    """
    described = description_of(data, study)
    if described is None:
        yield UNDESCRIBED
        return
    if described.has_no_data and len(data):
        yield Fault(None, (), f"{data.name} has records, and HasNoData in define.xml", line=described.line)
    for each in described.variables:
        if each.has_no_data and each.name in data:
            message = f"{called(each.name)} has a value, and HasNoData in define.xml"
            yield Fault(data.filled(each.name), (each.name.upper(),), message, line=each.line)


@defined(
    "DF004",
    title="Label of the dataset differs from define.xml",
    grain=Grain.METADATA,
    metadata=("label",),
    citations=cited("ItemGroupDef Description"),
)
def dataset_label(data: Dataset, study: Study) -> Iterator[Yield]:
    """The label of a dataset is not the one in define.xml.

    ## What it checks
    Both labels are equal. One that differs in letter case alone, or is the beginning of the other, is a note.

    ## Not a fault
    A label that one of them does not have, or that the file format cannot hold; blanks at its ends.

    ## Why it matters
    Reviewers know datasets by their labels: define.xml seems to be of another version of the data.

    ## Smallest fix
    Correct the label of the dataset, or that in define.xml.
    """
    described = description_of(data, study)
    if described is None:
        yield UNDESCRIBED
        return
    severity = differing(data.label, described.label)
    if severity is not None:
        one, other = sorted((_plain(each).casefold() for each in (data.label, described.label)), key=len)
        if other.startswith(one):
            severity = Severity.NOTE
        message = f"label of {data.name} differs from define.xml"
        shown = f"{called(data.label)} and {called(described.label)}"
        yield Fault(None, (), message, severity, values=shown, line=described.line)


def differing(one: str, other: str) -> Severity | None:
    """How much it matters that two texts differ; None if they are equal, or one of them is not stated."""
    one, other = _plain(one), _plain(other)
    if not one or not other or one == other:
        return None
    shorter, longer = sorted((one.casefold(), other.casefold()), key=len)
    is_cut = len(shorter) == _LABEL_OF_SAS and longer.startswith(shorter)
    return Severity.NOTE if is_cut or shorter == longer else Severity.WARNING


def _plain(label: str) -> str:
    """Without what two programs write differently: blanks beside each other, typographic quotes."""
    return " ".join(label.translate(_QUOTES).split())


@defined(
    "DF005",
    title="Keys in define.xml are not unique",
    grain=Grain.DATASET,
    citations=cited("ItemRef KeySequence"),
)
def keys_not_unique(data: Dataset, study: Study) -> Iterator[Yield]:
    """Several records have the same values of the key variables of define.xml.

    ## What it checks
    No two records have the same values of the variables with a KeySequence, all of which are present. A
    missing value is a value.

    ## Not a fault
    A dataset without a KeySequence.

    ## Why it matters
    Programs that join or compare by these keys join records that do not belong together, or fail.

    ## Smallest fix
    Add a variable to the keys in which the records differ, or remove the records that are repeated.
    """
    described = description_of(data, study)
    keys = described.keys if described is not None else ()
    if not keys:
        yield NotApplicable("define.xml states no keys of the dataset")
        return
    absent = [called(name) for name in keys if name not in data]
    if absent:
        yield NotApplicable(f"not present: {', '.join(absent)}")
        return
    groups = data.groups(*keys)
    times = np.bincount(groups, minlength=1)
    message = f"keys {', '.join(map(called, keys))} are not unique"
    yield Fault(times[groups] > 1, tuple(name.upper() for name in keys), message)


@defined(
    "DF006",
    title="Subject has several records in a dataset that is not repeating",
    grain=Grain.SUBJECT,
    needs=(_SUBJECT,),
    citations=cited("ItemGroupDef Repeating"),
)
def repeated(data: Dataset, study: Study) -> Iterator[Yield]:
    """A subject has several records, and define.xml says Repeating="No".

    ## What it checks
    Each USUBJID has one record, if Repeating="No".

    ## Not a fault
    Reference data. Repeating="Yes" where each subject has one record. A define.xml without Repeating.

    ## Why it matters
    Programs that take one record of each subject take any of them.

    ## Smallest fix
    State Repeating="Yes", or remove the records that are repeated.
    """
    described = description_of(data, study)
    if described is None:
        yield UNDESCRIBED
        return
    if described.repeating is not False or described.is_reference_data:
        yield NotApplicable("define.xml does not say that each subject has one record")
        return
    subjects = data.distinct(_SUBJECT)
    times = np.bincount(subjects.codes[subjects.codes >= 0], minlength=len(subjects))
    message = f'subject has several records, and {data.name} has Repeating="No" in define.xml'
    yield Fault(subjects.spread(times > 1, missing=False), (_SUBJECT,), message)


@defined(
    "DF007",
    title="Reference data have subjects",
    severity=Severity.NOTE,
    grain=Grain.METADATA,
    citations=cited("ItemGroupDef IsReferenceData"),
)
def reference_with_subjects(data: Dataset, study: Study) -> Iterator[Yield]:
    """define.xml says that a dataset is reference data, and it has USUBJID.

    ## What it checks
    A dataset with IsReferenceData="Yes" has no USUBJID.

    ## Why it matters
    Data of subjects are taken for data of the trial, such as TA or TV, and omitted from reviews by subject.

    ## Smallest fix
    State IsReferenceData="No".
    """
    described = description_of(data, study)
    if described is None:
        yield UNDESCRIBED
    elif described.is_reference_data and _SUBJECT in data:
        message = f"{data.name} is reference data in define.xml, and has USUBJID"
        yield Fault(None, (_SUBJECT,), message, line=described.line)
