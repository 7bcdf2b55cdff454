"""Rules about the spelling of terms and units, which decides what is counted together."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ...evidence.time_unit import TimeUnit, unit_from_text
from ...severity import Severity
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain

_TERMS = (
    "AETERM",
    "AEDECOD",
    "AELLT",
    "AEBODSYS",
    "AESOC",
    "PARAM",
    "PARAMCD",
    "EVNTDESC",
    "CNSDTDSC",
    "TRTP",
    "TRTA",
    "TRT01P",
    "TRT01A",
)
_UNITS = ("AVALU", "ADURU")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@readiness(
    "XD062",
    title="Line break or control character in a term",
    severity=Severity.NOTE,
    grain=Grain.RECORD,
    needs_any=(_TERMS,),
)
def control_characters(data: Dataset) -> Iterator[Fault]:
    """A term contains a line break, a tab or another control character.

    ## What it checks
    Terms of adverse events, PARAM, PARAMCD, EVNTDESC, CNSDTDSC and treatments contain no control characters.

    ## Not a fault
    Letters with accents, and non-breaking spaces. Comments and other free text are not checked.

    ## Why it matters
    Two terms that look the same are counted in two rows, and listings break in the middle of a line.

    ## Smallest fix
    Replace the character by a blank.
    """
    for name in _TERMS:
        if name in data and data.is_character(name):
            found = data.matching(name, lambda text: bool(_CONTROL.search(str(text))))
            yield Fault(found, (name,), f"{name} contains a line break or control character")


@readiness(
    "XD063",
    title="Unit has two spellings",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    needs_any=(_UNITS,),
)
def unit_spelt_twice(data: Dataset) -> Iterator[Fault]:
    """A unit of time is spelt in two ways in one dataset, such as DAYS and Day.

    ## What it checks
    AVALU and ADURU have one text for each unit of time. The most frequent spelling is not reported.

    ## Not a fault
    Different units. Units other than of time: mg and Mg, or g/L and G/L, are not the same unit.

    ## Why it matters
    A selection or a grouping by the unit divides the records.

    ## Smallest fix
    Use one spelling, that of controlled terminology.
    """
    for name in _UNITS:
        if name not in data or not data.is_character(name):
            continue
        texts = data.distinct(name)
        times = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts))
        spellings: dict[TimeUnit, list[int]] = {}
        for code, text in enumerate(texts):
            unit = unit_from_text(str(text))
            if unit is not None and times[code]:
                spellings.setdefault(unit, []).append(code)
        others: list[int] = []
        for codes in spellings.values():
            usual = max(codes, key=lambda code: (times[code], str(texts[code])))
            others += [code for code in codes if code != usual]
        found = np.isin(texts.codes, others)
        yield Fault(found, (name,), f"{name} has another spelling of the same unit on other records")
