"""Treatment arms: which variable has them, and the order that a numbered variable gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..study.dataset import Dataset
from ..study.study import Study
from ..wording import none_present
from .subjects import SubjectVariable, subject

ARM_VARIABLES = ("TRTP", "TRTA", "TRT01P", "TRT01A", "ARM", "ACTARM")
"""Where the arm of a record is looked for, the planned one first."""

_OF_RECORD = re.compile(r"TRT([PA])\Z")


@dataclass(frozen=True, slots=True)
class ArmOrder:
    """The order of arms.

    Attributes
    ----------
    arms : tuple of str
        The first is the reference; empty where nothing gives an order.
    found_by : str
        What gives it: "TRT01PN".
    lacking : str
        Why there is none.
    """

    arms: tuple[str, ...] = ()
    found_by: str = ""
    lacking: str = ""


def arm_variable(data: Dataset, study: Study) -> SubjectVariable | None:
    """The arm of each record: the first of `ARM_VARIABLES` with a value, of the dataset or else ADSL."""
    found = (subject(data, study, name) for name in ARM_VARIABLES)
    return next((each for each in found if each is not None and each.filled().any()), None)


def numbered_order(data: Dataset, study: Study, arm: str, arms: Iterable[str]) -> ArmOrder:
    """The order that TRTxxPN and the like give to some arms, lowest number first.

    Parameters
    ----------
    data : Dataset
    study : Study
        For ADSL.
    arm : str
        The variable that has the arms: "TRT01P".
    arms : iterable of str
        Those to be ordered.
    """
    wanted = set(arms)
    lacking, absent = [], []
    for name in _pairs(arm.upper()):
        text, number = subject(data, study, name), subject(data, study, f"{name}N")
        if text is None or number is None:
            absent.append(f"{name}N")
            continue
        if number.source.is_character(number.name):
            lacking.append(f"{name}N is not numeric")
            continue
        numbers = _numbers(text, number)
        of_wanted = [numbers.get(each, set()) for each in wanted]
        if all(len(each) == 1 for each in of_wanted) and len(set.union(set(), *of_wanted)) == len(wanted):
            return ArmOrder(tuple(sorted(wanted, key=lambda each: min(numbers[each]))), f"{name}N")
        lacking.append(f"{name}N does not give each arm one number")
    return ArmOrder(lacking="; ".join(lacking) or none_present(*absent))


def _pairs(arm: str) -> Iterator[str]:
    """Variables that may have a number: the arm, and for one of records that of its subject."""
    yield arm
    of_record = _OF_RECORD.match(arm)
    if of_record is not None:
        yield f"TRT01{of_record[1]}"


def _numbers(text: SubjectVariable, number: SubjectVariable) -> dict[str, set[float]]:
    """The numbers that records have with each arm."""
    texts, numbers = text.source.distinct(text.name).values, number.source.distinct(number.name).values
    codes, places = text.codes(), number.codes()
    judged = (codes >= 0) & (places >= 0)
    found: dict[str, set[float]] = {}
    for pair in np.unique(codes[judged] * len(numbers) + places[judged]).tolist():
        code, place = divmod(pair, len(numbers))
        found.setdefault(str(texts[code]), set()).add(float(numbers[place]))
    return found
