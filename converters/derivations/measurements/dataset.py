"""A dataset of measurements: records of findings, records derived from them, and their variables."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from ....schemas.standards import bds
from ....schemas.standards.versions import Standards
from ....schemas.study.dataset import Dataset
from ....schemas.wording import did_you_mean
from ..analysis_variables import add_variable, outputs_of
from ..assembled import KEYS, DerivedColumns, StructureLayout, assembled, judge_carried, special_at
from ..column_values import texts
from ..occurrence_flag_options import OccurrenceFlag
from ..occurrence_flags import add_flag, flag_variable
from ..task import DerivationTask
from .baseline import declare_baseline
from .calculated import add_calculated
from .grades import GRADE_VARIABLES, add_grades, declared_criteria, directions
from .measurement_records import measurement_table
from .measurement_table import MeasurementTable
from .one_to_one import judge_one_to_one
from .options import ANY_DOMAIN, Measurements
from .parameter_variables import declare_parameter_variables
from .parts import MeasurementParts, parts_of
from .record_sets import add_records
from .requirements import check, needs
from .visits import add_visits, visit_variables

__all__ = ["check", "derive", "needs"]

_LABEL = "Measurements Analysis Dataset"
_TRACE = ("SRCDOM", "SRCVAR", "SRCSEQ")


def derive(task: DerivationTask, options: Measurements) -> Dataset:
    """The dataset.

    Raises
    ------
    DerivationRefused
    """
    parts = parts_of(task.name, task.specification)
    table = measurement_table(task, options, parts)
    judge_carried(task, options)
    _declare_variables(table, parts)
    for name, measurement in parts.measurements.items():
        if measurement.expression:
            add_calculated(table, name, measurement)
    _add_records(table, parts, "before_baseline")
    task.account.require_none()
    declare_baseline(table)
    table.derive_pending()
    task.account.require_none()
    _add_records(table, parts, "last")
    judge_one_to_one(table)
    task.account.require_none()
    for name in _TRACE if options.trace else ():  # the last variables, whatever asked for them
        table.columns[name] = table.columns.pop(name)
    sort = tuple(dict.fromkeys([*KEYS, *(options.number or _sort(table))]))
    layout = StructureLayout(_LABEL, sort, options.number, bds.variables(Standards()))
    return assembled(task, options, layout, _columns(table, _unshown(parts)))


def _declare_variables(table: MeasurementTable, parts: MeasurementParts) -> None:
    """Let variables be derived when something asks for them, else in this order."""
    has_dtype = parts.records or any(each.dtype for each in parts.measurements.values())
    if has_dtype and "DTYPE" not in table.source:
        table.add("DTYPE", texts(np.full(len(table), -1, dtype=np.int8), ()))
    declare_parameter_variables(table, parts)
    if parts.visits:
        table.later(visit_variables(parts.visits), partial(add_visits, table, parts.visits))
    for name, variable in parts.variables.items():
        table.later(outputs_of(name, variable), partial(add_variable, table, name, variable))
    criteria = declared_criteria(table, parts.grades)
    for direction in directions(parts.grades):
        add = partial(add_grades, table, parts.grades, criteria, direction)
        table.later(GRADE_VARIABLES[direction], add)
    for name, flag in parts.flags.items():
        table.later((flag_variable(name, flag),), partial(_add_flag, table, name, flag))

    if table.options.trace:
        table.later(_TRACE, partial(_add_trace, table), of_each_record=True)


def _add_flag(table: MeasurementTable, name: str, flag: OccurrenceFlag) -> None:
    add_flag(table, name, flag)
    variable = flag_variable(name, flag)
    if variable not in table.columns:
        table.fail(variable)


def _add_records(table: MeasurementTable, parts: MeasurementParts, when: str) -> None:
    for name, declared in parts.records.items():
        if declared.when == when:
            add_records(table, name, declared)


def _add_trace(table: MeasurementTable) -> None:
    """Derive SRCDOM, SRCVAR and SRCSEQ: the record of the source, and the variable that AVAL is of."""
    options, source = table.options, table.source
    domain = np.append(table.domain, -1)[table.origin]  # -1, the last, where there is no record
    table.add("SRCDOM", texts(domain, options.sources))
    variables = [options.aval or f"{each[:2]}STRESN" for each in options.sources]
    distinct = list(dict.fromkeys(variables))
    position = np.array([*(distinct.index(each) for each in variables), -1])
    table.add("SRCVAR", texts(position[domain], distinct))
    sequence = f"{options.prefix}SEQ"
    if sequence in source:
        table.add("SRCSEQ", table.of_source(sequence))
    else:
        what = f"{sequence} is not present in {source.name}"
        table.task.account.problem(what, f"{table.place} trace", did_you_mean(sequence, source.names))
        table.fail("SRCSEQ")


def _sort(table: MeasurementTable) -> tuple[str, ...]:
    sequences = dict.fromkeys(f"{each[:2]}SEQ" for each in table.options.sources)
    known = ("PARAMCD", "BASETYPE", "ADT", "AVISITN", "DTYPE", *sequences)
    return tuple(each for each in known if each in table.columns or each in table.source)


def _unshown(parts: MeasurementParts) -> set[str]:
    """Variables that only other tables use."""
    hidden = ((name, each) for name, each in parts.variables.items() if not each.output)
    return {output for name, each in hidden for output in outputs_of(name, each)}


def _columns(table: MeasurementTable, unshown: set[str]) -> DerivedColumns:
    """Variables of the source, except those that ADSL has for each subject, then the derived ones."""
    keys = {name for name in KEYS if name in table.task.adsl}
    own = (name for name in table.source.names if not name.startswith(ANY_DOMAIN))
    copied = [name for name in own if name not in keys and name not in table.columns]
    derived = {name: column for name, column in table.columns.items() if name not in unshown}
    columns = {name: table.of_source(name) for name in copied} | derived
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(table)), copy=False)
    described = {name: table.source.variable(name) for name in table.source.names if name in frame}
    special = {
        name.upper(): special_at(each, table.origin)
        for name, each in table.source.special_missing.items()
        if name.upper() in frame and len(each.records)
    }
    described_all = {**described, **table.described}
    return DerivedColumns(frame, table.subject, described_all, special, table.raw_places())
