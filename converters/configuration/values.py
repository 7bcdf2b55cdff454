"""Kinds of values that need to know of files: sizes, encodings, paths."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.kinds import Schema, one_kind
from ..values.address import is_address
from ..values.regular_file import is_file_name
from ..values.sizes import bytes_in

_SIZE = {
    "type": "string",
    "pattern": r"^\s*(?=[0-9.]*[1-9])[0-9]{1,12}(\.[0-9]{1,12})?[ \t\n\r\f\v]*[KMGTkmgt]?[Bb]\s*$",
}
_PATH: Schema = {"type": "string", "pattern": r"^[^\u0000]+$"}


@one_kind("size", _SIZE)
def size(value: Any) -> int:
    """Bytes of a text with a unit: a number alone may be meant as megabytes."""
    if not isinstance(value, str):
        raise ValueError('a size with its unit, in quotes: "500MB", "1.5GB"')
    number = bytes_in(value)
    if not number:
        raise ValueError("a size with its unit: 500MB, 1.5GB")
    return number


MOST_JOBS = 256
_JOBS: Schema = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MOST_JOBS},
        {"enum": [str(each) for each in range(1, MOST_JOBS + 1)]},
    ]
}


@one_kind("positive integer", _JOBS)
def jobs(value: Any) -> int:
    """How many processes; a text of the environment or the command line, too."""
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 3
    number = int(value) if is_number else value
    is_whole = isinstance(number, int) and not isinstance(number, bool)
    if not is_whole or not 1 <= number <= MOST_JOBS or str(number) != str(value):
        raise ValueError(f"a positive integer up to {MOST_JOBS}")
    return int(number)


_SCHEDULER = r"^(tcp|tls)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}(?![\s\S])"


@one_kind("address of a Dask scheduler", {"type": "string", "pattern": _SCHEDULER})
def scheduler(value: Any) -> str:
    """Where a Dask scheduler listens."""
    if not isinstance(value, str) or re.match(_SCHEDULER, value) is None:
        raise ValueError("tcp://HOST:PORT or tls://HOST:PORT, as `dask scheduler` prints it")
    return value


@one_kind("name of an encoding", {"type": ["string", "integer"]})
def codec(value: Any) -> str:
    """A text encoding by its Python or SAS name."""
    from ..values.encodings import codec_name

    try:
        return codec_name(str(value))
    except ConfigurationError:
        raise ValueError("an encoding that Python or SAS knows: utf-8, cp1252, wlatin1, shift_jis") from None


@one_kind("path", _PATH)
def path(value: Any) -> Path:
    """A file; in a file of settings relative to the folder of the file that names it."""
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise ValueError("a path")
    if is_address(value):
        raise ValueError("a path of this machine, not an address")
    return Path(value)


@one_kind("path or list of paths", {"anyOf": [_PATH, {"type": "array", "items": _PATH}]})
def paths(value: Any) -> tuple[Path, ...]:
    """One file or several; in a file of settings relative to the folder of the file that names them."""
    listed = value if isinstance(value, list | tuple) else [value]
    return tuple(path(each) for each in listed)


@one_kind("file name", {"type": "string", "minLength": 1})
def file_name(value: Any) -> str:
    """A name in no folder."""
    if not is_file_name(value):
        raise ValueError("a file name without a folder: adsl.xpt")
    return str(value)


_OFF = ("", "0", "false", "no", "off")


@one_kind("true or false", {"type": "boolean"})
def mark(value: Any) -> bool:
    """On, whatever it holds, unless that says off."""
    return str(value).lower() not in _OFF
