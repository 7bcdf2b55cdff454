"""What came of a run, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...schemas.wording import counted, plain
from .fingerprint import NOT_RECORDED
from .run_result import STATES, RunResult, StepState

_REASONS = 3
"""Reasons that are listed of each step; JSON has all."""
_LEFT = 5
"""Files of an earlier run that are listed of each step; JSON has all."""
_WIDTH = max(map(len, STATES))


def step_lines(state: StepState, width: int) -> Iterator[str]:
    """A line of what became of a step, lines of why, if there is anything to see to."""
    said = _said(state)
    yield f"{state.state:<{_WIDTH}}  {state.step:<{width}}  {said}".rstrip()
    indent = " " * (_WIDTH + width + 4)
    if state.state != "failed":
        shown = [each for each in state.reasons if plain(each) not in (said, NOT_RECORDED)][:_REASONS]
        yield from (f"{indent}{plain(each)}" for each in shown)
        more = len(state.reasons) - _REASONS
        if more > 0:
            yield f"{indent}{counted(more, 'further reason')}"
    yield from (f"{indent}{plain(each)}" for each in state.notes)
    if state.left:
        yield f"{indent}of an earlier run: {_first(state.left)}"
    yield from _details(state)


def failure_lines(state: StepState) -> Iterator[str]:
    """What a person has to see to, where nothing else is printed."""
    yield f"{state.state}  {state.step}  {_said(state)}".rstrip()
    yield from _details(state)


def _first(files: Sequence[str]) -> str:
    more = f" and {len(files) - _LEFT} more" if len(files) > _LEFT else ""
    return ", ".join(map(plain, files[:_LEFT])) + more


def _said(state: StepState) -> str:
    return plain(state.summary or (state.reasons[0] if state.reasons else ""))


def _details(state: StepState) -> Iterator[str]:
    lines = [plain(each) for each in state.details.rstrip("\n").split("\n")] if state.details else []
    if lines and lines[0] == _said(state):  # of an error, whose first line has been said
        del lines[0]
    yield from (f"  {each}".rstrip() for each in lines)


def summary_line(result: RunResult) -> str:
    """ "5 steps: 3 ran, 2 unchanged; record: run.jsonl"."""
    return f"{result.counts}; record: {plain(result.record)}" if result.sha256 else result.counts
