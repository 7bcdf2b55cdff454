"""A table of any shape, from a study to its codebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar, cast

import numpy as np

from ...schemas.conditions.grammar import Expression, compile_expression
from ...schemas.errors import ConfigurationError, Refused
from ...schemas.evidence.time_unit import TimeUnit
from ...schemas.gate.validate import GateOptions
from ...schemas.kinds import checked, text
from ...schemas.options import DeclaredOption, options_of
from ...schemas.standards.versions import Standards
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ..writing.inputs import inputs_of
from .analysis_table import AnalysisTable
from .arms import Arms
from .codebook import ShapeEntry
from .describing import codebook
from .gate_run import gate_report
from .judged import TIME_TO_EVENT, require_judged
from .records import AnalysedRecords, as_named, dataset_with, select
from .shapes import SHAPES, ShapeModule, own_options
from .shapes.analysed import Analysed, TableSource
from .shapes.columns import require_other_names, sources
from .shapes.options import TableOptions
from .subjects import naming_subjects
from .time_scale import time_scale

Gate = bool | GateOptions
Options = TypeVar("Options", bound=TableOptions)
_LISTS = ("covariates", "arm_order", "strata")
_NAMES = ("population", "arm")


def make_table(
    shape: str,
    study: Study,
    options: TableOptions,
    *,
    gate: Gate = True,
    standards: Standards | None = None,
    show_keys: bool = True,
) -> AnalysisTable:
    """A table of a shape.

    Parameters
    ----------
    shape : str
        Of `SHAPES`.
    study : Study
        Not changed.
    options : TableOptions
        Of the shape.
    gate, standards, show_keys
        As `survival.survival` has them.

    Raises
    ------
    ConfigurationError, GateRefused, Refused
        As `survival.survival` does.
    """
    study, module = Study.given(study), SHAPES[shape].load()
    _require_valid(options)
    given = _sources(module, options, study)
    datasets = [each.dataset for each in given]
    options = _as_spelled(options, datasets[0], study)
    columns = module.columns_of(options)
    require_other_names(options.further, columns)
    wanted = _Wanted(
        study, module, options, compile_expression(options.where) if options.where is not None else None
    )
    chosen = None
    with naming_subjects(show_keys), suppress(Refused):  # of data that are refused the gate says more
        chosen = wanted.of(datasets)
    report = gate_report(study, gate, standards, show_keys=show_keys)
    if report is not None:
        for each in given:
            if each.coverage is not None:
                require_judged(each.judged or each.dataset, report, each.coverage)
    with naming_subjects(show_keys):
        analysed = wanted.analysed(chosen or wanted.of(datasets))
        built = module.build(analysed, study, options)
    conventions = (*module.conventions(analysed, options), *built.conventions)
    described = codebook(
        built,
        analysed,
        ShapeEntry(shape, own_options(options), conventions),
        options,
        made_from=sources(columns, analysed),
        study=study,
        report=report,
    )
    model = built.model or module.model(options)
    return AnalysisTable(built.table, described, report, inputs_of(study), model)


def _sources(module: ShapeModule, options: TableOptions, study: Study) -> list[TableSource]:
    """The datasets with the parameters, unless the shape has records of its own."""
    own = getattr(module, "sources", None)
    if own is not None:
        return list(own(options, study))
    return [TableSource(dataset_with(study, paramcd), TIME_TO_EVENT) for paramcd in options.parameters]


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What a table is to be made from."""

    study: Study
    module: ShapeModule
    options: TableOptions
    condition: Expression | None

    def of(self, datasets: Iterable[Dataset]) -> list[tuple[AnalysedRecords, Arms | None]]:
        """The records of each parameter, and their arms."""
        pairs = zip(self.options.parameters, datasets, strict=True)
        return [self._chosen(paramcd, dataset) for paramcd, dataset in pairs]

    def _chosen(self, paramcd: str, dataset: Dataset) -> tuple[AnalysedRecords, Arms | None]:
        records = select(
            dataset,
            self.study,
            paramcd,
            condition=self.condition,
            population=self.options.population,
            wanted=self.module.of_records(self.options, dataset, self.study),
        )
        return records, self.module.arms(records, self.study, self.options)

    def analysed(self, chosen: Iterable[tuple[AnalysedRecords, Arms | None]]) -> list[Analysed]:
        """The records with their durations.

        Raises
        ------
        Refused
            When they cannot be analysed.
        """
        found = []
        for records, arms in chosen:
            self.module.require_analysable(records, self.options)
            scale = time_scale(
                records, _unit("unit", self.options.unit), _unit("aval_unit", self.options.aval_unit)
            )
            found.append(Analysed(records, scale, arms))
        return found


