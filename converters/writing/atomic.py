"""Files that appear together, complete and by their final name, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from ...schemas.errors import UnwritableOutput
from ..formats.planned_file import PlannedFile
from ..targets import Destination, FileToSend, destination_of
from ..values.address import Address
from ..values.temporary_names import give_name, remove_leftovers, temporary_name
from ..values.work_folder import WorkFolder, work_told
from .turns import taking_turns

_ADVICE: Mapping[int | None, str] = {
    errno.ENOSPC: "free some space, or choose another disk",
    errno.EDQUOT: "free some space, or choose another disk",
    errno.EROFS: "choose another folder; this one is read-only",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def write_together(files: Sequence[PlannedFile], *, overwrite: bool = False) -> list[Path]:
    """Write files so that a reader sees all of them complete, or none of them.

    Every file is written, flushed to disk and checked under a temporary name in its own folder; only when
    all are done are they renamed, while no other run does so in their folders. From the first merged file on
    they are written in that time, too, so that they keep what other runs added. Whatever fails on the way, an
    interrupt included, leaves the disk as it was: new files and folders are removed, replaced ones restored.
    A process that is killed leaves temporary files, which the next one removes.

    Parameters
    ----------
    files : sequence of PlannedFile
    overwrite : bool
        Replace existing files. A merged file may always replace the one it was merged from.

    Returns
    -------
    list of Path
        In the order given.

    Raises
    ------
    UnwritableOutput
        When a file exists, two have one name, or the system refuses.
    """
    elsewhere = [file for file in files if destination_of(file.path) is not None]
    if elsewhere:
        return _sent_together(files, elsewhere, overwrite=overwrite)
    return _write_here(files, overwrite=overwrite)


@contextmanager
def staging_folder(place: Path) -> Iterator[Path]:
    """A hidden folder within that of outputs, for files that are put in their places later.

    It is removed with what is left in it, and so is the folder of the outputs if it did not exist before and
    is empty.

    Raises
    ------
    OSError
    """
    missing = [each for each in (place, *place.parents) if not os.path.exists(each)]
    with ExitStack() as undo:
        for each in reversed(missing):
            each.mkdir()
            undo.callback(_remove_if_empty, each)
        folder = place / temporary_name("work")
        folder.mkdir()
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def made_in(folder: Path, file: PlannedFile) -> PlannedFile:
    """A file that is written, flushed and checked in a folder, and is only to be put in its place.

    Raises
    ------
    UnwritableOutput
    """
    with _told_of(file), ExitStack() as undo:
        made = _write_temporary(replace(file, path=folder / file.path.name), undo)
        undo.pop_all()
    return PlannedFile(file.path, partial(_copy, made), file.merged, made=made)


def _copy(made: Path, stream: BinaryIO) -> None:
    with made.open("rb") as file:
        shutil.copyfileobj(file, stream)


def _sent_together(
    files: Sequence[PlannedFile], elsewhere: Sequence[PlannedFile], *, overwrite: bool
) -> list[Path]:
    """Make what goes elsewhere here, write the other files, and send it when all is done."""
    _refuse_twice([file.path for file in files])
    destination = _only_destination(elsewhere)
    present = destination.present([file.path for file in elsewhere])
    merged = [file.path for file in elsewhere if file.merged and file.path in present]
    if merged:
        raise UnwritableOutput(
            "a metadata table exists there, and lines cannot be added to it",
            ", ".join(map(str, merged)),
            "use another folder, or write Parquet, which has its metadata within",
        )
    if present and not overwrite:
        raise _exists(", ".join(map(str, present)))
    work = WorkFolder()
    made = []
    with ExitStack() as kept:
        for file in elsewhere:
            folder = work.new_folder()
            kept.callback(shutil.rmtree, folder, ignore_errors=True)
            here = replace(file, path=folder / "made")
            with work_told(folder):
                made.append(FileToSend(file.path, _write_temporary(here, ExitStack())))
        others = [file for file in files if file not in elsewhere]
        _write_here(others, overwrite=overwrite, last=lambda: destination.send(made, overwrite=overwrite))
    return [file.path for file in files]


def _only_destination(elsewhere: Sequence[PlannedFile]) -> Destination:
    """Where all these files go: two places could not take them all or none."""
    places = {_place(file.path): destination_of(file.path) for file in elsewhere}
    found = [each for each in places.values() if each is not None]
    if len(places) > 1:
        raise UnwritableOutput(
            "outputs cannot appear together in several places",
            ", ".join(str(file.path) for file in elsewhere),
            "write all of them to one place, or to files of this machine",
        )
    return found[0]


def _place(path: Path) -> Path:
    """A database, or a bucket or host."""
    is_table = isinstance(path, Address) and path.is_database
    return path.parent if is_table else Path(*path.parts[:2])


def _write_here(
    files: Sequence[PlannedFile], *, overwrite: bool, last: Callable[[], None] = lambda: None
) -> list[Path]:
    """Write files of this machine; what is done at last is done before they are there for good."""
    _refuse_clashes(files, overwrite)
    for folder in dict.fromkeys(file.path.parent for file in files):
        remove_leftovers(folder)
    with ExitStack() as backups, ExitStack() as undo:
        for file in files:
            with _told_of(file):
                _make_folder(file.path.parent, undo)
        alone = list(takewhile(lambda file: not file.merged, files))
        written = [_staged(file, undo) for file in alone]
        places = [Path(os.path.realpath(file.path)).parent for file in files]
        backups.enter_context(taking_turns(places))  # until all is done, or undone
        written += [_staged(file, undo) for file in files[len(alone) :]]  # merged with what is there now
        for file, temporary in zip(files, written, strict=True):
            with _told_of(file):
                _put_in_place(temporary, file, overwrite, undo, backups)
        last()
        undo.pop_all()
    for folder in dict.fromkeys(file.path.parent for file in files):
        _flush_folder(folder)
    return [file.path for file in files]


def _refuse_clashes(files: Sequence[PlannedFile], overwrite: bool) -> None:
    paths = [file.path for file in files]
    _refuse_twice(paths)
    folders = [str(path) for path in paths if os.path.isdir(path)]
    if folders:
        raise UnwritableOutput("the output is an existing folder", ", ".join(folders), "give a file name")
    loops = [str(path) for path in paths if _is_loop(path)]
    if loops:
        raise UnwritableOutput(
            "the link points to itself", ", ".join(loops), "remove it, or give another file name"
        )
    existing = [str(file.path) for file in files if not file.merged and os.path.lexists(file.path)]
    if existing and not overwrite:
        raise _exists(", ".join(existing))


def _refuse_twice(paths: Sequence[Path]) -> None:
    twice = sorted({str(path) for path in paths if paths.count(path) > 1})
    if twice:
        raise UnwritableOutput(
            "two outputs have the same name", ", ".join(twice), "give each output its own name"
        )


def _is_loop(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def _exists(where: str) -> UnwritableOutput:
    return UnwritableOutput("the output already exists", where, "choose another name, or use --overwrite")


def _make_folder(folder: Path, undo: ExitStack) -> None:
    for missing in reversed([part for part in (folder, *folder.parents) if not os.path.exists(part)]):
        missing.mkdir()
        undo.callback(missing.rmdir)


def _staged(file: PlannedFile, undo: ExitStack) -> Path:
    with _told_of(file):
        return _write_temporary(file, undo)


def _write_temporary(file: PlannedFile, undo: ExitStack) -> Path:
    if file.made is not None:
        undo.callback(file.made.unlink, missing_ok=True)
        return file.made
    path = file.path.with_name(temporary_name())
    with path.open("xb") as stream:
        undo.callback(path.unlink, missing_ok=True)
        file.write(stream)
        stream.flush()
        if file.check is None:
            os.fsync(stream.fileno())
        else:  # what is on its way to the disk can be read back meanwhile
            with ThreadPoolExecutor(1) as flushing:
                flushed = flushing.submit(os.fsync, stream.fileno())
                file.check(path)
                flushed.result()
    return path


def _put_in_place(
    temporary: Path, file: PlannedFile, overwrite: bool, undo: ExitStack, backups: ExitStack
) -> None:
    # What a link points to is replaced, not the link.
    target = Path(os.path.realpath(file.path))
    if not target.exists():
        _name_if_free(temporary, target)
        undo.callback(target.unlink)
    elif overwrite or file.merged:
        backup = temporary.with_suffix(".old")
        _link(target, backup)
        backups.callback(backup.unlink, missing_ok=True)
        shutil.copymode(target, temporary)
        # At no moment is there no file of that name.
        temporary.replace(target)
        undo.callback(backup.replace, target)
    else:
        raise _exists(str(file.path))


def _name_if_free(temporary: Path, target: Path) -> None:
    """Give a file its name unless another program took it in the meantime."""
    try:
        give_name(temporary, target)
    except FileExistsError:
        raise _exists(str(target)) from None


def _link(existing: Path, name: Path) -> None:
    try:
        os.link(existing, name)
    except OSError:
        shutil.copy2(existing, name)


def _flush_folder(folder: Path) -> None:
    """Make the new names last through a power cut, where the system lets a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told_of(file: PlannedFile) -> Iterator[None]:
    """Tell what the system refuses by the name that was asked for, not by the temporary one."""
    try:
        yield
    except OSError as error:
        reason, advice = _reason(error, file.path)
        raise UnwritableOutput(f"the output cannot be written: {reason}", str(file.path), advice) from error


def _reason(error: OSError, path: Path) -> tuple[str, str]:
    """What is wrong, and what to do."""
    nearest = next(part for part in (*path.parents, Path()) if os.path.lexists(part))
    if not os.path.isdir(nearest):
        what = "a link whose target does not exist" if nearest.is_symlink() else "a file"
        return f"{nearest} is {what}, not a folder", "give a file in an existing folder"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"no permission to write in {nearest}", "choose another folder, or ask for write permission"
    return error.strerror or str(error), _ADVICE.get(error.errno, "choose another folder, or ask its owner")
