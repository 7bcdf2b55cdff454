"""An adverse event dataset: one record per record of its source, with what is derived of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....schemas.standards import adae
from ....schemas.standards.versions import Standards
from ....schemas.study.dataset import Dataset
from ..analysis_variables import add_variable, in_order, outputs_of
from ..assembled import KEYS, DerivedColumns, StructureLayout, assembled, judge_carried
from ..column_values import texts
from ..occurrence_flags import add_flag
from ..own_tables import own_tables, tables_that_name
from ..task import DerivationTask
from .emergence import add_emergence
from .event_dates import add_date, add_duration
from .event_records import event_table
from .event_table import EventTable
from .options import AdverseEvents
from .periods import add_periods
from .queries import add_query
from .requirements import check, needs

__all__ = ["check", "derive", "needs"]

_LABEL = "Adverse Event Analysis Dataset"


def derive(task: DerivationTask, options: AdverseEvents) -> Dataset:
    """The dataset.

    Raises
    ------
    DerivationRefused
    """
    table = event_table(task, options)
    judge_carried(task, options)
    start = add_date(table, "start")
    end = add_date(table, "end", start)
    task.account.require_none()
    if start is not None:
        if end is not None:
            add_duration(table, start, end)
        add_emergence(table, start, end)
        if options.periods:
            add_periods(table, start.day)
    if options.trace:
        _add_trace(table)
    task.account.require_none()
    for name, query in own_tables(task.specification.queries, task.name).items():
        add_query(table, name, query)
    variables = tables_that_name(task.specification.variables, task.name)
    for name in in_order(variables):
        add_variable(table, name, variables[name])
    for name, flag in own_tables(task.specification.flags, task.name).items():
        add_flag(table, name, flag)
    task.account.require_none()
    layout = StructureLayout(_LABEL, _sort(table), (), adae.variables(Standards()))
    return assembled(task, options, layout, _columns(table))


def _sort(table: EventTable) -> tuple[str, ...]:
    sequence = table.options.sequence or f"{table.options.dataset}SEQ"
    return (*KEYS, sequence)


def _columns(table: EventTable) -> DerivedColumns:
    """Variables of the source, except those that ADSL has for each subject, then the derived ones."""
    keys = {name for name in KEYS if name in table.task.adsl}
    copied = {name: table.source[name] for name in table.source.names if name not in keys}
    hidden = _hidden(table)
    derived = {name: column for name, column in table.columns.items() if name not in hidden}
    frame = pd.DataFrame({**copied, **derived}, copy=False)
    described = {name: table.source.variable(name) for name in copied}
    special = {name.upper(): each for name, each in table.source.special_missing.items()}
    places = table.source.raw_places
    return DerivedColumns(
        frame,
        table.subject,
        {**described, **table.described},
        special,
        None if places is None else places.load(),
    )


def _hidden(table: EventTable) -> set[str]:
    """Variables that only other tables use."""
    variables = tables_that_name(table.task.specification.variables, table.task.name)
    hidden = ((name, each) for name, each in variables.items() if not each.output)
    return {output for name, each in hidden for output in outputs_of(name, each)}


def _add_trace(table: EventTable) -> None:
    """Derive SRCDOM, SRCVAR and SRCSEQ: the record of the source, and the date that ASTDT is of."""
    options, data = table.options, table.source
    same = np.zeros(len(table), dtype=np.int8)
    table.add("SRCDOM", texts(same, [options.dataset]))
    table.add("SRCVAR", texts(same, [options.start or f"{options.dataset}STDTC"]))
    table.add("SRCSEQ", data[options.sequence or f"{options.dataset}SEQ"])
