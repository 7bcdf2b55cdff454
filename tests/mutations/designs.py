"""Designs that are unusual and right, and what they have in common."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from delivery import Delivery

from adamgate.schemas.study.declarations import NOTHING_DECLARED, Declarations

Make = Callable[[Delivery], None]


@dataclass(frozen=True)
class Design:
    """A clean study made otherwise.

    Attributes
    ----------
    make : callable
        Changes a `Delivery`; its docstring says what the design is.
    declarations : Declarations
    """

    make: Make
    declarations: Declarations = NOTHING_DECLARED

    @property
    def name(self) -> str:
        return self.make.__name__


DESIGNS: list[Design] = []
"""All of them, in the order they are imported."""


def design(make: Make) -> Make:
    """Add a design to the list."""
    DESIGNS.append(Design(make))
    return make


def declared(declarations: Declarations) -> Callable[[Make], Make]:
    """Add a design that needs something declared."""

    def register(make: Make) -> Make:
        DESIGNS.append(Design(make, declarations))
        return make

    return register


def elapsed(frame: pd.DataFrame) -> pd.Series:
    """Days from STARTDT to ADT, the first one counted."""
    return (frame.ADT - frame.STARTDT).dt.days + 1.0


def times(delivery: Delivery, parameter: str) -> tuple[pd.DataFrame, pd.Series]:
    """ADTTE, and which of its records are of a parameter."""
    frame = delivery.frame("ADTTE")
    return frame, frame.PARAMCD.eq(parameter)


def and_more(frame: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Records and more of them, of the same types."""
    return pd.concat([frame, added.astype(frame.dtypes)], ignore_index=True)
