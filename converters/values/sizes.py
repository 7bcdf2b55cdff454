"""Sizes as people write them: "500MB", "1.5GB"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)\s*([KMGT]?B)", re.IGNORECASE | re.ASCII)


def bytes_in(size: Any) -> int:
    """Bytes of a number of bytes, or of a text with a unit; 0 for what is not a size."""
    if isinstance(size, int) and not isinstance(size, bool):
        return size if 0 < size < 10**12 else 0
    found = _SIZE.fullmatch(size.strip()) if isinstance(size, str) else None
    return int(Decimal(found[1]) * _UNITS[found[2].upper()]) if found else 0


def written_size(number: int) -> str:
    """Bytes as text, exact: "256MB"."""
    unit, least = next((unit, least) for unit, least in reversed(_UNITS.items()) if number % least == 0)
    return f"{number // least}{unit}"
