"""Files of an earlier split beside fewer parts, where they would be read as part of the same data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from pathlib import Path

from ....schemas.errors import UnreadableInput, UnwritableOutput
from ....schemas.wording import counted
from .layout import Field, read_layout
from .parts import FilePart, part_path


def refuse_older_parts(parts: Sequence[FilePart], planned: Collection[Path]) -> None:
    """Refuse to write parts beside what may be the next part of an earlier split.

    Parameters
    ----------
    parts : sequence of FilePart
        Of all datasets, those of one after the other.
    planned : collection of Path
        The files that are written.

    Raises
    ------
    UnwritableOutput
    """
    for path, together in groupby(parts, key=lambda part: part.output.path):
        written = list(together)
        number = len(written)
        after = part_path(path, number + 1)
        if path in planned or after in planned or not after.exists():
            continue
        if reason := _likeness(after, written[0]):
            raise UnwritableOutput(
                f"{after.name} may be part {number + 1} of an earlier split: {reason}",
                f"{after}; the data go into {counted(number, 'file')}",
                "remove it if it is; if it is another dataset, choose another folder",
            )


def _likeness(file: Path, part: FilePart) -> str:
    """Why a file may be a part of the same data: what it has of the variables. Empty where it is not."""
    name = part.output.dataset.name
    try:
        with file.open("rb") as stream:
            members = read_layout(stream, file.stat().st_size, str(file)).members
    except (OSError, UnreadableInput):
        return "it cannot be read"
    ours = _kinds(part.member.fields)
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


def _kinds(fields: Iterable[Field]) -> set[tuple[bytes, bool]]:
    return {(field.name.upper(), field.numeric) for field in fields}
