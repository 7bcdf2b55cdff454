"""What the figures have in common with the page: colours that the colour-blind tell apart, dashes, marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLOURS = ("#0072b2", "#c2500a", "#00805b", "#a4508b", "#6d6d00", "#3d4a5c", "#0072b2", "#c2500a")
"""Of the curves of groups, in their order."""
DASHES: tuple[Any, ...] = (
    "solid",
    (0, (9, 3)),
    (0, (3, 2)),
    (0, (9, 3, 2, 3)),
    (0, (14, 4)),
    (0, (6, 2, 2, 2, 2, 2)),
    (0, (1, 2)),
    (0, (14, 3, 3, 3)),
)
"""Theirs, too: a group is known without its colour."""
INK, QUIET, GRID = "#1d2126", "#5b6470", "#e9eaec"
TREATMENT, RESPONSE, PROGRESSION = COLOURS[0], COLOURS[2], COLOURS[1]

LANE_MARKS: Mapping[str, Mapping[str, Any]] = {
    "response": {"marker": "o", "markerfacecolor": "white", "markeredgecolor": RESPONSE},
    "complete_response": {"marker": "D", "color": RESPONSE, "markersize": 3.6},
    "progression": {"marker": "^", "color": PROGRESSION},
    "death": {"marker": "x", "color": INK},
    "in follow-up": {"marker": ">", "color": TREATMENT},
    "ended": {"marker": "|", "color": QUIET},
}
"""Marks of a swimmer plot, by the time or the status that they show."""
