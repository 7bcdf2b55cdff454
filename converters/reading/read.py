"""Export files to a study; `formats` names the formats by suffix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...schemas.errors import UnreadableInput, UnreadableInputs
from ...schemas.study.dataset import Dataset
from ...schemas.study.definition import Definition
from ...schemas.study.study import Study
from ...schemas.study.variable import ReadingNote
from ..formats import readable
from ..formats.format import ReadingProgress, ReadOptions
from ..metadata.define_xml.beside import completed
from ..metadata.raw_places_file import raw_places_beside
from ..metadata.sidecars import DatasetsTable
from ..sources.arrivals import arrivals
from ..values.file_kind import suffix_of
from .given_paths import files_named, paths_of
from .options import checked_options
from .unchanged import Hashing, hashed, hashing_beside, read_unchanged

NOT_CHECKED = ReadingNote("", "nothing was checked against the XML Schema: no define.xml describes the study")


def read(
    path: str | Path | Sequence[str | Path] = (),
    *,
    encoding: str | None = None,
    catalog: Path | None = None,
    recursive: bool = False,
    progress: ReadingProgress | None = None,
    missing: str | Sequence[str] = (),
    date_order: str | None = None,
    decimal: str | None = None,
    max_unpacked: int | None = None,
    memory: int | str | None = None,
    work_dir: str | Path | None = None,
    stdin_name: str | None = None,
    define: str | Path | None = None,
    xsd: str | Path | None = None,
) -> Study:
    """Read export files.

    Parameters
    ----------
    path : path or sequence of paths, optional
        A file, a folder, a ZIP archive, ``"-"`` for standard input, or several of them. All files of known
        formats in a folder are read, its subfolders only with `recursive`; other files that may contain data
        are listed in `Study.notes`. A folder whose name ends in ``.parquet`` is one dataset. It may be
        omitted if `define` is given: the study has a definition, which `validate` judges, and no datasets.
    encoding : str, optional
        Text encoding of SAS and CSV files, by its Python or SAS name. Default: UTF-8, else what the file
        declares, else cp1252 with a note in `Dataset.notes`.
    catalog : path, optional
        SAS format catalogue (default: the one beside the data).
    recursive : bool
        Also read the subfolders of a folder; hidden ones are skipped.
    progress : callable, optional
        Called with file name, amount done and total.
    missing : str or sequence of str
        Text to read as missing in CSV files, such as ``"NA"`` from R. By default it is read as
        text, with a note where it seems to mean missing.
    date_order : {"dmy", "mdy"}, optional
        Order of day and month in dates such as 03/04/2020. By default, they are read only if
        all dates of a variable can be read in one way; otherwise they are kept as text, with a note.
    decimal : {".", ","}, optional
        Decimal sign in CSV files (default: a point, or a comma if only that fits).
    max_unpacked : int, optional
        Size limit for unpacking a compressed file, in bytes (default: 100 times its size, at least 64 MB).
    memory : int or str, optional
        Memory limit for the data: bytes, or ``"256MB"``. Data beyond it are kept on disk and
        read by variable when needed; a `frame` is always held in memory as a whole. By
        default, all data are kept in memory.
    work_dir : path, optional
        Folder for data kept on disk, in a private subfolder that is deleted with the study. By
        default, the system's folder for temporary files (TMPDIR).
    stdin_name : str, optional
        File name of what is read from standard input (the path ``"-"``): ``"adsl.xpt"``.
    define : path, optional
        The define.xml that describes the data (default: the one beside them). Types of CSV follow it, and so
        do labels, lengths and formats of files that have no place for them; `Study.definition` has it.
    xsd : path, optional
        XML Schema of Define-XML, or the folder with it as CDISC publishes it: `validate` then reports what is
        not valid in define.xml. Needs lxml.

    Returns
    -------
    Study
        Datasets in the order of their files; the files of a folder are sorted by name.

    Raises
    ------
    ConfigurationError
        If an option has an invalid value.
    UnreadableInput
        If an input cannot be read, or a dataset is found twice; `UnreadableInputs` for several.
    UnwritableOutput
        If data exceed the memory limit and the work folder cannot be written.

    Examples
    --------
    >>> study = ag.read("adam")
    >>> [(dataset.name, len(dataset)) for dataset in study]
    [('ADSL', 6), ('ADTTE', 6)]
    >>> study["ADTTE"]["ADT"].dtype
    dtype('<M8[s]')
    """
    options = checked_options(
        encoding=encoding,
        catalog=catalog,
        recursive=recursive,
        progress=progress,
        missing=missing,
        date_order=date_order,
        decimal=decimal,
        max_unpacked=max_unpacked,
        memory=memory,
        work_dir=work_dir,
        stdin_name=stdin_name,
        define=define,
        xsd=xsd,
    )
    readings = read_each(path, options)
    raise_all([*readings.problems, *repeated(readings.datasets)])
    return Study.of(*readings.datasets, notes=readings.notes, definition=readings.definition)


@dataclass(frozen=True, slots=True)
class Readings:
    """What could be read of several inputs, and what could not.

    Attributes
    ----------
    datasets : tuple of Dataset
        In the order of their files; two may have one name.
    notes : tuple of ReadingNote
        About the whole delivery.
    problems : tuple of UnreadableInput
    definition : Definition or None
        The define.xml of the delivery.
    """

    datasets: tuple[Dataset, ...]
    notes: tuple[ReadingNote, ...] = ()
    problems: tuple[UnreadableInput, ...] = ()
    definition: Definition | None = None

    def require_all(self) -> None:
        """Refuse what could not be read.

        Raises
        ------
        UnreadableInput
            `UnreadableInputs` for several.
        """
        raise_all(self.problems)


@dataclass(frozen=True, slots=True)
class FileReading:
    """What could be read of one file, and what could not.

    Attributes
    ----------
    datasets : tuple of Dataset
    problems : tuple of UnreadableInput
        Without those of what describes all data of its folder.
    """

    datasets: tuple[Dataset, ...] = ()
    problems: tuple[UnreadableInput, ...] = ()


class ReadFiles(Protocol):
    """Reads the files of one delivery in their order, wherever; the last argument reads them here."""

    def __call__(
        self,
        files: Sequence[Path],
        definition: Definition | None,
        here: Callable[[], Iterator[FileReading]],
        /,
    ) -> Iterable[FileReading]: ...


def _here(
    _files: Sequence[Path], _definition: Definition | None, here: Callable[[], Iterator[FileReading]]
) -> Iterator[FileReading]:
    return here()


def read_each(
    path: str | Path | Sequence[str | Path], options: ReadOptions, read_files: ReadFiles = _here
) -> Readings:
    """Read every input that can be read; see `read`."""
    paths = paths_of(path)
    if not paths and options.define is not None:
        return Readings((), definition=options.definitions.read(options.define, options.xsd))
    with arrivals(options) as brought:
        problems: list[UnreadableInput] = []
        places = []
        for each in paths:
            try:
                places.append(brought.bring(each))
            except UnreadableInputs as several:
                problems += several.problems
            except UnreadableInput as problem:
                problems.append(problem)
        readings = _read_places(places, options, problems, read_files)
        return Readings(
            tuple(map(brought.from_there, readings.datasets)),
            brought.noted(readings.notes),
            _distinct(map(brought.told, readings.problems)),
            brought.defined_there(readings.definition),
        )


def _read_places(
    places: Sequence[Path], options: ReadOptions, problems: list[UnreadableInput], read_files: ReadFiles
) -> Readings:
    """Read every file of places that are here; `problems` grows."""
    found = files_named(places, options.recursive, problems)
    files = found.files
    sidecars, definitions = _sidecars(files, options, problems), _definitions(files, options, problems)
    definition = options.definitions.of_study(definitions.values())

    def here() -> Iterator[FileReading]:
        with hashing_beside() as hashing:
            for file in files:
                yield _reading(file, sidecars[file.parent], definitions[file.parent], options, hashing)

    datasets: list[Dataset] = []
    for each in read_files(files, definition, here):
        datasets += each.datasets
        problems += each.problems
    undecoded = (ReadingNote("", table.undecoded) for table in sidecars.values() if table.undecoded)
    unchecked = [NOT_CHECKED] if options.xsd is not None and definition is None else []
    notes = (*found.notes, *undecoded, *options.definitions.notes, *unchecked)
    return Readings(tuple(datasets), notes, _distinct(problems), definition)


def read_file(file: Path, options: ReadOptions) -> FileReading:
    """Read one file of a delivery, as it is read with the others."""
    of_folder: list[UnreadableInput] = []  # told by who reads them all
    sidecars, definitions = _sidecars([file], options, of_folder), _definitions([file], options, of_folder)
    with hashing_beside() as hashing:
        return _reading(file, sidecars[file.parent], definitions[file.parent], options, hashing)


def _reading(
    file: Path, table: DatasetsTable, definition: Definition | None, options: ReadOptions, hashing: Hashing
) -> FileReading:
    """One file, with what its folder says of it."""
    try:
        found = _read_file(file, options, hashing)
    except UnreadableInput as problem:
        return FileReading(problems=(problem,))
    problems: list[UnreadableInput] = []
    datasets = [_traced(_described(each, table, definition), problems) for each in found]
    return FileReading(tuple(datasets), tuple(problems))


def _read_file(path: Path, options: ReadOptions, hashing: Hashing) -> list[Dataset]:
    """One file's datasets with its hash."""
    known = readable()
    datasets, content = read_unchanged(
        path, lambda: known[suffix_of(path, known)].read(path, options), hashing
    )
    return [hashed(dataset, content) for dataset in datasets]


