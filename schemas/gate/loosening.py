"""What kept the gate wider open than the rules alone: said beside the verdict, with the file that said so.

Deselected checks, severities below error, waivers, findings known from an earlier report, declarations, which
are taken at their word, declared classes that keep off rules, codelists that accept more than those built in,
versions of the standards that have fewer rules than the default, and words read as missing, whose values no
rule sees. Rules of the user's own only add to what is judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ..severity import Severity
from ..standards.versions import Standards
from ..wording import counted, one_line
from .finding import Standing
from .report import Report, Waived

_NAMED = 3
"""Rules, reasons or declarations that a line names; the others are counted."""
_LONGEST = 20
"""Characters of a word that a line shows."""
_NOT_LOOSENING = ("terminology",)
"""Declared, and loosening only where it accepts more."""
_UNSAID = ("", "default")


@dataclass(frozen=True, slots=True)
class Loosening:
    """One thing that loosened the gate.

    Attributes
    ----------
    kind : str
        "deselected", "severity", "waived", "baseline", "declared", "class", "terminology", "standard",
        "missing" or "fail_on".
    what : str
        In words: "2 records waived".
    details : tuple of str
        Which: rules, reasons; the first few.
    origin : str
        The option or file that said so; empty where that is not known.
    """

    kind: str
    what: str
    details: tuple[str, ...] = ()
    origin: str = ""

    def __str__(self) -> str:
        """ "12 checks deselected (ignore AD02; from adamgate.toml)"."""
        source = f"from {self.origin}" if self.origin else ""
        inside = "; ".join(filter(None, [", ".join(self.details), source]))
        return f"{self.what} ({inside})" if inside else self.what


def loosenings(report: Report, threshold: Severity | None = Severity.ERROR) -> tuple[Loosening, ...]:
    """What loosened the gate for this report; none where the rules alone decided.

    Parameters
    ----------
    report : Report
    threshold : Severity or None
        The lowest severity that fails the gate; None is looser than the default.
    """
    found = (
        *(_compared, _waived, _deselected, _severities, _declared),
        *(_classes, _terminology, _standards, _missing),
    )
    never = [Loosening("fail_on", "no finding fails the gate", (), _origin(report, "fail_on"))]
    return (*(each for of_kind in found for each in of_kind(report)), *(never if threshold is None else ()))


def _compared(report: Report) -> Iterator[Loosening]:
    if report.comparison is None:
        return
    known = [each for each in report.findings if each.standing is Standing.UNCHANGED]
    serious = [each for each in known if each.severity >= Severity.WARNING]
    rules = _few(sorted({each.rule_id for each in serious}))
    name = PurePath(report.comparison.path).name
    yield Loosening(
        "baseline", f"{counted(len(serious), 'finding')} unchanged since the baseline", rules, name
    )


def _waived(report: Report) -> Iterator[Loosening]:
    """Those that hold on any day apart from those that hold only because another day was given."""
    terms = report.terms
    holding: list[Waived] = []
    expired: list[Waived] = []
    for each in terms.waived:
        gone = terms.machine_date is not None and each.expires < terms.machine_date
        (expired if gone else holding).append(each)
    for waived, day in ((holding, ()), (expired, _day(report))):
        if waived:
            rules = _few(sorted({each.rule_id for each in waived}))
            yield Loosening("waived", f"{_amount(waived)} waived", (*rules, *day), _origin(report, "waivers"))


def _day(report: Report) -> tuple[str, ...]:
    """ "as of 2019-01-01 by --today"."""
    day, origin = report.terms.judged_on, _origin(report, "today")
    return () if day is None else (f"as of {day.isoformat()}" + (f" by {origin}" if origin else ""),)


def _amount(waived: Iterable[Waived]) -> str:
    """ "3 records and 1 finding"; a fault of a dataset as a whole counts as a finding."""
    sizes = [each.records for each in waived]
    records, whole = sum(sizes), sizes.count(0)
    parts = [counted(records, "record")] if records else []
    parts += [counted(whole, "finding")] if whole else []
    return " and ".join(parts)


def _deselected(report: Report) -> Iterator[Loosening]:
    """By option and by file: `select` may come from one, `ignore` from another."""
    for option in ("ignore", "select"):
        aside = [each for each in report.terms.deselected if each.reason.startswith(option)]
        if not aside:
            continue
        origin = _origin(report, option)
        reasons = sorted({each.reason for each in aside})
        if origin.startswith("--"):  # "--ignore AD02" says where it came from
            reasons, origin = [reason.replace(option, origin, 1) for reason in reasons], ""
        yield Loosening("deselected", f"{counted(len(aside), 'check')} deselected", _few(reasons), origin)


def _severities(report: Report) -> Iterator[Loosening]:
    below = [f"{name} {each}" for name, each in report.terms.severities.items() if each < Severity.ERROR]
    if below:
        what = f"severity set: {', '.join(_few(below))}"
        yield Loosening("severity", what, (), _origin(report, "severities"))


def _declared(report: Report) -> Iterator[Loosening]:
    declared = [
        f"{name} {value}" for name, value in report.terms.declared.items() if name not in _NOT_LOOSENING
    ]
    if declared:
        what = f"declared: {', '.join(_few(declared))}"
        yield Loosening("declared", what, (), _origin(report, "declared"))


def _classes(report: Report) -> Iterator[Loosening]:
    for name, (judged, looks) in report.terms.judged_as.items():
        yield Loosening("class", f"{name} checked as {judged}, not as {looks}", ("declared class",))


def _terminology(report: Report) -> Iterator[Loosening]:
    widened = report.terms.widened_codelists
    if widened:
        lists = _few([f"{name} {how}" for name, how in sorted(widened.items())])
        yield Loosening(
            "terminology", f"{counted(len(widened), 'codelist')} widened", lists, _origin(report, "ct")
        )


def _standards(report: Report) -> Iterator[Loosening]:
    """Whoever reads the line alone is to know that rules of the default were not asked."""
    if not report.terms.left_out:
        return
    default = {"ADaMIG": Standards().adamig, "OCCDS": Standards().occds}
    others = {name: each for name, each in report.standards.items() if each != default.get(name, each)}
    judged = ", ".join(f"{name} {version}" for name, version in others.items())
    usual = ", ".join(f"{name} {default[name]}" for name in others)
    origins = dict.fromkeys(filter(None, (_origin(report, name) for name in others)))
    fewer = f"{counted(report.terms.left_out, 'check')} fewer than for {usual}"
    yield Loosening("standard", f"checked against {judged}: {fewer}", (), ", ".join(origins))


def _missing(report: Report) -> Iterator[Loosening]:
    read = report.terms.read_as_missing
    if read.values:
        words = _few([one_line(word, _LONGEST) for word in read.words])
        what = f"{counted(read.values, 'value')} read as missing"
        yield Loosening("missing", what, words, _origin(report, "missing"))


def _origin(report: Report, term: str) -> str:
    origin = report.terms.origins.get(term, "")
    return "" if origin in _UNSAID else origin


def _few(texts: Sequence[str]) -> tuple[str, ...]:
    more = [f"{len(texts) - _NAMED} more"] if len(texts) > _NAMED else []
    return (*texts[:_NAMED], *more)
