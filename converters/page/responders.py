"""Long-term responders as the page shows them: who they are, what is counted of them, their biomarkers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...schemas.gate.report import Report
from ...schemas.wording import plain
from ..figures.biomarkers import Biomarker
from ..figures.options import ResponderCommandOptions, ResponderOptions
from ..figures.responder_table import GROUPS, LongTermResponders
from ..survival.shapes.one_record import OneRecordOptions
from .box_plot import MOST_POINTS, BoxFigure, BoxStatistics, box_figure
from .provenance import Provenance, provenance


@dataclass(frozen=True, slots=True)
class BiomarkerShown:
    """A biomarker.

    Attributes
    ----------
    biomarker : Biomarker
    figure : BoxFigure or None
        None without a value.
    statistics : tuple of BoxStatistics
        Of both groups.
    p : str
    """

    biomarker: Biomarker
    figure: BoxFigure | None
    statistics: tuple[BoxStatistics, BoxStatistics]
    p: str

    @property
    def described(self) -> str:
        """The figure in words."""
        groups = (
            f"{name}: {each.n} values, median {each.median:.5g}, "
            f"quartiles {each.lower:.5g} and {each.upper:.5g}"
            for name, each in zip(GROUPS, self.statistics, strict=False)
        )
        return f"{'; '.join(groups)}; p {self.p}."

    @property
    def is_thinned(self) -> bool:
        return any(each.n > MOST_POINTS for each in self.statistics)


@dataclass(frozen=True, slots=True)
class RespondersShown:
    """Long-term responders.

    Attributes
    ----------
    found : LongTermResponders
    groups : tuple of (str, int)
        Their names and sizes.
    biomarkers : tuple of BiomarkerShown
    methods : tuple of str
        The tests that were used.
    subjects_command : str
        That gives the durations, and those biomarkers that are variables of ADSL.
    """

    found: LongTermResponders
    groups: tuple[tuple[str, int], ...]
    biomarkers: tuple[BiomarkerShown, ...]
    methods: tuple[str, ...]
    subjects_command: str

    @property
    def share(self) -> float:
        return self.found.responders / self.found.subjects if self.found.subjects else np.nan

    @property
    def bars(self) -> Iterator[tuple[str, float, float]]:
        """Name, place and width of each group, in percent."""
        begin = 0.0
        for name, size in self.groups:
            width = 100 * size / self.found.subjects if self.found.subjects else 0.0
            yield name, round(begin, 2), round(width, 2)
            begin += width


def responders_shown(report: Report, found: LongTermResponders) -> RespondersShown:
    """What the page has of them."""
    shown = tuple(_shown(each) for each in found.biomarkers)
    methods = dict.fromkeys(each.test.method for each in found.biomarkers if each.test.method)
    return RespondersShown(
        found,
        tuple(zip(GROUPS, found.sizes, strict=True)),
        shown,
        tuple(methods),
        _subjects_command(report, found),
    )


def _shown(biomarker: Biomarker) -> BiomarkerShown:
    both = (biomarker.responders, biomarker.before)
    first, second = map(BoxStatistics.of, both)
    return BiomarkerShown(biomarker, box_figure(both), (first, second), _p_shown(biomarker.test.p))


def _p_shown(p: float) -> str:
    if np.isnan(p):
        return "not estimable"
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def responders_provenance(
    report: Report, found: LongTermResponders, declared: ResponderOptions | None
) -> Provenance:
    """The table with the same rows; what was found is left to be found again."""
    declared = declared or ResponderOptions()
    options = ResponderCommandOptions(
        param=found.param,
        landmark=declared.landmark,
        unit=found.unit,
        population=found.population or None,
        biomarkers=tuple(declared.biomarkers),
        count=tuple(f"{name}: {condition}" for name, condition in declared.counts.items()),
        event=tuple(f"{name}: {condition}" for name, condition in declared.events.items()),
    )
    return provenance(report, _datasets(found), "responders", options, "responders.csv")


def _subjects_command(report: Report, found: LongTermResponders) -> str:
    options = OneRecordOptions(
        param=found.param,
        unit=found.unit,
        population=found.population or None,
        covariates=tuple(each.name for each in found.biomarkers if each.source == "ADSL"),
        allow_no_events=True,
    )
    output = f"{plain(found.param).lower()}.csv"
    return provenance(report, _datasets(found), "survival", options, output).command


def _datasets(found: LongTermResponders) -> set[str]:
    """Those with their records."""
    others = {each.source.split(",")[0] for each in found.biomarkers}
    return {found.parameter_dataset, "ADSL", *others, *(["ADAE"] if found.events else [])}
