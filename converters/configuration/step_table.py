"""The table of steps. Needs no pandas, unlike the other tables, so that an unchanged run needs none."""

from __future__ import annotations

from ..pipeline import KINDS
from ..pipeline.step_options import step_name
from .tables import NAMED, Table
from .variants import keys_of_all

STEP = Table(
    "step",
    keys_of_all("kind", "What the step does.", KINDS),
    "A step of `adamgate run`, with paths relative to the folder of the file. `kind` decides its other keys.",
    NAMED,
    step_name,
    sample="adam",
    variant="kind",
    variants=KINDS,
)
