"""A dataclass declares its options; the keys of a table and their JSON Schema follow."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from adamgate.schemas.errors import ConfigurationError
from adamgate.schemas.kinds import Choice, ListOf, days, name, switch, text, words
from adamgate.schemas.options import (
    checked_options,
    json_schema,
    option,
    options_of,
)


@dataclass(frozen=True)
class Landmark:
    paramcd: str = option(text, "The parameter.", flag="--param", metavar="PARAMCD")
    at_days: int = option(days, "The landmark.")
    unit: str | None = option(Choice(("days", "months")), "Unit of the duration.", default=None)
    population: str | None = option(name, "Only records where this flag is Y.", default=None)
    strata: tuple[str, ...] = option(ListOf(name), "Variables of strata.", default=())
    covariates: tuple[str, ...] = option(words, "Further columns.", default=())
    keep_ties: bool = option(switch, "Keep subjects at the landmark.", default=False)


WHERE = "adamgate.toml, [table.os]"
FULL = {
    "paramcd": " OS ",
    "at_days": 180,
    "unit": "months",
    "population": "saffl",
    "strata": ["SEX", "REGION1"],
    "covariates": "AGE, BMI",
    "keep_ties": True,
}


def test_a_table_gives_the_options_checked():
    assert Landmark(**checked_options(Landmark, FULL, WHERE)) == Landmark(
        "OS", 180, "months", "SAFFL", ("SEX", "REGION1"), ("AGE", "BMI"), True
    )
    least = {"paramcd": "OS", "at_days": 0}
    assert Landmark(**checked_options(Landmark, least, WHERE)) == Landmark("OS", 0)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"at_days": 1}, "key paramcd is not present"),
        ({**FULL, "covariate": "AGE"}, "unknown setting 'covariate'"),
        ({**FULL, "at_days": -1}, "-1 is not a value of at_days"),
        ({**FULL, "at_days": True}, "True is not a value of at_days"),
        ({**FULL, "unit": "month"}, "'month' is not a value of unit"),
        ({**FULL, "strata": []}, "is not a value of strata"),
        ({**FULL, "population": "A B"}, "is not a value of population"),
        ({**FULL, "keep_ties": "yes"}, "is not a value of keep_ties"),
        ({**FULL, "paramcd": " "}, "is not a value of paramcd"),
    ],
)
def test_a_wrong_table_is_refused_by_the_reader_and_by_the_schema(table, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        checked_options(Landmark, table, WHERE)
    assert caught.value.where.startswith(WHERE)
    assert not Draft202012Validator(json_schema(Landmark)).is_valid(table)


def test_the_schema_is_one_and_takes_what_the_reader_takes():
    schema = json_schema(Landmark)
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(FULL)
    assert schema["required"] == ["paramcd", "at_days"]
    assert schema["properties"]["paramcd"]["description"] == "The parameter."


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.text(" aAä\n,", max_size=3),
    st.sampled_from(["days", "months", "Days"]),
    st.lists(st.sampled_from(["A", "", "A B", " A"]), max_size=2),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*FULL, "other"]), VALUES))
def test_reader_and_schema_agree_on_every_table(changes):
    table = FULL | changes
    try:
        checked_options(Landmark, table, WHERE)
    except ConfigurationError:
        taken = False
    else:
        taken = True
    assert Draft202012Validator(json_schema(Landmark)).is_valid(table) is taken


def test_options_know_how_they_are_called_on_the_command_line():
    assert [each.flag for each in options_of(Landmark)] == [
        "--param", "--at-days", "--unit", "--population", "--strata", "--covariates", "--keep-ties",
    ]  # fmt: skip
    assert [each.required for each in options_of(Landmark)][:3] == [True, True, False]
