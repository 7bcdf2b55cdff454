"""Checks of a long study, part by part: no more than a part of whole subjects is held at a time.

A rule that may see one part at a time (see `execution`) is run on each, and what it found adds up; one of the
grain "totals" is run again when what it counted of each part is known of all. The others, and those about
which the parts do not agree, are run on the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from ..rules import rule_book
from ..rules.rule import Rule
from ..study.study import Study
from ..study.totals import NotYetKnown, Totals, summed
from .check import Check, CheckOptions
from .execution import (
    BY_PART_WITH_TOTALS,
    SERIAL,
    Task,
    added_up,
    check_of_part,
    differently,
    said_by,
    that_may_add_up,
)
from .subject_parts import RECORDS, SubjectParts, parts_by_subject

Pair = tuple[str, str]
"""Name of a dataset and id of a rule."""

KnownTotals = Mapping[Pair, Mapping[str, object]]
"""The totals that are known to each rule on each dataset."""


@dataclass(frozen=True, slots=True, eq=False)
class PartWork:
    """What is run on some parts that are taken together.

    Attributes
    ----------
    parts : tuple of int
        Numbers of parts, counted from 0.
    pairs : tuple of Pair
    known : KnownTotals
    """

    parts: tuple[int, ...]
    pairs: tuple[Pair, ...]
    known: KnownTotals = field(default_factory=dict)

    def __str__(self) -> str:
        numbers = ", ".join(str(part + 1) for part in self.parts)
        return f"part {numbers}: {', '.join(dict.fromkeys(name for name, _ in self.pairs))}"


OfPart = Check | NotYetKnown | None
"""What came of a rule on a part: a check, a total that it asks for, or None where the part cannot tell."""

RunParts = Callable[[Iterable[PartWork]], Iterator[list[OfPart]]]
"""Does work on parts, and gives for each what `checks_of_parts` does."""

ROUNDS = 8
"""So often a rule may ask for totals."""
TOGETHER = 4
"""At most so many parts are taken together."""


class Here:
    """Runs checks in this process: those of a long study whose memory is bounded part by part.

    Parameters
    ----------
    records : int
        About how many records of the longest dataset are a part.
    told : callable, optional
        Called with each part, in words, before it is judged.
    """

    def __init__(self, records: int = RECORDS, told: Callable[[str], object] | None = None) -> None:
        self._records = records
        self._told = told

    def run(self, tasks: Iterable[Task], study: Study, options: CheckOptions) -> Iterator[Check]:
        bounded = any(data.columns.answers is not None for data in study)
        parts = parts_by_subject(study, self._records) if bounded else None
        if parts is None:
            return SERIAL.run(tasks, study, options)

        def run_parts(work: Iterable[PartWork]) -> Iterator[list[OfPart]]:
            for each in work:
                if self._told is not None:
                    self._told(str(each))
                yield checks_of_parts(study, options, parts, each)

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
    pairs = tuple(
        (data.name, rule.id)
        for rule, data in listed
        if data is not None and _adds_up(rule) and parts.judged(data.name)
    )
    found = _added_up(pairs, parts, run_parts)
    checks = [found.get((data.name, rule.id)) if data is not None else None for rule, data in listed]
    whole = run_whole(task for task, check in zip(listed, checks, strict=True) if check is None)
    return (next(whole) if check is None else check for check in checks)


def _adds_up(rule: Rule) -> bool:
    """Whether it may be run on parts. One of a user's own promises what nobody has tried."""
    return rule.grain in BY_PART_WITH_TOTALS and rule_book().get(rule.id) is rule


def _added_up(pairs: tuple[Pair, ...], parts: SubjectParts, run_parts: RunParts) -> dict[Pair, Check]:
    """A check for each dataset and rule whose checks of parts add up."""
    of_parts, known = _with_totals(pairs, parts.number, run_parts)
    candidates = {
        pair: told for pair, checks in of_parts.items() if (told := that_may_add_up(checks)) is not None
    }
    right = _rightly_worded(candidates, known, run_parts)
    return {
        pair: added_up(told, parts.records[pair[0]]) for pair, told in candidates.items() if pair in right
    }


def _with_totals(
    pairs: tuple[Pair, ...], number: int, run_parts: RunParts
) -> tuple[dict[Pair, list[Check | None]], KnownTotals]:
    """What came of each rule on every part, when all that it asked for was known; and what that was."""
    found: dict[Pair, list[Check | None]] = {}
    known: dict[Pair, dict[str, object]] = {}
    for _ in range(ROUNDS):
        if not pairs:
            break
        told = {pair: known[pair] for pair in pairs if pair in known}
        rows = run_parts(PartWork((part,), pairs, told) for part in range(number))
        by_pair = dict(zip(pairs, zip(*rows, strict=True), strict=True))
        for pair, of_parts in by_pair.items():
            asked = [each for each in of_parts if isinstance(each, NotYetKnown)]
            if not asked:
                found[pair] = [each for each in of_parts if not isinstance(each, NotYetKnown)]
            elif len({each.name for each in asked}) == 1:
                total = summed([each.counted for each in asked])
                known.setdefault(pair, {})[asked[0].name] = total
        pairs = tuple(pair for pair in pairs if pair not in found and pair in known)
    return found, known


def _rightly_worded(
    candidates: Mapping[Pair, Sequence[Check]], known: KnownTotals, run_parts: RunParts
) -> set[Pair]:
    """Those whose parts say what the whole would.

    Some parts that found something are taken together. If these say what each of them says, so does the
    whole; if not, the words name, or count, what only some parts have.
    """
    right: set[Pair] = set()
    unclear: dict[tuple[int, ...], list[Pair]] = defaultdict(list)
    for pair, checks in candidates.items():
        numbers = _tried(checks)
        if len(numbers) <= 1:
            right.add(pair)
        elif len(numbers) <= TOGETHER:
            unclear[numbers].append(pair)
    again = run_parts(
        PartWork(numbers, tuple(pairs), {pair: known.get(pair, {}) for pair in pairs})
        for numbers, pairs in unclear.items()
    )
    for (numbers, pairs), together in zip(unclear.items(), again, strict=True):
        for pair, check in zip(pairs, together, strict=True):
            said = set(chain.from_iterable(said_by(candidates[pair][number]) for number in numbers))
            if isinstance(check, Check) and len(check.findings) == len(said) and set(said_by(check)) == said:
                right.add(pair)
    return right


def _tried(checks: Sequence[Check]) -> tuple[int, ...]:
    """Parts that say different things; where all say the same of records, two of them."""
    numbers = tuple(differently(checks).values())
    if len(numbers) != 1 or not any(finding.records for finding in checks[numbers[0]].findings):
        return numbers
    return tuple(islice((number for number, check in enumerate(checks) if check.findings), 2))


def checks_of_parts(study: Study, options: CheckOptions, parts: SubjectParts, work: PartWork) -> list[OfPart]:
    """What came of each rule on some parts of a study taken together."""
    totals = Totals()
    own, afresh = parts.of(study, work.parts, totals), options.afresh()
    found: list[OfPart] = []
    for name, rule in work.pairs:
        totals.known = work.known.get((name, rule), {})
        try:
            found.append(check_of_part(rule_book()[rule], own[name], own, afresh))
        except NotYetKnown as asked:
            found.append(asked.with_traceback(None))
    return found
