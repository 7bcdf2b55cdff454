"""Sizes as people write them: "500MB", "4GB"."""

from __future__ import annotations

import re
from typing import Any

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"(\d{1,12})\s*([KMGT]?B)?", re.IGNORECASE | re.ASCII)


def bytes_in(size: Any) -> int:
    """Bytes of a number, or of a text with a unit; 0 for what is not a size."""
    if isinstance(size, bool) or not isinstance(size, int | str):
        return 0
    found = _SIZE.fullmatch(size.strip() if isinstance(size, str) else str(size))
    return int(found[1]) * _UNITS[(found[2] or "").upper()] if found else 0
