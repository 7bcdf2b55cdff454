"""What is declared of a flag on one record per group of a subject's records."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas.kinds import Choice, name, name_or_names, text, words
from ...schemas.options import option
from .value_kinds import NAMES_OR_NONE

SEVERITIES = ("MILD", "MODERATE", "SEVERE", "LIFE THREATENING", "FATAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceFlag:
    """A flag on some records of each subject: ``[flag.NAME]`` of a file.

    Attributes
    ----------
    dataset : str or tuple of str
        Derived dataset that has the flag, or several.
    variable : str
        The variable, where it is not the name of the table.
    where : str
        Condition over the derived dataset; only records that meet it can be flagged. Empty for all.
    by : tuple of str
        Variables that make groups within a subject; one record of each group is flagged.
    take : str
        "first" or "last" record of each group in `order`, or "all" records.
    order : tuple of str
        Variables that order the records of a group. Missing values are taken after all others.
    worst : str
        Severity or grade: only records with the worst one of the group count. Numbers are compared as
        numbers, texts by `severities`.
    severities : tuple of str
        Values of `worst`, the mildest first.
    same_order : str
        Which of several records that `order` does not distinguish: an "error"; "first" and "last" go
        by the position in the source.
    missing_group : str
        Records of which a variable of `by` is missing: "group" makes a group of them, "skip" flags none.
    label : str
        Of the variable.

    Examples
    --------
    >>> ag.OccurrenceFlag(where="TRTEMFL == 'Y'", by=("AEBODSYS",), order=("ASTDT", "AESEQ")).take
    'first'
    """

    dataset: str | tuple[str, ...] = option(
        name_or_names, "Derived dataset that has the flag, or several.", default="ADAE"
    )
    variable: str = option(name, "The variable.", default="", otherwise="the name of the table")
    where: str = option(
        text,
        "Condition over the derived dataset; only records that meet it can be flagged.",
        default="",
        otherwise="all records",
    )
    by: tuple[str, ...] = option(
        NAMES_OR_NONE,
        "Variables that make groups within a subject; one record of each is flagged.",
        default=(),
    )
    take: str = option(
        Choice(("first", "last", "all")),
        "Record of each group that is flagged, in the order of order; or all records.",
        default="first",
    )
    order: tuple[str, ...] = option(
        NAMES_OR_NONE,
        "Variables that order the records of a group; missing values come after all others.",
        default=(),
    )
    worst: str = option(
        name, "Severity or grade; only records with the worst of the group count.", default=""
    )
    severities: tuple[str, ...] = option(
        words, "Values of worst, the mildest first, where they are texts.", default=SEVERITIES
    )
    same_order: str = option(
        Choice(("error", "first", "last")),
        "Which of the records that order does not distinguish: the first or last in the source; or an error.",
        default="error",
    )
    missing_group: str = option(
        Choice(("group", "skip")),
        "Records without a value of by: a group of their own, or none is flagged.",
        default="group",
    )
    label: str = option(text, "Label of the flag.", default="", otherwise="that of the standard")
