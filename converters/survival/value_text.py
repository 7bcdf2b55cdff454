"""A value of a variable as codebooks, tables and messages show it."""

from __future__ import annotations

from datetime import datetime, time


def value_text(value: object) -> str:
    """A number without needless digits, a date without midnight, another value as it is."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return f"{value:.15g}" if isinstance(value, float) else str(value)
