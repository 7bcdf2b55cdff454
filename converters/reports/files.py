"""Where a report is written: format and file.

A report replaces another report, and nothing else unless told to; never an input. From its start a run that
writes one leaves *not judged* in the file, so that no earlier verdict is taken for its own. Before there is a
verdict nothing here needs pandas: its import takes long, and fails where memory is short.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from ...schemas.errors import AdamgateError, ConfigurationError, UnwritableOutput
from ..values.address import Address
from . import REPORTS, document_of, form_in, form_named
from .marks import ReportDocument

if TYPE_CHECKING:
    from ...schemas.gate.report import Report
    from ...schemas.severity import Severity

STDOUT = Path("-")
FormAndFile = tuple[str | None, Path]

_UNFINISHED = "the run has not finished, or was killed"
_LONGEST = 1000
_FAIL_ON = "error"
"""What a report states where it is not known yet."""


def destination(form: str | None, output: Path | None) -> tuple[str | None, Path | None]:
    """Format and file of the report; no format where neither an option nor the file's name tells it."""
    if output is None or output == STDOUT:
        return form or ("text" if output else None), None
    return form or form_named(output), output


def destinations(form: str | None, outputs: Sequence[Path]) -> tuple[str | None, list[FormAndFile]]:
    """The format on stdout, None where nothing asks for one, and the files, each with its format.

    A file has the format of its suffix; `form` is that of a single output, else of what has no such suffix.

    Raises
    ------
    ConfigurationError
        When `form` has no effect, two outputs are one file, or what goes to stdout is not a text.
    """
    files = [each for each in outputs if each != STDOUT]
    if len(outputs) < 2:
        on_stdout, path = destination(form, outputs[0] if outputs else None)
        require_text(on_stdout, path)
        return (on_stdout, []) if path is None else (None, [(on_stdout, path)])
    _require_apart(outputs)
    untold = [each for each in files if form_named(each) is None]
    if form is not None and not untold and STDOUT not in outputs:
        raise ConfigurationError(
            f"--format {form} has no effect: each output has the format of its suffix",
            ", ".join(map(str, files)),
            "omit --format, or add -o - for stdout",
        )
    on_stdout = (form or "text") if STDOUT in outputs else None
    require_text(on_stdout, None)
    return on_stdout, [(form_named(each) or form, each) for each in files]


def _require_apart(outputs: Sequence[Path]) -> None:
    places = [str(each) if each == STDOUT else os.path.realpath(each) for each in outputs]
    twice = next((each for at, each in enumerate(outputs) if places[at] in places[:at]), None)
    if twice is not None:
        raise ConfigurationError("the output is given twice", str(twice), "omit one, or choose another name")


def require_text(form: str | None, output: Path | None) -> None:
    """See to it that what goes to stdout can be printed.

    Raises
    ------
    ConfigurationError
        When no file is given for a report that is not a text.
    """
    if output is None and form is not None and not REPORTS[form].is_text:
        raise ConfigurationError(
            f"a report in the format {form} is not a text and cannot be printed",
            "",
            f"give a file: -o report{REPORTS[form].suffixes[0]}",
        )


def withdraw(path: Path, named: Iterable[str], reason: str) -> None:
    """Say *not judged* in the report of an earlier run, where a run ends before it did so itself.

    Nothing is done to any other file.

    Parameters
    ----------
    path : Path
    named : iterable of str
        All else that was said and may name a file: an input, which is left alone.
    reason : str

    Raises
    ------
    UnwritableOutput
        When the system refuses: the earlier verdict is still there.
    """
    form = form_in(path)
    if form is None or path == STDOUT:
        return
    from ..writing.inputs import files_in, inputs_given

    given = [Path(each) for each in named]
    try:
        ReportFile(path, form).spare(inputs_given(given), files_in(given))
    except UnwritableOutput:
        return
    _write(not_judged(_short(reason), form, _FAIL_ON), form, path)


