"""Exit codes of commands; those of failures are in `schemas.errors`."""

from __future__ import annotations

PASSED, REFUSED, USAGE, UNREADABLE, UNWRITABLE = 0, 1, 2, 3, 4
EQUAL, DIFFERENT = PASSED, REFUSED
"""Of `diff`, and of `derive` with a delivered dataset."""
FAULT, INTERRUPTED, PIPE_CLOSED = 70, 130, 141  # sysexits' EX_SOFTWARE; 128 + SIGINT; 128 + SIGPIPE

SUMMARY = """\b
Exit codes: 0 passed, 1 refused (diff, derive --check: different), 2 usage or
configuration error, 3 input cannot be read, 4 output cannot be written."""
