"""Records of parameters of response, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ....schemas.study.columns import Codes, Days, Mask
from ....schemas.study.dataset import Dataset
from ..dated_records import DatedRecords, sequence_variable
from ..declared_sources import DerivationSource
from .options import ResponseParameter
from .terms import ResponseTerms

NONE = -1


@dataclass(frozen=True, eq=False)
class Assessed:
    """The assessments of one evaluator, by subject, date and the order of their source.

    Attributes
    ----------
    paramcd : str
    terms : ResponseTerms
    records : DatedRecords
        NaN is the day of those without a date.
    alike : ndarray of int, shape (n_records,)
        The same number where subject, date and the order of the source are the same; ascending.
    value : str
        The variable that is AVALC.
    values : tuple of str
        Terms in their order, then other texts that are kept.
    code : ndarray of int, shape (n_records,)
        Position among `values`; -1 where there is no text.
    """

    paramcd: str
    terms: ResponseTerms
    records: DatedRecords
    alike: Codes
    value: str
    values: tuple[str, ...]
    code: Codes

    def __len__(self) -> int:
        return len(self.code)

    @property
    def usable(self) -> Mask:
        """Those that have a date and a term."""
        known = (self.code >= 0) & (self.code < len(self.terms.order))
        found: Mask = known & ~np.isnan(self.records.day)
        return found

    def meaning(self, *meanings: str) -> Mask:
        """Those whose term is in one of the lists of the terms: "responses", "stable", …."""
        return self.among([term for each in meanings for term in getattr(self.terms, each)])

    def among(self, terms: list[str] | tuple[str, ...]) -> Mask:
        """Those with one of some terms."""
        listed = np.array([term in terms for term in self.terms.order])
        known = (self.code >= 0) & (self.code < len(listed))
        return np.where(known, listed[np.where(known, self.code, 0)], False)


@dataclass(frozen=True, eq=False)
class Origin:
    """Records of a dataset that date the records of a parameter.

    Attributes
    ----------
    dataset : Dataset
    variable : str
        SRCVAR.
    source : DerivationSource
        Has SRCDOM, and what records are set to.
    record : ndarray of int, shape (n_records,)
        Position in the dataset; -1 where none dates the record.
    """

    dataset: Dataset
    variable: str
    source: DerivationSource
    record: Codes

    @property
    def sequence(self) -> str | None:
        """The variable that SRCSEQ is taken from."""
        return sequence_variable(self.dataset, self.source.sequence)


@dataclass(frozen=True, eq=False)
class ParameterRecords:
    """The records of one parameter, ascending by subject and date.

    Attributes
    ----------
    paramcd : str
    options : ResponseParameter
    subject : ndarray of int, shape (n_records,)
        Positions in ADSL.
    day : ndarray of float, shape (n_records,)
        NaN where there is no date.
    lacks : ndarray of int8, shape (n_records,)
        The largest `DatePart` that was imputed.
    values : tuple of str
        What AVALC may be.
    aval : tuple of float
        AVAL of each.
    code : ndarray of int, shape (n_records,)
        Position among them; -1 where AVALC is missing.
    assessed : Assessed or None
        The assessments that it is made of.
    row : ndarray of int, shape (n_records,)
        The assessment among them; -1 where none dates the record.
    origin : Origin or None
    """

    paramcd: str
    options: ResponseParameter
    subject: Codes
    day: Days
    lacks: NDArray[np.int8]
    values: tuple[str, ...]
    aval: tuple[float, ...]
    code: Codes
    assessed: Assessed | None = None
    row: Codes | None = None
    origin: Origin | None = None

    def __len__(self) -> int:
        return len(self.subject)

    def at(self, which: Mask | Codes) -> ParameterRecords:
        """Some of them."""
        origin, row = self.origin, self.row
        return replace(
            self,
            subject=self.subject[which],
            day=self.day[which],
            lacks=self.lacks[which],
            code=self.code[which],
            row=None if row is None else row[which],
            origin=None if origin is None else replace(origin, record=origin.record[which]),
        )


def avals(terms: ResponseTerms, values: tuple[str, ...]) -> tuple[float, ...]:
    """AVAL of texts; NaN of those that are no term."""
    of_term = {term: float(terms.aval.get(term, at)) for at, term in enumerate(terms.order, 1)}
    return tuple(of_term.get(value, np.nan) for value in values)
