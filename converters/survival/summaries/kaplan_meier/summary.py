"""Kaplan-Meier tables, from a study to its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .....schemas.errors import ConfigurationError
from .....schemas.gate.report import Report
from .....schemas.gate.validate import GateOptions
from .....schemas.glance import Glance, Glanced
from .....schemas.kinds import checked, time_point
from .....schemas.standards.versions import Standards
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from ....formats import dataset_named
from ....formats.format import Output
from ...analysis_table import AnalysisTable
from ...conf_type import ConfType
from ...shapes.dates import entry_source
from ...subjects import naming_subjects
from ...survival import survival
from ...table_files import write_table_files
from ...table_place import beside_table, table_place
from ...tables import Arguments, delayed_entry
from ...tools import NOTHING_FITTED, ToolTable, layout_for
from ..asked import asked_conf_type, asked_times, require_by
from .codebook import KaplanMeierCodebook, codebook_of
from .comparison import compared
from .groups import Grouped, grouped, strata_of
from .risk_sets import empty_risk_sets
from .tables import estimates_table, summary_table


@dataclass(frozen=True, eq=False, repr=False)
class KaplanMeierTables(Glanced):
    """Kaplan-Meier estimates of the arms of a study, and a summary of each.

    Attributes
    ----------
    estimates : Dataset
        group, time, at_risk, events, censored, survival, std_error, lower, upper, beyond_last.
    summary : Dataset
        One record per group: n, events, censored, quartiles and median with limits, follow-up, restricted
        mean, log-rank tests.
    codebook : KaplanMeierCodebook
    report : Report or None
        The verdict on the study; None if validation was skipped.
    inputs : tuple of Path
        The files of the study, which are never replaced.
    subjects : Grouped or None
        Times and events of each group, from which estimates at further times are made.

    Examples
    --------
    >>> km = ag.kaplan_meier(ag.read("adam"), "OS", by="TRT01P")
    >>> km.summary.frame[["group", "n", "events", "median"]]
         group  n  events  median
    0   Active  3       2    95.0
    1  Placebo  3       1   240.0
    2      all  6       3   240.0
    >>> km.codebook.conf_type
    'log-log'
    """

    estimates: Dataset
    summary: Dataset
    codebook: KaplanMeierCodebook
    report: Report | None = None
    inputs: tuple[Path, ...] = ()
    subjects: Grouped | None = None

    def estimated_at(self, times: Sequence[float]) -> pd.DataFrame:
        """The estimates at some times, as with ``at``: group, time, at_risk, survival and so on.

        Parameters
        ----------
        times : sequence of float
            Ascending, in the unit of the tables.

        Examples
        --------
        >>> km = ag.kaplan_meier(ag.read("adam"), "OS")
        >>> km.estimated_at([0, 100])["at_risk"].tolist()
        [6, 3]
        """
        if self.subjects is None:
            raise TypeError("tables without their subjects have estimates at their own times only")
        kind = ConfType(self.codebook.conf_type)
        return estimates_table(self.subjects, times, kind, self.codebook.unit).frame

    def _glance(self) -> Glance:
        rows = self.codebook.at_a_glance()
        return Glance((f"KaplanMeierTables of {self.codebook.records.subject}",), rows, len(rows))

    def write(self, path: str | Path, *, overwrite: bool = False, keep: Iterable[Path] = ()) -> list[Path]:
        """Write both tables and their codebook: ``km.csv``, ``km_summary.csv``, ``km.codebook.json``.

        Parameters
        ----------
        path : str or Path
            File of the estimates: .csv, .parquet, .json or .ndjson (Dataset-JSON), or another output format.
        overwrite : bool
            Replace existing files, but never files of the study or other data in their folders. Earlier
            tables, as shown by their codebook, are replaced without this option.
        keep : iterable of Path
            Further files that are never replaced.

        Returns
        -------
        list of Path
            The estimates, the summary and the codebook. All appear complete, or none does.

        Raises
        ------
        ConfigurationError
            If tables cannot be written to such a file.
        UnwritableOutput
            If the file name is not valid, the format cannot hold a table, a file exists, or it cannot be
            written.

        Warns
        -----
        MetadataNotKept
            If an output format cannot hold metadata of the columns; they are in the codebook.

        Examples
        --------
        >>> km = ag.kaplan_meier(ag.read("adam"), "OS", by="TRT01P", at=[60, 120])
        >>> [path.name for path in km.write("km.csv")]
        ['km.csv', 'km_summary.csv', 'km.codebook.json']
        """
        target = table_place(path)
        layout = layout_for(target)
        of_summary = beside_table(target, "_summary")
        tables = {
            key: ToolTable.of(layout, Output(table.replace(name=dataset_named(file)), file), NOTHING_FITTED)
            for key, table, file in (
                ("table", self.estimates, target),
                ("summary", self.summary, of_summary),
            )
        }
        return write_table_files(
            tables, self.codebook.document(), inputs=self.inputs, keep=keep, overwrite=overwrite
        )


def kaplan_meier(
    study: Study,
    paramcd: str,
    *,
    by: str | None = None,
    entry: str | None = None,
    at: Sequence[float] = (),
    curve: bool = False,
    tau: float | None = None,
    conf_type: str = "log-log",
    strata: Sequence[str] = (),
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
) -> KaplanMeierTables:
    """Kaplan-Meier estimates of one time-to-event parameter, with medians and the log-rank test of the arms.

    The figures are those of R's ``survfit``, ``quantile`` and ``survdiff`` [1]_. The event is ``CNSR == 0``.

    Parameters
    ----------
    study : Study
        With the time-to-event dataset, and ADSL if its variables are used. Not changed.
    paramcd : str
        Parameter code, such as "OS".
    by : str, optional
        Variable of the groups, such as "TRT01P"; the arms are ordered by its numbered variable. Without it
        all subjects are one group.
    entry : str, optional
        The date of entry, as of `delayed_entry` (left truncation): a subject is at risk over (entry, end].
        Subjects without an entry before their end are excluded and counted. Without it all are at risk from
        time 0.
    at : sequence of float
        Times of the estimates, from 0, in the unit of the table. Events and censored subjects are then
        counted up to and with each time.
    curve : bool
        Estimates at each time with an event or a censored subject, with those of that time; as without `at`.
    tau : float, optional
        Time to which the mean is restricted, in the unit of the table. Without it no mean is given.
    conf_type : {"log-log", "log", "plain"}
        Type of the 95% limits. SAS uses log-log, R's default is log.
    strata : sequence of str
        Stratification variables, from the time-to-event dataset or else ADSL, for a second log-rank test.
    total : bool
        Add a group "all" of all subjects, also those without a value of `by`, after the arms.
    where, population, unit, aval_unit, reference, arm_order, allow_no_events, gate, standards, show_keys
        As of `survival`.

    Returns
    -------
    KaplanMeierTables
        ``estimates``: group, time (in the unit of the table), at_risk (subjects with a time of t or later),
        events, censored, survival, std_error (Greenwood), lower, upper, beyond_last (t is after the last
        time of the group; values are carried). ``summary``: group, n, events, censored, q25, median, q75 and
        follow_up (reverse Kaplan-Meier), each with _lower and _upper; with `tau` rmean, rmean_std_error,
        rmean_beyond_last; with `by` logrank_chisq, logrank_df, logrank_p; with `strata` stratified_chisq,
        stratified_df, stratified_p; conf_type. An arm without a subject is in neither.

        With `entry` at_risk counts entry < t <= time; all else is that of R's ``survfit(Surv(entry,
        duration, event))``, the follow-up with ``!event``, the mean from time 0. The log-rank test, which
        ``survdiff`` does not give of entries, is the score test of ``coxph(ties = "exact")``. Where the risk
        set of a group empties is in ``codebook.risk_sets``.

    Raises
    ------
    ConfigurationError
        An option refers to something that is not present, or contradicts another or the data.
    GateRefused, Refused
        As by `survival`.

    References
    ----------
    .. [1] Therneau TM. A package for survival analysis in R.

    Examples
    --------
    >>> km = ag.kaplan_meier(ag.read("adam"), "OS", by="TRT01P", at=[60, 120], tau=180)
    >>> km.estimates.frame[["group", "time", "at_risk", "events", "survival"]]
         group   time  at_risk  events  survival
    0   Active   60.0        2       1  0.666667
    1   Active  120.0        1       2  0.333333
    2  Placebo   60.0        3       0  1.000000
    3  Placebo  120.0        2       0  1.000000
    4      all   60.0        5       1  0.833333
    5      all  120.0        3       2  0.625000
    >>> km.estimates.variable("lower").label
    'Lower 95% limit of survival, log-log'

    Survival of responders, who are at risk after their response:

    >>> km = ag.kaplan_meier(ag.read("adam"), "OS", entry="RSPDT")
    >>> km.estimates.frame[["time", "at_risk", "events", "survival"]]
        time  at_risk  events  survival
    0   30.0        1       1       0.0
    1   95.0        1       1       0.0
    2  240.0        1       1       0.0
    >>> km.codebook.risk_sets[0].survival_zero_from
    30.0
    """
    times, until, kind = asked_times(at, curve=curve), _until(tau), asked_conf_type(conf_type)
    strata = [strata] if isinstance(strata, str) else list(strata)
    require_by(by, strata=strata, reference=reference, arm_order=arm_order)
    asked: Arguments = {
        "where": where,
        "population": population,
        "unit": unit,
        "aval_unit": aval_unit,
        "strata": strata,
        "arm": by,
        "reference": reference,
        "arm_order": arm_order,
        "allow_no_events": allow_no_events,
        "gate": gate,
        "standards": standards,
        "show_keys": show_keys,
    }
    if entry is None:
        table = survival(study, paramcd, **asked)
    else:
        table = delayed_entry(study, paramcd, entry, **asked)
    with naming_subjects(show_keys):
        subjects = grouped(table, total=total)
    return tables_of(table, subjects, times, kind, until=until, strata=strata, entry=entry)


def tables_of(
    table: AnalysisTable,
    subjects: Grouped,
    at: tuple[float, ...],
    conf_type: ConfType,
    *,
    until: float | None = None,
    strata: Sequence[str] = (),
    entry: str | None = None,
) -> KaplanMeierTables:
    """The estimates of a table that has been made.

    Parameters
    ----------
    table : AnalysisTable
        Of one record per subject.
    subjects : Grouped
        The groups of the table.
    at : tuple of float
        Times of the estimates, ascending; none for those of the data.
    conf_type : ConfType
    until : float, optional
        Time to which the mean is restricted.
    strata : sequence of str
        Variables of the table, for a second log-rank test.
    entry : str, optional
        The date of entry, by which the table was made.
    """
    records, by = table.codebook, table.codebook.arm
    if records.time is None:
        raise TypeError("a table of one parameter has one scale of time")
    unit = records.time.unit
    tests = [] if by is None else [compared(subjects)]
    if strata:
        tests.append(compared(subjects, strata_of(table, _as_in_table(table, strata))))
    estimates = estimates_table(subjects, at, conf_type, unit)
    summary = summary_table(subjects, tests, conf_type, until, unit)
    described = codebook_of(
        records,
        estimates,
        summary,
        tuple(tests),
        tuple(empty_risk_sets(subjects.groups)),
        time=records.time,
        entry=None if entry is None else entry_source(entry).words,
        conf_type=conf_type,
        at=at,
        tau=until,
        without_arm=int(np.count_nonzero(subjects.arm < 0)) if by is not None else 0,
    )
    return KaplanMeierTables(estimates, summary, described, table.report, table.inputs, subjects)


def _until(tau: float | None) -> float | None:
    if tau is None:
        return None
    until: float = checked(tau.item() if isinstance(tau, np.generic) else tau, time_point, "tau", "tau")
    if until == 0:
        raise ConfigurationError("tau is 0", "tau", "give a time above 0")
    return until


def _as_in_table(table: AnalysisTable, names: Sequence[str]) -> tuple[str, ...]:
    """Variables as the table spells them, each once.

    Raises
    ------
    ConfigurationError
        When one of them is the variable of the groups: no stratum would have two.
    """
    spelt = {name.upper(): name for name in table.frame.columns}
    found = tuple(dict.fromkeys(spelt[name.upper()] for name in names))
    if table.codebook.arm in found:
        raise ConfigurationError(
            f"{table.codebook.arm} is the variable of the groups, and a stratum",
            "by, strata",
            "omit it from the strata",
        )
    return found
