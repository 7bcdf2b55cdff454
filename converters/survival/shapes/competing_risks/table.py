"""Competing risks: the first event of each subject and its cause, which keeps the others from happening."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from .....schemas.errors import ConfigurationError, Refused
from .....schemas.study.columns import Codes
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.study.variable import Variable
from ...codebook import CauseEntry
from ...programs.competing_risks.fits import CauseFits
from ...programs.model import EndpointColumns, Model
from ...records import AnalysedRecords
from ..analysed import Analysed, Built, subjects_of_table
from ..columns import TableColumn, table_of
from ..one_record.table import COLUMNS, REFUSES, arms, named_numbers, require_usable
from . import CompetingRisksOptions
from .causes import CENSORED, DeclaredCause, cause_entries, causes_of, status_by_cause
from .competing import OWN, CompetingParameter, Outcomes, first_outcomes

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

POLARITY = (
    "status is 0 where the subject is censored, else the number of the cause of its first event, "
    "in the order declared; cause has its name"
)


def columns_of(options: CompetingRisksOptions) -> tuple[TableColumn, ...]:
    """USUBJID, duration, status and cause.

    Raises
    ------
    ConfigurationError
        When the causes are declared in no way, or in two, or a condition cannot be read.
    """
    identifier, duration, *_ = COLUMNS
    meanings = _meanings(options)
    numbered = ", ".join(f"{number} {name} ({made})" for number, (name, made) in enumerate(meanings, 1))
    return (
        identifier,
        duration,
        TableColumn(
            Variable("status", "Number of the cause, 0 if censored", "Num", data_type="integer"),
            f"0 {CENSORED}, {numbered}",
        ),
        TableColumn(Variable("cause", "Cause of the event", "Char"), "name of the status"),
    )


def _meanings(options: CompetingRisksOptions) -> tuple[tuple[str, str], ...]:
    """The name of each cause, and which records have it, in words."""
    _require_one_way(options)
    if options.competing is None:
        return tuple((each.name, each.condition.text) for each in causes_of(options.cause))
    other = CompetingParameter.given(options.competing, options.param)
    return (options.param, f"CNSR == 0 of {options.param}"), (other.paramcd, other.words)


def _require_one_way(options: CompetingRisksOptions) -> None:
    if bool(options.cause) == (options.competing is not None):
        what = "both give the causes" if options.cause else "are not given: the causes are not known"
        raise ConfigurationError(
            f"cause and competing {what}",
            "cause, competing",
            "give each cause with --cause (cause=), or one parameter with --competing (competing=)",
        )
    if options.competing_after_censoring is not None and options.competing is None:
        raise ConfigurationError(
            "competing_after_censoring needs a competing parameter",
            "competing_after_censoring",
            "give --competing (competing=), or omit it",
        )


def of_records(options: CompetingRisksOptions, _dataset: Dataset, _study: Study) -> tuple[str, ...]:
    """Arm, strata and covariates, and the variables of the conditions."""
    conditions = (each.condition for each in causes_of(options.cause))
    return (*options.further, *dict.fromkeys(name for each in conditions for name in each.variables))


def require_analysable(records: AnalysedRecords, options: CompetingRisksOptions) -> None:
    """Refuse records of which no such table can be made.

    Raises
    ------
    Refused
        As `require_usable`; an event without a cause, or a record with several.
    """
    require_usable(records)
    if options.cause:
        status_by_cause(causes_of(options.cause), records)


def build(analysed: Sequence[Analysed], study: Study, options: CompetingRisksOptions) -> Built:
    """The table of first events and their causes.

    Returns
    -------
    Built
        Its table has USUBJID; duration (float); status (int, 0 where censored, else the number of the cause);
        cause (text, "censored" where the status is 0); then arm, strata and covariates.

    Raises
    ------
    Refused
        As `first_outcomes`; also where no record is an event, unless the options allow it.
    """
    (one,) = analysed
    if options.competing is None:
        causes = causes_of(options.cause)
        outcomes = _by_cause(causes, one, options)
        entries = tuple(cause_entries(causes, outcomes.status, one.data))
    else:
        other = CompetingParameter.given(options.competing, options.param)
        outcomes = first_outcomes(other, one, study, options)
        entries = tuple(_entries(options, outcomes.status))
    frame, status = outcomes.frame, outcomes.status
    _require_events(status, one, options)
    names = [CENSORED, *(name for name, _ in _meanings(options))]
    table = frame[["USUBJID", "duration"]].assign(
        status=status.astype(np.int64),
        cause=pd.Series(pd.Categorical.from_codes(status, pd.Index(names, dtype=object))),
    )
    table = table.join(frame[list(options.further)])
    label = f"{one.data.name} {one.records.paramcd}, one record per subject with competing risks"
    return Built(
        table_of(table, columns_of(options), analysed, label),
        (frame,),
        arms=one.arms,
        polarity=POLARITY,
        causes=entries,
        policies=outcomes.policies,
    )


def _by_cause(causes: Sequence[DeclaredCause], one: Analysed, options: CompetingRisksOptions) -> Outcomes:
    status = status_by_cause(causes, one.records)
    return Outcomes(subjects_of_table(one, options.further).assign(event=status > 0), status, ())


def _entries(options: CompetingRisksOptions, status: Codes) -> Iterator[CauseEntry]:
    for number, (name, made) in enumerate(_meanings(options), OWN):
        yield CauseEntry(number, name, made, int(np.count_nonzero(status == number)), 0, 0)


def _require_events(status: Codes, one: Analysed, options: CompetingRisksOptions) -> None:
    if not options.allow_no_events and not status.any():
        raise Refused(
            f"{one.records.paramcd} has no events of any cause",
            f"{one.data.name}, CNSR is {named_numbers(one.data.numbers('CNSR'))}",
            "correct CNSR if it is coded another way (0 is an event), or use --allow-no-events "
            "(allow_no_events=True)",
        )


def model(options: CompetingRisksOptions) -> Model:
    """One endpoint whose event has several causes."""
    causes = tuple(name for name, _ in _meanings(options))
    return Model((EndpointColumns(event="status"),), options.strata, family=CauseFits(causes))


def conventions(_analysed: Sequence[Analysed], options: CompetingRisksOptions) -> Iterator[str]:
    if options.competing is not None:
        yield "on one day the own event comes first, then the competing event, then the censoring"
    yield "R, SAS and Stata have Fine-Gray models; lifelines and scikit-survival do not"
