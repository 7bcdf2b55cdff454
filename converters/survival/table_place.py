"""Where a table goes: a file of its own name, or a table of a database; and what is beside it."""

from __future__ import annotations

from pathlib import Path

from ...schemas.errors import ConfigurationError
from ..formats.databases.database import DRIVERS
from ..formats.databases.place import DatabasePlace
from ..values.address import Address, masked, place_of
from ..writing.names import require_output_name

_CODEBOOK_SUFFIX, _CODEBOOK_TABLE = ".codebook.json", "_codebook"


def table_place(given: str | Path) -> Path:
    """The place of a table.

    Parameters
    ----------
    given : str or Path
        A file, or the address of a database that names the table: ``duckdb:///study.duckdb?table=os``.

    Returns
    -------
    Path
        Of a database its address, and below it the name of the table.

    Raises
    ------
    ConfigurationError
        When the address of a database does not name one table.
    UnwritableOutput
        When no file can have the name.
    """
    place = place_of(given)
    if isinstance(place, Address) and place.is_database:
        return _table_named_by(place)
    require_output_name(place)
    return place


def _table_named_by(address: Address) -> Address:
    said, shown = DatabasePlace.of(address), masked(str(address))
    database, _, query = str(address).partition("?")
    if len(said.tables) != 1 or "/" in said.tables[0] or said.tables[0] in (".", ".."):
        raise ConfigurationError(
            "the address does not name one table", shown, f"add table=NAME: {database}?table=NAME"
        )
    if said.prefix:
        raise ConfigurationError(
            "the address has a prefix and the name of a table",
            shown,
            "omit the prefix: table= is the whole name",
        )
    (name,) = said.tables
    longest = DRIVERS[address.scheme].longest_name - len(_CODEBOOK_TABLE)
    if len(name.encode(errors="replace")) > longest:  # PostgreSQL would cut that of the codebook
        raise ConfigurationError(
            f"the name of the table has more than {longest} bytes", shown, "use a shorter one"
        )
    others = "&".join(each for each in query.split("&") if not each.startswith("table="))
    return Address.of(f"{database}{others and '?'}{others}") / name


def is_in_database(place: Path) -> bool:
    return isinstance(place, Address) and place.is_database


def read_as(place: Path) -> str:
    """What is given to read the table again: the name of the file, or the address with the table."""
    if not is_in_database(place):
        return place.name
    database = str(place.parent)
    return f"{database}{'&' if '?' in database else '?'}table={place.name}"


def beside_table(place: Path, ending: str) -> Path:
    """A further table: ``km_summary.csv`` beside ``km.csv``, ``km_summary`` beside the table ``km``."""
    if is_in_database(place):
        return place.with_name(f"{place.name}{ending}")
    return place.with_name(f"{place.stem}{ending}{place.suffix}")


def codebook_beside(place: Path) -> Path:
    """The codebook: ``os.codebook.json`` beside ``os.csv``, the table ``os_codebook`` beside ``os``."""
    if is_in_database(place):
        return beside_table(place, _CODEBOOK_TABLE)
    return place.with_suffix(_CODEBOOK_SUFFIX)
