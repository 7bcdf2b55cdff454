"""What is declared of an adverse event dataset: its dates, treatment emergence, queries and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from ....schemas.kinds import Choice, ListOf, TableOf, count, days, name, name_or_names, switch, text, words
from ....schemas.options import option
from ..domain_options import DerivedFromDomain
from ..occurrence_flag_options import SEVERITIES
from ..value_kinds import NAMES_OR_NONE, zero_or_one

CUT_OFF = "CUT_OFF"
"""In place of a variable: the data cut-off date."""
USUAL_BOUNDS = {
    "start_not_before": ("TRTSDT",),
    "start_not_after": ("DTHDT", CUT_OFF),
    "end_not_before": ("ASTDT",),
    "end_not_after": ("DTHDT", CUT_OFF),
}
"""Where the specification does not declare them; those that are not present are left out."""

_IMPUTE = Choice(("first", "last", "mid", "none"))
_UP_TO = Choice(("day", "month", "year"))
_NOT_DECLARED = "partial dates are refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """A query over adverse events: ``[query.NAME]`` of a file; NAME is what its variables begin with.

    Of ``[query.CQ01]`` the variables are CQ01NAM and, where they are declared, CQ01CD and CQ01SC.

    Attributes
    ----------
    dataset : str or tuple of str
        Derived dataset that has the variables, or several.
    title : str
        The name of the query, as CQ01NAM has it; empty for GRPNAME of `terms`.
    where : str
        Condition over the derived dataset that selects the records; or `terms`.
    terms : str
        Dataset with a record per term of the queries: PREFIX, GRPNAME, GRPID, SCOPE, SRCVAR, TERMCHAR,
        TERMNUM.
    prefix : str
        PREFIX of its terms; empty for the name of the query.
    scope : str
        Terms that count: "BROAD" (all), "NARROW"; of a condition what CQ01SC has. Empty: all terms, and no
        scope.
    code : int or None
        CQ01CD, with a condition; of `terms` it is GRPID.
    ignore_case : bool
        Terms in other capitals are the same.

    Examples
    --------
    >>> query = ag.EventQuery(title="DERMATOLOGIC EVENTS", where="contains(AEDECOD, 'DERMATITIS')")
    >>> query.dataset
    'ADAE'
    """

    dataset: str | tuple[str, ...] = option(
        name_or_names, "Derived dataset that has the variables, or several.", default="ADAE"
    )
    title: str = option(
        text, "Name of the query, as CQ01NAM has it.", default="", otherwise="GRPNAME of terms"
    )
    where: str = option(text, "Condition over the derived dataset that selects the records.", default="")
    terms: str = option(
        name,
        "Dataset with a record per term: PREFIX, GRPNAME, GRPID, SCOPE, SRCVAR, TERMCHAR, TERMNUM; "
        "instead of where.",
        default="",
    )
    prefix: str = option(name, "PREFIX of its terms.", default="", otherwise="the name of the query")
    scope: str = option(
        Choice(("BROAD", "NARROW")),
        "Terms that count: BROAD for all, NARROW for those alone; of a condition, what CQ01SC has.",
        default="",
        otherwise="all terms",
    )
    code: int | None = option(count, "CQ01CD of a query by condition; of terms it is GRPID.", default=None)
    ignore_case: bool = option(switch, "Terms in other capitals are the same.", default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvents(DerivedFromDomain):
    """A derived adverse event dataset: ``[derive.NAME]`` of a file, with ``kind = "adverse_events"``.

    Each record of the source is a record of the dataset. ``[adverse_events]`` has `window_days` and
    `worsening`, with which the rules judge TRTEMFL, too.

    Attributes
    ----------
    dataset : str
        The source, such as "AE".
    sequence : str
        Variable that identifies a record within a subject; empty for AESEQ of AE.
    repeated_sequence : str
        Records of a subject with the same: "error", or "keep".
    start, end : str
        Collected dates; empty for AESTDTC and AEENDTC of AE.
    date_forms : tuple of str
        Forms of collected dates other than ISO 8601.
    start_impute, end_impute : str
        Day that a partial date is taken for: "first", "last", "mid", "none". Empty: they are an error.
    start_impute_up_to, end_impute_up_to : str
        Largest part that is imputed: "day", "month" or "year".
    start_not_before, start_not_after, end_not_before, end_not_after : tuple of str or None
        Dates that an imputed date is moved to, where it may have been that day: variables of ADSL,
        "CUT_OFF" for the data cut-off, and for the end also "ASTDT". None: TRTSDT for `start_not_before`,
        ASTDT for `end_not_before`, DTHDT and CUT_OFF for the others, as far as they are present.
    times : bool
        Derive datetimes, too: ASTDTM, ASTTMF, AENDTM, AENTMF.
    start_impute_time, end_impute_time : str
        "first" or "last" time that a partial time is taken for.
    reference : str
        Date in ADSL that is day 1 of ASTDY and AENDY.
    duration : str
        ADURN of dates as "collected" (of complete ones alone) or "analysed" (imputed); "none".
    duration_unit : str
        Text of ADURU.
    first_day : int
        ADURN where an event ends on the day of its start: 1 or 0.
    end_before_start : str
        AENDT before ASTDT: "error" or "keep".
    treatment_start, treatment_end : str
        Dates in ADSL between which an event is treatment-emergent. Without an end, the treatment goes on.
    partial_start : str
        A start that is partial is judged by the "imputed" date, or counts as treatment-emergent where that is
        "possible", or only where it is "certain".
    missing_start : str
        An event without a start: "error", "not_emergent", or "emergent" unless it ended before treatment.
    not_emergent : str
        TRTEMFL of other events: "missing" or "N".
    severity, baseline_severity : str
        Variables that are compared where worsening is declared: numbers, or texts of `severities`.
    missing_severity : str
        A severity that is missing where worsening is judged: "error", "not_emergent" or "emergent".
    severities : tuple of str
        The mildest first.
    phase_flags : bool
        Derive PREFL, ONTRTFL and FUPFL.
    on_treatment_days : int or None
        Days after the last dose that are on treatment; None for `window_days`.
    periods : bool
        Derive APERIOD and treatment by period: TRTA, TRTAN, TRTP, TRTPN from TRTxxA, ….
    between_periods : str
        Events that started in no period: "missing", or "previous" for the period before.
    in_two_periods : str
        Events that started in two periods: "error", "earlier" or "later".
    period_names : mapping of number to text
        APERIODC; empty for none.
    trace : bool
        Derive SRCDOM, SRCVAR and SRCSEQ.

    Other attributes are those of `DerivedFromDomain`.

    Examples
    --------
    >>> ag.AdverseEvents(start_impute="first", missing_start="not_emergent").dataset
    'AE'
    """

    dataset: str = option(name, "The source.", default="AE")
    sequence: str = option(
        name, "Variable that identifies a record within a subject.", default="", otherwise="AESEQ of AE"
    )
    repeated_sequence: str = option(
        Choice(("error", "keep")),
        "Records of a subject with the same sequence: an error, or kept.",
        default="error",
    )
    start: str = option(name, "Collected start.", default="", otherwise="AESTDTC of AE")
    end: str = option(name, "Collected end.", default="", otherwise="AEENDTC of AE, if present")
    date_forms: tuple[str, ...] = option(
        ListOf(text),
        'Forms of dates other than ISO 8601, such as ["DD-MMM-YYYY"].',
        default=(),
        otherwise="ISO 8601",
    )
    start_impute: str = option(
        _IMPUTE, "Day that a partial start is taken for.", default="", otherwise=_NOT_DECLARED
    )
    start_impute_up_to: str = option(_UP_TO, "Largest part of a start that is imputed.", default="day")
    start_not_before: tuple[str, ...] | None = option(
        NAMES_OR_NONE,
        "Dates that an imputed start is not before, where it may have been that day.",
        default=None,
        otherwise="TRTSDT",
    )
    start_not_after: tuple[str, ...] | None = option(
        NAMES_OR_NONE,
        "Dates that an imputed start is not after, where it may have been that day.",
        default=None,
        otherwise="DTHDT and CUT_OFF, the data cut-off",
    )
    end_impute: str = option(
        _IMPUTE, "Day that a partial end is taken for.", default="", otherwise=_NOT_DECLARED
    )
    end_impute_up_to: str = option(_UP_TO, "Largest part of an end that is imputed.", default="day")
    end_not_before: tuple[str, ...] | None = option(
        NAMES_OR_NONE,
        "Dates that an imputed end is not before, where it may have been that day.",
        default=None,
        otherwise="ASTDT",
    )
    end_not_after: tuple[str, ...] | None = option(
        NAMES_OR_NONE,
        "Dates that an imputed end is not after, where it may have been that day.",
        default=None,
        otherwise="DTHDT and CUT_OFF, the data cut-off",
    )
    times: bool = option(switch, "Derive datetimes, too.", default=False)
    start_impute_time: str = option(
        Choice(("first", "last")), "Time that a partial time of the start is taken for.", default="first"
    )
    end_impute_time: str = option(
        Choice(("first", "last")), "Time that a partial time of the end is taken for.", default="last"
    )
    reference: str = option(
        name, "Date in ADSL that is day 1 of relative days: ADY, ASTDY, AENDY.", default="TRTSDT"
    )
    duration: str = option(
        Choice(("analysed", "collected", "none")),
        "ADURN of analysis dates, or of collected ones that are complete; or none.",
        default="analysed",
    )
    duration_unit: str = option(text, "Text of ADURU.", default="DAYS")
    first_day: int = option(zero_or_one, "ADURN of an event that ends on its first day: 1 or 0.", default=1)
    end_before_start: str = option(
        Choice(("error", "keep")), "AENDT before ASTDT: an error, or kept.", default="error"
    )
    treatment_start: str = option(
        name, "Date in ADSL from which events are treatment-emergent.", default="TRTSDT"
    )
    treatment_end: str = option(name, "Date in ADSL that window_days are counted from.", default="TRTEDT")
    partial_start: str = option(
        Choice(("imputed", "possible", "certain")),
        "A partial start: judged by its imputed date, or treatment-emergent where possible or certain.",
        default="imputed",
    )
    missing_start: str = option(
        Choice(("error", "not_emergent", "emergent")),
        "Events without a start: an error, not treatment-emergent, or treatment-emergent unless they ended "
        "before treatment.",
        default="error",
    )
    not_emergent: str = option(
        Choice(("missing", "N")), "TRTEMFL of events that are not treatment-emergent.", default="missing"
    )
    severity: str = option(name, "Severity that may be worse than at baseline.", default="AESEV")
    baseline_severity: str = option(
        name, "Severity at baseline, of the source; required with worsening.", default=""
    )
    missing_severity: str = option(
        Choice(("error", "not_emergent", "emergent")),
        "Events before treatment of which a severity is missing, with worsening.",
        default="error",
    )
    severities: tuple[str, ...] = option(words, "Texts of severity, the mildest first.", default=SEVERITIES)
    phase_flags: bool = option(switch, "Derive PREFL, ONTRTFL and FUPFL.", default=False)
    on_treatment_days: int | None = option(
        days, "Days after the last dose that are on treatment.", default=None, otherwise="window_days, else 0"
    )
    periods: bool = option(switch, "Derive APERIOD, and treatment by period.", default=False)
    between_periods: str = option(
        Choice(("missing", "previous")),
        "Period of events that started in none: missing, or the period before.",
        default="missing",
    )
    in_two_periods: str = option(
        Choice(("error", "earlier", "later")),
        "Period of events that started in two.",
        default="error",
    )
    period_names: Mapping[str, str] = option(
        TableOf(text, '{ 1 = "Treatment" }'),
        'APERIODC by APERIOD, such as { 1 = "Treatment" }.',
        default=dict,
    )
    trace: bool = option(switch, "Derive SRCDOM, SRCVAR and SRCSEQ.", default=False)

    def with_trace(self) -> Self:
        return replace(self, variables=(), trace=True)
