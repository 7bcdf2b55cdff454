"""What a caller says about the files, checked before any is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ...schemas.errors import ConfigurationError, UnreadableInput
from ...schemas.wording import is_unicode, one_line
from ..formats.format import ReadOptions
from ..values.left_open import DATE_ORDERS, DECIMALS
from ..values.memory import Memory
from ..values.regular_file import is_file_name
from ..values.sizes import bytes_in


def checked_options(
    *,
    catalog: Any,
    missing: Any,
    memory: Any,
    work_dir: Any,
    define: Any = None,
    xsd: Any = None,
    **given: Any,
) -> ReadOptions:
    """The options of `read`.

    Raises
    ------
    ConfigurationError
        When one has a value that it cannot have.
    UnreadableInput
        When there is no such catalogue.
    """
    words = _words(missing)
    settled = {
        "missing": words,
        "catalog": catalog,
        "memory": memory,
        "work_dir": work_dir,
        "define": define,
        "xsd": xsd,
    }
    for option, value in (given | settled).items():
        fits, expected = _EXPECTED[option]
        if value is not None and not fits(value):
            raise ConfigurationError(
                f"{one_line(repr(value))} is not a value of {option}", option, f"give {expected}"
            )
    if catalog is not None and not os.path.isfile(catalog):
        raise UnreadableInput("the format catalogue does not exist", str(catalog), "check --catalog")
    if work_dir is not None and not os.path.isdir(work_dir):
        raise ConfigurationError(
            "the folder does not exist", str(work_dir), "check --work-dir or --shared-dir"
        )
    bound = Memory(None if memory is None else bytes_in(memory), None if work_dir is None else Path(work_dir))
    return ReadOptions(
        catalog=None if catalog is None else Path(catalog),
        missing=words,
        memory=bound,
        define=None if define is None else Path(define),
        xsd=None if xsd is None else Path(xsd),
        **given,
    )


def _words(given: Any) -> tuple[Any, ...]:
    """One text or several, without empty ones; anything else as it is."""
    several = given if isinstance(given, Iterable) and not isinstance(given, str | bytes) else (given,)
    return tuple(each for each in several if not isinstance(each, str) or each)


def _is_word(given: Any) -> bool:
    return isinstance(given, str) and is_unicode(given)


def _are_words(given: tuple[Any, ...]) -> bool:
    return all(map(_is_word, given))


def _is_size(given: Any) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given > 0


def _is_written_size(given: Any) -> bool:
    return bytes_in(given) > 0


def _is_path(given: Any) -> bool:
    return isinstance(given, str | os.PathLike)


def _is_switch(given: Any) -> bool:
    return isinstance(given, int)  # 0 and 1, too


_EXPECTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "encoding": (_is_word, "a name such as utf-8, cp1252 or wlatin1"),
    "catalog": (_is_path, "a path"),
    "define": (_is_path, "a path"),
    "xsd": (_is_path, "a path"),
    "recursive": (_is_switch, "True or False"),
    "progress": (callable, "a function"),
    "missing": (_are_words, 'strings: ["NA"]'),
    "date_order": (DATE_ORDERS.__contains__, " or ".join(DATE_ORDERS)),
    "decimal": (DECIMALS.__contains__, " or ".join(DECIMALS)),
    "max_unpacked": (_is_size, "bytes, as a positive integer"),
    "memory": (_is_written_size, 'bytes, or a size: "256MB"'),
    "work_dir": (_is_path, "a path"),
    "stdin_name": (is_file_name, "a file name without a folder: adsl.xpt"),
}
