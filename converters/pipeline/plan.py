"""In which order steps run: each after those whose files it reads, and after the gates that judge them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...schemas.errors import ConfigurationError
from .step_options import Document, StepOptions


@dataclass(frozen=True)
class PipelineStep:
    """A step of the file.

    Attributes
    ----------
    name, kind : str
    options : StepOptions
    outputs : tuple of Path
        What it may write.
    """

    name: str
    kind: str
    options: StepOptions
    outputs: tuple[Path, ...]

    @property
    def inputs(self) -> tuple[Path, ...]:
        """What it is declared to read."""
        return self.options.inputs()

    @property
    def heading(self) -> str:
        """ "[step.adam]", for errors."""
        return f"[step.{self.name}]"


@dataclass(frozen=True)
class PlannedStep:
    """A step in its place.

    Attributes
    ----------
    step : PipelineStep
    sources : tuple of str
        Steps that write what it reads, in the order in which they run.
    gates : tuple of str
        Steps that judge what it reads, and must have passed it.
    """

    step: PipelineStep
    sources: tuple[str, ...]
    gates: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def after(self) -> tuple[str, ...]:
        """All steps that must have been done."""
        return tuple(dict.fromkeys((*self.sources, *self.gates)))


def planned(
    steps: Mapping[str, tuple[str, StepOptions]],
    document: Document,
    *,
    kept: Sequence[Path],
    record: Sequence[Path],
) -> tuple[PlannedStep, ...]:
    """The steps in the order in which they run, otherwise as they are declared.

    Parameters
    ----------
    steps : mapping of name to (kind, StepOptions)
    document : mapping
        The settings file.
    kept : sequence of Path
        Files that no step may write: the settings, and what they name.
    record : sequence of Path
        Files of the record, which no step may write or read.

    Raises
    ------
    ConfigurationError
        For an output outside of the folder, one that is kept, two steps with one output, a step that reads
        what it writes, steps that need each other.
    """
    every = [PipelineStep(name, kind, each, each.outputs(document)) for name, (kind, each) in steps.items()]
    for step in every:
        for path in step.outputs:
            _require_inside(step, path)
    _require_own_outputs(every, kept, record)
    sources = {each.name: _sources(each, every) for each in every}
    gates = {each.name: _gates(each, every, sources) for each in every}
    order = _in_order({name: sources[name] | gates[name] for name in sources})
    named = {each.name: each for each in every}
    return tuple(
        PlannedStep(
            named[name],
            tuple(each for each in order if each in sources[name]),
            tuple(each for each in order if each in gates[name]),
        )
        for name in order
    )


def _place(path: Path) -> tuple[str, ...]:
    """Where a path leads, by whatever links, in the parts of its name."""
    return Path(os.path.realpath(path)).parts


def _overlap(one: Path, other: Path) -> bool:
    """Whether two paths are the same, or one is within the other."""
    a, b = _place(one), _place(other)
    return a[: len(b)] == b or b[: len(a)] == a


def is_inside(path: Path) -> bool:
    """Whether a relative path leads to something in the folder of the settings file, by whatever links."""
    here, there = _place(Path()), _place(path)
    return not path.is_absolute() and there[: len(here)] == here and there != here


def _require_inside(step: PipelineStep, path: Path) -> None:
    if not path.is_absolute() and not is_inside(path):
        raise ConfigurationError(
            f"{path} is not inside the folder of the settings file",
            step.heading,
            "give a path below that folder, or an absolute path",
        )


def _require_own_outputs(steps: Sequence[PipelineStep], kept: Sequence[Path], record: Sequence[Path]) -> None:
    taken: dict[tuple[str, ...], PipelineStep] = {}
    for step in steps:
        for path in step.outputs:
            other = taken.setdefault(_place(path), step)
            if other is not step:
                raise ConfigurationError(
                    f"{path} is an output of {other.heading} and of {step.heading}",
                    step.heading,
                    "give each output its own name or folder",
                )
            if overlaps_any(path, (*kept, *record)):
                raise ConfigurationError(
                    f"{path} would replace the settings file, a file that it names, or the record of the run",
                    step.heading,
                    "choose another name",
                )
        own = next((path for path in step.inputs if overlaps_any(path, step.outputs)), None)
        if own is not None:
            raise ConfigurationError(
                f"{own} is read by the step that writes to it",
                step.heading,
                "write to another folder, or read single files",
            )
        holding = next((path for path in step.inputs if overlaps_any(path, record)), None)
        if holding is not None:
            raise ConfigurationError(
                f"{holding} holds the record of the run, which each run changes",
                step.heading,
                "read a folder of data, or give --record in another folder",
            )


def overlaps_any(path: Path, outputs: Iterable[Path]) -> bool:
    """Whether a path is one of these files or folders, holds one, or is in one."""
    return any(_overlap(path, each) for each in outputs)


def _sources(step: PipelineStep, steps: Iterable[PipelineStep]) -> frozenset[str]:
    """The steps that write what a step reads."""
    return frozenset(
        each.name
        for each in steps
        if each is not step and any(overlaps_any(path, each.outputs) for path in step.inputs)
    )


def _gates(
    step: PipelineStep, steps: Iterable[PipelineStep], sources: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """The gates that judge what a step reads; not those that judge what is made of its outputs."""
    if step.options.judges or step.options.ungated:
        return frozenset()
    return frozenset(
        each.name
        for each in steps
        if each.options.judges
        and step.name not in _all_before(each.name, sources)
        and any(_overlap(one, other) for one in step.inputs for other in each.inputs)
    )


def _all_before(name: str, sources: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    open_ = [name]
    while open_:
        new = sources[open_.pop()] - found
        found |= new
        open_ += new
    return frozenset(found)


def _in_order(needs: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    order: list[str] = []
    while len(order) < len(needs):
        ready = next((name for name in needs if name not in order and needs[name] <= {*order}), None)
        if ready is None:
            raise _circle({name: needs[name] - {*order} for name in needs if name not in order})
        order.append(ready)
    return tuple(order)


def _circle(needs: Mapping[str, frozenset[str]]) -> ConfigurationError:
    """The fault of steps of which each needs another."""
    path = [next(iter(needs))]
    while True:
        following = next(each for each in needs if each in needs[path[-1]])
        if following in path:
            circle = [*path[path.index(following) :], following]
            return ConfigurationError(
                f"{circle[0]} needs itself: {' needs '.join(circle)}",
                f"[step.{circle[0]}]",
                "let one of them read fewer files, or write to another folder",
            )
        path.append(following)


def steps_before(name: str, steps: Iterable[PlannedStep]) -> Iterator[str]:
    """The steps that a step needs, and those that they need."""
    after = {each.name: frozenset(each.after) for each in steps}
    needed = _all_before(name, after)
    return (each for each in after if each in needed)


def steps_from(name: str, steps: Sequence[PlannedStep]) -> Iterator[str]:
    """A step, and those that need it."""
    after = {each.name: frozenset(each.after) for each in steps}
    return (each for each in after if each == name or name in _all_before(each, after))
