"""Which file of settings counts, and which one lies with the data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..values.address import Address
from .toml_file import shown_path

FILE_NAME = "adamgate.toml"
RUN_RECORD = "run.jsonl"
"""Name of the record of a run beside the settings file."""
_REPOSITORY = (".git", ".hg")
"""A folder with one of these is the root of a repository; files above it belong to something else."""


@dataclass(frozen=True, slots=True)
class WithData:
    """A settings file that was found by the data's path alone.

    Attributes
    ----------
    path : Path
    used : tuple of str
        Its settings that say how the data are read.
    unused : tuple of str
        What else it holds: "fail_on", "[rules]".
    """

    path: Path
    used: tuple[str, ...]
    unused: tuple[str, ...]

    def note(self, judging: bool) -> str:
        """What a user has to know of it; empty where that is nothing. `judging`: a verdict is asked for."""
        shown = shown_path(self.path)
        said = [f"{', '.join(self.used)} from {shown}, which is in the data folder"] if self.used else []
        unused = self.unused if judging else tuple(name for name in self.unused if name == "missing")
        if unused:
            said.append(
                f"not used, because it is in the data folder: {', '.join(unused)} of {shown}; "
                "to use it, give it with --config"
            )
        return "; ".join(said)


def settings_files(inputs: Sequence[Path], config_path: Path | None) -> tuple[Path | None, Path | None]:
    """The settings file that counts, and one that lies with the data; see `load_settings`."""
    if config_path is not None:
        return config_path, None
    here = _here()
    file = nearest_file(here) if here is not None else None
    beside = nearest_file(inputs[0]) if inputs and not isinstance(inputs[0], Address) else None
    if beside is not None and here is not None and _is_above(beside, here):
        beside = None
    return file, beside


def _here() -> Path | None:
    """The working directory; None where it was removed."""
    try:
        return Path.cwd()
    except OSError:
        return None


def _is_above(file: Path, here: Path) -> bool:
    """Whether a file lies in a folder or above it, by whatever links it was found."""
    folder = Path(os.path.realpath(file.parent))
    return folder == here or folder in here.parents


def nearest_file(start: Path) -> Path | None:
    """The nearest ``adamgate.toml`` from a file or folder upwards; None where there is none."""
    # os.path answers where pathlib raises: a name too long for the system, a user without a home.
    try:
        folder = start.absolute()
    except OSError:  # relative to a working directory that was removed
        return None
    if not os.path.isdir(folder):
        folder = folder.parent
    home = Path(os.path.expanduser("~"))
    for each in (folder, *folder.parents):
        candidate = each / FILE_NAME
        if os.path.lexists(candidate):
            return candidate
        if each == home or any(os.path.exists(each / mark) for mark in _REPOSITORY):
            return None
    return None
