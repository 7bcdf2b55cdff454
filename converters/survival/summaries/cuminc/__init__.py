"""Cumulative incidence tables: what may be asked of them. Needs no pandas; `summary` makes them."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.kinds import switch
from .....schemas.options import option, same_option
from ...shapes.competing_risks import CompetingRisksOptions
from ..kaplan_meier import KaplanMeierOptions


@dataclass(frozen=True, slots=True)
class CumulativeIncidenceOptions:
    """Of cumulative incidence tables; `summary.cumulative_incidence` says what each means."""

    param: str = same_option(CompetingRisksOptions, "param")
    cause: tuple[str, ...] = same_option(CompetingRisksOptions, "cause")
    competing: str | None = same_option(CompetingRisksOptions, "competing")
    competing_after_censoring: str | None = same_option(CompetingRisksOptions, "competing_after_censoring")
    by: str | None = same_option(KaplanMeierOptions, "by")
    at: tuple[float, ...] = same_option(KaplanMeierOptions, "at")
    curve: bool = same_option(KaplanMeierOptions, "curve")
    naive: bool = option(
        switch,
        "Add 1 - Kaplan-Meier, which takes competing events for censoring and overstates the incidence.",
        default=False,
    )
    conf_type: str = same_option(KaplanMeierOptions, "conf_type")
    total: bool = same_option(KaplanMeierOptions, "total")
    where: str | None = same_option(CompetingRisksOptions, "where")
    population: str | None = same_option(CompetingRisksOptions, "population")
    unit: str | None = same_option(CompetingRisksOptions, "unit")
    aval_unit: str | None = same_option(CompetingRisksOptions, "aval_unit")
    reference: str | None = same_option(CompetingRisksOptions, "reference")
    arm_order: tuple[str, ...] = same_option(CompetingRisksOptions, "arm_order")
    allow_no_events: bool = same_option(CompetingRisksOptions, "allow_no_events")
