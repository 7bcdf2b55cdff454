"""Several times to an event beside each other: one record for each subject in ADSL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .....schemas.conditions.grammar import compile_expression
from .....schemas.errors import Refused
from .....schemas.study.columns import Mask
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from ...arms import Arms, arms_of
from ...programs.model import EndpointColumns, Model
from ...records import (
    AnalysedRecords,
    LeftOut,
    SubjectsLeftOut,
    only,
    require_flag,
    with_subject_level,
)
from ...subjects import require_one_record_each
from ..analysed import Analysed, Built, further_columns, subjects_of_table, text_of
from ..columns import TableColumn, table_of
from ..one_record.table import COLUMNS, REFUSES, require_analysable
from . import WideOptions

__all__ = [
    "REFUSES",
    "arms",
    "build",
    "columns_of",
    "conventions",
    "model",
    "of_records",
    "require_analysable",
]

_IDENTIFIER, *_OF_PARAMETER = COLUMNS
_NULLABLE = {"bool": "boolean", "int64": "Int64"}
"""Types that have a missing value, for subjects without a record."""


def columns_of(options: WideOptions) -> tuple[TableColumn, ...]:
    """USUBJID, then duration, event, CNSR and reason of each parameter."""
    return (_IDENTIFIER, *(_of(each, paramcd) for paramcd in options.parameters for each in _OF_PARAMETER))


def _of(column: TableColumn, paramcd: str) -> TableColumn:
    variable = replace(
        column.variable, name=f"{paramcd}_{column.name}", label=f"{paramcd}: {column.variable.label}"
    )
    source = "" if column.is_duration else f"{paramcd}: {column.source or column.name}"
    return replace(column, variable=variable, source=source, paramcd=paramcd)


def of_records(_options: WideOptions, _dataset: Dataset, _study: Study) -> tuple[str, ...]:
    """None: arm, strata and covariates are those of ADSL."""
    return ()


def arms(_records: AnalysedRecords, _study: Study, _options: WideOptions) -> None:
    """None: they are those of the subjects in ADSL, which `build` finds."""


def build(analysed: Sequence[Analysed], study: Study, options: WideOptions) -> Built:
    """The table of the subjects in ADSL.

    Returns
    -------
    Built
        Its table has n_subjects records: USUBJID, then for each parameter PARAMCD_duration (float),
        PARAMCD_event (nullable bool), PARAMCD_CNSR (nullable int) and PARAMCD_reason, all missing for a
        subject without a record; then arm, strata and covariates.

    Raises
    ------
    Refused
        When ADSL is not present or has several records for a subject, or no subject is left.
    """
    rows, subjects_left_out = _subjects(study, options)
    arms = _arms(rows, study, options)
    table = {"USUBJID": text_of(rows, "USUBJID")}
    subjects, place = [], pd.Index(table["USUBJID"].astype(object))
    known = pd.Index(text_of(study["ADSL"], "USUBJID").astype(object))
    left_out_of = []
    for one in analysed:
        own = subjects_of_table(one, ())
        # As objects: pandas makes a Python list of Arrow texts to look them up.
        who = pd.Index(own["USUBJID"].astype(object))
        there = place.get_indexer(who)
        own = own.assign(**further_of(rows, arms, options, there))
        subjects.append(own.loc[there >= 0].reset_index(drop=True))
        left_out_of.append(tuple(_without_row(there >= 0, who.isin(known))))
        from_row = np.full(len(rows), -1, dtype=np.intp)
        from_row[there[there >= 0]] = np.flatnonzero(there >= 0)
        for column in _OF_PARAMETER:
            table[f"{one.records.paramcd}_{column.name}"] = _spread(own[column.name], from_row)
    frame = pd.DataFrame(table | further_columns(rows, arms, options.further, table))
    names = ", ".join(options.parameters)
    described = table_of(frame, columns_of(options), analysed, f"{names}, one record per subject", rows)
    return Built(
        described,
        tuple(subjects),
        arms=arms,
        left_out_of=tuple(left_out_of),
        subjects_left_out=subjects_left_out,
        home=study["ADSL"].name,
    )


def _without_row(has_row: Mask, is_known: Mask) -> Iterator[LeftOut]:
    """Records of a parameter whose subject is not in the table."""
    for reason, which in (
        ("the subject is not in ADSL", ~is_known),
        ("the subject is excluded in ADSL", is_known),
    ):
        number = int(np.count_nonzero(~has_row & which))
        if number:
            yield LeftOut(reason, number)


def _subjects(study: Study, options: WideOptions) -> tuple[Dataset, tuple[SubjectsLeftOut, ...]]:
    """The subjects in ADSL who are in the table, and how many are not."""
    if "ADSL" not in study:
        raise Refused(
            "ADSL is not present", "the study", "add ADSL: the table has one record for each subject"
        )
    adsl = study["ADSL"]
    if "USUBJID" not in adsl:
        raise Refused("USUBJID is not present", adsl.name, "correct ADSL")
    with_subject_level(adsl, study, options.further)  # a variable it lacks is named
    require_one_record_each(adsl, "ADSL")
    chosen, left_out = np.ones(len(adsl), dtype=np.bool_), []
    for reason, keep in _steps(adsl, options):
        dropped = int(np.count_nonzero(chosen & ~keep))
        if dropped:
            left_out.append(SubjectsLeftOut(reason, dropped))
        chosen &= keep
    if not chosen.any():
        raise Refused("no subject in ADSL remains", "ADSL", "widen the condition or the population")
    return only(adsl, chosen), tuple(left_out)


def _steps(adsl: Dataset, options: WideOptions) -> Iterator[tuple[str, Mask]]:
    if options.population:
        require_flag(adsl, options.population)
        yield f"{options.population} is not Y", adsl.equals(options.population, "Y")
    condition = compile_expression(options.where) if options.where else None
    if condition is not None and all(name in adsl for name in condition.variables):
        yield "the condition is not true", condition.where(adsl)


def _arms(rows: Dataset, study: Study, options: WideOptions) -> Arms | None:
    if options.arm is None:
        return None
    subjects = AnalysedRecords(rows, rows, study["ADSL"], "", (), ())
    return arms_of(subjects, study, options.arm, order=options.arm_order, reference=options.reference)


def further_of(
    rows: Dataset, arms: Arms | None, options: WideOptions, there: NDArray[np.intp]
) -> dict[str, pd.Series]:
    """Arm and strata of the records of a parameter, by which its subjects are counted."""
    names = [name for name in options.further if name == options.arm or name in options.strata]
    found = further_columns(rows, arms, names, ())
    return {name: pd.Series(column).reindex(there).reset_index(drop=True) for name, column in found.items()}


def _spread(column: pd.Series, from_row: NDArray[np.intp]) -> pd.Series:
    kind: Any = _NULLABLE.get(str(column.dtype), column.dtype)
    return column.astype(kind).reindex(from_row).reset_index(drop=True)


def model(options: WideOptions) -> Model:
    """An endpoint for each parameter."""
    endpoints = (
        EndpointColumns(f"{each}_event", f"{each}_duration", name=each) for each in options.parameters
    )
    return Model(tuple(endpoints), options.strata)


def conventions(_: Sequence[Analysed], options: WideOptions) -> Iterator[str]:
    yield "one record for each subject in ADSL; cells of a parameter that a subject does not have are missing"
    if options.where:
        yield "a condition on ADSL alone selects subjects, another one records of each parameter"
