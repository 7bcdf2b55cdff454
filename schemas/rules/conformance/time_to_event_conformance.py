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
    title="CNSR is not 0 or a positive integer",
    grain=Grain.RECORD,
    structures=(Structure.BDS,),
    needs=("CNSR",),
    standards=ADAMIG,
)
def censor_not_whole(data: Dataset) -> Iterator[Fault]:
    """CNSR is negative, infinite, has decimals or is a character value that is not an integer.

    ## What it checks
    Where CNSR has a value, it is 0 or a positive integer.

    ## Not a fault
    A missing CNSR on records of parameters that are not time-to-event.

    ## Why it matters
    0 is an event, every positive integer a censored record with its reason. Tools handle other values
    differently: most treat anything other than 0 as censored, or as an event, silently.

    ## Smallest fix
    Set CNSR to 0 for an event and to 1, 2, 3, … for a censored record, one number for each reason.
    """
    yield Fault(_not_whole(data), ("CNSR",), "CNSR is not 0 or a positive integer")


def _not_whole(data: Dataset) -> Mask:
    if data.is_character("CNSR"):
        return data.matching("CNSR", lambda value: re.fullmatch(r"\d+", str(value).strip()) is None)
    values = data.numbers("CNSR")
    wrong: Mask = ~np.isnan(values) & ((values < 0) | (values != np.floor(values)) | np.isinf(values))
    return wrong


@conformance(
    {"AD0373": {"variable": "CNSR"}, "AD0374": {"variable": "AVAL"}},
    title="{variable} is not present in a time-to-event dataset",
    grain=Grain.METADATA,
    structures=(Structure.TTE,),
    standards=ADAMIG,
)
def no_time_or_censoring(data: Dataset, variable: str) -> Iterator[Fault]:
    """{variable} is not present in a time-to-event dataset.

    ## What it checks
    {variable} is present.

    ## Why it matters
    A survival analysis needs the time, AVAL, and whether it ended with an event, CNSR.

    ## Smallest fix
    Add {variable}.
    """
    yield from absent(data, variable)
