"""What may be asked of the curves of a page. Needs no pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ...schemas.kinds import Words
from ...schemas.options import option, same_option
from ..survival.shapes.one_record import OneRecordOptions
from ..survival.summaries.kaplan_meier import KaplanMeierOptions

_CODES = Words('a list of parameter codes in quotes: ["OS", "PFS"]', takes_blank=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """Of the curves of a page; `write_page` says what each means."""

    param: tuple[str, ...] = option(
        _CODES,
        "Parameters with a curve: OS,PFS.",
        default=(),
        otherwise="all time-to-event parameters",
        metavar="A,B",
    )
    by: str | None = same_option(
        KaplanMeierOptions, "by", default=None, otherwise="the treatment variable that the data show"
    )
    conf_type: str = same_option(KaplanMeierOptions, "conf_type")
    where: str | None = same_option(OneRecordOptions, "where")
    population: str | None = same_option(OneRecordOptions, "population")
    unit: str | None = same_option(OneRecordOptions, "unit")
    aval_unit: str | None = same_option(OneRecordOptions, "aval_unit")
    reference: str | None = same_option(OneRecordOptions, "reference")
    arm_order: tuple[str, ...] = same_option(OneRecordOptions, "arm_order")


def options_among(given: Mapping[str, Any]) -> PageOptions:
    """The options among what a command was given; what is None has its default."""
    named = {each.name: given.get(each.name) for each in fields(PageOptions)}
    return PageOptions(**{name: value for name, value in named.items() if value is not None})