class ReportFile:
    """The file of a report, for the time of a run.

    Parameters
    ----------
    path : Path or None
        None where the report goes to no file: then nothing is written. An address is refused: what is there
        could not be taken back.
    form : str or None
        A name of `REPORTS`; None where nothing tells it, which is refused before anything is written.
    overwrite : bool
        Replace a file that is not a report.
    """

    def __init__(self, path: Path | None, form: str | None, *, overwrite: bool = False) -> None:
        if isinstance(path, Address):
            raise UnwritableOutput(
                "reports are written to files of this machine", str(path), "give a file, and copy it there"
            )
        self.path, self.form = path, form
        self._overwrite = overwrite
        self._held = False
        self._fail_on: Severity | str | None = _FAIL_ON

    def spare(
        self, inputs: Iterable[Path], neighbours: Iterable[Path] = (), data: Iterable[Path] = ()
    ) -> None:
        """See to it that no input is replaced.

        Parameters
        ----------
        inputs : iterable of Path
            What was named: settings, rules, data, a baseline.
        neighbours : iterable of Path
            What is in the folders that were given, read or not; reports of earlier runs may be there.
        data : iterable of Path
            Files of data that were named; other data in their folders are no less an input of somebody.

        Raises
        ------
        UnwritableOutput
            When the file is one of these, or its name is not text.
        """
        from ..writing.inputs import apart_from, refuse_data_beside, refuse_inputs
        from ..writing.names import require_output_name

        if self.path is None:
            return
        require_output_name(self.path)
        self._held = False
        refuse_inputs([self.path], inputs)
        ours = form_in(self.path) is not None
        refuse_inputs([self.path], apart_from(self.path, neighbours) if ours else neighbours)
        refuse_data_beside([self.path], data, lambda _: ours)
        self._held = self._may_be_replaced()

    def withdraw(self) -> None:
        """Say *not judged* in the report of an earlier run, before anything is begun that takes long."""
        if self._held:
            self._say(_UNFINISHED)

    def require_writable(self) -> None:
        """See to it that it has a format, and replaces nothing but a report.

        Raises
        ------
        ConfigurationError
            When neither an option nor the file's name tells the format.
        UnwritableOutput
            When it exists and is not a report.
        """
        if self.path is None:
            return
        if self.form is None:
            raise ConfigurationError(
                "the report format cannot be determined from the file name",
                str(self.path),
                f"give --format {'|'.join(REPORTS)}",
            )
        if os.path.isfile(self.path) and not self._may_be_replaced() and not self._overwrite:
            raise UnwritableOutput(
                "the file exists and is not an adamgate report",
                str(self.path),
                "choose another name, or use --force",
            )

    def claim(self, fail_on: Severity | None) -> None:
        """Say *not judged* in it, until there is a verdict.

        Parameters
        ----------
        fail_on : Severity or None
            As the report states it.

        Raises
        ------
        ConfigurationError
            When neither an option nor the file's name tells the format.
        UnwritableOutput
            When it exists and is not a report, or cannot be written.
        """
        self.require_writable()
        if self.path is None or _is_special(self.path):
            return
        self._fail_on = fail_on
        self._say(_UNFINISHED)
        self._held = True

    def deliver(self, document: ReportDocument) -> None:
        """Write the report."""
        if self.path is not None and self.form is not None:
            _write(document, self.form, self.path)
        self._held = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, _: TracebackType | None
    ) -> None:
        if problem is not None and self._held:
            self._say(reason_of(problem))

    def _say(self, reason: str) -> None:
        form = self.form or (form_in(self.path) if self.path is not None else None)
        if self.path is not None and form is not None:
            _write(not_judged(reason, form, self._fail_on), form, self.path)

    def _may_be_replaced(self) -> bool:
        """Whether the file is a report, or an empty one that was made for it."""
        if self.path is None or not os.path.isfile(self.path):
            return False
        return not os.path.getsize(self.path) or form_in(self.path) is not None


def not_judged(reason: str, form: str, fail_on: Severity | str | None) -> ReportDocument:
    """The report of a run without a verdict, in a form."""
    from ...schemas.severity import Severity

    threshold = None if fail_on is None else Severity(fail_on)
    return document_of(report_not_judged(reason), form, threshold)


def report_not_judged(reason: str) -> Report:
    """The report of a run without a verdict."""
    from ...schemas.gate.report import Report

    versions = {"adamgate": version("adamgate")}
    return Report((), (), (), (), (), {}, versions, not_judged=_short(reason))


def reason_of(problem: BaseException) -> str:
    """Why there is no verdict. Only our own errors are quoted: the text of another may hold patient data."""
    if isinstance(problem, AdamgateError):
        return _short(str(problem))
    return "interrupted" if isinstance(problem, KeyboardInterrupt) else f"ended by {type(problem).__name__}"


def _short(reason: str) -> str:
    return " ".join(reason.split())[:_LONGEST]


def _is_special(path: Path) -> bool:
    """/dev/null, a named pipe: nothing to rename over, and written to once."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def _write(document: ReportDocument, form: str, output: Path) -> None:
    write_document(REPORTS[form].mark.put(document), output, overwrite=True)


def refuse_existing(output: Path, *, overwrite: bool) -> None:
    """Refuse before a long run what `write_document` would refuse after it.

    Raises
    ------
    UnwritableOutput
        When the file exists and is not to be replaced.
    """
    if overwrite or _is_special(output) or os.path.isdir(output) or not os.path.lexists(output):
        return
    raise UnwritableOutput(
        "the output already exists", str(output), "choose another name, or use --overwrite"
    )


def write_document(document: ReportDocument, output: Path, *, overwrite: bool) -> None:
    """Write a document into a file, which appears when it is complete, or into a device or a pipe.

    Raises
    ------
    UnwritableOutput
        When it exists and is not to be replaced, or cannot be written.
    """
    from ..formats.planned_file import PlannedFile
    from ..writing.atomic import write_together

    content = document if isinstance(document, bytes) else document.encode("utf-8", "backslashreplace")
    if _is_special(output):
        _write_special(content, output)
    else:
        write_together([PlannedFile(output, partial(_put, content))], overwrite=overwrite)


def _put(content: bytes, stream: BinaryIO) -> None:
    stream.write(content)


def _write_special(content: bytes, output: Path) -> None:
    try:
        output.write_bytes(content)
    except OSError as failure:
        raise UnwritableOutput(
            f"the output cannot be written: {failure.strerror}",
            str(output),
            "write to a folder where you have write permission",
        ) from failure
