"""How a report is to be shown: what a renderer needs to know beside the report itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...schemas.finding import Report, Severity


class Detail(IntEnum):
    """How much a text says."""

    VERDICT = 0
    SUMMARY = 1
    EVERYTHING = 2


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a report is shown.

    Attributes
    ----------
    threshold : Severity or None
        The least severity that refuses; None where only rules that were not run do.
    origins : mapping of standard to str
        Where the version of each standard came from: "default", "adamgate.toml".
    detail : Detail
        Of a text.
    colour : bool
        Whether a text carries terminal colours; they never say more than its words.
    width : int
        Columns a text may take.
    """

    threshold: Severity | None
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    detail: Detail = Detail.SUMMARY
    colour: bool = False
    width: int = 100


Renderer = Callable[["Report", Presentation], str]
