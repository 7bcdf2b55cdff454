"""Every kind of damage done to every base study: what it comes to, counted.

``python tests/mutations/matrix.py`` prints the table, and what was missed with the reason;
``python tests/mutations/matrix.py all`` also what could not be done, and why.
"""

import os
import pickle
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from urllib.parse import quote

from bases import BASES, base
from damage import Damage
from damages import DAMAGES
from delivery import NoEvidence, NothingToDamage
from misses import MISSES

from adamgate.schemas.gate.finding import Finding, Status
from adamgate.schemas.gate.report import Report
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.study.declarations import NOTHING_DECLARED
from adamgate.schemas.study.study import Study


class Outcome(Enum):
    """What became of a kind of damage in a study."""

    CAUGHT = "caught"
    MISSED = "missed"
    NOT_THERE = "nothing to damage"
    NO_EVIDENCE = "no evidence"


@dataclass(frozen=True)
class Tried:
    """A kind of damage, tried on a study.

    Attributes
    ----------
    study, kind : str
    outcome : Outcome
    why : str
        What the study lacks, or what was found in place of what should have been; of what is caught, which
        of its rules had no evidence.
    alike : tuple of str
        Rules with two faults of a dataset as a whole of one cause, which a baseline could not tell apart.
    """

    study: str
    kind: str
    outcome: Outcome
    why: str = ""
    alike: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """Outcomes in a folder, which processes that test side by side share: each kind is tried once."""

    folder: Path

    def tried(self, damage: Damage, name: str, study: Study) -> Tried:
        """What is kept of it; else it is tried now."""
        place = self.folder / quote(f"{name}: {damage.name}", safe="")
        if place.exists():
            return pickle.loads(place.read_bytes())
        outcome = tried(damage, name, study)
        whole = place.with_name(f"{place.name}.{os.getpid()}")
        whole.write_bytes(pickle.dumps(outcome))
        whole.replace(place)
        return outcome


def tried(damage: Damage, name: str, study: Study) -> Tried:
    """Do the damage and judge by the rules that must see it.

    A rule that has nothing to compare with, neither before nor after, is *no evidence*: no gate can tell.
    """
    if damage.declarations != NOTHING_DECLARED and name != damage.study:
        return Tried(name, damage.name, Outcome.NOT_THERE, f"it is declared of {damage.study} only")
    try:
        damaged = damage.done_to(study)
    except NoEvidence as absent:
        return Tried(name, damage.name, Outcome.NO_EVIDENCE, str(absent))
    except NothingToDamage as absent:
        return Tried(name, damage.name, Outcome.NOT_THERE, str(absent))
    report = judge(damaged, declarations=damage.declarations, rules=rules_of(damage))
    alike = _alike(report)
    known = before(name)
    new = [each for each in report.findings if not known[said(each)]]
    missed, blind = [], []
    for rules in damage.rules:
        falls_short = [shortfall(damage, rule, new) for rule in rules.split("|")]
        if all(falls_short):
            without = [_without_evidence(rule, report, name) for rule in rules.split("|")]
            (blind if all(without) else missed).append("; ".join(without if all(without) else falls_short))
    if missed:
        return Tried(name, damage.name, Outcome.MISSED, "; ".join(missed), alike)
    if len(blind) == len(damage.rules):
        return Tried(name, damage.name, Outcome.NO_EVIDENCE, blind[0], alike)
    return Tried(name, damage.name, Outcome.CAUGHT, "; ".join(blind), alike)


def _alike(report: Report) -> tuple[str, ...]:
    """Rules with two faults of a dataset as a whole that nothing but their words tells apart."""
    whole = Counter(
        (each.rule_id, (*each.subject, each.parameter, each.cause, each.severity))
        for each in report.findings
        if not each.records
    )
    return tuple(sorted({rule for (rule, _), times in whole.items() if times > 1}))


def rules_of(damage: Damage) -> list[str]:
    """All rules that may see it."""
    return [rule for rules in damage.rules for rule in rules.split("|")]


def shortfall(damage: Damage, rule: str, new: Iterable[Finding]) -> str:
    """In what the findings of a rule fall short of what is expected; empty where they do not."""
    caught = [each for each in new if each.rule_id == rule]
    if not caught:
        return f"{rule} finds nothing"
    if not (named := [each for each in caught if damage.variable in each.variables]):
        return f"{rule} names {', '.join(sorted({name for each in caught for name in each.variables}))}"
    if not any(each.severity >= damage.severity for each in named):
        return f"{rule} finds a {max(each.severity for each in named)}"
    return ""


@cache
def before(name: str) -> Mapping[tuple, int]:
    """What is found on the clean study."""
    return Counter(map(said, _clean_report(name).findings))


def said(finding: Finding) -> tuple:
    """What a finding says, so that it can be told from those that were there before."""
    return finding.rule_id, finding.dataset, finding.variables, finding.sentence, finding.records


@cache
def _clean_report(name: str) -> Report:
    study = base(name)
    assert study is not None
    return judge(study, rules=sorted({rule for each in DAMAGES for rule in rules_of(each)}))


def _without_evidence(rule: str, report: Report, name: str) -> str:
    """Why a rule is not applicable to any dataset, before the damage and after it."""
    for judged in (_clean_report(name), report):
        outcomes = [each for each in judged.outcomes if each.rule_id == rule]
        if any(each.status is not Status.NOT_APPLICABLE for each in outcomes):
            return ""
    return f"{rule}: {outcomes[0].reason}" if outcomes else f"{rule}: no dataset it covers"


def everything(names: Iterable[str] = BASES) -> Iterator[Tried]:
    """Every kind on every study that is there."""
    for name in names:
        study = base(name)
        if study is not None:
            yield from (tried(damage, name, study) for damage in DAMAGES)


def table(results: Iterable[Tried]) -> str:
    """Counts by study, and of all together."""
    results = list(results)
    names = dict.fromkeys(each.study for each in results)
    rows = [_HEADER, *(_row(name, [each for each in results if each.study == name]) for name in names)]
    rows.append(_row("together", results))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.rjust, row, widths)) for row in rows)


_HEADER = ("study", "kinds", "nothing to damage", "no evidence", "applied", "caught", "share")


def _row(name: str, results: list[Tried]) -> tuple[str, ...]:
    count = Counter(each.outcome for each in results)
    applied = count[Outcome.CAUGHT] + count[Outcome.MISSED]
    not_applied = count[Outcome.NOT_THERE], count[Outcome.NO_EVIDENCE]
    figures = (len(results), *not_applied, applied, count[Outcome.CAUGHT])
    return (name, *map(str, figures), f"{count[Outcome.CAUGHT] / applied:.1%}")


def main() -> None:
    asked = [each for each in sys.argv[1:] if each in BASES]
    results = list(everything(asked or BASES))
    lines = [f"{len(DAMAGES)} kinds of damage", "", table(results), ""]
    for each in results:
        if each.outcome is Outcome.MISSED:
            reason = MISSES.get((each.study, each.kind), "no reason is given")
            lines.append(f"missed: {each.study}, {each.kind}: {each.why} ({reason})")
        elif each.outcome is not Outcome.CAUGHT and "all" in sys.argv:
            lines.append(f"{each.outcome.value}: {each.study}, {each.kind}: {each.why}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
