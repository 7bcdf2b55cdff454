"""Datasets to files, all or none; `formats` names the formats."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...schemas.errors import ConfigurationError, UnreadableInput, UnwritableOutput
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import one_line
from ..formats import Format, dataset_named, writable
from ..formats.breaches import breaches_of_data
from ..formats.format import Breach, Output, Writer, WritingProgress
from ..formats.holds import EVERYTHING
from ..formats.planned_file import PlannedFile
from ..reading.read import read
from ..values.file_kind import suffix_of
from .atomic import write_together
from .inputs import inputs_of, refuse_data_beside, refuse_inputs, refuse_merging
from .losses import tell_losses
from .names import require_output_name

_NOT_WRITTEN = {
    ".xpt": "writing XPT is not supported",
    ".xport": "writing XPT is not supported",
    ".sas7bdat": "writing sas7bdat is not supported; only SAS writes this format reliably",
}
_FILE_NAME = re.compile(r"[\w$#@-][\w$#@ .-]{0,99}")
_LISTED = 50
_TO_KNOW_ITS_NAME = 64_000_000
"""Bytes of memory for a file that is read only to know what it is."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where datasets go.

    Attributes
    ----------
    path : Path
        A file, or the folder of the files.
    suffix : str
        Of the files in a folder, as ".parquet"; empty when `path` is a file.
    """

    path: Path
    suffix: str = ""

    @classmethod
    def of(cls, path: str | Path, to: str | None = None) -> Target:
        """What a user means by a path and, for a folder, a format.

        Parameters
        ----------
        path : path
            A file, its format by its suffix; or a folder, there or not, when `to` is given.
        to : str, optional
            "parquet", "csv", "json", "ndjson", "ndjson.gz" or "dsjc".

        Raises
        ------
        ConfigurationError
            When there is no such format, none for a folder, or two for a file.
        """
        place = Path(path)
        is_folder = os.path.isdir(place) or str(path).endswith((os.sep, "/"))
        if to is None:
            if is_folder:
                raise ConfigurationError(
                    "no output format is given for the folder", str(path), "add --to parquet, csv or json"
                )
            _format(suffix_of(place, writable()) or place.suffix, str(path))
            return cls(place)
        if not isinstance(to, str):
            raise TypeError(f"a format must be a string, not {type(to).__name__}")
        suffix = "." + to.lower().removeprefix(".")
        _format(suffix, f"--to {to}")
        named = suffix_of(place, writable())
        if is_folder or not named:
            return cls(place, suffix)
        if named != suffix:
            raise ConfigurationError(
                f"the output has the suffix {named}, but --to is {to}", str(path), "give only one of the two"
            )
        return cls(place)

    @property
    def format(self) -> Format:
        """Of the files."""
        known = writable()
        return known[self.suffix or suffix_of(self.path, known)]

    def outputs(self, datasets: Sequence[Dataset]) -> list[Output]:
        """Each dataset and its file.

        Raises
        ------
        ConfigurationError
            When several datasets, or none, are to go to one file.
        UnwritableOutput
            When a dataset name is not a valid file name, or that of the output holds what is not text.
        """
        if self.suffix:
            require_output_name(self.path / self.suffix)
            return [Output(dataset, self.path / self._file_name(dataset)) for dataset in datasets]
        if len(datasets) == 1:
            require_output_name(self.path)
            return [Output(datasets[0], self.path)]
        names = ", ".join(dataset.name for dataset in datasets[:_LISTED])
        raise ConfigurationError(
            f"{len(datasets)} datasets cannot be written to one file",
            f"{self.path}: {names or 'no dataset'}",
            f"give a folder, and the file format with --to {suffix_of(self.path, writable())[1:]}",
        )

    def _file_name(self, dataset: Dataset) -> str:
        if not _FILE_NAME.fullmatch(dataset.name):
            raise UnwritableOutput(
                "a dataset name is not a valid file name",
                one_line(dataset.name),
                "write this dataset alone, to a file with another name",
            )
        return dataset.name.lower() + self.suffix


def write(
    data: Study | Dataset,
    path: str | Path | Target,
    *,
    to: str | None = None,
    overwrite: bool = False,
    keep: Iterable[Path] = (),
    progress: WritingProgress | None = None,
) -> list[Path]:
    """Write a dataset to a file, or a study's datasets to a folder.

    Parameters
    ----------
    data : Study or Dataset
    path : path or Target
        A file, whose suffix is the format; or a folder, if `to` is given. Folders are created.
    to : str, optional
        Format of the files in a folder: "parquet", "csv", "json", "ndjson", "ndjson.gz" or "dsjc". Each
        dataset is written to a file with its name, such as ``adtte.parquet``.
    overwrite : bool
        Replace existing files, but never one that the data were read from, or one beside it that contains
        another dataset.
    keep : iterable of Path
        Further files that are never replaced.
    progress : callable, optional
        Called with the name of an output, the number of records written, and the total.

    Returns
    -------
    list of Path
        The files written, data files first, then sidecars.

    Raises
    ------
    TypeError
        If `progress` is not a function.
    ConfigurationError
        If the format is unknown, or several datasets are to be written to one file.
    UnwritableOutput
        If the format cannot hold the data (everything it cannot hold is listed), a file exists, or it
        cannot be written. Nothing is left behind.

    Warns
    -----
    MetadataNotKept
        For each dataset with metadata that the format cannot hold.

    Examples
    --------
    >>> frame = pd.DataFrame({"USUBJID": ["1", "2"], "AVAL": [3.5, None]})
    >>> data = ag.Dataset.from_frame(frame, "ADX", "Values")
    >>> [path.name for path in ag.write(data, "adx.parquet")]
    ['adx.parquet']
    >>> ag.read("adx.parquet")["ADX"].label
    'Values'
    """
    if progress is not None and not callable(progress):
        raise TypeError(f"progress must be a function, not {type(progress).__name__}")
    target = path if isinstance(path, Target) else Target.of(path, to)
    datasets = list(Study.given(data))
    outputs = [replace(output, progress=progress) for output in target.outputs(datasets)]
    plan = planned(outputs, target, inputs_of(datasets), tuple(keep), overwrite=overwrite)
    written = write_together(plan.files, overwrite=overwrite)
    tell_losses(plan.outputs, target.format)
    return written


@dataclass(frozen=True, slots=True)
class Plan:
    """Files that are to appear together.

    Attributes
    ----------
    outputs : tuple of Output
        As they are written.
    files : tuple of PlannedFile
        Data files, then those that describe several datasets.
    repairs : tuple of Breach
        What the writer was asked to change because the format cannot hold it.
    """

    outputs: tuple[Output, ...]
    files: tuple[PlannedFile, ...]
    repairs: tuple[Breach, ...] = ()


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
    refuse_inputs((output.path for output in outputs), (*inputs, *kept))
    if overwrite:
        held = {output.path: output.dataset.name for output in outputs}
        refuse_data_beside(held, inputs, lambda path: _holds(path, held[path]))
    writer = target.format.load_writer()
    place = outputs[0].path if len(outputs) == 1 else target.path
    refuse_breaches(outputs, target.format, writer, place)
    files = writer.plan(outputs)
    refuse_merging((file.path for file in files if file.merged), (*inputs, *kept))
    return Plan(tuple(outputs), tuple(files))


def refuse_breaches(outputs: Sequence[Output], form: Format, writer: Writer, path: Path) -> None:
    """Refuse datasets that a format cannot hold, once, with everything that it cannot.

    Raises
    ------
    UnwritableOutput
    """
    breaches = [breach for output in outputs for breach in _breaches(output, form, writer)]
    if breaches:
        raise _refusal(breaches, form, path)


def _breaches(output: Output, form: Format, writer: Writer) -> Iterator[Breach]:
    """What of a dataset a format cannot hold: data it has no place for, then what its writer finds."""
    yield from breaches_of_data(output.dataset, form)
    yield from writer.breaches(output)


def _holds(path: Path, dataset: str) -> bool:
    """Whether a file is of the same dataset: of an earlier conversion, whatever it was named."""
    if dataset_named(path) == dataset:
        return True
    try:
        return [each.name for each in read(path, memory=_TO_KNOW_ITS_NAME)] == [dataset]
    except UnreadableInput:
        return False


def _format(suffix: str, where: str) -> Format:
    known = writable()
    if suffix.lower() in known:
        return known[suffix.lower()]
    no_format = (
        f"no output format has the suffix {suffix!r}" if suffix else "the output file name has no suffix"
    )
    raise ConfigurationError(_NOT_WRITTEN.get(suffix.lower(), no_format), where, _choice())


def _choice() -> str:
    """Formats that are written, the one that holds most first."""
    formats = sorted(dict.fromkeys(writable().values()), key=lambda each: -len(each.holds))
    *others, last = (f"{each.name} ({', '.join(each.written)})" for each in formats)
    return f"choose {', '.join(others)} or {last}" if others else f"choose {last}"


def _refusal(breaches: Sequence[Breach], form: Format, path: Path) -> UnwritableOutput:
    lines = [str(breach) for breach in breaches[:_LISTED]]
    more = [f"and {len(breaches) - _LISTED} more"] if len(breaches) > _LISTED else []
    advice = (
        "fix these"
        if form.holds == EVERYTHING
        else "fix these, or write Parquet, which can hold everything SAS can"
    )
    return UnwritableOutput(
        f"{form.name} cannot hold all of the data:", str(path), advice, details=[*lines, *more]
    )
