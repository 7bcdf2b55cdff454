"""Cumulative incidence tables, from a study to their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .....schemas.gate.report import Report
from .....schemas.gate.validate import GateOptions
from .....schemas.glance import Glance, Glanced
from .....schemas.standards.versions import Standards
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from ....formats import dataset_named
from ....formats.format import Output
from ...conf_type import ConfType
from ...subjects import naming_subjects
from ...table_files import write_table_files
from ...table_place import table_place
from ...tables import competing_risks
from ...tools import NOTHING_FITTED, ToolTable, layout_for
from ..asked import asked_conf_type, asked_times, require_by
from .codebook import CumulativeIncidenceCodebook, codebook_of
from .groups import RivalGroups, rival_groups
from .table import incidence_table


@dataclass(frozen=True, eq=False, repr=False)
class CumulativeIncidenceTable(Glanced):
    """Cumulative incidence of the causes of an event, by arm.

    Attributes
    ----------
    estimates : Dataset
        group, cause, time, at_risk, events, incidence, std_error, lower, upper, beyond_last; with `naive`
        one_minus_km.
    codebook : CumulativeIncidenceCodebook
    report : Report or None
        The verdict on the study; None if validation was skipped.
    inputs : tuple of Path
        The files of the study, which are never replaced.
    subjects : RivalGroups or None
        Times and causes of each group, from which estimates at further times are made.

    Examples
    --------
    >>> causes = ["older: CNSR == 0 and AGE >= 50", "younger: CNSR == 0 and AGE < 50"]
    >>> found = ag.cumulative_incidence(ag.read("adam"), "OS", causes, at=[120])
    >>> found.estimates.frame[["group", "cause", "time", "at_risk", "events"]]
      group    cause   time  at_risk  events
    0   all    older  120.0        3       1
    1   all  younger  120.0        3       1
    >>> found.codebook.conf_type
    'log-log'
    """

    estimates: Dataset
    codebook: CumulativeIncidenceCodebook
    report: Report | None = None
    inputs: tuple[Path, ...] = ()
    subjects: RivalGroups | None = None

    def estimated_at(self, times: Sequence[float]) -> pd.DataFrame:
        """The estimates at some times, as with ``at``: group, cause, time, at_risk, incidence and so on.

        Parameters
        ----------
        times : sequence of float
            Ascending, in the unit of the table.

        Examples
        --------
        >>> causes = ["older: CNSR == 0 and AGE >= 50", "younger: CNSR == 0 and AGE < 50"]
        >>> found = ag.cumulative_incidence(ag.read("adam"), "OS", causes)
        >>> found.estimated_at([0, 120])["at_risk"].tolist()
        [6, 3, 6, 3]
        """
        if self.subjects is None:
            raise TypeError("a table without its subjects has estimates at its own times only")
        kind = ConfType(self.codebook.conf_type)
        return incidence_table(self.subjects, times, kind, self.codebook.unit, naive=False).frame

    def _glance(self) -> Glance:
        rows = self.codebook.at_a_glance()
        return Glance((f"CumulativeIncidenceTable of {self.codebook.records.subject}",), rows, len(rows))

    def write(self, path: str | Path, *, overwrite: bool = False, keep: Iterable[Path] = ()) -> list[Path]:
        """Write the table and its codebook: ``incidence.csv``, ``incidence.codebook.json``.

        Parameters
        ----------
        path : str or Path
            .csv, .parquet, .json or .ndjson (Dataset-JSON), or another output format.
        overwrite : bool
            Replace existing files, but never files of the study or other data in their folders. An earlier
            table, as shown by its codebook, is replaced without this option.
        keep : iterable of Path
            Further files that are never replaced.

        Returns
        -------
        list of Path
            The table and the codebook. Both appear complete, or none does.

        Raises
        ------
        ConfigurationError
            If tables cannot be written to such a file.
        UnwritableOutput
            If the file name is not valid, the format cannot hold the table, a file exists, or it cannot be
            written.

        Warns
        -----
        MetadataNotKept
            If an output format cannot hold metadata of the columns; they are in the codebook.

        Examples
        --------
        >>> causes = ["older: CNSR == 0 and AGE >= 50", "younger: CNSR == 0 and AGE < 50"]
        >>> found = ag.cumulative_incidence(ag.read("adam"), "OS", causes)
        >>> [path.name for path in found.write("incidence.csv")]
        ['incidence.csv', 'incidence.codebook.json']
        """
        target = table_place(path)
        output = Output(self.estimates.replace(name=dataset_named(target)), target)
        return write_table_files(
            {"table": ToolTable.of(layout_for(target), output, NOTHING_FITTED)},
            self.codebook.document(),
            inputs=self.inputs,
            keep=keep,
            overwrite=overwrite,
        )


def cumulative_incidence(
    study: Study,
    paramcd: str,
    cause: Sequence[str] = (),
    *,
    competing: str | None = None,
    competing_after_censoring: str | None = None,
    by: str | None = None,
    at: Sequence[float] = (),
    curve: bool = False,
    naive: bool = False,
    conf_type: str = "log-log",
    total: bool = True,
    where: str | None = None,
    population: str | None = None,
    unit: str | None = None,
    aval_unit: str | None = None,
    reference: str | None = None,
    arm_order: Sequence[str] = (),
    allow_no_events: bool = False,
    gate: bool | GateOptions = True,
    standards: Standards | None = None,
    show_keys: bool = True,
) -> CumulativeIncidenceTable:
    """Cumulative incidence of each cause of an event, by the estimator of Aalen and Johansen.

    The figures are those of R's ``survfit`` with a factor of events [1]_.

    Parameters
    ----------
    study : Study
        With the time-to-event dataset, and ADSL if its variables are used. Not changed.
    paramcd : str
        Parameter code, such as "PFS".
    cause, competing, competing_after_censoring
        What the events are, as of `competing_risks`.
    by : str, optional
        Variable of the groups, such as "TRT01P"; the arms are ordered by its numbered variable. Without it
        all subjects are one group.
    at : sequence of float
        Times of the estimates, from 0, in the unit of the table. Events are then counted up to and with each
        time.
    curve : bool
        Estimates at each time with an event or a censored subject, with the events of that time; as without
        `at`.
    naive : bool
        Add 1 - Kaplan-Meier, which takes subjects with another cause for censored and overstates the
        incidence.
    conf_type : {"log-log", "log", "plain"}
        Type of the 95% limits. SAS uses log-log, R's default is log.
    total : bool
        Add a group "all" of all subjects, also those without a value of `by`, after the arms.
    where, population, unit, aval_unit, reference, arm_order, allow_no_events, gate, standards, show_keys
        As of `survival`.

    Returns
    -------
    CumulativeIncidenceTable
        ``estimates``: group, cause, time (in the unit of the table), at_risk (subjects with a time of t or
        later), events (of the cause), incidence (from 0 to 1), std_error (the infinitesimal jackknife of
        ``survfit``, which is the delta method), lower, upper, beyond_last (t is after the last time of the
        group; values are carried); with `naive` one_minus_km. By group, cause in the order declared, time. An
        arm without a subject is not in it.

    Raises
    ------
    ConfigurationError
        An option refers to something that is not present, or contradicts another or the data.
    GateRefused, Refused
        As by `competing_risks`.

    References
    ----------
    .. [1] Therneau TM. A package for survival analysis in R.

    Examples
    --------
    >>> causes = ["older: CNSR == 0 and AGE >= 50", "younger: CNSR == 0 and AGE < 50"]
    >>> found = ag.cumulative_incidence(ag.read("adam"), "OS", causes, at=[120], naive=True)
    >>> found.estimates.frame[["cause", "events", "incidence", "one_minus_km"]].round(4)
         cause  events  incidence  one_minus_km
    0    older       1     0.1667        0.1667
    1  younger       1     0.2083        0.2500
    """
    times, kind = asked_times(at, curve=curve), asked_conf_type(conf_type)
    require_by(by, reference=reference, arm_order=arm_order)
    table = competing_risks(
        study,
        paramcd,
        cause,
        competing=competing,
        competing_after_censoring=competing_after_censoring,
        where=where,
        population=population,
        unit=unit,
        aval_unit=aval_unit,
        arm=by,
        reference=reference,
        arm_order=arm_order,
        allow_no_events=allow_no_events,
        gate=gate,
        standards=standards,
        show_keys=show_keys,
    )
    records = table.codebook
    if records.time is None:
        raise TypeError("a table of one parameter has one scale of time")
    with naming_subjects(show_keys):
        subjects = rival_groups(table, total=total)
    estimates = incidence_table(subjects, times, kind, records.time.unit, naive=naive)
    described = codebook_of(
        records,
        estimates,
        time=records.time,
        conf_type=kind,
        at=times,
        without_arm=subjects.without_arm,
        naive=naive,
    )
    return CumulativeIncidenceTable(estimates, described, table.report, table.inputs, subjects)
