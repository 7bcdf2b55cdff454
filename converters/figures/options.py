"""What may be declared of the figures of a study. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas.kinds import Choice, count, name
from ...schemas.options import option
from ...schemas.word import Word


class LaneChoice(Word):
    """Which subjects have a lane, if not all have one."""

    EVENLY = "evenly"
    LONGEST = "longest"
    SHORTEST = "shortest"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwimmerOptions:
    """Of a swimmer plot: ``[swimmer]`` of ``adamgate.toml``.

    Attributes
    ----------
    start : str or None
        ADSL date from which the time is counted (default: TRTSDT, else RANDDT).
    response : str or None
        Parameter of ADRS with the responses over time (default: the one that has them).
    most : int
        Subjects that have a lane; the others are counted.
    choose : {"evenly", "longest", "shortest"}
        Which of them, by their follow-up: each so many-th of all, or those with the longest or shortest one.

    Examples
    --------
    >>> ag.SwimmerOptions(response="OVR", most=50).choose
    'evenly'
    """

    start: str | None = option(
        name,
        "ADSL date from which the time is counted.",
        default=None,
        otherwise="TRTSDT, else RANDDT",
        metavar="DATE",
    )
    response: str | None = option(
        name,
        "Parameter of ADRS with the responses over time.",
        default=None,
        otherwise="the one that has them",
        metavar="PARAMCD",
    )
    most: int = option(
        count, "Subjects that have a lane; the others are counted.", default=100, otherwise="100"
    )
    choose: str = option(
        Choice(tuple(map(str, LaneChoice))),
        "Which subjects have a lane, by their follow-up, if they are too many.",
        default=str(LaneChoice.EVENLY),
        otherwise="evenly spaced",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOptions:
    """What is declared of each figure; None where nothing is."""

    swimmer: SwimmerOptions | None = None
