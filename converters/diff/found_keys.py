"""Variables that may be keys where none are given or declared: the smallest set found that is unique."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.study import columns
from ...schemas.study.dataset import Dataset
from .coding import Coding, RecordCodes, compact
from .match_keys import KeyOrigin, MatchKeys
from .pair import DatasetPair, HeldKind

_SUBJECT = ("USUBJID", "SUBJID")
_CODES = (
    *("PARAMCD", r"\w\wTESTCD", r"\w{1,2}SEQ", "QNAM", "IDVARVAL", "AVISITN", "VISITNUM", "AVISIT", "VISIT"),
    *(r"\w{0,2}TPT(N|NUM)?", "BASETYPE", "DTYPE", "TSPARMCD", "ETCD", "ARMCD", "STUDYID", "SITEID"),
)
_DATES = (r"ADTM?", r"\w\wDTC", r"\w{0,2}STDT(M|C)?")
"""Patterns of variables that tell records of SDTM and ADaM datasets apart, the likeliest first."""
_MOST_USUAL = 12
_LARGEST_SET = 6
_SMALL = 2
"""Sets up to this size are tried before it is known whether all variables together are unique."""
_FEW = 0.1
"""Of the records, that may have the keys of others."""
_SAMPLE = 5_000
"""Records by which most sets are ruled out."""


def found_keys(coding: Coding) -> MatchKeys | None:
    """Variables that are unique in both datasets, else in one, else nearly; None where there are none.

    Those that usually tell records apart come first, in the smallest set that does, with the subject if there
    is one; of several sets the one that matches most records. A measurement is never a key: a record that
    differs there would be another one.
    """
    return next(_candidates(coding), None) if all(coding.records) else None


def _candidates(coding: Coding) -> Iterator[MatchKeys]:
    """Sets of variables that may be keys, the best first; each is looked for if none before is found."""
    both = coding.parts
    codes = _of_patterns(coding.pair, (*_SUBJECT, *_CODES))
    usual = [*codes, *_of_patterns(coding.pair, _DATES)][:_MOST_USUAL]
    for names in (codes, usual):
        for found in _smallest(coding, names, both):
            yield MatchKeys(found, KeyOrigin.FOUND)
    others = [name for name in coding.pair.common if name not in usual and _may_be_key(coding.pair, name)]
    for found in _alone(coding, others):
        yield MatchKeys(found, KeyOrigin.FOUND)
    for part in both:
        for found in _smallest(coding, codes, (part,)):
            yield MatchKeys(found, KeyOrigin.FOUND_IN_ONE)
    for found in _extended(coding, usual, others):
        yield MatchKeys(found, KeyOrigin.FOUND)
    for found in _nearly_unique(coding, codes):
        yield MatchKeys(found, KeyOrigin.NEARLY_UNIQUE)


def _of_patterns(pair: DatasetPair, patterns: Iterable[str]) -> list[str]:
    """Variables that may be keys, in the order of the patterns."""
    named = [name for pattern in patterns for name in pair.common if re.fullmatch(pattern, name)]
    return [name for name in dict.fromkeys(named) if _may_be_key(pair, name)]


def _may_be_key(pair: DatasetPair, name: str) -> bool:
    """Whether a variable holds text, dates or whole numbers, in both."""
    kinds = pair.kinds(name)
    if kinds != (HeldKind.NUMBER, HeldKind.NUMBER):
        return kinds[0] is kinds[1]
    return all(_are_whole(dataset, name) for dataset in pair.both)


def _are_whole(dataset: Dataset, name: str) -> bool:
    held = columns.numbers(dataset[name])
    present = held[~np.isnan(held)]
    return bool(np.isfinite(present).all() and (np.floor(present) == present).all())


def _smallest(coding: Coding, names: Sequence[str], parts: Sequence[slice]) -> Iterator[tuple[str, ...]]:
    """The smallest set of some variables that is unique; of several the one that matches most records.

    The first variable is in each set if it is the subject.
    """
    samples = [slice(part.start, min(part.start + _SAMPLE, part.stop)) for part in parts]
    subject = tuple(names[:1]) if names and names[0] in _SUBJECT else ()
    others = names[len(subject) :]
    best: tuple[int, tuple[str, ...]] = -1, ()
    for size in range(not subject, min(len(others), _LARGEST_SET) + 1):
        if size == _SMALL + 1 and not _are_unique(coding, names, parts):
            return  # nor is any part of them
        for further in combinations(others, size):
            some = (*subject, *further)
            if _are_unique(coding, some, samples) and _are_unique(coding, some, parts):
                number = _matched(coding, some)
                best = max(best, (number, some), key=lambda each: each[0])  # the first of equals
                if number == min(coding.records):
                    break
        if best[1]:
            yield best[1]
            return
    if len(others) > _LARGEST_SET:
        yield tuple(names)


def _are_unique(coding: Coding, names: Sequence[str], parts: Sequence[slice]) -> bool:
    if len(parts) == 2 and coding.in_one_order(names):
        parts = parts[:1]
    return all(coding.are_unique(names, part) for part in parts)


def _alone(coding: Coding, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """One variable that is unique in both and matches most records, if it matches one."""
    unique = [(name,) for name in names if _are_unique(coding, (name,), coding.parts)]
    best = max(unique, key=lambda some: _matched(coding, some), default=())
    if best and _matched(coding, best):
        yield best


def _matched(coding: Coding, names: Sequence[str]) -> int:
    """How many combinations of values are in both; of variables that are unique in one of both."""
    if coding.in_one_order(names):
        return coding.records[0]
    in_a, in_b = (pd.unique(coding.combined(names, part)) for part in coding.parts)
    return len(in_a) + len(in_b) - len(pd.unique(np.concatenate([in_a, in_b])))


def _extended(coding: Coding, usual: Sequence[str], others: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The usual keys and as few other variables as make them unique, if any do.

    Only records that are not unique yet are looked at: they are few where the usual keys nearly do.
    """
    chosen = list(usual)
    groups = compact(_apart(coding, coding.combined(chosen)))[0]
    at = _repeated(groups)
    groups, left = groups[at], {name: coding.of(name)[at] for name in others if len(at)}
    while len(groups) and left:
        parts = {name: _combined(groups, codes) for name, codes in left.items()}
        best = max(parts, key=lambda name: len(pd.unique(parts[name])))
        if len(pd.unique(parts[best])) == len(pd.unique(groups)):
            return
        chosen.append(best)
        groups = compact(parts[best])[0]
        at = _repeated(groups)
        groups, left = groups[at], {name: codes[at] for name, codes in left.items() if name != best}
    if len(groups) or not chosen:
        return
    yield _without_needless(coding, chosen)


