"""A file in gzip, as ``adsl.xpt.gz``: unpacked into the work folder, and read there as what it holds."""

from __future__ import annotations

import shutil
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas.errors import UnreadableInput
from ..values.regular_file import open_regular
from ..values.work_folder import work_told
from .unpacking import Allowance, unpacked

if TYPE_CHECKING:
    from ...schemas.study.dataset import Dataset
    from .format import Reader, ReadOptions

SUFFIX = ".gz"
_CATALOGS = "*.[sS][aA][sS]7[bB][cC][aA][tT]"


def read_packed(read: Reader, path: Path, options: ReadOptions) -> list[Dataset]:
    """The datasets of a file in gzip; a format catalogue beside it counts as beside what it holds.

    Raises
    ------
    UnreadableInput
        When it is not gzip, damaged, cut short, or larger than is allowed.
    """
    folder = options.memory.new_folder()
    try:
        inside = folder / path.name[: -len(SUFFIX)]
        _unpack(path, inside, options)
        for each in path.parent.glob(_CATALOGS):
            with work_told(folder):
                shutil.copyfile(each, folder / each.name)
        try:
            datasets = read(inside, options)
        except UnreadableInput as problem:
            raise _of(path, inside, problem) from problem
        return [each.replace(source=each.source and replace(each.source, path=path)) for each in datasets]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(path: Path, inside: Path, options: ReadOptions) -> None:
    with open_regular(path) as file:
        if file.peek(2)[:2] != b"\x1f\x8b":
            raise UnreadableInput(
                "the file is not gzip, as its name says", str(path), "rename it, or compress it again"
            )
        try:
            blocks = unpacked(file, Allowance.of_file(file, path, options))
            with work_told(inside), inside.open("xb") as content:
                for block in blocks:
                    content.write(block)
        except (zlib.error, EOFError) as error:
            raise UnreadableInput(
                "the gzip data are damaged or incomplete", str(path), "copy or export the file again"
            ) from error


def _of(path: Path, inside: Path, problem: UnreadableInput) -> UnreadableInput:
    """A problem of what a file holds, told of the file."""

    def told(text: str) -> str:
        return text.replace(str(inside), str(path))

    return UnreadableInput(
        told(problem.what),
        told(problem.where),
        told(problem.advice),
        details=[told(each) for each in problem.details],
    )
