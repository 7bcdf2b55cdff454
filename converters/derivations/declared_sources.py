"""Sources of dates, with what a record that is dated by them has: ``[source.NAME]`` of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...schemas.kinds import NAMES, Choice, name, switch
from ...schemas.options import option, same_option
from ...schemas.study.declarations import DateSource
from .assignments import ASSIGNMENTS, Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationSource(DateSource):
    """Records of a dataset that date an event, a censoring, an origin or a stop, or a variable of ADSL.

    Attributes
    ----------
    date : str
        Variable of the dataset with the date; empty where only statistics and the existence of records are
        asked for.
    order : tuple of str
        Variables that order the records of a subject on one date, missing values last. Of an event the first
        of them counts, of a censoring the last.
    same_date : str
        What decides between records of a subject on one date that `order` does not distinguish: none
        ("error"); "first" and "last" go by the position in the dataset.
    sequence : str
        Variable that SRCSEQ is taken from; empty for ASEQ, else the --SEQ of the dataset, else none.
    set : mapping of variable to text, number or FromVariable
        What a record that is dated by this source has. CNSR is 0 for an event, and 1 for a censoring unless
        it is set.
    may_be_empty : bool
        No record may meet the condition; otherwise that is refused.

    Other attributes are those of `DateSource`.

    Examples
    --------
    >>> death = ag.DerivationSource(dataset="ADSL", date="DTHDT", set={"EVNTDESC": "Death"})
    >>> death.same_date, death.may_be_empty
    ('error', False)
    """

    date: str = same_option(DateSource, "date", default="", otherwise="the records have no date")
    order: tuple[str, ...] = option(
        NAMES,
        "Variables that order the records of a subject on one date; of an event the first record counts, of "
        "a censoring the last.",
        default=(),
    )
    same_date: str = option(
        Choice(("error", "first", "last")),
        "Which record counts of those on one date that order does not distinguish: the first or last in the "
        "dataset; or an error.",
        default="error",
    )
    sequence: str = option(
        name, "Variable that SRCSEQ is taken from.", default="", otherwise="ASEQ, or --SEQ of the dataset"
    )
    set: Mapping[str, Assignment] = option(
        ASSIGNMENTS,
        "Variables of a record that is dated by this source, each a value or { variable = NAME }.",
        default=dict,
    )
    may_be_empty: bool = option(
        switch, "No record may meet the condition; otherwise that is refused.", default=False
    )
