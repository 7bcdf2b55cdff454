"""A table for survival tools, from a study to its codebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from ...schemas.conditions.grammar import Expression, compile_expression
from ...schemas.errors import ConfigurationError, Refused
from ...schemas.evidence.time_unit import TimeUnit
from ...schemas.gate.report import Report
from ...schemas.gate.validate import GateOptions, validate
from ...schemas.standards.versions import Standards
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean, one_line
from ..writing.inputs import inputs_of
from .analysis_table import AnalysisTable
from .arms import Arms, arms_of
from .codebook import codebook
from .judged import require_judged
from .records import AnalysedRecords, as_named, dataset_with, select
from .shapes import SHAPES
from .shapes.columns import require_other_names, sources
from .shapes.one_record import OneRecordOptions
from .subjects import naming_subjects
from .time_scale import time_scale


def survival(
    study: Study,
    paramcd: str,
    *,
    where: str | None = None,
    population: str | None = None,
    unit: str | None = None,
    aval_unit: str | None = None,
    covariates: Sequence[str] = (),
    arm: str | None = None,
    reference: str | None = None,
    arm_order: Sequence[str] = (),
    allow_no_events: bool = False,
    gate: bool | GateOptions = True,
    standards: Standards | None = None,
    show_keys: bool = True,
) -> AnalysisTable:
    """A table with one record per subject for one time-to-event parameter.

    Parameters
    ----------
    study : Study
        With the time-to-event dataset, and ADSL if its variables are used. Not changed.
    paramcd : str
        Parameter code, such as "OS".
    where : str, optional
        Condition that selects records, on variables of the time-to-event dataset or ADSL:
        ``"ANL01FL == 'Y' and AGE >= 65"``. Records for which it is false or undetermined are excluded.
    population : str, optional
        Population flag, such as "ITTFL"; records without Y are excluded.
    unit : {"days", "weeks", "months", "years"}, optional
        Unit of the duration (default: unit of AVAL). A month is 30.4375 days, a year 365.25. AVAL is
        converted to days with the month length used to derive it; dates are used only if
        AVAL is rounded and follows from them.
    aval_unit : {"days", "weeks", "months", "years"}, optional
        Unit of AVAL, if not given by AVALU, PARAM or the dates.
    covariates : sequence of str
        Additional variables, from the time-to-event dataset or else ADSL.
    arm : str, optional
        Treatment arm variable; added as a column, and subjects are counted by it in the codebook. Its order
        is that of its numbered variable (TRT01PN for TRT01P); the column is then an ordered category, and
        the first arm is the reference.
    reference : str, optional
        The arm to come first, if not that of the lowest number.
    arm_order : sequence of str
        All arms in their order, the reference first.
    allow_no_events : bool
        Give a table in which no record is an event, too.
    gate : bool or GateOptions
        Validate the study first, and stop if it has errors. Options of `validate` may be
        given: ``gate={"waivers": [...]}``.
    standards : Standards, optional
        Versions of the standards to check against.
    show_keys : bool
        Show subject keys in messages; counts are always given.

    Returns
    -------
    AnalysisTable

    Raises
    ------
    ConfigurationError
        An option refers to something that is not present, or contradicts the data.
    GateRefused
        The study has errors, or a rule could not be run.
    Refused
        The dataset with the parameter was not checked by the rules for time-to-event data. Also without
        the gate: several records for a subject, no event, a duration that is missing or negative, a
        CNSR that is not an integer, an unknown unit of AVAL, an AVAL that cannot be converted
        exactly to another unit, or no remaining records.

    Examples
    --------
    >>> table = ag.survival(ag.read("adam"), "OS", unit="weeks", population="ITTFL", covariates=["AGE"])
    >>> list(table.frame.columns)
    ['USUBJID', 'duration', 'event', 'CNSR', 'reason', 'AGE']
    >>> len(table.frame), round(float(table.frame["duration"].iloc[0]), 4)
    (5, 4.2857)
    >>> int(table.frame["event"].sum()) == int((table.frame["CNSR"] == 0).sum())
    True

    A study that does not pass gives no table:

    >>> ag.survival(ag.read("broken"), "OS")
    Traceback (most recent call last):
        ...
    adamgate.schemas.gate.report.GateRefused: ...
    """
    study = Study.given(study)
    if paramcd is None:
        raise TypeError("paramcd must be a string, not None")
    _require_text("where", where)
    listed = _listed("covariates", covariates)
    ordered = tuple(_listed("arm_order", arm_order))
    _require_text("reference", reference)
    _require_names(
        arm_order=ordered, paramcd=[paramcd], population=[population], arm=[arm], covariates=listed
    )
    target, stated = _unit("unit", unit), _unit("aval_unit", aval_unit)
    condition = compile_expression(where) if where is not None else None
    shape = SHAPES["one-record"].load()
    dataset = dataset_with(study, paramcd)
    (arm,) = as_named([arm], dataset, study) if arm is not None else (None,)
    _require_arm_for(arm, reference, ordered)
    options = OneRecordOptions(
        paramcd,
        where,
        population,
        unit,
        aval_unit,
        as_named(listed, dataset, study),
        arm,
        reference,
        ordered,
        allow_no_events,
    )
    wanted = tuple(dict.fromkeys([*filter(None, [arm]), *options.covariates]))
    require_other_names(wanted, shape.COLUMNS)
    chosen = None
    with naming_subjects(show_keys), suppress(Refused):  # of data that are refused the gate says more
        chosen = _chosen(study, dataset, options, condition, wanted)
    report = _judged(study, gate, standards, show_keys=show_keys)
    if report is not None:
        require_judged(dataset, report)
    with naming_subjects(show_keys):
        records, arms = chosen or _chosen(study, dataset, options, condition, wanted)
        shape.require_analysable(records, options)
        scale = time_scale(records, target, stated)
        table = shape.build(records, scale, options, arms)
    described = codebook(
        table,
        shape.section(table, records, options, arms),
        made_from=sources(shape.COLUMNS, records, scale),
        selection=records,
        scale=scale,
        study=study,
        report=report,
        where=where,
        population=population,
    )
    return AnalysisTable(table, described, report, inputs_of(study))


def _chosen(
    study: Study,
    dataset: Dataset,
    options: OneRecordOptions,
    condition: Expression | None,
    wanted: Sequence[str],
) -> tuple[AnalysedRecords, Arms | None]:
    """The records to analyse and their arms."""
    records = select(
        dataset,
        study,
        options.paramcd,
        condition=condition,
        population=options.population,
        wanted=wanted,
    )
    if options.arm is None:
        return records, None
    return records, arms_of(records, study, options.arm, order=options.arm_order, reference=options.reference)


def _judged(
    study: Study, gate: bool | GateOptions, standards: Standards | None, *, show_keys: bool
) -> Report | None:
    """The gate's report, which has no error; None where the gate is left out."""
    if not isinstance(gate, bool | dict):
        raise TypeError(
            f"gate must be True, False or a mapping of validate options, not {type(gate).__name__}"
        )
    if gate is False:
        return None
    known = GateOptions.__annotations__
    for name in gate if gate is not True else ():
        if name not in known:
            raise ConfigurationError(
                f"gate does not have the option {one_line(repr(name))}",
                "gate",
                did_you_mean(str(name), known),
            )
    options: GateOptions = {"standards": standards, "show_keys": show_keys}
    report = validate(study, **(options if gate is True else options | gate))
    report.raise_for()
    return report


