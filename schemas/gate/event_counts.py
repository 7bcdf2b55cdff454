"""Subjects and events of each time-to-event parameter and arm: what a reader compares with the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..evidence.arm_order import arm_variable, numbered_order
from ..evidence.identifiers import WITHHELD, is_identifier
from ..evidence.parameters import quotable_codes
from ..standards.structure import Structure
from ..study.columns import Mask, is_numeric
from ..study.dataset import Dataset
from ..study.study import Study

MOST_PARAMETERS = 100
"""With more parameters than these nothing is counted."""
MOST_ARMS = 20
"""A variable with more values is not counted as arms."""

_NEEDED = ("USUBJID", "PARAMCD", "CNSR")


@dataclass(frozen=True, slots=True)
class ArmCount:
    """Subjects of one arm; `arm` is empty for those without one, and None where it is not to be named."""

    arm: str | None
    subjects: int
    events: int


@dataclass(frozen=True, slots=True)
class EventCount:
    """Subjects of one parameter.

    Attributes
    ----------
    dataset, parameter : str
    subjects, events : int
        With a record that has CNSR, and with one whose CNSR is 0.
    arm_variable : str
        Empty where no arm is known.
    arms : tuple of ArmCount
        In the order that a numbered variable gives (TRTPN), else by name.
    """

    dataset: str
    parameter: str
    subjects: int
    events: int
    arm_variable: str = ""
    arms: tuple[ArmCount, ...] = ()


def event_counts(study: Study, *, naming_arms: bool = False) -> Iterator[EventCount]:
    """The counts of every time-to-event dataset, parameters in their order in the data.

    Parameters
    ----------
    study : Study
    naming_arms : bool
        The name of an arm is a value of records.
    """
    for dataset in study:
        if Structure.TTE in dataset.structure.lineage and all(name in dataset for name in _NEEDED):
            yield from _of_dataset(dataset, study, naming_arms=naming_arms)


def _of_dataset(data: Dataset, study: Study, *, naming_arms: bool) -> Iterator[EventCount]:
    quotable = set(quotable_codes(data))
    if not is_numeric(data["CNSR"]) or not quotable or len(quotable) > MOST_PARAMETERS:
        return
    parameters, variable = data.parameters, arm_variable(data, study)
    counted = parameters.durations & data.filled("CNSR") & data.filled("USUBJID")
    event = counted & data.equals("CNSR", 0)
    keys, n_keys = parameters.codes, len(parameters.names)
    subjects, events = _tallied(data, keys, n_keys, counted, event)
    names: list[str] = []
    if variable is not None and len(variable.source.distinct(variable.name)) <= MOST_ARMS:
        names = ["", *map(str, variable.source.distinct(variable.name))]
        by_arm = keys * len(names) + variable.codes() + 1
        tallies = _tallied(data, by_arm, n_keys * len(names), counted, event)
        of_arm = [each.reshape(n_keys, len(names)) for each in tallies]
    order = _places(data, study, variable.name, names) if variable is not None and names else []
    for number, parameter in enumerate(parameters.names):
        if parameter not in quotable or not subjects[number]:
            continue
        arms = tuple(
            ArmCount(
                _shown(data, names[arm], naming_arms=naming_arms),
                *(int(each[number, arm]) for each in of_arm),
            )
            for arm in order
            if of_arm[0][number, arm]
        )
        yield EventCount(
            data.name,
            parameter,
            int(subjects[number]),
            int(events[number]),
            variable.name if variable is not None and arms else "",
            arms,
        )


def _tallied(
    data: Dataset, keys: NDArray[np.intp], n_keys: int, counted: Mask, event: Mask
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Number of subjects of each key, and of those with an event."""
    subjects = data.distinct("USUBJID")
    pairs = keys[counted].astype(np.int64) * len(subjects) + subjects.codes[counted]
    # An event sorts before the other records of its subject; to sort is faster than to hash.
    found = np.sort(2 * pairs + ~event[counted])
    first = np.ones(len(found), dtype=np.bool_)
    first[1:] = found[1:] // 2 != found[:-1] // 2
    of_subjects = found[first]
    of_keys = of_subjects // 2 // max(len(subjects), 1)
    return (
        np.bincount(of_keys, minlength=n_keys),
        np.bincount(of_keys[of_subjects % 2 == 0], minlength=n_keys),
    )


def _places(data: Dataset, study: Study, variable: str, names: list[str]) -> list[int]:
    """Positions of arms in their order; those without an arm last."""
    named = [name for name in names if name]
    ordered = numbered_order(data, study, variable, named).arms or tuple(sorted(named))
    return [names.index(name) for name in (*ordered, "")]


def _shown(data: Dataset, arm: str, *, naming_arms: bool) -> str | None:
    if not arm:
        return ""
    if not naming_arms:
        return None
    return WITHHELD if is_identifier(data, arm) else arm
