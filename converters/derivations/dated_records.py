"""The dated records of a declared source, by the positions of their subjects in ADSL."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...schemas.study.columns import Codes, Days, Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.raw_places import RawPlaces
from .declared_sources import DerivationSource


@dataclass(frozen=True, eq=False)
class DatedRecords:
    """What a source selects: only records that have a date and a subject of ADSL.

    Attributes
    ----------
    name : str
        Of the source.
    source : DerivationSource
    dataset : Dataset
    record : ndarray of int, shape (n_dated,)
        Positions in the dataset, ascending.
    subject : ndarray of int, shape (n_dated,)
        Positions in ADSL.
    day, earliest, latest : ndarray of float, shape (n_dated,)
        The date in days since 1970-01-01, as imputed and at the extremes that the partial date allows.
    lacks : ndarray of int8, shape (n_dated,)
        The largest `DatePart` that was imputed.
    """

    name: str
    source: DerivationSource
    dataset: Dataset
    record: Codes
    subject: Codes
    day: Days
    earliest: Days
    latest: Days
    lacks: NDArray[np.int8]
    decided: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    """What was decided by all of them, so that several parameters ask once."""

    def among(self, chosen: Mask | Codes) -> DatedRecords:
        """Some of them, by a mask or positions."""
        day, earliest, latest = spans_at(self, chosen)
        return replace(
            self,
            record=self.record[chosen],
            subject=self.subject[chosen],
            day=day,
            earliest=earliest,
            latest=latest,
            lacks=self.lacks[chosen],
        )

    def at(self, bound: str) -> DatedRecords:
        """The same dated by "day", "earliest" or "latest"."""
        return self if bound == "day" else replace(self, day=getattr(self, bound))

    @property
    def raw_places(self) -> RawPlaces | None:
        """The raw records of their dates; None where they are not known."""
        places = self.dataset.raw_places_of(self.source.date)
        return None if places is None else places.take(self.record)

    @property
    def sequence(self) -> str | None:
        """The variable that SRCSEQ is taken from."""
        return sequence_variable(self.dataset, self.source.sequence)


class DatedSpans(Protocol):
    """Dates with the extremes that they may be; one array is all of them where no date is partial."""

    @property
    def day(self) -> Days:
        """As imputed."""
        ...

    @property
    def earliest(self) -> Days:
        """The first day that each may be."""
        ...

    @property
    def latest(self) -> Days:
        """The last day that each may be."""
        ...


def spans_at(dates: DatedSpans, chosen: Mask | Codes) -> tuple[Days, Days, Days]:
    """The day and the extremes of some records; one array remains one."""
    day = dates.day[chosen]
    earliest, latest = (day if each is dates.day else each[chosen] for each in (dates.earliest, dates.latest))
    return day, earliest, latest


def sequence_variable(data: Dataset, declared: str = "") -> str | None:
    """The variable that numbers the records of a subject: the declared one, ASEQ, or that of the domain."""
    domain = data.name[2:4] if data.name.startswith("AD") else data.name[:2]
    known = (declared,) if declared else ("ASEQ", f"{domain}SEQ")
    return next((each for each in known if each in data), None)