def options_from(declaring: type[Options], **given: Any) -> Options:
    """The options of a shape as a caller of the Python interface gave them; a list may be a single value.

    Raises
    ------
    ConfigurationError
        When an option that the shape alone has is not of its kind: a landmark that is not above 0.
    """
    several = {each.name for each in fields(declaring) if str(each.type).startswith("tuple")}
    lists = {each.name: each for each in options_of(declaring) if each.name in several}
    values = {
        name: tuple(map(_plain, _listed(lists[name], value))) if name in lists else _plain(value)
        for name, value in given.items()
    }
    common = {each.name for each in fields(TableOptions)}
    for each in options_of(declaring):
        if (
            each.name in values
            and (each.required or values[each.name] is not None)
            and each.name not in common
            and not (each.name == "param" and each.kind is text)
        ):
            values[each.name] = checked(values[each.name], each.kind, each.name, each.name)
    return declaring(**cast("Any", values))


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _require_valid(options: TableOptions) -> None:
    """Require each option to be of its type."""
    given = {each.name: getattr(options, each.name) for each in fields(options)}
    _require_text("where", given["where"])
    _require_text("reference", given["reference"])
    if options.reference is not None and not options.reference.strip():
        raise ConfigurationError("the reference is empty", "reference", "give an arm, or omit the option")
    _require_names(
        paramcd=options.parameters,
        **{name: given[name] for name in _LISTS},
        **{name: [given[name]] for name in _NAMES},
    )
    _unit("unit", options.unit)
    _unit("aval_unit", options.aval_unit)


def _as_spelled(options: TableOptions, dataset: Dataset, study: Study) -> TableOptions:
    """The options with variables as the data spell them."""
    (arm,) = as_named([options.arm], dataset, study) if options.arm is not None else (None,)
    for option in ("reference", "arm_order"):
        if getattr(options, option) and arm is None:
            raise ConfigurationError(
                f"{option} needs an arm", option, "give the treatment arm variable with --arm (arm=)"
            )
    return replace(
        options,
        arm=arm,
        covariates=as_named(options.covariates, dataset, study),
        strata=as_named(options.strata, dataset, study),
    )


def _require_text(option: str, given: object) -> None:
    if given is not None and not isinstance(given, str):
        raise TypeError(f"{option} must be a string, not {type(given).__name__}")


def _require_names(**options: Sequence[object]) -> None:
    """An option that was left empty, as by a variable of a script that is not set, selects nothing."""
    for option, names in options.items():
        for name in names:
            _require_text(option, name)
            if isinstance(name, str) and not name.strip():
                raise ConfigurationError("the name is empty", option, "give a name, or omit the option")


def _listed(option: DeclaredOption, given: object) -> list[Any]:
    if isinstance(given, int | float) and option.name not in _LISTS:
        return [given]
    if not isinstance(given, Iterable):
        raise TypeError(f"{option.name} must be a {option.kind.word}, not {type(given).__name__}")
    return [given] if isinstance(given, str) else list(given)


def _unit(option: str, text: str | None) -> TimeUnit | None:
    if text is None:
        return None
    try:
        return TimeUnit(text)
    except ValueError:
        known = ", ".join(TimeUnit)
        raise ConfigurationError(f"{text} is not a unit of time", option, f"use one of {known}") from None
