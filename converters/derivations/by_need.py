"""An order in which each of several comes after those that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

from ...schemas.errors import ConfigurationError


def in_order_of_need(
    needed: Mapping[str, Set[str]], place: Callable[[str], str], advice: str
) -> tuple[str, ...]:
    """Their names, each after those that it needs, otherwise as they are listed.

    Parameters
    ----------
    needed : mapping of str to set of str
        What each needs of the others.
    place : callable
        Of a name in the specification.
    advice : str
        What to do about names that need each other.

    Raises
    ------
    ConfigurationError
        If some need each other.
    """
    order: dict[str, None] = {}
    while len(order) < len(needed):
        ready = next((name for name in needed if name not in order and needed[name] <= order.keys()), None)
        if ready is None:
            circle = _circle({name: needed[name] - order.keys() for name in needed if name not in order})
            what = f"{circle[0]} needs itself: {' needs '.join(circle)}"
            raise ConfigurationError(what, place(circle[0]), advice)
        order[ready] = None
    return tuple(order)


def _circle(needed: Mapping[str, Set[str]]) -> list[str]:
    """Names of which each needs the next, the first again at the end; each of those given needs another."""
    path = [next(iter(needed))]
    while True:
        following = next(each for each in needed if each in needed[path[-1]])
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)
