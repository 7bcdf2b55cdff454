"""One record per subject at risk after a landmark: what may be asked of the table. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.kinds import amount
from .....schemas.options import option
from ..options import VARIABLES, OneParameter, TableOptions


@dataclass(frozen=True)
class LandmarkOptions(TableOptions, OneParameter):
    """Of a table of those at risk after a landmark."""

    landmark: float = option(amount, "Landmark, in the unit of the table.", metavar="TIME")
    landmark_status: tuple[str, ...] = option(
        VARIABLES,
        "What happened by the landmark: a date (RSPDT), a date of a parameter (DOR:STARTDT), "
        "the event of a parameter (TTR).",
        default=(),
        metavar="A,B",
    )

    @property
    def statuses(self) -> tuple[str, ...]:
        """What was given as `landmark_status`, each once, without blanks around the colon."""
        return tuple(
            dict.fromkeys(":".join(map(str.strip, each.split(":", 1))) for each in self.landmark_status)
        )
