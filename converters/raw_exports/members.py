"""Which sheets of a workbook, or datasets of a transport file, are meant."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from ...schemas.errors import UnreadableInput
from ...schemas.wording import did_you_mean, plain
from .source_files import SourceFile
from .undeclared import SeveralMembers


def chosen_members(
    names: Sequence[str], file: SourceFile, noun: str, hidden: Sequence[str] = ()
) -> list[str]:
    """The names that fit a declaration, in any case; the only one where none is declared.

    Others that are hidden are not chosen; the refusal of several has them, too.

    Raises
    ------
    UnreadableInput
        When none fits, or several are present and none is declared.
    """
    place = str(file.path)
    if not names:
        raise UnreadableInput(f"the file contains no {noun}", place, "export it again")
    if not file.members:
        if len(names) == 1:
            return list(names)
        listed = ", ".join(map(plain, names[:12])) + (", …" if len(names) > 12 else "")
        raise SeveralMembers(
            f"the file contains {len(names)} {noun}s: {listed}",
            place,
            f'name one: "{plain(file.name)}#{plain(names[0])}", or all: "{plain(file.name)}#*"',
            names,
            hidden,
        )
    chosen = [name for name in names if fnmatchcase(name.upper(), file.members.upper())]
    if not chosen:
        raise UnreadableInput(
            f"the file contains no {noun} {plain(file.members)}", place, did_you_mean(file.members, names)
        )
    return chosen
