"""What a run is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...schemas.errors import ConfigurationError
from ...schemas.wording import did_you_mean
from .plan import PlannedStep, steps_from


@dataclass(frozen=True)
class RunRequest:
    """What a run is to do.

    Attributes
    ----------
    force : bool
        Also run what has not changed.
    only : tuple of str
        Steps to consider; all by default.
    start : str
        Consider this step and those that need it; empty for all.
    jobs : int
        Steps that run at once.
    overwrite : bool
        Replace files that no earlier run declared.
    """

    force: bool = False
    only: tuple[str, ...] = ()
    start: str = ""
    jobs: int = 1
    overwrite: bool = False

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise ConfigurationError(f"{self.jobs} is not a number of processes", "jobs", "give 1 or more")

    def chosen(self, steps: Sequence[PlannedStep]) -> tuple[str, ...]:
        """The steps to consider.

        Raises
        ------
        ConfigurationError
        """
        names = [each.name for each in steps]
        for option, given in (*(("--only", each) for each in self.only), ("--from", self.start)):
            if given and given not in names:
                raise ConfigurationError(f"{given} is not a step", option, did_you_mean(given, names))
        chosen = set(self.only or names)
        if self.start:
            chosen &= set(steps_from(self.start, steps))
        return tuple(name for name in names if name in chosen)
