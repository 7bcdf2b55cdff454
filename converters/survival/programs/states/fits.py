"""The transitions between states. Needs no pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class StateFits:
    """The transitions of a table of states.

    Attributes
    ----------
    states : tuple of str
        The first is that of time 0.
    pairs : tuple of pairs of int
        From and to of each transition, as places among the states.
    censored : str
        What `target` is where there is no transition.
    by_transition : bool
        Whether the table has a record for each interval and transition at risk, with a number and a status.
    start, stop, origin, target, number, status : str
        Columns.
    """

    folder: ClassVar[str] = "states"
    need: ClassVar[str] = "models of several states"

    states: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]
    censored: str
    by_transition: bool
    start: str = "start"
    stop: str = "stop"
    origin: str = "from_state"
    target: str = "to_state"
    number: str = "transition"
    status: str = "status"

    @property
    def title(self) -> str:
        return "Transitions between states"

    @property
    def coded(self) -> Mapping[str, tuple[str, ...] | None]:
        if self.by_transition:
            return {}
        return {self.origin: self.states, self.target: (self.censored, *self.states)}

    def renamed(self, names: Mapping[str, str]) -> StateFits:
        columns = ("start", "stop", "origin", "target", "number", "status")
        given = {each: getattr(self, each) for each in columns}
        return replace(self, **{each: names.get(name, name) for each, name in given.items()})
