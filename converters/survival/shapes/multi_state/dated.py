"""The dates of transitions and of the ends of follow-up, from the study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .....schemas.conditions.dates import DateExpression, compile_date
from .....schemas.conditions.grammar import compile_expression
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.evidence.parameters import quotable_codes
from .....schemas.study.columns import Codes, Days
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import counted, did_you_mean
from ...records import AnalysedRecords, dataset_with, with_subject_level
from ...subjects import listed, records_of_subjects, subjects_of
from ..dates import GivenDate, days_of, written_days
from .declared import Transition


@dataclass(frozen=True, eq=False)
class TransitionDates:
    """The dates of one transition, as it is declared.

    Attributes
    ----------
    transition : Transition
    dataset : Dataset
    record : ndarray of int, shape (n_dates,)
        Records of the dataset that have them.
    subject : ndarray of int, shape (n_dates,)
        Record of the table's parameter; -1 where its subject has none.
    day : ndarray of float, shape (n_dates,)
        Days since 1970-01-01; NaN where missing.
    censored : int
        Records of a parameter with CNSR of 1 or more that a condition selects.
    undetermined : int
        Records that the condition does not select because a value is missing.
    """

    transition: Transition
    dataset: Dataset
    record: Codes
    subject: Codes
    day: Days
    censored: int
    undetermined: int


def transition_dates(
    each: Transition, analysed: AnalysedRecords, study: Study, places: dict[str, Codes]
) -> TransitionDates:
    """The dates of a transition.

    Parameters
    ----------
    each : Transition
    analysed : AnalysedRecords
    study : Study
    places : dict of str to ndarray of int
        By dataset, the table's record of each record's subject; what is not in it yet is added.

    Raises
    ------
    ConfigurationError
        When its dataset, parameter or a variable is not present, or its condition is not valid.
    Refused
        When a record has no USUBJID, or CNSR is not numeric.
    """
    dataset = dataset_with(study, each.parameter) if each.parameter else _dataset(each, study)
    possible = (
        dataset.equals("PARAMCD", each.parameter) if each.parameter else np.ones(len(dataset), np.bool_)
    )
    is_event = _censoring(dataset, each.parameter) == 0 if each.parameter else possible
    chosen, unknown = possible & is_event, 0
    if each.where:
        condition = compile_expression(each.where, f"transition {each.words}")
        truth = condition.truth(with_subject_level(dataset, study, condition.variables)[0])
        chosen, unknown = possible & truth.true, int(np.count_nonzero(possible & ~truth.true & ~truth.false))
    unnamed = int(np.count_nonzero(chosen & dataset.missing("USUBJID")))
    if unnamed:
        raise Refused(
            f"USUBJID is missing in {counted(unnamed, 'record')} of {each.words}",
            dataset.name,
            "correct the data",
        )
    if dataset.name not in places:
        places[dataset.name] = records_of_subjects(dataset, analysed.data)
    record = np.flatnonzero(chosen)
    return TransitionDates(
        each,
        dataset,
        record,
        places[dataset.name][record],
        written_days(dataset, each.date)[record],
        int(np.count_nonzero(chosen & ~is_event)),
        unknown,
    )


def _dataset(each: Transition, study: Study) -> Dataset:
    if each.dataset not in study:
        raise ConfigurationError(
            f"dataset {each.dataset} of the transition {each.words} is not present",
            "transitions",
            did_you_mean(each.dataset, study.datasets),
        )
    dataset = study[each.dataset]
    if "USUBJID" not in dataset:
        raise Refused("USUBJID is not present", dataset.name, "correct the data")
    return dataset


def _censoring(dataset: Dataset, paramcd: str) -> Days:
    if dataset.is_character("CNSR"):
        raise Refused(f"CNSR of {paramcd} is not numeric", dataset.name, "correct its type")
    return dataset.numbers("CNSR")


@dataclass(frozen=True, slots=True)
class FollowUpEnd:
    """What ends follow-up: dates of the table's records and ADSL, or ADT of a parameter.

    Attributes
    ----------
    given : str
        As the user wrote it.
    source : DateExpression or GivenDate
    """

    given: str
    source: DateExpression | GivenDate

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables that the table's own records must have for it."""
        return self.source.variables if isinstance(self.source, DateExpression) else ()

    @property
    def words(self) -> str:
        return self.given if isinstance(self.source, DateExpression) else self.source.words

    def days(self, records: AnalysedRecords, study: Study) -> Days:
        """For each record, days since 1970-01-01; NaN where missing."""
        if isinstance(self.source, GivenDate):
            return days_of(self.source, records, study)
        return self.source.days(records.data)


def follow_up_end(given: str, records: Dataset, study: Study) -> FollowUpEnd:
    """ "PFS", "EOSDT", "min(LSTALVDT, DCUTDT)": a name that is not a variable is a parameter.

    Raises
    ------
    ConfigurationError
        When it cannot be read, or a name is neither.
    """
    expression = compile_date(given)
    homes = [records, *([study["ADSL"]] if "ADSL" in study else [])]
    if expression.variables != (given,) or any(given in home for home in homes):
        return FollowUpEnd(given, expression)
    codes = [code for each in study if "PARAMCD" in each for code in quotable_codes(each)]
    if given not in codes:
        known = dict.fromkeys([*codes, *(name for home in homes for name in home.names)])
        raise ConfigurationError(
            f"{given} is not present in {' or '.join(each.name for each in homes)}, and is not a parameter",
            "follow_up",
            did_you_mean(given, known),
        )
    return FollowUpEnd(given, GivenDate(given, given))


def require_ends(ends: Days, records: Dataset, state: str, words: str) -> None:
    """Refuse subjects whose follow-up in a state has no end.

    Raises
    ------
    Refused
    """
    lacking = np.isnan(ends)
    if lacking.any():
        raise Refused(
            f"the end of follow-up in the state {state} is missing ({words})",
            f"{records.name}, {listed(subjects_of(records, lacking))}",
            "correct the data, give another end, or exclude these subjects with a condition",
        )
