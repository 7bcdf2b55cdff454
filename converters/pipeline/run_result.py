"""What came of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .record import RunRecord


@dataclass(frozen=True)
class StepState:
    """What became of a step.

    Attributes
    ----------
    step : str
    kind : str
    state : str
        "ran", "unchanged", "refused", "different", "failed", "not run"; "would run", "may run" of a dry run.
    reasons : tuple of str
        Why.
    summary, details : str
    notes : tuple of str
    exit_code : int or None
    left : tuple of str
        Outputs of an earlier run that are still there although the step has not run.
    """

    step: str
    kind: str
    state: str
    reasons: tuple[str, ...] = ()
    summary: str = ""
    details: str = ""
    notes: tuple[str, ...] = ()
    exit_code: int | None = 0
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunResult:
    """What came of a run.

    Attributes
    ----------
    states : tuple of StepState
        In the order of the plan; of the steps that were considered.
    record : RunRecord
    sha256 : str
        Of the record; empty after a dry run.
    note : str
        What is to be known of the earlier record.
    """

    states: tuple[StepState, ...]
    record: RunRecord
    sha256: str
    note: str = ""

    @property
    def exit_code(self) -> int:
        """The highest of the steps'."""
        return max((each.exit_code or 0 for each in self.states), default=0)


Telling = Callable[[StepState], None]
