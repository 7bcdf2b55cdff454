"""Faults of parameters: those of the first parameters one by one, those of the others together.

A rule that judges parameter by parameter gives the records of each fault as positions, not as masks: masks
would take parameters times records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..evidence.parameters import SHOWN, Reported, identifying_codes
from ..severity import Severity
from ..study.columns import Mask
from ..study.dataset import Dataset
from .rule import Fault

Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class OfParameter:
    """What is wrong with one parameter.

    Attributes
    ----------
    parameter : str
        PARAMCD.
    message : str
        Without the parameter.
    positions : ndarray of int or None
        The records concerned; None marks the parameter as a whole.
    severity : Severity or None
        Where it differs from the rule's own.
    values, cause : str
        As in `Fault`.
    """

    parameter: str
    message: str
    positions: Positions | None = None
    severity: Severity | None = None
    values: str = ""
    cause: str = ""

    @property
    def found(self) -> bool:
        return self.positions is None or len(self.positions) > 0


def by_parameter(
    data: Dataset, variables: tuple[str, ...], each: Iterable[OfParameter], others: str
) -> Iterator[Fault]:
    """The faults of parameters; beyond the first ones a single fault per severity.

    Parameters whose PARAMCD is a subject identifier, which is not quoted, also share one.

    Parameters
    ----------
    data : Dataset
    variables : tuple of str
        Variables concerned.
    each : iterable of OfParameter
        In the order in which they are reported.
    others : str
        Message for further parameters, whatever the fault of each.
    """
    every = [one for one in each if one.found]
    withheld = identifying_codes(data) if every else frozenset()
    names = list(dict.fromkeys(one.parameter for one in every if one.parameter not in withheld))
    shown = frozenset(names if len(names) <= SHOWN else names[: SHOWN - 1])
    together: dict[tuple[bool, Severity | None, bool], list[OfParameter]] = defaultdict(list)
    for one in every:
        if one.parameter in shown:
            mask = _mask(data, [one])
            yield Fault(mask, variables, one.message, one.severity, one.values, one.parameter, one.cause)
        else:
            together[one.parameter in withheld, one.severity, one.positions is None].append(one)
    for (identify, severity, _), several in together.items():
        count = len({one.parameter for one in several})
        reported = Reported.withheld(count) if identify else Reported.further(count)
        message = reported.opening + others
        yield Fault(_mask(data, several), variables, message, severity, cause=reported.cause)


def _mask(data: Dataset, faults: Iterable[OfParameter]) -> Mask | None:
    places = [one.positions for one in faults if one.positions is not None]
    if not places:
        return None
    mask = np.zeros(len(data), dtype=np.bool_)
    mask[np.concatenate(places)] = True
    return mask
