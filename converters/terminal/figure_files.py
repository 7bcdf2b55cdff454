"""What a command makes, written as a figure where its output is named like one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, eq=False)
class DrawnTable:
    """Something made, with what draws it; it is written as tables are."""

    made: Any
    draw: Callable[[Any], Any]

    def write(self, path: Path, *, overwrite: bool, keep: Iterable[Path]) -> list[Path]:
        """Draw it in matplotlib's own style, whatever the user's is: the same bytes anywhere."""
        from ..plot.drawing import default_style
        from ..plot.files import save

        with default_style():
            axes = self.draw(self.made)
            return [save(axes, path, overwrite=overwrite, inputs=(*self.made.inputs, *keep))]


def drawn_by(make: Callable[..., Any], draw: Callable[[Any], Any]) -> Callable[..., DrawnTable]:
    """What makes the thing, and then holds what draws it."""
    return lambda study, **judged_by: DrawnTable(make(study, **judged_by), draw)
