"""What callers ask of estimates: times, types of limits, groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....schemas.errors import ConfigurationError
from ....schemas.kinds import ListOf, checked, time_point
from ....schemas.wording import did_you_mean, one_line
from ..conf_type import ConfType


def asked_times(at: Sequence[float], *, curve: bool) -> tuple[float, ...]:
    """The times of the estimates, each once, in their order; none for those of the data."""
    given = np.atleast_1d(np.asarray(at, dtype=object)).tolist()
    if not given:
        return ()
    if curve:
        raise ConfigurationError(
            "at and curve contradict each other", "at, curve", "give the times (--at), or --curve for all"
        )
    plain = [each.item() if isinstance(each, np.generic) else each for each in given]
    return tuple(sorted(set(checked(plain, ListOf(time_point), "at", "at"))))


def asked_conf_type(text: str) -> ConfType:
    """The type of that name."""
    try:
        return ConfType(text)
    except ValueError:
        raise ConfigurationError(
            f"{one_line(repr(text))} is not a type of confidence limits",
            "conf_type",
            did_you_mean(str(text), ConfType),
        ) from None


def require_by(by: str | None, **options: object) -> None:
    """Refuse options that are about groups where there are none."""
    for option, given in options.items():
        if given and by is None:
            raise ConfigurationError(
                f"{option} needs groups", option, "give the variable of the groups with --by (by=)"
            )