def _described(dataset: Dataset, table: DatasetsTable, definition: Definition | None) -> Dataset:
    """The dataset with what `datasets.csv` says, and then with what define.xml says beyond that."""
    entry = table.about(dataset)
    told = dataset if entry is None else entry.applied_to(dataset)
    return completed(told, definition)


def _definitions(
    files: Iterable[Path], options: ReadOptions, problems: list[UnreadableInput]
) -> dict[Path, Definition | None]:
    """What define.xml says, by folder; one that cannot be read is a problem of its own."""
    found: dict[Path, Definition | None] = {}
    for folder in dict.fromkeys(file.parent for file in files):
        found[folder] = None
        try:
            found[folder] = options.definition_of(folder)
        except UnreadableInput as problem:
            problems.append(problem)
    return found


def _traced(dataset: Dataset, problems: list[UnreadableInput]) -> Dataset:
    """The dataset with its raw records, where a file beside it has them."""
    try:
        places = raw_places_beside(dataset)
    except UnreadableInput as problem:
        problems.append(problem)
        return dataset
    return dataset if places is None else dataset.replace(raw_places=places)


def _sidecars(
    files: Iterable[Path], options: ReadOptions, problems: list[UnreadableInput]
) -> dict[Path, DatasetsTable]:
    """What `datasets.csv` says, by folder."""
    told: dict[Path, DatasetsTable] = {}
    for folder in dict.fromkeys(file.parent for file in files):
        told[folder] = DatasetsTable()
        try:
            told[folder] = options.tables.of_datasets(folder, options.encoding)
        except UnreadableInput as problem:
            problems.append(problem)
    return told


