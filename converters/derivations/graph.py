"""In which order datasets are derived: each after those that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from . import derivation_of
from .by_need import in_order_of_need
from .specification import Specification


def in_order(specification: Specification) -> tuple[str, ...]:
    """The derived datasets, each after those that it needs, otherwise as they are declared.

    Raises
    ------
    ConfigurationError
        If datasets need each other.
    """
    needs = {name: needed_by(name, specification) for name in specification.datasets}
    advice = "let one of them need fewer datasets, or derive it in two steps"
    return in_order_of_need(needs, "[derive.{}]".format, advice)


def in_steps(specification: Specification) -> Iterator[tuple[str, ...]]:
    """The derived datasets in steps: those of one need only those of earlier ones.

    Raises
    ------
    ConfigurationError
        If datasets need each other.
    """
    step_of: dict[str, int] = {}
    for name in in_order(specification):
        needed = needed_by(name, specification)
        step_of[name] = 1 + max((step_of[each] for each in needed), default=-1)
    for step in range(1 + max(step_of.values(), default=-1)):
        yield tuple(name for name, its_step in step_of.items() if its_step == step)


def needed_by(name: str, specification: Specification) -> frozenset[str]:
    """The derived datasets that one needs."""
    options = specification.datasets[name]
    return _derived_among(derivation_of(options).needs(name, options, specification), name, specification)


def before(name: str, specification: Specification) -> tuple[str, ...]:
    """The datasets that are derived before one."""
    order = in_order(specification)
    return order[: order.index(name)]


def _derived_among(needed: tuple[str, ...], name: str, specification: Specification) -> frozenset[str]:
    """Those needed that are derived, by their name or its first part; a dataset that needs itself is read."""
    derived = specification.datasets
    exact = {each for each in needed if each in derived}
    parts = {one for each in needed if each not in derived for one in derived if one.startswith(f"{each}_")}
    return frozenset((exact | parts) - {name})
