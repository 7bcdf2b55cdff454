"""What is declared of one variable that is made from raw columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.kinds import (
    NAMES,
    Choice,
    ListOf,
    TableOf,
    ValueKind,
    amount,
    constant,
    count,
    member_name,
    name,
    one_kind,
    switch,
    text,
)
from ...schemas.options import checked_options, json_schema, option
from ...schemas.wording import one_line
from .limits import LimitsKind

ORIGINS = ("column", "value", "template", "first_of", "lookup", "day_of")
"""The keys of which a variable has exactly one: where its values come from."""


@one_kind("column", {"type": "string", "minLength": 1})
def column_name(value: Any) -> str:
    """The name of a column, exactly as in the file."""
    if not isinstance(value, str) or not value:
        raise ValueError("a column in quotes, exactly as in the file")
    return value


@one_kind("text or number", {"anyOf": [{"const": ""}, *constant.schema["anyOf"]]})
def map_value(value: Any) -> str | float:
    """A value of a variable; an empty text is a missing value."""
    return "" if value == "" else constant(value)


@one_kind("number", {"type": "number"})
def any_number(value: Any) -> float:
    """A number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf"):
        return float(value)
    raise ValueError("a number, without quotes")


@one_kind(
    "two years",
    {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": 9999},
        "minItems": 2,
        "maxItems": 2,
    },
)
def first_and_last_year(value: Any) -> tuple[int, int]:
    """Two years, of which the second is not before the first."""
    listed = value if isinstance(value, list | tuple) else ()
    if len(listed) == 2 and all(isinstance(each, int) and not isinstance(each, bool) for each in listed):
        first, last = listed
        if 1 <= first <= last <= 9999:
            return first, last
    raise ValueError("the first and the last year: [2015, 2026]")


@dataclass(frozen=True, slots=True)
class OfUnits:
    """A number of each unit; or, for each value of another column, a table of such numbers.

    Attributes
    ----------
    kind : ValueKind
    example : str
    """

    kind: ValueKind
    example: str

    @property
    def word(self) -> str:
        return f"table of {self.kind.word}, or of such tables"

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"anyOf": [self._flat.schema, self._nested.schema]}

    @property
    def _flat(self) -> TableOf:
        return TableOf(self.kind, self.example, least=1)

    @property
    def _nested(self) -> TableOf:
        return TableOf(self._flat, self.example, least=1)

    def __call__(self, value: Any) -> Mapping[str, Any]:
        nested = isinstance(value, Mapping) and any(isinstance(each, Mapping) for each in value.values())
        found: Mapping[str, Any] = (self._nested if nested else self._flat)(value)
        return found


