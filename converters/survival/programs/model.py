"""What the programs of all tools fit: the endpoints of a table, its arms and its strata. Needs no pandas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import TYPE_CHECKING, Protocol, Self

from ....schemas.word import Word

if TYPE_CHECKING:
    import pandas as pd

    from ..arms import Arms

_PART_OF_A_NAME = re.compile(r"[A-Za-z0-9_]+\Z")


def unused_name(name: str, columns: Iterable[str]) -> str:
    """A name that no column has; SAS sees no difference in case."""
    taken = {str(each).upper() for each in columns}
    candidates = chain([name], (f"{name}{number}" for number in count(2)))
    return next(each for each in candidates if each.upper() not in taken)


class Need(Word):
    """What a model asks of a tool, and not every tool has."""

    LEFT_TRUNCATION = "left truncation"
    STRATA = "strata in a Cox model"
    STATES = "models of several states"
    INTERVAL_CENSORING = "interval censoring"


@dataclass(frozen=True, slots=True)
class EndpointColumns:
    """The columns of one endpoint: a record is at risk after `begin`, to `end` and with it.

    Attributes
    ----------
    event : str
        Whether the event happened at `end`.
    end : str
        The duration, or the end of an interval.
    begin : str
        When a subject comes under observation, or an interval starts; empty where all records are at risk
        from time 0.
    name : str
        What it is called where a table has several; else empty.
    """

    event: str = "event"
    end: str = "duration"
    begin: str = ""
    name: str = ""

    def called(self, thing: str) -> str:
        """What a result is called in a program: "km", or "km_OS" where there are several endpoints."""
        return f"{thing}_{self.name}" if self.name and _PART_OF_A_NAME.match(self.name) else thing

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.begin, self.end, self.event)))

    def renamed(self, names: Mapping[str, str]) -> EndpointColumns:
        return replace(
            self,
            event=names.get(self.event, self.event),
            end=names.get(self.end, self.end),
            begin=names.get(self.begin, self.begin),
        )


class OwnFits(Protocol):
    """What is fitted to a table that has no endpoints as other tables have."""

    @property
    def title(self) -> str:
        """What is fitted, in words."""
        ...

    @property
    def needs(self) -> frozenset[Need]: ...

    @property
    def coded(self) -> Mapping[str, tuple[str, ...]]:
        """Columns of texts that are numbers with value labels where a tool needs it, and these texts."""
        ...

    def renamed(self, names: Mapping[str, str]) -> Self: ...

    def statements(self, tool: str, frame: pd.DataFrame, model: Model) -> Iterator[str]:
        """The statements of a tool, after those that read the table."""
        ...


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The columns by which events that recur are told apart.

    Attributes
    ----------
    order : str
        The number of the event that a subject is at risk of.
    gap : EndpointColumns
        The same intervals in the time since the subject's last event.
    """

    order: str = "event_number"
    gap: EndpointColumns = EndpointColumns("event", "gap_stop", "gap_start")

    def renamed(self, names: Mapping[str, str]) -> Recurrence:
        return Recurrence(names.get(self.order, self.order), self.gap.renamed(names))


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A Cox model of intervals.

    Attributes
    ----------
    name : str
        Of its result: "andersen_gill".
    title : str
    times : EndpointColumns
    strata : tuple of str
    clustered : bool
        Whether errors are robust, the intervals of a subject together.
    """

    name: str
    title: str
    times: EndpointColumns
    strata: tuple[str, ...]
    clustered: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    """What is fitted to a table.

    Attributes
    ----------
    endpoints : tuple of EndpointColumns
    strata : tuple of str
        Columns whose combinations are the strata of the log-rank test and of Cox.
    subject : str
        Whose the records are, where a subject has several; else empty.
    arms : Arms or None
        The arms that are compared; None where there is nothing to compare.
    causes : tuple of str
        What competing events are called whose column `event` has 1, 2, …, and 0 where censored; empty where
        the event is one.
    own : OwnFits or None
        What is fitted in place of endpoints.
    covariates : tuple of str
        Columns that are in the Cox models beside the arm.
    recurrence : Recurrence or None
        Where a subject may have several events.
    """

    endpoints: tuple[EndpointColumns, ...] = (EndpointColumns(),)
    strata: tuple[str, ...] = ()
    subject: str = ""
    arms: Arms | None = None
    causes: tuple[str, ...] = ()
    own: OwnFits | None = None
    covariates: tuple[str, ...] = ()
    recurrence: Recurrence | None = None

    @property
    def family(self) -> str:
        """Which programs fit it: a folder of `programs`; empty for those of every tool."""
        return "competing_risks" if self.causes else ""

    @property
    def title(self) -> str:
        """What its programs do."""
        if self.own is not None:
            return self.own.title
        if self.of_intervals:
            return "Events that recur" if self.recurrence is not None else "Cox with time-varying covariates"
        return "Kaplan-Meier, log-rank and Cox"

    @property
    def of_intervals(self) -> bool:
        """Whether Cox models of intervals alone are fitted: curves of subjects are none of these."""
        return self.recurrence is not None or bool(self.covariates)

    @property
    def cox_fits(self) -> tuple[CoxFit, ...]:
        """The Cox models of intervals; none where nothing is compared."""
        (times,) = self.endpoints
        if self.arms is None and not self.covariates:
            return ()
        if self.recurrence is None:
            return (CoxFit("cox", "Cox with time-varying covariates", times, self.strata, clustered=False),)
        by_event = (*self.strata, self.recurrence.order)
        return (
            CoxFit("andersen_gill", "Andersen-Gill", times, self.strata),
            CoxFit("pwp_total", "Prentice-Williams-Peterson, total time", times, by_event),
            CoxFit("pwp_gap", "Prentice-Williams-Peterson, gap time", self.recurrence.gap, by_event),
        )

    @property
    def needs(self) -> frozenset[Need]:
        """What it asks of a tool."""
        needs = set(() if self.own is None else self.own.needs)
        if any(each.begin for each in self.endpoints):
            needs.add(Need.LEFT_TRUNCATION)
        if self.strata and self.arms is not None and self.own is None:
            needs.add(Need.STRATA)
        return frozenset(needs)

    @property
    def on_order(self) -> str:
        """What a program says of the reference: that it is the first arm, and whether the order is known."""
        if self.arms is None or self.arms.reference is not None:
            return "The first arm is the reference."
        return "The order of the arms is not known: they are ordered by name, and the first is the reference."

    def renamed(self, names: Mapping[str, str]) -> Model:
        """The same model of a table whose columns have other names."""
        arms = self.arms
        return Model(
            tuple(each.renamed(names) for each in self.endpoints),
            tuple(names.get(each, each) for each in self.strata),
            names.get(self.subject, self.subject),
            arms and replace(arms, variable=names.get(arms.variable, arms.variable)),
            self.causes,
            self.own and self.own.renamed(names),
            tuple(names.get(each, each) for each in self.covariates),
            self.recurrence and self.recurrence.renamed(names),
        )
