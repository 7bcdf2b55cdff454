"""The page: one HTML file with its style, its script and its data.

Every text goes through the template's escaping or, in the script, through `textContent`. A
Content-Security-Policy lets the browser load nothing, and run nothing but the one script, by its hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...schemas.gate.report import Report
from ...schemas.wording import counted, percent, plain, rounded
from ..reports.json_document import document
from ..reports.kaplan_meier_summary import figure_shown
from ..reports.presentation import Presentation
from ..reports.terms import compared_lines, comparison_count, terms_lines, waived_lines
from .declared import declared_tables
from .findings import SEVERITIES, by_rule, for_script
from .packed import packed
from .safe_page import printable, source_hash

if TYPE_CHECKING:  # needs pandas; a page without a verdict does not
    from ...schemas.rules.rule import Rule
    from .parameters import ParameterPart
    from .rule_text import RuleText
    from .run_shown import RunShown
    from .study_figures import StudyFigures

TEMPLATES = Path(__file__).with_name("templates")


def page(
    report: Report,
    presentation: Presentation,
    book: Mapping[str, Rule] | None = None,
    parameters: Sequence[ParameterPart] | None = None,
    *,
    run: RunShown | None = None,
    figures: StudyFigures | None = None,
) -> str:
    """The page of a report, ending with a line break.

    Parameters
    ----------
    report : Report
    presentation : Presentation
    book : mapping of id to Rule, optional
        The rules that are explained; by default those of adamgate.
    parameters : sequence of ParameterPart, optional
        With their curves; None for a page without curves.
    run : RunShown, optional
        What made the data.
    figures : StudyFigures, optional
        Beside the curves.
    """
    found = printable(document(report, presentation))
    rules = {each["rule_id"] for each in found["findings"]}
    texts = _texts(rules, book) if rules else {}
    style, script = _asset("page.css"), _asset("page.js")
    return (
        _environment()
        .get_template("page.html")
        .render(
            policy=_policy(style, script),
            style=Markup(style),  # noqa: S704  (files of this package)
            script=Markup(script),  # noqa: S704
            report=found,
            severities=SEVERITIES,
            rules=by_rule(found["findings"], texts),
            packed_findings=packed(for_script(found["findings"])),
            declared=declared_tables(found["terms"]["declared"]),
            terms=[plain(line) for line in terms_lines(replace(report.terms, declared={}))],
            waived=[plain(line) for line in waived_lines(report.terms)],
            comparison=comparison_count(report),
            compared=[plain(line) for lines in compared_lines(report) for line in lines],
            parameters=parameters,
            run=run,
            figures=figures,
            not_run=[each for each in found["outcomes"] if each["status"] == "not run"],
        )
    )


def _texts(rules: set[str], book: Mapping[str, Rule] | None) -> Mapping[str, RuleText]:
    from ...schemas.gate.selection import full_book
    from .rule_text import rule_texts

    return rule_texts(full_book() if book is None else book, rules)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= {
        "counted": counted,
        "number": "{:,}".format,
        "percent": percent,
        "rounded": rounded,
        "figure_shown": figure_shown,
        "plain": plain,
    }
    return environment


@cache
def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """What the browser may load and run: nothing but this style and this script."""
    return (
        f"default-src 'none'; style-src {source_hash(style)}; script-src {source_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
