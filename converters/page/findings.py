"""Findings as the script of a page reads them, and gathered by rule for readers without a script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # needs pandas; a page without a verdict does not
    from .rule_text import RuleText

MOST_EXAMPLES = 60_000
"""Records that a page shows as examples, of all findings together."""
LISTED = 20
"""Findings of a rule that are listed without the script."""

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """The findings of one rule.

    Attributes
    ----------
    rule_id, title, severity : str
        The highest severity among them.
    datasets : tuple of str
    findings, records : int
    new : int
        Findings that are not in the baseline.
    text : RuleText or None
        None of a rule whose page is not at hand.
    listed : tuple of mapping
        The first of them, as in the JSON report.
    """

    rule_id: str
    title: str
    severity: str
    datasets: tuple[str, ...]
    findings: int
    records: int
    new: int
    text: RuleText | None
    listed: tuple[Mapping[str, Any], ...]

    @property
    def unlisted(self) -> int:
        return self.findings - len(self.listed)


def by_rule(findings: Iterable[Mapping[str, Any]], texts: Mapping[str, RuleText]) -> tuple[RuleFindings, ...]:
    """The findings of each rule, the highest severity first."""
    gathered: dict[str, list[Mapping[str, Any]]] = {}
    for each in findings:
        gathered.setdefault(each["rule_id"], []).append(each)
    rules = (_of_rule(rule_id, found, texts.get(rule_id)) for rule_id, found in gathered.items())
    return tuple(sorted(rules, key=lambda each: (SEVERITIES.index(each.severity), each.rule_id)))


def _of_rule(rule_id: str, found: Sequence[Mapping[str, Any]], text: RuleText | None) -> RuleFindings:
    return RuleFindings(
        rule_id,
        text.title if text else found[0]["title"],
        min((each["severity"] for each in found), key=SEVERITIES.index),
        tuple(dict.fromkeys(each["dataset"] for each in found)),
        len(found),
        sum(each["records"] for each in found),
        sum(each["standing"] == "new" for each in found),
        text,
        tuple(islice(found, LISTED)),
    )


class _Words:
    """Texts that stand once in the page, and are named by their number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str | None) -> int:
        return self._numbers.setdefault(text or "", len(self._numbers))

    @property
    def all(self) -> list[str]:
        return list(self._numbers)


def for_script(findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Columns of numbers, and the words that they name."""
    words = _Words()
    of_each = MOST_EXAMPLES // max(len(findings), 1)
    names = {
        "severity": "severity",
        "rule": "rule_id",
        "dataset": "dataset",
        "parameter": "parameter",
        "title": "title",
        "message": "message",
    }
    columns: dict[str, Any] = {
        name: [words.number(each[key]) for each in findings] for name, key in names.items()
    }
    columns["variables"] = [words.number(", ".join(each["variables"])) for each in findings]
    columns["standing"] = [words.number(_standing(each)) for each in findings]
    columns["records"] = [each["records"] for each in findings]
    columns["newRecords"] = [each["new_records"] for each in findings]
    columns["examples"] = [
        [_example(example, words) for example in each["examples"][:of_each]] for each in findings
    ]
    return {"words": words.all, **columns}


def _standing(finding: Mapping[str, Any]) -> str:
    if finding["earlier_records"] is not None:
        return "changed"
    return finding["standing"] or ""


def _example(example: Mapping[str, Any], words: _Words) -> list[Any]:
    """Record number, keys, values, raw records; a text as a list of its number, unlike a number."""
    keys, values = (
        [
            part
            for name, value in example[which].items()
            for part in (words.number(name), [words.number(value)] if isinstance(value, str) else value)
        ]
        for which in ("keys", "values")
    )
    return [example["record"], keys, values, words.number(", ".join(_raw_records(example)))]


def _raw_records(example: Mapping[str, Any]) -> Iterator[str]:
    """ "ae.csv line 14", "DTHDT of deaths.xpt record 2"."""
    from ...schemas.study.raw_places import RawPlace

    if example["raw"] is not None:
        yield str(RawPlace(**example["raw"]))
    for name, place in example["raw_of_variables"].items():
        yield f"{name} of {RawPlace(**place)}"
