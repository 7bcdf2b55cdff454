"""What is new since an earlier report, what is unchanged, what was fixed.

Findings are of one subject when rule, dataset and variables are the same; their words do not count. A
finding that has the same records as before is unchanged, and so is one that has only some of them. One with
records that were not present before is new, by so many records; so is one that weighs more than before, and
one of more records than a report lists by hash, unless they are exactly those of before. A fault of a dataset
as a whole is known by its parameter and its cause, which holds the number by which it grows.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..severity import Severity
from ..wording import counted, one_line
from .finding import Finding, KnownFinding, Standing, Status
from .report import Comparison, Report

_JUDGED = frozenset({Status.PASSED, Status.FAILED})


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings of an earlier report.

    Attributes
    ----------
    findings : tuple of KnownFinding
    path, sha256 : str
        Of the report's file; empty without one.

    Examples
    --------
    >>> earlier = ag.Baseline.of(ag.validate(ag.read("broken")))
    >>> report = ag.validate(ag.read("adam"), baseline=earlier)
    >>> sorted(each.rule_id for each in report.comparison.fixed)
    ['TTE006', 'TTE007']
    """

    findings: tuple[KnownFinding, ...]
    path: str = ""
    sha256: str = ""

    def __repr__(self) -> str:
        return (
            f"Baseline({counted(len(self.findings), 'finding')}{self.path and f' of {one_line(self.path)}'})"
        )

    @classmethod
    def of(cls, report: Report) -> Baseline:
        """Of a report that is at hand.

        Examples
        --------
        >>> report = ag.validate(ag.read("broken"))
        >>> ag.validate(ag.read("broken"), baseline=ag.Baseline.of(report)).verdict()
        'passed'
        """
        return cls(tuple(_known(each) for each in report.findings))


def _known(finding: Finding) -> KnownFinding:
    return KnownFinding(
        finding.rule_id,
        finding.severity,
        finding.dataset,
        finding.variables,
        finding.message,
        finding.records,
        finding.fingerprint,
        finding.keys.listed,
        finding.parameter,
    )


def compared(report: Report, baseline: Baseline) -> Report:
    """The report with each finding's standing, and what became of the others of the baseline."""
    known = defaultdict(list)
    for each in baseline.findings:
        known[each.subject].append(each)
    found = defaultdict(list)
    for place, finding in enumerate(report.findings):
        found[finding.subject].append((place, finding))
    standing: dict[int, Finding] = {}
    gone: list[KnownFinding] = []
    for subject in {**known, **found}:
        judged, left = _match(found[subject], known[subject])
        standing |= judged
        gone += left
    judged_again = {(each.rule_id, each.dataset) for each in report.outcomes if each.status in _JUDGED}
    waived = {(each.rule_id, each.dataset) for each in report.terms.waived}
    asked_again = judged_again - waived
    fixed: list[KnownFinding] = []
    others: list[KnownFinding] = []
    for each in gone:
        (fixed if (each.rule_id, each.dataset) in asked_again else others).append(each)
    return replace(
        report,
        findings=tuple(standing[place] for place in range(len(report.findings))),
        comparison=Comparison(baseline.path, baseline.sha256, tuple(fixed), tuple(others)),
    )


def _match(
    found: Iterable[tuple[int, Finding]], known: Iterable[KnownFinding]
) -> tuple[dict[int, Finding], list[KnownFinding]]:
    """The findings of one subject with their standing, by place, and known ones that none is like."""
    twins = _Twins(known)
    judged: dict[int, Finding] = {}
    others: list[tuple[int, Finding]] = []
    for place, finding in found:
        if twins.claim(finding):
            judged[place] = replace(finding, standing=Standing.UNCHANGED, new_records=0)
        else:
            others.append((place, finding))
    pool = _Pool(twins.left)
    for place, finding in others:
        judged[place] = pool.judge(finding)
    return judged, pool.untouched


class _Twins:
    """Earlier findings of one subject by what they are about, each to be claimed once."""

    def __init__(self, known: Iterable[KnownFinding]) -> None:
        self._known = list(known)
        self._waiting: dict[tuple[str, Severity], deque[int]] = defaultdict(deque)
        for number, each in enumerate(self._known):
            weight = each.severity if each.weight is None else each.weight
            for fingerprint in (each.fingerprint, *each.also):
                self._waiting[fingerprint, weight].append(number)
        self._claimed: set[int] = set()

    def claim(self, finding: Finding) -> bool:
        """Whether an earlier finding was the same and weighed at least as much; the first one is taken."""
        fitting = [
            waiting
            for severity in Severity
            if severity >= finding.severity
            and (waiting := self._still_waiting(finding.fingerprint, severity))
        ]
        if fitting:
            self._claimed.add(min(fitting, key=lambda waiting: waiting[0]).popleft())
        return bool(fitting)

    def _still_waiting(self, fingerprint: str, severity: Severity) -> deque[int]:
        """Those that no finding has claimed, also not by another of their fingerprints."""
        waiting = self._waiting.get((fingerprint, severity), deque())
        while waiting and waiting[0] in self._claimed:
            waiting.popleft()
        return waiting

    @property
    def left(self) -> list[KnownFinding]:
        return [each for number, each in enumerate(self._known) if number not in self._claimed]


class _Pool:
    """Records that earlier findings of one subject had and no finding has claimed yet."""

    def __init__(self, known: list[KnownFinding]) -> None:
        self._known = known
        self._having: dict[str, deque[tuple[int, int]]] = defaultdict(deque)
        self._like: dict[str, list[int]] = defaultdict(list)
        for number, each in enumerate(known):
            for fingerprint in (each.fingerprint, *each.also):
                self._like[fingerprint].append(number)
            for record, held in Counter(each.listed or ()).items():
                self._having[record].append((number, held))
        self._touched: set[int] = set()
        self._all_touched = False

    def judge(self, finding: Finding) -> Finding:
        """Claim the records that were present before; those left over are new."""
        self._touched.update(self._like.pop(finding.fingerprint, ()))
        if not finding.records or finding.keys.listed is None:
            # Records that are too many to list may be those of before: then nothing is called fixed.
            self._all_touched |= bool(finding.records)
            return replace(finding, standing=Standing.NEW)
        wanted = Counter(finding.keys.listed)
        shared: set[int] = set()
        new = sum(
            self._unclaimed(record, count, finding.severity, shared) for record, count in wanted.items()
        )
        standing = Standing.NEW if new else Standing.UNCHANGED
        earlier = sum(self._known[number].records for number in shared) if shared else None
        return replace(finding, standing=standing, new_records=new, earlier_records=earlier)

    def _unclaimed(self, record: str, count: int, severity: Severity, shared: set[int]) -> int:
        """How many of the records of one hash no earlier finding had; those that had some are `shared`."""
        having, lighter = self._having.get(record, deque()), []
        while count and having:
            number, held = having.popleft()
            self._touched.add(number)  # what weighs more now is not fixed either
            if self._known[number].severity < severity:
                lighter.append((number, held))
                continue
            shared.add(number)
            common = min(count, held)
            count -= common
            if held > common:
                having.appendleft((number, held - common))
        having.extendleft(reversed(lighter))
        return count

    @property
    def untouched(self) -> list[KnownFinding]:
        if self._all_touched:
            return []
        return [each for number, each in enumerate(self._known) if number not in self._touched]
