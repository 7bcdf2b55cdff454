"""Make the examples and answers of `adamgate qualify`: converters/qualification/*.json.

    .venv/bin/python workshop/make_qualification.py

The examples of rules are those of the tests in tests/schemas: these run, and of each rule the smallest
studies are kept that it must find a fault in, and that come close and must pass, as the tests say. An answer
that is stored is kept: where a test now shows another, this script names it, and replaces it only with
`--accept` (`--accept TTE006`, or alone for all), so that a changed answer is reviewed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(Path(__file__).resolve().parent))
ANSWERS = ROOT / "converters" / "qualification"
SCHEMAS = "tests/schemas/"
TESTS = (f"{SCHEMAS}rules", f"{SCHEMAS}gate/test_loosening.py")
OF_OTHERS = (
    f"{SCHEMAS}rules/adverse_events/test_cases_of_events.py",
    f"{SCHEMAS}rules/conformance/test_conformance.py",
    f"{SCHEMAS}rules/conformance/test_false_alarms.py",
    f"{SCHEMAS}rules/define/test_real_definitions.py",
    f"{SCHEMAS}rules/test_history.py",
    f"{SCHEMAS}rules/test_readiness_of_real_data.py",
)
"""Tests of data that somebody else made, which are not copied; and the tests of the table of versions."""
EACH = 2
"""So many examples of each kind a rule has at most."""
_LARGEST = 20_000
"""Cells of a study that is kept."""


@dataclass(frozen=True)
class Judged:
    """A study that a test judged."""

    test: str
    study: Any
    standards: Any
    report: Any
    define: bytes | None

    @property
    def cells(self) -> int:
        return sum(len(each) * len(each.variables) for each in self.study)

    @property
    def is_made_by_code(self) -> bool:
        return all(each.source is None for each in self.study)

    @property
    def name(self) -> str:
        """The test, below the folder of tests."""
        return self.test.removeprefix(SCHEMAS).removeprefix("rules/").partition("[")[0]


class Watcher:
    """A plugin of pytest that notes what tests judge, and which tests pass."""

    def __init__(self) -> None:
        self.judged: list[Judged] = []
        self.passed: set[str] = set()
        self._test = ""

    def pytest_sessionstart(self) -> None:
        from adamgate.schemas.gate import validate

        report_of = validate._report

        def noted(study: Any, checks: Any, standards: Any, terms: Any, events: Any) -> Any:
            report = report_of(study, checks, standards, terms, events)
            source = study.definition.source if study.definition is not None else None
            define = Path(source.path).read_bytes() if source is not None else None
            self.judged.append(Judged(self._test, study, standards, report, define))
            return report

        validate._report, self._report_of = noted, report_of

    def pytest_sessionfinish(self) -> None:
        from adamgate.schemas.gate import validate

        validate._report = self._report_of

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._test = item.nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)


def judged_by_tests() -> list[Judged]:
    """Every study that a test makes and judges and that is not too large, of tests that pass.

    Studies that are read from files are left out: some are data of others.
    """
    watcher = Watcher()
    options = ["-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:typeguard"]
    left_out = [f"--ignore={each}" for each in OF_OTHERS]
    pytest.main([*options, *left_out, *TESTS], plugins=[watcher])
    passed = (each for each in watcher.judged if each.test in watcher.passed)
    return [each for each in passed if each.is_made_by_code and each.cells <= _LARGEST]


def by_rule(judged: Iterable[Judged]) -> Mapping[str, Mapping[bool, list[Judged]]]:
    """The studies of each rule in which it finds a fault, and those that it passes; the best first."""
    found: dict[str, dict[bool, list[Judged]]] = defaultdict(lambda: {True: [], False: []})
    for each in judged:
        statuses: dict[str, set[str]] = defaultdict(set)
        for outcome in each.report.outcomes:
            statuses[outcome.rule_id].add(str(outcome.status))
        for rule_id, its in statuses.items():
            if "failed" in its:
                found[rule_id][True].append(each)
            elif "passed" in its:
                found[rule_id][False].append(each)
    for rule_id, kinds in found.items():
        modules = {each.test.partition("::")[0] for each in kinds[True] if _about(each) == 1}
        for studies in kinds.values():
            studies.sort(
                key=lambda each: (
                    each.test.partition("::")[0] not in modules,
                    rule_id not in each.test and _about(each) > 1,
                    "clean" in each.test,
                    each.cells,
                    each.test,
                )
            )
    return found


def _about(judged: Judged) -> int:
    """How many rules judged it."""
    return len({each.rule_id for each in judged.report.outcomes})


class Answers:
    """The examples of rules as they are gathered."""

    def __init__(self) -> None:
        from qualification_studies import StoredFile

        self.file = StoredFile()
        self.cases: list[dict[str, Any]] = []

    def examples(self, rule_id: str, studies: Sequence[Judged]) -> Iterator[dict[str, Any]]:
        """At most `EACH`, no two alike."""
        from qualification_studies import NotStored

        seen: set[str] = set()
        for each in studies:
            kind = _kind(rule_id, each)
            if kind in seen:
                continue
            try:
                case = self.case(rule_id, each)
            except NotStored:
                continue
            if case is None:
                continue
            seen.add(kind)
            yield case
            if len(seen) == EACH:
                return

    def case(self, rule_id: str, judged: Judged) -> dict[str, Any] | None:
        """An example; None if the study as it is stored is judged otherwise than by the test."""
        from qualification_studies import define_text, stated_declarations, whole

        from adamgate.converters.qualification.rule_cases import observations
        from adamgate.schemas.standards.versions import Standards

        definition = judged.study.definition
        wholes = [whole(data) for data in judged.study]
        declared = {json.dumps(stated_declarations(data.declarations)) for data in judged.study}
        stated = json.loads(declared.pop()) if len(declared) == 1 else None
        text = None if definition is None else define_text(definition, judged.define)
        case = {
            "rule": rule_id,
            "test": judged.name,
            "datasets": wholes,
            **({} if text is None else {"define": text}),
            **({"declared": stated} if stated else {}),
            **(
                {}
                if judged.standards == Standards()
                else {"standards": {"adamig": judged.standards.adamig, "occds": judged.standards.occds}}
            ),
        }
        again = self._again(case)
        if isinstance(again, Exception):
            return None
        observed = observations(again, rule_id)
        told = observations(judged.report, rule_id)
        if [_without_line(line) for line in observed] != [_without_line(line) for line in told]:
            return None
        return case | {"expected": list(observed)}

    def _again(self, case: Mapping[str, Any]) -> Any:
        """The report of the study as it is stored."""
        from adamgate.converters.qualification.rule_cases import judged
        from adamgate.converters.qualification.stored_answers import StoredStudies

        datasets = case["datasets"]
        defines = [case["define"].removesuffix("\n").split("\n")] if "define" in case else []
        studies = StoredStudies({"datasets": datasets, "defines": defines})
        placed = dict(case) | {"datasets": list(range(len(datasets)))} | ({"define": 0} if defines else {})
        return judged(studies, placed, {case["rule"]})

    def add(self, case: Mapping[str, Any]) -> None:
        stored = dict(case) | {"datasets": [self.file.number_of(each) for each in case["datasets"]]}
        if "define" in case:
            stored["define"] = self.file.define_of(case["define"])
        self.cases.append(stored)

    def text(self) -> str:
        """The file: a line for each dataset, define.xml and case."""
        return as_lines({"datasets": self.file.datasets, "defines": self.file.defines, "cases": self.cases})


def examples(judged: Iterable[Judged]) -> Iterator[dict[str, Any]]:
    """The examples of every rule, in order of id; those that are written by hand first."""
    from qualification_by_hand import BY_HAND

    from adamgate.schemas.gate.selection import full_book

    answers, found = Answers(), by_rule(judged)
    for rule_id in full_book():
        yield from BY_HAND.get(rule_id, ())
        for finds_a_fault in (True, False):
            yield from answers.examples(rule_id, found.get(rule_id, {}).get(finds_a_fault, []))


def with_known_answers(
    cases: Iterable[dict[str, Any]], known: Mapping[str, Any], accepted: Callable[[str], bool]
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each example with the answer that is stored, and whether the tests now show another."""
    from adamgate.converters.qualification.stored_answers import StoredStudies

    studies = StoredStudies(known)
    stored = {}
    for case in known["cases"]:
        whole = dict(case) | {"datasets": [studies.whole(number) for number in case["datasets"]]}
        if "define" in case:
            whole["define"] = studies.define(case["define"])
        stored[_identity(whole)] = case["expected"]
    for case in cases:
        answer = stored.get(_identity(case), case["expected"])
        differs = answer != case["expected"]
        yield case | ({} if differs and accepted(case["rule"]) else {"expected": answer}), differs


