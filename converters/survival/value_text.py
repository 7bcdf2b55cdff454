"""A value of a variable as codebooks, tables and messages show it."""

from __future__ import annotations


def value_text(value: object) -> str:
    """A number without needless digits, another value as it is."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)
