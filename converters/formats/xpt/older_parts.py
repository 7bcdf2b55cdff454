"""Files of an earlier split beside fewer parts, where they would be read as part of the same data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from ....schemas.errors import UnreadableInput, UnwritableOutput
from ....schemas.wording import counted
from ..format import Output
from ..planned_file import PlannedFile
from .described import Described
from .layout import Field, read_layout
from .parts import part_path, parts_of


@dataclass(frozen=True, slots=True)
class WrittenParts:
    """What is written of a dataset.

    Attributes
    ----------
    path : Path
        Of its only file, if it were one.
    files : tuple of Path
    name : str
        Of the dataset.
    kinds : frozenset of (bytes, bool)
        Names of the variables, and whether they are numbers.
    """

    path: Path
    files: tuple[Path, ...]
    name: str
    kinds: frozenset[tuple[bytes, bool]]

    @classmethod
    def of(cls, output: Output) -> WrittenParts:
        parts = parts_of(output, Described.of(output))
        files = tuple(each.path for each in parts)
        return cls(output.path, files, output.dataset.name, _kinds(parts[0].member.fields))


def refuse_older_parts(written: Sequence[WrittenParts]) -> list[PlannedFile]:
    """Refuse to write parts beside what may be the next part of an earlier split; no file is added.

    Parameters
    ----------
    written : sequence of WrittenParts
        Of all datasets that are written together.

    Raises
    ------
    UnwritableOutput
    """
    planned = {file for each in written for file in each.files}
    for path, of_path in groupby(written, key=lambda each: each.path):
        together = list(of_path)
        number = sum(len(each.files) for each in together)
        after = part_path(path, number + 1)
        if path in planned or after in planned or not after.exists():
            continue
        if reason := _likeness(after, together[0]):
            raise UnwritableOutput(
                f"{after.name} may be part {number + 1} of an earlier split: {reason}",
                f"{after}; the data go into {counted(number, 'file')}",
                "remove it if it is; if it is another dataset, choose another folder",
            )
    return []


def _likeness(file: Path, written: WrittenParts) -> str:
    """Why a file may be a part of the same data: what it has of the variables. Empty where it is not."""
    name = written.name
    try:
        with file.open("rb") as stream:
            members = read_layout(stream, file.stat().st_size, str(file)).members
    except (OSError, UnreadableInput):
        return "it cannot be read"
    ours = written.kinds
    for theirs in (_kinds(each.fields) for each in members):
        if theirs <= ours:
            return (
                f"it has the variables of {name}"
                if theirs == ours
                else f"all its variables are those of {name}"
            )
        if ours <= theirs:
            return f"it has all variables of {name}"
    return ""


def _kinds(fields: Iterable[Field]) -> frozenset[tuple[bytes, bool]]:
    return frozenset((field.name.upper(), field.numeric) for field in fields)
