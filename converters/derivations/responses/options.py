"""What is declared of a dataset of tumor response: its parameters, its analysis flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....schemas.kinds import NAMES, Choice, TableOf, count, days, name, switch, text
from ....schemas.options import option
from ..assignments import ASSIGNMENTS, Assignment
from ..dataset_options import DerivedDataset
from .terms import TERMS, TERMS_OR_NONE

_KEPT = Choice(("error", "exclude", "keep"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses(DerivedDataset):
    """A derived dataset of tumor response: ``[derive.NAME]`` of a file, with ``kind = "responses"``.

    Attributes
    ----------
    parameters : tuple of str
        Tables of its parameters, by their names; empty for all that are declared.
    copy : tuple of str
        Variables of the assessments that a record has which is one of them, or is dated by one.
    copy_as : mapping of variable to variable
        Those that have another name in the dataset: ``{"AVISIT": "VISIT"}``.
    reference : str
        Date in ADSL that is day 1 of ADY; empty for no ADY.
    number : tuple of str
        Variables that number the records of a subject: ASEQ; missing values last.

    Other attributes are those of `DerivedDataset`.

    Examples
    --------
    >>> ag.Responses(copy=("VISIT", "VISITNUM"), reference="TRTSDT").parameters
    ()
    """

    parameters: tuple[str, ...] = option(
        NAMES, "Tables [response.NAME] of the parameters of the dataset.", default=(), otherwise="all"
    )
    copy: tuple[str, ...] = option(
        NAMES, "Variables of the assessments that are copied to the records they date.", default=()
    )
    copy_as: Mapping[str, str] = option(
        TableOf(name, '{ AVISIT = "VISIT" }', capitals=True),
        'Variables of the assessments under another name, such as { AVISIT = "VISIT" }.',
        default=dict,
    )
    reference: str = option(
        name,
        "Date in ADSL that is day 1 of relative days: ADY, ASTDY, AENDY.",
        default="",
        otherwise="no ADY",
    )
    number: tuple[str, ...] = option(
        NAMES,
        "Variables that number the records of a subject (ASEQ), missing values last.",
        default=("PARAMCD", "ADT", "SRCSEQ"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseParameter:
    """What every parameter of response has.

    Attributes
    ----------
    paramcd : str
        PARAMCD, where it is not the name of the table.
    param : str
        PARAM.
    paramn : int or None
        PARAMN.
    population : str
        Population flag of ADSL; empty for all subjects.
    subjects : str
        Condition over ADSL that selects the subjects; `population` holds, too.
    set : mapping of variable to text, number or FromVariable
        What each of its records has, such as PARCAT1.
    """

    paramcd: str = option(name, "PARAMCD of the parameter.", default="", otherwise="the name of the table")
    param: str = option(text, "Name of the parameter (PARAM).")
    paramn: int | None = option(count, "Number of the parameter (PARAMN).", default=None)
    population: str = option(
        name, "Population flag of ADSL, such as ITTFL.", default="", otherwise="all subjects"
    )
    subjects: str = option(
        text, "Condition over ADSL that selects the subjects.", default="", otherwise="all subjects"
    )
    set: Mapping[str, Assignment] = option(
        ASSIGNMENTS, "Variables of its records, each a value or { variable = NAME }.", default=dict
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseAssessments(ResponseParameter):
    """The assessments of one evaluator: ``[response.PARAMCD]`` of a file, with ``how = "assessments"``.

    Each record of the source is a record of the parameter.

    Attributes
    ----------
    source : str
        Name of the source: its records, their dates, and the order of those on one date.
    value : str
        Variable of the source that is AVALC.
    terms : str
        Name of the order of response: "RECIST 1.1", "IMWG", or one that is declared.
    unknown_terms : str
        Records whose text is not a term: "error", "exclude", or "keep" them without AVAL and flags.
    missing_terms : str
        The same of records without a text.
    undated : str
        The same of records without a date.

    Other attributes are those of `ResponseParameter`.

    Examples
    --------
    >>> ag.ResponseAssessments(param="Overall Response", source="RS", value="RSSTRESC").terms
    'RECIST 1.1'
    """

    source: str = option(name, "Source ([source.NAME]) of the assessments.")
    value: str = option(name, "Variable of the source that is AVALC, such as RSSTRESC.")
    terms: str = option(
        text, 'Order of response: "RECIST 1.1", "IMWG" or [response_terms.NAME].', default="RECIST 1.1"
    )
    unknown_terms: str = option(
        _KEPT,
        "Assessments whose text is not a term: an error, excluded, or kept without AVAL and flags.",
        default="error",
    )
    missing_terms: str = option(
        _KEPT,
        "Assessments without a text: an error, excluded, or kept without AVALC and flags.",
        default="error",
    )
    undated: str = option(
        _KEPT, "Assessments without a date: an error, excluded, or kept without flags.", default="error"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OncePerSubject(ResponseParameter):
    """A parameter with at most one record per subject, made of the records of another.

    Attributes
    ----------
    of : str
        PARAMCD of the other parameter.
    flags : tuple of str
        Only records of it that have all these flags.
    without : str
        Subjects without such a record: "error", "exclude", or "keep" a record that is dated by none.

    Other attributes are those of `ResponseParameter`.
    """

    of: str = option(name, "Parameter ([response.PARAMCD]) whose records are used.", default="")
    flags: tuple[str, ...] = option(
        NAMES, "Flags ([response_flag.VARIABLE]) that the records have.", default=(), otherwise="all records"
    )
    without: str = option(
        _KEPT,
        "Subjects without such a record: an error, excluded, or kept with a record without a date.",
        default="error",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting(OncePerSubject):
    """From when stable disease counts, and what confirms a response.

    A response on day `d` is confirmed by the first assessment at least as good, `confirm_after` days later or
    more. All between them are as good, too, but for so many that are not evaluable, or stable.

    Attributes
    ----------
    stable_from : str
        Date in ADSL that `stable_after` counts from.
    stable_after : int or None
        Days after that date from which stable disease, and a response that is not confirmed, count as stable.
    confirm_after : int or None
        Least number of days between a response and its confirmation; 0 for the next assessment, whenever it
        is; None where no confirmation is needed.
    confirm_within : int or None
        Largest number of those days.
    not_evaluable_between : int or None
        How many assessments between the two may be not evaluable.
    stable_between : int or None
        How many assessments between the two may be stable, unless the response is complete.
    lesser_after_better : str
        A response, and then a lesser one: an "error", "stable" (the lesser does not confirm: as a response
        that is not confirmed), or "lesser" (the better one counts as the lesser, which the other confirms).

    Other attributes are those of `OncePerSubject`.
    """

    stable_from: str = option(name, "Date in ADSL that stable_after counts from, such as RANDDT.", default="")
    stable_after: int | None = option(
        days,
        "Days after stable_from from which stable disease counts, and a response not confirmed as stable.",
        default=None,
    )
    confirm_after: int | None = option(
        days,
        "Least number of days between a response and its confirmation; 0: the next assessment.",
        default=None,
        otherwise="no confirmation is needed",
    )
    confirm_within: int | None = option(
        days, "Largest number of days between the two.", default=None, otherwise="without a limit"
    )
    not_evaluable_between: int | None = option(
        count, "How many assessments between the two may be not evaluable.", default=None
    )
    stable_between: int | None = option(
        count, "How many assessments between the two may be stable, unless complete.", default=None
    )
    lesser_after_better: str = option(
        Choice(("error", "stable", "lesser")),
        "A response followed by a lesser one (CR, then PR): an error, not confirmed by it and so stable, or "
        "the lesser.",
        default="error",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstResponse(Counting):
    """The first of some responses: ``[response.PARAMCD]`` of a file, with ``how = "first"``.

    AVALC is Y on the first date; for subjects without one N, if they are kept. The dates may be those of a
    source instead.

    Attributes
    ----------
    values : tuple of str
        Terms that count. Stable ones count from `stable_after` on, and responses that are not confirmed then.
    source : str
        Name of a source whose first date counts, instead of `of`, such as death.

    Other attributes are those of `Counting`.

    Examples
    --------
    >>> ag.FirstResponse(param="Progression", of="OVR", flags=("ANL01FL",), values=("PD",)).without
    'error'
    """

    values: tuple[str, ...] = option(TERMS_OR_NONE, "Terms that count.", default=())
    source: str = option(name, "Source ([source.NAME]) whose first date counts, instead of `of`.", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastResponse(OncePerSubject):
    """The last assessment: ``[response.PARAMCD]`` of a file, with ``how = "last"``.

    AVALC and AVAL are those of the assessment.

    Attributes
    ----------
    values : tuple of str
        Terms that count; empty for all.

    Other attributes are those of `OncePerSubject`.

    Examples
    --------
    >>> ag.LastResponse(param="Last Assessment", of="OVR", flags=("ANL01FL",), without="keep").values
    ()
    """

    values: tuple[str, ...] = option(TERMS_OR_NONE, "Terms that count.", default=(), otherwise="all terms")


@dataclass(frozen=True, slots=True, kw_only=True)
class BestResponse(Counting):
    """The best overall response: ``[response.PARAMCD]`` of a file, with ``how = "best"``.

    Each assessment is taken for a term: a response for itself, where it is confirmed or need not be; stable
    disease, and a response that is not confirmed, for stable disease from `stable_after` on, before that for
    the first term that is not evaluable; others for themselves. The best term counts, at its first date.

    Attributes
    ----------
    without_value : str
        AVALC of subjects without an assessment, if they are kept; a term.

    Other attributes are those of `Counting`.

    Examples
    --------
    >>> best = ag.BestResponse(
    ...     param="Best Overall Response", of="OVR", stable_from="RANDDT", stable_after=42, without="keep",
    ...     without_value="NE",
    ... )
    >>> best.confirm_after is None
    True
    """

    without_value: str = option(
        text, "AVALC of subjects without an assessment, if they are kept; a term.", default=""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPresent(ResponseParameter):
    """Whether subjects have a record: ``[response.PARAMCD]`` of a file, with ``how = "present"``.

    AVALC is Y or, if the others are kept, N; ADT is missing. An example: measurable disease at baseline.

    Attributes
    ----------
    dataset : str
        Dataset that has the records.
    where : str
        Condition that selects them.
    without : str
        Subjects without such a record: "error", "exclude", or "keep" them with N.

    Other attributes are those of `ResponseParameter`.

    Examples
    --------
    >>> ag.RecordPresent(param="Measurable Disease", dataset="TU", where="TUSTRESC == 'TARGET'").without
    'error'
    """

    dataset: str = option(name, "Dataset that has the records.")
    where: str = option(text, "Condition that selects the records.", default="", otherwise="all records")
    without: str = option(
        _KEPT, "Subjects without such a record: an error, excluded, or kept with N.", default="error"
    )


HOW: Mapping[str, type[ResponseParameter]] = {
    "assessments": ResponseAssessments,
    "first": FirstResponse,
    "last": LastResponse,
    "best": BestResponse,
    "present": RecordPresent,
}
"""Parameters by how they are derived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFlag:
    """A flag of assessments that are analysed: ``[response_flag.VARIABLE]`` of a file.

    The records that meet every key have Y, others are missing. A record that is dated by an assessment has
    the flags of it.

    Attributes
    ----------
    variable : str
        The flag, where it is not the name of the table.
    of : tuple of str
        Tables of parameters of assessments; empty for all.
    among : tuple of str
        Other flags that the records have.
    where : str
        Condition over the source of the assessments.
    values : tuple of str
        Terms; empty for all.
    on_or_after : str
        Date in ADSL; no record of a subject who lacks it.
    before : str
        Name of a source, such as new therapy; records from its first date on have no flag.
    same_day : str
        Whether a record on that day "counts" or is "late".
    to_cut_off : bool
        Only up to the data cut-off date of the study.
    to_first : str
        PARAMCD of a parameter; only up to its date and on it, for subjects who have one: progression.
    one_per_date : str
        Of several on one date the "worst", or the "best", response; of equal ones the last in the order of
        the source. Empty for all.

    Examples
    --------
    >>> ag.ResponseFlag(on_or_after="RANDDT", one_per_date="worst").among
    ()
    """

    variable: str = option(name, "Variable with the flag.", default="", otherwise="the name of the table")
    of: tuple[str, ...] = option(
        NAMES, "Parameters of assessments ([response.PARAMCD]).", default=(), otherwise="all of them"
    )
    among: tuple[str, ...] = option(NAMES, "Other flags that the records have.", default=())
    where: str = option(
        text, "Condition over the source of the assessments.", default="", otherwise="all records"
    )
    values: tuple[str, ...] = option(TERMS, "Terms that are flagged.", default=(), otherwise="all terms")
    on_or_after: str = option(name, "Date in ADSL from which records are flagged.", default="")
    before: str = option(
        name, "Source ([source.NAME]) from whose first date on records have no flag.", default=""
    )
    same_day: str = option(Choice(("counts", "late")), "Whether a record on that day counts.", default="late")
    to_cut_off: bool = option(switch, "Only up to the data cut-off date of [study].", default=False)
    to_first: str = option(
        name, "Parameter ([response.PARAMCD]) up to whose date records are flagged.", default=""
    )
    one_per_date: str = option(
        Choice(("worst", "best")),
        "Which response of those on one date is flagged.",
        default="",
        otherwise="all",
    )
    label: str = option(text, "Label of the variable.", default="", otherwise="that of the standard")
