"""What is asked of the states and transitions of a table, whatever the data."""

from __future__ import annotations

from collections.abc import Mapping

from .....schemas.errors import ConfigurationError
from .....schemas.wording import did_you_mean
from . import MultiStateOptions

NO_TRANSITION = "censored"
"""`to_state` of an interval at whose end there is no transition: the first level of R's factor."""


def require_states(options: MultiStateOptions) -> None:
    """Refuse states that are given twice, and names that are none of them.

    Raises
    ------
    ConfigurationError
    """
    states = options.states
    if len(states) < 2:
        raise ConfigurationError(
            "states has fewer than two", "states", "give the states, the first that of time 0"
        )
    known = {state.upper() for state in states}
    if len(known) < len(states) or NO_TRANSITION.upper() in known:
        raise ConfigurationError(
            f"a state is given twice, or is called {NO_TRANSITION}",
            f"states: {', '.join(states)}",
            f"give each once; {NO_TRANSITION} is the end of follow-up",
        )
    followed = options.follow_up if isinstance(options.follow_up, Mapping) else {}
    of_transitions = [name for each in options.transitions for name in (*each.from_states, each.to_state)]
    named = {"transitions": of_transitions, "same_day": options.same_day, "follow_up": followed}
    for key, state in ((key, name) for key, names in named.items() for name in names):
        if state not in states:
            raise ConfigurationError(f"{state} is not a state", key, did_you_mean(state, states))
    origins = {states[origin] for origin, _ in options.pairs}
    for state in followed:
        if state not in origins:
            raise ConfigurationError(
                f"follow-up in {state} has no effect: no transition leads from it", "follow_up", "omit it"
            )
    for each in options.transitions:
        if each.to_state in each.from_states:
            raise ConfigurationError(
                f"the transition {each.words} does not leave the state", "transitions", "omit it"
            )
    reached = {states[target] for _, target in options.pairs} | {states[0]}
    lacking = [state for state in states if state not in reached]
    if lacking:
        raise ConfigurationError(
            f"no transition enters {', '.join(lacking)}", "transitions", "declare one, or omit the state"
        )
