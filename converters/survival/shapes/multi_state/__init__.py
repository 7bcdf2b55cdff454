"""Several states, one after the other: what may be asked of the table. Needs no pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .....schemas.kinds import Choice, ListOf, Words, text
from .....schemas.options import option
from ..options import OneParameter, TableOptions
from .declared import Transition, follow_up, transition

INTERVALS, TRANSITIONS = "intervals", "transitions"
ORDER = Words('a list of states in quotes: ["dead", "progressed"]', takes_blank=False)


@dataclass(frozen=True)
class MultiStateOptions(TableOptions, OneParameter):
    """Of a table of states."""

    states: tuple[str, ...] = option(
        ListOf(text, least=2, expected='a list of states: ["alive", "dead"]', of="states"),
        "State; the first one is that of time 0.",
        flag="--state",
        metavar="STATE",
    )
    transitions: tuple[Transition, ...] = option(
        ListOf(transition, of="transitions"),
        "Transition and its dates: \"alive -> progressed: PFS: EVNTDESC == 'Progression'\".",
        flag="--transition",
        metavar='"FROM -> TO: SOURCE"',
    )
    follow_up: str | Mapping[str, str] | None = option(
        follow_up,
        'End of follow-up: a parameter or dates (PFS, "min(LSTALVDT, EOSDT)"), in a file also by state.',
        default=None,
        otherwise="the end of the parameter",
        metavar="SOURCE",
    )
    same_day: tuple[str, ...] = option(
        ORDER,
        "States in the order in which they win if several are entered on one day.",
        default=(),
        otherwise="such days are an error",
        metavar="A,B",
    )
    outside: str | None = option(
        Choice(("refuse", "drop")),
        "Dates outside follow-up, and records without one: an error, or dropped and counted.",
        default=None,
        otherwise="refuse",
    )
    form: str | None = option(
        Choice((INTERVALS, TRANSITIONS)),
        "One record per interval, or per interval and transition at risk.",
        default=None,
        otherwise=INTERVALS,
    )

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """From and to of each transition, as places among the states, in the order of its number."""
        place = {state: number for number, state in enumerate(self.states)}
        found = {
            (place[origin], place[each.to_state]) for each in self.transitions for origin in each.from_states
        }
        return tuple(sorted(found))

    def follow_up_of(self, state: str) -> str | None:
        """What ends follow-up in a state; None for the end of the parameter."""
        if self.follow_up is None or isinstance(self.follow_up, str):
            return self.follow_up
        return self.follow_up.get(state)
