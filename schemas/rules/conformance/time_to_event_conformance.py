"""Published conformance rules about time-to-event data."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ...standards.structure import Structure
from ...standards.versions import ADAMIG
from ...study.columns import Mask
from ...study.dataset import Dataset
from ..rule import Fault, Grain
from ..statements import absent, conformance


@conformance(
    "AD0169",
    title="CNSR is not a whole number from zero",
    grain=Grain.RECORD,
    structures=(Structure.BDS,),
    needs=("CNSR",),
    standards=ADAMIG,
)
def censor_not_whole(data: Dataset) -> Iterator[Fault]:
    """CNSR is negative, infinite, has decimals or is a text that is no whole number.

    ## What it checks
    Where CNSR has a value, it is a whole number, zero or more.

    ## Not a fault
    A null on records of parameters that are no time to an event.

    ## Why it matters
    0 is an event and every positive whole number a reason for censoring. Tools disagree about what other
    values mean: most take anything that is not 0 for censored or for an event, and say nothing.

    ## Smallest fix
    Write 0 for an event and 1, 2, 3, … for censoring, one number for each reason.
    """
    yield Fault(_not_whole(data), ("CNSR",), "CNSR is not a whole number, zero or more")


def _not_whole(data: Dataset) -> Mask:
    if data.is_character("CNSR"):
        return data.matching("CNSR", lambda value: re.fullmatch(r"\d+", str(value).strip()) is None)
    values = data.numbers("CNSR")
    wrong: Mask = ~np.isnan(values) & ((values < 0) | (values != np.floor(values)) | np.isinf(values))
    return wrong


@conformance(
    {"AD0373": {"variable": "CNSR"}, "AD0374": {"variable": "AVAL"}},
    title="{variable} is missing from a time-to-event dataset",
    grain=Grain.METADATA,
    structures=(Structure.TTE,),
    standards=ADAMIG,
)
def no_time_or_censoring(data: Dataset, variable: str) -> Iterator[Fault]:
    """A time-to-event dataset has no {variable}.

    ## What it checks
    {variable} is there.

    ## Why it matters
    A survival analysis needs a time, AVAL, and whether it ended in an event, CNSR.

    ## Smallest fix
    Add {variable}.
    """
    yield from absent(data, variable)
