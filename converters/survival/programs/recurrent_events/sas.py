"""SAS: PROC PHREG with COVS(AGGREGATE), and its BASELINE statement."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from .....schemas.study import columns
from ..model import EndpointColumns, Model
from ..sas import literal, opening
from .fits import CoxFit, RecurrentFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For an arm, or a file, that no SAS literal can hold.
    """
    return "\n".join([*opening(file, frame, model), *_fits(frame, model)]) + "\n"


def _fits(frame: pd.DataFrame, model: Model) -> Iterator[str]:
    """Cox models, and the mean number of events where they recur."""
    fits, (times,) = model.family_as(RecurrentFits), model.endpoints
    arm = [] if model.arms is None else [model.arms.variable]
    if fits.recurrence is not None:
        yield from ("", "/* The mean number of events of a subject, by Nelson and Aalen. */")
        yield "proc phreg data=t covs(aggregate);"
        yield f"  model {_times(times)} = ;"
        if arm:
            yield f"  strata {arm[0]};"
        yield f"  id {model.subject};"
        yield "  baseline out=means cmf=_all_;"
        yield from ("run;", "proc print data=means; run;")
    # Of texts the first is the reference, as in the programs of other tools.
    texts = [f"{each} (ref=first)" for each in fits.covariates if columns.is_character(frame[each])]
    for fit in fits.cox_fits(model):
        told = f"{fit.title}{_robust(fit)}." + (f" {model.on_order}" if arm else "")
        yield from ("", f"/* {told} */")
        yield f"proc phreg data=t{' covs(aggregate)' if fit.clustered else ''};"
        if model.arms is not None or texts:
            reference = [] if model.arms is None else [f"{arm[0]} (ref={literal(model.arms.levels[0])})"]
            yield f"  class {' '.join([*reference, *texts])} / param=ref order=internal;"
        terms = " ".join([*arm, *fits.covariates])
        yield f"  model {_times(fit.times)} = {terms} / ties=efron risklimits alpha=0.05;"
        if fit.strata:
            yield f"  strata {' '.join(fit.strata)};"
        if fit.clustered:
            yield f"  id {model.subject};"
        yield "run;"


def _times(times: EndpointColumns) -> str:
    return f"({times.begin}, {times.end})*{times.event}(0)"


def _robust(fit: CoxFit) -> str:
    return "; robust errors, the intervals of a subject together" if fit.clustered else ""
