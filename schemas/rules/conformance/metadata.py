"""Rules about names, labels and lengths, and about what every delivery and dataset must have."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...standards.versions import ADAMIG
from ...study.columns import Mask, by_arrow
from ...study.dataset import Dataset
from ...study.study import Study
from ..rule import Fault, Grain
from ..statements import absent, conformance

_NAME_LENGTH = 8
_LABEL_LENGTH = 40
_TEXT_LENGTH = 200


@conformance("AD0001", title="ADSL is missing", grain=Grain.STUDY, standards=ADAMIG)
def no_subject_level_dataset(study: Study) -> Iterator[Fault]:
    """A delivery of analysis datasets has no ADSL.

    ## What it checks
    A study with any ADaM dataset has a dataset named ADSL.

    ## Not a fault
    A folder without any ADaM dataset. A single dataset judged on its own, while ADSL stands elsewhere, is
    flagged all the same: nothing in the file tells.

    ## Why it matters
    Populations, treatments and baseline covariates come from ADSL; without it nobody can tell who was
    analysed, nor whether a subject of another dataset belongs to the study.

    ## Smallest fix
    Put ADSL into the same folder.
    """
    if "ADSL" not in study and any(dataset.is_adam for dataset in study):
        yield Fault(None, ("ADSL",), "ADSL is not among the datasets")


@conformance(
    "AD0013", title="A variable name is longer than 8 characters", grain=Grain.METADATA, standards=ADAMIG
)
def long_name(data: Dataset) -> Iterator[Fault]:
    """A variable name has more characters than a transport file allows.

    ## What it checks
    Every variable name has at most 8 characters.

    ## Why it matters
    SAS transport files, version 5, hold 8; tools that write them cut longer names, and two names may
    become one.

    ## Smallest fix
    Shorten the name, and put the long form into the label.
    """
    for variable in data.variables:
        if len(variable.name) > _NAME_LENGTH:
            yield Fault(
                None, (variable.name,), f"the name {variable.name} is longer than {_NAME_LENGTH} characters"
            )


@conformance(
    "AD0014", title="A variable name does not start with a letter", grain=Grain.METADATA, standards=ADAMIG
)
def name_without_letter(data: Dataset) -> Iterator[Fault]:
    """A variable name starts with something else than a letter.

    ## What it checks
    Every variable name starts with a letter from A to Z, in upper or lower case.

    ## Why it matters
    SAS takes such a name only in quotes, and statistical tools rename it on reading.

    ## Smallest fix
    Rename the variable.
    """
    for variable in data.variables:
        if not re.match("[A-Za-z]", variable.name):
            yield Fault(None, (variable.name,), f"the name {variable.name} does not start with a letter")


@conformance(
    "AD0016",
    title="A variable label is longer than 40 characters",
    grain=Grain.METADATA,
    metadata=("label",),
    standards=ADAMIG,
)
def long_label(data: Dataset) -> Iterator[Fault]:
    """A variable label has more characters than a transport file allows.

    ## What it checks
    Every variable label has at most 40 characters.

    ## Why it matters
    SAS transport files, version 5, hold 40; what comes after is cut, and with it perhaps the unit.

    ## Smallest fix
    Shorten the label.
    """
    for variable in data.variables:
        if len(variable.label) > _LABEL_LENGTH:
            message = f"the label of {variable.name} is longer than {_LABEL_LENGTH} characters"
            yield Fault(None, (variable.name,), message)


@conformance("AD0017", title="A text is longer than 200 characters", grain=Grain.RECORD, standards=ADAMIG)
def long_text(data: Dataset) -> Iterator[Fault]:
    """A character value has more characters than a transport file allows.

    ## What it checks
    Every character value has at most 200 characters, trailing blanks aside. Characters count, not bytes.

    ## Why it matters
    SAS transport files, version 5, hold 200 bytes; what comes after is lost without a word.

    ## Smallest fix
    Split the text over two variables, the second named with a number at its end.
    """
    for name in (each.name for each in data.variables):
        if data.is_character(name):
            message = f"{name} holds a text of more than {_TEXT_LENGTH} characters"
            yield Fault(_too_long(data[name]), (name,), message)


def _too_long(column: pd.Series) -> Mask:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return _exceeding(column)
    return np.append(_exceeding(column.cat.categories), False)[column.cat.codes]


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
    title="{variable} is missing",
    grain=Grain.METADATA,
    standards=ADAMIG,
)
def no_identifier(data: Dataset, variable: str) -> Iterator[Fault]:
    """An analysis dataset has no {variable}.

    ## What it checks
    Every analysis dataset has {variable}.

    ## Why it matters
    Records can be joined to their subject and told apart between studies only by STUDYID and USUBJID.

    ## Smallest fix
    Add {variable}, as ADSL has it.
    """
    yield from absent(data, variable)
