"""The examples of rules: small studies that pass and small studies that fail.

::

    examples/
        ACME001/
            pass-no-event/          files of a study: CSV, Dataset-JSON, XPT, …
            fail-event-without-date/

A study may have its own ``adamgate.toml`` beside its files, with what the rule needs to be declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...schemas.errors import AdamgateError, ConfigurationError
from ...schemas.gate.finding import Outcome, Status
from ...schemas.gate.report import Report
from ...schemas.gate.selection import full_book
from ...schemas.gate.validate import validate
from ...schemas.rules.rule import Rule
from ...schemas.study.declarations import Declarations
from ...schemas.wording import counted, did_you_mean, nearest
from ..reading.read import read

PASS, FAIL = "pass", "fail"
"""Beginnings of the names of folders."""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What came of one example.

    Attributes
    ----------
    rule_id, example : str
        Rule and name of the folder.
    as_expected : bool
        It passed and was to pass, or failed and was to fail.
    told : str
        What the rule said.
    """

    rule_id: str
    example: str
    as_expected: bool
    told: str


def run_examples(
    folder: Path,
    extra_rules: Sequence[Rule] = (),
    declared: Callable[[Path], Declarations | None] = lambda _example: None,
) -> tuple[ExampleResult, ...]:
    """Judge every example of a folder by the rule it is about.

    Parameters
    ----------
    folder : Path
    extra_rules : sequence of Rule
        The user's own.
    declared : callable
        What is declared of the study in an example's folder.

    Raises
    ------
    ConfigurationError
        When the folder contains no examples, a folder in it is named by no rule, or an example by neither
        "pass" nor "fail".
    """
    book = full_book(extra_rules)
    results = [
        _result(book[rule_id], example, extra_rules, declared) for rule_id, example in _examples(folder, book)
    ]
    if not results:
        raise ConfigurationError(
            "the folder contains no examples",
            str(folder),
            "name their folders RULE_ID/pass-name/ and RULE_ID/fail-name/",
        )
    return tuple(results)


def render_examples(results: Iterable[ExampleResult]) -> str:
    """A line for each example, then the count, and rules that lack an example of one kind."""
    shown = list(results)
    names = [f"{each.rule_id}/{each.example}" for each in shown]
    width = max(map(len, names))
    lines = [
        f"{'ok' if each.as_expected else 'WRONG':<5}  {name:<{width}}  {each.told}"
        for name, each in zip(names, shown, strict=True)
    ]
    wrong = sum(not each.as_expected for each in shown)
    lines += _lacking(shown)
    rules = len({each.rule_id for each in shown})
    lines.append(f"{counted(len(shown), 'example')} of {counted(rules, 'rule')}: {wrong} wrong")
    return "\n".join(lines) + "\n"


def _lacking(results: Iterable[ExampleResult]) -> Iterator[str]:
    kinds: dict[str, set[str]] = {}
    for each in results:
        kinds.setdefault(each.rule_id, set()).add(PASS if each.example.startswith(PASS) else FAIL)
    for rule_id, found in kinds.items():
        for kind in (PASS, FAIL):
            if kind not in found:
                yield f"{rule_id} has no example expected to {kind}"


def _examples(folder: Path, book: Mapping[str, Rule]) -> Iterator[tuple[str, Path]]:
    for rule_folder in _folders(folder):
        if rule_folder.name not in book:
            near = nearest(rule_folder.name, book)
            raise ConfigurationError(
                f"{rule_folder.name!r} is not a rule id",
                str(rule_folder),
                did_you_mean(rule_folder.name, near) if near else "use --rules for custom rules",
            )
        for example in _folders(rule_folder):
            if not example.name.startswith((PASS, FAIL)):
                raise ConfigurationError(
                    "the name of an example does not begin with pass or fail",
                    str(example),
                    "rename the folder",
                )
            yield rule_folder.name, example


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    except OSError as failure:
        raise ConfigurationError(
            f"the folder of examples cannot be read: {failure.strerror}", str(folder), "check the path"
        ) from failure


def _result(
    rule: Rule,
    example: Path,
    extra_rules: Sequence[Rule],
    declared: Callable[[Path], Declarations | None],
) -> ExampleResult:
    try:
        report = validate(
            read(example), declarations=declared(example), select=[rule.id], extra_rules=extra_rules
        )
    except AdamgateError as failure:
        return ExampleResult(rule.id, example.name, False, failure.what)
    failed = bool(report.findings)
    as_expected = failed is example.name.startswith(FAIL) and not report.not_run
    return ExampleResult(rule.id, example.name, as_expected, _told(report))


def _told(report: Report) -> str:
    if report.not_run:
        return _of(report.not_run[0])
    if report.findings:
        return "; ".join(dict.fromkeys(each.message for each in report.findings))
    if all(each.status is Status.NOT_APPLICABLE for each in report.outcomes):
        return _of(report.outcomes[0])
    return "passed"


def _of(outcome: Outcome) -> str:
    return f"{outcome.status}: {outcome.reason}"
