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
        if _may_be_part(after, written[0]):
            name = written[0].output.dataset.name
            raise UnwritableOutput(
                f"the data go into {counted(number, 'file')}, but {after.name} may be part {number + 1} of an "
                f"earlier split: its variables are those of {name}, or some of them",
                str(after),
                "remove it if it is; if it is another dataset, choose another folder",
            )


def _may_be_part(file: Path, part: FilePart) -> bool:
    """Whether it has the variables of the dataset, or some of them, or these and others.

    So may a file that cannot be read.
    """
    try:
        with file.open("rb") as stream:
            members = read_layout(stream, file.stat().st_size, str(file)).members
    except (OSError, UnreadableInput):
        return True
    ours = _kinds(part.member.fields)
    return any(theirs <= ours or ours <= theirs for theirs in (_kinds(each.fields) for each in members))


def _kinds(fields: Iterable[Field]) -> set[tuple[bytes, bool]]:
    return {(field.name.upper(), field.numeric) for field in fields}
