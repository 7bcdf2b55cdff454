"""The columns of a table of intervals: those that every one has, and covariates that change."""

from __future__ import annotations

import pandas as pd

from .....schemas.errors import ConfigurationError
from .....schemas.study import columns
from .....schemas.study.variable import Variable
from ..columns import TableColumn
from ..one_record.table import COLUMNS as OF_SUBJECTS
from . import CountingProcessOptions, TimeVarying

COLUMNS = (
    OF_SUBJECTS[0],
    TableColumn(Variable("start", "Start of interval", "Num"), "0, or the stop before", is_duration=True),
    TableColumn(
        Variable("stop", "End of interval", "Num"), "event, change, or end of follow-up", is_duration=True
    ),
    TableColumn(
        Variable("event", "Event at the end of the interval", "Num", data_type="boolean"), "events > 0"
    ),
    TableColumn(
        Variable("events", "Events at the end of the interval", "Num", data_type="integer"),
        "events on the day of stop",
    ),
    TableColumn(
        Variable("event_number", "Number of the next event", "Num", data_type="integer"),
        "1 + the subject's earlier days with an event",
    ),
    TableColumn(
        Variable("interval", "Interval", "Num", data_type="integer", key_sequence=2), "1 for the first"
    ),
    TableColumn(
        Variable("gap_start", "Start, time since the last event", "Num"),
        "start - the last event before it",
        is_duration=True,
    ),
    TableColumn(
        Variable("gap_stop", "End, time since the last event", "Num"),
        "stop - the last event before it",
        is_duration=True,
    ),
)


def columns_of(options: CountingProcessOptions) -> tuple[TableColumn, ...]:
    """What every table has, then the covariates that change.

    Raises
    ------
    ConfigurationError
        When two columns have one name.
    """
    names = [each.name.upper() for each in COLUMNS]
    names += [each.name.upper() for each in options.time_varying]
    for place, each in enumerate(options.time_varying, len(COLUMNS)):
        if names.index(each.name.upper()) < place:
            raise ConfigurationError(
                f"{each.name} is the name of another column of the table", "time_varying", "rename it"
            )
    return (*COLUMNS, *map(changing, options.time_varying))


def changing(covariate: TimeVarying, frame: pd.DataFrame | None = None) -> TableColumn:
    """Numeric or character as its column is."""
    which = f" where {covariate.where}" if covariate.where else ""
    is_text = frame is not None and columns.is_character(frame[covariate.name])
    variable = Variable(covariate.name, f"{covariate.name} during the interval", "Char" if is_text else "Num")
    return TableColumn(variable, f"{covariate.dataset}.{covariate.value}{which}, after {covariate.date}")