def _nearly_unique(coding: Coding, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The usual keys, if they leave few records with the keys of others: those are matched in their order."""
    groups = compact(_apart(coding, coding.combined(names)))[0]
    if names and len(_repeated(groups)) <= _FEW * len(groups):
        yield _without_needless(coding, names)


def _without_needless(coding: Coding, names: Sequence[str]) -> tuple[str, ...]:
    """The names without those that tell no records apart, looked at one after the other from the last."""
    chosen = list(names)
    groups = _number(coding, chosen)
    for name in reversed(names):
        without = [each for each in chosen if each != name]
        if without and _number(coding, without) == groups:
            chosen = without
    return tuple(chosen)


def _number(coding: Coding, names: Sequence[str]) -> int:
    """Combinations of values in A and in B."""
    return sum(len(pd.unique(coding.combined(names, part))) for part in coding.parts)


def _apart(coding: Coding, codes: RecordCodes) -> RecordCodes:
    """Codes that records of A and of B do not share."""
    of_b = np.arange(len(codes)) >= coding.records[0]
    return _combined(compact(codes)[0], of_b)


def _combined(groups: RecordCodes, codes: NDArray[Any]) -> RecordCodes:
    found: RecordCodes = groups * (int(codes.max(initial=0)) + 1) + codes
    return found


def _repeated(groups: RecordCodes) -> NDArray[np.intp]:
    """Positions of records that are not alone in their group; groups are numbered without gaps."""
    return np.flatnonzero(np.bincount(groups)[groups] > 1) if len(groups) else np.empty(0, np.intp)
