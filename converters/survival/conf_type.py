"""Types of confidence limits of a survival curve. Needs no numpy."""

from __future__ import annotations

from ...schemas.word import Word


class ConfType(Word):
    """The scale on which the limits are symmetric, as R and SAS name it."""

    LOG_LOG = "log-log"
    LOG = "log"
    PLAIN = "plain"
