"""The time that writers state where a dataset's own is not known: the same input gives the same bytes."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from ...schemas.errors import ConfigurationError

_ADVICE = "give seconds since 1970, or unset it"


def stated_epoch() -> datetime | None:
    """The time in the variable ``SOURCE_DATE_EPOCH`` (https://reproducible-builds.org), if there is one.

    Raises
    ------
    ConfigurationError
        When it is not a number of seconds, or out of range.
    """
    stated = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not stated:
        return None
    if not (stated.isascii() and stated.isdecimal()):
        raise ConfigurationError("not a number of seconds", "SOURCE_DATE_EPOCH", _ADVICE)
    try:
        return datetime.fromtimestamp(int(stated), UTC)
    except (ValueError, OverflowError, OSError):
        raise ConfigurationError("a time out of range", "SOURCE_DATE_EPOCH", _ADVICE) from None
