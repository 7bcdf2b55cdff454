"""Rules about names, labels and lengths, and about what every delivery and dataset must have."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...standards.structure import Structure
from ...standards.versions import ADAMIG
from ...study.columns import Mask, by_arrow
from ...study.dataset import Dataset
from ...study.study import Study
from ..rule import Fault, Grain
from ..statements import absent, conformance

_NAME_LENGTH = 8
_LABEL_LENGTH = 40
_TEXT_LENGTH = 200


@conformance("AD0001", title="ADSL is not present", grain=Grain.STUDY, standards=ADAMIG)
def no_subject_level_dataset(study: Study) -> Iterator[Fault]:
    """ADSL is not present in a study with analysis datasets.

    ## What it checks
    A study with any ADaM dataset has a dataset named ADSL, or a subject-level dataset of several studies
    such as IADSL.

    ## Not a fault
    A folder without any ADaM dataset. A single dataset that is checked on its own is reported as well,
    because a file does not show whether ADSL is kept elsewhere.

    ## Why it matters
    Populations, treatments and baseline covariates come from ADSL; without it, neither the analysed
    subjects nor whether a subject belongs to the study can be verified.

    ## Smallest fix
    Add ADSL to the same folder.
    """
    having = any(dataset.structure is Structure.ADSL for dataset in study)
    if not having and any(dataset.is_adam for dataset in study):
        yield Fault(None, ("ADSL",), "ADSL is not present")


@conformance(
    "AD0013", title="Variable name is longer than 8 characters", grain=Grain.METADATA, standards=ADAMIG
)
def long_name(data: Dataset) -> Iterator[Fault]:
    """A variable name is longer than SAS transport files allow.

    ## What it checks
    Every variable name has at most 8 characters.

    ## Why it matters
    SAS transport files, version 5, allow 8; tools that write them truncate longer names, and two names
    may become the same.

    ## Smallest fix
    Shorten the name, and put the long form in the label.
    """
    for variable in data.variables:
        if len(variable.name) > _NAME_LENGTH:
            yield Fault(
                None, (variable.name,), f"the name {variable.name} is longer than {_NAME_LENGTH} characters"
            )


@conformance(
    "AD0014", title="Variable name does not start with a letter", grain=Grain.METADATA, standards=ADAMIG
)
def name_without_letter(data: Dataset) -> Iterator[Fault]:
    """A variable name starts with a character other than a letter.

    ## What it checks
    Every variable name starts with a letter from A to Z, in upper or lower case.

    ## Why it matters
    SAS accepts such a name only as a name literal, and statistical software renames it on import.

    ## Smallest fix
    Rename the variable.
    """
    for variable in data.variables:
        if not re.match("[A-Za-z]", variable.name):
            yield Fault(None, (variable.name,), f"the name {variable.name} does not start with a letter")


@conformance(
    "AD0016",
    title="Variable label is longer than 40 characters",
    grain=Grain.METADATA,
    metadata=("label",),
    standards=ADAMIG,
)
def long_label(data: Dataset) -> Iterator[Fault]:
    """A variable label is longer than SAS transport files allow.

    ## What it checks
    Every variable label has at most 40 characters.

    ## Why it matters
    SAS transport files, version 5, allow 40; the rest is truncated, possibly with the unit.

    ## Smallest fix
    Shorten the label.
    """
    for variable in data.variables:
        if len(variable.label) > _LABEL_LENGTH:
            message = f"the label of {variable.name} is longer than {_LABEL_LENGTH} characters"
            yield Fault(None, (variable.name,), message)


@conformance(
    "AD0017", title="Character value is longer than 200 characters", grain=Grain.RECORD, standards=ADAMIG
)
def long_text(data: Dataset) -> Iterator[Fault]:
    """A character value is longer than SAS transport files allow.

    ## What it checks
    Every character value has at most 200 characters, without trailing blanks. Characters are counted,
    not bytes.

    ## Why it matters
    SAS transport files, version 5, allow 200 bytes; the rest is lost silently.

    ## Smallest fix
    Split the value into two variables, the second with a number at the end of its name.
    """
    for name in (each.name for each in data.variables):
        if data.is_character(name):
            message = f"{name} is longer than {_TEXT_LENGTH} characters"
            yield Fault(_too_long(data[name]), (name,), message)


def _too_long(column: pd.Series) -> Mask:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return _exceeding(column)
    of_category = _exceeding(column.cat.categories)
    if not of_category.any():
        return np.zeros(len(column), dtype=np.bool_)
    return np.append(of_category, False)[column.cat.codes]


def _exceeding(texts: pd.Series | pd.Index) -> Mask:
    """Which texts are too long; trailing blanks are taken off only where they may matter."""
    held = pd.Series(texts, dtype="string[pyarrow]")
    lengths = by_arrow(held).len()
    if pd.isna(lengths.max()) or lengths.max() <= _TEXT_LENGTH:
        return np.zeros(len(held), dtype=np.bool_)
    lengths = by_arrow(by_arrow(held).rstrip(" ")).len()
    too_long: Mask = (lengths > _TEXT_LENGTH).to_numpy(dtype=np.bool_, na_value=False)
    return too_long


@conformance(
    {"AD0088": {"variable": "STUDYID"}, "AD0089": {"variable": "USUBJID"}},
    title="{variable} is not present",
    grain=Grain.METADATA,
    standards=ADAMIG,
)
def no_identifier(data: Dataset, variable: str) -> Iterator[Fault]:
    """{variable} is not present in an analysis dataset.

    ## What it checks
    Every analysis dataset has {variable}.

    ## Why it matters
    STUDYID and USUBJID are needed to merge records by subject and to distinguish studies.

    ## Smallest fix
    Add {variable}, as in ADSL.
    """
    yield from absent(data, variable)
