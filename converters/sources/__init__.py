"""What brings a delivery that is no file or folder here: an archive, standard input, a database, a store.

Each puts files into a folder of ours, which are then read as any others, and go with the reading. A new one
is an entry in `CARRIERS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from ..values.address import STORES, Address

if TYPE_CHECKING:
    from ..formats.format import ReadOptions


GIVEN_AS_INPUT = Path("-")


class Bring(Protocol):
    """Puts what is at a place into an empty folder of ours; returns the file or folder there that is read.

    Raises
    ------
    UnreadableInput
        When it is damaged, not safe, or larger than is allowed; what is in the folder by then is removed.
    """

    def __call__(self, place: Path, folder: Path, options: ReadOptions, /) -> Path: ...


@dataclass(frozen=True, slots=True)
class Carrier:
    """What brings one kind of delivery.

    Attributes
    ----------
    name : str
        For people, and as the format of datasets that `is_table` says.
    brings : str
        Module and function, a `Bring`.
    schemes : tuple of str
        Of addresses.
    suffix : str
        Of files.
    is_table : bool
        Whether a dataset comes from a table, not from a file of its own format.
    """

    name: str
    brings: str
    schemes: tuple[str, ...] = ()
    suffix: str = ""
    is_table: bool = False

    def fits(self, place: Path) -> bool:
        if isinstance(place, Address):
            return place.scheme in self.schemes
        if self.suffix:
            return place.name.lower().endswith(self.suffix) and place.is_file()
        return not self.schemes and place == GIVEN_AS_INPUT

    def bring(self, place: Path, folder: Path, options: ReadOptions) -> Path:
        module, _, name = self.brings.partition(":")
        return cast("Bring", getattr(import_module(module, __name__), name))(place, folder, options)


CARRIERS: tuple[Carrier, ...] = (
    Carrier("standard input", ".standard_input:bring"),
    Carrier("ZIP archive", ".archive:bring", suffix=".zip"),
    Carrier("DuckDB", ".databases:bring", ("duckdb",), is_table=True),
    Carrier("PostgreSQL", ".databases:bring", ("postgresql",), is_table=True),
    Carrier("SQLite", ".databases:bring", ("sqlite",), is_table=True),
    Carrier("store", ".stores:bring", STORES),
)


def carrier_of(place: Path) -> Carrier | None:
    """What brings a place; None where it is a file or folder that is read as it is."""
    return next((each for each in CARRIERS if each.fits(place)), None)
