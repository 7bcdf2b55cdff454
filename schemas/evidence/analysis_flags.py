"""Which records are analysed, by the analysis flags ANLzzFL."""

from __future__ import annotations

import re

import numpy as np

from ..study.columns import Mask
from ..study.dataset import Dataset

_ANALYSIS_FLAG = re.compile(r"ANL\d\dFL$")


def analysis_flags(data: Dataset) -> tuple[str, ...]:
    """The analysis flags of a dataset: ANL01FL, ANL02FL, …"""
    return tuple(name for name in data.names if _ANALYSIS_FLAG.match(name))


def analysis_sets(data: Dataset) -> tuple[Mask, ...]:
    """The records of each analysis: those of each flag; one of all records where there is no flag."""
    flags = analysis_flags(data)
    return tuple(data.equals(flag, "Y") for flag in flags) or (np.ones(len(data), dtype=np.bool_),)


def selected(data: Dataset) -> Mask:
    """Records that some analysis flag selects; all where there is no flag."""
    chosen: Mask = np.logical_or.reduce(analysis_sets(data))
    return chosen


def standing(data: Dataset) -> Mask:
    """Records that stand for their subject and parameter: the selected ones, or all where none is."""
    chosen = selected(data)
    if chosen.all() or "USUBJID" not in data or "PARAMCD" not in data:
        return chosen | ~chosen.any()
    group = data.groups("USUBJID", "PARAMCD")
    having = np.bincount(group[chosen], minlength=int(group.max(initial=0)) + 1) > 0
    return chosen | ~having[group]
