"""Tables that a file of settings may declare: of every shape, and every summary. Needs no pandas."""

from __future__ import annotations

from collections.abc import Mapping

from .shapes import SHAPES
from .summaries import SUMMARIES

TABLE_OPTIONS: Mapping[str, type] = {
    **{shape.name: shape.options for shape in SHAPES.values()},
    **{summary.name: summary.options for summary in SUMMARIES.values()},
}
"""By what the key `shape` says, the dataclass of the other keys."""
