"""A single defect: what is done to clean data, which rules must see it, which variable they must name."""

import re
import warnings
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from delivery import Change, Delivery, NothingToDamage

from adamgate.schemas.severity import Severity
from adamgate.schemas.study.declarations import NOTHING_DECLARED, Declarations
from adamgate.schemas.study.study import Study

_NAME = re.compile(r"\b[A-Z][A-Z0-9]{1,7}\b")
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
        Each of them must see it; of those in one item ("XD006|XD035") one is enough.
    variable : str
        Each of their findings must name it.
    severity : Severity
        Their findings have it, or a greater one.
    study : str
        The base study that certainly has what is damaged; it is tried on the others, too.
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
        """A damaged copy; the same on every run.

        Raises
        ------
        NothingToDamage
        """
        delivery = Delivery(study)
        try:
            with (
                warnings.catch_warnings()
            ):  # a text in a column without any value: pandas 2 warns and takes it
                warnings.filterwarnings("ignore", "Setting an item of incompatible dtype", FutureWarning)
                self.change(delivery, np.random.default_rng(crc32(self.name.encode())))
        except (KeyError, AttributeError) as error:
            if absent := _absent_variable(error, study):
                raise NothingToDamage(f"no {absent}") from error
            raise
        return delivery.study()


def _absent_variable(error: KeyError | AttributeError, study: Study) -> str:
    """The variable that a frame was asked for and some dataset of the study lacks, if it is one."""
    asked = error.name if isinstance(error, AttributeError) else error.args[0]
    names = _NAME.findall(str(asked))
    return names[0] if names and any(names[0] not in data.frame for data in study) else ""


def error(name: str, change: Change, rules: str, variable: str, study: str = "trial") -> Damage:
    return Damage(name, change, tuple(rules.split()), variable, ERROR, study)


def warning(name: str, change: Change, rules: str, variable: str, study: str = "trial") -> Damage:
    return Damage(name, change, tuple(rules.split()), variable, WARNING, study)


def note(name: str, change: Change, rules: str, variable: str, study: str = "trial") -> Damage:
    return Damage(name, change, tuple(rules.split()), variable, NOTE, study)
