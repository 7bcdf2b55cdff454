"""A file, or the files of a folder, of an object store or a web server, brought as they are."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, cast

from ...schemas.errors import UnreadableInput
from ...schemas.wording import one_line
from ..formats.format import ReadOptions
from ..formats.parquet.parts import SUFFIX
from ..values.address import Address
from ..values.regular_file import is_file_name
from ..values.stores import Store, store_of
from ..values.work_folder import OTHER_FOLDER, work_told

_CHUNK = 8 << 20
_MOST_FILES = 10_000
_MOST_LISTINGS = 50
"""Folders that are listed only to say that they were not read."""
_PERHAPS_DATA = b'{"datasetJSONVersion": ""}'
"""JSON that may be data, as far as is known of a file that was not brought."""
_GONE = (404, 410)
"""What a web server answers where there is no file."""
_MARKS = ("ETag", "etag", "LastModified", "mtime", "generation", "size")
"""What tells that an object was replaced meanwhile."""


def bring(place: Path, folder: Path, options: ReadOptions, /) -> Path:
    """Download a file, or what is in a folder.

    Raises
    ------
    ConfigurationError
        When a package is not installed.
    UnreadableInput
        When it is not present, cannot be read, changes meanwhile, or does not fit on the disk.
    """
    address = Address(place)
    with store_of(address, UnreadableInput, "cannot be read") as store:
        found = _found(store, address)
        if found["type"] != "directory":
            key = str(found["name"])
            _download(store, {key: found}, folder, {key: [_named(address.name, address)]}, options)
            return folder / address.name
        top = str(found["name"]).rstrip("/")
        here = folder / _named(address.name, address) if _is_dataset(top) else folder
        files, below = _files(store, top, options)
        with work_told(here):
            here.mkdir(exist_ok=True)
        _download(store, files, here, {key: _parts(key, top, address) for key in files}, options)
        _stand_in(here, [PurePosixPath(key[len(top) :].lstrip("/")) for key in below])
        return here


def _found(store: Store, address: Address) -> Mapping[str, Any]:
    """What is at an address.

    fsspec says of whatever a web server refuses that it does not exist; the reason is the cause.
    """
    try:
        found = cast("Mapping[str, Any]", store.files.info(store.key(address)))
    except FileNotFoundError as error:
        cause = error.__cause__
        if address.scheme == "https" and cause is not None and getattr(cause, "status", None) not in _GONE:
            raise cause from None
        raise UnreadableInput(
            "the file or folder does not exist", str(address), "check the address"
        ) from None
    if address.scheme == "https" and str(found.get("url", "https:")).startswith("http:"):
        raise UnreadableInput(
            "the server sends on to an address without encryption (http://)",
            str(address),
            "give the https:// address of the file itself",
        )
    return found


def _files(store: Store, top: str, options: ReadOptions) -> tuple[Mapping[str, Any], Sequence[str]]:
    """The files of a folder that are read, by their keys, and keys of some that are not: of folders below.

    A folder named ``.parquet`` is one dataset, with all that is in it.
    """
    if options.recursive or _is_dataset(top):
        files, folders = _within(store, top), []
    else:
        files, others = _level(store, top)
        folders = [each for each in others if not _is_dataset(each)]
        for dataset in filter(_is_dataset, others):
            files |= _within(store, dataset)
    if len(files) > _MOST_FILES:
        raise UnreadableInput(
            f"the folder has {len(files):,} files, more than {_MOST_FILES:,}",
            str(store.address),
            "give the files, or a smaller folder",
        )
    below = _some_below(store, folders)
    if not files and not below:
        raise UnreadableInput(
            "the folder contains no files",
            str(store.address),
            "check the address; --recursive (recursive=True in Python) reads folders in it",
        )
    return files, below


def _is_dataset(key: str) -> bool:
    return key.lower().endswith(SUFFIX)


def _within(store: Store, top: str) -> dict[str, Any]:
    found = store.files.find(top, detail=True)
    return {key: each for key, each in found.items() if each["type"] == "file" and not key.endswith("/")}


def _level(store: Store, top: str) -> tuple[dict[str, Any], list[str]]:
    """The files of a folder, and the folders in it."""
    found = store.files.find(top, maxdepth=1, withdirs=True, detail=True)
    files = {key: each for key, each in found.items() if each["type"] == "file" and not key.endswith("/")}
    folders = [key.rstrip("/") for key, each in found.items() if each["type"] == "directory"]
    return files, [key for key in folders if key != top]


def _some_below(store: Store, folders: Sequence[str]) -> list[str]:
    """Keys of files in folders that are not read, the nearest first; not all where they are many."""
    waiting = deque(folders)
    keys: list[str] = []
    for _ in range(_MOST_LISTINGS):
        if not waiting:
            break
        files, deeper = _level(store, waiting.popleft())
        keys += files
        waiting.extend(deeper)
    return keys[:_MOST_FILES]


def _stand_in(folder: Path, files: Sequence[PurePosixPath]) -> None:
    """Put empty files in place of those that are not brought: reading lists what it leaves."""
    for file in files:
        if all(map(is_file_name, file.parts)):
            path = folder.joinpath(*file.parts)
            with work_told(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_PERHAPS_DATA if path.suffix.lower() == ".json" else b"")


def _parts(key: str, top: str, address: Address) -> Sequence[str]:
    parts = PurePosixPath(key[len(top) :].lstrip("/")).parts
    return [_named(part, address) for part in parts]


def _named(name: str, address: Address) -> str:
    if not is_file_name(name):
        raise UnreadableInput(
            f"the name {one_line(name)} is not that of a file", str(address), "rename it there"
        )
    return name


def _download(
    store: Store,
    files: Mapping[str, Any],
    folder: Path,
    names: Mapping[str, Sequence[str]],
    options: ReadOptions,
) -> None:
    total = sum(each.get("size") or 0 for each in files.values())
    left = shutil.disk_usage(folder).free
    done = 0
    for key, parts in names.items():
        path = folder.joinpath(*parts)
        with work_told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with store.files.open(key, "rb") as remote, path.open("xb") as file:
            while block := remote.read(_CHUNK):
                done += len(block)
                if max(done, total) > left:
                    raise UnreadableInput(
                        f"the download of {max(done, total):,} bytes or more does not fit on the disk",
                        str(store.address),
                        f"free some space, or {OTHER_FOLDER}",
                    )
                with work_told(path):
                    file.write(block)
                if options.progress:
                    options.progress(path.name, done, max(total, done))
        _require_whole(store, key, files[key], path)


def _require_whole(store: Store, key: str, before: Mapping[str, Any], path: Path) -> None:
    """Refuse what is shorter than the store says, or is another object now."""
    after = store.files.info(key)
    changed = any(before.get(mark) != after.get(mark) for mark in _MARKS)
    size = after.get("size")
    if changed or (size is not None and size != path.stat().st_size):
        raise UnreadableInput(
            "the file changed while it was being read",
            f"{store.address}: {one_line(key, 200)}",
            "read it again when it is complete",
        )
