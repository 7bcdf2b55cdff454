"""What a derivation has to say: effects of policies, and problems, collected while it runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ...schemas.conditions.absent_texts import absent_texts
from ...schemas.conditions.grammar import compile_expression
from ...schemas.study.columns import Codes, Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.raw_places import RawPlaces
from .record import (
    AbsentValue,
    DecidedBy,
    DerivationRecord,
    DerivationRefused,
    ImputationRange,
    MadeFrom,
    PolicyEffect,
    Problem,
)


@dataclass(slots=True)
class Account:
    """Effects and problems of one derived dataset.

    Attributes
    ----------
    dataset : str
        Name of the derived dataset.
    """

    dataset: str
    effects: list[PolicyEffect] = field(default_factory=list)
    decided: list[DecidedBy] = field(default_factory=list)
    ranges: list[ImputationRange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    absent: list[AbsentValue] = field(default_factory=list)
    _used: dict[str, Mask] = field(default_factory=dict)

    def used(self, data: Dataset, records: Mask | Codes) -> None:
        """Note the records of a source that have a place in the derived dataset, by a mask or positions."""
        used = self._used.setdefault(data.name, np.zeros(len(data), dtype=np.bool_))
        used[records] = True

    @property
    def made_from(self) -> tuple[MadeFrom, ...]:
        """The datasets that were used, with the number of their records."""
        return tuple(
            MadeFrom(self.dataset, name, len(used), int(used.sum())) for name, used in self._used.items()
        )

    @property
    def record(self) -> DerivationRecord:
        """What was noted, but the number of derived records."""
        noted = tuple(self.effects), tuple(self.decided), tuple(self.ranges)
        return DerivationRecord({}, *noted, self.made_from, absent=tuple(self.absent))

    def effect(
        self,
        policy: str,
        value: str,
        effect: str,
        data: Dataset,
        concerned: Mask,
        *,
        parameter: str = "",
        unit: str = "subject",
    ) -> None:
        """Note what a policy did to some records of a dataset, or to the subjects of ADSL, once."""
        subjects = subjects_of(data, concerned)
        count = int(concerned.sum()) if unit == "record" else len(subjects)
        found = PolicyEffect(self.dataset, parameter, policy, value, effect, count, subjects, unit)
        if found not in self.effects:
            self.effects.append(found)

    def call_parameters(self, names: Mapping[str, str]) -> None:
        """Let effects that were noted for tables of parameters be of their PARAMCDs."""
        self.effects = [
            replace(each, parameter=names.get(each.parameter, each.parameter)) for each in self.effects
        ]

    def absent_values(
        self,
        condition: str,
        where: str,
        data: Dataset,
        variables: Collection[str] | None = None,
        declared: Iterable[str] = (),
    ) -> None:
        """Note the values that a condition over a dataset asks for and that no record has."""
        for each in absent_texts(compile_expression(condition, where), data, variables, declared):
            found = AbsentValue(self.dataset, where, data.name, each.variable, each.text, each.nearest)
            if found not in self.absent:
                self.absent.append(found)

    def problem(
        self,
        what: str,
        where: str,
        advice: str,
        data: Dataset | None = None,
        concerned: Mask | None = None,
        *,
        raw: RawPlaces | None = None,
    ) -> None:
        """Note why data are refused, and their first raw record; what is noted once is not repeated.

        The raw records of the data are their own, where `raw` does not have others.
        """
        subjects: tuple[str, ...] = ()
        if data is not None and concerned is not None:
            subjects = subjects_of(data, concerned)
            own = None if data.raw_places is None else data.raw_places.load()
            places = (each.first(concerned) for each in (raw, own) if each is not None)
            first = next(filter(None, places), None)
            what = what if first is None else f"{what}; first: {first}"
        found = Problem(what, where, advice, subjects)
        if found not in self.problems:
            self.problems.append(found)

    def require_none(self) -> None:
        """Refuse if there is a problem.

        Raises
        ------
        DerivationRefused
            With all of them.
        """
        if self.problems:
            raise DerivationRefused(self.problems)


def subjects_of(data: Dataset, concerned: Mask) -> tuple[str, ...]:
    """The subjects of some records, each once, in the order of their identifiers."""
    subjects = data.distinct("USUBJID")
    codes = pd.unique(subjects.codes[concerned])
    return tuple(sorted(map(str, subjects[codes[codes >= 0]])))
