"""What `adamgate run` prints while its steps run."""

from __future__ import annotations

from collections.abc import Sequence

from ..pipeline.rendering import failure_lines, step_lines
from ..pipeline.run_result import StepState
from ..pipeline.watcher import RunWatcher
from .progress import RunningSteps
from .streams import show, tell


class ToldSteps(RunWatcher):
    """Lines of each step as it ends; with -q of those that have failed."""

    def __init__(self, form: str, bars: RunningSteps, *, quiet: bool) -> None:
        self._is_text = form == "text"
        self._bars = bars
        self._quiet = quiet
        self._width = 0

    def planned(self, steps: Sequence[str]) -> None:
        self._width = max(map(len, steps))

    def began(self, step: str) -> None:
        self._bars.add(step)

    def ended(self, state: StepState) -> None:
        with self._bars.without(state.step):
            if self._is_text and not self._quiet:
                show("".join(f"{line}\n" for line in step_lines(state, self._width)))
            elif self._is_text and state.exit_code:
                tell("\n".join(failure_lines(state)))