_FACTORS = "{ kg = 1, LB = 0.45359237 }"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawVariable:
    """How one variable is made from raw columns.

    Exactly one of `column`, `value`, `template`, `first_of`, `lookup` and `day_of` says where its values come
    from. What the other keys say is done in their order.

    Attributes
    ----------
    column : str
        The column of the files; its values are copied as they are, unless other keys say more.
    value : text or number
        The value of all records; ``""`` for none: a variable that the dataset is to have, without data.
    template : str
        Text with columns in braces: ``"01-{PATNUM}"``; ``{SITE:03}`` fills with zeros from the left.
    first_of : tuple of str
        Columns of which each record has a value in one at most, apart from equal ones.
    lookup : str
        A variable of another dataset: ``"DM.RFSTDTC"``.
    by : tuple of str
        Variables that find the record of the other dataset.
    lookup_where : str
        Condition over the variables of the other dataset.
    take : str
        Which value of several in the other dataset: all the same ("only"), "earliest" or "latest".
    day_of : str
        The date whose study day it is: a variable of this dataset.
    since : str
        The date that is day 1: a variable of this dataset, or of another: ``"DM.RFSTDTC"``.
    trim : bool
        Blanks before and after each text are removed.
    split : str
        Text between the parts of each value.
    part : int
        Which part counts, from 1.
    map : mapping of text to text or number
        Each value, and what becomes of it; ``""`` is a missing value.
    codes : str
        The code list ``[codes.NAME]`` that translates each value.
    gives : str
        What a code list gives for each value: the "text" of a code, or the "code" of a text.
    pair : str
        The column that has the code of each text, or the text of each code: each value must go with one.
    case : str
        "upper" or "lower"; empty for the case of the files.
    date_forms : tuple of str
        Forms of dates, which become ISO 8601: "DD-MMM-YYYY", "%d%b%Y", "sas date", "sas datetime", "excel".
    years : (int, int) or ()
        The first and the last year that dates may have.
    unknown : tuple of str
        Texts that mean an unknown day, month or year.
    time : str
        The column that has the time of the date.
    time_forms : tuple of str
        Forms of times: "hh:mm", "hh:mm:ss", "sas time".
    number : bool
        Each value is a number; the variable is numeric.
    decimal : str
        The decimal sign of numbers: "." or ",".
    unit : str
        The column that has the unit of each number.
    factors : mapping of text to number, or of text to such a mapping
        Each unit, and by what its numbers are multiplied; with `factors_by` for each value of that column.
    factors_by : str
        The column on which the factors of units depend, such as that of the test.
    offsets : mapping of text to number, or of text to such a mapping
        What is added to numbers of a unit after that.
    digits : int or None
        Digits after the decimal sign to which converted numbers are rounded.
    other_units : str
        Numbers whose unit has no factor, or is missing: "error" or "missing".
    limits : pair of numbers, or mapping of text to such pairs
        The least and the greatest plausible number, as converted; with `limits_by` for each value of that
        column. Numbers beyond them are errors.
    limits_by : str
        The column on which limits depend, such as that of the test.
    otherwise : str
        A value that map, codes, dates or numbers do not take: an "error", "missing", or "keep" the text.
    opposite : bool
        The map turns yes to N, or no to Y, on purpose.
    internal : bool
        Only other variables use it; it is not a variable of the dataset.
    label : str
        Of the variable.

    Examples
    --------
    >>> serious = ag.RawVariable(column="IT.AESER", map={"Yes": "Y", "No": "N"})
    >>> serious.otherwise
    'error'
    """

    column: str = option(column_name, "The column of the files.", default="")
    value: str | float | None = option(
        map_value, 'The value of all records; "" for none, with number in a numeric variable.', default=None
    )
    template: str = option(
        column_name, 'Text with columns in braces: "01-{PATNUM}"; {SITE:03} fills with zeros.', default=""
    )
    first_of: tuple[str, ...] = option(
        ListOf(column_name, of="columns"),
        "Columns of which each record has a value in one at most, apart from equal ones.",
        default=(),
    )
    lookup: str = option(text, 'A variable of another dataset: "DM.RFSTDTC".', default="")
    by: tuple[str, ...] = option(
        NAMES,
        "With lookup: variables that find the record, which both datasets have.",
        default=(),
        otherwise="USUBJID",
    )
    lookup_where: str = option(
        text,
        "With lookup: condition over the variables of the other dataset.",
        default="",
        otherwise="all records",
    )
    take: str = option(
        Choice(("only", "earliest", "latest")),
        "With lookup: which of several values that differ counts; only means an error.",
        default="only",
    )
    day_of: str = option(name, "The date whose study day it is, a variable of this dataset.", default="")
    since: str = option(text, "With day_of: the date that is day 1.", default="", otherwise="DM.RFSTDTC")
    trim: bool = option(switch, "Blanks before and after each text are removed.", default=False)
    split: str = option(column_name, "Text between the parts of each value.", default="")
    part: int | None = option(count, "With split: which part counts, from 1.", default=None)
    map: Mapping[str, str | float] = option(
        TableOf(map_value, '{ Yes = "Y", No = "N" }', least=1),
        'What becomes of each value: { Yes = "Y", No = "N" }; "" is a missing value.',
        default=dict,
    )
    codes: str = option(name, "The code list [codes.NAME] that translates each value.", default="")
    gives: str = option(
        Choice(("text", "code")),
        "With codes: what the code list gives for each value, the text of a code or the code of a text.",
        default="text",
    )
    pair: str = option(
        column_name,
        "The column that has the code of each text, or the text of each code; each value must go with one.",
        default="",
    )
    case: str = option(
        Choice(("upper", "lower")), "Case that texts are changed to.", default="", otherwise="as in the files"
    )
    date_forms: tuple[str, ...] = option(
        ListOf(text, of="forms"),
        'Forms of dates, which become ISO 8601: "DD-MMM-YYYY", "%d%b%Y", "sas date", "excel".',
        default=(),
    )
    years: tuple[int, int] | tuple[()] = option(
        first_and_last_year,
        "With date_forms: the first and the last year that dates may have: [2015, 2026].",
        default=(),
        otherwise="all; numbers that most likely have another form are an error",
    )
    unknown: tuple[str, ...] = option(
        ListOf(text), "Texts that mean an unknown day, month or year.", default=(), otherwise="none"
    )
    time: str = option(column_name, "The column that has the time of the date.", default="")
    time_forms: tuple[str, ...] = option(
        ListOf(text, of="forms"),
        'With time: forms of times, "hh:mm", "hh:mm:ss" or "sas time" (seconds since midnight).',
        default=(),
    )
    number: bool = option(switch, "Each value is a number; the variable is numeric.", default=False)
    decimal: str = option(Choice((".", ",")), "Decimal sign of numbers.", default=".")
    unit: str = option(column_name, "The column that has the unit of each number.", default="")
    factors: Mapping[str, Any] = option(
        OfUnits(amount, _FACTORS),
        f"With unit: by what the numbers of each unit are multiplied: {_FACTORS}.",
        default=dict,
    )
    factors_by: str = option(
        column_name,
        "The column on which factors depend, such as the test: factors = "
        '{ HGB = { "g/dL" = 10 }, ALB = { "g/dL" = 10, "g/L" = 1 } }.',
        default="",
    )
    offsets: Mapping[str, Any] = option(
        OfUnits(any_number, "{ F = -17.77777777777778 }"),
        "With factors: what is added to the numbers of a unit after that.",
        default=dict,
    )
    digits: int | None = option(
        count, "Digits to which converted numbers are rounded.", default=None, otherwise="not rounded"
    )
    other_units: str = option(
        Choice(("error", "missing")),
        "With unit: numbers whose unit has no factor, or is missing: an error, or missing.",
        default="error",
    )
    limits: Any = option(
        LimitsKind(),
        "The least and the greatest plausible number, as converted: [30, 250]; others are errors.",
        default=(),
        otherwise="none",
    )
    limits_by: str = option(
        column_name,
        "The column on which limits depend, such as the test: limits = { HGB = [30, 250] }.",
        default="",
    )
    otherwise: str = option(
        Choice(("error", "missing", "keep")),
        "A value that map, codes, date_forms or number do not take: an error, missing, or kept as it is.",
        default="error",
    )
    opposite: bool = option(switch, "The map turns yes to N, or no to Y, on purpose.", default=False)
    internal: bool = option(
        switch, "Only other variables use it; it is not a variable of the dataset.", default=False
    )
    label: str = option(text, "Label.", default="", otherwise="that of SDTM")


