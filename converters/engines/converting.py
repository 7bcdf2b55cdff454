"""A conversion on an engine: each file is read and written by a worker; what it made is put in place here.

Workers make files under temporary names in a hidden folder where the outputs go. Only when all are made, or
refused, the first process gives them their names, in the order and with the checks of one process. So nothing
half-written appears, whatever becomes of a worker.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, chdir, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...schemas.errors import UnreadableInput, UnwritableOutput
from ...schemas.study.definition import Definition
from ..reading.options import checked_options
from ..reading.read import FileReading, Readings, read_each, read_file
from ..reading.unchanged import hash_of_input, hashing_beside
from ..values.address import STANDARD_OUTPUT, Address
from ..values.work_folder import WorkFolder
from ..writing.atomic import staging_folder
from ..writing.conversion import ConversionRecord
from ..writing.conversion_run import Request, as_defined_for, converted
from ..writing.staging import StagedDataset, Staging, without_records
from ..writing.target import Target
from .engine import Engine

_TIME = "SOURCE_DATE_EPOCH"
_OF_FIRST_PROCESS = ("progress", "stdin_name")
_OF_THIS_MACHINE = ("work_dir",)
_SAME_FOR_ALL = "give a place that is the same for all machines, and run again when it does not change"


def is_shared(target: Target) -> bool:
    """Whether each dataset has files of its own, so that several can be made at the same time."""
    return target.is_database or (bool(target.suffix) and target.path != STANDARD_OUTPUT)


def converted_on(
    engines: AbstractContextManager[Engine],
    sources: Sequence[Path],
    options: Mapping[str, Any],
    request: Request,
    *,
    of_this_machine: bool = True,
) -> ConversionRecord:
    """Convert files on an engine; the result is that of `converted`, byte for byte.

    Parameters
    ----------
    engines : context manager
        Gives the engine, and ends it as soon as all files are made.
    sources : sequence of Path
    options : mapping
        Arguments of `read`.
    request : Request
        Its target is shared.
    of_this_machine : bool
        Whether workers are processes of this machine. Others are held to read the files that are here.

    Raises
    ------
    UnreadableInput
        When a worker does not find a file, or reads another one.
    UnwritableOutput
        When a worker does not see where outputs are made.

    Examples
    --------
    >>> from contextlib import closing
    >>> from pathlib import Path
    >>> from adamgate.converters.engines import engine_of
    >>> from adamgate.converters.engines.converting import converted_on
    >>> from adamgate.converters.writing.conversion_run import Request
    >>> from adamgate.converters.writing.target import Target
    >>> request = Request(Target.of("out", "parquet"))
    >>> options = {"catalog": None, "missing": (), "memory": None, "work_dir": None}
    >>> done = converted_on(closing(engine_of("processes", 2)), [Path("adam")], options, request)
    >>> [path.name for path in done.files]
    ['adsl.parquet', 'adtte.parquet']
    """
    checked = checked_options(**options)
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(_folder_of(request.target, options["work_dir"]))
        except OSError:  # told when the first dataset is to be put there
            return converted(read_each(sources, checked), request)
        with engines as engine:
            sharing = _Sharing(engine, request, _Work.of(options, request, folder, of_this_machine))
            readings = read_each(sources, checked, sharing.read_files)
        return converted(readings, request, sharing.staged)


@contextmanager
def _folder_of(target: Target, work_dir: Path | None) -> Iterator[Path]:
    """Where files are made: beside the outputs, or in a work folder if they are sent elsewhere."""
    if not isinstance(target.path, Address):
        with staging_folder(target.path) as folder:
            yield folder
        return
    work = WorkFolder(work_dir)
    folder = work.new_folder()
    try:
        yield folder
    finally:
        work.close()


@dataclass(frozen=True, slots=True)
class _Work:
    """What all tasks of a conversion have in common.

    Attributes
    ----------
    reading : mapping
        Arguments of `read`.
    staging : Staging
    home : str
        The folder that relative paths are of; empty for processes of this machine, which are there.
    stated_time : str or None
    definition : Definition or None
    names : tuple of str or None
        Of all datasets, where what is selected depends on them; None as long as files are only read.
    """

    reading: Mapping[str, Any]
    staging: Staging
    home: str
    stated_time: str | None
    definition: Definition | None = None
    names: tuple[str, ...] | None = ()

    @classmethod
    def of(cls, options: Mapping[str, Any], request: Request, folder: Path, of_this_machine: bool) -> _Work:
        kept_here = _OF_FIRST_PROCESS if of_this_machine else (*_OF_FIRST_PROCESS, *_OF_THIS_MACHINE)
        sent = {name: each for name, each in options.items() if name not in kept_here}
        for name in kept_here:
            sent[name] = None
        return cls(
            sent,
            Staging(request.target, request.selection, folder, request.manifest is not None),
            "" if of_this_machine else os.getcwd(),
            os.environ.get(_TIME),
        )

    @property
    def is_compared(self) -> bool:
        """Whether a worker may see other files than this machine."""
        return bool(self.home)

    @contextmanager
    def there(self) -> Iterator[None]:
        """What a worker does is as if it were done in the first process."""
        with ExitStack() as stack:
            if os.path.isdir(self.home):
                stack.enter_context(chdir(self.home))
            stack.callback(_state_time, os.environ.get(_TIME))
            _state_time(self.stated_time)
            yield


def _state_time(stated: str | None) -> None:
    if stated is None:
        os.environ.pop(_TIME, None)
    else:
        os.environ[_TIME] = stated


@dataclass(frozen=True, slots=True)
class FileTask:
    """A file that is to be converted."""

    file: Path
    work: _Work

    def __str__(self) -> str:
        return str(self.file)

    def require_seen(self) -> None:
        """Refuse a worker that does not see the file, or where outputs are made.

        Raises
        ------
        UnreadableInput, UnwritableOutput
        """
        here = platform.node()
        if not self.file.exists():
            raise UnreadableInput(
                "a worker does not find a file that this machine has",
                f"{self.file} on {here}",
                f"{_SAME_FOR_ALL}; --shared-dir FOLDER is where archives and stores are brought",
            )
        folder, target = self.work.staging.folder, self.work.staging.target
        if not folder.is_dir():
            what = "set --shared-dir to" if isinstance(target.path, Address) else "write to"
            raise UnwritableOutput(
                "a worker does not see the folder where outputs are made",
                f"{folder.parent} on {here}",
                f"{what} a folder that is the same for all machines",
            )


@dataclass(frozen=True, slots=True)
class FileConverted:
    """What came of a file.

    Attributes
    ----------
    reading : FileReading
        Datasets as defined, without records.
    staged : tuple of StagedDataset
        Of each of them; none if the file was only read.
    sha256 : str
        Of the file, if it is compared.
    """

    reading: FileReading
    staged: tuple[StagedDataset, ...]
    sha256: str = ""


def convert_file(task: FileTask) -> FileConverted:
    """Read a file, and make what is written of it, in a worker."""
    work = task.work
    with work.there():
        if work.is_compared:
            task.require_seen()
        found = read_file(task.file, checked_options(**work.reading))
        form = work.staging.target.format
        datasets = as_defined_for(form, Readings(found.datasets, definition=work.definition)).datasets
        names = work.names
        staged = () if names is None else tuple(work.staging.stage(each, names) for each in datasets)
        told = FileReading(tuple(map(without_records, datasets)), found.problems)
        return FileConverted(told, staged, _sha256(task.file, told) if work.is_compared else "")


def _sha256(file: Path, reading: FileReading) -> str:
    """As it was found when the file was read, or of a file that could not be."""
    known = [each.source.sha256 for each in reading.datasets if each.source is not None]
    with hashing_beside() as hashing:
        return known[0] if known else _result(_begun(file, hashing))


class _Sharing:
    """One conversion, and what workers have staged of it."""

    def __init__(self, engine: Engine, request: Request, work: _Work) -> None:
        self._engine = engine
        self._request = request
        self._work = work
        self.staged: list[StagedDataset] | None = None

    def read_files(
        self,
        files: Sequence[Path],
        definition: Definition | None,
        here: Callable[[], Iterator[FileReading]],
    ) -> Iterator[FileReading]:
        """What is read of each file, and staged; where all are refused at once, they are read here for it."""
        if len(files) < 2:
            return here()
        work = replace(self._work, definition=definition)
        if self._request.selection:
            found = self._run(replace(work, names=None), files)
            work = replace(work, names=tuple(data.name for each in found for data in each.reading.datasets))
        found = self._run(work, files)
        staged = [each for one in found for each in one.staged]
        if self._request.together and any(each.problem for each in staged):
            return here()
        self.staged = staged
        return (each.reading for each in found)

    def _run(self, work: _Work, files: Sequence[Path]) -> list[FileConverted]:
        found = []
        tasks = (FileTask(each, work) for each in files)
        with hashing_beside() as hashing:
            hashes = [_begun(each, hashing) for each in files] if work.is_compared else []
            for number, each in enumerate(self._engine.map(convert_file, tasks)):
                if work.is_compared and each.sha256 != _result(hashes[number]):
                    raise _other_file(files[number])
                self._tell(each)
                found.append(each)
        return found

    def _tell(self, converted: FileConverted) -> None:
        progress = self._request.progress
        for each in converted.staged:
            if progress is not None and each.prepared is not None:
                for output in each.prepared.outputs:
                    progress(output.path.name, len(output.dataset), len(output.dataset))


def _begun(file: Path, hashing: Callable[..., Future[str]]) -> Future[str]:
    try:
        return hash_of_input(file, hashing)
    except OSError as error:
        failed: Future[str] = Future()
        failed.set_exception(error)
        return failed


def _result(hashed: Future[str]) -> str:
    """Nothing for what cannot be read."""
    try:
        return hashed.result()
    except OSError:
        return ""


def _other_file(file: Path) -> UnreadableInput:
    return UnreadableInput(
        "a worker reads another file than this machine, or one that has changed", str(file), _SAME_FOR_ALL
    )
