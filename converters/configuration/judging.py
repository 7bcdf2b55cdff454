"""How a study is to be judged, by its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...schemas.gate.waivers import Waiver
    from ...schemas.rules.rule import Rule
    from ...schemas.study.declarations import Declarations


@dataclass(frozen=True, slots=True)
class Judging:
    """How a study is to be judged, by its file.

    Attributes
    ----------
    select, ignore : tuple of str
        Names of rules, some with a dataset before them: "ADAE:AE001".
    severities : mapping of rule name to str
    declarations : Declarations or None
    waivers : tuple of Waiver
    rules : tuple of Rule
        The user's own.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    declarations: Declarations | None = None
    waivers: tuple[Waiver, ...] = ()
    rules: tuple[Rule, ...] = ()
