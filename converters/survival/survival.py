"""A table for survival tools with one record per subject, the usual one."""

from __future__ import annotations

from collections.abc import Sequence

from ...schemas.gate.validate import GateOptions
from ...schemas.standards.versions import Standards
from ...schemas.study.study import Study
from .analysis_table import AnalysisTable
from .make import make_table, options_from
from .shapes.one_record import OneRecordOptions


def survival(
    study: Study,
    paramcd: str,
    *,
    where: str | None = None,
    population: str | None = None,
    unit: str | None = None,
    aval_unit: str | None = None,
    covariates: Sequence[str] = (),
    arm: str | None = None,
    reference: str | None = None,
    arm_order: Sequence[str] = (),
    strata: Sequence[str] = (),
    allow_no_events: bool = False,
    gate: bool | GateOptions = True,
    standards: Standards | None = None,
    show_keys: bool = True,
) -> AnalysisTable:
    """A table with one record per subject for one time-to-event parameter.

    Parameters
    ----------
    study : Study
        With the time-to-event dataset, and ADSL if its variables are used. Not changed.
    paramcd : str
        Parameter code, such as "OS".
    where : str, optional
        Condition that selects records, on variables of the time-to-event dataset or ADSL:
        ``"ANL01FL == 'Y' and AGE >= 65"``. Records for which it is false or undetermined are excluded.
    population : str, optional
        Population flag, such as "ITTFL"; records without Y are excluded.
    unit : {"days", "weeks", "months", "years"}, optional
        Unit of the duration (default: unit of AVAL). A month is 30.4375 days, a year 365.25. AVAL is
        converted to days with the month length used to derive it; dates are used only if
        AVAL is rounded and follows from them.
    aval_unit : {"days", "weeks", "months", "years"}, optional
        Unit of AVAL, if not given by AVALU, PARAM or the dates.
    covariates : sequence of str
        Additional variables, from the time-to-event dataset or else ADSL.
    arm : str, optional
        Treatment arm variable; added as a column, and subjects are counted by it in the codebook. Its order
        is that of its numbered variable (TRT01PN for TRT01P); the column is then an ordered category, and
        the first arm is the reference.
    reference : str, optional
        The arm to come first, if not that of the lowest number.
    arm_order : sequence of str
        All arms in their order, the reference first.
    strata : sequence of str
        Stratification variables, from the time-to-event dataset or else ADSL; added as columns, and subjects
        are counted by stratum in the codebook.
    allow_no_events : bool
        Give a table in which no record is an event, too.
    gate : bool or GateOptions
        Validate the study first, and stop if it has errors. Options of `validate` may be
        given: ``gate={"waivers": [...]}``.
    standards : Standards, optional
        Versions of the standards to check against.
    show_keys : bool
        Show subject keys in messages; counts are always given.

    Returns
    -------
    AnalysisTable

    Raises
    ------
    ConfigurationError
        An option refers to something that is not present, or contradicts the data.
    GateRefused
        The study has errors, or a rule could not be run.
    Refused
        The dataset with the parameter was not checked by the rules for time-to-event data. Also without
        the gate: several records for a subject, no event, a duration that is missing or negative, a
        CNSR that is not an integer, an unknown unit of AVAL, an AVAL that cannot be converted
        exactly to another unit, or no remaining records.

    Examples
    --------
    >>> table = ag.survival(ag.read("adam"), "OS", unit="weeks", population="ITTFL", covariates=["AGE"])
    >>> list(table.frame.columns)
    ['USUBJID', 'duration', 'event', 'CNSR', 'reason', 'AGE']
    >>> len(table.frame), round(float(table.frame["duration"].iloc[0]), 4)
    (5, 4.2857)
    >>> int(table.frame["event"].sum()) == int((table.frame["CNSR"] == 0).sum())
    True

    A study that does not pass gives no table:

    >>> ag.survival(ag.read("broken"), "OS")
    Traceback (most recent call last):
        ...
    adamgate.schemas.gate.report.GateRefused: ...
    """
    if paramcd is None:
        raise TypeError("paramcd must be a string, not None")
    options = options_from(
        OneRecordOptions,
        param=paramcd,
        where=where,
        population=population,
        unit=unit,
        aval_unit=aval_unit,
        covariates=covariates,
        arm=arm,
        reference=reference,
        arm_order=arm_order,
        strata=strata,
        allow_no_events=allow_no_events,
    )
    return make_table("one-record", study, options, gate=gate, standards=standards, show_keys=show_keys)
