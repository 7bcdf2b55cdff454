"""What cumulative incidence tables mean: how each figure is defined, and what the subjects behind it are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .....schemas.glance import Glance, Glanced, Row
from .....schemas.study.dataset import Dataset
from ...codebook import Codebook, ColumnEntry, TimeEntry, column_type
from ...conf_type import ConfType
from ...estimators import LEVEL

SCHEMA_VERSION = "1.0"

STD_ERROR = "infinitesimal jackknife of R's survfit, which is the delta method (SAS: ERROR=DELTA)"
CONVENTIONS = (
    "the origin is time 0; with AVAL = ADT - STARTDT + 1, study day d is time d, and day 1 is (0, 1]",
    "at_risk: subjects whose time is t or later; those censored at t are at risk at t",
    "events: of the cause; incidence: the probability of an event of the cause by t, other causes present",
    "the incidences of all causes and the Kaplan-Meier survival without any event add up to 1",
    "times whose gap is at most 1.5e-8, or that share of the mean time, are one time, as in R",
    "after the last time of a group, values are carried forward and beyond_last is true",
    "where incidence is 0, std_error is 0 and both limits are 0 (R: log and log-log limits are missing)",
    "where incidence is 1, log-log limits are missing, as in R",
    "cmprsk's cuminc and SAS's default (ERROR=AALEN) have the same incidence and Aalen's variance",
)
"""How the figures are defined, and where tools differ."""
OF_NAIVE = (
    "one_minus_km takes subjects with another cause for censored: it is not a probability of the cause, and "
    "at least as high as the incidence"
)


@dataclass(frozen=True, slots=True, repr=False)
class CumulativeIncidenceCodebook(Glanced):
    """Everything a reader of a cumulative incidence table must know.

    Attributes
    ----------
    conf_type : str
        "log-log", "log" or "plain".
    conf_level : float
    std_error : str
        How the standard error is estimated.
    unit : str
        Of all times.
    at : tuple of float or None
        Times of the estimates; None for each time of the data.
    without_arm : int
        Subjects without a value of the variable of the groups, who are in the total only.
    columns : tuple of ColumnEntry
    conventions : tuple of str
    records : Codebook
        Of the table with competing risks that the estimates are made from.
    """

    conf_type: str
    conf_level: float
    std_error: str
    unit: str
    at: tuple[float, ...] | None
    without_arm: int
    columns: tuple[ColumnEntry, ...]
    conventions: tuple[str, ...]
    records: Codebook

    def _glance(self) -> Glance:
        rows = self.at_a_glance()
        return Glance((f"Codebook of the cumulative incidence of {self.records.subject}",), rows, len(rows))

    def at_a_glance(self) -> list[Row]:
        """What a notebook shows of it."""
        return [*self.records.at_a_glance(), ("limits", f"{self.conf_level:.0%}, {self.conf_type}")]

    def document(self) -> dict[str, Any]:
        """The codebook as JSON knows it; the same for the same data, without any clock."""
        own, records = asdict(self), self.records.document()
        for key in ("columns", "schema_version"):  # of the table with one record per subject
            del records[key]
        del own["records"]
        return {"schema_version": SCHEMA_VERSION, "estimator": "Aalen-Johansen", **own, **records}


def codebook_of(
    records: Codebook,
    estimates: Dataset,
    *,
    time: TimeEntry,
    conf_type: ConfType,
    at: tuple[float, ...],
    without_arm: int,
    naive: bool,
) -> CumulativeIncidenceCodebook:
    """The codebook of the table."""
    return CumulativeIncidenceCodebook(
        conf_type=str(conf_type),
        conf_level=LEVEL,
        std_error=STD_ERROR,
        unit=time.unit,
        at=at or None,
        without_arm=without_arm,
        columns=tuple(_columns(estimates, records, time)),
        conventions=(*CONVENTIONS, OF_NAIVE) if naive else CONVENTIONS,
        records=records,
    )


def _columns(table: Dataset, records: Codebook, time: TimeEntry) -> Iterator[ColumnEntry]:
    sources = {
        "group": records.arm or "all subjects",
        "cause": "the causes of the events",
        "time": time.duration,
    }
    for each in table.variables:
        column = table[each.name]
        source = sources.get(each.name, f"{time.duration} and the cause of the event")
        yield ColumnEntry(each.name, column_type(column), each.label, source, int(column.isna().sum()))
