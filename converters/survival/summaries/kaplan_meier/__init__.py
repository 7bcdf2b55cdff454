"""Kaplan-Meier tables: what may be asked of them. Needs no pandas; `summary` makes them."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.kinds import Choice, ListOf, name, switch, time_point
from .....schemas.options import option, same_option
from ...conf_type import ConfType
from ...shapes.delayed_entry import DelayedEntryOptions
from ...shapes.one_record import OneRecordOptions
from ...shapes.options import VARIABLES

_CONF_TYPE = Choice(tuple(map(str, ConfType)))


@dataclass(frozen=True, slots=True)
class KaplanMeierOptions:
    """Of Kaplan-Meier tables; `summary.kaplan_meier` says what each means."""

    param: str = same_option(OneRecordOptions, "param")
    by: str | None = option(name, "Variable of the groups, such as TRT01P.", default=None, metavar="VARIABLE")
    entry: str | None = same_option(
        DelayedEntryOptions, "entry", default=None, otherwise="at risk from time 0"
    )
    at: tuple[float, ...] = option(
        ListOf(time_point, of="numbers"),
        "Times of the estimates, in the unit of the table: 12,24,36.",
        default=(),
        metavar="T,T",
    )
    curve: bool = option(
        switch, "Estimates at each time of the data (the default without --at).", default=False
    )
    tau: float | None = option(
        time_point, "Time to which the mean is restricted.", default=None, otherwise="no mean", metavar="T"
    )
    conf_type: str = option(
        _CONF_TYPE, "Type of the confidence limits.", default=str(ConfType.LOG_LOG), otherwise="log-log"
    )
    strata: tuple[str, ...] = option(
        VARIABLES,
        "Stratification variables for the log-rank test, from ADTTE or ADSL.",
        default=(),
        metavar="A,B",
    )
    total: bool = option(
        switch, "Add a group of all subjects.", default=True, otherwise="yes", flag="--total/--no-total"
    )
    where: str | None = same_option(OneRecordOptions, "where")
    population: str | None = same_option(OneRecordOptions, "population")
    unit: str | None = same_option(OneRecordOptions, "unit")
    aval_unit: str | None = same_option(OneRecordOptions, "aval_unit")
    reference: str | None = same_option(OneRecordOptions, "reference")
    arm_order: tuple[str, ...] = same_option(OneRecordOptions, "arm_order")
    allow_no_events: bool = same_option(OneRecordOptions, "allow_no_events")
