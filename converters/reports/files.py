"""Where a report is written: format and file.

A report replaces another report, and nothing else unless told to; never an input. From its start a run that
writes one leaves *not judged* in the file, so that no earlier verdict is taken for its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from ...schemas.errors import AdamgateError, ConfigurationError, UnwritableOutput
from . import REPORTS, SUFFIXES, render

if TYPE_CHECKING:
    from ...schemas.finding import Severity

STDOUT = Path("-")

_HEAD = 200
"""In so many bytes a report has said that it is one."""
_OURS = re.compile(
    rb'\s*\{\s*"schema_version":\s*"1\.\d+",\s*"verdict":\s*"(passed|refused|not judged)"'
    rb"|(PASSED|REFUSED|NOT JUDGED)  "
)
_UNFINISHED = "the run has not ended, or was ended from outside"
_LONGEST = 1000


def destination(form: str | None, output: Path | None) -> tuple[str | None, Path | None]:
    """Format and file of the report; before any work is done, so that it is not done in vain."""
    if output is None or output == STDOUT:
        return form or ("text" if output else None), None
    if form is None and output.suffix.lower() not in SUFFIXES:
        raise ConfigurationError(
            "the file's name does not tell the report's format",
            str(output),
            f"give --format {'|'.join(REPORTS)}",
        )
    return form or SUFFIXES[output.suffix.lower()], output


def is_report(path: Path) -> bool:
    """Whether a file is a report of ours, by its first bytes; an empty file may be replaced as one."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return not head or _OURS.match(head) is not None


class ReportFile:
    """The file of a report, for the time of a run.

    Parameters
    ----------
    path : Path or None
        None where the report goes to no file: then nothing is written.
    form : {"text", "json"}
    overwrite : bool
        Replace a file that is not a report.
    """

    def __init__(self, path: Path | None, form: str, *, overwrite: bool = False) -> None:
        self.path, self.form = path, form
        self._overwrite = overwrite
        self._held = False
        self._fail_on: Severity | str | None = "error"

    def spare(self, inputs: Iterable[Path], neighbours: Iterable[Path] = ()) -> None:
        """See to it that no input is replaced.

        Parameters
        ----------
        inputs : iterable of Path
            What was named: settings, rules, data, a baseline.
        neighbours : iterable of Path
            What is in the folders that were given, read or not; reports of earlier runs may be there.

        Raises
        ------
        UnwritableOutput
            When the file is one of these.
        """
        from ..writers.inputs import refuse_inputs

        if self.path is None:
            return
        self._held = False
        refuse_inputs([self.path], inputs)
        self._held = os.path.isfile(self.path) and is_report(self.path)
        if not self._held:
            refuse_inputs([self.path], neighbours)

    def claim(self, fail_on: Severity | None) -> None:
        """Say *not judged* in it, until there is a verdict.

        Parameters
        ----------
        fail_on : Severity or None
            As the report states it.

        Raises
        ------
        UnwritableOutput
            When it exists and is not a report, or cannot be written.
        """
        if self.path is None or _is_special(self.path):
            return
        if os.path.isfile(self.path) and not is_report(self.path) and not self._overwrite:
            raise UnwritableOutput(
                "the file exists and is not a report", str(self.path), "choose another name, or allow --force"
            )
        self._fail_on = fail_on
        self._say(_UNFINISHED)
        self._held = True

    def deliver(self, document: str) -> None:
        """Write the report."""
        if self.path is not None:
            _write(document, self.path)
        self._held = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, _: TracebackType | None
    ) -> None:
        if problem is not None and self._held:
            self._say(_reason(problem))

    def _say(self, reason: str) -> None:
        if self.path is not None:
            _write(not_judged(reason, self.form, self._fail_on), self.path)


def not_judged(reason: str, form: str, fail_on: Severity | str | None) -> str:
    """The report of a run without a verdict."""
    from ...schemas.finding import Report, Severity

    threshold = None if fail_on is None else Severity(fail_on)
    report = Report((), (), (), (), (), {}, {"adamgate": version("adamgate")}, not_judged=reason)
    return render(report, form, threshold)


def _reason(problem: BaseException) -> str:
    """Only our own errors are quoted: the text of another may hold patient data."""
    if isinstance(problem, AdamgateError):
        return " ".join(str(problem).split())[:_LONGEST]
    return "interrupted" if isinstance(problem, KeyboardInterrupt) else f"ended by {type(problem).__name__}"


def _is_special(path: Path) -> bool:
    """/dev/null, a named pipe: nothing to rename over, and written to once."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def _write(document: str, output: Path) -> None:
    from ..writers.atomic import write_together
    from ..writers.protocol import PlannedFile

    content = document.encode("utf-8", "backslashreplace")
    if _is_special(output):
        _write_special(content, output)
    else:
        write_together([PlannedFile(output, partial(_put, content))], overwrite=True)


def _put(content: bytes, stream: BinaryIO) -> None:
    stream.write(content)


def _write_special(content: bytes, output: Path) -> None:
    try:
        output.write_bytes(content)
    except OSError as failure:
        raise UnwritableOutput(
            f"the output cannot be written: {failure.strerror}",
            str(output),
            "name a file in a folder you own",
        ) from failure
