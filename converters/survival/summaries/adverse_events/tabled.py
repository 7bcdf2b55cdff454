"""What a table of adverse events is made from: subjects, events, terms."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.errors import ConfigurationError
from .events import Events
from .grades import Grades
from .population import Denominators
from .terms import Terms
from .treatments import ALL


@dataclass(frozen=True, eq=False)
class Tabled:
    """What a table is made from.

    Attributes
    ----------
    population : Denominators
    events : Events
    terms : Terms
    grades : Grades or None
    """

    population: Denominators
    events: Events
    terms: Terms
    grades: Grades | None = None


def groups_of(population: Denominators, *, total: bool) -> tuple[str, ...]:
    """The arms of a table, and the group of all subjects where it is wanted.

    Raises
    ------
    ConfigurationError
        When an arm has the name of the total.
    """
    treatments = population.treatments
    if not total or treatments.arms is None:
        return treatments.groups
    if ALL in treatments.groups:
        raise ConfigurationError(
            f"{ALL!r} is a value of {treatments.arms.variable}, and the name of the total",
            "total",
            "omit --total",
        )
    return (*treatments.groups, ALL)
