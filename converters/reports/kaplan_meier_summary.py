"""What Kaplan-Meier tables show, in a few lines: the table behind them, a line for each group, the tests."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...schemas.wording import counted, plain, rounded
from .table_summary import render_summary

if TYPE_CHECKING:
    from ..survival.summaries.kaplan_meier.codebook import KaplanMeierCodebook
    from ..survival.summaries.kaplan_meier.comparison import LogRankEntry
    from ..survival.summaries.kaplan_meier.risk_sets import RiskSetEntry
    from ..survival.summaries.kaplan_meier.summary import KaplanMeierTables

_NAMED = 5
"""Strata, and intervals without anybody at risk, that are named."""
_LONG = 1000


def render_kaplan_meier(tables: KaplanMeierTables, width: int = 100) -> str:
    """The lines, without a line break at the end.

    Parameters
    ----------
    tables : KaplanMeierTables
    width : int
        Columns a line may take.
    """
    wrap = textwrap.TextWrapper(width, subsequent_indent="    ", break_on_hyphens=False)
    own = (wrap.fill(plain(line)) for line in _lines(tables))
    return "\n".join([render_summary(tables.codebook.records, width), *own])


def _lines(tables: KaplanMeierTables) -> Iterator[str]:
    codebook = tables.codebook
    yield f"Kaplan-Meier, {codebook.conf_level:.0%} limits ({codebook.conf_type})"
    rows = tables.summary.frame.to_dict("records")
    for row in rows:
        yield f"  {row['group']}: {', '.join(_figures(row, codebook))}"
    yield from (f"  {line}" for line in beside_groups(tables))


def beside_groups(tables: KaplanMeierTables) -> Iterator[str]:
    """What is to be known beside the groups: those without subjects, gaps, the tests."""
    codebook = tables.codebook
    rows = tables.summary.frame.to_dict("records")
    order = codebook.records.arm_order
    for arm in order.levels if order else ():
        if arm not in {row["group"] for row in rows}:
            yield f"{arm}: no subjects, not in the tables"
    for each in codebook.risk_sets:
        yield from _risk_sets(each, codebook.unit)
    if codebook.without_arm:
        missing = counted(codebook.without_arm, "subject")
        yield f"{codebook.records.arm} missing: {missing}, only in the total and not compared"
    for test in codebook.tests:
        yield from _test(test, " with delayed entry" if codebook.entry else "")


def _figures(row: Mapping[Any, Any], codebook: KaplanMeierCodebook) -> Iterator[str]:
    unit, tau = codebook.unit, codebook.tau
    yield f"median {time_shown(row, 'median', unit)}"
    yield f"follow-up {time_shown(row, 'follow_up', unit)}"
    if tau is not None:
        beyond = "; after the last time of the group" if row["rmean_beyond_last"] else ""
        error = f"standard error {figure_shown(row['rmean_std_error'])}{beyond}"
        yield f"mean up to {tau:.15g} {unit}: {figure_shown(row['rmean'])} ({error})"


def time_shown(row: Mapping[Any, Any], name: str, unit: str) -> str:
    """ "34.89 months (22.05 to 48.76)"."""
    found, *limits = (row[f"{name}{ending}"] for ending in ("", "_lower", "_upper"))
    if math.isnan(found) and all(map(math.isnan, limits)):
        return "not reached"
    lower, upper = map(figure_shown, limits)
    return f"{figure_shown(found)}{'' if math.isnan(found) else f' {unit}'} ({lower} to {upper})"


def figure_shown(value: float) -> str:
    if math.isnan(value):
        return "not reached"
    return f"{value:.4g}" if value < _LONG else rounded(value)


def _risk_sets(entry: RiskSetEntry, unit: str) -> Iterator[str]:
    if entry.n_intervals:
        first = entry.nobody_at_risk[:_NAMED]
        named = ", ".join(f"({figure_shown(after)}, {figure_shown(until)}]" for after, until in first)
        more = entry.n_intervals - len(first)
        others = f" and {more:,} more" if more else ""
        yield f"{entry.group}: nobody at risk over {named}{others} {unit}; the curve is flat there"
    for curve, zero_from in (
        ("survival", entry.survival_zero_from),
        ("the curve of the follow-up", entry.follow_up_zero_from),
    ):
        if zero_from is not None:
            since = f"from {figure_shown(zero_from)} {unit}, where the risk set empties"
            yield f"{entry.group}: {curve} is 0 {since}; later entries do not change it"


def _test(test: LogRankEntry, entered: str) -> Iterator[str]:
    within = f" stratified by {', '.join(test.strata)}" if test.strata else ""
    name = f"log-rank test{entered}{within}"
    if len(test.arms) < 2:
        yield f"{name}: {'only one arm' if test.arms else 'not possible, no subject has an arm'}"
        return
    if test.chi_square is None or test.p is None:
        yield f"{name}: not possible, no two arms have subjects at risk at an event"
    else:
        yield f"{name}: chi-square {test.chi_square:.4g}, df {test.df}, p = {test.p:.3g}"
    if test.without_stratum:
        missing = counted(test.without_stratum, "subject")
        yield f"{' or '.join(test.strata)} missing: {missing}, not compared"
    if test.n_uncompared:
        yield f"strata without a comparison: {test.n_uncompared} of {test.n_strata}: {_named(test)}"


def _named(test: LogRankEntry) -> str:
    named = [
        f"{each.stratum} ({each.reason}, {counted(each.subjects, 'subject')})"
        for each in test.uncompared[:_NAMED]
    ]
    more = test.n_uncompared - len(named)
    return "; ".join(named) + (f" and {more} more" if more else "")