def _identity(case: Mapping[str, Any]) -> str:
    """All of an example but its answer."""
    return json.dumps({name: value for name, value in case.items() if name != "expected"}, sort_keys=True)


def file_of(cases: Iterable[Mapping[str, Any]]) -> str:
    """The file of the examples of rules."""
    answers = Answers()
    for case in cases:
        answers.add(case)
    return answers.text()


def formats_file(known: Mapping[str, Any] | None) -> str:
    """The file of the answers for formats; files that are stored stay as they are."""
    from qualification_formats import document, stored_files

    files = stored_files() if known is None else known["files"]
    return json.dumps(document(files), ensure_ascii=False, indent=1) + "\n"


def tables_file() -> str:
    """The file of the answers for tables."""
    from qualification_tables import tables

    found = tables()
    return as_lines({"datasets": found.file.datasets, "cases": found.cases})


def as_lines(parts: Mapping[str, Sequence[Any]]) -> str:
    """JSON with a line for each entry of each list."""
    lists = (
        f'"{name}": [\n'
        + ",\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in its)
        + "\n]"
        for name, its in parts.items()
    )
    return "{\n" + ",\n".join(lists) + "\n}\n"


def stored(name: str) -> Mapping[str, Any] | None:
    """A file as it is stored; None if there is none yet."""
    place = ANSWERS / name
    found: Mapping[str, Any] = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    return found or None


