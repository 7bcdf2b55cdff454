"""A run of a pipeline as a page shows it: what was made of what, and what each policy did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file that a step read or wrote."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PolicyShown:
    """What a policy of a derivation did, and to how many records or subjects."""

    dataset: str
    parameter: str
    policy: str
    value: str
    effect: str
    unit: str
    count: int


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step.

    Attributes
    ----------
    name, kind, state, summary : str
    inputs, outputs : tuple of FileShown
    policies : tuple of PolicyShown
    problem : tuple of str
        Why it was refused, or failed, in lines; only of the run that goes on.
    """

    name: str
    kind: str
    state: str
    summary: str
    inputs: tuple[FileShown, ...]
    outputs: tuple[FileShown, ...]
    policies: tuple[PolicyShown, ...]
    problem: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunShown:
    """The record of a run.

    Attributes
    ----------
    record : FileShown or None
        None of the run that goes on, whose record is not complete.
    settings : FileShown
    finished : bool
    steps : tuple of StepShown
    fault : tuple of str
        What is wrong in the settings file, in lines.
    """

    record: FileShown | None
    settings: FileShown
    finished: bool
    steps: tuple[StepShown, ...]
    fault: tuple[str, ...] = ()

    @property
    def stopped(self) -> Sequence[StepShown]:
        """The steps that were refused, or have failed."""
        return [each for each in self.steps if each.problem]

    @property
    def problem(self) -> Sequence[str]:
        """All that stopped it, in lines."""
        return [*self.fault, *(line for step in self.stopped for line in step.problem)]

    @property
    def made_by(self) -> Mapping[str, str]:
        """The step that wrote a file, by its SHA-256."""
        return {file.sha256: step.name for step in self.steps for file in step.outputs}


_GOING_ON: ContextVar[RunShown | None] = ContextVar("going on", default=None)


@contextmanager
def going_on(run: RunShown) -> Iterator[None]:
    """A page that is made within shows the steps before it."""
    token = _GOING_ON.set(run)
    try:
        yield
    finally:
        _GOING_ON.reset(token)


def run_going_on() -> RunShown | None:
    """The run that a page is made in; None outside of one."""
    return _GOING_ON.get()
