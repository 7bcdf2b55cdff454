"""What Kaplan-Meier tables show, in a few lines: the table behind them, a line for each group, the tests."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...schemas.wording import counted, plain
from .table_summary import render_summary

if TYPE_CHECKING:
    from ..survival.summaries.kaplan_meier.codebook import KaplanMeierCodebook
    from ..survival.summaries.kaplan_meier.comparison import LogRankEntry
    from ..survival.summaries.kaplan_meier.summary import KaplanMeierTables

_NAMED = 5
"""Strata that are named."""
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
    for row in tables.summary.frame.to_dict("records"):
        yield f"  {row['group']}: {', '.join(_figures(row, codebook))}"
    if codebook.without_arm:
        missing = counted(codebook.without_arm, "subject")
        yield f"  {codebook.records.arm} missing: {missing}, only in the total and not compared"
    for test in codebook.tests:
        yield from _test(test)


def _figures(row: Mapping[Any, Any], codebook: KaplanMeierCodebook) -> Iterator[str]:
    unit, tau = codebook.unit, codebook.tau
    yield f"median {_time(row, 'median', unit)}"
    yield f"follow-up {_time(row, 'follow_up', unit)}"
    if tau is not None:
        beyond = "; after the last time of the group" if row["rmean_beyond_last"] else ""
        error = f"standard error {_number(row['rmean_std_error'])}{beyond}"
        yield f"mean up to {tau:.15g} {unit}: {_number(row['rmean'])} ({error})"


def _time(row: Mapping[Any, Any], name: str, unit: str) -> str:
    """ "34.89 months (22.05 to 48.76)"."""
    found, *limits = (row[f"{name}{ending}"] for ending in ("", "_lower", "_upper"))
    if math.isnan(found) and all(map(math.isnan, limits)):
        return "not reached"
    lower, upper = map(_number, limits)
    return f"{_number(found)}{'' if math.isnan(found) else f' {unit}'} ({lower} to {upper})"


def _number(value: float) -> str:
    if math.isnan(value):
        return "not reached"
    return f"{value:.4g}" if value < _LONG else f"{value:,.1f}"


def _test(test: LogRankEntry) -> Iterator[str]:
    within = f" stratified by {', '.join(test.strata)}" if test.strata else ""
    name = f"  log-rank test{within}"
    if len(test.arms) < 2:
        yield f"{name}: {'only one arm' if test.arms else 'not possible, no subject has an arm'}"
        return
    if test.chi_square is None or test.p is None:
        yield f"{name}: not possible, no two arms have subjects at risk at an event"
    else:
        yield f"{name}: chi-square {test.chi_square:.4g}, df {test.df}, p = {test.p:.3g}"
    if test.without_stratum:
        missing = counted(test.without_stratum, "subject")
        yield f"  {' or '.join(test.strata)} missing: {missing}, not compared"
    if test.n_uncompared:
        yield f"  strata with one arm or no event: {test.n_uncompared} of {test.n_strata}: {_named(test)}"


def _named(test: LogRankEntry) -> str:
    named = [
        f"{each.stratum} ({each.reason}, {counted(each.subjects, 'subject')})"
        for each in test.uncompared[:_NAMED]
    ]
    more = test.n_uncompared - len(named)
    return "; ".join(named) + (f" and {more} more" if more else "")
