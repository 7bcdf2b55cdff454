"""What all hosts share: what they ask for, and what came of it. Needs no pandas until something is judged.

A host does three things with a failure: it fails the task, tries it again, or skips what follows. Which one
depends on the exit code that the command would have, and is decided here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import adamgate

from ...schemas.errors import (
    AdamgateError,
    ConfigurationError,
    Refused,
    UnreadableInput,
    UnwritableOutput,
)
from ...schemas.gate.report import GateRefused, Report
from ...schemas.severity import Severity
from ..pipeline.rendering import failure_lines, summary_line
from ..reports import REPORTS, document_of, form_named
from ..reports.files import ReportFile, reason_of, withdraw
from ..terminal.exit_codes import FAULT, REFUSED, USAGE
from ..terminal.judgement import Judgement
from ..values.address import place_of

if TYPE_CHECKING:
    from ..pipeline.run_result import StepState

PathLike = str | os.PathLike[str]
Paths = PathLike | Sequence[PathLike]


class StepBroken(AdamgateError):
    """An internal error in a step of a project."""

    exit_code = FAULT


LASTING = frozenset({REFUSED, USAGE})
"""Exit codes whose cause is the same the next time. That of others may pass: a delivery that is still being
copied, a share that is away, a full disk; and of errors that are not ours nobody knows."""
_PROBLEMS: Mapping[int, type[AdamgateError]] = {
    each.exit_code: each
    for each in (Refused, ConfigurationError, UnreadableInput, UnwritableOutput, StepBroken)
}


def is_retried(problem: BaseException | None) -> bool:
    """Whether it can help to try again."""
    return not isinstance(problem, AdamgateError) or problem.exit_code not in LASTING


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRequest:
    """A study to judge, as `adamgate validate` does.

    Attributes
    ----------
    data : path, or sequence of paths
        Files and folders.
    reports : path, or sequence of paths
        Report files; the suffix of each is its format (.json, .html, .txt, .xml, .sarif, .md, .xlsx). They
        are also written if the gate fails, and state *not judged* if there is no verdict.
    config : path, optional
        Settings file (default: adamgate.toml in the working directory of the worker or the nearest above).
    settings : mapping of name to value, optional
        Settings that take precedence over the file: ``{"fail_on": "warning"}``.
    rules : path, or sequence of paths
        Files of custom rules, which are executed.
    baseline : path, optional
        Earlier JSON report; only new findings fail the gate.
    overwrite : bool
        Replace a file that is not an adamgate report.
    """

    data: Paths
    reports: Paths = ()
    config: PathLike | None = None
    settings: Mapping[str, Any] | None = None
    rules: Paths = ()
    baseline: PathLike | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What came of a request.

    Attributes
    ----------
    report : Report
    threshold : Severity or None
        Lowest severity that fails the gate.
    files : tuple of Path
        The reports that were written.
    """

    report: Report
    threshold: Severity | None
    files: tuple[Path, ...]

    @property
    def passed(self) -> bool:
        return not self.report.refuses(self.threshold)

    def require_passed(self) -> None:
        """Raise `Refused` if the gate fails: hosts keep errors, and so none that has the report."""
        refused: Refused | None = None
        try:
            self.report.raise_for(self.threshold)
        except GateRefused as refusal:
            refused = Refused(refusal.what, refusal.where, refusal.advice)
        if refused is not None:
            raise refused

    @property
    def line(self) -> str:
        """ "REFUSED  1 error, 6 warnings"."""
        from ..reports.refusal import verdict_in_short

        return verdict_in_short(self.report, self.threshold)

    def to_dict(self) -> dict[str, Any]:
        """Counts alone: what may be kept by a host."""
        counts = {f"{each}s": self.report.count(each) for each in reversed(Severity)}
        return {
            "verdict": self.report.verdict(self.threshold),
            **counts,
            "not_run": len(self.report.not_run),
            "reports": [str(each) for each in self.files],
        }


def judged(asked: GateRequest) -> GateVerdict:
    """Judge a study and write its reports, whatever the verdict.

    Raises
    ------
    AdamgateError
        If there is no verdict; the reports then state why.
    """
    # What settings open, such as a work folder, is closed with the context of the command.
    with click.Context(click.Command("validate")), ExitStack() as stack:
        try:
            judging = _begun(asked, stack)
        except BaseException as problem:
            _withdraw(asked, problem)
            raise
        report, threshold = judging.judged(quiet=True).report, judging.settings.threshold
        for file in judging.files:
            file.deliver(document_of(report, file.form or "", threshold))
    return GateVerdict(report, threshold, _paths(asked.reports))


def _begun(asked: GateRequest, stack: ExitStack) -> Judgement:
    data = _paths(asked.data)
    if not data and not (asked.settings or {}).get("define"):
        raise ConfigurationError("no data are given", "data", "give files or folders")
    reports = [(path, _form_of(path)) for path in _paths(asked.reports)]
    return Judgement.begun(
        data,
        [stack.enter_context(ReportFile(path, form, overwrite=asked.overwrite)) for path, form in reports],
        asked.settings or {},
        config=_path(asked.config),
        rule_files=_paths(asked.rules),
        baseline=_path(asked.baseline),
    )


def _withdraw(asked: GateRequest, problem: BaseException) -> None:
    """Reports of earlier runs say "not judged" where this one ends before it could say so."""
    inputs = [
        word
        for each in (asked.data, asked.rules, asked.config, asked.baseline)
        for word in _words(each)
        if word
    ]
    for report in filter(None, _words(asked.reports)):
        withdraw(Path(report), inputs, reason_of(problem))


def ran(config: PathLike, options: Mapping[str, Any]) -> dict[str, str]:
    """Run the steps of a project with these options of `adamgate.run`.

    Returns
    -------
    dict
        What became of each step, by its name.

    Raises
    ------
    AdamgateError
        If a step was refused or has failed: the error with the exit code of the run.
    """
    result = adamgate.run(config, **options)
    if not result.passed:
        failed = [line for each in result.steps if each.exit_code for line in _failure(each)]
        raise _PROBLEMS[result.exit_code](summary_line(result), str(config), details=failed)
    return {each.step: f"{each.state}: {each.summary}".removesuffix(": ") for each in result.steps}


def _failure(state: StepState) -> Iterator[str]:
    """Why a step has failed; of one that was refused the verdict alone: hosts keep no keys of records."""
    return islice(failure_lines(state), None if state.state == "failed" else 1)


def _form_of(report: Path) -> str:
    form = form_named(report)
    if form is None:
        suffixes = ", ".join(suffix for each in REPORTS.values() for suffix in each.suffixes)
        raise ConfigurationError(
            f"{report} is not the name of a report", "reports", f"end it with {suffixes}"
        )
    return form


def _paths(given: Paths | None) -> tuple[Path, ...]:
    """The paths of what was given; an empty template is not the working directory, and is not left out."""
    words = _words(given)
    if "" in words:
        raise ConfigurationError(
            "a path is empty", ", ".join(words), "give a value to the template or variable"
        )
    return tuple(map(place_of, words))


def _path(given: PathLike | None) -> Path | None:
    return next(iter(_paths(given)), None)


def _words(given: Paths | None) -> list[str]:
    if given is None:
        return []
    return [str(each) for each in ([given] if isinstance(given, str | os.PathLike) else given)]
