"""Datasets to files, all or none; `formats` names the formats."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from ...schemas.errors import ConfigurationError, UnreadableInput, UnwritableOutput
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import one_line
from ..formats import FORMATS, FORMATS_OF_DATABASES, Format, dataset_named, readable, writable
from ..formats.breaches import breaches_of_data
from ..formats.databases.place import DatabasePlace
from ..formats.format import Breach, Output, Repair, Writer, WritingProgress
from ..formats.holds import EVERYTHING
from ..formats.planned_file import PlannedFile
from ..formats.write_options import AS_USUAL, FIX, WriteOptions
from ..reading.read import read
from ..values.address import STANDARD_OUTPUT, Address, masked, place_of
from ..values.file_kind import suffix_of
from .atomic import write_together
from .inputs import inputs_of, refuse_data_beside, refuse_inputs, refuse_merging
from .losses import tell_changes, tell_losses, tell_repairs
from .names import require_output_name
from .options import flag_of, write_options

_NOT_WRITTEN = {
    ".xport": "SAS transport files are written as .xpt",
    ".sas7bdat": "writing sas7bdat is not supported; only SAS writes this format reliably",
}
_ARCHIVE, _GZIP = ".zip", ".gz"
GIVEN_AS_OUTPUT = Path("-")
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
    options : WriteOptions
        Those that the format takes.
    """

    path: Path
    suffix: str = ""
    options: WriteOptions = AS_USUAL

    @classmethod
    def of(cls, path: str | Path, to: str | None = None, options: WriteOptions = AS_USUAL) -> Target:
        """What a user means by a path and, for a folder, a format.

        Parameters
        ----------
        path : path
            A file, its format by its suffix; or a folder, there or not, when `to` is given.
        to : str, optional
            "parquet", "csv", "xpt", "dta" or another suffix of a format that is written.
        options : WriteOptions
            Those that the format takes.

        Raises
        ------
        ConfigurationError
            When there is no such format, none for a folder, or two for a file; when options are given that
            mean nothing for it.
        """
        target = replace(cls._place(path, to), options=options)
        target._require_meaning()
        return target

    @classmethod
    def _place(cls, path: str | Path, to: str | None) -> Target:
        place = place_of(path) if isinstance(path, str) else path
        if place == GIVEN_AS_OUTPUT:
            return cls._standard_output(to)
        if isinstance(place, Address) and place.is_database:
            if to is not None:
                raise ConfigurationError(
                    "--to has no meaning for a database", masked(str(path)), "omit it: datasets become tables"
                )
            if DatabasePlace.of(place).tables:
                raise ConfigurationError(
                    "the address names tables, but datasets become tables of their own names",
                    masked(str(path)),
                    "omit table=; prefix=TEXT begins the names",
                )
            return cls(place)
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
            return cls(place if is_folder else _new_folder(place), suffix)
        if named != suffix:
            raise ConfigurationError(
                f"the output has the suffix {named}, but --to is {to}", str(path), "give only one of the two"
            )
        return cls(place)

    @classmethod
    def _standard_output(cls, to: str | None) -> Target:
        if to is None:
            raise ConfigurationError(
                "no output format is given for standard output", "-", "add --to csv, parquet or xpt"
            )
        suffix = "." + to.lower().removeprefix(".")
        _format(suffix, f"--to {to}")
        return cls(STANDARD_OUTPUT, suffix)

    @property
    def has_files_beside(self) -> bool:
        """Whether files that describe the data can be beside them."""
        return not self.is_database and self.path != STANDARD_OUTPUT

    @property
    def is_database(self) -> bool:
        return isinstance(self.path, Address) and self.path.is_database

    def _require_meaning(self) -> None:
        """Refuse options that have no effect."""
        unused = [each for each in self.options.given if each not in self.format.takes]
        for form in FORMATS:
            if flags := ", ".join(flag_of(each) for each in unused if each in form.takes):
                raise ConfigurationError(
                    f"{flags}: only for {form.name} files, not for {self.format.name}",
                    str(self.path),
                    f"omit it, or write {form.written[0]}",
                )
        if self.options.one_file and self.suffix:
            raise ConfigurationError(
                "--one-file needs the name of a file, not of a folder", str(self.path), "add .xpt to it"
            )

    @property
    def format(self) -> Format:
        """Of the files, or of the tables of a database."""
        if isinstance(self.path, Address) and self.path.is_database:
            return FORMATS_OF_DATABASES[self.path.scheme]
        known = writable()
        found = known[self.suffix or suffix_of(self.path, known)]
        if self.path == STANDARD_OUTPUT and found.alone is not None:
            return replace(found, holds=found.alone)
        return found

    @property
    def encoding(self) -> str:
        """Of the text in the files."""
        return self.options.xpt_encoding if "xpt_encoding" in self.format.takes else "utf-8"

    def outputs(self, datasets: Sequence[Dataset]) -> list[Output]:
        """Each dataset and its file.

        Raises
        ------
        ConfigurationError
            When several datasets, or none, are to go to one file.
        UnwritableOutput
            When a dataset name is not a valid file name, or that of the output holds what is not text.
        """
        if self.path == STANDARD_OUTPUT and len(datasets) != 1:
            raise ConfigurationError(
                f"{len(datasets)} datasets cannot go to standard output",
                ", ".join(dataset.name for dataset in datasets[:_LISTED]) or "no dataset",
                "give one file to read, or a folder to write to",
            )
        if self.is_database:
            paths = [self.path / self._table_name(dataset) for dataset in datasets]
        elif self.suffix:
            require_output_name(self.path / self.suffix)
            paths = [self.path / self._file_name(dataset) for dataset in datasets]
        elif len(datasets) == 1 or (datasets and self.options.one_file):
            require_output_name(self.path)
            paths = [self.path] * len(datasets)
        else:
            raise self._several(datasets)
        return [
            Output(dataset, path, options=self.options) for dataset, path in zip(datasets, paths, strict=True)
        ]

    def _several(self, datasets: Sequence[Dataset]) -> ConfigurationError:
        names = ", ".join(dataset.name for dataset in datasets[:_LISTED])
        one_file = ", or use --one-file" if "one_file" in self.format.takes and datasets else ""
        return ConfigurationError(
            f"{len(datasets)} datasets cannot be written to one file",
            f"{self.path}: {names or 'no dataset'}",
            f"give a folder, and the file format with --to {suffix_of(self.path, writable())[1:]}{one_file}",
        )

    def _table_name(self, dataset: Dataset) -> str:
        """That of the dataset in lower case, which SQL finds without quotes."""
        if dataset.name in ("", ".", "..") or "/" in dataset.name or "\0" in dataset.name:
            raise UnwritableOutput(
                "a dataset name is not a valid table name", one_line(dataset.name), "rename the dataset"
            )
        return dataset.name.lower()

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
    xpt_version: int = 5,
    fix: bool = False,
    lengths: str = "source",
    xpt_encoding: str = "ascii",
    read_back: bool = True,
    split_size: int | str = "5GB",
    one_file: bool = False,
    label_row: bool = False,
) -> list[Path]:
    """Write a dataset to a file, or a study's datasets to a folder.

    Parameters
    ----------
    data : Study or Dataset
    path : path or Target
        A file, whose suffix is the format; or a folder, if `to` is given. Folders are created.
    to : str, optional
        Format of the files in a folder by its suffix: "parquet", "csv", "xpt", "json", "ndjson",
        "ndjson.gz", "dsjc", "feather", "arrow", "dta", "xlsx" or "rds".
        Each dataset is written to a file with its name, such as ``adtte.parquet``.
    overwrite : bool
        Replace existing files, but never one that the data were read from, or one beside it that contains
        another dataset.
    keep : iterable of Path
        Further files that are never replaced.
    progress : callable, optional
        Called with the name of an output, the number of records written, and the total.
    xpt_version : {5, 8}
        Version of SAS transport files; this and the options down to `one_file` are for them alone.
    fix : bool
        Repair what the version cannot hold: shorten names and labels, transliterate, split long text.
    lengths : {"source", "data"}
        Lengths of variables: those of the source where they suffice, else what the data need; or always
        the shortest that hold the data.
    xpt_encoding : str
        Encoding of text, by its Python or SAS name.
    read_back : bool
        Compare each file with the data before it appears.
    split_size : int or str
        Bytes, or a text such as "1GB"; a larger dataset is split by subject (USUBJID) into several files.
    one_file : bool
        Write all datasets into one file.
    label_row : bool
        Write the labels of variables in a second row, below their names; for Excel workbooks alone.

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
    Repaired
        For each repair, with `fix`.

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
    options = write_options(
        xpt_version,
        fix,
        lengths,
        xpt_encoding,
        read_back=read_back,
        split_size=split_size,
        one_file=one_file,
        label_row=label_row,
    )
    target = path if isinstance(path, Target) else Target.of(path, to, options)
    datasets = list(Study.given(data))
    outputs = [replace(output, progress=progress) for output in target.outputs(datasets)]
    plan = planned(outputs, target, inputs_of(datasets), tuple(keep), overwrite=overwrite)
    written = write_together(plan.files, overwrite=overwrite)
    tell_repairs(plan.repairs)
    tell_changes(plan.changes, target.format)
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


def _format(suffix: str, where: str) -> Format:
    known = writable()
    if suffix.lower() in known:
        return known[suffix.lower()]
    no_format = (
        f"no output format has the suffix {suffix!r}" if suffix else "the output file name has no suffix"
    )
    advice = _choice() if suffix else f"{_choice()}; for a folder add --to FORMAT"
    raise ConfigurationError(_NOT_WRITTEN.get(suffix.lower(), no_format), where, advice)


def _new_folder(folder: Path) -> Path:
    """The folder; refused where everybody would take it for one file, as ``adsl.xpt.gz``."""
    known = suffix_of(folder, (*readable(), _ARCHIVE, _GZIP))
    if known:
        raise ConfigurationError(
            f"no output format has the suffix {known!r}",
            str(folder),
            f"{_choice()}; a folder of this name ends with /",
        )
    return folder


def _choice() -> str:
    """Formats that are written, the one that holds most first."""
    formats = sorted(dict.fromkeys(writable().values()), key=lambda each: -len(each.holds))
    *others, last = (f"{each.name} ({', '.join(each.written)})" for each in formats)
    return f"choose {', '.join(others)} or {last}" if others else f"choose {last}"


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
