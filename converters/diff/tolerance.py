"""How far two numbers may be apart and still be equal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...schemas.errors import ConfigurationError
from ...schemas.study.columns import Numbers
from ...schemas.wording import one_line
from .pair import DatasetPair, HeldKind, Kinds

OTHERS = "*"
"""In place of a name: all that are not named."""

GivenTolerance = float | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Of one variable: ``|a - b| <= max(absolute, relative * max(|a|, |b|))``, as `math.isclose` has it."""

    absolute: float = 0.0
    relative: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.absolute or self.relative)

    def allows(self, distance: Numbers, a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
        """Which distances are within it; an infinite one never is."""
        most = np.maximum(self.absolute, self.relative * np.maximum(np.abs(a), np.abs(b)))
        within: NDArray[np.bool_] = (distance <= most) & np.isfinite(distance)
        return within


EXACT = Tolerance()


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Of all variables.

    Attributes
    ----------
    absolute, relative : mapping of str to float
        By the name of a variable in capitals, or `OTHERS`.
    """

    absolute: Mapping[str, float]
    relative: Mapping[str, float]

    def of(self, variable: str, kinds: Kinds) -> Tolerance:
        """That of a variable. A date or a datetime has one only where it is named, and it is absolute."""
        if kinds == (HeldKind.NUMBER, HeldKind.NUMBER):
            return Tolerance(_of(self.absolute, variable), _of(self.relative, variable))
        return Tolerance(self.absolute.get(variable, 0.0))

    def require_numbers(self, pairs: Sequence[DatasetPair]) -> None:
        """Refuse a tolerance of a variable that has none in any dataset.

        Raises
        ------
        ConfigurationError
            For a character variable, and for the relative tolerance of a date.
        """
        for option, given, fit in (("abs", self.absolute, _NOT_TEXT), ("rel", self.relative, _NUMBERS)):
            for name in sorted({*given} - {OTHERS}):
                kinds = {kind for pair in pairs if name in pair.common for kind in pair.kinds(name)}
                if kinds and kinds.isdisjoint(fit):
                    raise _no_tolerance(name, option, kinds)

    @property
    def named(self) -> set[str]:
        return {*self.absolute, *self.relative} - {OTHERS}


_NUMBERS = frozenset({HeldKind.NUMBER})
_NOT_TEXT = frozenset({*HeldKind}) - {HeldKind.TEXT}


def _no_tolerance(name: str, option: str, kinds: set[HeldKind]) -> ConfigurationError:
    where = f"{option}, {one_line(name)}"
    if kinds == {HeldKind.TEXT}:
        return ConfigurationError("a character variable has no tolerance", where, "omit it")
    return ConfigurationError(
        "a date or datetime has no relative tolerance",
        where,
        f"give an absolute one, in days or seconds: abs {one_line(name)}=1",
    )


def _of(given: Mapping[str, float], variable: str) -> float:
    return given.get(variable, given.get(OTHERS, 0.0))


def tolerances(absolute: object, relative: object) -> Tolerances:
    """What a caller gives: a number for all variables, or numbers by names.

    Raises
    ------
    ConfigurationError
        For anything but finite numbers, 0 or more.
    """
    return Tolerances(_checked(absolute, "abs"), _checked(relative, "rel"))


def _checked(given: Any, option: str) -> Mapping[str, float]:
    by_name = given.items() if isinstance(given, Mapping) else [(OTHERS, given)]
    return {_name(name, option): _number(value, option) for name, value in by_name}


def _name(name: Any, option: str) -> str:
    if not isinstance(name, str):
        raise ConfigurationError(
            f"{one_line(repr(name))} is not a variable", option, "give names as strings: {'AVAL': 1e-9}"
        )
    return name.strip().upper()


def _number(value: Any, option: str) -> float:
    fits = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not fits or not 0 <= value < math.inf:
        raise ConfigurationError(
            f"{one_line(repr(value))} is not a tolerance", option, "give a number, 0 or more: 1e-9"
        )
    return float(value)


def tolerance_options(given: Iterable[str], option: str) -> dict[str, float]:
    """The same from a command line: ``1e-9`` for all variables, ``AVAL=1e-9`` for one.

    Raises
    ------
    ConfigurationError
        For anything else.
    """
    found: dict[str, float] = {}
    for text in given:
        name, is_named, number = text.rpartition("=")
        of = name.strip().upper() if is_named else OTHERS
        try:
            found[of] = float(number if of else "")
        except ValueError:
            raise ConfigurationError(
                f"{one_line(text)} is not a tolerance", option, f"give {option} 1e-9 or {option} AVAL=1e-9"
            ) from None
    return found
