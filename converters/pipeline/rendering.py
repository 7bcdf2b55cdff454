"""What came of a run, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...schemas.wording import counted, plain
from .fingerprint import NOT_RECORDED
from .run_result import RunResult, StepState

_REASONS = 3
"""Reasons that are listed of each step; JSON has all."""
_STATES = ("would run", "may run", "ran", "unchanged", "refused", "different", "failed", "not run")
_WIDTH = max(map(len, _STATES))


def step_lines(state: StepState, width: int) -> Iterator[str]:
    """A line of what became of a step, lines of why, if there is anything to see to."""
    said = plain(state.summary)
    if not said and state.reasons:
        said = plain(state.reasons[0])
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
        yield f"{indent}of an earlier run: {', '.join(map(plain, state.left))}"
    yield from (
        f"  {plain(each)}".rstrip() for each in state.details.rstrip("\n").split("\n") if state.details
    )


def summary_line(result: RunResult, record: Path) -> str:
    """ "5 steps: 3 ran, 2 unchanged; record: run.jsonl"."""
    counts = Counter(each.state for each in result.states)
    parts = ", ".join(f"{counts[state]} {state}" for state in _STATES if counts[state])
    said = f"{counted(len(result.states), 'step')}: {parts}"
    return f"{said}; record: {plain(record)}" if result.sha256 else said


def as_document(result: RunResult, record: Path) -> dict[str, Any]:
    """The same for programs."""
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
            for each in result.states
        ],
        "exit_code": result.exit_code,
        "record": {"path": record.as_posix(), "sha256": result.sha256} if result.sha256 else None,
        "note": result.note or None,
    }
