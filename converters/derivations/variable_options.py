"""What is declared of a variable of measurements or adverse events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...schemas.kinds import TableOf, count, name, name_or_names, switch, text
from ...schemas.options import option
from .assignments import Assignment
from .cases import CASES, Case
from .value_kinds import assignment_or_missing, value_or_missing

VALUES = TableOf(value_or_missing, '{ "WEEK 2" = 2, RETRIEVAL = "" }')
ONLY_MEASUREMENTS = "the only derived dataset of measurements"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisVariable:
    """A derived variable of measurements or adverse events: ``[variable.NAME]`` of a file.

    It has exactly one of `where`, `cases`, `map`, `expression` and `compose`. Each names variables of the
    dataset, also other derived ones, in whatever order they are declared, or of ADSL.

    Attributes
    ----------
    dataset : str or tuple of str
        Derived dataset that has it, or several; empty for the only one of measurements.
    variable : str
        The variable, where it is not the name of the table.
    where : str
        Condition: `yes` where it is true, `no` elsewhere.
    yes, no : str
        Values; `no` is missing if empty.
    cases : tuple of Case
        Conditions with values; the first that is true counts.
    map : mapping of text to text or number
        Values by those of `of`; "" for a missing one.
    of : str
        Variable that `map` is of.
    otherwise : text, number or FromVariable
        Value where no case is true, or `map` does not have the value; "" for missing. None: missing, and of
        `map` an error.
    number : str
        Variable that has the number of the value, from 1 in the order of `cases`.
    expression : str
        Arithmetic of variables; dates are days.
    decimals : int or None
        Round an expression, or the numbers of `compose`, half away from zero; None does not round.
    compose : str
        Text with variables in braces; missing where one of them is.
    missing_text : str
        With `compose`: text in place of a missing value; empty for none.
    output : bool
        False: other tables use it, but the dataset does not have it.
    label : str
        Of the variable.

    Examples
    --------
    >>> ag.AnalysisVariable(compose="{BNRIND} to {ANRIND}").where
    ''
    """

    dataset: str | tuple[str, ...] = option(
        name_or_names, "Derived dataset that has it, or several.", default="", otherwise=ONLY_MEASUREMENTS
    )
    variable: str = option(name, "The variable.", default="", otherwise="the name of the table")
    where: str = option(text, "Condition over the dataset.", default="")
    yes: str = option(text, "Value where where is true.", default="Y")
    no: str = option(text, "Value of other records.", default="", otherwise="missing")
    cases: tuple[Case, ...] = option(
        CASES, "Conditions with values: the first that is true counts.", default=()
    )
    map: Mapping[str, str | float] = option(
        VALUES, 'Values by those of another variable, such as { "WEEK 2" = 2 }.', default=dict
    )
    of: str = option(name, "Variable that map is of.", default="")
    otherwise: Assignment | None = option(
        assignment_or_missing,
        'Value where no case is true, or that map does not have; "" for missing.',
        default=None,
        otherwise="missing; of map an error",
    )
    number: str = option(name, "Variable with the number of the value, by the order of cases.", default="")
    expression: str = option(text, "Arithmetic of variables; dates are days.", default="")
    decimals: int | None = option(
        count,
        "Decimals that an expression, or numbers of compose, are rounded to, half away from zero.",
        default=None,
        otherwise="not rounded",
    )
    compose: str = option(text, 'Text with variables in braces: "{BNRIND} to {ANRIND}".', default="")
    missing_text: str = option(
        text, "Text in place of a missing value of compose.", default="", otherwise="the variable is missing"
    )
    output: bool = option(switch, "The dataset has it; otherwise only other tables use it.", default=True)
    label: str = option(text, "Label of the variable.", default="", otherwise="that of the standard")
