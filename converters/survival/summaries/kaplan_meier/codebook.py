"""What Kaplan-Meier tables mean: how each figure is defined, and what the subjects behind it are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .....schemas.glance import Glance, Glanced, Row
from .....schemas.study.dataset import Dataset
from ...codebook import Codebook, ColumnEntry, TimeEntry, column_type
from ...conf_type import ConfType
from ...estimators import LEVEL
from .comparison import LogRankEntry
from .risk_sets import RiskSetEntry

SCHEMA_VERSION = "1.0"

AT_RISK = "at_risk: subjects whose time is t or later; those censored at t are at risk at t"
CONVENTIONS = (
    "the origin is time 0; with AVAL = ADT - STARTDT + 1, study day d is time d, and day 1 is (0, 1]",
    AT_RISK,
    "times whose gap is at most 1.5e-8, or that share of the mean time, are one time, as in R",
    "after the last time of a group, values are carried forward and beyond_last is true",
    "where survival is 1, std_error is 0 and both limits are 1 (R: log-log limits are missing)",
    "where survival is 0, std_error and both limits are missing",
    "quantiles and their limits: as R's quantile.survfit",
    "a curve flat at exactly 1 - p: the middle of that piece, also of the last",
    "there lifelines gives the start of the piece, and SAS may give another time for the last one",
    "a limit of a quantile that is not reached is missing (lifelines: infinite, or the last time)",
    "follow_up: median of the reverse Kaplan-Meier curve, whose event is censoring",
    "rmean: area under the curve up to tau; its variance is Greenwood's, as in R",
    "log-rank: observed less expected events of all arms, as R's survdiff",
)
"""How the figures are defined, and where tools differ."""
OF_ENTRIES = (
    "n: subjects with an entry before the end of follow-up",
    "at_risk: subjects with entry < t <= time; those who enter at t are at risk after it",
    "between times of the curve R's summary(times=) gives at_risk of the next time, with later entries",
    "survival, std_error, limits and quantiles: as R's survfit(Surv(entry, duration, event))",
    "limits of a curve may rise again with entries: a quantile may then be outside its limits, as in R",
    "where nobody is at risk the curve is flat: at 1 before the first entry, as in R",
    "an event of all subjects at risk makes survival 0 from there, as in R; later entries do not change it",
    "there std_error and limits are missing; lifelines gives no curve; R: begin it later with start.time",
    "follow_up: as R's survfit(Surv(entry, duration, !event)), counted from time 0, not from the entry",
    "rmean: from time 0, not from the first entry, as in R",
    "log-rank: at each event those with an earlier entry are at risk; R's survdiff does not take entries",
    "it is the score test of R's coxph(ties = 'exact'), and of any ties if no events are tied",
)
"""What delayed entry adds to them; `AT_RISK` does not hold with it."""


@dataclass(frozen=True, slots=True, repr=False)
class KaplanMeierCodebook(Glanced):
    """Everything a reader of Kaplan-Meier tables must know.

    Attributes
    ----------
    conf_type : str
        "log-log", "log" or "plain".
    conf_level : float
    std_error : str
        How the standard error is estimated.
    unit : str
        Of all times.
    entry : str or None
        The date of entry, in words; None where all subjects are at risk from time 0.
    at : tuple of float or None
        Times of the estimates; None for each time of the data.
    tau : float or None
        Time to which the mean is restricted.
    without_arm : int
        Subjects without a value of the variable of the groups, who are in the total only.
    tests : tuple of LogRankEntry
    risk_sets : tuple of RiskSetEntry
        Groups with nobody at risk at some time before their last one; only with entries.
    columns, summary_columns : tuple of ColumnEntry
    conventions : tuple of str
    records : Codebook
        Of the table with one record per subject that the estimates are made from.
    """

    conf_type: str
    conf_level: float
    std_error: str
    unit: str
    entry: str | None
    at: tuple[float, ...] | None
    tau: float | None
    without_arm: int
    tests: tuple[LogRankEntry, ...]
    risk_sets: tuple[RiskSetEntry, ...]
    columns: tuple[ColumnEntry, ...]
    summary_columns: tuple[ColumnEntry, ...]
    conventions: tuple[str, ...]
    records: Codebook

    def _glance(self) -> Glance:
        rows = self.at_a_glance()
        return Glance((f"Codebook of Kaplan-Meier tables of {self.records.subject}",), rows, len(rows))

    def at_a_glance(self) -> list[Row]:
        """What a notebook shows of it."""
        return [*self.records.at_a_glance(), ("limits", f"{self.conf_level:.0%}, {self.conf_type}")]

    def document(self) -> dict[str, Any]:
        """The codebook as JSON knows it; the same for the same data, without any clock."""
        own, records = asdict(self), self.records.document()
        for key in ("columns", "schema_version", "shape"):  # of the table with one record per subject
            del records[key]
        del own["records"]
        return {"schema_version": SCHEMA_VERSION, "estimator": "Kaplan-Meier", **own, **records}


_SOURCES = {"group": "{group}", "time": "{duration}", "conf_type": "conf_type"}
_ESTIMATED = "{duration} and CNSR"
"""What columns are made from that are not estimated."""


def codebook_of(
    records: Codebook,
    estimates: Dataset,
    summary: Dataset,
    tests: tuple[LogRankEntry, ...],
    risk_sets: tuple[RiskSetEntry, ...],
    *,
    time: TimeEntry,
    entry: str | None,
    conf_type: ConfType,
    at: tuple[float, ...],
    tau: float | None,
    without_arm: int,
) -> KaplanMeierCodebook:
    """The codebook of both tables."""
    return KaplanMeierCodebook(
        conf_type=str(conf_type),
        conf_level=LEVEL,
        std_error="Greenwood",
        unit=time.unit,
        entry=entry,
        at=at or None,
        tau=tau,
        without_arm=without_arm,
        tests=tests,
        risk_sets=risk_sets,
        columns=tuple(_columns(estimates, records, time, entry)),
        summary_columns=tuple(_columns(summary, records, time, entry)),
        conventions=_conventions(entry),
        records=records,
    )


def _conventions(entry: str | None) -> tuple[str, ...]:
    if entry is None:
        return CONVENTIONS
    return (*(each for each in CONVENTIONS if each != AT_RISK), *OF_ENTRIES)


def _columns(table: Dataset, records: Codebook, time: TimeEntry, entry: str | None) -> Iterator[ColumnEntry]:
    estimated = _ESTIMATED if entry is None else f"entry, {_ESTIMATED}"
    for each in table.variables:
        column = table[each.name]
        source = _SOURCES.get(each.name, estimated).format(
            duration=time.duration, group=records.arm or "all subjects"
        )
        yield ColumnEntry(each.name, column_type(column), each.label, source, int(column.isna().sum()))
