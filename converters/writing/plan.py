"""The files in which datasets appear together, if the format can hold the data and no other data are lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from ...schemas.errors import UnreadableInput, UnwritableOutput
from ..formats import Format, dataset_named
from ..formats.breaches import breaches_of_data
from ..formats.format import Breach, Output, Repair, Writer
from ..formats.holds import EVERYTHING
from ..formats.planned_file import PlannedFile
from ..formats.write_options import FIX, WriteOptions
from ..reading.read import read
from .inputs import refuse_data_beside, refuse_inputs, refuse_merging
from .target import Target

_LISTED = 50
_TO_KNOW_ITS_NAME = 64_000_000
"""Bytes of memory for a file that is read only to know what it is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Files that are to appear together.

    Attributes
    ----------
    outputs : tuple of Output
        As they are written.
    files : tuple of PlannedFile
        Data files, then those that describe several datasets.
    repairs : tuple of Repair
        What was changed because the format cannot hold it, as it was asked for.
    changes : tuple of Repair
        Metadata that are written otherwise than the datasets have them.
    """

    outputs: tuple[Output, ...]
    files: tuple[PlannedFile, ...]
    repairs: tuple[Repair, ...] = ()
    changes: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Datasets that a format can hold, whatever lies where they are to go.

    Attributes
    ----------
    outputs : tuple of Output
        As they are written.
    files : tuple of PlannedFile
        Of the data.
    about : tuple
        What the files that describe them together must know of each; see `Beside`.
    repairs, changes : tuple of Repair
        As of `Plan`.
    """

    outputs: tuple[Output, ...]
    files: tuple[PlannedFile, ...]
    about: tuple[Any, ...]
    repairs: tuple[Repair, ...] = ()
    changes: tuple[Repair, ...] = ()

    @classmethod
    def of(cls, outputs: Sequence[Output], target: Target) -> Prepared:
        """Datasets as the format of a target holds them.

        Raises
        ------
        UnwritableOutput
            When it cannot.
        """
        writer = target.format.load_writer()
        repaired, repairs = _repaired(outputs, writer)
        refuse_breaches(
            repaired, target.format, writer, repaired[0].path if len(repaired) == 1 else target.path
        )
        files = writer.plan(repaired)
        about = [writer.beside.about(each) for each in repaired]
        changes = [change for each in repaired for change in writer.changes(each)]
        return cls(tuple(repaired), tuple(files), tuple(about), tuple(repairs), tuple(changes))

    @classmethod
    def together(cls, several: Sequence[Prepared]) -> Prepared:
        """The same of all datasets."""
        parts = ("outputs", "files", "about", "repairs", "changes")
        return cls(*(tuple(chain.from_iterable(getattr(each, part) for each in several)) for part in parts))

    def planned(self, target: Target, inputs: Sequence[Path], kept: Sequence[Path] = ()) -> Plan:
        """All files, if they replace nothing that must stay.

        Parameters
        ----------
        target : Target
        inputs, kept : sequence of Path
            As of `planned`.

        Raises
        ------
        UnwritableOutput
        """
        beside = target.format.load_writer().beside.plan(self.about)
        # Files beside data that are sent elsewhere are reported as not kept.
        files = (*self.files, *beside) if target.has_files_beside else self.files
        refuse_inputs((file.path for file in files if not file.merged), (*inputs, *kept))
        refuse_merging((file.path for file in files if file.merged), (*inputs, *kept))
        return Plan(self.outputs, files, self.repairs, self.changes)


def refuse_outputs(
    outputs: Sequence[Output], inputs: Sequence[Path], kept: Sequence[Path], *, overwrite: bool
) -> None:
    """Refuse outputs that would replace what was read, or other data beside it.

    Raises
    ------
    UnwritableOutput
    """
    refuse_inputs((output.path for output in outputs), (*inputs, *kept))
    if overwrite:
        held: dict[Path, list[str]] = {}
        for output in outputs:
            held.setdefault(output.path, []).append(output.dataset.name)
        refuse_data_beside(held, inputs, lambda path: _holds(path, held[path]))


def planned(
    outputs: Sequence[Output],
    target: Target,
    inputs: Sequence[Path],
    kept: Sequence[Path] = (),
    *,
    overwrite: bool = False,
) -> Plan:
    """The files of these datasets, if the format can hold them and they replace nothing that must stay.

    Parameters
    ----------
    outputs : sequence of Output
    target : Target
    inputs : sequence of Path
        What was read.
    kept : sequence of Path
        Further files that are never replaced.
    overwrite : bool
        Whether existing files are to be replaced.

    Raises
    ------
    UnwritableOutput
    """
    refuse_outputs(outputs, inputs, kept, overwrite=overwrite)
    return Prepared.of(outputs, target).planned(target, inputs, kept)


def _repaired(outputs: Sequence[Output], writer: Writer) -> tuple[list[Output], list[Repair]]:
    """Outputs as the writer repairs them, where that is asked for, and what was changed."""
    if writer.repaired is None:
        return list(outputs), []
    done = [writer.repaired(each) if each.options.fix else (each, ()) for each in outputs]
    return [output for output, _ in done], [repair for _, repairs in done for repair in repairs]


def refuse_breaches(outputs: Sequence[Output], form: Format, writer: Writer, path: Path) -> None:
    """Refuse datasets that a format cannot hold, once, with everything that it cannot.

    Raises
    ------
    UnwritableOutput
    """
    breaches = [breach for output in outputs for breach in _breaches(output, form, writer)]
    if breaches:
        raise _refusal(breaches, form, path, outputs[0].options)


def _breaches(output: Output, form: Format, writer: Writer) -> Iterator[Breach]:
    """What of a dataset a format cannot hold: data it has no place for, then what its writer finds."""
    yield from breaches_of_data(output.dataset, form)
    yield from writer.breaches(output)


def _holds(path: Path, datasets: list[str]) -> bool:
    """Whether a file is of the same datasets: of an earlier conversion, whatever it was named."""
    if [dataset_named(path)] == datasets:
        return True
    try:
        return [each.name for each in read(path, memory=_TO_KNOW_ITS_NAME)] == datasets
    except UnreadableInput:
        return False


def _refusal(breaches: Sequence[Breach], form: Format, path: Path, options: WriteOptions) -> UnwritableOutput:
    lines = [str(breach) for breach in breaches[:_LISTED]]
    more = [f"and {len(breaches) - _LISTED} more"] if len(breaches) > _LISTED else []
    ways = Counter(way for each in breaches for way in each.ways if not (options.fix and way == FIX))
    if ways:
        helped = " or ".join(f"{way} (for {times} of {len(breaches)})" for way, times in ways.most_common())
        most = max(ways.values())
        others = "; fix the others in the data" if most < len(breaches) else ""
        advice = f"use {helped}{others}; or write Parquet"
    elif form.holds == EVERYTHING or all(each.in_all for each in breaches):
        advice = "fix these"
    else:
        advice = "fix these, or write Parquet, which can hold everything SAS can"
    return UnwritableOutput(
        f"{form.name} cannot hold all of the data:", str(path), advice, details=[*lines, *more]
    )
