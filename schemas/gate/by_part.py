"""Checks of a long study, part by part: no more than a part of whole subjects is held at a time.

A rule that may see one part at a time (see `execution`) is run on each, and what it found adds up. The others,
and those about which the parts do not agree, are run on the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from ..rules import rule_book
from ..rules.rule import Rule
from ..study.study import Study
from .check import Check, CheckOptions
from .execution import BY_PART, SERIAL, Task, added_up, check_of_part, differently, said_by, that_may_add_up
from .subject_parts import RECORDS, SubjectParts, parts_by_subject

Chosen = tuple[tuple[str, tuple[str, ...]], ...]
"""Names of datasets, empty for the study, each with the ids of rules that are run on it."""

Work = tuple[tuple[int, ...], Chosen]
"""Numbers of parts that are taken together, and what is run on them."""

RunParts = Callable[[Iterable[Work]], Iterator[list[Check | None]]]
"""Does work on parts, and gives for each what `checks_of_parts` does."""

TOGETHER = 4
"""At most so many parts are taken together."""


class Here:
    """Runs checks in this process: those of a long study whose memory is bounded part by part.

    Parameters
    ----------
    records : int
        About how many records of the longest dataset are a part.
    """

    def __init__(self, records: int = RECORDS) -> None:
        self._records = records

    def run(self, tasks: Iterable[Task], study: Study, options: CheckOptions) -> Iterator[Check]:
        bounded = any(data.columns.answers is not None for data in study)
        parts = parts_by_subject(study, self._records) if bounded else None
        if parts is None:
            return SERIAL.run(tasks, study, options)

        def run_parts(work: Iterable[Work]) -> Iterator[list[Check | None]]:
            return (checks_of_parts(study, options, parts, *each) for each in work)

        return in_parts(tasks, parts, run_parts, lambda left: SERIAL.run(left, study, options))


HERE = Here()


def in_parts(
    tasks: Iterable[Task],
    parts: SubjectParts,
    run_parts: RunParts,
    run_whole: Callable[[Iterable[Task]], Iterator[Check]],
) -> Iterator[Check]:
    """What came of each task, in their order; all of them are taken before the first is run.

    Parameters
    ----------
    tasks : iterable of Task
    parts : SubjectParts
    run_parts : callable
    run_whole : callable
        Runs tasks on the whole study.
    """
    listed = list(tasks)
    rules_of: dict[str, list[str]] = defaultdict(list)
    for rule, data in listed:
        if data is not None and _adds_up(rule) and parts.judged(data.name):
            rules_of[data.name].append(rule.id)
    found = _added_up(rules_of, parts, run_parts)
    checks = [found.get((data.name, rule.id)) if data is not None else None for rule, data in listed]
    whole = run_whole(task for task, check in zip(listed, checks, strict=True) if check is None)
    return (next(whole) if check is None else check for check in checks)


def _adds_up(rule: Rule) -> bool:
    """Whether it may be run on parts. One of a user's own promises what nobody has tried."""
    return rule.grain in BY_PART and rule_book().get(rule.id) is rule


def _added_up(
    rules_of: dict[str, list[str]], parts: SubjectParts, run_parts: RunParts
) -> dict[tuple[str, str], Check]:
    """A check for each dataset and rule whose checks of parts add up."""
    chosen = tuple((name, tuple(rules)) for name, rules in rules_of.items())
    pairs = [(name, rule) for name, rules in chosen for rule in rules]
    of_parts = [*zip(*run_parts(((part,), chosen) for part in range(parts.number)), strict=True)]
    candidates = {
        pair: told
        for pair, checks in zip(pairs, of_parts, strict=bool(pairs))
        if (told := that_may_add_up(checks)) is not None
    }
    right = _rightly_worded(candidates, run_parts)
    return {
        pair: added_up(told, parts.records[pair[0]]) for pair, told in candidates.items() if pair in right
    }


def _rightly_worded(
    candidates: dict[tuple[str, str], Sequence[Check]], run_parts: RunParts
) -> set[tuple[str, str]]:
    """Those whose parts say what the whole would.

    Some parts that found something are taken together. If these say what each of them says, so does the whole;
    if not, the words name, or count, what only some parts have.
    """
    tried = {pair: _tried(checks) for pair, checks in candidates.items()}
    right = {pair for pair, numbers in tried.items() if len(numbers) <= 1}
    unclear = {pair: numbers for pair, numbers in tried.items() if 1 < len(numbers) <= TOGETHER}
    again = run_parts((numbers, ((name, (rule,)),)) for (name, rule), numbers in unclear.items())
    for (pair, numbers), (check,) in zip(unclear.items(), again, strict=True):
        said = set(chain.from_iterable(said_by(candidates[pair][number]) for number in numbers))
        if check is not None and len(check.findings) == len(said) and set(said_by(check)) == said:
            right.add(pair)
    return right


def _tried(checks: Sequence[Check]) -> tuple[int, ...]:
    """Parts that say different things; where all that found something say the same, two of them."""
    numbers = differently(checks).values()
    if len(numbers) != 1:
        return tuple(numbers)
    return tuple(islice((number for number, check in enumerate(checks) if check.findings), 2))


def checks_of_parts(
    study: Study, options: CheckOptions, parts: SubjectParts, numbers: tuple[int, ...], chosen: Chosen
) -> list[Check | None]:
    """What came of each rule on some parts of a study taken together; None where these cannot tell."""
    own, afresh = parts.of(study, numbers), options.afresh()
    return [
        check_of_part(rule_book()[rule], own[name], own, afresh) for name, rules in chosen for rule in rules
    ]
