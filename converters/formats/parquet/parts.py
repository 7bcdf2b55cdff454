"""Which files of a folder are the parts of one Parquet dataset, and in which order.

Spark, Arrow, dask and others write one dataset as a folder of files::

    adtte.parquet/_SUCCESS
    adtte.parquet/STUDYID=ABC/part-00000.parquet
    adtte.parquet/STUDYID=ABC/part-00001.parquet

Names that begin with ``_`` or ``.`` are notes of the tool that wrote them. A folder named ``KEY=VALUE``
holds the records with that value of a variable that is not in the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from ....schemas.errors import UnreadableInput
from ....schemas.wording import one_line
from ...values.regular_file import open_regular

SUFFIX = ".parquet"

_MAGIC = b"PAR1"
_NULL_KEY = "__HIVE_DEFAULT_PARTITION__"
_UNFINISHED = "_temporary"
_TABLE_LOGS = {"_delta_log": "Delta Lake", ".hoodie": "Hudi"}
_COPY = re.compile(r" \(\d+\)$| - copy", re.IGNORECASE)
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a dataset.

    Attributes
    ----------
    path : Path
    keys : mapping of variable name to text or None
        What the names of its folders say about all of its records; None is a missing value.
    """

    path: Path
    keys: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts in the order of their records, and the files beside them that are none."""

    parts: tuple[Part, ...]
    others: tuple[str, ...]


def is_partitioned(path: Path) -> bool:
    """Whether a path is a folder that is named as one Parquet dataset."""
    return path.name.lower().endswith(SUFFIX) and path.is_dir()


def parts_of(path: Path) -> Parts:
    """The parts of a dataset: the file itself, or the files of its folder.

    Parts are in the order of their names, numbers in them as numbers: ``part-2`` before ``part-10``.

    Raises
    ------
    UnreadableInput
        When there are none, or the folder holds more than the parts of one dataset.
    """
    if not path.is_dir():
        return Parts((Part(path, {}),), ())
    parts: list[Part] = []
    others: list[str] = []
    for file, keys in _files_below(path, {}, frozenset({path.resolve()})):
        if file.name.lower().endswith(SUFFIX) or _begins_as_parquet(file):
            parts.append(Part(file, keys))
        else:
            others.append(file.name)
    if not parts:
        raise UnreadableInput(
            "the folder is named like a Parquet dataset but contains no Parquet files",
            str(path),
            "write the dataset again, or rename the folder",
        )
    copy = next((part for part in parts if _COPY.search(part.path.stem)), None)
    if copy is not None:
        raise UnreadableInput(
            "the name of a part is that of a copy of another",
            str(copy.path),
            "remove it, or its records would be read twice",
        )
    names = [tuple(part.keys) for part in parts]
    odd = next((part for part, keys in zip(parts, names, strict=True) if keys != names[0]), None)
    if odd is not None:
        raise UnreadableInput(
            "the folders of the parts name different variables",
            f"{path}: {_relative(parts[0].path, path)} and {_relative(odd.path, path)}",
            "write the dataset again, with the same KEY=VALUE folders for all parts",
        )
    return Parts(tuple(sorted(parts, key=lambda part: _natural(part.path))), tuple(others))


def _files_below(
    folder: Path, keys: dict[str, str | None], above: frozenset[Path]
) -> Iterator[tuple[Path, dict[str, str | None]]]:
    for path in sorted(folder.iterdir()):
        if path.name in _TABLE_LOGS:
            raise UnreadableInput(
                f"the folder is a {_TABLE_LOGS[path.name]} table, whose log decides which files are valid",
                str(folder),
                "export it as plain Parquet",
            )
        if path.name == _UNFINISHED:
            raise UnreadableInput(
                "the dataset was not written completely",
                str(path),
                "write it again, and wait until it is complete",
            )
        key, is_key, value = path.name.partition("=")
        if path.name.startswith(".") or (path.name.startswith("_") and not is_key):
            continue
        if not path.is_dir():
            yield path, keys
            continue
        real = path.resolve()
        if not is_key or not key or key in keys or real in above:
            raise UnreadableInput(
                "a folder in a Parquet dataset is not named KEY=VALUE",
                str(path),
                "move it; if the folder contains several datasets, rename it so that it does not end in "
                + SUFFIX,
            )
        known = {**keys, unquote(key): None if value == _NULL_KEY else unquote(value)}
        yield from _files_below(path, known, above | {real})


def _begins_as_parquet(file: Path) -> bool:
    """Hive and others give their parts no suffix."""
    if not file.is_file():
        return False
    with open_regular(file) as stream:
        return stream.read(len(_MAGIC)) == _MAGIC


def _natural(path: Path) -> list[list[str | int]]:
    return [
        [int(piece) if at % 2 else piece for at, piece in enumerate(_DIGITS.split(name))]
        for name in path.parts
    ]


def _relative(path: Path, folder: Path) -> str:
    return one_line(str(path.relative_to(folder)), 200)
