"""Values of another dataset, found by variables that both have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...schemas.study.columns import Codes, Distinct, Mask
from .raw_records import ascending, recoded, text_of

_COMPLETE = len("2020-01-01")


@dataclass(frozen=True, eq=False)
class LookupKeys:
    """The variables by which records are found, of these records and of the others."""

    ours: Sequence[Distinct]
    theirs: Sequence[Distinct]


@dataclass(frozen=True, eq=False)
class LookedUp:
    """What was found.

    Attributes
    ----------
    column : Distinct
        The value for each record.
    absent : ndarray of bool, shape (n_records,)
        The other dataset has no record with its keys.
    undecided : int
        Keys with several values of which none can be taken.
    used : ndarray of bool, shape (n_others,)
        Records of the other dataset with keys of some record.
    record : ndarray of int, shape (n_records,)
        Position of the first record of the other dataset that has the value; -1 where there is none.
    """

    column: Distinct
    absent: Mask
    undecided: int
    used: Mask
    record: Codes


def looked_up(keys: LookupKeys, values: Distinct, take: str) -> LookedUp:
    """The value of the other dataset for each record.

    Parameters
    ----------
    keys : LookupKeys
    values : Distinct
        Of the other dataset.
    take : {"only", "earliest", "latest"}
        Which of several values.
    """
    ours, theirs, number = _groups(keys)
    present = np.zeros(number, dtype=np.bool_)
    present[theirs[theirs >= 0]] = True
    order = ascending(values)
    rank = np.empty(len(values) + 1, dtype=np.intp)
    rank[order] = np.arange(len(values))
    rank[-1] = -1
    pairs = pd.DataFrame({"key": theirs, "rank": rank[values.codes]})
    pairs = pairs[(pairs["key"] >= 0) & (pairs["rank"] >= 0)]
    by_key = pairs.groupby("key")["rank"]
    chosen = by_key.max() if take == "latest" else by_key.min()
    several = by_key.max() > by_key.min()
    if take == "only":
        undecided = int(several.sum())
    else:
        partial = np.array([_is_partial(values[code]) for code in order], dtype=np.bool_)
        has_partial = pd.Series(partial[pairs["rank"].to_numpy()]).groupby(pairs["key"].to_numpy()).any()
        undecided = int((several & has_partial.reindex(several.index)).sum())
    code = np.full(number + 1, -1, dtype=np.intp)
    code[chosen.index.to_numpy()] = order[chosen.to_numpy()] if len(chosen) else -1
    absent = (ours < 0) | ~np.append(present, False)[ours]
    asked = np.zeros(number + 1, dtype=np.bool_)
    asked[ours] = True
    asked[-1] = False
    record = _first_with(theirs, values.codes, ours, code[ours])
    return LookedUp(recoded(values.values, code[ours]), absent, undecided, asked[theirs], record)


def _first_with(theirs: Codes, their_codes: Codes, ours: Codes, our_codes: Codes) -> Codes:
    """The position of the first record with the key and the value of each."""
    width = int(their_codes.max(initial=0)) + 1
    (among,) = np.nonzero((theirs >= 0) & (their_codes >= 0))
    pairs, first = np.unique(theirs[among] * width + their_codes[among], return_index=True)
    wanted = np.where((ours >= 0) & (our_codes >= 0), ours * width + our_codes, -1)
    found = np.full(len(ours), -1, dtype=np.intp)
    (known,) = np.nonzero(wanted >= 0)
    found[known] = among[first[np.searchsorted(pairs, wanted[known])]]
    return found


def _groups(keys: LookupKeys) -> tuple[Codes, Codes, int]:
    """One number for each combination of keys, the same on both sides; -1 where a key is missing."""
    size = len(keys.ours[0].codes)
    columns = {}
    for at, (one, other) in enumerate(zip(keys.ours, keys.theirs, strict=True)):
        both = np.concatenate([one.values, other.values])
        same = recoded(map(text_of, both), np.arange(len(both))).codes
        columns[at] = np.concatenate(
            [np.append(same[: len(one)], -1)[one.codes], np.append(same[len(one) :], -1)[other.codes]]
        )
    frame = pd.DataFrame(columns)
    groups = frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy().astype(np.intp)
    number = int(groups.max(initial=-1)) + 1
    groups[(frame < 0).any(axis=1).to_numpy()] = -1
    return groups[:size], groups[size:], number


def _is_partial(value: Any) -> bool:
    return isinstance(value, str) and (len(value) < _COMPLETE or "--" in value)
