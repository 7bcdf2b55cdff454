"""What may be declared of the figures of a study. Needs no pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...schemas.evidence.time_unit import TimeUnit
from ...schemas.kinds import NAMES, Choice, ListOf, TableOf, Words, amount, count, name, text
from ...schemas.options import option
from ...schemas.word import Word

_CONDITIONS = TableOf(text, 'a table of conditions: { "Stringent CR" = "BOR == \'sCR\'" }')

FIGURES = (".png", ".pdf", ".svg")
"""Suffixes of files that are figures."""


def is_figure(path: str | Path) -> bool:
    """Whether a name is one of a figure."""
    return Path(path).suffix.lower() in FIGURES


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
class SwimmerCommandOptions(SwimmerOptions):
    """Of `adamgate swimmer`: what the page takes from its curves is given, too."""

    arm: str | None = option(name, "Variable of ADSL with the arms.", default=None, otherwise="one group")
    population: str | None = option(
        name, "Population flag in ADSL.", default=None, otherwise="all subjects", metavar="FLAG"
    )
    unit: str | None = option(
        Choice(tuple(map(str, TimeUnit))), "Unit of the times.", default=None, otherwise="months"
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
class AtLandmark:
    """The event and the landmark that part long-term responders from others."""

    param: str | None = option(
        name,
        "Parameter whose event ends the response.",
        default=None,
        otherwise="progression-free survival",
        metavar="PARAMCD",
    )
    landmark: float | None = option(
        amount,
        "Time after which a subject without the event is a long-term responder.",
        default=None,
        otherwise="5 years",
    )
    unit: str | None = option(
        Choice(tuple(map(str, TimeUnit))),
        "Unit of the landmark.",
        default=None,
        otherwise="that of the curves, else of AVAL",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderOptions(AtLandmark):
    """Of the long-term responders: ``[responders]`` of ``adamgate.toml``.

    Attributes
    ----------
    param : str or None
        Parameter whose event ends the response (default: progression-free survival).
    landmark : float or None
        Time after which a subject without the event is a long-term responder (default: 5 years).
    unit : str or None
        Of the landmark: days, weeks, months or years (default: that of the curves, else of AVAL).
    biomarkers : tuple of str
        Numeric variables of ADSL, or parameters of another dataset at baseline such as "ADLB.HGB"
        (default: numeric variables of ADSL that end in BL).
    counts : mapping of str to str
        Names, and conditions on ADSL, of what is counted among the subjects
        (default: best overall response, and flags of MRD and of imaging).
    events : mapping of str to str
        Names, and conditions on ADAE or ADSL, of adverse events at any time
        (default: the events of special interest, as of `SafetyOptions`).

    Examples
    --------
    >>> options = ag.ResponderOptions(landmark=60, unit="months", counts={"Stringent CR": "BOR == 'sCR'"})
    >>> options.landmark, options.unit
    (60, 'months')
    """

    biomarkers: tuple[str, ...] = option(
        NAMES,
        "Numeric variables of ADSL, or parameters of another dataset at baseline such as ADLB.HGB.",
        default=(),
        otherwise="numeric variables of ADSL that end in BL",
    )
    counts: Mapping[str, str] = option(
        _CONDITIONS,
        "Names, and conditions on ADSL, of what is counted among the subjects.",
        default=dict,
        otherwise="best overall response, flags of MRD and of imaging",
    )
    events: Mapping[str, str] = option(
        _CONDITIONS,
        "Names, and conditions on ADAE or ADSL, of adverse events at any time.",
        default=dict,
        otherwise="the events of special interest",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderCommandOptions(AtLandmark):
    """Of `adamgate responders`: what is not given is as ``[responders]`` of ``adamgate.toml`` has it."""

    population: str | None = option(
        name, "Population flag.", default=None, otherwise="all records of the parameter", metavar="FLAG"
    )
    biomarkers: tuple[str, ...] = option(
        Words('a list of names in quotes: ["HGBBL", "ADLB.HGB"]'),
        "Numeric variables of ADSL, or parameters of another dataset at baseline such as ADLB.HGB.",
        default=(),
        otherwise="numeric variables of ADSL that end in BL",
        metavar="A,B",
    )
    count: tuple[str, ...] = option(
        ListOf(text, of="texts"),
        "Name and condition on ADSL of what is counted among the subjects, one option for each: "
        "\"Stringent CR: BOR == 'sCR'\".",
        default=(),
        otherwise="best overall response, flags of MRD and of imaging",
        metavar="NAME:EXPR",
    )
    event: tuple[str, ...] = option(
        ListOf(text, of="texts"),
        "Name and condition on ADAE or ADSL of adverse events at any time, one option for each.",
        default=(),
        otherwise="the events of special interest",
        metavar="NAME:EXPR",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOptions:
    """What is declared of each figure; None where nothing is."""

    swimmer: SwimmerOptions | None = None
    safety: SafetyOptions | None = None
    responders: ResponderOptions | None = None
