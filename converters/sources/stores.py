"""A file, or the files of a folder, of an object store or a web server, brought as they are."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ...schemas.errors import UnreadableInput
from ...schemas.wording import one_line
from ..formats.format import ReadOptions
from ..values.address import Address
from ..values.regular_file import is_file_name
from ..values.stores import Store, store_of
from ..values.work_folder import work_told

_CHUNK = 8 << 20
_MOST_FILES = 10_000
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
        try:
            found = store.files.info(store.key(address))
        except FileNotFoundError:
            raise UnreadableInput(
                "the file or folder does not exist", str(address), "check the address"
            ) from None
        if found["type"] != "directory":
            key = str(found["name"])
            _download(store, {key: found}, folder, {key: [_named(address.name, address)]}, options)
            return folder / address.name
        top = str(found["name"]).rstrip("/")
        files = _files(store, top, options)
        names = {key: _parts(key, top, address) for key in files}
        _download(store, files, folder, names, options)
        return folder


def _files(store: Store, top: str, options: ReadOptions) -> Mapping[str, Any]:
    """The files of a folder, with `recursive` of those below, too: by their keys."""
    depth = None if options.recursive else 1
    files: dict[str, Any] = store.files.find(top, maxdepth=depth, detail=True)
    files = {key: each for key, each in files.items() if each["type"] == "file" and not key.endswith("/")}
    if len(files) > _MOST_FILES:
        raise UnreadableInput(
            f"the folder has {len(files):,} files, more than {_MOST_FILES:,}",
            str(store.address),
            "give the files, or a smaller folder",
        )
    if not files:
        raise UnreadableInput(
            "the folder contains no files",
            str(store.address),
            "check the address; --recursive (recursive=True in Python) reads folders in it",
        )
    return files


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
                        "free some space, or use another folder with --work-dir (work_dir in Python)",
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
