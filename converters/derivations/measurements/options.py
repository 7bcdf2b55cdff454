"""What is declared of a dataset of measurements: its parameters, visits, records, variables and baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....schemas.kinds import (
    NAMES,
    Choice,
    ListOf,
    TableOf,
    constant,
    count,
    name,
    name_or_names,
    switch,
    text,
)
from ....schemas.options import option
from ..cases import CASES, Case
from ..domain_options import DerivedFromDomain
from ..value_kinds import (
    NAMES_OR_NONE,
    signed_day,
    signed_number,
    text_or_missing,
)
from ..variable_options import ONLY_MEASUREMENTS, VALUES

CONSTANTS = TableOf(constant, '{ PARCAT1 = "CHEMISTRY" }', capitals=True)
ANY_DOMAIN = "--"
"""What a variable of several domains begins with: --TEST is LBTEST of LB, and VSTEST of VS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements(DerivedFromDomain):
    """A derived dataset of measurements (BDS): ``[derive.NAME]`` of a file, with ``kind = "measurements"``.

    Each record of the source that belongs to a parameter is a record of the dataset.

    Attributes
    ----------
    dataset : str or tuple of str
        The source, or several, whose records follow each other.
    population : str
        Condition over ADSL: the subjects whose records are derived; empty for all.
    param : str
        PARAM of tests that no ``[measurement.PARAMCD]`` is of, which then are parameters by their --TESTCD:
        text with variables of the source in braces; ``{--TEST}`` is LBTEST of LB. Empty: they are not
        parameters.
    unmapped : str
        Records that belong to no parameter: "error" or "exclude".
    aval : str
        Numeric variable that AVAL is; empty for --STRESN.
    avalc : str
        AVALC from --STRESC: "none", of "all" records, or "not_numeric": where that is not a number, or AVAL
        is missing.
    unit : str
        Variable with the unit of AVAL; empty for --STRESU, if present.
    mixed_units : str
        Parameters with several units: "error" or "keep".
    date : str
        Collected date; empty for --DTC.
    date_forms : tuple of str
        Forms of collected dates other than ISO 8601.
    impute : str
        Day that a partial date is taken for: "first", "last", "mid", "none". Empty: they are an error.
    impute_up_to : str
        Largest part that is imputed: "day", "month" or "year".
    times : bool
        Derive ADTM and ATMF, too.
    impute_time : str
        "first" or "last" time that a partial time is taken for.
    reference : str
        Date in ADSL that is day 1 of ADY.
    by : tuple of str
        Variables that parameters which are calculated from others share, besides the subject.
    visit_day : str
        Variable that ``[visit.NAME]`` goes by.
    no_visit : str
        Records in no visit: "missing" or "error".
    baseline : str
        Record of each subject and parameter that is the baseline: the "last" or "first", or "none".
    baseline_where : str
        Condition: records that may be the baseline. Records without AVAL and AVALC never are.
    baseline_may_be_empty : bool
        No record may be a baseline; otherwise that is refused.
    baseline_by : tuple of str or None
        Variables besides the subject and PARAMCD that have a baseline each; None for BASETYPE, if derived.
    baseline_order : tuple of str
        Variables that order the records.
    same_baseline : str
        Records that `baseline_order` does not distinguish: "error", or the "first" or "last" by position.
    baseline_values : mapping of variable to variable
        Values of the baseline record for all records: ``{"BNRIND": "ANRIND"}``. BASE and BASEC need not be
        listed.
    change : tuple of str
        Those of CHG and PCHG that are derived.
    change_where : str
        Condition: records that have a change; empty for all with a baseline.
    percent_of : str
        PCHG is a percentage of the "absolute" value of BASE, or of BASE with its "sign".
    number : tuple of str
        Variables that ASEQ numbers the records of a subject by; empty: no ASEQ.
    trace : bool
        Derive SRCDOM, SRCVAR and SRCSEQ.

    Other attributes are those of `DerivedFromDomain`.

    Examples
    --------
    >>> ag.Measurements(dataset="VS", baseline_where="ADT < TRTSDT").reference
    'TRTSDT'
    """

    dataset: str | tuple[str, ...] = option(
        name_or_names, "The source, or several whose records follow each other.", default=""
    )
    population: str = option(
        text,
        "Condition over ADSL: subjects whose records are derived.",
        default="",
        otherwise="all subjects",
    )
    param: str = option(
        text,
        'PARAM of tests without a table, with variables in braces: "{LBTEST} ({LBSTRESU})".',
        default="",
        otherwise="they are not parameters",
    )
    unmapped: str = option(
        Choice(("error", "exclude")),
        "Records that belong to no parameter: an error, or excluded.",
        default="error",
    )
    aval: str = option(name, "Numeric variable that AVAL is.", default="", otherwise="--STRESN")
    avalc: str = option(
        Choice(("none", "all", "not_numeric")),
        "Records that have AVALC, from --STRESC: none, all, or where that is not numeric or AVAL is missing.",
        default="none",
    )
    unit: str = option(name, "Variable with the unit of AVAL.", default="", otherwise="--STRESU, if present")
    mixed_units: str = option(
        Choice(("error", "keep")), "Parameters with several units: an error, or kept.", default="error"
    )
    date: str = option(name, "Collected date.", default="", otherwise="--DTC")
    date_forms: tuple[str, ...] = option(
        ListOf(text),
        'Forms of dates other than ISO 8601, such as ["DD-MMM-YYYY"].',
        default=(),
        otherwise="ISO 8601",
    )
    impute: str = option(
        Choice(("first", "last", "mid", "none")),
        "Day that a partial date is taken for.",
        default="",
        otherwise="partial dates are refused",
    )
    impute_up_to: str = option(
        Choice(("day", "month", "year")), "Largest part of a date that is imputed.", default="day"
    )
    times: bool = option(switch, "Derive ADTM and ATMF, too.", default=False)
    impute_time: str = option(
        Choice(("first", "last")), "Time that a partial time is taken for.", default="first"
    )
    reference: str = option(name, "Date in ADSL that is day 1 of ADY.", default="TRTSDT")
    by: tuple[str, ...] = option(
        NAMES,
        "Variables that parameters which are calculated from others share, besides the subject.",
        default=("VISITNUM", "VISIT", "ADT"),
    )
    visit_day: str = option(name, "Variable that the days of visits are of.", default="ADY")
    no_visit: str = option(
        Choice(("missing", "error")),
        "Records in no visit: AVISIT is missing, or an error.",
        default="missing",
    )
    baseline: str = option(
        Choice(("last", "first", "none")),
        "Record of each subject and parameter that is the baseline.",
        default="last",
    )
    baseline_where: str = option(
        text, "Condition: records that may be the baseline.", default="ADT <= TRTSDT"
    )
    baseline_may_be_empty: bool = option(
        switch, "No record may be a baseline; otherwise that is refused.", default=False
    )
    baseline_by: tuple[str, ...] | None = option(
        NAMES_OR_NONE,
        "Variables besides PARAMCD that have a baseline each.",
        default=None,
        otherwise="BASETYPE, if derived",
    )
    baseline_order: tuple[str, ...] = option(
        NAMES,
        "Variables that order the records; a record with a missing value is taken after all others.",
        default=("ADT",),
    )
    same_baseline: str = option(
        Choice(("error", "first", "last")),
        "Which of the records that baseline_order does not distinguish: the first or last in the source; "
        "or an error.",
        default="error",
    )
    baseline_values: Mapping[str, str] = option(
        TableOf(name, '{ BNRIND = "ANRIND" }', capitals=True),
        'Other variables of the baseline record that all records have: { BNRIND = "ANRIND" }.',
        default=dict,
    )
    change: tuple[str, ...] = option(
        NAMES_OR_NONE, "Those of CHG and PCHG that are derived.", default=("CHG", "PCHG")
    )
    change_where: str = option(
        text,
        "Condition: records that have a change from baseline.",
        default="",
        otherwise="all with a baseline",
    )
    percent_of: str = option(
        Choice(("absolute", "sign")),
        "PCHG is a percentage of the absolute value of BASE, or of BASE with its sign.",
        default="absolute",
    )
    number: tuple[str, ...] = option(
        NAMES,
        "Variables that ASEQ numbers the records of a subject by.",
        default=(),
        otherwise="no ASEQ",
    )
    trace: bool = option(switch, "Derive SRCDOM, SRCVAR and SRCSEQ.", default=False)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources.

        Examples
        --------
        >>> ag.Measurements(dataset="VS").sources
        ('VS',)
        """
        if isinstance(self.dataset, str):
            return (self.dataset,) if self.dataset else ()
        return self.dataset

    @property
    def prefix(self) -> str:
        """What the variables of the source begin with; "--" for several domains.

        Examples
        --------
        >>> ag.Measurements(dataset=("LBCH", "LBHE")).prefix
        'LB'
        """
        prefixes = {each[:2] for each in self.sources}
        return prefixes.pop() if len(prefixes) == 1 else ANY_DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A parameter of measurements: ``[measurement.NAME]`` of a file; NAME is PARAMCD.

    Attributes
    ----------
    dataset : str or tuple of str
        Derived dataset that has it, or several; empty for the only one of measurements.
    paramcd : str
        PARAMCD, where it is not the name of the table.
    where : str
        Condition over the source: its records; empty for those with its PARAMCD as --TESTCD.
    param : str
        PARAM: text, with variables of the source in braces.
    paramn : int or None
        PARAMN.
    aval : str
        Arithmetic of variables of the source, such as a conversion of units; empty for that of the dataset.
    unit : str
        Unit of AVAL, which criteria of grades are compared with; empty for that of the source.
    decimals : int or None
        Round `aval` or `expression`, half away from zero; None does not round.
    expression : str
        Arithmetic of other parameters: a record for each subject and combination of `by` for which all of
        them have a value.
    collected : str
        With `expression`: condition over the source: records that are of the parameter, too.
    prefer : str
        With `collected`: combinations that are collected and calculated: "error", or "collected": nothing is
        calculated where a collected record has AVAL or AVALC.
    dtype : str
        With `expression`: DTYPE of calculated records.
    by : tuple of str or None
        With `expression`; None for that of the dataset.
    constant : tuple of str
        Parameters of `expression` that have one value per subject, whatever `by` is.
    several : str
        Several values of one parameter in a combination: "error", or their "mean".
    set : mapping of variable to text or number
        Variables of all its records, such as ANRLO.
    may_be_empty : bool
        No record may be of it; otherwise that is refused.

    Examples
    --------
    >>> ag.Measurement(param="Body Mass Index (kg/m2)", expression="WEIGHT / (HEIGHT / 100) ** 2").several
    'error'
    """

    dataset: str | tuple[str, ...] = option(
        name_or_names, "Derived dataset that has it, or several.", default="", otherwise=ONLY_MEASUREMENTS
    )
    paramcd: str = option(name, "PARAMCD of the parameter.", default="", otherwise="the name of the table")
    where: str = option(
        text,
        "Condition over the source: its records.",
        default="",
        otherwise="those with PARAMCD as --TESTCD",
    )
    param: str = option(text, 'PARAM, with variables of the source in braces: "{VSTEST} ({VSSTRESU})".')
    paramn: int | None = option(count, "Number of the parameter, PARAMN.", default=None, otherwise="missing")
    aval: str = option(
        text,
        "Arithmetic of variables of the source that AVAL is, such as a conversion of units.",
        default="",
        otherwise="aval of the dataset",
    )
    unit: str = option(text, "Unit of AVAL, if it is calculated.", default="", otherwise="that of the source")
    decimals: int | None = option(
        count,
        "Decimals that aval or expression are rounded to, half away from zero.",
        default=None,
        otherwise="not rounded",
    )
    expression: str = option(
        text, "Arithmetic of other parameters that AVAL is.", default="", otherwise="records of the source"
    )
    collected: str = option(
        text,
        "Condition over the source: records that are of a calculated parameter, too.",
        default="",
        otherwise="all its records are calculated",
    )
    prefer: str = option(
        Choice(("error", "collected")),
        "Combinations of by that are collected and would be calculated: an error, or not calculated.",
        default="error",
    )
    dtype: str = option(text, "DTYPE of calculated records.", default="", otherwise="missing")
    by: tuple[str, ...] | None = option(
        NAMES_OR_NONE,
        "Variables that the records of an expression share, besides the subject.",
        default=None,
        otherwise="by of the dataset",
    )
    constant: tuple[str, ...] = option(
        NAMES, "Parameters of an expression that have one value per subject.", default=()
    )
    several: str = option(
        Choice(("error", "mean")),
        "Several values of a parameter of an expression in one combination: an error, or their mean.",
        default="error",
    )
    set: Mapping[str, str | float] = option(
        CONSTANTS, "Variables of all its records: { ANRLO = 60, ANRHI = 80 }.", default=dict
    )
    may_be_empty: bool = option(switch, "No record may be of it; otherwise that is refused.", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisVisit:
    """An analysis visit: ``[visit.NAME]`` of a file; NAME is AVISIT.

    Attributes
    ----------
    dataset : str or tuple of str
        Derived dataset, or several; empty for the only one of measurements.
    avisit : str
        AVISIT, where it is not the name of the table.
    number : float
        AVISITN.
    first, last : int or None
        Days that belong to it; None for no limit.
    target : int or None
        Day that it is planned for: AWTARGET; AWTDIFF is the distance from it.

    Examples
    --------
    >>> ag.AnalysisVisit(number=2, first=8, last=21, target=15).avisit
    ''
    """

    dataset: str | tuple[str, ...] = option(
        name_or_names, "Derived dataset, or several.", default="", otherwise=ONLY_MEASUREMENTS
    )
    avisit: str = option(text, "Name of the visit, AVISIT.", default="", otherwise="the name of the table")
    number: float = option(signed_number, "Number of the visit, AVISITN.")
    first: int | None = option(
        signed_day, "First day that belongs to it.", default=None, otherwise="no limit"
    )
    last: int | None = option(signed_day, "Last day that belongs to it.", default=None, otherwise="no limit")
    target: int | None = option(
        signed_day, "Day that it is planned for: AWTARGET.", default=None, otherwise="missing"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedRecords:
    """Records that are derived from others: ``[record.NAME]`` of a file; NAME is DTYPE.

    Attributes
    ----------
    dataset : str or tuple of str
        Derived dataset, or several; empty for the only one of measurements.
    dtype : str or None
        DTYPE, where it is not the name of the table; "" for none.
    where : str
        Condition: records that they are derived from.
    missing_aval : str
        Records without AVAL: "exclude", or "use" for "first" and "last".
    by : tuple of str
        Variables, besides the subject, each combination of which has one record.
    take : str
        "mean", "median" or "sum" of AVAL: a new record with `by` alone. "first", "last", "minimum" or
        "maximum": a copy of that record.
    order : tuple of str
        Variables that order the records for "first" and "last", and those with one minimum or maximum.
    same_order : str
        Records that `order` does not distinguish: "error", or the "first" or "last" by position.
    visits : mapping of AVISIT to AVISITN
        Copies are made for those of these visits that a combination of `by` has no record of, from records
        with a smaller AVISITN, such as the last observation carried forward.
    set : mapping of variable to text or number
        Variables of these records, such as AVISIT.
    when : str
        They are derived "before_baseline", or "last": after all variables, which they copy.

    Examples
    --------
    >>> ag.DerivedRecords(take="mean", by=("PARAMCD", "AVISIT", "ADT")).when
    'before_baseline'
    """

    dataset: str | tuple[str, ...] = option(
        name_or_names, "Derived dataset, or several.", default="", otherwise=ONLY_MEASUREMENTS
    )
    dtype: str | None = option(
        text_or_missing, 'DTYPE; "" for none.', default=None, otherwise="the name of the table"
    )
    where: str = option(text, "Condition: records that they are derived from.", default="", otherwise="all")
    missing_aval: str = option(
        Choice(("exclude", "use")),
        "Records without AVAL: not used, or used as others by first and last.",
        default="exclude",
    )
    by: tuple[str, ...] = option(
        NAMES, "Variables, besides the subject, each combination of which has one record."
    )
    take: str = option(
        Choice(("mean", "median", "sum", "first", "last", "minimum", "maximum")),
        "AVAL of a new record with the variables of by; or the record that is copied.",
    )
    order: tuple[str, ...] = option(
        NAMES,
        "Variables that order the records; a record with a missing value is taken after all others.",
        default=(),
    )
    same_order: str = option(
        Choice(("error", "first", "last")),
        "Which of the records that order does not distinguish: the first or last in the source; or an error.",
        default="error",
    )
    visits: Mapping[str, str | float] = option(
        VALUES,
        "AVISIT and AVISITN of visits: a combination without a record of one gets a copy of one before.",
        default=dict,
    )
    set: Mapping[str, str | float] = option(CONSTANTS, "Variables of these records.", default=dict)
    when: str = option(
        Choice(("before_baseline", "last")),
        "They are derived before the baseline, or after all variables, which they copy.",
        default="before_baseline",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """Toxicity grades of one term, or by a dataset of criteria: ``[grade.NAME]`` of a file, whatever NAME is.

    Records of a term that is low have ATOXGRL and ATOXDSCL, of one that is high ATOXGRH and ATOXDSCH.

    Attributes
    ----------
    dataset : str or tuple of str
        Derived dataset, or several; empty for the only one of measurements.
    criteria : str
        Dataset with criteria of many terms, such as a CSV file; instead of `term`, `direction` and `cases`. A
        row has TERM, DIRECTION, PARAMCD, GRADE, COMPARISON, LIMIT, and may have VALUE, WHERE and UNIT.
    where : str
        Condition: records that have a grade, such as those of a parameter; with `criteria` empty for all.
    term : str
        ATOXDSCL or ATOXDSCH.
    direction : str
        "low" or "high".
    cases : tuple of Case
        Conditions with grades, the worst first; the first that is true counts. Where a condition before it
        is unknown, since a value is missing, the grade is missing.
    otherwise : str
        Grade where all of them are false; "" for missing.

    Examples
    --------
    >>> ag.Grade(where="PARAMCD == 'HGB'", term="Anemia", direction="low",
    ...          cases=(ag.Case("AVAL < 80", "3"), ag.Case("AVAL < 100", "2"), ag.Case("AVAL < ANRLO", "1"))
    ... ).otherwise
    '0'
    """

    dataset: str | tuple[str, ...] = option(
        name_or_names, "Derived dataset, or several.", default="", otherwise=ONLY_MEASUREMENTS
    )
    criteria: str = option(
        name,
        "Dataset with criteria of many terms, such as a CSV file.",
        default="",
        otherwise="those of cases",
    )
    where: str = option(
        text, "Condition: records that have a grade, such as those of a parameter.", default=""
    )
    term: str = option(text, "ATOXDSCL or ATOXDSCH.", default="")
    direction: str = option(
        Choice(("low", "high")), "Values that are too low, or too high: ATOXGRL, or ATOXGRH.", default=""
    )
    cases: tuple[Case, ...] = option(CASES, "Conditions with grades, the worst first.", default=())
    otherwise: str = option(
        text_or_missing, 'Grade where all of them are false; "" for missing.', default="0"
    )
