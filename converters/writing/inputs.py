"""What was read, or given to be read, is never written over, not even with leave to replace files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UnwritableOutput
from ..formats import readable
from ..formats.databases.place import place_of_table
from ..formats.parquet.parts import is_partitioned
from ..metadata.sidecar_names import sidecars_in
from ..reading.folder import is_hidden, may_be_data
from ..values.address import Address
from ..values.file_kind import suffix_of

if TYPE_CHECKING:
    from ...schemas.study.dataset import Dataset

_CATALOG = ".sas7bcat"


def refuse_inputs(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse to write over a file that was read, by whatever name or link it is called.

    Raises
    ------
    UnwritableOutput
        When one of `outputs` is one of `inputs`, or would lie in one: a folder that was read as the parts
        of one dataset.
    """
    given, written = list(inputs), list(outputs)
    read = {_identity(path) for path in given} - {None}
    replaced = [str(path) for path in written if _identity(path) in read]
    if replaced:
        raise UnwritableOutput(
            "the output would replace an input", ", ".join(replaced), "choose another name or folder"
        )
    folders = {_identity(path) for path in given if os.path.isdir(path)} - {None}
    if not folders:  # nothing is asked of a working directory that may be gone
        return
    inside = [str(path) for path in written if folders.intersection(map(_identity, path.absolute().parents))]
    if inside:
        raise UnwritableOutput(
            "the output would become part of an input", ", ".join(inside), "choose another folder"
        )


def refuse_merging(merged: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse to add lines to a sidecar of the inputs from another folder, to which a link leads.

    In its own folder it may grow: it describes what lies there.

    Raises
    ------
    UnwritableOutput
        When one of `merged` is one of `inputs` by another path.
    """
    given = list(inputs)
    own = {(_identity(path.parent), path.name) for path in given if not path.is_symlink()}
    refuse_inputs((path for path in merged if (_identity(path.parent), path.name) not in own), given)


def refuse_data_beside(
    outputs: Iterable[Path], data: Iterable[Path], ours: Callable[[Path], bool] = lambda _: False
) -> None:
    """Refuse to write over a file that may be data and lies beside files of data that were named.

    Whoever names the folder, or that file, reads it: a slip in a name must not cost a dataset.

    Parameters
    ----------
    outputs : iterable of Path
    data : iterable of Path
        Folders among them do not count.
    ours : callable
        Whether an output that is present was left by an earlier run, so that it may be replaced.

    Raises
    ------
    UnwritableOutput
        When one of `outputs` is such a file.
    """
    files = (path for path in data if not os.path.isdir(path) or is_partitioned(path))
    folders = {_identity(path.parent) for path in files} - {None}
    replaced = (path for path in outputs if os.path.isfile(path))
    beside = (path for path in replaced if not folders.isdisjoint(_folders_of(path)))
    lost = [str(path) for path in beside if not ours(path) and _may_be_data(path)]
    if lost:
        raise UnwritableOutput(
            "the output would replace data beside the inputs",
            ", ".join(lost),
            "choose another name or folder, or remove that file first",
        )


def held_twice(written: Iterable[tuple[str, Path]], datasets: Iterable[Dataset]) -> Iterator[str]:
    """What to say of datasets that a folder holds twice, now that a file was written beside their source.

    Parameters
    ----------
    written : iterable of (str, Path)
        Files, and the name of the dataset that each of them is read as.
    datasets : iterable of Dataset
        What was read.
    """
    sources = {each.name: each.source.path for each in datasets if each.source is not None}
    known = readable()
    for name, path in written:
        if not suffix_of(path, known):
            continue
        source = sources.get(name)
        if source is None or is_hidden(path) or _identity(path) == _identity(source):
            continue
        if _identity(path.parent) == _identity(source.parent):
            yield (
                f"{path.parent} now contains {name} twice, in {source.name} and {path.name}: "
                "the folder cannot be read as a study; give the files to read, or move one"
            )


def _folders_of(path: Path) -> set[tuple[Any, ...] | None]:
    """The folder of a file, and that of what it links to."""
    return {_identity(each.parent) for each in (path, Path(os.path.realpath(path)))}


def _may_be_data(path: Path) -> bool:
    try:
        return may_be_data(path, readable())
    except OSError:  # by its name it is, and its content cannot be looked at
        return True


def inputs_of(datasets: Iterable[Dataset]) -> tuple[Path, ...]:
    """The files that datasets were read from, and what describes them there."""
    files = [_file_of(dataset.source.path) for dataset in datasets if dataset.source is not None]
    return _with_descriptions(files)


def _file_of(path: Path) -> Path:
    """The archive that has a path as a member; else the path."""
    return path if os.path.lexists(path) else next(filter(os.path.isfile, path.parents), path)


def inputs_given(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files that a command was given, before they are read, and what describes them beside them."""
    files = (path for path in paths if os.path.lexists(path))
    return _with_descriptions([path for path in files if not os.path.isdir(path) or is_partitioned(path)])


def files_in(paths: Iterable[Path], *, recursive: bool = False) -> tuple[Path, ...]:
    """Every file in the folders among `paths`, read or not; with `recursive` in their subfolders, too."""
    return tuple(chain.from_iterable(_files_below(path, recursive) for path in paths if os.path.isdir(path)))


def apart_from(path: Path, files: Iterable[Path]) -> Iterator[Path]:
    """Files without the one that a path leads to, by whatever name or link it is called."""
    identity = _identity(path)
    return (each for each in files if _identity(each) != identity)


def _files_below(folder: Path, recursive: bool) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)
        yield from (path for name in folders if is_partitioned(path := Path(parent, name)))
        if not recursive:
            folders.clear()


def _with_descriptions(files: Sequence[Path]) -> tuple[Path, ...]:
    """Files, and the sidecars and format catalogues of their folders."""
    beside = (_descriptions(folder) for folder in dict.fromkeys(file.parent for file in files))
    return tuple(dict.fromkeys(chain(files, *beside)))


def _descriptions(folder: Path) -> tuple[Path, ...]:
    try:
        return (*sidecars_in(folder), *(each for each in folder.iterdir() if each.suffix.lower() == _CATALOG))
    except OSError:
        return ()


def _identity(path: Path) -> tuple[Any, ...] | None:
    """What a file, or a place elsewhere, is by any name; None when there is none to be written over."""
    if isinstance(path, Address):
        return place_of_table(path) if path.is_database else (path,)
    try:
        status = path.stat()
    except (OSError, ValueError):  # of a name that no file can have
        return None
    return status.st_dev, status.st_ino
