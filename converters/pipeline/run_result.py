"""What came of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.glance import Glance, Glanced
from ...schemas.wording import counted, did_you_mean

STATES = ("would run", "may run", "ran", "unchanged", "refused", "different", "failed", "not run")
"""What can become of a step."""


@dataclass(frozen=True)
class StepState:
    """What became of a step of a pipeline.

    Attributes
    ----------
    step : str
    kind : str
    state : str
        "ran", "unchanged", "refused", "different", "failed", "not run"; "would run", "may run" of a dry run.
    reasons : tuple of str
        Why.
    summary, details : str
        In one line, and what a person has to see to.
    notes : tuple of str
    exit_code : int or None
        0 passed, 1 refused or different, 2 configuration, 3 input, 4 output; None if it was not run.
    left : tuple of str
        Outputs of an earlier run that are still there although the step has not run.

    Examples
    --------
    >>> ag.StepState("gate", "validate", "unchanged", summary="PASSED").state
    'unchanged'
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


@dataclass(frozen=True, repr=False)
class RunResult(Glanced):
    """What came of a run of a pipeline.

    Attributes
    ----------
    steps : tuple of StepState
        In the order of the plan; those that were considered.
    record : Path
        The record of the run.
    sha256 : str
        Of the record; empty after a dry run.
    note : str
        What is to be known of the earlier run: its record, outputs that were removed.

    Examples
    --------
    >>> result = ag.RunResult((ag.StepState("gate", "validate", "refused", exit_code=1),), "run.jsonl")
    >>> result.passed, result.exit_code, result["gate"].state
    (False, 1, 'refused')
    """

    steps: tuple[StepState, ...]
    record: Path
    sha256: str = ""
    note: str = ""

    @property
    def exit_code(self) -> int:
        """The highest of the steps'."""
        return max((each.exit_code or 0 for each in self.steps), default=0)

    @property
    def passed(self) -> bool:
        """Whether no step was refused, has failed, found differences or was not run."""
        return self.exit_code == 0

    def __getitem__(self, step: str) -> StepState:
        """What became of a step.

        Raises
        ------
        ConfigurationError
            If it was not considered.
        """
        found = {each.step: each for each in self.steps}
        if step not in found:
            raise ConfigurationError(f"{step} is not a step of this run", "", did_you_mean(step, found))
        return found[step]

    def to_dict(self) -> dict[str, Any]:
        """The JSON document of `adamgate run --format json`.

        Returns
        -------
        dict

        Examples
        --------
        >>> ag.RunResult((ag.StepState("gate", "validate", "ran"),), "run.jsonl").to_dict()["exit_code"]
        0
        """
        return {
            "steps": [
                {
                    "step": each.step,
                    "kind": each.kind,
                    "state": each.state,
                    "reasons": list(each.reasons),
                    "summary": each.summary or None,
                    "details": each.details or None,
                    "notes": list(each.notes),
                    "exit_code": each.exit_code,
                    "outputs_of_an_earlier_run": list(each.left),
                }
                for each in self.steps
            ],
            "exit_code": self.exit_code,
            "record": {"path": Path(self.record).as_posix(), "sha256": self.sha256} if self.sha256 else None,
            "note": self.note or None,
        }

    def _glance(self) -> Glance:
        rows = ((each.step, each.state, each.summary) for each in self.steps)
        return Glance((f"RunResult: {self.counts}",), rows, len(self.steps))

    @property
    def counts(self) -> str:
        """ "5 steps: 3 ran, 2 unchanged"."""
        found = Counter(each.state for each in self.steps)
        parts = ", ".join(f"{found[state]} {state}" for state in STATES if found[state])
        return f"{counted(len(self.steps), 'step')}: {parts}"
