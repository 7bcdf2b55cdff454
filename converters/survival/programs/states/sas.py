"""SAS: PROC PHREG of each transition."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model import Model, unused_name
from ..sas import literal, opening
from .fits import StateFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For an arm, or a file, that no SAS literal can hold.
    """
    fits = model.family_as(StateFits)
    lines = [
        *opening(file, frame, model),
        "",
        "/* SAS has no estimate of state occupation: use the layout r. Ties are Breslow's, as in R. */",
    ]
    for place in range(len(fits.pairs)):
        lines += ["", *_transition(fits, frame, model, place)]
    return "\n".join(lines) + "\n"


def _transition(fits: StateFits, frame: pd.DataFrame, model: Model, place: int) -> Iterator[str]:
    """One transition; the others from its state are censored."""
    number, (origin, target) = place + 1, fits.pairs[place]
    data, event = f"t{number}", fits.status
    yield f"/* Transition {number}: the others from its state are censored. */"
    yield f"data {data}; set t;"
    if fits.by_transition:
        yield f"  if {fits.number} = {number};"
    else:
        event = unused_name("made", frame.columns)
        states = (literal(fits.states[each], "a state") for each in (origin, target))
        yield f"  if {fits.origin} = {next(states)};"
        yield f"  {event} = ({fits.target} = {next(states)});"
    yield "run;"
    times = f"({fits.start}, {fits.stop})*{event}(0)"
    yield f"proc phreg data={data} covs(aggregate);"
    if model.arms is None:
        yield f"  model {times} = / ties=breslow;"
        if model.strata:
            yield f"  strata {' '.join(model.strata)};"
        yield f"  baseline out=hazard{number} cumhaz=cumhaz;"
        yield "run;"
        yield f"proc print data=hazard{number}; run;"
        return
    arm, reference = model.arms.variable, literal(model.arms.levels[0])
    yield f"  class {arm} (ref={reference}) / param=ref order=internal;"
    yield f"  model {times} = {arm} / ties=breslow risklimits alpha=0.05;"
    if model.strata:
        yield f"  strata {' '.join(model.strata)};"
    yield f"  id {model.subject};"
    yield "run;"
