"""The arms of subjects: one, or one in each treatment period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .....schemas.errors import ConfigurationError
from .....schemas.evidence.arms import OF_RECORDS, periods
from .....schemas.study.columns import Codes, Mask
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import did_you_mean, not_present
from ...arms import Arms, arms_among
from ...value_text import value_text

ALL = "all"
"""The arm of all subjects together."""
ONLY = 1
"""The period of all events where none are asked for."""
_MOST = 1000
"""Arms that a table may have: a variable with more values has no arms."""

_OF_RECORD = re.compile(r"TRT([PA])(N?)\Z")


@dataclass(frozen=True, eq=False)
class Treatments:
    """Which subjects are in which arm.

    Attributes
    ----------
    variables : mapping of int to str
        The variable in ADSL that has the arms of a period; empty where no arm is asked for.
    arms : Arms or None
    groups : tuple of str
        Arms in their order; `ALL` where there are none.
    place : mapping of int to ndarray of int, shape (n_subjects,)
        Place in `groups` by period; -1 where the arm is missing.
    """

    variables: Mapping[int, str]
    arms: Arms | None
    groups: tuple[str, ...]
    place: Mapping[int, Codes]

    def members(self, counted: Mask) -> NDArray[np.bool_]:
        """Whether a subject is counted in a group, in any period, shape (n_subjects, n_groups)."""
        found = np.zeros((len(counted), len(self.groups)), np.bool_)
        for place in self.place.values():
            chosen = np.flatnonzero(counted & (place >= 0))
            found[chosen, place[chosen]] = True
        return found


def arm_variables(adsl: Dataset, events: Dataset, arm: str, *, by_period: bool) -> Mapping[int, str]:
    """The variables in ADSL that have the arms of subjects: TRT01A for TRTA, with periods TRT02A, too.

    Raises
    ------
    ConfigurationError
        When ADSL does not have them.
    """
    if by_period:
        found = periods(adsl, arm.upper()) if arm.upper() in OF_RECORDS else {}
        if found:
            return found
        raise ConfigurationError(
            f"ADSL does not have the arms of periods for {arm}",
            f"arm, {adsl.name}",
            "give TRTA or TRTP, of which ADSL has TRT01A, TRT02A, …; or omit --period",
        )
    wanted = _OF_RECORD.sub(r"TRT01\1\2", arm.upper())
    for name in (wanted, arm):
        if name in adsl:
            return {ONLY: adsl.variable(name).name}
    if arm in events:
        raise ConfigurationError(
            f"{wanted} is not present in ADSL: the denominators of {arm} are its subjects",
            f"arm, {adsl.name}",
            did_you_mean(wanted, adsl.names),
        )
    raise ConfigurationError(
        f"{arm} is not present in {events.name} or ADSL",
        "arm",
        did_you_mean(arm, dict.fromkeys([*events.names, *adsl.names])),
    )


def treatments_of(
    study: Study, adsl: Dataset, counted: Mask, variables: Mapping[int, str], order: Sequence[str]
) -> Treatments:
    """The arms of the subjects that are counted.

    Parameters
    ----------
    study : Study
    adsl : Dataset
    counted : ndarray of bool, shape (n_subjects,)
    variables : mapping of int to str
        As `arm_variables` gives them; without any, all subjects are one group.
    order : sequence of str
        The arms as the user orders them.

    Raises
    ------
    ConfigurationError
        When the order is not that of these arms, or they are too many.
    """
    if not variables:
        return Treatments({}, None, (ALL,), {ONLY: np.zeros(len(adsl), np.intp)})
    if len(variables) == 1:
        (variable,) = variables.values()
        arms = arms_among(adsl, counted, study, variable, order=order)
    else:
        arms = _of_periods(adsl, counted, list(variables.values()), order)
    if len(arms.levels) > _MOST:
        raise ConfigurationError(
            f"{len(arms.levels):,} values, a table has at most {_MOST:,} arms",
            f"arm, {', '.join(variables.values())}",
            "give a variable of arms, such as TRTA",
        )
    number = {name: place for place, name in enumerate(arms.levels)}
    place = {period: arm_places(adsl, variable, number) for period, variable in variables.items()}
    return Treatments(variables, arms, arms.levels, place)


def arm_places(data: Dataset, variable: str, number: Mapping[str, int]) -> Codes:
    """The number of each record's arm, shape (n_records,); -1 where it is missing, or without a number."""
    values = data.distinct(variable)
    by_value = np.array([number.get(value_text(each), -1) for each in values], dtype=np.intp)
    return values.spread(by_value, missing=-1)


def _of_periods(adsl: Dataset, counted: Mask, names: Sequence[str], order: Sequence[str]) -> Arms:
    """The arms of all periods, ordered as if each period were a subject of its own."""
    first, numbers = names[0], [f"{name}N" for name in names]
    unusable = [*_unusable(adsl, numbers)]
    parts = [
        {"USUBJID": adsl["USUBJID"], first: adsl[name]} | ({} if unusable else {f"{first}N": adsl[number]})
        for name, number in zip(names, numbers, strict=True)
    ]
    frame = pd.concat([pd.DataFrame(each) for each in parts], ignore_index=True)
    stacked = Dataset.from_frame(frame, adsl.name)
    arms = arms_among(stacked, np.tile(counted, len(names)), Study.of(stacked), first, order=order)
    if arms.lacking:
        ambiguous = f"{', '.join(numbers)} do not give each arm one number"
        return replace(arms, lacking="; ".join(unusable) or ambiguous)
    ordering = {first: names, f"{first}N": numbers}.get(arms.found_by)
    return arms if ordering is None else replace(arms, found_by=", ".join(ordering))


def _unusable(adsl: Dataset, numbers: Sequence[str]) -> Iterator[str]:
    """Why numbered variables give arms no order; nothing where all are numeric."""
    absent = [name for name in numbers if name not in adsl]
    if absent:
        yield not_present(*absent)
    yield from (
        f"{name} is not numeric" for name in numbers if name not in absent and adsl.is_character(name)
    )