def repeated(datasets: Iterable[Dataset]) -> Iterator[UnreadableInput]:
    """A refusal for each dataset that is present more than once."""
    for name, same in named_alike(datasets).items():
        places = [str(each.source.path) if each.source else "?" for each in same]
        once = len(set(places)) == 1
        yield UnreadableInput(
            f"dataset {name} was found {'twice' if len(places) == 2 else f'{len(places)} times'}",
            f"{places[0]}, in several members" if once else " and ".join(dict.fromkeys(places)),
            "read only one of them: give the files or the folder to read, or move the other file",
        )


def named_alike(datasets: Iterable[Dataset]) -> dict[str, list[Dataset]]:
    """The datasets of each name that several have."""
    by_name: dict[str, list[Dataset]] = {}
    for dataset in datasets:
        by_name.setdefault(dataset.name, []).append(dataset)
    return {name: same for name, same in by_name.items() if len(same) > 1}


def _distinct(problems: Iterable[UnreadableInput]) -> tuple[UnreadableInput, ...]:
    return tuple({str(problem): problem for problem in problems}.values())


def raise_all(problems: Sequence[UnreadableInput]) -> None:
    """One problem by itself, several together, none twice."""
    distinct = _distinct(problems)
    if len(distinct) == 1:
        raise distinct[0]
    if distinct:
        raise UnreadableInputs(distinct)
