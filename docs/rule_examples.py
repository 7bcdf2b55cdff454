"""What fails a rule and what passes it, for its page: the examples that `adamgate qualify` runs.

Of the studies of an example a page shows what the rule is about: the dataset and variables of the finding,
the records that it names, and what differs between the two; of a define.xml the lines that differ.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markdown_text import as_text

from adamgate.converters.qualification.stored_answers import StoredStudies, stored
from adamgate.schemas.rules.rule import Rule

RECORDS = 6
COLUMNS = 9
"""At most so many are shown."""
KEYS = ("USUBJID", "PARAMCD", "AESEQ", "ASEQ", "AVISIT")
_FINDING = re.compile(
    r"(?P<severity>error|warning|note): (?P<dataset>\S+)(?: (?P<variables>[\w., ]+?))?(?: \([^)]*\))?, "
    r"(?:\d+ records: (?P<numbers>[\d, ]+)|the whole dataset)(?:, line \d+)?: (?P<message>.+)"
)


@dataclass(frozen=True)
class Example:
    """A study and what a rule says of it."""

    case: Mapping[str, Any]
    studies: StoredStudies

    @cached_property
    def findings(self) -> list[re.Match[str]]:
        return [found for each in self.case["expected"] if (found := _FINDING.fullmatch(each))]

    @property
    def datasets(self) -> dict[str, Mapping[str, Any]]:
        held = [self.studies.whole(number) for number in self.case["datasets"]]
        return {each["name"]: each for each in held}

    @property
    def size(self) -> int:
        return sum(each["records"] for each in self.datasets.values())

    @property
    def definition(self) -> list[str]:
        return self.studies.define(self.case["define"]).splitlines() if "define" in self.case else []


class Examples:
    """The examples of all rules.

    Parameters
    ----------
    document : mapping, optional
        As it is stored.
    """

    def __init__(self, document: Mapping[str, Any] | None = None) -> None:
        held = stored("rules.json") if document is None else document
        studies = StoredStudies(held)
        self._of: dict[str, list[Example]] = {}
        for case in held["cases"]:
            self._of.setdefault(case["rule"], []).append(Example(case, studies))

    def sections(self, rule: Rule) -> str:
        """An example that fails, and one that passes where it comes close to it, in Markdown."""
        given = self._of.get(rule.id, [])
        failing = min(
            (each for each in given if each.findings), key=lambda each: _complexity(each, rule), default=None
        )
        if failing is None:
            raise LookupError(f"{rule.id} has no stored example that fails: workshop/make_qualification.py")
        near = [each for each in given if not each.findings]
        passing = min(near, key=lambda each: _distance(each, failing), default=None)
        parts = ["## An example that fails\n", *_failing(failing, passing, rule)]
        if passing is not None:
            parts += ["## An example that passes\n", *_passing(passing, failing, rule)]
        return "\n".join(parts)


def _complexity(failing: Example, rule: Rule) -> tuple[bool, bool, int, int]:
    """A finding of the severity of the rule is clearer, one about records, and one alone."""
    first = failing.findings[0]
    other = first["severity"] != str(rule.severity)
    return other, first["numbers"] is None, len(failing.findings), failing.size


def _distance(passing: Example, failing: Example) -> tuple[bool, bool, int, int]:
    """How far an example is from another: without the dataset of the fault, of another test, by its cells."""
    name = failing.findings[0]["dataset"]
    lacks = name in failing.datasets and not passing.datasets.get(name, {"records": 0})["records"]
    here, there = (each.case["test"].rpartition("::")[0] for each in (passing, failing))
    return lacks, here != there, len(_differing(passing, failing, name)), passing.size


def _failing(failing: Example, passing: Example | None, rule: Rule) -> Iterator[str]:
    for each in failing.findings[:3]:
        yield f"{each['severity'].capitalize()} in {each['dataset']}: {as_text(each['message'])}\n"
    yield from _shown(failing, passing, failing.findings[0], rule)
    if passing is not None and passing.definition != failing.definition:
        changed = difflib.unified_diff(passing.definition, failing.definition, lineterm="", n=1)
        lines = [each for each in changed if not each.startswith(("---", "+++", "@@"))]
        yield "\n".join(["What is changed in define.xml:\n", "```diff", *lines[:20], "```\n"])


def _passing(passing: Example, failing: Example, rule: Rule) -> Iterator[str]:
    yield from _shown(passing, failing, failing.findings[0], rule)
    if passing.definition != failing.definition:
        yield "define.xml is without this change.\n"


def _shown(example: Example, other: Example | None, finding: re.Match[str], rule: Rule) -> Iterator[str]:
    """What is declared, then the dataset of the finding with those that the rule compares it with."""
    for name in ("declared", "standards", "waivers", "today"):
        if name in example.case:
            yield f"{name.capitalize()}: `{json.dumps(example.case[name], ensure_ascii=False)}`\n"
    name = finding["dataset"]
    data = example.datasets.get(name)
    if data is None:
        if not example.datasets:
            return
        sizes = [f"{each} ({held['records']} records)" for each, held in example.datasets.items()]
        yield f"Datasets: {', '.join(sizes)}\n"
        return
    yield from _facts(data, other.datasets.get(name) if other else None, finding)
    faulty = {int(each) - 1 for each in (finding["numbers"] or "").split(", ") if each}
    cells = _differing(example, other, name)
    places = sorted(faulty | {place for place, _ in cells if place is not None})
    places = _with_others_of(places, data)[:RECORDS]
    columns = _columns(
        data, [*KEYS, *_names(finding), *_needed(rule, ""), *sorted({each for _, each in cells})]
    )
    yield from _table(data, columns, places, faulty if example.findings else set())
    subjects = {_subjects(data)[each] for each in places} - {""}
    for owner in _owners(rule):
        if owner in example.datasets and owner != name:
            yield from _of_subjects(example, other, owner, subjects, rule)


def _of_subjects(
    example: Example, other: Example | None, owner: str, subjects: set[Any], rule: Rule
) -> Iterator[str]:
    """What another dataset has of these subjects."""
    data = example.datasets[owner]
    places = [place for place, each in enumerate(_subjects(data)) if each in subjects]
    differing = sorted({each for _, each in _differing(example, other, owner)})
    columns = _columns(data, [*KEYS, *_needed(rule, owner), *differing])
    yield from _table(data, columns, places[:RECORDS], set())


def _table(
    data: Mapping[str, Any], columns: Sequence[str], places: Sequence[int], faulty: set[int]
) -> Iterator[str]:
    if not columns or not places:
        yield f"{data['name']}: {data['records']} records.\n"
        return
    bold = ", those with the fault in bold" if faulty.intersection(places) else ""
    yield f"{data['name']}, {len(places)} of {data['records']} records{bold}:\n"
    yield f"| record | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}"
    for place in places:
        cells = [_value(data["columns"][name][1][place]) for name in columns]
        number = f"**{place + 1}**" if place in faulty else str(place + 1)
        yield f"| {number} | {' | '.join(cells)} |"
    yield ""


def _subjects(data: Mapping[str, Any]) -> list[str]:
    """The subject of each record, without blanks; of a dataset without USUBJID, none."""
    held = data["columns"].get("USUBJID", ("", [None] * data["records"]))[1]
    return [str(each or "").strip() for each in held]


def _with_others_of(places: Sequence[int], data: Mapping[str, Any]) -> list[int]:
    """The places that there are, then others of these subjects; of none, all."""
    known = [each for each in places if each < data["records"]]
    subjects = _subjects(data)
    concerned = {subjects[each] for each in known} - {""}
    others = [place for place, each in enumerate(subjects) if each in concerned and place not in known]
    return sorted([*known[:RECORDS], *others[: max(0, RECORDS - len(known))]]) or list(range(data["records"]))


def _facts(data: Mapping[str, Any], other: Mapping[str, Any] | None, finding: re.Match[str]) -> Iterator[str]:
    """Labels, formats and lengths of the variables of the finding, where the other example has others."""
    for name in _names(finding):
        facts = data.get("variables", {}).get(name, {})
        if facts and facts != (other or {}).get("variables", {}).get(name, {}):
            shown = (f"{fact} {json.dumps(value, ensure_ascii=False)}" for fact, value in facts.items())
            yield f"{name}: {as_text(', '.join(shown))}\n"


def _columns(data: Mapping[str, Any], wanted: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(wanted) if name in data["columns"]][:COLUMNS]


def _needed(rule: Rule, owner: str) -> list[str]:
    """The variables that a rule needs of a dataset: of that which is judged, or of another."""
    names = [*rule.scope.needs, *(name for group in rule.scope.needs_any for name in group)]
    return [each.rpartition(".")[2] for each in names if each.rpartition(".")[0] == owner]


def _owners(rule: Rule) -> list[str]:
    return list(dict.fromkeys((*rule.scope.required, *rule.scope.consults)))


def _names(finding: re.Match[str]) -> Sequence[str]:
    return (finding["variables"] or "").split(", ")


def _differing(one: Example, other: Example | None, name: str) -> set[tuple[int | None, str]]:
    """Cells of a dataset in which two examples differ; a variable that one of them lacks has no record.

    Datasets of other lengths are other datasets: none of their cells are compared.
    """
    if other is None or name not in one.datasets or name not in other.datasets:
        return set()
    a, b = one.datasets[name], other.datasets[name]
    lacking = {(None, column) for column in a["columns"].keys() ^ b["columns"].keys()}
    if a["records"] != b["records"]:
        return lacking
    return lacking | {
        (place, column)
        for column in a["columns"].keys() & b["columns"].keys()
        for place, (here, there) in enumerate(
            zip(a["columns"][column][1], b["columns"][column][1], strict=True)
        )
        if here != there
    }


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return as_text(str(value).removesuffix("T00:00:00"))
