"""A single defect: what is done to clean data, which rules must see it, which variable they must name."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from delivery import Change, Delivery

from adamgate.schemas.severity import Severity
from adamgate.schemas.study.declarations import NOTHING_DECLARED, Declarations
from adamgate.schemas.study.study import Study

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True)
class Damage:
    """One defect.

    Attributes
    ----------
    name : str
        Says what is done; the seed follows from it.
    change : Change
    rules : tuple of str
        Each of them must see it.
    variable : str
        Each of their findings must name it.
    severity : Severity
        Their findings have it, or a greater one.
    study : str
        "trial", of two arms, or "cartitude1", the fixture.
    declarations : Declarations
    """

    name: str
    change: Change
    rules: tuple[str, ...]
    variable: str
    severity: Severity
    study: str = "trial"
    declarations: Declarations = NOTHING_DECLARED

    def done_to(self, study: Study) -> Study:
        """A damaged copy; the same on every run."""
        delivery = Delivery(study)
        self.change(delivery, np.random.default_rng(crc32(self.name.encode())))
        return delivery.study()


def error(name: str, change: Change, rules: str, variable: str, study: str = "trial") -> Damage:
    return Damage(name, change, tuple(rules.split()), variable, ERROR, study)


def warning(name: str, change: Change, rules: str, variable: str, study: str = "trial") -> Damage:
    return Damage(name, change, tuple(rules.split()), variable, WARNING, study)
