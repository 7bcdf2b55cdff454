"""What is counted or estimated over subjects: one folder for each summary, one entry for each in `SUMMARIES`.

Needs no pandas: what makes the tables is imported when one is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from .adverse_events import AdverseEventOptions
from .cuminc import CumulativeIncidenceOptions
from .kaplan_meier import KaplanMeierOptions


@dataclass(frozen=True, slots=True)
class TableSummary:
    """One summary.

    Attributes
    ----------
    name : str
    summary : str
        In one line.
    options : type
        The dataclass of its options.
    module, function : str
        What makes it: ".kaplan_meier.summary", "kaplan_meier".
    """

    name: str
    summary: str
    options: type
    module: str
    function: str

    def load(self) -> Callable[..., Any]:
        """The function, which takes a study and the options by their names."""
        return cast("Callable[..., Any]", getattr(import_module(self.module, __name__), self.function))


SUMMARIES: Mapping[str, TableSummary] = {
    each.name: each
    for each in (
        TableSummary(
            "kaplan-meier",
            "Kaplan-Meier estimates, medians, restricted means, log-rank test",
            KaplanMeierOptions,
            ".kaplan_meier.summary",
            "kaplan_meier",
        ),
        TableSummary(
            "cumulative-incidence",
            "cumulative incidence of competing events, Aalen-Johansen",
            CumulativeIncidenceOptions,
            ".cuminc.summary",
            "cumulative_incidence",
        ),
        TableSummary(
            "adverse-events",
            "incidence and rates of adverse events by term and arm",
            AdverseEventOptions,
            ".adverse_events.summary",
            "adverse_events",
        ),
    )
}
