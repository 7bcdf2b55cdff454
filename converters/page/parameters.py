"""The parameters of a page: each with its curve, or with the reason why it has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ...schemas.errors import AdamgateError, ConfigurationError, Refused
from ...schemas.gate.event_counts import EventCount
from ...schemas.gate.report import Report
from ...schemas.study.study import Study
from ...schemas.wording import plain
from ..reports.kaplan_meier_summary import beside_groups, time_shown
from ..survival.subjects import naming_subjects
from ..survival.summaries.asked import asked_conf_type
from ..survival.summaries.kaplan_meier import KaplanMeierOptions
from ..survival.summaries.kaplan_meier.groups import grouped
from ..survival.summaries.kaplan_meier.summary import KaplanMeierTables, tables_of
from ..survival.survival import survival
from .axis import marks
from .curve import CurveFigure, curve_figure
from .options import PageOptions
from .plausibility import Plausibility, plausibility
from .provenance import Provenance, provenance

MOST_GROUPS = 8
"""Curves that people tell apart in one figure."""
_DATES = ("ADT", "STARTDT")
_NOT_OF_RECORDS = ("param", "by", "conf_type")
"""Options that do not select records."""

EstimateRow = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Curves:
    """What a page shows of one parameter.

    Attributes
    ----------
    figure : CurveFigure
    groups : tuple of mapping
        Of the summary, with `median_shown` and `follow_up_shown` in words.
    estimates : tuple of mapping
        At the marks of the axis.
    beside : tuple of str
        The log-rank test, and what else is to be known, in sentences.
    by : str or None
        Variable of the groups.
    unit, conf_type : str
    population : str
        Which records, in words; empty for all.
    plausibility : Plausibility
    """

    figure: CurveFigure
    groups: tuple[EstimateRow, ...]
    estimates: tuple[EstimateRow, ...]
    beside: tuple[str, ...]
    by: str | None
    unit: str
    conf_type: str
    population: str
    plausibility: Plausibility

    @property
    def described(self) -> str:
        """The figure in words."""
        groups = "; ".join(
            f"{each['group']}: {each['n']} subjects, {each['events']} events, median {each['median_shown']}"
            for each in self.groups
        )
        return f"Share of subjects without the event, by {self.unit}. {groups}."


@dataclass(frozen=True, slots=True)
class ParameterPart:
    """One parameter of a page.

    Attributes
    ----------
    code, label, dataset : str
    curves : Curves or None
    problem : str
        Why there are no curves.
    provenance : Provenance or None
        The command that gives the numbers at the marks of the axis, and the files of their records.
    steps_command : str
        The one that gives each step of the curves.
    """

    code: str
    label: str
    dataset: str
    curves: Curves | None
    problem: str = ""
    provenance: Provenance | None = None
    steps_command: str = ""


def parameter_parts(
    study: Study, report: Report, options: PageOptions, *, show_keys: bool
) -> tuple[ParameterPart, ...]:
    """The parameters that were asked for, else all that the gate counted, in their order.

    Raises
    ------
    ConfigurationError
        For an option that does not fit the data; without options the page says why a curve is missing.
    """
    codes = options.param or tuple(dict.fromkeys(each.parameter for each in report.events))
    return tuple(_part(study, report, code, options, show_keys=show_keys) for code in codes)


def _count(report: Report, code: str) -> EventCount | None:
    return {each.parameter: each for each in report.events}.get(code)


def _part(study: Study, report: Report, code: str, options: PageOptions, *, show_keys: bool) -> ParameterPart:
    count = _count(report, code)
    try:
        return _with_curves(study, report, code, options, show_keys=show_keys)
    except Refused as refusal:
        problem = on_one_line(refusal)
    except ConfigurationError as fault:
        if options != PageOptions():
            raise
        problem = on_one_line(fault)
    return ParameterPart(plain(code), "", count.dataset if count else "", None, problem)


def on_one_line(problem: AdamgateError) -> str:
    """A problem as a page shows it."""
    return plain("; ".join(line.strip() for line in str(problem).splitlines()))


def _with_curves(
    study: Study, report: Report, code: str, options: PageOptions, *, show_keys: bool
) -> ParameterPart:
    """Its estimates at each time of the data and at the marks of the axis, and what makes them plausible."""
    count = _count(report, code)
    by, conf_type = options.by or _groups_of(count), asked_conf_type(options.conf_type)
    records = {name: value for name, value in asdict(options).items() if name not in _NOT_OF_RECORDS}
    table = survival(
        study,
        code,
        arm=by,
        covariates=_dates_of(study, code, count),
        gate=False,
        allow_no_events=True,
        show_keys=show_keys,
        **records,
    )
    with naming_subjects(show_keys):
        subjects = grouped(table, total=by is None)
    if len(subjects.groups) > MOST_GROUPS:
        raise ConfigurationError(
            f"{by} has {len(subjects.groups)} values; a figure shows at most {MOST_GROUPS} curves",
            "by",
            "choose a variable with fewer values",
        )
    steps = tables_of(table, subjects, (), conf_type)
    times = marks(float(steps.estimates.frame["time"].max()), steps.codebook.unit)
    marked = tables_of(table, subjects, times, conf_type)
    seen = plausibility(study, table, subjects, times, conf_type, show_keys=show_keys)
    described = table.codebook
    marked_by = KaplanMeierOptions(
        param=code,
        by=by,
        at=times,
        total=by is None,
        **{name: value for name, value in asdict(options).items() if name not in ("param", "by")},
    )
    files = (described.dataset, "ADSL")
    beside = (*beside_groups(steps), *(() if options.by else _all_together(count)))
    return ParameterPart(
        plain(described.paramcd),
        plain(described.param or ""),
        described.dataset,
        _curves(steps, marked, options, seen, beside),
        provenance=provenance(report, files, "km", marked_by, "km.csv"),
        steps_command=provenance(report, files, "km", replace(marked_by, at=()), "km.csv").command,
    )


def _dates_of(study: Study, code: str, count: EventCount | None) -> tuple[str, ...]:
    """The dates that each dataset with the parameter has, of those that make a curve plausible."""
    named = [study[count.dataset]] if count is not None else study
    holding = [each for each in named if "PARAMCD" in each and code in each.parameters.names]
    return tuple(name for name in _DATES if holding and all(name in each for each in holding))


def _groups_of(count: EventCount | None) -> str | None:
    """The treatment variable, where it makes groups that can be shown."""
    return count.arm_variable if count is not None and 1 < _arms_of(count) <= MOST_GROUPS else None


def _all_together(count: EventCount | None) -> Iterator[str]:
    """Why there is one curve, where the treatment variable makes too many groups."""
    if count is not None and _arms_of(count) > MOST_GROUPS:
        yield (
            f"all subjects together: {count.arm_variable} has {_arms_of(count)} values, and a figure shows "
            f"at most {MOST_GROUPS} curves; choose other groups (--by) or records (--where)"
        )


def _arms_of(count: EventCount) -> int:
    return sum(each.arm != "" for each in count.arms)


def _curves(
    steps: KaplanMeierTables,
    marked: KaplanMeierTables,
    options: PageOptions,
    seen: Plausibility,
    beside: Sequence[str],
) -> Curves:
    codebook = steps.codebook
    at = marked.estimates.frame
    chosen = [f"{options.population} = Y" if options.population else "", options.where or ""]
    return Curves(
        curve_figure(steps.estimates.frame, at, marked.codebook.at or (), codebook.unit),
        tuple(_groups(steps)),
        tuple({**row, "group": plain(row["group"])} for row in at.to_dict("records")),
        tuple(map(plain, beside)),
        codebook.records.arm,
        codebook.unit,
        codebook.conf_type,
        plain(" and ".join(filter(None, chosen))),
        seen,
    )


def _groups(tables: KaplanMeierTables) -> Iterator[EstimateRow]:
    unit = tables.codebook.unit
    for row in tables.summary.frame.to_dict("records"):
        shown = {f"{name}_shown": time_shown(row, name, unit) for name in ("median", "follow_up")}
        yield {**row, "group": plain(row["group"]), **shown}
