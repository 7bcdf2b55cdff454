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
    if not is_in_database(place):
        require_output_name(place)
        return place
    address, question, query = str(place).partition("?")
    tables = DatabasePlace.of(Address(place)).tables
    if len(tables) != 1 or "/" in tables[0] or tables[0] in (".", ".."):
        raise ConfigurationError(
            "the address does not name one table",
            masked(str(place)),
            f"write {address}?table=NAME" + ("&…" if question and not tables else ""),
        )
    longest = DRIVERS[place.parts[0].removesuffix(":")].longest_name - len(_CODEBOOK_TABLE)
    if len(tables[0].encode(errors="replace")) > longest:  # PostgreSQL would cut that of the codebook
        raise ConfigurationError(
            f"the name of the table has more than {longest} bytes", masked(str(place)), "use a shorter one"
        )
    others = "&".join(each for each in query.split("&") if not each.startswith("table="))
    if DatabasePlace.of(Address(place)).prefix:
        raise ConfigurationError(
            "the address has a prefix and the name of a table",
            masked(str(place)),
            "omit the prefix: table= is the whole name",
        )
    return Address.of(f"{address}{others and '?'}{others}") / tables[0]


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
