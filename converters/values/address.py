"""Places that are no files of this machine, as ``s3://bucket/adsl.xpt``: paths that are written as addresses.

They go wherever a path goes, and nothing takes one for a file: none of that name exists. Needs no pandas.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import ConfigurationError
from ...schemas.wording import did_you_mean, plain

FILE_DATABASES = ("duckdb", "sqlite")
DATABASES = (*FILE_DATABASES, "postgresql")
STORES = ("s3", "gs", "az", "https")
SCHEMES = (*DATABASES, *STORES)
_ALIASES = {"postgres": "postgresql", "abfs": "az", "abfss": "az", "gcs": "gs"}

_WRITTEN = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)
_SECRET_KEY = re.compile(r"(^|&)[^=&]*(pass|secret|key|token)[^=&]*=", re.IGNORECASE)
_UNCLEAR = re.compile(r"//|/\.{1,2}(/|$)|[\0-\x1f\x7f]")

if TYPE_CHECKING:
    _Path = Path
else:
    _Path = type(Path())


class Address(_Path):
    """A path below ``scheme:``, which is written with ``//`` again.

    Examples
    --------
    >>> from adamgate.converters.values.address import Address
    >>> str(Address.of("s3://bucket/adam") / "adsl.xpt")
    's3://bucket/adam/adsl.xpt'
    """

    __slots__ = ()

    @classmethod
    def of(cls, text: str) -> Address:
        """What a user wrote; the file of a database becomes absolute.

        Raises
        ------
        ConfigurationError
            When the scheme is not known, the address holds a password, or is not clear. No message shows the
            password.
        """
        found = _WRITTEN.fullmatch(text)
        scheme = _ALIASES.get(found[1].lower(), found[1].lower()) if found else ""
        if found is None or scheme not in SCHEMES:
            raise ConfigurationError(
                f"unknown kind of address {plain(scheme or '?')}://",
                masked(text),
                did_you_mean(scheme, SCHEMES),
            )
        rest = found[2]
        if _holds_secret(scheme, rest):
            raise ConfigurationError(
                "the address contains a password or key", masked(text), _SECRETS.get(scheme, _OF_STORES)
            )
        if scheme in FILE_DATABASES:
            rest = _absolute(rest, text)
        elif scheme == "postgresql" and rest.startswith("/"):
            rest = f"@{rest}"  # no host: that of the environment, or the socket of this machine
        place, _, _ = rest.partition("?")
        if not place.strip("/") or _UNCLEAR.search(place.removeprefix("/").removesuffix("/")):
            raise ConfigurationError(
                "the address is not clear", masked(text), f"write it as {_EXAMPLES[scheme]}"
            )
        return cls(f"{scheme}:/{rest.lstrip('/')}")

    @property
    def is_database(self) -> bool:
        return self.scheme in DATABASES

    @property
    def scheme(self) -> str:
        return self.parts[0].removesuffix(":")

    def __str__(self) -> str:
        written = super().__str__()
        scheme, colon, rest = written.partition(":")
        if not colon or "/" in scheme:  # made absolute by somebody, which no address is
            return written
        place = rest.lstrip("/").removeprefix("@" if scheme == "postgresql" else "")
        return f"{scheme}:{'////' if scheme in FILE_DATABASES else '//'}{place}"


STANDARD_INPUT, STANDARD_OUTPUT = Address("stdin:"), Address("stdout:")
"""Where what is given as ``-`` comes from, or goes."""


def place_of(given: Any) -> Path:
    """The path of what a user gave: an `Address` where it is one."""
    if isinstance(given, Address):
        return given
    return Address.of(given) if is_address(given) else Path(given)


def is_address(given: Any) -> bool:
    """Whether a text is written as an address, known or not."""
    return isinstance(given, str) and _WRITTEN.fullmatch(given) is not None


def masked(text: str) -> str:
    """An address without what may be secret: what precedes @ behind a colon, and values behind ?."""
    scheme, separator, rest = text.partition("://")
    place, question, _ = rest.partition("?")
    user, at, host = place.rpartition("@")
    name, colon, _ = user.partition(":")
    return f"{scheme}{separator}{name}{colon and ':***'}{at}{host}{question and '?***'}"


def _holds_secret(scheme: str, rest: str) -> bool:
    place, question, query = rest.partition("?")
    authority, _, path = place.partition("/")
    if scheme in STORES:
        return bool(question) or "@" in authority or (scheme == "https" and "#" in place)
    if scheme in FILE_DATABASES:
        return bool(authority) and "@" in authority
    user, _, _ = authority.rpartition("@")
    return ":" in user or "@" in path or _SECRET_KEY.search(query) is not None


def _absolute(rest: str, text: str) -> str:
    """The place of a database file: ``/x.duckdb`` is relative, ``//x.duckdb`` absolute, as in SQLAlchemy."""
    if not rest.startswith("/"):
        scheme = text.partition(":")[0]
        raise ConfigurationError(
            "the address of a database file begins with three slashes",
            masked(text),
            f"write {scheme}:///{rest.partition('/')[2] or 'study.duckdb'}, or {scheme}:////absolute/path",
        )
    file, question, query = rest[1:].partition("?")
    return f"{os.path.abspath(file) if file else ''}{question}{query}"


_OF_STORES = "omit it: keys are taken from the environment or from the configuration files of the store"
_SECRETS = {
    "postgresql": "omit it: set PGPASSWORD, or use ~/.pgpass or a service file (postgresql:///?service=NAME)",
    "https": "omit it, and what follows ?; download the file first if it needs them",
}
_EXAMPLES = {
    "duckdb": "duckdb:///study.duckdb or duckdb:////folder/study.duckdb",
    "sqlite": "sqlite:///study.sqlite or sqlite:////folder/study.sqlite",
    "postgresql": "postgresql://user@host:5432/database?schema=adam",
    "s3": "s3://bucket/folder/adsl.xpt",
    "gs": "gs://bucket/folder/adsl.xpt",
    "az": "az://container/folder/adsl.xpt",
    "https": "https://host/folder/adsl.xpt",
}