def rules_file(accepted: Callable[[str], bool] = lambda _rule: False) -> tuple[str, list[str]]:
    """The file of the examples of rules, and those whose stored answer is not what the tests show now."""
    known = stored("rules.json") or {"datasets": [], "cases": []}
    made = list(with_known_answers(examples(judged_by_tests()), known, accepted))
    differing = [f"{case['rule']}: {case['test']}" for case, differs in made if differs]
    return file_of(case for case, _ in made), differing


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the examples and answers of adamgate qualify.")
    parser.add_argument("--accept", nargs="*", metavar="RULE", help="take new answers of these rules, or all")
    parser.add_argument("--check", action="store_true", help="write nothing; say which files are not current")
    options = parser.parse_args()
    accept = options.accept
    rules, differing = rules_file(lambda rule: accept is not None and (not accept or rule in accept))
    made = {
        "rules.json": rules,
        "formats.json": formats_file(stored("formats.json")),
        "tables.json": tables_file(),
    }
    said = [f"not the stored answer: {each}" for each in differing if accept is None]
    for name, text in made.items():
        place = ANSWERS / name
        if not options.check:
            place.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{name}: {len(text.encode()):,} bytes\n")
        elif place.read_text(encoding="utf-8") != text:
            said.append(f"not current: {name}")
    sys.stdout.write("".join(f"{each}\n" for each in said))
    return 1 if said else 0


def _kind(rule_id: str, judged: Judged) -> str:
    """What makes an example another: what is found, without records and numbers; else the test."""
    from adamgate.converters.qualification.rule_cases import observations

    lines = [re.sub(r"\d+", "", line) for line in observations(judged.report, rule_id)]
    return json.dumps(lines) if any(": failed" in each for each in lines) else judged.name


def _without_line(line: str) -> str:
    return re.sub(r", line \d+", "", line)


if __name__ == "__main__":
    sys.exit(main())
