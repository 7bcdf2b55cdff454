"""Files that stay as they are while they are read, each with its hash and size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TypeVar

from ...schemas.errors import UnreadableInput
from ...schemas.study.dataset import Dataset
from ..formats.parquet.parts import parts_of
from ..values.regular_file import open_regular

_HASHED = 1 << 20
"""Bytes that are hashed at once."""

Hashing = Callable[[Iterable[Path]], Future[str]]
Result = TypeVar("Result")


@contextmanager
def hashing_beside() -> Iterator[Hashing]:
    """Files to their hash, on a thread that ends with the reading, however large the file is."""
    ended = Event()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="sha256") as pool:
        try:
            yield lambda paths: pool.submit(_sha256, tuple(paths), ended)
        finally:
            ended.set()


@dataclass(frozen=True, slots=True)
class FileContent:
    """What tells the content of a file from any other: its hash and its size."""

    sha256: str
    size: int


def hashed(dataset: Dataset, content: FileContent) -> Dataset:
    """A dataset that knows the hash and the size of its file."""
    told = dataset.source and replace(dataset.source, sha256=content.sha256, size=content.size)
    return dataset.replace(source=told)


def read_unchanged(path: Path, read: Callable[[], Result], hashing: Hashing) -> tuple[Result, FileContent]:
    """What is read of a file that stays as it is meanwhile, and the file's hash and size.

    The hash is computed while the reader works. That of a folder of parts is that of their bytes after each
    other, in the order of their records.

    Raises
    ------
    UnreadableInput
    """
    try:
        before = _state(path)
        sha256 = hashing(before)
        found = read()
        digest = sha256.result()
        after = _state(path)
    except OSError as error:
        raise UnreadableInput(
            "the file cannot be opened",
            f"{path}: {error.strerror or error}",
            "check that it exists, that it is a file and that you have read permission",
        ) from error
    except MemoryError as error:
        raise UnreadableInput(
            "the file does not fit into memory",
            str(path),
            "split it by subject, or use a machine with more memory",
        ) from error
    if before != after:
        raise UnreadableInput(
            "the file changed while it was being read", str(path), "read it again when it is complete"
        )
    return found, FileContent(digest, sum(size for size, _ in before.values()))


def _state(path: Path) -> dict[Path, tuple[int, int]]:
    """The files behind a path with their sizes and times, by which a change is noticed."""
    status = {part.path: part.path.stat() for part in parts_of(path).parts}
    return {file: (each.st_size, each.st_mtime_ns) for file, each in status.items()}


def _sha256(paths: Iterable[Path], ended: Event) -> str:
    """The hash of all bytes; of no use when the reading has ended before."""
    digest = hashlib.sha256()
    for path in paths:
        with open_regular(path) as file:
            while not ended.is_set() and (block := file.read(_HASHED)):
                digest.update(block)
    return digest.hexdigest()


def hash_of_input(path: Path, hashing: Hashing) -> Future[str]:
    """The SHA-256 that datasets state of their file, or of their folder of parts.

    Raises
    ------
    OSError
    """
    return hashing(_state(path))
