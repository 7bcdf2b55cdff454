"""What commands say: the report, notes of readers, files that were written."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ...schemas.wording import plain
from ..configuration.settings import Settings
from ..reports import Detail, Presentation, document_of, render
from ..reports.files import ReportFile
from ..reports.presentation import note_line
from .streams import colours, columns, is_closed_or, show, tell

if TYPE_CHECKING:
    from ...schemas.gate.report import GateRefused, Report
    from ...schemas.study.dataset import Dataset
    from ...schemas.study.study import Study
    from ...schemas.study.variable import ReadingNote
    from ..writing.conversion import ConversionRecord


def deliver(
    report: Report, settings: Settings, on_stdout: str | None, files: Sequence[ReportFile], detail: Detail
) -> None:
    """The report where it was asked for; the text on stdout, unless another document goes there."""
    shown = Presentation(settings.threshold, max(detail, Detail.SUMMARY))
    for file in files:
        if file.form is not None:
            file.deliver(document_of(report, file.form, settings.threshold, shown))
    if any(file.path is not None and is_closed_or(file.path) for file in files):
        tell_report(report, settings, detail)
        return
    form = on_stdout or "text"
    show(_rendered(report, form, settings, detail, sys.stdout))
    if form == "text" and detail is Detail.VERDICT:
        _tell_unread(report)
    elif form != "text" and detail is not Detail.VERDICT:
        tell_report(report, settings, Detail.VERDICT)


def tell_report(report: Report, settings: Settings, detail: Detail) -> None:
    tell(_rendered(report, "text", settings, detail, sys.stderr).rstrip("\n"), styled=True)
    if detail is Detail.VERDICT:
        _tell_unread(report)


def tell_gate_refused(refusal: GateRefused, settings: Settings, *, quiet: bool) -> None:
    """Why no table was written."""
    judged_by = replace(settings, fail_on=str(refusal.threshold))  # not by --fail-on of a validation
    tell_report(refusal.report, judged_by, Detail.VERDICT if quiet else Detail.SUMMARY)
    tell("No table was written. Correct the data, or use --no-gate to skip validation.")
    tell("More: adamgate explain gate-failed")


def _tell_unread(report: Report) -> None:
    """What a verdict alone does not say: files that were not read."""
    for note in report.notes:
        if not note.dataset:
            tell(note_line(note))


def _rendered(report: Report, form: str, settings: Settings, detail: Detail, stream: TextIO) -> str:
    shown = Presentation(settings.threshold, detail, colours(stream), columns(stream))
    return render(report, form, settings.threshold, shown)


def tell_notes(study: Study, quiet: bool, side: str = "") -> None:
    """What readers had to tell of a study, with its side where there is more than one."""
    _tell_of_reading(study.notes, study, quiet, side)


def _tell_of_reading(
    notes: Iterable[ReadingNote], datasets: Iterable[Dataset], quiet: bool, side: str = ""
) -> None:
    """What readers had to tell; files that were left out are told of even when only the result is wanted."""
    of_datasets = () if quiet else (note for dataset in datasets for note in dataset.notes)
    for note in (*notes, *of_datasets):
        tell(f"{side}: {note_line(note)}" if side else note_line(note))


def tell_held_twice(written: Iterable[tuple[str, Path]], datasets: Iterable[Dataset]) -> None:
    from ..writing.inputs import held_twice

    for note in held_twice(written, datasets):
        tell(f"note: {plain(note)}")


def tell_conversion(conversion: ConversionRecord, quiet: bool) -> None:
    """What became of a conversion; with -q what was not read, not kept or not written."""
    from ..reports.conversion_summary import render_conversion, render_selected

    datasets = [each.read for each in conversion.outcomes]
    _tell_of_reading(conversion.notes, datasets, quiet)
    for line in (*conversion.repairs, *conversion.losses):
        tell(f"note: {plain(line)}")
    tell_held_twice(((each.name, path) for each in conversion.outcomes for path in each.files), datasets)
    if any(conversion.problems) or (len(datasets) > 1 and not quiet):
        tell(render_conversion(conversion).rstrip("\n"))
        tell_written(conversion.beside, quiet)
        return
    for each in () if quiet else conversion.outcomes:
        for line in render_selected(each.name, each.selected, len(each.read)):
            tell(line)
    tell_written(conversion.files, quiet)


def tell_written(written: Sequence[Path], quiet: bool) -> None:
    if written and not quiet:
        tell("\n".join(f"written: {plain(path)}" for path in written))


@contextmanager
def losses_recorded() -> Iterator[list[warnings.WarningMessage]]:
    """What is written within tells here what its format has no place for."""
    from ..writing.losses import MetadataNotKept, Repaired

    with warnings.catch_warnings(record=True) as losses:
        for told in (MetadataNotKept, Repaired):
            warnings.simplefilter("always", told)
        yield losses


def tell_recorded(losses: Iterable[warnings.WarningMessage]) -> None:
    """Also with -q: something was left out."""
    for loss in losses:
        tell(f"note: {plain(loss.message)}")
