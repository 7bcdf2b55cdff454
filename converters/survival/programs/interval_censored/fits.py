"""The columns of interval-censored times. Needs no pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class CensoredFits:
    """The columns of a table of interval-censored times."""

    folder: ClassVar[str] = "interval_censored"
    need: ClassVar[str] = "interval censoring"

    left: str = "left"
    right: str = "right"
    type: str = "type"

    @property
    def title(self) -> str:
        return "Interval-censored times"

    @property
    def coded(self) -> Mapping[str, tuple[str, ...] | None]:
        return {}

    def renamed(self, names: Mapping[str, str]) -> CensoredFits:
        own = {each: getattr(self, each) for each in ("left", "right", "type")}
        return replace(self, **{each: names.get(name, name) for each, name in own.items()})
