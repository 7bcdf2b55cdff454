"""Options of writing as users give them, checked."""

from __future__ import annotations

from ...schemas.errors import ConfigurationError
from ..formats.write_options import LENGTHS, XPT_VERSIONS, WriteOptions
from ..values.encodings import codec_name
from ..values.sizes import bytes_in

_FLAGS = {"read_back": "--no-read-back"}


def flag_of(option: str) -> str:
    """How an option is given at the command line."""
    return _FLAGS.get(option, f"--{option.replace('_', '-')}")


def write_options(
    xpt_version: int,
    fix: bool,
    lengths: str,
    xpt_encoding: str,
    *,
    read_back: bool,
    split_size: int | str,
    one_file: bool,
    label_row: bool,
) -> WriteOptions:
    """The options, as of `write`.

    Raises
    ------
    TypeError
        When a switch is not a truth value.
    ConfigurationError
        When one is not valid.
    """
    switches = {"fix": fix, "read_back": read_back, "one_file": one_file, "label_row": label_row}
    for name, value in switches.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
    if not isinstance(xpt_encoding, str):
        raise TypeError(f"xpt_encoding must be a string, not {type(xpt_encoding).__name__}")
    if xpt_version not in XPT_VERSIONS:
        raise ConfigurationError(f"unknown XPT version {xpt_version!r}", "--xpt-version", "use 5 or 8")
    if lengths not in LENGTHS:
        raise ConfigurationError(f"unknown policy of lengths {lengths!r}", "--lengths", "use source or data")
    size = bytes_in(split_size)
    if not size:
        raise ConfigurationError(f"not a size: {split_size!r}", "--split-size", 'write it as "5GB"')
    encoding = codec_name(xpt_encoding)
    return WriteOptions(xpt_version, fix, lengths, encoding, read_back, size, one_file, label_row)
