"""Rules about population flags in ADSL."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ...errors import ConfigurationError
from ...severity import Severity
from ...standards.structure import Structure
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield


@readiness(
    "SL009",
    title="Populations are not nested as declared",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.ADSL,),
)
def population_not_nested(data: Dataset) -> Iterator[Yield]:
    """A subject is in a population, but not in the population that contains it.

    ## What it checks
    If populations are declared as nested, such as PPROTFL within ITTFL, subjects with Y in the inner flag
    have Y in the outer flag.

    ## Not a fault
    Populations not declared as nested: the safety population need not be within the randomized population.

    ## Why it matters
    The per-protocol analysis has a subject that is not in the intention-to-treat analysis.

    ## Smallest fix
    Correct the wrong flag, or the declaration.
    """
    nested = data.declarations.nested
    if not nested:
        yield NotApplicable("no populations are declared as nested")
        return
    for chain in nested:
        for inner, outer in pairwise(chain):
            lacking = [flag for flag in (inner, outer) if flag not in data]
            if lacking:
                raise ConfigurationError(f"the declared population {lacking[0]} is not a variable in ADSL")
            outside = data.equals(inner, "Y") & ~data.equals(outer, "Y")
            yield Fault(outside, (inner, outer), f"{inner} is Y, but {outer} is not Y")
