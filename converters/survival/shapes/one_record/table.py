"""One record per subject: the table that survival curves and proportional hazards models start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from .....schemas.errors import Refused
from .....schemas.study import columns
from .....schemas.study.columns import Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.study.variable import Variable
from ...arms import Arms, arms_of
from ...programs.model import Model
from ...records import AnalysedRecords
from ...subjects import listed, require_one_record_each, subjects_of
from ..analysed import Analysed, Built, subjects_of_table
from ..columns import TableColumn, table_of
from ..options import TableOptions
from . import OneRecordOptions

COLUMNS = (
    TableColumn(Variable("USUBJID", "Unique Subject Identifier", "Char", key_sequence=1)),
    TableColumn(Variable("duration", "Time to event or censoring", "Num"), is_duration=True),
    TableColumn(Variable("event", "Event occurred", "Num", data_type="boolean"), "CNSR == 0"),
    TableColumn(Variable("CNSR", "Censor", "Num", data_type="integer")),
    TableColumn(
        Variable("reason", "Event or censoring description", "Char"),
        "EVNTDESC for events; CNSDTDSC for censored records, else EVNTDESC",
        of=("EVNTDESC", "CNSDTDSC"),
    ),
)
"""What every table has, before arm and covariates."""

_CODES_SHOWN = 10
_EXACT = 2.0**53
"""A double holds whole numbers exactly up to this one."""


def _is_whole(cnsr: Numbers) -> Mask:
    whole: Mask = (cnsr >= 0) & np.isfinite(cnsr) & (cnsr == np.floor(cnsr))
    return whole


REFUSES: Mapping[str, Callable[[Numbers, Numbers], Mask]] = {
    "AVAL is missing": lambda aval, _: np.isnan(aval),
    "AVAL is negative": lambda aval, _: aval < 0,
    "AVAL is infinite": lambda aval, _: np.isposinf(aval),
    "CNSR is missing": lambda _, cnsr: np.isnan(cnsr),
    "CNSR is not a non-negative integer": lambda _, cnsr: ~np.isnan(cnsr) & ~_is_whole(cnsr),
    "CNSR is greater than 2**53 and not exact": lambda _, cnsr: _is_whole(cnsr) & (cnsr > _EXACT),
}


def require_analysable(records: AnalysedRecords, options: TableOptions) -> None:
    """Refuse records that no survival analysis can use, and selections that are not one per subject.

    Raises
    ------
    Refused
        As `require_usable`. Also where no record is an event, unless the options allow it.
    """
    require_usable(records)
    require_events(records.data.numbers("CNSR"), records, options)


def require_usable(records: AnalysedRecords) -> None:
    """Refuse records that do not say what became of each subject.

    Raises
    ------
    Refused
        Naming the subjects: what `REFUSES` names, or several records for a subject.
    """
    data = records.data
    require_one_record_each(data, records.paramcd)
    for name in ("AVAL", "CNSR"):
        if columns.is_date(data[name]) or (data.is_character(name) and data.filled(name).any()):
            raise Refused(f"{name} is not numeric", data.name, "correct its type")
    aval, cnsr = data.numbers("AVAL"), data.numbers("CNSR")
    found = ((fault, has_it(aval, cnsr)) for fault, has_it in REFUSES.items())
    faults = [(fault, having) for fault, having in found if having.any()]
    if faults:
        raise Refused(
            f"{records.paramcd} cannot be analysed: {'; '.join(fault for fault, _ in faults)}",
            f"{data.name}; "
            + "; ".join(f"{fault} for {listed(subjects_of(data, having))}" for fault, having in faults),
            "correct the data, or exclude these subjects with a condition",
        )


def require_events(cnsr: Numbers, records: AnalysedRecords, options: TableOptions) -> None:
    """Refuse records without any event, unless the options allow it.

    Raises
    ------
    Refused
    """
    if not options.allow_no_events and not (cnsr == 0).any():
        raise Refused(
            f"{records.paramcd} has no events: no analysed record has CNSR = 0",
            f"{records.data.name}, CNSR is {named_numbers(cnsr)}",
            "correct CNSR if it is coded another way (0 is an event), or use --allow-no-events "
            "(allow_no_events=True)",
        )


def named_numbers(values: Numbers) -> str:
    """ "1, 2, 3"; the first ones where there are many."""
    distinct = np.unique(values)
    shown = ", ".join(f"{each:.15g}" for each in distinct[:_CODES_SHOWN])
    return shown + (", …" if len(distinct) > _CODES_SHOWN else "")


def columns_of(_: OneRecordOptions) -> tuple[TableColumn, ...]:
    """What every table has, before arm and covariates."""
    return COLUMNS


def of_records(options: TableOptions, _dataset: Dataset, _study: Study) -> tuple[str, ...]:
    """Variables of each record beside those of every table: arm, strata, covariates."""
    return options.further


def arms(records: AnalysedRecords, study: Study, options: TableOptions) -> Arms | None:
    """The arms of the records; None where no arm is asked for."""
    if options.arm is None:
        return None
    return arms_of(records, study, options.arm, order=options.arm_order, reference=options.reference)


def build(analysed: Sequence[Analysed], _: Study, options: OneRecordOptions) -> Built:
    """The table of records that are analysable.

    Parameters
    ----------
    analysed : sequence of one Analysed
    options : OneRecordOptions
        Arm, strata and covariates as the data spell them.

    Returns
    -------
    Built
        Its table has n_subjects records and 5 + n_further variables: those of `subjects_of_table`.
    """
    (one,) = analysed
    frame = subjects_of_table(one, options.further)
    label = f"{one.data.name} {one.records.paramcd}, one record per subject"
    return Built(table_of(frame, COLUMNS, analysed, label), (frame,), arms=one.arms)


def model(options: TableOptions) -> Model:
    """One endpoint, at risk from time 0."""
    return Model(strata=options.strata)


def conventions(_analysed: Sequence[Analysed], _: OneRecordOptions) -> Iterator[str]:
    """None beside units and polarity."""
    return iter(())
