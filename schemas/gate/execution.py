"""How checks are run: one after the other, or on parts of whole subjects with the same report.

What a rule must see at once is its grain. A rule about metadata, records or subjects is run on every
part, and what it found adds up: records are counted together, the examples are the first of all. A rule
about a dataset or the study is run on the whole. So is one that the parts do not agree about: its words
differ, because they name values that only some parts have, or it could not be run on one of them; and one
whose findings a waiver takes out.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from ..evidence.subjects import plain_identifiers
from ..rules.rule import Grain, Rule
from ..severity import Severity
from ..study.dataset import Dataset
from ..study.study import Study
from ..study.variable import SpecialMissing
from .check import Check, CheckOptions, run_check
from .finding import EXAMPLES, Finding, Outcome, Status

SUBJECT = "USUBJID"

Records = NDArray[np.intp]
FindingWords = tuple[str, tuple[str, ...], Severity, str]
"""Message, variables, severity and cause: what a finding says of whichever records."""

_OF_NUMBERS = frozenset({"numbers", "days"})
BY_PART = frozenset({Grain.METADATA, Grain.RECORD, Grain.SUBJECT})
BY_PART_WITH_TOTALS = BY_PART | {Grain.TOTALS}


Task = tuple[Rule, Dataset | None]
"""A check that is to be run: a rule on a dataset, or on the study where there is none."""


@runtime_checkable
class Executor(Protocol):
    """How the gate runs checks, each by itself: in whichever order, here or elsewhere."""

    def run(self, tasks: Iterable[Task], study: Study, options: CheckOptions) -> Iterator[Check]:
        """What came of each task. Each is announced to whoever watches when it is taken from `tasks`."""
        ...


class Serial:
    """Runs each check where it stands, one after the other."""

    def run(self, tasks: Iterable[Task], study: Study, options: CheckOptions) -> Iterator[Check]:
        return (run_check(rule, data, study, options) for rule, data in tasks)


SERIAL = Serial()


@dataclass(frozen=True, eq=False)
class Partition:
    """Some subjects of a study with all their records.

    Attributes
    ----------
    study : Study
        Datasets in the order of the whole; one without USUBJID (TS) is in every part as it is.
    records : mapping of dataset name to ndarray of int
        For each record its position in the whole dataset, counted from 0, ascending.
    """

    study: Study
    records: Mapping[str, Records]


def partition(study: Study, parts: int) -> tuple[Partition, ...]:
    """Split a study into parts of whole subjects.

    Parameters
    ----------
    study : Study
    parts : int
        How many; from 1. Some may have no subject.

    Returns
    -------
    tuple of Partition
        A subject's part follows from a hash of the text of USUBJID without blanks, case and leading zeros,
        the same in every dataset and on every machine.
    """
    if parts < 1:
        raise ValueError(f"the number of parts is 1 or more, not {parts}")
    own = {data.name: _part_of(data, parts) for data in study if SUBJECT in data}
    return tuple(
        _cut(study, {name: np.flatnonzero(part == number) for name, part in own.items()})
        for number in range(parts)
    )


def join(partitions: Sequence[Partition]) -> Study:
    """The whole study again, records in their order."""
    first = partitions[0]
    datasets = (
        _joined(each.name, partitions) if each.name in first.records else each for each in first.study
    )
    return Study.of(*datasets, notes=first.study.notes, definition=first.study.definition)


class Partitioned:
    """Runs each check on the parts of a study where its rule may see one part at a time.

    Parameters
    ----------
    partitions : sequence of Partition
        All parts of one study. The report is that of the whole: ``judge(join(parts),
        executor=Partitioned(parts))``.
    """

    def __init__(self, partitions: Sequence[Partition]) -> None:
        self._partitions = tuple(partitions)
        self._options: tuple[CheckOptions, ...] = ()

    def run(self, tasks: Iterable[Task], study: Study, options: CheckOptions) -> Iterator[Check]:
        return (self._run_one(rule, data, study, options) for rule, data in tasks)

    def _run_one(self, rule: Rule, data: Dataset | None, study: Study, options: CheckOptions) -> Check:
        if data is not None and rule.grain in BY_PART and data.name in self._partitions[0].records:
            if not self._options:
                self._begin(data, options)
            checks = [
                check_of_part(rule, part.study[data.name], part.study, own)
                for part, own in zip(self._partitions, self._options, strict=True)
            ]
            told = that_may_add_up(checks)
            if told is not None and len(differently(told)) <= 1:
                return added_up(told, [part.records[data.name] for part in self._partitions])
        return run_check(rule, data, study, options)

    def _begin(self, data: Dataset, options: CheckOptions) -> None:
        """What is declared of the whole is declared of its parts; each part has keys of its own."""
        self._partitions = tuple(
            replace(part, study=part.study.declaring(data.declarations)) for part in self._partitions
        )
        self._options = tuple(options.afresh() for _ in self._partitions)


def check_of_part(rule: Rule, data: Dataset, part: Study, options: CheckOptions) -> Check | None:
    """A rule on a part of a dataset; None where the part cannot tell.

    A column without a value is of no kind. So a part without a value of a text answers when it is asked for
    the numbers, and the whole does not.
    """
    for each in part:
        each.questions.clear()
    check = run_check(rule, data, part, options)
    blank = any(
        _is_blank_text(each, variable)
        for each in part
        for question, variable in tuple(each.questions)
        if question in _OF_NUMBERS
    )
    return None if blank else check


def _is_blank_text(data: Dataset, variable: str) -> bool:
    """Whether a variable is text by its type, and no record has a value."""
    return data.is_character(variable) and not data.filled(variable).any()


def added_up(checks: Sequence[Check], records: Sequence[Sequence[int] | Records]) -> Check:
    """One check from those of a rule on the parts of a dataset.

    Parameters
    ----------
    checks : sequence of Check
        Of one rule on one dataset, part by part.
    records : sequence of ndarray of int
        For each part its records' positions in the whole dataset.
    """
    found: dict[FindingWords, list[Finding]] = defaultdict(list)
    for check, places in zip(checks, records, strict=True):
        for finding in check.findings:
            found[words_of(finding)].append(_placed(finding, places))
    return Check(
        outcome=_outcome(checks),
        findings=tuple(reduce(_together, parts) for parts in found.values()),
        inferred=checks[0].inferred,
    )


Said = tuple[FindingWords, ...]
"""What a check says."""


def said_by(check: Check) -> Said:
    return tuple(map(words_of, check.findings))


def that_may_add_up(checks: Sequence[Check | None]) -> Sequence[Check] | None:
    """Checks of parts that can be one check if their words are right; None where the whole must be asked.

    That is so where a part could not be judged or tell, something is waived, or the parts do not say the same
    of what is not about records.
    """
    told = [check for check in checks if check is not None]
    if len(told) < len(checks):
        return None
    if any(check.waived or check.outcome.status is Status.NOT_RUN for check in told):
        return None
    if any(check.inferred != told[0].inferred for check in told):
        return None
    reasons = {check.outcome.reason for check in told if check.outcome.status is Status.NOT_APPLICABLE}
    about_records = all(finding.records for check in told for finding in check.findings)
    if len(reasons) > 1 or not (about_records or len({*map(said_by, told)}) == 1):
        return None
    return told


def differently(checks: Sequence[Check]) -> dict[Said, int]:
    """What is said by checks that found something, each with the number of the first that says it."""
    first: dict[Said, int] = {}
    for number, check in enumerate(checks):
        if check.findings:
            first.setdefault(said_by(check), number)
    return first


def words_of(finding: Finding) -> FindingWords:
    return finding.said, finding.variables, finding.severity, finding.cause


def _placed(finding: Finding, places: Sequence[int] | Records) -> Finding:
    """A finding of a part with the record numbers of the whole."""
    examples = tuple(replace(each, record=int(places[each.record - 1]) + 1) for each in finding.examples)
    return replace(finding, examples=examples)


def _together(one: Finding, more: Finding) -> Finding:
    examples = sorted((*one.examples, *more.examples), key=lambda each: each.record)
    return replace(
        one,
        records=one.records + more.records,
        examples=tuple(examples[:EXAMPLES]),
        keys=one.keys + more.keys,
    )


def _outcome(checks: Sequence[Check]) -> Outcome:
    """Failed where a part failed, else passed where one could be judged."""
    order = (Status.FAILED, Status.PASSED, Status.NOT_APPLICABLE)
    decisive = min((check.outcome for check in checks), key=lambda outcome: order.index(outcome.status))
    return replace(decisive, seconds=sum(check.outcome.seconds for check in checks))


def _part_of(data: Dataset, parts: int) -> NDArray[np.intp]:
    """The part of each record; records without a subject are in the first one."""
    subjects = data.distinct(SUBJECT)
    numbers = [
        zlib.crc32(subject.encode("utf-8", "backslashreplace")) % parts
        for subject in plain_identifiers(subjects.values)
    ]
    part: NDArray[np.intp] = subjects.spread(np.array(numbers, dtype=np.intp), missing=0)
    return part


def _cut(study: Study, records: Mapping[str, Records]) -> Partition:
    datasets = (_taken(data, records[data.name]) if data.name in records else data for data in study)
    return Partition(Study.of(*datasets, notes=study.notes, definition=study.definition), records)


def _taken(data: Dataset, records: Records) -> Dataset:
    special = {}
    for name, each in data.special_missing.items():
        here = np.isin(each.records, records)
        places = np.searchsorted(records, each.records[here]).astype(np.int64)
        special[name] = SpecialMissing(places, each.tags[here])
    frame = data.frame.iloc[records].reset_index(drop=True)
    raw = None if data.raw_places is None else data.raw_places.load().take(records)
    return data.replace(frame=frame, special_missing=special, raw_places=raw)


def _joined(name: str, partitions: Sequence[Partition]) -> Dataset:
    """One dataset of all parts, its records where they were."""
    datasets = [part.study[name] for part in partitions]
    places = np.concatenate([part.records[name] for part in partitions])
    order = np.argsort(places, kind="stable")
    columns = {
        column: _column([data.frame[column] for data in datasets]) for column in datasets[0].frame.columns
    }
    frame = pd.DataFrame(columns, copy=False).iloc[order].reset_index(drop=True)
    special = {}
    for variable in datasets[0].special_missing:
        each = [data.special_missing[variable] for data in datasets]
        own = np.concatenate(
            [part.records[name][one.records] for part, one in zip(partitions, each, strict=True)]
        )
        sorting = np.argsort(own)
        tags = np.concatenate([one.tags for one in each])[sorting]
        special[variable] = SpecialMissing(own[sorting].astype(np.int64), tags)
    return datasets[0].replace(frame=frame, special_missing=special)


def _column(parts: Sequence[pd.Series]) -> pd.Series:
    """Parts of a column one after another; dictionaries stay dictionaries."""
    if all(isinstance(part.dtype, pd.CategoricalDtype) for part in parts):
        return pd.Series(union_categoricals(list(parts)))
    return pd.concat(parts, ignore_index=True)
