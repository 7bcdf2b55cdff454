"""What flags and conditions ask of the records of a dataset while its columns are derived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd
from numpy.typing import NDArray

from ...schemas.study.columns import Mask
from ...schemas.study.dataset import Dataset
from .task import DerivationTask


class DerivedTable(Protocol):
    """One row per derived record."""

    @property
    def task(self) -> DerivationTask:
        """What is derived."""
        ...

    def __len__(self) -> int:
        """Number of records."""
        ...

    def part(self, places: Mapping[str, str]) -> Dataset | None:
        """Some variables, each with the place that names it; None where one is not present."""
        ...

    def add(self, name: str, column: pd.Series | NDArray[Any], label: str = "") -> None:
        """Take a derived variable."""
        ...

    def absent_values(self, condition: str, place: str, data: Dataset) -> None:
        """Note values that a condition asks for and that no record has."""
        ...

    def effect(self, policy: str, value: str, effect: str, concerned: Mask) -> None:
        """Count the records that a policy concerns."""
        ...
