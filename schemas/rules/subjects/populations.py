"""Rules about population flags of ADSL."""

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
    """A subject is in a population and not in the one that contains it.

    ## What it checks
    Where populations are declared as nested, as PPROTFL within ITTFL, whoever has Y in the inner flag has
    it in the outer one.

    ## Not a fault
    Populations that nobody declared as nested: a safety population need not lie within the randomized.

    ## Why it matters
    The per-protocol table has a subject whom the intention-to-treat table has not.

    ## Smallest fix
    Correct the flag that is wrong, or the declaration.
    """
    nested = data.declarations.nested
    if not nested:
        yield NotApplicable("no populations are declared as nested")
        return
    for chain in nested:
        for inner, outer in pairwise(chain):
            lacking = [flag for flag in (inner, outer) if flag not in data]
            if lacking:
                raise ConfigurationError(f"the declared population {lacking[0]} is no variable of ADSL")
            outside = data.equals(inner, "Y") & ~data.equals(outer, "Y")
            yield Fault(outside, (inner, outer), f"{inner} is Y and {outer} is not")
