"""Files to start from, commented: `adamgate init` prints them. A new one is a file here and an entry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

SETTINGS = "settings"
"""The one that derives nothing."""
SPECIMENS: Mapping[str, str] = MappingProxyType(
    {
        SETTINGS: "settings.toml",
        "adsl": "adsl.toml",
        "adae": "adae.toml",
        "adrs": "adrs.toml",
        "adtte": "adtte.toml",
        "bds": "bds.toml",
        "raw": "raw.toml",
    }
)
"""Files by what they are for: a dataset that is derived, or raw files that are mapped."""


def specimen(name: str) -> str:
    """The text of one of `SPECIMENS`."""
    return Path(__file__).with_name(SPECIMENS[name]).read_text(encoding="utf-8")
