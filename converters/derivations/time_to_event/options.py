"""What is declared of a time-to-event dataset: its parameters, and what stops their clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....schemas.evidence.time_unit import TimeUnit
from ....schemas.kinds import NAMES, Choice, count, name, schedule, switch, text
from ....schemas.options import option, same_option
from ....schemas.study.declarations import Endpoint
from ..assignments import ASSIGNMENTS, Assignment
from ..dataset_options import DerivedDataset
from ..value_kinds import NAMES_OR_NONE, zero_or_one


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What ends the time in which events of a subject count: ``[stop.NAME]`` of a file.

    Exactly one of `source`, `at_cut_off` and `missed_visits_in_a_row` says when. What is dated later does not
    count: event, censoring, or origin of a source. A subject left without an event is censored by the stop.

    Attributes
    ----------
    source : str
        Name of a source; the first date of the subject is the stop.
    at_cut_off : bool
        The data cut-off date of the study is the stop of all subjects.
    missed_visits_in_a_row : int or None
        An event after so many scheduled visits without an adequate assessment does not count: the subject is
        censored at the last assessment before them.
    visit_days : tuple of int
        Scheduled days of assessments, ascending; the last interval is repeated.
    visits_from : str
        ADSL variable that they count from; empty for the origin.
    assessments : str
        Name of the source of adequate assessments.
    censor_at : str
        "assessment": at the last adequate assessment before the stop, or else at the origin;
        "stop": at the stop itself.
    same_day : str
        Whether what is dated on the day of the stop "counts" or is "late".
    always : bool
        Whether the stop censors every subject who has it and no event before; otherwise only where something
        later was dropped.
    set : mapping of variable to text, number or FromVariable
        What a record that is censored by the stop has. CNSR is 1 unless it is set.

    Examples
    --------
    >>> ag.Stop(source="NEWTX", assessments="TUMOR", set={"CNSR": 2}).censor_at
    'assessment'
    """

    source: str = option(name, "Source ([source.NAME]) whose first date is the stop.", default="")
    at_cut_off: bool = option(switch, "The data cut-off date of [study] is the stop.", default=False)
    missed_visits_in_a_row: int | None = option(
        count,
        "Scheduled visits without an assessment after which an event does not count, such as 2.",
        default=None,
    )
    visit_days: tuple[int, ...] = option(
        schedule,
        "Scheduled days of assessments, such as [56, 112]; the last interval is repeated.",
        default=(),
    )
    visits_from: str = option(
        name,
        "ADSL variable that visit_days count from, such as RANDDT.",
        default="",
        otherwise="the origin of the parameter",
    )
    assessments: str = option(name, "Source ([source.NAME]) of adequate assessments.", default="")
    censor_at: str = option(
        Choice(("assessment", "stop")),
        "Where the subject is censored: the last assessment before the stop, or the stop.",
        default="assessment",
    )
    same_day: str = option(
        Choice(("counts", "late")),
        "Whether what is dated on the day of the stop counts.",
        default="counts",
    )
    always: bool = option(
        switch,
        "Censor every subject who has the stop and no event before; otherwise only where something later was "
        "dropped.",
        default=False,
    )
    set: Mapping[str, Assignment] = option(
        ASSIGNMENTS, "Variables of a record that is censored by the stop.", default=dict
    )


