"""Exit codes: what they are for each failure."""

from __future__ import annotations

from ...schemas.errors import (
    AdamgateError,
    ConfigurationError,
    Refused,
    UnreadableInput,
    UnwritableOutput,
)

PASSED, REFUSED, USAGE, UNREADABLE, UNWRITABLE = 0, 1, 2, 3, 4
EQUAL, DIFFERENT = PASSED, REFUSED
"""Of `diff`, and of `derive` with a delivered dataset."""
FAULT, INTERRUPTED, PIPE_CLOSED = 70, 130, 141  # sysexits' EX_SOFTWARE; 128 + SIGINT; 128 + SIGPIPE

EXIT_CODES: tuple[tuple[type[AdamgateError], int], ...] = (
    (Refused, REFUSED),
    (ConfigurationError, USAGE),
    (UnreadableInput, UNREADABLE),
    (UnwritableOutput, UNWRITABLE),
)


def code_of(failure: AdamgateError) -> int:
    """The exit code of a failure."""
    return next(code for kind, code in EXIT_CODES if isinstance(failure, kind))


SUMMARY = """\b
Exit codes: 0 passed, 1 refused (diff, derive --check: different), 2 usage or
configuration error, 3 input cannot be read, 4 output cannot be written."""
