"""The figures of a study beside its curves: each drawn, or with the reason why it is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Generic, TypeVar

from ...schemas.errors import ConfigurationError, Refused
from ...schemas.evidence.arms import periods
from ...schemas.gate.report import Report
from ...schemas.study.study import Study
from ..figures.options import FigureOptions, SwimmerCommandOptions, SwimmerOptions
from ..figures.responders import long_term_responders
from ..figures.safety import safety
from ..figures.swimmer import swimmer_lanes
from ..survival.subjects import naming_subjects
from .options import PageOptions
from .parameters import MOST_GROUPS, ParameterPart, on_one_line
from .provenance import Provenance, provenance
from .responders import RespondersShown, responders_provenance, responders_shown
from .safety import SafetyShown, safety_shown
from .swimmer import SwimmerFigure, swimmer_figure

Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class FigurePart(Generic[Drawn]):
    """One figure.

    Attributes
    ----------
    shown : object or None
        Its numbers.
    provenance : Provenance or None
        Where they come from.
    problem : str
        Why it is not shown.
    """

    shown: Drawn | None
    provenance: Provenance | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class StudyFigures:
    """The figures of a study."""

    swimmer: FigurePart[SwimmerFigure]
    responders: FigurePart[RespondersShown]
    safety: FigurePart[tuple[SafetyShown, ...]]


def study_figures(
    study: Study,
    report: Report,
    page: PageOptions,
    declared: FigureOptions,
    parts: Sequence[ParameterPart],
    *,
    show_keys: bool,
) -> StudyFigures:
    """The figures, as declared, in the unit and by the groups of the curves.

    Raises
    ------
    ConfigurationError
        For what is declared and does not fit the data.
    """
    curves = [part.curves for part in parts if part.curves is not None]
    unit = page.unit or (curves[0].unit if curves else None)
    arm = _arm_of(study, page.by or next((each.by for each in curves if each.by), None))

    def swimmer() -> FigurePart[SwimmerFigure]:
        lanes = swimmer_lanes(study, declared.swimmer, unit=unit, arm=arm, population=page.population)
        return FigurePart(
            swimmer_figure(lanes, show_keys=show_keys),
            provenance(
                report,
                lanes.datasets,
                "swimmer",
                SwimmerCommandOptions(
                    **asdict(declared.swimmer or SwimmerOptions()),
                    arm=arm,
                    population=page.population,
                    unit=unit,
                ),
                "swimmer.csv",
            ),
        )

    def responders() -> FigurePart[RespondersShown]:
        found = long_term_responders(
            study, declared.responders, unit=unit, population=page.population, show_keys=show_keys
        )
        return FigurePart(
            responders_shown(report, found), responders_provenance(report, found, declared.responders)
        )

    def adverse_events() -> FigurePart[tuple[SafetyShown, ...]]:
        return FigurePart(tuple(safety_shown(report, safety(study, declared.safety))))

    with naming_subjects(show_keys):
        return StudyFigures(
            _made(swimmer, is_declared=declared.swimmer is not None),
            _made(responders, is_declared=declared.responders is not None),
            _made(adverse_events, is_declared=declared.safety is not None),
        )


def _made(make: Callable[[], FigurePart[Drawn]], *, is_declared: bool) -> FigurePart[Drawn]:
    """The figure, or why there is none; what was declared must fit."""
    try:
        return make()
    except Refused as refusal:
        return FigurePart(None, problem=on_one_line(refusal))
    except ConfigurationError as fault:
        if is_declared:
            raise
        return FigurePart(None, problem=on_one_line(fault))


def _arm_of(study: Study, by: str | None) -> str | None:
    """The variable of ADSL with the groups of the curves, where there are few."""
    if by is None or "ADSL" not in study:
        return None
    adsl = study["ADSL"]
    name = by if by in adsl else next(iter(periods(adsl, by).values()), None)
    return name if name is not None and 1 < len(adsl.distinct(name)) <= MOST_GROUPS else None