@dataclass(frozen=True, slots=True)
class DerivedEndpoint(Endpoint):
    """One parameter of a derived time-to-event dataset: ``[endpoint.PARAMCD]`` of a file.

    The first event counts, else the last censoring. An event beats a censoring whatever the dates, unless a
    stop is declared. Of events on one date the source listed first counts, of censors the one listed last.

    Attributes
    ----------
    param : str
        PARAM; empty if the parameter is not derived.
    paramn : int or None
        PARAMN.
    unit : str
        Unit of AVAL: "days", "weeks", "months" (30.4375 days) or "years" (365.25 days). Never rounded.
    origin_source : str
        Name of a source whose first date is the origin, instead of `origin`.
    subjects : str
        Condition over ADSL that selects the subjects; `population` holds, too.
    with_record : str
        Name of a source; only subjects with a dated record of it.
    censors : tuple of str
        Names of sources of the censoring.
    stops : tuple of str
        Names of stops; the earliest one of a subject counts, on one day that listed first.
    before_origin : str
        A deciding date before the origin: "error", "raise" to the origin, or "drop" such records.
    without_origin : str
        A subject with a candidate, but without an origin: "error", "exclude", or "keep" a record without
        STARTDT and AVAL.
    without_candidate : str
        A subject without a dated record of any source: "error" or "exclude".
    first_day : int
        AVAL where ADT is STARTDT: 1 or 0.

    Other attributes are those of `Endpoint`.

    Examples
    --------
    >>> ag.DerivedEndpoint(param="Overall Survival", origin="RANDDT", events=("DEATH",)).unit
    'days'
    """

    param: str = option(text, "Name of the parameter (PARAM); required if it is derived.", default="")
    paramn: int | None = option(count, "Number of the parameter (PARAMN).", default=None)
    unit: str = option(
        Choice(tuple(map(str, TimeUnit))),
        "Unit of AVAL; a month is 30.4375 days, a year 365.25.",
        default="days",
    )
    origin_source: str = option(
        name, "Source ([source.NAME]) whose first date is the origin, instead of origin.", default=""
    )
    subjects: str = option(
        text, "Condition over ADSL that selects the subjects.", default="", otherwise="all subjects"
    )
    with_record: str = option(
        name, "Source ([source.NAME]); only subjects with a dated record of it.", default=""
    )
    censors: tuple[str, ...] = option(
        NAMES, "Sources ([source.NAME]) of the censoring; the last record of any of them counts.", default=()
    )
    stops: tuple[str, ...] = option(
        NAMES_OR_NONE, "Stops ([stop.NAME]) after which events do not count.", default=()
    )
    before_origin: str = option(
        Choice(("error", "raise", "drop")),
        "A deciding date before the origin: an error, raised to the origin, or such records dropped.",
        default="error",
    )
    without_origin: str = option(
        Choice(("error", "exclude", "keep")),
        "A subject without an origin: an error, excluded, or kept with a record without STARTDT and AVAL.",
        default="error",
    )
    without_candidate: str = option(
        Choice(("error", "exclude")),
        "A subject without a dated record of any source: an error, or excluded.",
        default="error",
    )
    first_day: int = option(zero_or_one, "AVAL where ADT is STARTDT: 1 or 0.", default=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """Another way to derive an endpoint, to be compared with the declared one: ``[vary.NAME]`` of a file.

    Attributes
    ----------
    endpoint : str
        PARAMCD of the endpoint.

    Other attributes are those of `DerivedEndpoint`; None leaves what is declared.

    Examples
    --------
    >>> ag.Variation(endpoint="PFS", stops=()).stops
    ()
    """

    endpoint: str = option(name, "PARAMCD of the endpoint.")
    origin: str | None = same_option(Endpoint, "origin", default=None, otherwise="as declared")
    origin_source: str | None = same_option(
        DerivedEndpoint, "origin_source", default=None, otherwise="as declared"
    )
    events: tuple[str, ...] | None = same_option(Endpoint, "events", default=None, otherwise="as declared")
    censors: tuple[str, ...] | None = same_option(
        DerivedEndpoint, "censors", default=None, otherwise="as declared"
    )
    stops: tuple[str, ...] | None = same_option(
        DerivedEndpoint, "stops", default=None, otherwise="as declared"
    )
    before_origin: str | None = same_option(
        DerivedEndpoint, "before_origin", default=None, otherwise="as declared"
    )
    first_day: int | None = same_option(DerivedEndpoint, "first_day", default=None, otherwise="as declared")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToEvent(DerivedDataset):
    """A derived time-to-event dataset: ``[derive.NAME]`` of a file, with ``kind = "time_to_event"``.

    Attributes
    ----------
    endpoints : tuple of str
        PARAMCDs of its parameters; empty for all endpoints that have a `param`.
    number : tuple of str
        Variables that number the records of a subject: ASEQ; missing values last.

    Other attributes are those of `DerivedDataset`.

    Examples
    --------
    >>> ag.TimeToEvent(carry=("AGE", "SEX")).endpoints
    ()
    """

    endpoints: tuple[str, ...] = option(
        NAMES,
        "Parameters ([endpoint.PARAMCD]) of the dataset.",
        default=(),
        otherwise="every endpoint with a param",
    )
    number: tuple[str, ...] = option(
        NAMES,
        "Variables that number the records of a subject (ASEQ), missing values last.",
        default=("PARAMCD",),
    )
