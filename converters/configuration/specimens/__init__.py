"""Files to start from, commented: `adamgate init` prints them. A new one is a file here and an entry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

SETTINGS = "settings"
"""The one that derives nothing."""
PIPELINE = "pipeline"
"""The steps of a pipeline, which derives ADTTE."""
SPECIMENS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        SETTINGS: ("settings.toml",),
        "adsl": ("adsl.toml",),
        "adae": ("adae.toml",),
        "adrs": ("adrs.toml",),
        "adtte": ("adtte.toml",),
        "bds": ("bds.toml",),
        "raw": ("raw.toml",),
        PIPELINE: ("pipeline.toml", "adtte.toml"),
    }
)
"""Files by what they are for: a dataset that is derived, raw files that are mapped, a pipeline."""


def specimen(name: str) -> str:
    """The text of one of `SPECIMENS`."""
    here = Path(__file__)
    return "".join(here.with_name(each).read_text(encoding="utf-8") for each in SPECIMENS[name])
