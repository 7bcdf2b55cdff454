"""What may be declared of the figures of a study. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas.kinds import NAMES, Choice, count, name, text
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
class SafetyOptions:
    """Of the tables of adverse events: ``[safety]`` of ``adamgate.toml``.

    Attributes
    ----------
    by : tuple of str
        Variables of the terms, the highest level first (default: AEBODSYS, else AESOC, and AEDECOD).
    arm : str or None
        Treatment variable (default: TRTA, else TRTP; without either, all subjects together).
    population : str or None
        Population flag in ADSL (default: SAFFL, if it is present).
    where : str or None
        Condition that selects the events (default: ``TRTEMFL == 'Y'``, if it is present).
    grade : str or None
        Grade or severity (default: AETOXGR, else AESEV).
    groups : tuple of str
        Variables with the events of special interest (default: SMQzzNAM and CQzzNAM, else ACAT1).
    groups_where : str or None
        Condition that selects those (default: that of the other table).
    most : int
        Terms that are listed; of more the most frequent ones are.

    Examples
    --------
    >>> ag.SafetyOptions(groups=("ACAT1",), groups_where="ACAT1 != 'OTHER'").most
    400
    """

    by: tuple[str, ...] = option(
        NAMES,
        "Variables of the terms, the highest level first.",
        default=(),
        otherwise="AEBODSYS, else AESOC, and AEDECOD",
    )
    arm: str | None = option(name, "Treatment variable.", default=None, otherwise="TRTA, else TRTP")
    population: str | None = option(
        name, "Population flag in ADSL.", default=None, otherwise="SAFFL, if it is present"
    )
    where: str | None = option(
        text,
        "Condition that selects the events.",
        default=None,
        otherwise="TRTEMFL == 'Y', if it is present",
    )
    grade: str | None = option(name, "Grade or severity.", default=None, otherwise="AETOXGR, else AESEV")
    groups: tuple[str, ...] = option(
        NAMES,
        "Variables with the events of special interest.",
        default=(),
        otherwise="SMQzzNAM and CQzzNAM, else ACAT1",
    )
    groups_where: str | None = option(
        text, "Condition that selects the events of special interest.", default=None, otherwise="where"
    )
    most: int = option(
        count, "Terms that are listed; of more the most frequent ones are.", default=400, otherwise="400"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOptions:
    """What is declared of each figure; None where nothing is."""

    swimmer: SwimmerOptions | None = None
    safety: SafetyOptions | None = None
