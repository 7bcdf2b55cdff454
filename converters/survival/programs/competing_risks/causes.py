"""Which causes a program fits a model to."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model import Model


def numbered(model: Model) -> Iterator[tuple[int, str]]:
    """Each cause with its status."""
    return iter(enumerate(model.causes, 1))


def fitted(frame: pd.DataFrame, model: Model) -> list[tuple[int, str]]:
    """The causes that some subject has: a model of another cannot be fitted."""
    (endpoint,) = model.endpoints
    there = set(frame[endpoint.event].unique().tolist())
    return [(status, name) for status, name in numbered(model) if status in there]


def others(model: Model, status: int) -> list[int]:
    """The status of each other cause."""
    return [each for each, _ in numbered(model) if each != status]
