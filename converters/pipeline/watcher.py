"""What a run reports as it goes."""

from __future__ import annotations

from collections.abc import Sequence

from .run_result import StepState


class RunWatcher:
    """Told of each step when it begins and when it ends; this one says nothing to anybody."""

    def planned(self, steps: Sequence[str]) -> None:
        """All steps of the settings file, before any begins."""

    def began(self, step: str) -> None:
        """A step is being done."""

    def ended(self, state: StepState) -> None:
        """What became of a step, also of one that did not begin."""
