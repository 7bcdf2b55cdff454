"""The Cox models of intervals: of events that recur, and of covariates that change. Needs no pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..model import EndpointColumns, Model


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
class RecurrentFits:
    """What is fitted to intervals of subjects.

    Attributes
    ----------
    covariates : tuple of str
        Columns that are in the Cox models beside the arm.
    recurrence : Recurrence or None
        Where a subject may have several events.
    """

    folder: ClassVar[str] = "recurrent_events"
    need: ClassVar[str] = "start-stop intervals"

    covariates: tuple[str, ...] = ()
    recurrence: Recurrence | None = None

    @property
    def title(self) -> str:
        return "Events that recur" if self.recurrence is not None else "Cox with time-varying covariates"

    @property
    def coded(self) -> Mapping[str, tuple[str, ...] | None]:
        return dict.fromkeys(self.covariates)

    def renamed(self, names: Mapping[str, str]) -> RecurrentFits:
        return RecurrentFits(
            tuple(names.get(each, each) for each in self.covariates),
            self.recurrence and self.recurrence.renamed(names),
        )

    def cox_fits(self, model: Model) -> tuple[CoxFit, ...]:
        """The Cox models; none where nothing is compared."""
        (times,) = model.endpoints
        if model.arms is None and not self.covariates:
            return ()
        if self.recurrence is None:
            return (CoxFit("cox", "Cox with time-varying covariates", times, model.strata, clustered=False),)
        by_event = (*model.strata, self.recurrence.order)
        return (
            CoxFit("andersen_gill", "Andersen-Gill", times, model.strata),
            CoxFit("pwp_total", "Prentice-Williams-Peterson, total time", times, by_event),
            CoxFit("pwp_gap", "Prentice-Williams-Peterson, gap time", self.recurrence.gap, by_event),
        )
