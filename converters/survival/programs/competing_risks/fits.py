"""The causes of a table with competing risks, and those that a program fits a model to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..model import Model

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class CauseFits:
    """What is fitted to an event of several causes.

    Attributes
    ----------
    causes : tuple of str
        What they are called; the column `event` of the endpoint has 1, 2, …, and 0 where censored.
    """

    folder: ClassVar[str] = "competing_risks"
    need: ClassVar[str] = "models of competing risks"

    causes: tuple[str, ...]

    @property
    def title(self) -> str:
        return "Competing risks"

    @property
    def coded(self) -> Mapping[str, tuple[str, ...] | None]:
        return {}

    def renamed(self, names: Mapping[str, str]) -> CauseFits:  # noqa: ARG002 - no column is its own
        return self


def numbered(model: Model) -> Iterator[tuple[int, str]]:
    """Each cause with its status."""
    return iter(enumerate(model.family_as(CauseFits).causes, 1))


def fitted(frame: pd.DataFrame, model: Model) -> list[tuple[int, str]]:
    """The causes that some subject has: a model of another cannot be fitted."""
    (endpoint,) = model.endpoints
    there = set(frame[endpoint.event].unique().tolist())
    return [(status, name) for status, name in numbered(model) if status in there]


def others(model: Model, status: int) -> list[int]:
    """The status of each other cause."""
    return [each for each, _ in numbered(model) if each != status]
