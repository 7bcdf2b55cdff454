"""Swimmer plots: treatment, response, progression, death and follow-up of each subject."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.errors import ConfigurationError, Refused
from ...schemas.evidence.populations import declared_population
from ...schemas.evidence.time_unit import TimeUnit
from ...schemas.options import require_valid
from ...schemas.study.columns import Codes, Numbers
from ...schemas.study.study import Study
from ...schemas.wording import counted, did_you_mean
from ..writing.inputs import inputs_of
from .lanes import TIMES, SwimmerLanes
from .options import LaneChoice, SwimmerOptions
from .subject_level import require_subjects
from .swimmer_dates import lane_dates, start_date, statuses


def swimmer_lanes(
    study: Study,
    options: SwimmerOptions | None = None,
    *,
    unit: str | None = None,
    arm: str | None = None,
    population: str | None = None,
) -> SwimmerLanes:
    """The course of each subject from its first treatment on.

    Parameters
    ----------
    study : Study
        With ADSL; ADTTE and ADRS are used if they are present.
    options : SwimmerOptions, optional
    unit : {"days", "weeks", "months", "years"}, optional
        Of the times (default: months). A month is 30.4375 days; the first day is 0.
    arm : str, optional
        Variable of ADSL with the arms.
    population : str, optional
        Population flag of ADSL (default: all subjects).

    Raises
    ------
    ConfigurationError
        For a variable or a parameter that is not present.
    Refused
        If ADSL is not present or has several records for a subject, or no subject has a start and an end.

    Examples
    --------
    >>> lanes = ag.swimmer_lanes(ag.read("adam"), unit="days")
    >>> lanes.frame[["USUBJID", "death", "end"]].head(2)
      USUBJID  death    end
    0   S1-06  239.0  239.0
    1   S1-05    NaN  179.0
    >>> lanes.sources["death"]
    'DTHDT in ADSL'
    """
    options = options or SwimmerOptions()
    require_valid(options, "swimmer")
    if options.most < 1:
        raise ConfigurationError("no subject is to be shown", "swimmer most", "give 1 or more")
    adsl = require_subjects(study)
    if arm is not None and arm not in adsl:
        raise ConfigurationError(
            f"{arm} is not present in ADSL", "swimmer arm", did_you_mean(arm, adsl.names)
        )
    found = lane_dates(study, adsl, options)
    members = declared_population(adsl, population) if population else np.ones(len(adsl), np.bool_)
    start = start_date(adsl, options)
    length = found["end"].day - start.day
    drawn = members & ~np.isnan(length) & (length >= 0)
    if not drawn.any():
        raise Refused(
            "no subject has a start of follow-up and an end after it",
            f"ADSL: {start.source}; {found['end'].source}",
            "give LSTALVDT, EOSDT or an overall survival parameter",
        )
    time_unit = TimeUnit(unit or TimeUnit.MONTHS)
    lanes = np.flatnonzero(drawn)
    shown = lanes[_chosen(length[lanes], adsl["USUBJID"].astype(str).to_numpy()[lanes], options)]
    status, status_source = statuses(adsl, found["death"].known)
    frame = pd.DataFrame({"USUBJID": adsl["USUBJID"].astype(str).to_numpy()[shown]})
    frame["arm"] = (
        adsl[arm].astype(object).fillna("(missing)").astype(str).to_numpy()[shown] if arm else "all"
    )
    for name in TIMES:
        frame[name] = (found[name].day - start.day)[shown] / time_unit.days
    frame["status"] = status[shown]
    return SwimmerLanes(
        frame.sort_values(["arm", "end", "USUBJID"], ascending=[True, False, True], ignore_index=True),
        str(time_unit),
        start.source.split()[0],
        {**{name: each.source for name, each in found.items()}, "status": status_source},
        int(members.sum()),
        int(members.sum()) - len(lanes),
        _choice(len(lanes), len(shown), options),
        arm or "",
        population or "",
        tuple(each for each in ("ADSL", "ADTTE", "ADRS") if each in study),
        inputs_of(study),
    )


def _chosen(length: Numbers, subject: NDArray[np.object_], options: SwimmerOptions) -> Codes:
    """Places of those that have a lane."""
    order: Codes = np.lexsort((subject, length))
    if len(order) <= options.most:
        return order
    if options.choose == LaneChoice.LONGEST:
        return order[::-1][: options.most]
    if options.choose == LaneChoice.SHORTEST:
        return order[: options.most]
    return order[np.linspace(0, len(order) - 1, options.most).round().astype(np.intp)]


_CHOICES: Mapping[str, str] = {
    LaneChoice.EVENLY: "evenly spaced by length of follow-up",
    LaneChoice.LONGEST: "those with the longest follow-up",
    LaneChoice.SHORTEST: "those with the shortest follow-up",
}


def _choice(lanes: int, shown: int, options: SwimmerOptions) -> str:
    if lanes == shown:
        return "all"
    return f"{shown:,} of {counted(lanes, 'subject')}, {_CHOICES[options.choose]}"