@dataclass(frozen=True, slots=True)
class VariablesByName:
    """Variables by their names, each a column as text or a table of `RawVariable`."""

    @property
    def word(self) -> str:
        return "table of columns"

    @property
    def schema(self) -> Mapping[str, Any]:
        each = {"anyOf": [{"type": "string", "minLength": 1}, json_schema(RawVariable)]}
        names = dict(member_name.schema)
        return {"type": "object", "propertyNames": names, "additionalProperties": each, "minProperties": 1}

    def __call__(self, value: Any) -> Mapping[str, RawVariable]:
        if not isinstance(value, Mapping) or not value:
            raise ValueError('{ AETERM = "TERM", AESER = { column = "SER", map = { Yes = "Y" } } }')
        found: dict[str, RawVariable] = {}
        for key, each in value.items():
            variable = _variable_name(key)
            if variable in found:
                raise ConfigurationError(f"{variable} is declared twice", "", "merge them")
            found[variable] = _raw_variable(variable, each)
        return found


def _variable_name(key: str) -> str:
    try:
        return str(member_name(key))
    except ValueError:
        raise ConfigurationError(
            f"{one_line(repr(key))} is not the name of a variable", "", "give letters, digits, underscores"
        ) from None


def _raw_variable(variable: str, value: Any) -> RawVariable:
    if isinstance(value, RawVariable):
        return value
    if isinstance(value, str) and value:
        return RawVariable(column=value)
    example = '{ column = "SEX", map = { Female = "F" } }'
    if not isinstance(value, Mapping):
        raise ConfigurationError(
            f"{variable} is neither a column nor a table", "", f"give a column in quotes, or {example}"
        )
    try:
        return RawVariable(**checked_options(RawVariable, value, ""))
    except ConfigurationError as wrong:
        raise ConfigurationError(f"{variable} is not valid: {wrong.what}", "", wrong.advice) from None


VARIABLES = VariablesByName()
