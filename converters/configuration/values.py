"""Kinds of values that need to know of files: sizes, encodings, paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...schemas.errors import ConfigurationError
from ..values.sizes import bytes_in


def size(value: Any) -> int:
    """Bytes, as a number or as text with a unit."""
    number = bytes_in(value)
    if not number:
        raise ValueError('a size in quotes: "500MB", "4GB"')
    return number


def codec(value: Any) -> str:
    """A text encoding by its Python or SAS name."""
    from ..values.encodings import codec_name

    try:
        return codec_name(str(value))
    except ConfigurationError:
        raise ValueError("an encoding that Python or SAS knows: utf-8, cp1252, wlatin1, shift_jis") from None


def path(value: Any) -> Path:
    """A file; relative to the folder of the file that names it."""
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise ValueError("a path")
    return Path(value)


def paths(value: Any) -> tuple[Path, ...]:
    """One file or several; relative to the folder of the file that names them."""
    listed = value if isinstance(value, list | tuple) else [value]
    return tuple(path(each) for each in listed)
