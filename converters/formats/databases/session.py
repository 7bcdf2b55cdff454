"""A database that is opened for a user: what its driver says becomes our words, without passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ....schemas.errors import AdamgateError, ConfigurationError, UnreadableInput, UnwritableOutput
from ....schemas.wording import one_line
from ...values.address import FILE_DATABASES, Address
from ...values.stores import without_secrets
from .database import DRIVERS, Database, Driver
from .place import DatabasePlace

_LONGEST = 400
_DISK_FULL = re.compile("No space left on device|disk is full|not enough disk space", re.IGNORECASE)


def driver_of(address: Address) -> Driver:
    return DRIVERS[address.scheme]


@contextmanager
def reading(place: DatabasePlace) -> Iterator[Database]:
    """A database to read from, as it is at one moment.

    Raises
    ------
    ConfigurationError
        When its driver is not installed.
    UnreadableInput
    """
    if place.address.scheme in FILE_DATABASES and not place.file.is_file():
        raise UnreadableInput("the database does not exist", str(place.address), "check the path")
    with _opened(place, place, UnreadableInput, "cannot be read", writes=False) as database:
        yield database


@contextmanager
def writing(place: DatabasePlace, shown: DatabasePlace) -> Iterator[Database]:
    """A database to write to; what is done in the block is done as a whole when it ends, or not at all.

    Raises
    ------
    ConfigurationError
    UnwritableOutput
    """
    with _opened(place, shown, UnwritableOutput, "cannot be written", writes=True) as database:
        yield database


@contextmanager
def _opened(
    place: DatabasePlace, shown: DatabasePlace, problem: type[AdamgateError], what: str, *, writes: bool
) -> Iterator[Database]:
    driver = driver_of(place.address)
    try:
        connect, errors = driver.loaded()
    except ConfigurationError as error:
        raise ConfigurationError(error.what, str(shown.address), error.advice) from error
    try:
        with connect(place, writes=writes) as database:
            yield database
    except errors as error:
        told = _told(error).replace(str(place.file), str(shown.file))
        table = "".join(getattr(error, "__notes__", ()))
        raise problem(
            f"the {driver.name} database {what}",
            f"{shown.address}{table}: {told}",
            _advice(told),
        ) from None  # its own text may hold more than should be seen


def _advice(told: str) -> str:
    if _DISK_FULL.search(told):
        return "free some space on the disk of the database"
    return "check the address, your permission and that the database is running and not in use"


def _told(error: Exception) -> str:
    """The first sentence of a driver, on one line, without passwords."""
    return one_line(without_secrets(str(error).partition("\n\n")[0]), _LONGEST)


def at(place: DatabasePlace, address: Address) -> DatabasePlace:
    """The same choice of tables in a database elsewhere."""
    return replace(place, address=address)
