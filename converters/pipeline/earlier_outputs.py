"""Outputs that a run finds: which of them it may replace, removes, or says to be not judged."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...schemas.errors import UnwritableOutput
from ..page.run_shown import RunShown
from ..reports import form_in, form_named
from ..reports.files import ReportFile
from .earlier_run import EarlierRun
from .fingerprint import HashesOfFiles
from .plan import PlannedStep, is_inside


@dataclass(frozen=True, slots=True)
class EarlierOutputs:
    """What may lie where a run writes.

    Attributes
    ----------
    run : EarlierRun
    hashes : HashesOfFiles
    overwrite : bool
        Whether a file may be replaced that no earlier run declared.
    """

    run: EarlierRun
    hashes: HashesOfFiles
    overwrite: bool

    def may_replace(self, path: Path) -> bool:
        """Whether an output may be written: not existing, of an earlier run, or a report of ours."""
        declared = path.as_posix() in self.run.declared
        return self.overwrite or declared or not _is_there(path) or form_in(path) is not None

    def require_replaceable(self, outputs: Iterable[Path]) -> None:
        """Refuse outputs that may not be written.

        Raises
        ------
        UnwritableOutput
        """
        if self.overwrite:
            return
        existing = [str(path) for path in outputs if not self.may_replace(path)]
        if existing:
            raise UnwritableOutput(
                "the output already exists, and no earlier run is known to have written it",
                ", ".join(existing),
                "choose another name, or use --overwrite",
            )

    def remove_outdated(self, step: str, written: Collection[Path]) -> tuple[str, ...]:
        """Remove what an earlier run of a step wrote and this one did not: steps may read the folder.

        A file outside of the folder of the settings file stays, and one that was changed since.
        """
        kept = {path.as_posix() for path in written}
        own = [
            each for each in self.run.outputs(step) if each.path not in kept and is_inside(Path(each.path))
        ]
        outdated = [each for each in own if self.hashes.is_still(each)]
        for each in outdated:
            with suppress(OSError):
                os.unlink(each.path)
        return tuple(each.path for each in outdated)

    def withdraw(
        self, planned: PlannedStep, reason: str, run: RunShown
    ) -> tuple[Collection[Path], tuple[str, ...]]:
        """Write the reports of a step without a verdict, so that none keeps that of an earlier run.

        Returns
        -------
        Which, and notes.
        """
        told, notes = [], []
        for path, document in planned.step.options.unjudged(reason, run).items():
            if not self.may_replace(path):
                continue
            try:
                ReportFile(path, form_named(path), overwrite=True).deliver(document)
            except UnwritableOutput as problem:
                notes.append(f"{path}: {problem.what}")
            else:
                told.append(path)
                notes.append(f"written: {path} (not judged)")
        return told, tuple(notes)


def _is_there(path: Path) -> bool:
    """Whether a file is there, or a folder that holds something."""
    if os.path.isdir(path):
        return bool(os.listdir(path))
    return os.path.lexists(path)