def _require_text(option: str, given: object) -> None:
    if given is not None and not isinstance(given, str):
        raise TypeError(f"{option} must be a string, not {type(given).__name__}")


def _require_names(**options: Sequence[object]) -> None:
    """An option that was left empty, as by a variable of a script that is not set, selects nothing."""
    for option, names in options.items():
        for name in names:
            _require_text(option, name)
            if name == "":
                raise ConfigurationError("the name is empty", option, "give a name, or omit the option")


def _require_arm_for(arm: str | None, reference: str | None, order: Sequence[str]) -> None:
    for option, given in (("reference", reference), ("arm_order", order)):
        if given and arm is None:
            raise ConfigurationError(
                f"{option} needs an arm", option, "give the treatment arm variable with --arm (arm=)"
            )


def _listed(option: str, given: object) -> list[Any]:
    if not isinstance(given, Iterable):
        raise TypeError(f"{option} must be strings, not {type(given).__name__}")
    return [given] if isinstance(given, str) else list(given)


def _unit(option: str, text: str | None) -> TimeUnit | None:
    if text is None:
        return None
    try:
        return TimeUnit(text)
    except ValueError:
        known = ", ".join(TimeUnit)
        raise ConfigurationError(f"{text} is not a unit of time", option, f"use one of {known}") from None
