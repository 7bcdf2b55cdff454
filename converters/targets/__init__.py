"""Where outputs go that are no files here: standard output, a database, a store.

All of them are made and checked in a folder of ours first; then they are sent together, each whole, or none.
A new one is an entry in `DESTINATIONS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from ..values.address import DATABASES, STANDARD_OUTPUT, STORES, Address


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file that was made here, and the place where it goes."""

    place: Path
    file: Path


class Send(Protocol):
    """Sends files to their places: all of them, each whole, or none.

    Raises
    ------
    ConfigurationError
        When what it needs is not installed.
    UnwritableOutput
    """

    def __call__(self, made: Sequence[FileToSend], /, *, overwrite: bool) -> None: ...


class Present(Protocol):
    """Which of these places are taken; asked before anything is made.

    Raises
    ------
    ConfigurationError, UnwritableOutput
        Also when the place cannot be reached at all.
    """

    def __call__(self, places: Sequence[Path], /) -> list[Path]: ...


@dataclass(frozen=True, slots=True)
class Destination:
    """One kind of place.

    Attributes
    ----------
    name : str
        For people.
    schemes : tuple of str
        Of addresses.
    module : str
        With `present` and `send`.
    """

    name: str
    schemes: tuple[str, ...]
    module: str

    def present(self, places: Sequence[Path]) -> list[Path]:
        return cast("Present", self._loaded("present"))(places)

    def send(self, made: Sequence[FileToSend], *, overwrite: bool) -> None:
        cast("Send", self._loaded("send"))(made, overwrite=overwrite)

    def _loaded(self, name: str) -> object:
        return getattr(import_module(self.module, __name__), name)


DESTINATIONS = (
    Destination("standard output", (STANDARD_OUTPUT.scheme,), ".standard_output"),
    Destination("a database", DATABASES, ".databases"),
    Destination("a store", STORES, ".stores"),
)


def destination_of(place: Path) -> Destination | None:
    """Where an output goes; None for a file of this machine."""
    if not isinstance(place, Address):
        return None
    return next((each for each in DESTINATIONS if place.scheme in each.schemes), None)
