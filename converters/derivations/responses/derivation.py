"""The parameters and flags of a dataset of response, each derived once, when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ....schemas.study.columns import Days, Mask
from ..adsl_dates import days_in_adsl
from ..chosen_subjects import chosen_subjects
from ..sources import Sources
from ..task import DerivationTask
from .assessments import assessed
from .options import ResponseAssessments, ResponseParameter, Responses
from .response_records import Assessed, Origin, ParameterRecords, avals
from .terms import terms_called


@dataclass(eq=False)
class ResponseDerivation:
    """What is derived so far of a dataset of response.

    Attributes
    ----------
    task : DerivationTask
    options : Responses
    once_per_subject, flagged : callable
        What derives a parameter that is made of another, and a flag; both ask for others.
    sources : Sources
    """

    task: DerivationTask
    options: Responses
    once_per_subject: Callable[[ResponseDerivation, str, ResponseParameter, Mask], ParameterRecords | None]
    flagged: Callable[[ResponseDerivation, str, Assessed], Mask | None]
    sources: Sources = field(init=False)
    _found: dict[str, ParameterRecords | None] = field(default_factory=dict)
    _flags: dict[tuple[str, str], Mask | None] = field(default_factory=dict)
    _dates: dict[str, Days | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        task = self.task
        declared, unknown = task.specification.sources, self.options.unknown_subjects
        self.sources = Sources(task.study, declared, task.adsl, unknown, task.account)

    @property
    def n_subjects(self) -> int:
        """Of ADSL."""
        return len(self.task.adsl)

    def parameter(self, paramcd: str) -> ParameterRecords | None:
        """The records of a parameter; None where something does not fit the study, which is noted."""
        if paramcd not in self._found:
            options = self.task.specification.responses[paramcd]
            chosen = chosen_subjects(options, f"[response.{paramcd}]", self.sources)
            self._found[paramcd] = None if chosen is None else self._derived(paramcd, options, chosen)
        return self._found[paramcd]

    def _derived(self, paramcd: str, options: ResponseParameter, chosen: Mask) -> ParameterRecords | None:
        if isinstance(options, ResponseAssessments):
            return self._assessments(paramcd, options, chosen)
        return self.once_per_subject(self, paramcd, options, chosen)

    def _assessments(
        self, paramcd: str, options: ResponseAssessments, chosen: Mask
    ) -> ParameterRecords | None:
        declared = self.task.specification.response_terms
        terms = terms_called(options.terms, declared, f"[response.{paramcd}] terms")
        found = assessed(paramcd, options, terms, self.sources, chosen)
        if found is None:
            return None
        records = found.records
        return ParameterRecords(
            paramcd,
            options,
            records.subject,
            records.day,
            records.lacks,
            found.values,
            avals(terms, found.values),
            found.code,
            found,
            np.arange(len(found)),
            Origin(records.dataset, options.value, records.source, records.record),
        )

    def flag(self, name: str, found: Assessed) -> Mask | None:
        """Assessments that have a flag; None where something does not fit the study, which is noted."""
        key = name, found.paramcd
        if key not in self._flags:
            self._flags[key] = self.flagged(self, name, found)
        return self._flags[key]

    def date(self, variable: str, place: str) -> Days | None:
        """A date of ADSL by subject; None where it is not present or no date, which is noted."""
        if variable not in self._dates:
            advice = "name a date variable of ADSL"
            self._dates[variable] = days_in_adsl(variable, place, advice, self.sources)
        return self._dates[variable]
