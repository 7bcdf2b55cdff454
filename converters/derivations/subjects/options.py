"""What is declared of ADSL: a table for each variable that is derived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ....schemas.kinds import NAME, NAMES, Choice, ListOf, TableOf, constant, name, one_kind, text
from ....schemas.options import option
from ..assignments import Assignment, assignment
from ..cases import CASES, Case
from ..domain_options import DerivedFromDomain

NO_FLAG = "none"


@one_kind('name or "none"', NAME)
def name_or_none(value: Any) -> str:
    """The name of a variable, or that there is none."""
    found: str = value if value == NO_FLAG else name(value)
    return found


NUMBERS = TableOf(constant, "{ Placebo = 0 }")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectLevel(DerivedFromDomain):
    """A derived ADSL: ``[derive.NAME]`` of a file, with ``kind = "subjects"``.

    Each record of the source is a record of the dataset. Its variables are `carry` and `carry_as`, and those
    that ``[subject.NAME]`` derives.

    Attributes
    ----------
    dataset : str
        The source, with one record per subject.
    carry : tuple of str
        Variables of the source, with its qualifiers, that each record has.
    where : str
        Condition over the source; records of other datasets about subjects who do not meet it are not used.

    Other attributes are those of `DerivedFromDomain`.

    Examples
    --------
    >>> ag.SubjectLevel(carry=("AGE", "SEX"), carry_as={"TRT01P": "ARM"}).subjects_from
    'DM'
    """

    dataset: str = option(name, "The source, with one record per subject.", default="DM")

    @property
    def subjects_from(self) -> str:
        return self.dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedVariable:
    """A derived variable of ADSL: ``[subject.NAME]`` of a file.

    It has exactly one of `take`, `statistic`, `exists`, `where`, `cases`, `map`, `date_of` and `expression`.
    Each names variables of the source, of its qualifiers, or of other such tables, in whatever order these
    are declared.

    Attributes
    ----------
    dataset : str
        Derived dataset that has the variable.
    sources : tuple of str
        Sources whose records `take` and `statistic` are of.
    since, until : str
        Dates: records of sources before, or after it do not count. Without the date of a subject, none do.
    take : str
        "first" or "last" record of each subject by its date, "lowest" or "highest" by `of`. Of sources with a
        record on one date, or with one value, the one listed first, with "last" the one listed last. The
        variable is the date, with its imputation flag.
    value : str
        Variable that has the value of that record, instead of the date: as the source sets it, else of its
        dataset.
    also : tuple of str
        Other variables that have values of that record.
    time : str
        Also derive the datetime, partial times at the "first" or "last" second: TRTSDTM and TRTSTMF beside
        TRTSDT. `take` goes by it.
    not_before, not_after : tuple of str
        Dates that an imputed date is moved to, where it may have been that day.
    flag : str
        Variable with the imputation flag of the date, or "none"; empty for its name with F. If that has more
        than 8 characters and a date may be imputed, it is an error.
    statistic : str
        "count" of records, "distinct", "sum", "mean", "min" or "max" of values; the least and the largest of
        dates are dates where the name ends with DT.
    of : str
        Variable that `map` or "distinct" is of; of other statistics, of the "lowest" and "highest" also
        arithmetic of variables.
    without_value : str
        Records without a value of `of`: "error" or "exclude".
    exists : str
        Source: `yes` for subjects with a record, else `no`.
    where : str
        Condition: `yes` where it is true, `no` where it is false.
    yes, no : str
        Values; `no` is missing if empty.
    unknown : str
        Conditions none of which is true, but one unknown since a value is missing, where `no` or `otherwise`
        is declared: "error", "missing", or "otherwise", which is as false.
    cases : tuple of Case
        Conditions with values; the first that is true counts.
    otherwise : text, number or FromVariable
        Value where none is true, or `map` does not have the value; None for missing, and of `map` an error.
    number : str
        Variable that has the number of the value, from 1 in the order of `cases`.
    map : mapping of text to text or number
        Values by those of `of`.
    date_of : str
        Variable that is a date, or text as in ISO 8601.
    date_forms : tuple of str
        Forms of the text other than ISO 8601.
    impute, impute_up_to : str
        As of a source, for `date_of`.
    expression : str
        Arithmetic of variables; dates are days. It is a date where the name ends with DT.
    label : str
        Of the variable.

    Examples
    --------
    >>> ag.DerivedVariable(sources=("DOSE",), take="first").time
    ''
    >>> ag.DerivedVariable(where="not missing(TRTSDT)", no="N").yes
    'Y'
    """

    dataset: str = option(name, "Derived dataset that has the variable.", default="ADSL")
    sources: tuple[str, ...] = option(
        NAMES, "Sources whose records take and statistic are of, by their tables.", default=()
    )
    since: str = option(name, "Date: records before it do not count.", default="", otherwise="all count")
    until: str = option(name, "Date: records after it do not count.", default="", otherwise="all count")
    take: str = option(
        Choice(("first", "last", "lowest", "highest")),
        "Record of each subject, the first or last by its date, the lowest or highest by of; the variable is "
        "that date, or value.",
        default="",
    )
    value: str = option(
        name,
        "Variable that has the value of that record: as the source sets it, else of its dataset.",
        default="",
        otherwise="its date",
    )
    also: tuple[str, ...] = option(
        NAMES, "Other variables that have values of that record, as the source sets them.", default=()
    )
    time: str = option(
        Choice(("first", "last")),
        "Derive the datetime, too, and order by it; partial times are the first or last second.",
        default="",
        otherwise="no datetime",
    )
    not_before: tuple[str, ...] = option(
        NAMES, "Dates that an imputed date is not before, where it may have been that day.", default=()
    )
    not_after: tuple[str, ...] = option(
        NAMES, "Dates that an imputed date is not after, where it may have been that day.", default=()
    )
    flag: str = option(
        name_or_none,
        'Variable with the imputation flag of the date, or "none".',
        default="",
        otherwise="its name with F, such as TRTSDTF; an error if that has more than 8 characters",
    )
    statistic: str = option(
        Choice(("count", "distinct", "sum", "mean", "min", "max")),
        "Of the records of each subject: their count; of a variable the count of distinct values, the sum, "
        "the mean, the least or the largest.",
        default="",
    )
    of: str = option(
        text,
        "Variable that statistic, map, or the lowest or highest is of; of a sum, mean, min, max, lowest or "
        "highest also arithmetic of variables.",
        default="",
    )
    without_value: str = option(
        Choice(("error", "exclude")),
        "Records without a value of what a statistic, the lowest or highest is of: an error, or excluded.",
        default="error",
    )
    exists: str = option(name, "Source; the variable is yes for subjects with a record of it.", default="")
    where: str = option(text, "Condition over variables of the subject.", default="")
    yes: str = option(text, "Value of subjects who meet the condition, or have a record.", default="Y")
    no: str = option(text, "Value of subjects who do not.", default="", otherwise="missing")
    unknown: str = option(
        Choice(("error", "missing", "otherwise")),
        "Subjects for whom no condition is true and one is unknown, with no or otherwise: an error, missing, "
        "or as where it is false.",
        default="error",
    )
    cases: tuple[Case, ...] = option(
        CASES, "Conditions with values: the first that is true counts.", default=()
    )
    otherwise: Assignment | None = option(
        assignment,
        "Value where no case is true, or that map does not have.",
        default=None,
        otherwise="missing",
    )
    number: str = option(name, "Variable with the number of the value, by the order of cases.", default="")
    map: Mapping[str, str | float] = option(
        NUMBERS, "Values by those of another variable, such as { Placebo = 0 }.", default=dict
    )
    date_of: str = option(name, "Variable with the date, numeric or text.", default="")
    date_forms: tuple[str, ...] = option(
        ListOf(text),
        'Forms of the date other than ISO 8601, such as ["DD-MMM-YYYY"].',
        default=(),
        otherwise="ISO 8601",
    )
    impute: str = option(
        Choice(("first", "last", "mid", "none")),
        "Day that a partial date of date_of is taken for; none: it is as a missing date.",
        default="",
        otherwise="partial dates are refused",
    )
    impute_up_to: str = option(
        Choice(("day", "month", "year")), "Largest part of the date that is imputed.", default="day"
    )
    expression: str = option(
        text,
        "Arithmetic of variables; dates are days, and it is one where the name ends with DT.",
        default="",
    )
    label: str = option(text, "Label of the variable.", default="", otherwise="that of the standard")
