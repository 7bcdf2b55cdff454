"""The page of a study: its report with a curve of each parameter, into a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ...schemas.gate.report import Report
from ...schemas.gate.selection import full_book
from ...schemas.rules.rule import Rule, RuleFunction
from ...schemas.severity import Severity
from ...schemas.study.study import Study
from ..figures.options import FigureOptions, ResponderOptions, SafetyOptions, SwimmerOptions
from ..reports import SeverityName
from ..reports.files import ReportFile
from ..reports.presentation import Presentation
from ..values.address import place_of
from .html import page
from .options import PageOptions
from .parameters import parameter_parts
from .run_shown import RunShown
from .study_figures import study_figures

FORM = "html"
"""The page among the formats of reports."""


def write_page(
    path: str | Path,
    report: Report,
    study: Study | None = None,
    *,
    param: Sequence[str] = (),
    by: str | None = None,
    conf_type: str = "log-log",
    where: str | None = None,
    population: str | None = None,
    unit: str | None = None,
    aval_unit: str | None = None,
    reference: str | None = None,
    arm_order: Sequence[str] = (),
    fail_on: Severity | SeverityName | None = "error",
    show_keys: bool = True,
    swimmer: SwimmerOptions | None = None,
    responders: ResponderOptions | None = None,
    safety: SafetyOptions | None = None,
    extra_rules: Iterable[Rule | RuleFunction] = (),
    overwrite: bool = False,
) -> Path:
    """Write a report as one HTML page: the verdict, findings to filter and search, curves of the data.

    The page needs no network, and the same report gives the same bytes.

    Parameters
    ----------
    path : str or Path
    report : Report
        Of `validate`. What it does not hold is not on the page: keys of records, values.
    study : Study, optional
        The study that was judged; without it the page has no curves.
    param : sequence of str
        Parameters with a curve, such as ``["OS", "PFS"]`` (default: all time-to-event parameters).
    by : str, optional
        Variable of the groups (default: the treatment variable that the data show).
    conf_type, where, population, unit, aval_unit, reference, arm_order
        As of `kaplan_meier`.
    fail_on : Severity, its name, or None
        Lowest severity that fails the gate; with None, only checks that were not run do.
    show_keys : bool
        Show subject keys in figures and messages about them.
    swimmer : SwimmerOptions, optional
        Of the swimmer plot.
    responders : ResponderOptions, optional
        Of the long-term responders.
    safety : SafetyOptions, optional
        Of the tables of adverse events.
    extra_rules : iterable of Rule, or of functions that ``@rule`` made rules of
        Custom rules, whose pages are to be explained.
    overwrite : bool
        Replace a file that is not an adamgate report; those are replaced in any case, data never.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigurationError
        For a parameter or variable that is not present.
    UnwritableOutput
        If the file is an input, exists and is not a report, or cannot be written.

    Examples
    --------
    >>> study = ag.read("adam")
    >>> page = ag.write_page("report.html", ag.validate(study), study, by="TRT01P")
    >>> "PASSED" in page.read_text(encoding="utf-8")
    True
    """
    if not isinstance(report, Report):
        raise TypeError(f"a Report is required, not {type(report).__name__}; validate(study) returns one")
    judged = None if study is None else Study.given(study)
    threshold = None if fail_on is None else Severity(fail_on)
    options = PageOptions(
        param=tuple([param] if isinstance(param, str) else param),
        by=by,
        conf_type=conf_type,
        where=where,
        population=population,
        unit=unit,
        aval_unit=aval_unit,
        reference=reference,
        arm_order=tuple([arm_order] if isinstance(arm_order, str) else arm_order),
    )
    target = place_of(path)
    file = ReportFile(target, FORM, overwrite=overwrite)
    inputs = [Path(each.path) for each in report.inputs if each.path]
    if report.definition is not None:
        inputs.append(Path(report.definition.path))
    file.spare(inputs, data=inputs)
    file.require_writable()
    document = rendered(
        report,
        judged,
        options,
        threshold,
        extra_rules=extra_rules,
        show_keys=show_keys,
        figures=FigureOptions(swimmer=swimmer, responders=responders, safety=safety),
    )
    file.deliver(document)
    return target


def rendered(
    report: Report,
    study: Study | None,
    options: PageOptions,
    threshold: Severity | None,
    *,
    extra_rules: Iterable[Rule | RuleFunction] = (),
    show_keys: bool = True,
    run: RunShown | None = None,
    figures: FigureOptions | None = None,
) -> str:
    """The page, ending with a line break."""
    presentation, book = Presentation(threshold), full_book(extra_rules)
    if study is None:
        return page(report, presentation, book, run=run)
    declared = figures or FigureOptions()
    parts = parameter_parts(study, report, options, show_keys=show_keys)
    drawn = study_figures(study, report, options, declared, parts, show_keys=show_keys)
    return page(report, presentation, book, parts, run=run, figures=drawn)
