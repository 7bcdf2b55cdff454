"""Time to the first event of each term: one record for each subject, term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .....schemas.errors import ConfigurationError
from .....schemas.study.columns import Codes
from .....schemas.study.variable import Variable
from .counts import first_days, occurrences
from .tabled import Tabled

_MOST = 20_000_000
"""Records that such a table may have."""
CENSORED, EVENT, DIED = 0, 1, 2
REASONS: Mapping[int, str] = {
    CENSORED: "End of the time at risk",
    EVENT: "First event",
    DIED: "Death before an event",
}


def first_event_columns(*, competing: bool) -> Sequence[Variable]:
    """The columns after those of the terms."""
    of_event = "Event: 1 first event, 2 death before it, 0 censored" if competing else "Event occurred"
    return (
        Variable("USUBJID", "Unique Subject Identifier", "Char"),
        Variable("arm", "Arm", "Char"),
        Variable("duration", "Time to first event or censoring, days", "Num"),
        Variable("event", of_event, "Num", data_type="integer" if competing else "boolean"),
        Variable("reason", "Event or censoring description", "Char"),
    )


def first_events(tabled: Tabled) -> Mapping[str, Any]:
    """The columns of each term's subjects, in the order of ADSL, each of shape (n_terms * n_subjects,).

    Parameters
    ----------
    tabled : Tabled
        With time at risk, which ends with death where that competes.

    Returns
    -------
    mapping of str to array
        USUBJID and arm; duration in days, the first day at risk being 1; event, a code where death competes;
        reason.

    Raises
    ------
    ConfigurationError
        When the table would be too large.
    """
    population, events, n_terms = tabled.population, tabled.events, len(tabled.terms)
    at_risk, day = population.at_risk, events.day
    if at_risk is None or day is None:
        raise ValueError("the time at risk was not asked for")
    subjects = np.flatnonzero(population.counted)
    if n_terms * len(subjects) > _MOST:
        raise ConfigurationError(
            f"{n_terms:,} terms of {len(subjects):,} subjects are more than {_MOST:,} records",
            "measure, by",
            "select fewer terms with --where, or give a higher level with --by",
        )
    place = np.empty(len(population.counted), np.intp)
    place[subjects] = np.arange(len(subjects))
    found = occurrences(events, tabled.terms, population, total=False)
    cells, who, first = first_days(found, day)
    at = cells // found.n_groups * len(subjects) + place[who]
    duration = np.tile(at_risk.days[subjects], n_terms)
    code = np.tile(np.where(at_risk.died[subjects], DIED, CENSORED), n_terms)
    duration[at], code[at] = first, EVENT
    identifiers = population.adsl.distinct("USUBJID")
    texts = np.array([*map(str, identifiers)], dtype=object)
    ((_, of_subject),) = population.treatments.place.items()
    return {
        "USUBJID": _repeated(identifiers.codes[subjects], texts, n_terms),
        "arm": _repeated(of_subject[subjects], population.treatments.groups, n_terms),
        "duration": duration,
        "event": code if at_risk.competing else code == EVENT,
        "reason": pd.Categorical.from_codes(code, pd.Index([REASONS[each] for each in sorted(REASONS)])),
    }


def _repeated(codes: Codes, texts: Sequence[str] | NDArray[np.object_], times: int) -> pd.Categorical:
    return pd.Categorical.from_codes(np.tile(codes, times), pd.Index(texts, dtype=object))
