"""What is new since an earlier report, what is unchanged, what was fixed.

Findings are of one subject when rule, dataset and variables are the same; their words do not count. A
finding that has the same records as before is unchanged, and so is one that has only some of them. One with
records that were not there before is new, by so many records; so is one that weighs more than before, and
one of more records than a report lists by hash, unless they are exactly those of before. A fault of a dataset
as a whole is known by its message: nothing else tells whether it grew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .finding import Comparison, Finding, KnownFinding, Report, Standing, Status
from .spelling import counted, one_line

_JUDGED = frozenset({Status.PASSED, Status.FAILED})


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings of an earlier report.

    Attributes
    ----------
    findings : tuple of KnownFinding
    path, sha256 : str
        Of the report's file; empty where there is none.
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
        """Of a report that is at hand."""
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
    fixed = [each for each in gone if (each.rule_id, each.dataset) in judged_again - waived]
    others = [each for each in gone if each not in fixed]
    return replace(
        report,
        findings=tuple(standing[place] for place in range(len(report.findings))),
        comparison=Comparison(baseline.path, baseline.sha256, tuple(fixed), tuple(others)),
    )


def _match(
    found: Iterable[tuple[int, Finding]], known: Iterable[KnownFinding]
) -> tuple[dict[int, Finding], list[KnownFinding]]:
    """The findings of one subject with their standing, by place, and known ones that none is like."""
    left = list(known)
    judged: dict[int, Finding] = {}
    others: list[tuple[int, Finding]] = []
    for place, finding in found:
        twin = next((each for each in left if _is(each, finding)), None)
        if twin is None:
            others.append((place, finding))
        else:
            left.remove(twin)
            judged[place] = replace(finding, standing=Standing.UNCHANGED, new_records=0)
    pool = _Pool(left)
    for place, finding in others:
        judged[place] = pool.judge(finding)
    return judged, pool.untouched


def _is(known: KnownFinding, finding: Finding) -> bool:
    return known.fingerprint == finding.fingerprint and known.severity >= finding.severity


class _Pool:
    """Records that earlier findings of one subject had and no finding has claimed yet."""

    def __init__(self, known: list[KnownFinding]) -> None:
        self._known = known
        self._records = [Counter(each.listed or ()) for each in known]
        self._touched: set[int] = set()

    def judge(self, finding: Finding) -> Finding:
        """Claim the records that were there before; those left over are new."""
        self._touched.update(
            number for number, each in enumerate(self._known) if each.fingerprint == finding.fingerprint
        )
        if not finding.records or finding.keys.listed is None:
            self._touch_large(finding)
            return replace(finding, standing=Standing.NEW)
        left = Counter(finding.keys.listed)
        for number, records in enumerate(self._records):
            common = left & records
            if not common:
                continue
            self._touched.add(number)  # what weighs more now is not fixed either
            if self._known[number].severity >= finding.severity:
                left -= common
                self._records[number] = records - common
        new = left.total()
        standing = Standing.NEW if new else Standing.UNCHANGED
        return replace(finding, standing=standing, new_records=new)

    def _touch_large(self, finding: Finding) -> None:
        """Records that are too many to list may be those of before: then nothing is called fixed."""
        if finding.records:
            self._touched.update(range(len(self._known)))

    @property
    def untouched(self) -> list[KnownFinding]:
        return [each for number, each in enumerate(self._known) if number not in self._touched]
