"""Object stores and web servers by fsspec: which one an address means, and what went wrong there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...schemas.errors import AdamgateError, ConfigurationError
from ...schemas.wording import one_line
from .address import Address

_LONGEST = 300
_SECONDS_TO_CONNECT, _SECONDS_TO_READ = 20, 60
_SECRET = re.compile(r"SECRET|TOKEN|PASSWORD|_KEY", re.IGNORECASE)
_SHORTEST_SECRET = 6


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of store.

    Attributes
    ----------
    protocol, package : str
        As fsspec calls it, and what it needs beside fsspec.
    options : callable
        Those with which it does not wait without end.
    """

    protocol: str
    package: str
    options: Callable[[], dict[str, Any]] = dict


def _of_s3() -> dict[str, Any]:
    limits = {"connect_timeout": _SECONDS_TO_CONNECT, "read_timeout": _SECONDS_TO_READ}
    return {"config_kwargs": {**limits, "retries": {"max_attempts": 2}}}


def _of_https() -> dict[str, Any]:
    import aiohttp

    limits = aiohttp.ClientTimeout(None, sock_connect=_SECONDS_TO_CONNECT, sock_read=_SECONDS_TO_READ)
    return {"client_kwargs": {"timeout": limits}}


_KINDS = {
    "s3": _Kind("s3", "s3fs", _of_s3),
    "gs": _Kind("gs", "gcsfs"),
    "az": _Kind("az", "adlfs"),
    "https": _Kind("https", "aiohttp", _of_https),
}


@dataclass(frozen=True, slots=True)
class Store:
    """An open store.

    Attributes
    ----------
    files : fsspec.AbstractFileSystem
    address : Address
    """

    files: Any
    address: Address

    def key(self, address: Address) -> str:
        """A place in it, as fsspec calls it."""
        return str(address) if address.scheme == "https" else str(address).partition("://")[2]


@contextmanager
def store_of(address: Address, problem: type[AdamgateError], what: str) -> Iterator[Store]:
    """The store of an address; what fails there in the block is told without keys.

    Parameters
    ----------
    address : Address
    problem : type of AdamgateError
        What is raised then.
    what : str
        What cannot be done: "cannot be read".

    Raises
    ------
    ConfigurationError
        When a package is not installed.
    """
    kind = _KINDS[address.scheme]
    try:
        import fsspec

        made = fsspec.filesystem(kind.protocol, use_listings_cache=False, **kind.options())
    except ImportError:
        raise ConfigurationError(
            f"{address.scheme}:// needs the packages fsspec and {kind.package}, which are not both installed",
            str(address),
            f"pip install 'adamgate[remote]' {kind.package}",
        ) from None
    try:
        yield Store(made, address)
    except AdamgateError:
        raise
    except Exception as error:  # each store has errors of its own, of no common kind
        raise problem(
            f"the file or folder {what}",
            f"{address}: {_told(error)}",
            "check the address, your access to it and the network",
        ) from None  # its own text may hold more than should be seen


def _told(error: Exception) -> str:
    return one_line(without_secrets(str(error) or type(error).__name__), _LONGEST)


def without_secrets(text: str) -> str:
    """A text without the passwords and keys that the environment holds."""
    for name, value in os.environ.items():
        if _SECRET.search(name) and len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "***")
    return text
