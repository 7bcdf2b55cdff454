"""What a cumulative incidence table shows, in a few lines: the table behind it, a line for each group."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...schemas.wording import counted, plain
from .kaplan_meier_summary import figure_shown
from .table_summary import render_summary

if TYPE_CHECKING:
    from ..survival.summaries.cuminc.summary import CumulativeIncidenceTable


def render_cumulative_incidence(table: CumulativeIncidenceTable, width: int = 100) -> str:
    """The lines, without a line break at the end.

    Parameters
    ----------
    table : CumulativeIncidenceTable
    width : int
        Columns a line may take.
    """
    wrap = textwrap.TextWrapper(width, subsequent_indent="    ", break_on_hyphens=False)
    own = (wrap.fill(plain(line)) for line in _lines(table))
    return "\n".join([render_summary(table.codebook.records, width), *own])


def _limits(lower: float, upper: float) -> str:
    return "no limits" if math.isnan(lower) else f"{figure_shown(lower)} to {figure_shown(upper)}"


def _lines(table: CumulativeIncidenceTable) -> Iterator[str]:
    codebook, frame = table.codebook, table.estimates.frame
    records = codebook.records
    yield f"Cumulative incidence by Aalen-Johansen, {codebook.conf_level:.0%} limits ({codebook.conf_type})"
    last = frame.groupby(["group", "cause"], observed=True, sort=False).tail(1)
    for row in last.to_dict("records"):
        limits = _limits(row["lower"], row["upper"])
        naive = f"; 1 - Kaplan-Meier {row['one_minus_km']:.4g}" if "one_minus_km" in row else ""
        yield (
            f"  {row['group']}, {row['cause']}: {row['incidence']:.4g} ({limits}) at {row['time']:.4g} "
            f"{codebook.unit}{naive}"
        )
    there = set(last["group"])
    for arm in records.arm_order.levels if records.arm_order else ():
        if arm not in there:
            yield f"  {arm}: no subjects, not in the table"
    if codebook.without_arm:
        yield f"  {records.arm} missing: {counted(codebook.without_arm, 'subject')}, only in the total"
