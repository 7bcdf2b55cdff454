"""The arms of a table: their order, and the one that the others are compared with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ...schemas.errors import ConfigurationError
from ...schemas.evidence.arm_order import numbered_order
from ...schemas.evidence.identifiers import is_identifier
from ...schemas.study.columns import Mask, WrongType
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean
from .records import AnalysedRecords, only


@dataclass(frozen=True, slots=True)
class Arms:
    """The arms of a table.

    Attributes
    ----------
    variable : str
    levels : tuple of str
        Every arm that a subject has; in their order where one is known, else by name.
    reference : str or None
        The first of them; None where no order is known.
    found_by : str
        What gives the order: "TRT01PN", "arm_order", "reference"; empty where nothing does.
    lacking : str
        Why no order is known; empty where one is.
    """

    variable: str
    levels: tuple[str, ...]
    reference: str | None
    found_by: str
    lacking: str = ""


def arms_of(
    records: AnalysedRecords,
    study: Study,
    variable: str,
    *,
    order: Sequence[str] = (),
    reference: str | None = None,
) -> Arms:
    """The arms of the analysed records.

    Parameters
    ----------
    records : AnalysedRecords
        With the arm among their variables.
    study : Study
        For ADSL.
    variable : str
        The arm.
    order : sequence of str
        The arms as the user orders them.
    reference : str, optional
        The arm that comes first.

    Raises
    ------
    ConfigurationError
        When the order or the reference is not about these arms.
    """
    return _arms(records.data, records.dataset, study, variable, order=order, reference=reference)


def arms_among(
    subjects: Dataset, counted: Mask, study: Study, variable: str, *, order: Sequence[str] = ()
) -> Arms:
    """The arms of some subjects of ADSL, in the order that all of them give; as `arms_of`."""
    return _arms(only(subjects, counted), subjects, study, variable, order=order)


def _arms(
    data: Dataset,
    dataset: Dataset,
    study: Study,
    variable: str,
    *,
    order: Sequence[str],
    reference: str | None = None,
) -> Arms:
    there = arm_texts(data, variable)
    if order:
        levels, found_by, lacking = _given(data, there, order), "arm_order", ""
    elif not data.is_character(variable):
        levels, found_by, lacking = there, variable, ""
    else:
        # By all records of the dataset, so that a selection does not change what a number means.
        found = numbered_order(dataset, study, variable, there)
        levels, found_by, lacking = found.arms or there, found.found_by, found.lacking
    if reference is not None:
        _require_arm(data, there, reference, "reference")
        levels = (reference, *(each for each in levels if each != reference))
        found_by = ", ".join(filter(None, ["reference", found_by]))
        lacking = ""
    return Arms(variable, levels, levels[0] if found_by and levels else None, found_by, lacking)


def arm_texts(data: Dataset, variable: str) -> tuple[str, ...]:
    """The arms of some records as texts, in the order of their values.

    Raises
    ------
    ConfigurationError
        When the variable is neither text nor numeric: a date or a time.
    """
    distinct = data.distinct(variable)
    if data.is_character(variable):
        return tuple(sorted(map(str, distinct)))
    try:
        numbers = data.numbers(variable)
    except WrongType:
        raise ConfigurationError(
            f"{variable} is a date or a time, not an arm",
            f"{data.name}, {variable}",
            "give the treatment arm, such as TRT01P",
        ) from None
    return tuple(f"{each:.15g}" for each in np.unique(numbers) if not np.isnan(each))


def _given(data: Dataset, there: Collection[str], order: Sequence[str]) -> tuple[str, ...]:
    for each in order:
        _require_arm(data, there, each, "arm_order")
    lacking = [each for each in there if each not in order]
    if lacking or len(set(order)) < len(order):
        fault = "an arm of the table is not listed" if lacking else "an arm is listed twice"
        raise ConfigurationError(
            f"the order of the arms is not valid: {fault}",
            f"arm_order; {_named(data, lacking or order)}",
            "give every arm once, separated by semicolons or commas",
        )
    return tuple(order)


def _require_arm(data: Dataset, there: Collection[str], arm: str, option: str) -> None:
    if arm not in there:
        raise ConfigurationError(
            f"{arm!r} is not an arm of the table",
            f"{option}; {_named(data, there)}",
            did_you_mean(arm, [each for each in there if not is_identifier(data, each)]),
        )


def _named(data: Dataset, arms: Collection[str]) -> str:
    shown = [each for each in arms if not is_identifier(data, each)]
    return "arms: " + ", ".join(shown)
