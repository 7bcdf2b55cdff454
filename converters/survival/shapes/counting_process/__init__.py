"""Recurrent events and time-varying covariates: what may be asked of the table. Needs no pandas."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .....schemas import kinds
from .....schemas.errors import ConfigurationError
from .....schemas.kinds import Choice, ListOf, text
from .....schemas.options import checked_options, json_schema, option, require_valid
from .....schemas.wording import one_line
from ..options import TableOptions

REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeVarying:
    """A covariate whose value changes during follow-up: ``[[table.NAME.time_varying]]``.

    Attributes
    ----------
    name : str
        Of its column.
    dataset, value, date : str
        Where its values are, and when they were measured.
    where : str
        Which records of the dataset have them; empty for all.
    before_first : {"missing", "drop", "baseline"}
        What it is before its first value: missing; or that time is not in the table; or missing, but a value
        of day 1 with ABLFL = Y holds from time 0.
    same_day : {"refuse", "first", "last", "mean", "min", "max"}
        Which of several values of a day holds.

    Examples
    --------
    >>> alt = ag.TimeVarying(name="ALT", dataset="ADLB", where="PARAMCD == 'ALT'")
    >>> alt.value, alt.date, alt.before_first, alt.same_day
    ('AVAL', 'ADT', 'missing', 'refuse')
    """

    name: str = option(text, "Name of the column.")
    dataset: str = option(kinds.name, "Dataset with the values, such as ADLB.")
    where: str = option(text, "Condition that selects its records: \"PARAMCD == 'ALT'\".", default="")
    value: str = option(kinds.name, "Variable with the value.", default="AVAL")
    date: str = option(kinds.name, "Date of the value, which holds after that day.", default="ADT")
    before_first: str = option(
        Choice(("missing", "drop", "baseline")),
        "Before the first value: missing; drop that time; or missing, but a value of day 1 with ABLFL = Y "
        "holds from time 0.",
        default="missing",
    )
    same_day: str = option(
        Choice((REFUSE, "first", "last", "mean", "min", "max")),
        "Which of several values on one day holds; first and last go by ADTM, ATM, ASEQ or --SEQ where "
        "present.",
        default=REFUSE,
    )


class _TimeVaryingKind:
    """Takes such a covariate, or its keys; as text, a table of TOML in braces."""

    word = "table of a time-varying covariate"

    @property
    def schema(self) -> Mapping[str, Any]:
        return json_schema(TimeVarying)

    def __call__(self, value: Any) -> TimeVarying:
        if isinstance(value, TimeVarying):
            require_valid(value, "")
            return value
        keys = _parsed(value) if isinstance(value, str) else value
        if not isinstance(keys, Mapping):
            raise ConfigurationError(
                f"{one_line(repr(value))} is not a time-varying covariate",
                "",
                'write a table for each: { name = "ALT", dataset = "ADLB", value = "AVAL", date = "ADT" }',
            )
        return TimeVarying(**checked_options(TimeVarying, keys, ""))


def _parsed(written: str) -> Any:
    try:
        return tomllib.loads(f"table = {written}")["table"]
    except tomllib.TOMLDecodeError:
        return None


@dataclass(frozen=True)
class CountingProcessOptions(TableOptions):
    """Of a table of the intervals between events, and between changes of covariates."""

    param: str | None = option(text, "Parameter code, such as HOSP.", default=None, metavar="PARAMCD")
    events: str | None = option(
        kinds.name,
        "Dataset of the events, such as ADAE, in place of a parameter.",
        default=None,
        metavar="DATASET",
    )
    events_where: str | None = option(
        text, "Condition that selects events: \"TRTEMFL == 'Y'\".", default=None, metavar="EXPR"
    )
    event_date: str | None = option(
        kinds.name, "Date of the event.", default=None, otherwise="ASTDT", metavar="DATE"
    )
    start: str | None = option(
        kinds.name,
        "ADSL date on which the time at risk starts, such as TRTSDT.",
        default=None,
        metavar="DATE",
    )
    end: str | None = option(
        text,
        'Last day at risk, from ADSL dates: "min(TRTEDT + 30, LSTALVDT, DCUTDT)".',
        default=None,
        metavar="EXPR",
    )
    same_day: str | None = option(
        Choice(("one", REFUSE)),
        "Several events of a subject on one day: one event, or an error.",
        default=None,
        otherwise="one",
    )
    outside: str | None = option(
        Choice((REFUSE, "drop")),
        "Dates outside follow-up, and records without one: an error, or dropped and counted.",
        default=None,
        otherwise=REFUSE,
    )
    no_censoring: str | None = option(
        Choice((REFUSE, "last-event")),
        "Subjects of a recurrent parameter without a censored record: an error, or followed to the last "
        "event.",
        default=None,
        otherwise=REFUSE,
    )
    time_varying: tuple[TimeVarying, ...] = option(
        ListOf(_TimeVaryingKind(), 0, of="tables of time-varying covariates"),
        'Covariate whose value changes during follow-up: \'{ name = "ALT", dataset = "ADLB" }\'.',
        default=(),
        metavar="TABLE",
    )

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameter, or the dataset of events in its place."""
        return tuple(filter(None, (self.param or self.events,)))

    @property
    def dated_by(self) -> str:
        """The date of an event."""
        return self.event_date or "ASTDT"

    @property
    def drops_outside(self) -> bool:
        return self.outside == "drop"

    @property
    def ends_with_event(self) -> bool:
        """Whether the last event ends follow-up without a censored record."""
        return self.no_censoring == "last-event"

    def require_complete(self) -> None:
        """Refuse options that contradict each other.

        Raises
        ------
        ConfigurationError
        """
        if (self.param is None) == (self.events is None):
            raise ConfigurationError(
                "the shape counting-process needs either a parameter or a dataset of events",
                "param, events",
                "use --param HOSP, or --events ADAE --start TRTSDT --end TRTEDT",
            )
        for each in ("start", "end"):
            if self.events is not None and getattr(self, each) is None:
                raise ConfigurationError(
                    f"events needs {each}", each, 'use --start TRTSDT --end "min(TRTEDT + 30, DTHDT)"'
                )
        of_events = ("events_where", "start", "end", "event_date")
        of_parameters = ("no_censoring", "aval_unit")
        others, instead = (of_events, "param") if self.param is not None else (of_parameters, "events")
        for each in others:
            if getattr(self, each) is not None:
                raise ConfigurationError(f"{instead} does not use {each}", each, "omit it")
