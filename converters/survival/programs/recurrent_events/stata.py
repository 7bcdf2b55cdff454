"""Stata: `stset` with exit(time .), `stcox` with vce(cluster)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from .....schemas.study import columns
from ..model import EndpointColumns, Model
from ..stata import base_of, opening
from .fits import RecurrentFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For a file whose name Stata would expand, or arms that are numbers of another kind than those of
        factor variables.
    """
    return "\n".join([*opening(file, frame, model), *_fits(frame, model)]) + "\n"


def _fits(frame: pd.DataFrame, model: Model) -> Iterator[str]:
    """Cox models, and the mean number of events where they recur: exit(time .) keeps what follows one."""
    fits, (times,) = model.family_as(RecurrentFits), model.endpoints
    arm = [] if model.arms is None else [model.arms.variable]
    of_subject = f"id({model.subject}) time0({times.begin})"
    yield from ("", _stset(times, of_subject))
    if fits.recurrence is not None:
        yield "* The mean number of events of a subject, by Nelson and Aalen."
        yield f"sts list, cumhaz{f' by({arm[0]})' if arm else ''}"
    cox_fits = fits.cox_fits(model)
    if arm:
        yield f"* {model.on_order}"
    if any(fit.clustered for fit in cox_fits):
        yield f"egen long {_CLUSTER} = group({model.subject})"
    terms = [] if model.arms is None else [f"ib{base_of(frame, model.arms)}.{arm[0]}"]
    terms += [f"i.{each}" if columns.is_character(frame[each]) else each for each in fits.covariates]
    for fit in cox_fits:
        errors = "; robust errors, the intervals of a subject together" if fit.clustered else ""
        yield from ("", f"* {fit.title}{errors}.")
        if fit.times != times:  # of records of their own: each begins at a time of its own
            yield _stset(fit.times, f"enter(time {fit.times.begin})")
        strata = f" strata({' '.join(fit.strata)})" if fit.strata else ""
        cluster = f" vce(cluster {_CLUSTER}) noadjust" if fit.clustered else ""
        yield f"stcox {' '.join(terms)}, efron{strata}{cluster} level(95)"


_CLUSTER = "cluster_of_subject"


def _stset(times: EndpointColumns, options: str) -> str:
    return f"stset {times.end}, failure({times.event} == 1) {options} origin(time 0) exit(time .)"
