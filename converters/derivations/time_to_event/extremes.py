"""How far durations and their median rest on imputed dates."""

from __future__ import annotations

import numpy as np

from ....schemas.study.columns import Days, Mask
from ...survival.conf_type import ConfType
from ...survival.estimators import merged_times, product_limit, quantiles
from ..record import ImputationRange, ImputedDuration
from ..sources import Sources
from .endpoint_records import EndpointRecords, decisions_at, duration


def imputation_range(parameter: EndpointRecords, sources: Sources) -> ImputationRange | None:
    """The range of each duration that rests on an imputed date, by deriving again at the extremes.

    The lowest durations have every partial date at its earliest day and the origin at its latest, the highest
    the reverse. None where no duration rests on an imputed date.
    """
    found = parameter.clock.sources.values()
    if not parameter.origins.lacks.any() and not any(each.lacks.any() for each in found):
        return None
    lowest, lowest_event = _at("earliest", "latest", parameter)
    highest, highest_event = _at("latest", "earliest", parameter)
    low, high = np.fmin(lowest, highest), np.fmax(lowest, highest)
    moved = (low < parameter.aval) | (high > parameter.aval)
    if not moved.any():
        return None
    subjects = sources.adsl.distinct("USUBJID")
    positions = np.flatnonzero(moved)
    named = subjects[subjects.codes[parameter.subject[positions]]]
    return ImputationRange(
        sources.account.dataset,
        parameter.paramcd,
        tuple(
            ImputedDuration(str(subject), float(aval), float(one), float(other))
            for subject, aval, one, other in zip(
                named, parameter.aval[positions], low[positions], high[positions], strict=True
            )
        ),
        median(parameter.aval, parameter.decisions.is_event[parameter.subject]),
        median(lowest, lowest_event),
        median(highest, highest_event),
    )


def _at(dates: str, origins: str, parameter: EndpointRecords) -> tuple[Days, Mask]:
    """Durations of the records with all partial dates at one extreme, and which are events."""
    start = parameter.origins.at(origins)
    decisions = decisions_at(dates, parameter.clock, start)
    adt, start = decisions.day[parameter.subject], start[parameter.subject]
    if parameter.endpoint.before_origin == "raise":
        adt = np.fmax(adt, start)
    return duration(parameter.endpoint, adt, start), decisions.is_event[parameter.subject]


def median(aval: Days, event: Mask) -> float:
    """The Kaplan-Meier median of all subjects; NaN if it is not reached."""
    known = np.isfinite(aval) & (aval >= 0)
    if not known.any():
        return float("nan")
    curve = product_limit(merged_times(aval[known])[0], event[known])
    return float(quantiles(curve, (0.5,), ConfType.LOG_LOG)[0, 0])
