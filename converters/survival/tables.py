"""Tables of the other shapes, one function for each; `survival` makes the usual one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from ...schemas.errors import ConfigurationError
from ...schemas.gate.validate import GateOptions
from ...schemas.standards.versions import Standards
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean
from .analysis_table import AnalysisTable
from .make import make_table, options_from
from .shapes import SHAPES, options_given
from .shapes.counting_process import TimeVarying


class TableArguments(TypedDict, total=False):
    """What tables of every shape take, as `survival` explains it."""

    where: str | None
    population: str | None
    unit: str | None
    aval_unit: str | None
    covariates: Sequence[str]
    arm: str | None
    reference: str | None
    arm_order: Sequence[str]
    strata: Sequence[str]
    allow_no_events: bool


class JudgedBy(TypedDict, total=False):
    """How the study is judged first, as `survival` explains it."""

    gate: bool | GateOptions
    standards: Standards | None
    show_keys: bool


class Arguments(TableArguments, JudgedBy, total=False):
    """Both."""


def table(study: Study, shape: str, **options: Any) -> AnalysisTable:
    """A table of any shape by its name; the function of a shape says what its options are.

    Parameters
    ----------
    study : Study
        Not changed.
    shape : str
        "one-record", "wide", "delayed-entry", "landmark", "person-time", "counting-process",
        "competing-risks", "multi-state", "interval", as `adamgate survival --shape`.
    **options
        As the keys of `[table.NAME]` in ``adamgate.toml``, such as param; and gate, standards, show_keys as
        in `survival`.

    Returns
    -------
    AnalysisTable

    Raises
    ------
    ConfigurationError
        For an unknown shape, an option that it does not have, or one that it needs and lacks. Else as
        `survival`.
    GateRefused, Refused
        As `survival`.

    Examples
    --------
    >>> table = ag.table(ag.read("adam"), "person-time", param="OS", cut=[60, 120])
    >>> len(table.frame), int(table.frame["event"].sum())
    (13, 3)
    """
    if shape not in SHAPES:
        raise ConfigurationError(f"{shape} is not a shape", "shape", did_you_mean(str(shape), SHAPES))
    judged_by = {name: value for name, value in options.items() if name in JudgedBy.__annotations__}
    asked = {name: value for name, value in options.items() if name not in judged_by}
    options_given(SHAPES[shape], asked, lambda name: f"{name}=")  # all that it needs, and no other
    return make_table(shape, study, options_from(SHAPES[shape].options, **asked), **judged_by)


def wide(study: Study, paramcds: Sequence[str], **further: Unpack[Arguments]) -> AnalysisTable:
    """A table with one record per subject in ADSL, and columns for each of several parameters.

    Parameters
    ----------
    study : Study
        With ADSL and a time-to-event dataset. Not changed.
    paramcds : sequence of str
        Parameter codes: ["OS", "PFS"].
    **further
        As in `survival`: where, population, unit, aval_unit, covariates, arm, reference, arm_order, strata,
        allow_no_events, gate, standards, show_keys. Arm, strata and covariates are those of ADSL. A
        condition on ADSL alone selects subjects, another one records of each parameter.

    Returns
    -------
    AnalysisTable
        USUBJID; for each parameter OS_duration (float, in the unit that its label has), OS_event (nullable
        bool, True where CNSR is 0), OS_CNSR (nullable int) and OS_reason (text), all missing for a subject
        without a record, who is counted in the codebook; then arm, strata and covariates.

    Raises
    ------
    ConfigurationError, GateRefused, Refused
        As `survival`; also where ADSL is not present.

    Examples
    --------
    >>> table = ag.wide(ag.read("adam"), ["OS"], population="ITTFL", covariates=["AGE"])
    >>> list(table.frame.columns)
    ['USUBJID', 'OS_duration', 'OS_event', 'OS_CNSR', 'OS_reason', 'AGE']
    >>> int(table.frame["OS_event"].sum())
    2
    """
    return table(study, "wide", param=paramcds, **further)


def delayed_entry(study: Study, paramcd: str, entry: str, **further: Unpack[Arguments]) -> AnalysisTable:
    """A table with one record per subject, at risk from a later day than STARTDT on (left truncation).

    Parameters
    ----------
    study : Study
        Not changed.
    paramcd : str
        Parameter code, such as "OS".
    entry : str
        The date of entry: a variable of the time-to-event dataset or ADSL ("RSPDT"), or a parameter and a
        condition on its record, whose ADT it is ("PFS: EVNTDESC == 'Disease progression'").
    **further
        As in `survival`.

    Returns
    -------
    AnalysisTable
        The columns of `survival` and, after USUBJID, entry (float, in the unit of the durations). A subject
        is at risk over (entry, duration]. Entry on study day d is time d, as AVAL counts; on or
        before STARTDT it is 0. Subjects without an entry date, or with one at or after the end of
        their follow-up, are excluded and counted.

    Raises
    ------
    ConfigurationError, GateRefused, Refused
        As `survival`; also where no subject is left, or nothing shows whether AVAL counts the first day.

    Examples
    --------
    >>> table = ag.delayed_entry(ag.read("adam"), "OS", "RSPDT")
    >>> table.frame[["USUBJID", "entry", "duration", "event"]].head(2)
      USUBJID  entry  duration  event
    0   S1-01   15.0      30.0   True
    1   S1-03   46.0      95.0   True
    >>> table.codebook.selection.left_out[-1]
    LeftOut(reason='no entry date', records=3)
    """
    return table(study, "delayed-entry", param=paramcd, entry=entry, **further)


def landmark(
    study: Study,
    paramcd: str,
    landmark: float,
    landmark_status: Sequence[str] = (),
    **further: Unpack[Arguments],
) -> AnalysisTable:
    """A table of the subjects at risk after a landmark, with time counted from it.

    Parameters
    ----------
    study : Study
        Not changed.
    paramcd : str
        Parameter code, such as "OS".
    landmark : float
        In the unit of the table.
    landmark_status : sequence of str
        What happened by the landmark: a date of the time-to-event dataset or ADSL ("RSPDT"), a date of
        another parameter's record ("DOR:STARTDT"), or a parameter ("TTR"), which means its event.
    **further
        As in `survival`.

    Returns
    -------
    AnalysisTable
        The columns of `survival`, durations counted from the landmark, and after them NAME_by_landmark
        (bool) for each status: whether that day, counted from STARTDT as AVAL counts, is on or before the
        landmark. No group is made from what happens later. Subjects whose duration is at most the landmark
        are excluded and counted.

    Raises
    ------
    ConfigurationError, GateRefused, Refused
        As `survival`; also where nobody is at risk after the landmark.

    Notes
    -----
    Anderson JR, Cain KC, Gelber RD. Analysis of survival by tumor response. J Clin Oncol 1983;1:710-719.

    Examples
    --------
    >>> table = ag.landmark(ag.read("adam"), "OS", 60, ["RSPDT"])
    >>> table.frame[["USUBJID", "duration", "event", "RSPDT_by_landmark"]].head(2)
      USUBJID  duration  event  RSPDT_by_landmark
    0   S1-02       1.0  False              False
    1   S1-03      35.0   True               True
    """
    own = {"param": paramcd, "landmark": landmark, "landmark_status": landmark_status}
    return table(study, "landmark", **own, **further)


def person_time(
    study: Study, paramcd: str, cut: Sequence[float], **further: Unpack[Arguments]
) -> AnalysisTable:
    """A table of person-time: the follow-up of each subject, cut into intervals.

    Parameters
    ----------
    study : Study
        Not changed.
    paramcd : str
        Parameter code, such as "OS".
    cut : sequence of float
        Times at which intervals end, in the unit of the table.
    **further
        As in `survival`.

    Returns
    -------
    AnalysisTable
        USUBJID; start and stop (float; 0, cuts and durations bit for bit); event (bool, in the last interval
        only); interval (int, from 1); then arm, strata and covariates. A cut belongs to the interval that
        ends there; no interval has length 0: subjects with a duration of 0 are excluded and counted.

    Raises
    ------
    ConfigurationError, GateRefused, Refused
        As `survival`.

    Examples
    --------
    >>> table = ag.person_time(ag.read("adam"), "OS", [60, 120])
    >>> table.frame.head(3)
      USUBJID  start  stop  event  interval
    0   S1-01    0.0  30.0   True         1
    1   S1-02    0.0  60.0  False         1
    2   S1-02   60.0  61.0  False         2
    """
    return table(study, "person-time", param=paramcd, cut=cut, **further)


def competing_risks(
    study: Study,
    paramcd: str,
    cause: Sequence[str] = (),
    *,
    competing: str | None = None,
    competing_after_censoring: str | None = None,
    **further: Unpack[Arguments],
) -> AnalysisTable:
    """A table with one record per subject: the first event and its cause, or the censoring.

    Parameters
    ----------
    study : Study
        Not changed.
    paramcd : str
        Parameter code, such as "PFS".
    cause : sequence of str
        The causes in their order, each a name, a colon and a condition on the records of the parameter, with
        variables of ADSL if wanted: ``"death: EVNTDESC == 'Death'"``. Each record with CNSR = 0 must have
        exactly one. A cause may claim records with other CNSR, where competing events are censored in ADTTE.
    competing : str, optional
        In place of causes, a parameter whose events compete with those of `paramcd`, such as "OS"; with a
        condition on its records if it has several per subject: ``"OS: ANL01FL == 'Y'"``. The first event
        counts. On one day the own event comes first, then the competing event, then the censoring.
    competing_after_censoring : {"event", "censor"}, optional
        What a subject is whose competing event is after the own censoring: an event at that time, or
        censored. Without it such subjects are refused.
    **further
        As in `survival`; `arm`, `strata` and `covariates` add columns.

    Returns
    -------
    AnalysisTable
        USUBJID; duration (float, in the unit that its label has); status (int, 0 where censored, else the
        number of the cause from 1 in the order declared; for `competing` 1 is the own event, 2 the other);
        cause (text, "censored" where the status is 0); then arm, strata and covariates. Subjects of each
        cause, and of each rule that was applied, are counted in the codebook.

    Raises
    ------
    ConfigurationError, GateRefused, Refused
        As `survival`; also for an event without a cause or a record with several, with their texts, and for
        a competing event after the own censoring, unless it is said what that is.

    Examples
    --------
    >>> causes = ["older: CNSR == 0 and AGE >= 50", "younger: CNSR == 0 and AGE < 50"]
    >>> table = ag.competing_risks(ag.read("adam"), "OS", causes)
    >>> table.frame.head(3)
      USUBJID  duration  status     cause
    0   S1-01      30.0       1     older
    1   S1-02      61.0       0  censored
    2   S1-03      95.0       2   younger
    """
    own = {
        "param": paramcd,
        "cause": cause,
        "competing": competing,
        "competing_after_censoring": competing_after_censoring,
    }
    given = {name: value for name, value in own.items() if value is not None and value != ()}
    return table(study, "competing-risks", **given, **further)


def multi_state(
    study: Study,
    paramcd: str,
    states: Sequence[str],
    transitions: Sequence[str | Mapping[str, Any]],
    *,
    follow_up: str | Mapping[str, str] | None = None,
    same_day: Sequence[str] = (),
    outside: str | None = None,
    form: str | None = None,
    **further: Unpack[Arguments],
) -> AnalysisTable:
    """A table of the time that subjects spend in each of several states.

    Parameters
    ----------
    study : Study
        Not changed.
    paramcd : str
        Parameter whose records give the subjects, time 0, the unit and the end of follow-up, such as "OS".
    states : sequence of str
        The first one is that of time 0.
    transitions : sequence of mapping or str
        Each with "from" (a state or several), "to", and "parameter" or "dataset", "where", "date" (default:
        "ADT"); or as text: ``"alive -> progressed: PFS: EVNTDESC == 'Disease progression'"``. Without a
        condition the events of a parameter are its dates.
    follow_up : str or mapping of str to str, optional
        A parameter or dates that end follow-up ("PFS", "min(LSTALVDT, EOSDT)"), of all states or by state
        (default: the end of the parameter).
    same_day : sequence of str
        States in the order in which they win if several are entered on one day; without it that is an error.
    outside : {"refuse", "drop"}, optional
        Dates outside follow-up, and records without a date (default: "refuse").
    form : {"intervals", "transitions"}, optional
        One record per interval (default), or per interval and transition at risk.
    **further
        As in `survival`.

    Returns
    -------
    AnalysisTable
        USUBJID; start and stop (float, in the unit of the durations), from_state and to_state (text,
        "censored" where follow-up ends without a transition). In the other form from and to (int, numbers of
        the states), transition (int, by from, then by to), start, stop, status (int, 1 where the transition
        is made). A subject is in one state over (start, stop], from 0 to the end of follow-up; no interval
        has length 0. The codebook counts what became of every date.

    Raises
    ------
    ConfigurationError, GateRefused, Refused
        As `survival`; also where several states are entered on one day, or dates are outside follow-up, and
        the arguments do not state what then holds.

    Notes
    -----
    Putter H, Fiocco M, Geskus RB. Tutorial in biostatistics: competing risks and multi-state models.
    Stat Med 2007;26:2389-2430.

    Examples
    --------
    >>> response = {"from": "alive", "to": "response", "dataset": "ADSL", "date": "RSPDT"}
    >>> transitions = [response | {"where": "not missing(RSPDT)"}, "alive, response -> dead: OS"]
    >>> table = ag.multi_state(ag.read("adam"), "OS", ["alive", "response", "dead"], transitions)
    >>> table.frame.head(3)
      USUBJID  start  stop from_state  to_state
    0   S1-01    0.0  15.0      alive  response
    1   S1-01   15.0  30.0   response      dead
    2   S1-02    0.0  61.0      alive  censored
    """
    own = {"param": paramcd, "states": states, "transitions": transitions, "follow_up": follow_up}
    return table(study, "multi-state", **own, same_day=same_day, outside=outside, form=form, **further)


def interval(
    study: Study,
    paramcd: str,
    assessments: str,
    *,
    assessments_where: str | None = None,
    assessments_date: str | None = None,
    exact: str | None = None,
    **further: Unpack[Arguments],
) -> AnalysisTable:
    """A table of interval-censored times: the event lies between two assessments.

    Parameters
    ----------
    study : Study
        Not changed.
    paramcd : str
        Parameter code, such as "PFS".
    assessments : str
        Dataset of the assessments, such as "ADRS".
    assessments_where : str, optional
        Condition that selects assessments without the event (default: all records).
    assessments_date : str, optional
        Their date (default: "ADT").
    exact : str, optional
        Condition on the record of an event whose day is known: ``"EVNTDESC == 'Death'"``.
    **further
        As in `survival`.

    Returns
    -------
    AnalysisTable
        USUBJID; left and right (float, in the unit of the durations); type (text): "interval", the event is
        in (left, right], left the last assessment on an earlier day or 0; "exact", at left, which equals
        right; "right", censored at left, right missing. Subjects with a duration of 0 are excluded and
        counted.

    Raises
    ------
    ConfigurationError, GateRefused, Refused
        As `survival`; also where the condition of exact events is undetermined for an event.

    Notes
    -----
    Lindsey JC, Ryan LM. Tutorial in biostatistics: methods for interval-censored data. Stat Med
    1998;17:219-238.

    Examples
    --------
    >>> table = ag.interval(ag.read("adam"), "OS", "ADSL", assessments_date="RSPDT")
    >>> table.frame.head(2)
      USUBJID  left  right      type
    0   S1-01  15.0   30.0  interval
    1   S1-02  61.0    NaN     right
    """
    own = {"param": paramcd, "assessments": assessments, "assessments_where": assessments_where}
    return table(study, "interval", **own, assessments_date=assessments_date, exact=exact, **further)


def counting_process(
    study: Study,
    paramcd: str | None = None,
    *,
    events: str | None = None,
    events_where: str | None = None,
    event_date: str | None = None,
    start: str | None = None,
    end: str | None = None,
    same_day: str | None = None,
    outside: str | None = None,
    no_censoring: str | None = None,
    time_varying: Sequence[TimeVarying | Mapping[str, str]] = (),
    **further: Unpack[Arguments],
) -> AnalysisTable:
    """A table of the intervals between events that recur, and between changes of covariates.

    Parameters
    ----------
    study : Study
        With ADSL, and the time-to-event dataset or the dataset of events. Not changed.
    paramcd : str, optional
        Parameter code: each event is a record with CNSR 0, and the censored record of a subject ends its
        follow-up. Of a parameter that is not declared recurrent the one record does.
    events : str, optional
        In place of a parameter, the dataset of the events: "ADAE". Follow-up is then between dates in ADSL,
        both counted; a condition (where), arm, strata and covariates are those of ADSL.
    events_where : str, optional
        Condition that selects events: ``"TRTEMFL == 'Y'"``.
    event_date : str, optional
        Date of an event (default: ASTDT).
    start, end : str, optional
        First and last day at risk, from dates in ADSL: "TRTSDT" and ``"min(TRTEDT + 30, LSTALVDT)"``.
    same_day : {"one", "refuse"}, optional
        Several events of a subject on one day are one event (the default; `events` has their number), or
        refused.
    outside : {"refuse", "drop"}, optional
        Events without a date, or outside follow-up, are refused (the default), or dropped and counted.
    no_censoring : {"refuse", "last-event"}, optional
        Subjects of a recurrent parameter without a censored record are refused (the default), or followed to
        their last event.
    time_varying : sequence of TimeVarying or mapping
        Covariates whose values change: ``{"name": "ALT", "dataset": "ADLB", "where": "PARAMCD == 'ALT'"}``.
        A value measured on day t holds after t, one before day 1 from time 0.
    **further
        As in `survival`.

    Returns
    -------
    AnalysisTable
        USUBJID; start and stop (float); event (bool, at stop) and events (int, how many on that day);
        event_number (int, 1 + the subject's earlier days with an event); interval (int, from 1); gap_start
        and gap_stop (float, since the subject's last event); the covariates that change; arm, strata and
        covariates. A subject is at risk over (start, stop]; no interval has length 0.

    Raises
    ------
    ConfigurationError, GateRefused, Refused
        As `survival`; also where an event is outside follow-up, a subject has no censored record, or a
        covariate has several values on a day, unless the options say what to do.

    Notes
    -----
    Andersen PK, Gill RD. Ann Stat 1982;10:1100-1120. Prentice RL, Williams BJ, Peterson AV. Biometrika
    1981;68:373-379.

    Examples
    --------
    >>> study = ag.read("safety")
    >>> table = ag.counting_process(study, events="ADAE", start="TRTSDT", end="LSTALVDT")
    >>> table.frame[["USUBJID", "start", "stop", "event", "event_number"]].head(3)
      USUBJID  start  stop  event  event_number
    0   S1-01    0.0   4.0   True             1
    1   S1-01    4.0  10.0   True             2
    2   S1-01   10.0  30.0  False             3
    """
    own = {
        "param": paramcd,
        "events": events,
        "events_where": events_where,
        "event_date": event_date,
        "start": start,
        "end": end,
        "same_day": same_day,
        "outside": outside,
        "no_censoring": no_censoring,
        "time_varying": time_varying,
    }
    given = {name: value for name, value in own.items() if value is not None}
    return table(study, "counting-process", **given, **further)
